"""A lesson: words about runs, as data. `lesson.yaml` says why; the machine says what.

Each claim is equality at a path of one step of a run. `claims` evaluates them, `authoring` proves
a whole lesson.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from simulator.docker.machine import Phase
from simulator.docker.trace import Step
from simulator.lesson import event_words
from simulator.lesson.event_words import EventWords
from simulator.scenarios.model import own_scenarios, scenarios
from simulator.views import outline, talk
from simulator.views.commands import command_name
from simulator.views.outline import Edge, Node, Part, Prediction, Words
from simulator.views.point import point_of
from simulator.views.probes import PROBES, USUAL, Probe
from simulator.views.sentences import chosen, filled, usual
from simulator.views.talk import Party, Speech
from simulator.words import i18n
from simulator.words.data_file import DataFile
from simulator.words.translation import sibling

FILE = "lesson.yaml"
SHAPES = ("wide", "tall")
"""`wide` ends in a row from left to right, for screens; `tall` runs top-down, for phones."""


class InvalidLesson(ValueError):
    """A lesson file that cannot be read; the message names file, line and what is wrong."""


class Claim(Part):
    """`see` maps paths to values, at one step of a run: `works`, or `works@26` on another engine;
    the lesson's own by default.

    `at` is a row's number (its last step), `start` (before the first step), `end`, or an event's
    name (its first occurrence), where need be after a command: `pull Challenged`.
    """

    at: int | str
    see: dict[str, Any] = Field(min_length=1)
    run: str = ""


class Row(outline.Row):
    """A row of the process table, with what proves it."""

    claims: tuple[Claim, ...] = ()


class Box(Part):
    """A box of the flow diagram. A registry's refusal in one of the phases `refuses` happens
    here, though the request was sent from another box. `claims` prove the label at each step that
    comes to the box."""

    id: str = Field(pattern=r"^[a-z]+$")
    label: str
    phases: tuple[Phase, ...]
    refuses: tuple[Phase, ...] = ()
    failure: bool = False
    claims: dict[str, Any] = Field(default_factory=dict)


class Beside(Part):
    """Boxes that are drawn beside each other, a list for each such line, in each shape."""

    wide: tuple[tuple[str, ...], ...] = ()
    tall: tuple[tuple[str, ...], ...] = ()


class Flow(Part):
    """The diagram: boxes in the order of the way through, the ways back, the boxes that the
    failure branch is drawn from, and those that are drawn beside each other."""

    boxes: tuple[Box, ...] = Field(min_length=2)
    back: tuple[tuple[str, str], ...] = ()
    failing: tuple[str, ...] = ()
    beside: Beside = Beside()
    caption: str


class Moment(Part):
    """A key moment: a question that learners ask, and its answer."""

    question: str
    answer: str
    claims: tuple[Claim, ...] = Field(min_length=1)


class Option(Part):
    """An answer to choose. The right one's claim holds; each other's does not."""

    text: str
    claim: Claim
    feedback: str


class Choice(Part):
    """Options to choose from; exactly one is right."""

    prompt: str
    hint: str
    options: tuple[Option, ...]


class Question(Choice):
    options: tuple[Option, ...] = Field(min_length=4, max_length=4)


class Sentence(Part):
    """A line of the snapshot or a paragraph of the transcript, with what proves it."""

    text: str
    claims: tuple[Claim, ...] = ()


class Document(Part):
    """`lesson.yaml`."""

    title: str
    topic: str
    minutes: str
    outcomes: tuple[Sentence, ...] = ()
    """What a learner can do afterwards; the home says so."""
    builds_on: tuple[str, ...] = ()
    """The lessons that should come before, by their ids; the home shows them first."""
    scenario: str
    situations: Literal["all"] | tuple[str, ...] = ()
    """Situations that the lesson plays beside its own, which are in `scenarios.yaml` in its folder;
    `all` that come with Pullscope."""
    sample: tuple[str, ...] = Field(min_length=1)
    sample_caption: str
    flow: Flow
    rows: tuple[Row, ...] = Field(min_length=1)
    table_caption: str
    probes: tuple[str, ...] = USUAL
    """Variables of the status tracker."""
    tracker_after: tuple[int, ...] = ()
    """Rows after which the short tracker has a column."""
    tracker: tuple[Claim, ...] = ()
    words: dict[str, EventWords] = Field(default_factory=dict)
    """Words for events, in place of those that every lesson has."""
    parties: dict[str, Party] = Field(default_factory=dict)
    """Lanes of the stage beside those that every lesson has, or in place of them, by id."""
    talk: dict[str, Speech] = Field(default_factory=dict)
    """Who speaks to whom at events, where it is another than in every lesson."""
    predictions: tuple[Prediction, ...] = ()
    """By weight: a run asks the first few that it reaches."""
    moments: tuple[Moment, ...] = ()
    quiz: tuple[Question, ...] = ()
    snapshot: tuple[Sentence, ...] = ()
    transcript: tuple[Sentence, ...] = ()

    @field_validator("probes")
    @classmethod
    def known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in PROBES:
                raise ValueError(f"there is no probe {name!r}: choose from {', '.join(PROBES)}")
        return names


@dataclass(frozen=True, eq=False)
class Lesson:
    """A lesson as loaded, with the place it came from and the language of its texts.

    It is the `Outline` that the views know. The library reads it once a language, until one of its
    files changes; so what is made of a lesson can be cached by it.
    """

    document: Document
    file: DataFile
    language: str = i18n.DEFAULT

    @property
    def folder(self) -> Path:
        return self.file.path.parent

    @property
    def id(self) -> str:
        """Its folder's name: its key in addresses, caches and what is kept of a learner."""
        return self.folder.name

    @property
    def title(self) -> str:
        return self.document.title

    @property
    def minutes(self) -> str:
        return self.document.minutes

    @property
    def sample(self) -> tuple[str, ...]:
        return self.document.sample

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.document.rows

    @property
    def tracker_after(self) -> tuple[int, ...]:
        return self.document.tracker_after

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        return self.document.predictions

    @property
    def probes(self) -> tuple[Probe, ...]:
        """The variables of the status tracker."""
        return tuple(PROBES[name] for name in self.document.probes)

    @property
    def situations(self) -> tuple[str, ...]:
        """The names of the situations that it plays, its own run's first."""
        listed = self.document.situations
        names = tuple(scenarios()) if listed == "all" else tuple(map(self.situation, listed))
        return tuple(dict.fromkeys((self.scenario, *own_scenarios(self.id), *names)))

    @property
    def scenario(self) -> str:
        """The situation of its own run."""
        return self.situation(self.document.scenario)

    def situation(self, name: str) -> str:
        """The situation that the lesson calls so: its own (`LESSON/NAME`), else one that comes
        with Pullscope."""
        own = f"{self.id}/{name}"
        return own if own in own_scenarios(self.id) else name

    @property
    def parties(self) -> dict[str, Party]:
        """The lanes: those that every lesson has, then its own."""
        return {**talk.common().parties, **self.document.parties}

    def speech(self, event: str) -> Speech:
        """Who speaks to whom at this event. Raises KeyError where `talk.yaml` has no such event."""
        return self.document.talk.get(event) or talk.common().events[event]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(
            Node(b.id, b.label, b.phases, b.refuses, b.failure) for b in self.document.flow.boxes
        )

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The way through, the ways back, and the failure branch."""
        drawn = self.document.flow
        way = [node.id for node in self.nodes if not node.failure]
        onward = tuple(Edge(a, b) for a, b in pairwise(way))
        back = tuple(Edge(a, b, back=True) for a, b in drawn.back)
        branches = [node.id for node in self.nodes if node.failure]
        return (
            onward
            + back
            + tuple(Edge(box, branch, failure=True) for box in drawn.failing for branch in branches)
        )

    @property
    def svgs(self) -> dict[str, str]:
        """The drawn diagrams by shape."""
        return {shape: svg_file(self, shape).read_text("utf-8") for shape in SHAPES}

    def words(self, event: str, step: Step) -> Words:
        """The words for an event, filled with the facts of this step: those of the variant that
        applies where it is the step's event, else the usual ones."""
        variants, at = self.variants(event, command_name(step)), point_of(step)
        told = chosen(variants, at) if event == step.name else usual(variants)
        texts = {"title": filled(told.title, at), "text": filled(told.text, at)}
        return told.model_copy(update=texts)

    def variants(self, event: str, command: str) -> tuple[Words, ...]:
        """The words for an event, or those special to a command: `login Challenged`. The lesson's
        own, else those that every lesson has."""
        keys = (f"{command} {event}", event)
        own = {key: one.root for key, one in self.document.words.items()}
        common = event_words.words()
        return next(known[key] for known in (own, common) for key in keys if key in known)


def svg_file(lesson: Lesson, shape: str) -> Path:
    """`flow-wide.svg`, in another language `flow-wide.de.svg`: the boxes have labels."""
    return sibling(lesson.folder / f"flow-{shape}.svg", lesson.language)
