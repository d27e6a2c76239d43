"""The decoder: from a message to every situation that prints it, and how to tell which it is.

Nothing is looked up: each situation is played by the machine, and what it prints on standard
error becomes a shape (`simulator.decoder.shapes`). Situations have the same cause where the
world and the client stand the same, names aside. Causes are told apart where their runs part
(`simulator.compare.align`). What is pasted is masked first, and kept nowhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from simulator.compare.align import compare, kind
from simulator.compare.lanes import quoted
from simulator.decoder import shapes
from simulator.decoder.checks import Check, checks
from simulator.decoder.redaction import mask
from simulator.decoder.shapes import Names, Shape
from simulator.docker import events as e
from simulator.docker.cli.commands import Pull
from simulator.docker.engines import engine, engines
from simulator.docker.machine import State
from simulator.docker.trace import Step, Trace, steps
from simulator.lesson.document import Lesson
from simulator.recordings import fidelity
from simulator.recordings.document import RECORDED, Recording, engine_of
from simulator.recordings.scene import first_state, scene_of
from simulator.recordings.situations import trace as situation_run
from simulator.registry.model import Registry
from simulator.scenarios.model import UnknownScenario, scenarios
from simulator.sources.mock import mock
from simulator.sources.world import World
from simulator.views.address import Address
from simulator.views.message import outcome
from simulator.words.i18n import N_, _, ngettext

# -- what is the matter -------------------------------------------------------------------------


@dataclass(frozen=True)
class Circumstances:
    """How world and client stand, names aside: the same for situations with the same cause.

    `stored` is what the client has to show, as the registry sees it (a key of `STORED`), `there`
    what of the reference exists (a key of `THERE`); both are empty where they do not matter.
    """

    event: str
    detail: str
    stored: str = ""
    there: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """What can be said of them, in sentences to translate."""
        told = (STORED.get(self.stored, ""), THERE.get(self.there, ""))
        return tuple(filter(None, told))


STORED = {
    "nothing": N_("Nothing is stored for this registry."),
    "no helper": N_("The credential helper is not installed, so nothing can be looked up."),
    "unreadable": N_("config.json cannot be read."),
    "wrong": N_("Name or password are wrong."),
    "right": N_("Name and password are right."),
    "no right": N_("Name and password are right; this account may not pull this repository."),
}
THERE = {
    "all": N_("The repository and the tag exist."),
    "no tag": N_("The repository exists, the tag does not."),
    "no repository": N_("The repository does not exist."),
}


def circumstances(step: Step, known: Shape, world: World) -> Circumstances:
    """Seen at this step, before its secrets are masked."""
    state, event = step.before, step.event
    if isinstance(event, e.Unreachable):
        return Circumstances(step.name, event.obstacle)
    site = world.sites.get(state.run.host)
    if site is None or site.registry is None or not isinstance(event, ANSWERED):
        return Circumstances(step.name, str(known).lower())
    status = str(event.status) if isinstance(event, e.Refused) else ""
    registry = site.registry
    return Circumstances(step.name, status, stored(state, registry), there(state, registry))


ANSWERED = (e.LoginRejected, e.TokenRefused, e.NoCredentials, e.AccessDenied, e.ManifestUnknown,
            e.BlobUnknown, e.RateLimited, e.ServerFailed)  # fmt: skip
"""Failures for which it matters who asked, and for what."""


def stored(state: State, registry: Registry) -> str:
    if state.client.unreadable:
        return "unreadable"
    if state.run.credential is None:
        return "no helper" if state.client.store.helper_missing else "nothing"
    user = registry.users.get(state.run.credential.username)
    if user is None or user.password != state.run.credential.password:
        return "wrong"
    reference = state.run.reference
    return "right" if reference is None or user.may(reference.repository) else "no right"


def there(state: State, registry: Registry) -> str:
    if not isinstance(state.run.command, Pull) or state.run.reference is None:
        return ""
    repository = registry.repositories.get(state.run.reference.repository)
    if repository is None:
        return "no repository"
    held = {**repository.tags, **repository.manifests}
    return "all" if state.run.reference.identifier in held else "no tag"


# -- situations ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """A scenario or a recording, played on one engine."""

    name: str
    trace: Trace
    recording: Recording | None = None

    @property
    def title(self) -> str:
        return self.recording.heading() if self.recording else scenarios()[self.name].title

    @property
    def cause(self) -> str:
        """What is the matter, where somebody has said so."""
        if self.recording is None:
            return scenarios()[self.name].cause
        return self.recording.heading() if self.recording.title else ""

    @property
    def engine(self) -> str:
        return self.trace.engine


@dataclass(frozen=True)
class Printed:
    """A message that a situation prints, with the step that prints it."""

    situation: Situation
    step: Step
    text: str
    shape: Shape
    outline: str
    circumstances: Circumstances

    @property
    def failure(self) -> bool:
        return self.step.after.failure is not None

    @property
    def command(self) -> str:
        """`login`, `pull` or `logout`."""
        return type(self.step.after.run.command).__name__.lower()


RECORDINGS = RECORDED
"""What was recorded of real Docker; an installation without it has the scenarios."""


@dataclass(frozen=True)
class Played:
    """What is played: a client in a world. `source` as in the app's address."""

    name: str
    source: str
    world: World
    client: State
    recording: Recording | None = None


