"""Which request is the first to carry something, or brings something."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from simulator.docker import events as e
from simulator.docker.trace import Step
from simulator.lesson.document import Lesson
from simulator.questions.acts import PASSWORD, STORAGE, TOKEN, proof, role
from simulator.questions.misconceptions import imagined
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.offer import Key, Kind, Wrong, chosen, place_of, rule
from simulator.questions.reasons import right
from simulator.questions.runs import (
    because,
    key_of,
    mutants,
    shortened,
    situation,
    step_at,
    traces,
    typed,
    untwin,
)
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.views.message import summary
from simulator.words.i18n import N_, _


@dataclass(frozen=True)
class Sought:
    """What a request is asked for by: `finds` is true of a step whose request is such a one."""

    prompt: str
    finds: Callable[[Step], bool]
    why: str
    objective: str


SOUGHT: Mapping[str, Sought] = {
    "token": Sought(
        N_("Which of these requests is the first that carries a token?"),
        lambda step: proof(step) == TOKEN,
        N_("There is a token only after the token service has issued one; the next request to the "
           "registry carries it."),
        "token-is-short-lived",
    ),
    "password": Sought(
        N_("Which of these requests is the first that carries the password?"),
        lambda step: proof(step) == PASSWORD,
        N_("The password goes where it is asked for: to the token service that the 401 names, or "
           "to a registry that asks for Basic."),
        "basic-vs-bearer",
    ),
    "layers": Sought(
        N_("Which of these requests brings the list of the layers?"),
        lambda step: isinstance(step.event, e.ManifestReceived),
        N_("The layers are listed in the manifest of one image, which GET brings."),
        "manifest-before-layers",
    ),
    "digest": Sought(
        N_("Which of these requests finds out which digest the tag stands for now?"),
        lambda step: isinstance(step.event, e.Resolved) and step.exchange is not None,
        N_(
            "The digest is in the answer to the request for the tag, once the registry gives "
            "access."
        ),
        "digest-verification",
    ),
    "elsewhere": Sought(
        N_("Which of these requests is the first that goes to another host for content?"),
        lambda step: role(step) == STORAGE,
        N_("The registry answered with a redirect, and Docker follows it."),
        "challenge-and-scope",
    ),
}  # fmt: skip
"""By name."""


def first(steps: tuple[Step, ...], name: str) -> int | None:
    return next((one.number for one in steps if one.exchange and SOUGHT[name].finds(one)), None)


def which_keys(lesson: Lesson) -> Iterator[Key]:
    for trace in traces(lesson):
        for name in SOUGHT:
            number = first(trace.steps, name)
            if number is not None:
                yield "which", trace.scenario, trace.engine, number, name


def which_holds(at: Address, asks: Asks, says: Says) -> bool:
    return first(played(at.scenario, at.engine).steps, str(asks[0])) == says


def which_words(_lesson: Lesson, at: Address, _asks: Asks, says: Says) -> str:
    step = played(at.scenario, at.engine).steps[int(str(says)) - 1]
    return shortened(summary(step.exchange)) if step.exchange else ""


def which_objective(_lesson: Lesson, key: Key) -> str:
    return SOUGHT[key[4]].objective


def make_which(lesson: Lesson, key: Key) -> Question | None:
    at, name, rng = place_of(key), key[4], Random(key_of(key))
    sought, asks = SOUGHT[name], (name,)
    why = _(sought.why)
    key_option = Option(which_words(lesson, at, asks, at.step), at.step, right(why))
    wrong = [*mutant_requests(at, name, rng), *near_requests(at, name)]
    options = chosen(WHICH, lesson, at, asks, key_option, wrong)
    if options is None:
        return None
    return Question(
        key_of(key), "which", sought.objective, at, situation(at), _(sought.prompt),
        (Part(asks, options),),
        (
            _("Look at what each request is answered with: what does Docker have after it?"),
            rule(sought.objective),
            why,
        ),
        typed(at), core=f"{name}/{step_at(at).name}/{at.engine}",
    )  # fmt: skip


def mutant_requests(at: Address, name: str, rng: Random) -> Iterator[Wrong]:
    """The request that it would be under a misconception."""
    for mutant in mutants(rng):
        steps = imagined(mutant.name, at.scenario, at.engine).steps
        found = first(steps, name)
        own = untwin(mutant.name, at, steps[found - 1]) if found else None
        if own is not None and is_other(played(at.scenario, at.engine).steps[own - 1], name):
            yield Wrong(own, because(mutant), mutant.name)


def is_other(step: Step, name: str) -> bool:
    """A request that is none of those that are looked for."""
    return step.exchange is not None and not SOUGHT[name].finds(step)


def near_requests(at: Address, name: str) -> Iterator[Wrong]:
    """The run's other requests, the nearest first."""
    steps = [step for step in played(at.scenario, at.engine).steps if step.exchange]
    for step in sorted(steps, key=lambda step: abs(step.number - at.step)):
        yield Wrong(step.number, not_this(step, name))


def not_this(step: Step, name: str) -> str:
    if SOUGHT[name].finds(step):
        return _("This one does, too, but another one does before it.")
    why = _(SOUGHT[name].why)
    if name not in ("token", "password"):
        return why
    return _("It carries: {carried}.").format(carried=_(proof(step) or "")) + f" {why}"


WHICH = Kind(
    "which", N_("Which request"), which_keys, make_which, which_holds, which_words,
    which_objective,
)  # fmt: skip
