"""What Docker does next, and in which order it does things."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, pairwise
from random import Random

from simulator.docker import events as e
from simulator.docker.machine import Phase
from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.questions.acts import ACTS, NO_PROOF, PASSWORD, TOKEN, Next, acts, follows, told
from simulator.questions.misconceptions import imagined
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.objectives import about
from simulator.questions.offer import MOST, Key, Kind, Wrong, chosen, count_of, place_of, rule
from simulator.questions.reasons import right
from simulator.questions.runs import (
    because,
    by_message,
    engine_of,
    key_of,
    mutants,
    situation,
    step_at,
    traces,
    twin,
    typed,
    wire,
)
from simulator.scenarios.play import trace as played
from simulator.views import facts
from simulator.views.address import Address
from simulator.words.i18n import N_, _, ngettext

# -- what next --------------------------------------------------------------------------------


def next_keys(lesson: Lesson) -> Iterator[Key]:
    """Answers after which it is for Docker to go on."""
    for trace in traces(lesson):
        for step in trace.steps:
            if step.exchange and follows(trace, step.number) and foreseeable(trace, step):
                yield "next", trace.scenario, trace.engine, step.number, ""


def foreseeable(trace: Trace, step: Step) -> bool:
    """The next act follows from this answer: an error shows in it and not later on this machine,
    and the answer is about the image itself."""
    if isinstance(step.event, BESIDE):
        return False
    return follows(trace, step.number) != ("error", "") or isinstance(step.event, e.Failure)


BESIDE = (e.AttestationRead, e.ReferrersUnsupported, e.ReferrersListed)
"""Answers about attestations and signatures."""


def packed(found: Next) -> str:
    return "|".join(found)


def unpacked(says: Says) -> Next:
    name, _bar, carried = str(says).partition("|")
    return name, carried


def next_holds(at: Address, _asks: Asks, says: Says) -> bool:
    found = follows(played(at.scenario, at.engine), at.step)
    return found is not None and packed(found) == says


def next_words(_lesson: Lesson, _at: Address, _asks: Asks, says: Says) -> str:
    return told(unpacked(says))


def next_objective(_lesson: Lesson, key: Key) -> str:
    at = place_of(key)
    step, found = step_at(at), follows(played(at.scenario, at.engine), at.step)
    if isinstance(step.event, e.Resolved | e.TokenPostRefused):
        return "engines-differ"
    if isinstance(step.event, e.BlobReceived | e.DigestMismatch | e.DownloadCut):
        return "image-comes-last" if found == ("name", "") else "digest-verification"
    return about(step.name)


def make_next(lesson: Lesson, key: Key) -> Question | None:
    at, rng = place_of(key), Random(key_of(key))
    step, found = step_at(at), follows(played(at.scenario, at.engine), at.step)
    assert found is not None
    why = _(AFTER.get((step.name, found[0])) or AFTER.get(step.name) or ACTS[found[0]].when)
    key_option = Option(told(found), packed(found), right(why))
    wrong = chain(mutant_moves(at, rng), other_moves(lesson, step, found, rng))
    options = chosen(NEXT, lesson, at, (), key_option, wrong)
    if options is None:
        return None
    objective = next_objective(lesson, key)
    asked = _("Docker has sent this and got this answer. What does Docker do next?")
    return Question(
        key_of(key), "next", objective, at,
        f"{engine_of(at)} {logged_in(step)} {held(step)}".strip(),
        f"{awaited(step)}{asked}", (Part((), options),),
        (
            _("What does Docker know after this answer, and what does it still lack?"),
            rule(objective),
            not_next(options, found),
        ),
        "\n".join((typed(at).rpartition("\n")[2], wire(step))),
        core=f"{step.name}/{packed(found)}",
    )  # fmt: skip


AFTER: Mapping[str | tuple[str, str], str] = {
    "TokenPostRefused": N_("A token service that does not take the POST is asked with GET."),
    "TokenIssued": N_("Docker has a token now. Docker 29 repeats the refused request with it; in a "
                      "pull or push Docker 26 goes on with the next one."),
    ("TokenIssued", "token"): N_("Docker needs a token for each repository from which the registry "
                                 "may take a blob."),
    "AskedAgain": N_("This engine sends the same request again before it gives up."),
    "DownloadCut": N_("The rest is asked for, from the byte at which the download broke off."),
    "FellBackToHttp": N_("The host does not speak TLS and may do without, so Docker tries again "
                         "without TLS."),
    "Redirected": N_("The Location header says where the content is, and Docker asks there."),
    "ErrorWithoutBody": N_("HEAD brings no body, so the engine asks with GET for what it lacks."),
    "Unreachable": N_("No HTTP answer came, and there is no other way to try."),
    "AccessDenied": N_("The registry refused, and Docker has nothing else to show."),
    "TokenRefused": N_("The credentials were refused, and Docker has no others."),
    "DigestMismatch": N_("Docker does not keep content whose digest is not the promised one."),
}  # fmt: skip
"""Why Docker goes on as it does, by what the answer was, or by that and what comes next."""


def logged_in(step: Step) -> str:
    """Whether Docker has credentials to show, where it may show them next."""
    name = facts.account(step)
    if name:
        return _("Docker has credentials of {account} for this registry.").format(account=name)
    return _("Docker has no credentials for this registry.")


def held(step: Step) -> str:
    """What a pull finds on this machine: whether it downloads at all must not be a guess."""
    if facts.command(step) != "docker pull":
        return ""
    names = [name for name, _digest in step.before.client.images.images]
    told = _("The image store holds: {names}.")
    return told.format(names=", ".join(names) or _("no image"))


def awaited(step: Step) -> str:
    """How many blobs are still to come: whether one more follows must not be a guess."""
    count = len(step.after.run.download.waiting)
    if step.after.phase is not Phase.FETCHING_BLOBS:
        return ""
    if not count:
        return _("No blob is awaited any more.") + " "
    return ngettext("{count} blob is awaited. ", "{count} blobs are awaited. ", count).format(
        count=count
    )


def not_next(options: tuple[Option, ...], found: Next) -> str:
    """When Docker would do one of the other things."""
    other = next(unpacked(option.says) for option in options if option.says != packed(found))
    return _("One of the others is too early or too late: {when}").format(
        when=_(ACTS[other[0]].when)
    )


def mutant_moves(at: Address, rng: Random) -> Iterator[Wrong]:
    """The next act under a misconception."""
    for mutant in mutants(rng):
        found = twin(mutant.name, at, by_message)
        trace = imagined(mutant.name, at.scenario, at.engine)
        move = follows(trace, found.number) if found else None
        if move:
            yield Wrong(packed(move), because(mutant), mutant.name)


def other_moves(lesson: Lesson, step: Step, found: Next, rng: Random) -> Iterator[Wrong]:
    """The same act with other credentials, then what follows the same answer elsewhere."""
    name, carried = found
    for other in rng.sample((NO_PROOF, PASSWORD, TOKEN), 3):
        if carried and other != carried:
            yield Wrong(packed((name, other)), _(CARRIES[carried]))
    moves = sorted(moves_of(lesson, step.name) | EVER)
    for move in rng.sample(moves, len(moves)):
        if move[0] != name:
            yield Wrong(packed(move), _(ACTS[move[0]].when))


EVER = frozenset({("error", ""), ("token", PASSWORD), ("blob", TOKEN), ("manifest", TOKEN)})
"""What Docker may do at all, where no situation shows enough."""
CARRIES: Mapping[str, str] = {
    NO_PROOF: N_("Docker sends credentials only where it has been asked for them, to the host "
                 "that they are for, and where it has them."),
    PASSWORD: N_("User name and password go to whoever checks them: the token service, or a "
                 "registry that asked for Basic."),
    TOKEN: N_("Docker has a token for the registry now, and sends it in place of the password."),
}  # fmt: skip
"""Why the next request carries what it does."""


@cache
def moves_of(lesson: Lesson, event: str) -> frozenset[Next]:
    """The acts that follow this event in the situations of the lesson."""
    found = (
        follows(trace, step.number)
        for trace in traces(lesson)
        for step in trace.steps
        if step.name == event
    )
    return frozenset(move for move in found if move)


# -- order ------------------------------------------------------------------------------------

VARIANTS = 3
"""How many questions of a kind are asked of one run, where a run could give many."""


def order_keys(lesson: Lesson) -> Iterator[Key]:
    for trace in traces(lesson):
        if len(firsts(trace.scenario, trace.engine)) >= MOST:
            for variant in range(VARIANTS):
                yield "order", trace.scenario, trace.engine, len(trace.steps), str(variant)


@cache
def firsts(scenario: str, engine: str) -> Mapping[str, int]:
    """The first step of each act in the run's last command."""
    found: dict[str, int] = {}
    trace = played(scenario, engine)
    begun = max(step.number for step in trace.steps if step.name.endswith("Typed"))
    for step, name in acts(trace):
        if step.number > begun:
            found.setdefault(name, step.number)
    return found