def situations() -> Iterator[Played]:
    """Every scenario and every recording, on each engine."""
    for name, known in scenarios().items():
        for one in engines():
            client = known.state(one)
            yield Played(name, "mock", known.world(), client)
    yield from recorded(RECORDINGS)


def recorded(directory: Path) -> Iterator[Played]:
    """The recordings there, but for those that the machine does not play."""
    if not directory.is_dir():
        return
    for one in fidelity.situations(directory):
        recording = one.recording
        if recording.name in fidelity.unreached():
            continue
        scene = scene_of(recording, engine_of(recording, one.engine))
        client = first_state(recording, scene)
        yield Played(recording.name, "recording", scene.world, client, recording)


@cache
def printed() -> tuple[Printed, ...]:
    """Every message of every situation: the index."""
    return tuple(message for played in situations() for message in messages(played))


def messages(played: Played) -> Iterator[Printed]:
    """What this situation prints on standard error; circumstances are seen before masking."""
    raw = tuple(steps(played.client, mock(played.world)))
    kept = tuple(step.masked() for step in raw)
    trace = Trace(kept, played.client.client.engine, played.source, played.name)
    situation = Situation(played.name, trace, played.recording)
    for secret, step in zip(raw, kept, strict=True):
        text = "\n".join(line.text for line in step.terminal if line.kind == "error").strip()
        if text:
            known = shapes.shape(text, step)
            why = circumstances(secret, known, played.world)
            yield Printed(situation, step, text, known, shapes.outline(text), why)


# -- which messages it may be -------------------------------------------------------------------

CLOSE = 0.8
"""From here on a message that is not the same is close."""
NEAR = 0.5
NEAREST = 3
LONGEST = 8_000
"""Characters that are read; of a longer text the last, where the error is."""


@dataclass(frozen=True)
class Fit:
    """How well a pasted text fits a message: `score` is how alike both are as a whole, with the
    text's own names in it where the shape is the same (`exact`); `likeness` with what the registry
    said in this situation. `prints` is false for a message that is only close."""

    printed: Printed
    score: float
    likeness: float
    exact: bool = False
    prints: bool = True
    names: Names = field(default_factory=dict)

    @property
    def rank(self) -> tuple[float, float]:
        return (round(self.score, 2), round(self.likeness, 2))


def fits(text: str) -> list[Fit]:
    """Messages of this shape, those that the text is a part of, and closer ones if there are.

    A shape that explains little of a text is not what was printed, if another explains more.
    """
    outline = shapes.outline(text)
    same = {id(fit.printed): fit for fit in (*parts(outline), *exactly(text, outline))}
    best = max((fit.score for fit in same.values()), default=0.0)
    near = closely(outline) if best < 1 else []
    close = [fit for close, fit in near if close >= CLOSE and fit.score > best]
    best = max((fit.score for fit in close), default=best)
    likely = [fit for fit in same.values() if not fit.exact or fit.score >= best / 2]
    return likely + [fit for fit in close if id(fit.printed) not in same]


