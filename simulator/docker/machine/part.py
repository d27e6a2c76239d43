"""One part of the machine: what one command, or one piece of it, does in its phases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.docker.events import Event
from simulator.docker.machine.state import Client, Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.message import Request, Response

Move = tuple[Request, ...] | Event
"""The requests to send now (several may be in flight together), or a local decision."""


@dataclass(frozen=True)
class Part:
    """Functions by phase and by event. Each phase and each event has its entry in one part only."""

    moves: Mapping[Phase, Callable[[State], Move]] = field(default_factory=dict)
    """What the client does next."""
    meanings: Mapping[Phase, Callable[[State, Request, Response], Event]] = field(
        default_factory=dict
    )
    """What an answer means."""
    keeps: Mapping[type[Event], Callable[[State, Any], Run]] = field(default_factory=dict)
    """What the running command knows after an event."""
    stores: Mapping[type[Event], Callable[[State, Any], Client]] = field(default_factory=dict)
    """What stays on this machine after an event."""
