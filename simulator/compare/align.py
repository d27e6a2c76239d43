"""What if: two runs side by side, aligned, and the first step at which they part.

Steps are alike when the same kind of thing happened: the same event in the same phase, asked in
the same way and answered with the same status. A name, a digest or a password that differs does
not part two runs; what comes of it does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import zip_longest

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.machine import Phase
from simulator.docker.trace import Step, Trace
from simulator.protocol.digest import short_digest
from simulator.protocol.media_types import DOCKER_INDEX, OCI_INDEX
from simulator.protocol.message import Response
from simulator.protocol.status import reason
from simulator.scenarios import play
from simulator.scenarios.changes import change, changes
from simulator.scenarios.model import Scenario, find_scenario, per_own_scenarios, scenario
from simulator.views.address import Address
from simulator.words.i18n import N_, _

Kind = tuple[object, ...]


def kind(step: Step) -> Kind:
    """What happened, without names: phase, event, method, kind of authorization, status."""
    happened = (step.before.phase, step.name, *counted(step.event))
    if step.exchange is None:
        return happened
    request, answer = step.exchange.request, step.exchange.answer
    sent = request.authorization.scheme if request.authorization else None
    came = answer.status if isinstance(answer, Response) else answer.obstacle
    return (*happened, request.method, sent, came)


def counted(event: Event) -> Kind:
    """What an event can hold more or less of, and of which sort it is."""
    match event:
        case e.TokenIssued(access=access):
            return (len(access),)
        case e.LayersPlanned(missing, present):
            return (len(missing), len(present))
        case e.Challenged(challenge):
            return (challenge.scheme,)
        case e.Resolved(media_type=media_type):
            return (media_type in (DOCKER_INDEX, OCI_INDEX),)
        case e.StoreFailed(reason=reason):
            return (reason.partition(":")[0],)
        case e.CredentialsRemoved(found=found):
            return (found,)
        case e.BlobReceived(kind=sort) | e.DigestMismatch(kind=sort):
            return (sort,)
        case _:
            return ()


# -- aligned ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A row of the comparison: a step of each run, or of one of them."""

    left: Step | None
    right: Step | None

    @property
    def alike(self) -> bool:
        both = self.left is not None and self.right is not None
        return both and kind(self.left) == kind(self.right)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Supposed:
    """What a misconception says Docker does (`title`), and why Docker does not (`truth`)."""

    title: str
    truth: str


@dataclass(frozen=True)
class Comparison:
    """Two runs, row by row. `parted` is the place of the first row that is not alike. `change`
    names the change, where the right run is the left one with one thing changed; where the right
    run is one that a misconception leads to, that is `supposed`."""

    left: Trace
    right: Trace
    pairs: tuple[Pair, ...]
    parted: int | None
    change: str = ""
    supposed: Supposed | None = None

    @property
    def runs(self) -> tuple[Trace, Trace]:
        return self.left, self.right

    @property
    def parting(self) -> Pair | None:
        return None if self.parted is None else self.pairs[self.parted]


def compare(left: Trace, right: Trace) -> Comparison:
    """Align two runs: step by step up to where they part, and there; after it, steps that are alike
    are paired again. Where they part because another command is typed, the command that only one of
    them has is alone in its row."""
    common = in_common(left, right)
    ours, theirs = left.steps[common:], right.steps[common:]
    pairs = beside(left.steps[:common], right.steps[:common])
    if ours and theirs and ours[0].before.phase is not Phase.READY:
        pairs += beside(ours[:1], theirs[:1])
        ours, theirs = ours[1:], theirs[1:]
    pairs += aligned(ours, theirs)
    parted = next((place for place, pair in enumerate(pairs) if not pair.alike), None)
    return Comparison(left, right, tuple(pairs), parted)


def in_common(left: Trace, right: Trace) -> int:
    """How many steps are alike before the first that is not."""
    both = enumerate(zip(left.steps, right.steps, strict=False))
    shorter = min(len(left.steps), len(right.steps))
    return next((place for place, (a, b) in both if kind(a) != kind(b)), shorter)


def aligned(ours: tuple[Step, ...], theirs: tuple[Step, ...]) -> list[Pair]:
    """Pairs of steps that are alike, in order; the others are paired as far as they go."""
    matcher = SequenceMatcher(None, [*map(kind, ours)], [*map(kind, theirs)], autojunk=False)
    codes = matcher.get_opcodes()
    return [pair for _, a, b, c, d in codes for pair in beside(ours[a:b], theirs[c:d])]


def beside(ours: tuple[Step, ...], theirs: tuple[Step, ...]) -> list[Pair]:
    """Steps beside each other, as long as both are in the same phase."""
    return [
        pair
        for a, b in zip_longest(ours, theirs)
        for pair in ([Pair(a, b)] if same_phase(a, b) else [Pair(a, None), Pair(None, b)])
    ]


def same_phase(a: Step | None, b: Step | None) -> bool:
    """Whether two steps can be in one row; one alone always can."""
    return not (a and b) or a.before.phase is b.before.phase


# -- why ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """A fact of a step that is different in the other run."""

    what: str
    left: str
    right: str


