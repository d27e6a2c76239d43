"""Runs to ask about: played once, their steps named and found again in a mutant's run."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from random import Random

from simulator.docker.engines import engines
from simulator.docker.events import RegistryError
from simulator.docker.machine import Phase
from simulator.docker.machine.answers import errors
from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.protocol.message import Response
from simulator.protocol.network_failure import NetworkFailure
from simulator.questions.fields import Field
from simulator.questions.misconceptions import MUTANTS, imagined
from simulator.questions.model import Says
from simulator.questions.mutant import Mutant
from simulator.scenarios.model import per_own_scenarios, scenario
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.views.commands import commands_of
from simulator.views.message import answer_lines, asked, sent
from simulator.words.i18n import _

Mark = tuple[str, str, int]
"""What a step is, free of its number: its event (or request), its command, the how manyth."""


def traces(lesson: Lesson) -> Iterator[Trace]:
    """Every situation of the lesson on every engine."""
    return (played(name, engine) for name in lesson.situations for engine in engines())


def step_at(at: Address) -> Step:
    """Raises IndexError where the run has no such step."""
    return played(at.scenario, at.engine).steps[at.step - 1]


# -- the same step in another run -------------------------------------------------------------


def by_event(step: Step, command: str) -> tuple[str, str]:
    return step.name, command


def by_message(step: Step, command: str) -> tuple[str, str]:
    request = step.exchange.request if step.exchange else None
    return (f"{request.method} {request.path}" if request else ""), command


Naming = Callable[[Step, str], tuple[str, str]]


@per_own_scenarios
def marked(mutant: str, name: str, engine: str, naming: Naming) -> Mapping[Mark, Step]:
    """The steps of a run by what they are; the machine's own run for no mutant."""
    trace = imagined(mutant, name, engine) if mutant else played(name, engine)
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[Mark, Step] = {}
    for step, command in commands_of(trace):
        known = naming(step, command)
        seen[known] += 1
        found[(*known, seen[known])] = step
    return found


@per_own_scenarios
def numbered(mutant: str, name: str, engine: str, naming: Naming) -> Mapping[int, Mark]:
    marks = marked(mutant, name, engine, naming)
    return {step.number: mark for mark, step in marks.items()}


def twin(mutant: str, at: Address, naming: Naming = by_event) -> Step | None:
    """The same step as a mutant plays it."""
    mark = numbered("", at.scenario, at.engine, naming)[at.step]
    return marked(mutant, at.scenario, at.engine, naming).get(mark)


def in_other(at: Address, name: str, naming: Naming) -> Step | None:
    """The same step in another situation."""
    mark = numbered("", at.scenario, at.engine, naming)[at.step]
    return marked("", name, at.engine, naming).get(mark)


def untwin(mutant: str, at: Address, step: Step) -> int | None:
    """The number, in the machine's run, of a step of the mutant's."""
    mark = numbered(mutant, at.scenario, at.engine, by_event)[step.number]
    own = marked("", at.scenario, at.engine, by_event).get(mark)
    return own.number if own else None


def naming_of(field: Field) -> Naming:
    return by_message if field.message else by_event


def seen_by(mutant: str, at: Address, field: Field) -> Says | None:
    """What the mutant shows in the field at this step; None where it does not come by."""
    found = twin(mutant, at, naming_of(field))
    return field.value(found) if found else None


def mutants(rng: Random) -> list[Mutant]:
    """All of them, so that each gets its turn."""
    return rng.sample(list(MUTANTS.values()), len(MUTANTS))


# -- words ------------------------------------------------------------------------------------


def key_of(*parts: object) -> str:
    """A short name for what a question is about; the same wherever and whenever it is made."""
    return sha256(repr(parts).encode()).hexdigest()[:12]


def situation(at: Address) -> str:
    """The engine, what happens, and why."""
    known = scenario(at.scenario)
    told = f"{_(engines()[at.engine].title)}. {known.title}."
    return f"{told} {known.cause}" if known.cause else told