def exactly(text: str, outline: str) -> Iterator[Fit]:
    """Messages whose shape is found, without those found inside a longer one."""
    found = {known: shapes.pattern(known).search(text) for known in known_shapes()}
    spans = [one.span() for one in found.values() if one]
    for one in printed():
        match = found[one.shape]
        if match and not any(inside(match.span(), other) for other in spans):
            score = shapes.likeness(shapes.outline(match.group()), outline)
            alike = shapes.likeness(outline, one.outline)
            yield Fit(one, score, alike, exact=True, names=shapes.captured(match))


def parts(outline: str) -> Iterator[Fit]:
    """Messages that the text is a part of."""
    for one in printed():
        if outline and outline in one.outline:
            alike = shapes.likeness(outline, one.outline)
            yield Fit(one, alike, alike)


def inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]


def closely(outline: str) -> list[tuple[float, Fit]]:
    """Every message with its closeness, the closest first."""
    known = [
        (shapes.closeness(outline, one.outline),
         Fit(one, alike, alike, prints=False))
        for one in printed()
        for alike in [shapes.likeness(outline, one.outline)]
    ]  # fmt: skip
    return sorted(known, key=lambda pair: (pair[0], pair[1].score), reverse=True)


@cache
def known_shapes() -> tuple[Shape, ...]:
    """Every shape once, failures first, then by its text."""
    failing = {one.shape: one.failure for one in sorted(printed(), key=lambda one: one.failure)}
    return tuple(sorted(failing, key=lambda known: (not failing[known], str(known).lower())))


# -- causes -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cause:
    """Situations with one cause; the first fit is shown for all of them."""

    fits: tuple[Fit, ...]

    @property
    def shown(self) -> Printed:
        return self.fits[0].printed

    @property
    def sentence(self) -> str:
        """What is the matter, where a scenario or a recording says so; only of failures."""
        told = (fit.printed.situation.cause for fit in self.fits if fit.printed.failure)
        return next(filter(None, told), "")

    @property
    def rank(self) -> tuple[bool, tuple[float, float], int]:
        """A failure explains more than a warning does."""
        best = max(fit.rank for fit in self.fits)
        return (self.shown.failure, best, len(self.situations))

    @property
    def engines(self) -> tuple[str, ...]:
        printing = {fit.printed.situation.engine for fit in self.fits}
        return tuple(name for name in engines() if name in printing)

    @property
    def situations(self) -> tuple[Situation, ...]:
        """Each once, whatever the engine."""
        return tuple({one.name: one for one in (f.printed.situation for f in self.fits)}.values())


@dataclass(frozen=True)
class Decoded:
    """What a pasted text may mean. `masked` counts the secrets that were in it; `prints` is false
    where no situation prints it, and the causes are those of messages that are close."""

    text: str
    masked: int
    names: Names = field(default_factory=dict)
    prints: bool = False
    causes: tuple[Cause, ...] = ()
    nearest: tuple[Shape, ...] = ()


def decode(pasted: str) -> Decoded:
    """Mask the text, find the messages it fits, and group them by cause."""
    kept = mask(shapes.clean(pasted))
    kept = replace(kept, text=kept.text[-LONGEST:].strip())
    if not kept.text:
        return Decoded("", 0)
    found = fits(kept.text)
    if not found:
        return Decoded(kept.text, kept.count, nearest=nearest(kept.text))
    best = max(found, key=lambda fit: (bool(fit.names), fit.rank))
    names = {**shapes.asked(kept.text), **best.names}
    prints = any(fit.prints for fit in found)
    return Decoded(kept.text, kept.count, names, prints, causes(found))


def nearest(text: str) -> tuple[Shape, ...]:
    near = closely(shapes.outline(text))
    known = dict.fromkeys(fit.printed.shape for close, fit in near if close >= NEAR)
    return tuple(known)[:NEAREST]