def order_holds(_at: Address, _asks: Asks, says: Says) -> bool:
    assert isinstance(says, tuple)
    return says == tuple(sorted(says))


def order_words(_lesson: Lesson, at: Address, _asks: Asks, says: Says) -> str:
    assert isinstance(says, tuple)
    names = {number: name for name, number in firsts(at.scenario, at.engine).items()}
    return " → ".join(_(ACTS[names[number]].text) for number in says)


def order_objective(_lesson: Lesson, key: Key) -> str:
    step = step_at(place_of(key))
    if facts.command(step) == "docker login":
        return "credentials-are-checked-at-login"
    if facts.command(step) == "docker push":
        return "challenge-and-scope"
    return "manifest-before-layers" if int(key[4]) else "image-comes-last"


def make_order(lesson: Lesson, key: Key) -> Question | None:
    at = place_of(key)
    known = firsts(at.scenario, at.engine)
    rng = Random(key_of(key))
    numbers = tuple(sorted(rng.sample(sorted(known.values()), MOST)))
    key_option = Option(order_words(lesson, at, (), numbers), numbers, right(_(NEEDS)))
    wrong = chain(mutant_orders(at, numbers, rng), swapped(at, numbers, rng))
    options = chosen(ORDER, lesson, at, (numbers,), key_option, wrong)
    if options is None:
        return None
    objective = order_objective(lesson, key)
    names = [_(ACTS[name].text) for name, number in known.items() if number in numbers]
    name = key_of("order", at.scenario, at.engine, numbers)
    items = tuple(Random(name).sample(names, len(names)))
    return Question(
        name, "order", objective, at, situation(at),
        _("In which order does Docker do this in the last command?"),
        (Part((numbers,), options),),
        (
            _("Begin with what needs none of the others."),
            rule(objective),
            _("Of these it comes last that: {last}").format(last=lower(names[-1])),
        ),
        typed(Address(at.scenario, at.engine, count_of(at))),
        items=items, core="/".join(names),
    )  # fmt: skip