def facts(pair: Pair) -> tuple[Fact, ...]:
    """What differs between the two steps of a row; nothing where there is only one."""
    if not (pair.left and pair.right):
        return ()
    told = (Fact(what, of(pair.left), of(pair.right)) for what, of in FACTS.items())
    return tuple(fact for fact in told if fact.left != fact.right)


def typed(step: Step) -> str:
    starts = step.before.phase in (Phase.READY, Phase.PROMPTING)
    return step.after.run.command.text if starts and step.after.run.command else ""


def stored(step: Step) -> str:
    """The credentials that are stored for this registry, in words."""
    state = step.before
    key = state.run.reference.key if state.run.reference else state.run.host
    entry = _("credentials for {registry}") if state.client.store.find(key) else _("no credentials")
    missing = state.client.store.lacks(key)
    helper = _("the helper {helper} is missing").format(helper=missing) if missing else ""
    return "; ".join(filter(None, (entry.format(registry=key), helper, state.client.writable)))


def held(step: Step) -> str:
    """The images that are here."""
    return ", ".join(name for name, _digest in step.before.client.images.images)


def asked(step: Step) -> str:
    if step.exchange is None:
        return _("nothing")
    request = step.exchange.request
    proof = f", {request.authorization.scheme}" if request.authorization else ""
    return f"{request.method} {request.host}{request.path}{proof}"


def answered(step: Step) -> str:
    if step.exchange is None:
        return ""
    answer = step.exchange.answer
    if not isinstance(answer, Response):
        return _("no answer: {obstacle}").format(obstacle=answer.obstacle)
    said = f"{answer.status} {reason(answer.status)}"
    content = short(answer.content.digest) if answer.content else ""
    return "; ".join(filter(None, (said, code_of(answer), challenge_of(answer), content)))


def challenge_of(answer: Response) -> str:
    """The scheme that a challenge names."""
    return (answer.header("WWW-Authenticate") or "").partition(" ")[0]


def code_of(answer: Response) -> str:
    """The registry's own error code."""
    document = answer.json()
    errors = document.get("errors") if isinstance(document, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("code", "")) if isinstance(first, dict) else ""


def learned(step: Step) -> str:
    match step.event:
        case e.TokenIssued(access=access):
            return ", ".join(access) or _("a token without any right")
        case e.LayersPlanned(missing, present):
            counts = {"missing": len(missing), "present": len(present)}
            return _("layers to download: {missing}, here already: {present}").format(**counts)
        case e.DigestMismatch(_kind, expected, actual):
            digests = {"expected": short(expected), "actual": short(actual)}
            return _("promised {expected}, came {actual}").format(**digests)
        case _other:
            return ""


def short(digest: str) -> str:
    """`sha256:` and the first twelve digits, as Docker shortens it."""
    return f"sha256:{short_digest(digest)}"


FACTS: Mapping[str, Callable[[Step], str]] = {
    N_("Typed"): typed,
    N_("Credential store"): stored,
    N_("Image store"): held,
    N_("Sent"): asked,
    N_("Answered"): answered,
    N_("Learned"): learned,
}
"""The facts of a step that can differ, in the order of cause and effect."""


# -- one thing changed --------------------------------------------------------------------------


def what_if(base: str, name: str, engine: str = "29") -> Comparison:
    """The scenario as it is, and with one thing changed.

    Raises UnknownScenario or UnknownChange with the names there are.
    """
    otherwise = change(name).apply(scenario(base))
    left = play.trace(base, engine)
    return replace(compare(left, changed_run(otherwise, engine)), change=name)


def changed_run(one: Scenario, engine: str) -> Trace:
    """A run of a scenario that is in no file, so it has no name."""
    return replace(play.run(one, engine), scenario="")


def makes_sense(base: str, name: str) -> bool:
    """Whether there is something to change here, and it is not so already."""
    known = scenario(base)
    return change(name).apply(known) != known


@per_own_scenarios
def partings(base: str, engine: str = "29") -> Mapping[str, int]:
    """Each change that matters to this run, with the step at which the runs part.

    In the order of the steps. Raises UnknownScenario.
    """
    left, known = play.trace(base, engine), scenario(base)
    changed = ((name, one.apply(known)) for name, one in changes().items())
    traces = ((name, changed_run(one, engine)) for name, one in changed if one != known)
    found = ((name, compare(left, trace).parted) for name, trace in traces)
    steps = ((name, min(place + 1, len(left.steps))) for name, place in found if place is not None)
    return dict(sorted(steps, key=lambda one: one[1]))


def offers(lesson: str, trace: Trace) -> dict[int, list[dict[str, str]]]:
    """For each step at which a change parts this run from another: those changes, as links.

    Empty for a run that is no scenario of `scenarios.yaml`.
    """
    if trace.source != "mock" or not find_scenario(trace.scenario):
        return {}
    offered: dict[int, list[dict[str, str]]] = {}
    for name, step in partings(trace.scenario, trace.engine).items():
        offered.setdefault(step, []).append(offer(lesson, trace, name))
    return offered


def offer(lesson: str, trace: Trace, name: str) -> dict[str, str]:
    there = Address(trace.scenario, trace.engine, lesson=lesson, change=name)
    return {"change": name, "title": changes()[name].title, "href": there.on("compare")}
