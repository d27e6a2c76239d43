"""Learn, Why and Deep: sections of words, each with something that is run for it, as data.

`chapters.yaml` makes claims as the lesson does; `problems` yields a sentence for each way in
which the words disagree with the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import Field

from simulator.docker.engines import engines
from simulator.docker.trace import Step
from simulator.lesson.document import Claim, Lesson, Question, disagreements, find_point
from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.registry.fixtures import repositories
from simulator.scenarios import play
from simulator.scenarios.model import Typed, UnknownScenario, scenarios
from simulator.scenarios.workbench import Strict, Workbench
from simulator.shell.session import terminal, typed
from simulator.shell.values import Shell
from simulator.words.i18n import _, per_language
from simulator.words.translation import read_as

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
    """What is kept where at the end of a scenario's run."""

    run: str


class Section(Strict):
    """A title, words, and what is shown for them; `says` stands in what the terminal shows."""

    title: str
    text: str
    world: Workbench = Workbench()
    play: tuple[Typed, ...] = ()
    says: tuple[str, ...] = ()
    wire: Shown | None = None
    exchanges: Listed | None = None
    chain: str = ""
    stores: Stored | None = None
    question: Question | None = None
    claims: tuple[Claim, ...] = ()

    def shell(self, engine: str = "29") -> Shell:
        """The terminal after everything was typed."""
        return typed(terminal(self.world, engine), self.play)


class Chapters(Strict):
    """The three, as they are read."""

    learn: tuple[Section, ...] = Field(min_length=1)
    why: tuple[Section, ...] = Field(min_length=1)
    deep: tuple[Section, ...] = Field(min_length=1)

    def sections(self) -> Iterator[tuple[str, Section]]:
        for name in type(self).model_fields:
            for place, section in enumerate(getattr(self, name), 1):
                yield f"{name} {place}", section


@per_language
def chapters(folder: Path) -> Chapters:
    """In the chosen language. Raises InvalidChapters or InvalidTranslation with the first thing
    that is wrong."""
    return read_as(Chapters, folder / FILE, InvalidChapters)


# -- proving ----------------------------------------------------------------------------------


def problems(lesson: Lesson, known: Chapters) -> Iterator[str]:
    """Every way in which the chapters disagree with the machine; none means proven."""
    for where, section in known.sections():
        for what in (*unsaid(section), *unproven(lesson, section), *unshown(lesson, section)):
            yield f"{FILE}: {where} ({section.title}): {what}"


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


def unsaid(section: Section) -> Iterator[str]:
    """What stands in `says` and not on the screen, of whichever engine."""
    for engine in engines():
        shown = screen(section.shell(engine)) if section.play else ""
        for text in section.says:
            if text not in shown:
                yield f"Docker {engine} does not print {text!r}"


def unproven(lesson: Lesson, section: Section) -> Iterator[str]:
    for claim in section.claims:
        yield from (what for _where, what in disagreements(lesson, (), claim))
    if section.question:
        options = section.question.options
        true = [o.text for o in options if not list(disagreements(lesson, (), o.claim))]
        if len(true) != 1:
            yield f"{len(true)} options are true: {true}"


def unshown(lesson: Lesson, section: Section) -> Iterator[str]:
    """Runs, engines and images that do not exist."""
    for part in (section.wire, section.exchanges, section.stores):
        if part and part.run not in scenarios():
            yield f"there is no scenario {part.run!r}"
    if section.wire and section.wire.run in scenarios():
        try:
            step_at(lesson, section.wire)
        except LookupError as error:
            yield str(error.args[0])
    for name in section.exchanges.engines if section.exchanges else ():
        if name not in engines():
            yield f"there is no engine {name!r}"
    repository, _colon, tag = section.chain.partition(":")
    if section.chain and tag not in getattr(repositories().get(repository), "tags", {}):
        yield f"there is no image {section.chain!r}"


def step_at(lesson: Lesson, shown: Shown) -> Step:
    """The step. Raises LookupError or UnknownScenario."""
    trace = play.trace(shown.run)
    wanted = find_point(lesson, trace, shown.at)
    return next(step for step in trace.steps if step.after is wanted.after)


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
    held = repositories()[repository]
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


__all__ = ["Chapters", "InvalidChapters", "Section", "UnknownScenario", "chain", "chapters",
           "parties", "problems", "screen", "step_at"]  # fmt: skip