NEEDS = N_("This is the order in which Docker does it.")


def lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def mutant_orders(at: Address, numbers: tuple[int, ...], rng: Random) -> Iterator[Wrong]:
    """The same acts in the order of a misconception."""
    for mutant in mutants(rng):
        twins = [(twin(mutant.name, Address(at.scenario, at.engine, n)), n) for n in numbers]
        found = sorted((there.number, n) for there, n in twins if there)
        if len(found) == len(numbers):
            yield Wrong(tuple(n for _there, n in found), because(mutant), mutant.name)


def swapped(at: Address, numbers: tuple[int, ...], rng: Random) -> Iterator[Wrong]:
    """Neighbours exchanged, then those further apart."""
    names = {number: name for name, number in firsts(at.scenario, at.engine).items()}
    places = [*pairwise(range(len(numbers))), (0, 2), (1, 3), (0, 3)]
    for first, second in rng.sample(places[:3], 3) + places[3:]:
        order = list(numbers)
        order[first], order[second] = order[second], order[first]
        yield Wrong(tuple(order), before(names[numbers[first]], names[numbers[second]]))


def before(one: str, other: str) -> str:
    """Why one act comes before the other."""
    if one == "token":
        return _("After the 401 Docker asks the token service at once, before any other request.")
    earlier = one in ("ping", "head") and other != "token"
    return _(ACTS[one if earlier else other].when)


NEXT = Kind("next", N_("What next"), next_keys, make_next, next_holds, next_words, next_objective)
ORDER = Kind(
    "order", N_("In which order"), order_keys, make_order, order_holds, order_words,
    order_objective,
)  # fmt: skip