def typed(at: Address) -> str:
    """The commands typed up to this step."""
    steps = played(at.scenario, at.engine).steps[: at.step]
    return "\n".join(
        f"$ {line.text}" for step in steps for line in step.terminal if line.kind == "command"
    )


def message(step: Step) -> str:
    """The step's request, its digests shortened."""
    return shortened(asked(step.exchange.request)) if step.exchange else ""


def shortened(said: str) -> str:
    return re.sub(r"sha256:([0-9a-f]{12})[0-9a-f]+", r"sha256:\1…", said)


SHOWN = frozenset({
    "authorization", "www-authenticate", "location", "docker-content-digest", "content-type",
    "retry-after",
})  # fmt: skip
"""Headers of an answer that say what it means."""


def wire(step: Step) -> str:
    """The request and its answer, as far as they matter, without secrets."""
    if step.exchange is None:
        return ""
    first, *rest = [line["text"] for line in sent(step.exchange.request)]
    answer = [line["text"] for line in answer_lines(step.exchange.answer)]
    lines = [f"> {first}", *(f"> {line}" for line in rest if matters(line, ("host",)))]
    lines += [f"> {line}" for line in rest if "=" in line and ": " not in line]
    lines += [f"< {line}" for line in answer[:1]]
    lines += [f"< {line}" for line in answer[1:] if matters(line)]
    lines += [f"< {one.code}: {one.message}" for one in errors_of(step.exchange.answer) if one.code]
    return shortened("\n".join(lines))


def matters(line: str, more: tuple[str, ...] = ()) -> bool:
    return line.partition(":")[0].lower() in (*SHOWN, *more)


def errors_of(answer: Response | NetworkFailure) -> tuple[RegistryError, ...]:
    """What the body of an error says, in the registry's form."""
    failed = isinstance(answer, Response) and answer.status >= 400
    return errors(answer) if failed else ()  # type: ignore[arg-type]


def engine_of(at: Address) -> str:
    return f"{_(engines()[at.engine].title)}."


def because(mutant: Mutant) -> str:
    """Why a learner would choose this, and why it is wrong."""
    return _("This is what you would see if {belief}. But {truth}").format(
        belief=_(mutant.belief), truth=_(mutant.truth)
    )


# -- how a run ends ---------------------------------------------------------------------------


def ending(trace: Trace) -> str:
    """What Docker prints at the end, the names in it replaced: causes can be told apart by the
    message alone, or not at all. Empty where that says nothing."""
    last = trace.steps[-1]
    if trace.failed:
        said = [line.text for line in last.terminal if line.kind in ("output", "error")]
    else:
        told = [line.text for step in trace.steps for line in step.terminal]
        said = [line for line in told if line.startswith("Status: ")]
    return "\n".join(nameless(line, last) for line in said if line)


def nameless(line: str, last: Step) -> str:
    state = last.after
    names: dict[str, str] = {}
    image = getattr(state.run.command, "image", "")
    if state.run.reference:
        path = f"/v2/{state.run.reference.repository}/manifests/"
        names[f"{path}{state.run.reference.identifier}"] = "/v2/REPOSITORY/manifests/TAG"
        names[path] = "/v2/REPOSITORY/manifests/"
        names[state.run.reference.canonical] = "IMAGE"
        names[state.run.reference.familiar_name] = "IMAGE"
    if image:
        names[image] = "IMAGE"
    for name in sorted(names, key=len, reverse=True):
        line = line.replace(name, names[name])
    return re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", line)


@per_own_scenarios
def ending_of(mutant: str, name: str, engine: str) -> str:
    return ending(imagined(mutant, name, engine) if mutant else played(name, engine))


def at_prompt(step: Step) -> bool:
    """The user chooses the next command."""
    return step.after.phase in (Phase.READY, Phase.DONE, Phase.FAILED)
