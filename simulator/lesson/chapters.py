"""Learn, Why, Deep and Perf: sections of words, each with something that is run for it, as data.

`chapters.yaml` makes claims as the lesson does; `problems` yields a sentence for each way in
which the words disagree with the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from pydantic import Field

from simulator.docker.trace import Step
from simulator.lesson.claims import run_of, step_of
from simulator.lesson.document import Choice, Claim, Lesson, Option, Question
from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.registry.fixtures import all_repositories
from simulator.scenarios.model import Setting, Typed
from simulator.scenarios.world import Strict
from simulator.shell.session import terminal, typed
from simulator.shell.values import Shell
from simulator.words.data_file import read_as
from simulator.words.i18n import _, per_language

FILE = "chapters.yaml"


class InvalidChapters(ValueError):
    """`chapters.yaml` is not right; the message says where."""


class Shown(Strict):
    """A step of a scenario's run whose message is opened; `at` as in a claim."""

    run: str
    at: int | str


class Listed(Strict):
    """All messages of a scenario's run, for each of these engines."""

    run: str
    engines: tuple[str, ...] = Field(min_length=1)


class Stored(Strict):
    """The files and stores at the end of a scenario's run."""

    run: str


class Member(Strict):
    """One who takes part: a name and what it does, with an icon (Material Symbols)."""

    icon: str
    title: str
    text: str


class Played(Strict):
    """Commands that are typed in a world; the terminal shows each of `says`, on each engine."""

    world: Setting = Setting()
    play: tuple[Typed, ...] = ()
    says: tuple[str, ...] = ()

    def shell(self, engine: str = "29") -> Shell:
        """The terminal after everything was typed."""
        return typed(terminal(self.world, engine), self.play)


class Side(Played):
    """One of two terminals beside each other, with a line of words."""

    text: str


class Pair(Strict):
    """The same task before and after what the section teaches."""

    before: Side
    after: Side


class Verdict(Strict):
    """Yes or No as an answer to a belief. The right one's claim holds; the other's does not."""

    claim: Claim
    feedback: str


class Belief(Strict):
    """A sentence that many believe, as a question that one answers with yes or no."""

    prompt: str
    hint: str
    yes: Verdict
    no: Verdict

    @property
    def choice(self) -> Choice:
        """The same as two options, in the chosen language."""
        sides = ((_("Yes"), self.yes), (_("No"), self.no))
        options = tuple(Option(text=t, claim=s.claim, feedback=s.feedback) for t, s in sides)
        return Choice(prompt=self.prompt, hint=self.hint, options=options)


class Pitfall(Strict):
    """A mistake, what to do in its place, and why the mistake fails."""

    wrong: str
    right: str
    cause: str


class Section(Played):
    """A title, words, and what is shown for them: `points` are a numbered list before the text,
    `cast` are those who take part, `timed` are situations whose time and bytes are compared."""

    title: str
    points: tuple[str, ...] = ()
    text: str
    cast: tuple[Member, ...] = ()
    pair: Pair | None = None
    wire: Shown | None = None
    exchanges: Listed | None = None
    chain: str = ""
    stores: Stored | None = None
    timed: tuple[str, ...] = ()
    question: Question | None = None
    belief: Belief | None = None
    pitfall: Pitfall | None = None
    claims: tuple[Claim, ...] = ()

    @property
    def words(self) -> str:
        """The points and the text, in Markdown."""
        lines = [f"{place}. {point}" for place, point in enumerate(self.points, 1)]
        return "\n".join((*lines, "", self.text))

    @property
    def terminals(self) -> tuple[Played, ...]:
        """All that is typed for this section."""
        return (self, *((self.pair.before, self.pair.after) if self.pair else ()))

    @property
    def choice(self) -> Choice | None:
        """The question before the run is opened."""
        return self.belief.choice if self.belief else self.question


class Chapters(Strict):
    """All of them, as they are read. `perf` ends the page about time and bytes, `others` are
    what other courses say."""

    learn: tuple[Section, ...] = ()
    why: tuple[Section, ...] = ()
    deep: tuple[Section, ...] = ()
    perf: tuple[Section, ...] = ()
    others: tuple[Section, ...] = ()

    def sections(self) -> Iterator[tuple[str, Section]]:
        for name in type(self).model_fields:
            for place, section in enumerate(getattr(self, name), 1):
                yield f"{name} {place}", section


@per_language
def chapters(lesson: Lesson) -> Chapters:
    """In the chosen language; empty for a lesson that has none. Raises InvalidChapters or
    InvalidTranslation with the first thing that is wrong."""
    path = lesson.folder / FILE
    return read_as(Chapters, path, InvalidChapters) if path.exists() else Chapters()


# -- what is shown ------------------------------------------------------------------------------


def screen(shell: Shell) -> str:
    """What the terminal shows."""
    return "\n".join(
        f"$ {line.text}" if line.kind == "command" else line.text for line in shell.lines
    )


def parties(lesson: Lesson, section: Section) -> tuple[str, ...]:
    """The hosts that were asked for what the section shows, the first one first."""
    asked = [step_at(lesson, section.wire)] if section.wire else []
    if section.play and (trace := section.shell().trace):
        asked += trace.steps
    return tuple(dict.fromkeys(step.exchange.request.host for step in asked if step.exchange))


def step_at(lesson: Lesson, shown: Shown) -> Step:
    """The step. Raises LookupError or UnknownScenario."""
    return step_of(lesson, run_of(lesson, shown.run), shown.at)


# -- the digest chain ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """A name that was promised by the link before, and the bytes behind it."""

    what: str
    promised_by: str
    digest: str
    data: bytes

    def recomputed(self, spoiled: bool = False) -> str:
        """The digest of the bytes as they are now; `spoiled` changes one bit of them."""
        data = bytes([self.data[0] ^ 1]) + self.data[1:] if spoiled else self.data
        return f"sha256:{sha256(data).hexdigest()}"


def chain(image: str) -> tuple[Link, ...]:
    """From the tag to the last layer, named in the chosen language.

    Raises KeyError for an image that there is not.
    """
    repository, _colon, tag = image.partition(":")
    held = all_repositories()[repository]
    digest = held.tags[tag]
    stored = held.manifests[digest].data
    manifest = parse_manifest(stored, digest)
    assert isinstance(manifest, Manifest)
    by_tag = _("the tag {tag}").format(tag=tag)
    links = [Link(_("manifest"), by_tag, digest, stored)]
    config = manifest.config.digest
    links.append(Link(_("config"), _("the manifest"), config, held.blobs[config].data))
    for number, layer in enumerate(manifest.layers, 1):
        data = held.blobs[layer.digest].data
        layer_name = _("layer {number}").format(number=number)
        links.append(Link(layer_name, _("the manifest"), layer.digest, data))
    return tuple(links)