def causes(found: Iterable[Fit]) -> tuple[Cause, ...]:
    """By cause: failures first, what fits best, then what more situations lead to."""
    by_matter: dict[Circumstances, list[Fit]] = {}
    for fit in of_situations(found):
        by_matter.setdefault(fit.printed.circumstances, []).append(fit)
    by_sentence: dict[object, list[Fit]] = {}
    for matter, group in by_matter.items():
        sentence = Cause(tuple(group)).sentence
        key = (matter.event, sentence) if sentence else matter
        by_sentence.setdefault(key, []).extend(group)
    known = [Cause(tuple(sorted(group, key=representative))) for group in by_sentence.values()]
    return tuple(sorted(known, key=lambda cause: cause.rank, reverse=True))


def of_situations(found: Iterable[Fit]) -> Iterator[Fit]:
    """One fit for each situation: its failure, where that is among them. Several messages of one
    situation explain more of the text together."""
    by_situation: dict[int, list[Fit]] = {}
    for fit in found:
        by_situation.setdefault(id(fit.printed.situation), []).append(fit)
    for group in by_situation.values():
        first = max(group, key=lambda fit: (fit.printed.failure, fit.rank))
        explained = sum(fit.score for fit in group if fit.exact)
        yield replace(first, score=max(first.score, min(explained, 1.0)))


def representative(fit: Fit) -> tuple[object, ...]:
    """Rather one that the player opens, that fits well, of the default engine, and short."""
    situation = fit.printed.situation
    order = list(engines()).index(situation.engine)
    worse = tuple(-part for part in fit.rank)
    return (not address(fit.printed), worse, order, len(situation.trace.steps))


def address(message: Printed) -> str:
    """The step in the player, as an address; empty for a situation that it does not open."""
    situation = message.situation
    if not opens(situation.name):
        return ""
    return "?" + Address(situation.name, situation.engine, message.step.number).query


@cache
def opens(name: str) -> bool:
    """Whether the app plays this situation by its name."""
    try:
        situation_run(name)
    except UnknownScenario:
        return False
    return True


# -- telling causes apart -----------------------------------------------------------------------


@dataclass(frozen=True)
class Parting:
    """Where a run goes another way than those of `others`, and which way they go. Without steps
    they never part, and the circumstances must tell."""

    others: tuple[Cause, ...]
    ours: Step | None = None
    theirs: Step | None = None


def partings(cause: Cause, known: Iterable[Cause]) -> tuple[Parting, ...]:
    """Where the run of this cause goes another way than that of each other one."""
    apart: dict[object, Parting] = {}
    for other in known:
        if other is not cause:
            ours, theirs = parted(cause, other)
            key = (kind(ours), kind(theirs)) if ours and theirs else id(other)
            before = apart.get(key, Parting((), ours, theirs))
            apart[key] = replace(before, others=(*before.others, other))
    return tuple(apart.values())


def parted(cause: Cause, other: Cause) -> tuple[Step | None, Step | None]:
    """The first step at which the runs part, on an engine that prints both if there is one."""
    left, right = on_one_engine(cause, other)
    comparison = compare(from_command(left), from_command(right))
    if comparison.parted is None:
        return None, None
    pair = comparison.pairs[comparison.parted]
    return pair.left, pair.right


def on_one_engine(cause: Cause, other: Cause) -> tuple[Printed, Printed]:
    theirs = {fit.printed.situation.engine: fit.printed for fit in reversed(other.fits)}
    for fit in cause.fits:
        if fit.printed.situation.engine in theirs:
            return fit.printed, theirs[fit.printed.situation.engine]
    return cause.shown, other.shown


def from_command(message: Printed) -> Trace:
    """The run from the command that prints the message on."""
    trace = message.situation.trace
    before = trace.steps[: message.step.number]
    begins = [place for place, step in enumerate(before) if step.name.endswith("Typed")]
    return replace(trace, steps=trace.steps[begins[-1] if begins else 0 :])


