"""What the views need of a lesson, as values: its rows, boxes, words and predictions.

A lesson has these; the views know nothing else of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from simulator.docker.machine import Phase
from simulator.docker.trace import Step
from simulator.views.probes import Probe
from simulator.views.sentences import Variant
from simulator.views.talk import Party, Speech


class Part(BaseModel):
    """A part of a lesson's file: no unknown keys, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


Place = str | tuple[Variant, ...]
"""A sentence of a row, or its variants."""


class Row(Part):
    """A row of the process table. `phases` are those that it begins with and covers, where it names
    `commands` in these alone. Its input is what was typed or sent in it; `input` is shown where
    neither was. `result` and `note` are shown once it is complete."""

    number: int = Field(ge=1)
    action: str
    input: Place = ""
    result: Place
    note: Place
    phases: tuple[Phase, ...]
    commands: tuple[str, ...] = ()
    branch: bool = False


class Words(Variant):
    """What a step is called, and one or two sentences on what just happened."""

    title: str


class Prediction(Part):
    """The question before the first step that leaves `phase`: which event it will be, which value a
    variable will have, or which row comes next. `ways` are the events to offer first."""

    phase: Phase
    kind: Literal["event", "value", "row"]
    prompt: str
    ways: tuple[str, ...] = ()
    variable: str = ""


@dataclass(frozen=True)
class Node:
    """A box of the diagram. `phases` are the machine's phases that it stands for; a refusal in
    one of the phases `refuses` happens here."""

    id: str
    label: str
    phases: tuple[Phase, ...]
    refuses: tuple[Phase, ...] = ()
    failure: bool = False


@dataclass(frozen=True)
class Edge:
    """An arrow. `failure` leads to the branch; `back` returns to an earlier box."""

    source: str
    target: str
    failure: bool = False
    back: bool = False

    @property
    def id(self) -> str:
        return f"edge-{self.source}-{self.target}"


class Outline(Protocol):
    """A lesson, as far as the views know it."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def minutes(self) -> str: ...
    @property
    def sample(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> tuple[Row, ...]: ...
    @property
    def nodes(self) -> tuple[Node, ...]: ...
    @property
    def edges(self) -> tuple[Edge, ...]: ...
    @property
    def svgs(self) -> Mapping[str, str]: ...
    @property
    def probes(self) -> tuple[Probe, ...]: ...
    @property
    def tracker_after(self) -> tuple[int, ...]: ...
    @property
    def predictions(self) -> tuple[Prediction, ...]: ...
    @property
    def situations(self) -> tuple[str, ...]: ...
    @property
    def parties(self) -> Mapping[str, Party]: ...

    def words(self, event: str, step: Step) -> Words: ...
    def speech(self, event: str) -> Speech: ...


def diagram(lesson: Outline) -> dict[str, Any]:
    """The flow diagram for the stage: its drawings, boxes and arrows."""
    return {
        **lesson.svgs,
        "nodes": [
            {"id": n.id, "label": n.label, "failure": n.failure, "rows": rows_of(lesson, n)}
            for n in lesson.nodes
        ],
        "edges": [
            {"id": e.id, "from": e.source, "to": e.target, "failure": e.failure}
            for e in lesson.edges
        ],
    }


def rows_of(lesson: Outline, node: Node) -> str:
    """The rows of the process table that a box is in: `1–2`."""
    known = [row.number for row in lesson.rows if set(row.phases) & set(node.phases)]
    if len(known) < 2:
        return "".join(map(str, known))
    return f"{known[0]}–{known[-1]}"
