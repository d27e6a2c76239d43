"""A line on the terminal, and the table from events to lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.docker.events import Event
from simulator.docker.machine.state import State


@dataclass(frozen=True)
class Line:
    """One line; `kind` is `command`, `input`, `output` or `error` (standard error)."""

    kind: str
    text: str


LinesOf = Mapping[type[Event], Callable[[State, Any, State], tuple[Line, ...]]]
"""For an event: its lines, from the state before, the event, and the state after."""


def output(kind: str, texts: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple(Line(kind, text) for text in texts)