# -- in words -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """A cause in words, for a page or a terminal to place."""

    title: str
    step: str
    meaning: str
    facts: tuple[str, ...]
    apart: tuple[str, ...]
    checks: tuple[Check, ...]
    engines: tuple[str, ...]
    situations: tuple[str, ...]
    address: str


def cards(decoded: Decoded, lesson: Lesson) -> tuple[Card, ...]:
    """The causes in words, in their order."""
    return tuple(card(cause, decoded, lesson) for cause in decoded.causes)


def card(cause: Cause, decoded: Decoded, lesson: Lesson) -> Card:
    shown, apart = cause.shown, partings(cause, decoded.causes)
    words = lesson.words(shown.step.name, shown.command)
    decisive = [one.ours for one in apart if one.ours]
    return Card(
        title(cause, lesson),
        _("Step {number}: {title}").format(number=shown.step.number, title=words.title),
        words.text,
        tuple(fact for fact in map(_, telling(cause, decoded.causes)) if fact != cause.sentence),
        tuple(told_apart(cause, one, lesson) for one in apart),
        checks(decisive, shown.step, decoded.names),
        tuple(_(engine(name).title) for name in cause.engines),
        tuple(one.title for one in cause.situations),
        address(shown),
    )


def telling(cause: Cause, known: Iterable[Cause]) -> tuple[str, ...]:
    """What is the case here and not everywhere."""
    others = [one.shown.circumstances.facts for one in known if one is not cause]
    facts = cause.shown.circumstances.facts
    return tuple(fact for fact in facts if not others or any(fact not in o for o in others))


def title(cause: Cause, lesson: Lesson) -> str:
    """What is the matter: as the scenario says, or what happened and what stands out about it."""
    if cause.sentence:
        return cause.sentence
    shown = cause.shown
    happened = lesson.words(shown.step.name, shown.command).title
    known = shown.circumstances
    fact = _(STORED[known.stored]) if known.stored not in ("", "right") else ""
    return f"{happened}: {fact}" if fact else happened


def told_apart(cause: Cause, parting: Parting, lesson: Lesson) -> str:
    others = _(" or ").join(quoted(title(other, lesson)) for other in parting.others)
    if parting.ours is None or parting.theirs is None:
        facts = " ".join(map(_, telling(parting.others[0], (cause, parting.others[0]))))
        same = _("Unlike {others}: every step looks the same. There: {facts}")
        return same.format(others=others, facts=facts or _("the names are others."))
    ours, theirs = (in_words(step, lesson) for step in (parting.ours, parting.theirs))
    differ = _("Unlike {others}: step {number} is “{ours}”, there it is “{theirs}”.")
    number = parting.ours.number
    return differ.format(others=others, number=number, ours=ours, theirs=theirs)


def in_words(step: Step, lesson: Lesson) -> str:
    """What happened, and what came over the wire."""
    happened = lesson.words(step.name, type(step.after.run.command).__name__.lower()).title
    match step.event:
        case e.TokenIssued(access=access):
            return f"{happened} ({', '.join(access) or _('without any right')})"
    if step.exchange is None:
        return happened
    return f"{happened} ({step.exchange.request.method} → {outcome(step.exchange.answer)})"


def masked_words(count: int) -> str:
    return ngettext("Masked {count} secret.", "Masked {count} secrets.", count).format(count=count)


def unknown(decoded: Decoded) -> str:
    """The sentence for a message that no situation prints."""
    if decoded.causes:
        return _("No situation prints exactly this. These messages are close:")
    if decoded.nearest:
        return _("No situation prints this. Paste the whole message, or pick one of these:")
    return _("No situation prints this. Paste what docker login, pull or logout printed.")


# -- messages to pick ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A message to pick: its shape, one text of it, and how many causes it has."""

    shape: Shape
    text: str
    causes: int


@cache
def known_messages() -> tuple[Known, ...]:
    """Every shape once, with the text that the first situation prints."""
    texts = {one.shape: one.text for one in reversed(printed())}
    return tuple(Known(one, texts[one], len(decode(texts[one]).causes)) for one in known_shapes())
