"""The phases of a room and what leads from one to the next. No I/O, no clock.

`TRANSITIONS` is the whole map: an event that is not in a phase's row does not happen there.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum

from simulator.room.item import Item, Stage


class Phase(StrEnum):
    """Where a room is. A vote is *closing* while its countdown runs, and still takes votes."""

    LOBBY = "lobby"
    READING = "reading"
    VOTE_1 = "vote 1"
    CLOSING_1 = "closing 1"
    CLOSED_1 = "closed 1"
    DISCUSSING = "discussing"
    VOTE_2 = "vote 2"
    CLOSING_2 = "closing 2"
    CLOSED_2 = "closed 2"
    REVEALED = "revealed"
    ENDED = "ended"


@dataclass(frozen=True)
class Event:
    """Something that happened to a room."""


@dataclass(frozen=True)
class SeatTaken(Event):
    """A phone joined: it gets the next number. In a full room it takes the place of a seat that
    never voted and is not one of `watching`, those that are connected."""

    watching: Container[object] = ()


@dataclass(frozen=True)
class SeatRemoved(Event):
    """The teacher removed a seat; with `later`, also all with higher numbers: a flood that came
    after the class. Their phones may join again, with new numbers."""

    seat: int
    later: bool = False


@dataclass(frozen=True)
class SeatsFreed(Event):
    """The teacher removed all seats that never voted. Their phones may join again."""


@dataclass(frozen=True)
class DockerShown(Event):
    """A seat shows the teacher where its own docker is, by the user name there; empty: it shows
    that no longer."""

    seat: int
    name: str


@dataclass(frozen=True)
class ItemAsked(Event):
    """The class was given a question to read."""

    item: Item


@dataclass(frozen=True)
class VoteOpened(Event):
    """Seats may vote, until the teacher closes."""


@dataclass(frozen=True)
class Voted(Event):
    """A seat chose an option (by its place) of the item with this key in a round, 1 or 2; None: it
    chose none. `at` is when the vote reached the server, in seconds of its clock."""

    seat: int
    item: int
    round: int
    option: int | None
    sure: bool
    at: float


@dataclass(frozen=True)
class VoteClosing(Event):
    """The teacher closed the vote; the countdown of so many seconds began at `at`."""

    at: float
    seconds: float


@dataclass(frozen=True)
class VoteClosed(Event):
    """The countdown and the grace for votes on their way were over at `at`."""

    at: float


@dataclass(frozen=True)
class DiscussionBegun(Event):
    """Neighbours discuss."""


@dataclass(frozen=True)
class Revealed(Event):
    """The class sees the counts, and which option is right."""


@dataclass(frozen=True)
class ItemSkipped(Event):
    """The question is taken back, with all its votes."""


@dataclass(frozen=True)
class StageMoved(Event):
    """The teacher's stage shows another step; None: it leads no longer."""

    stage: Stage | None


@dataclass(frozen=True)
class RoomEnded(Event):
    """The lesson is over."""


P = Phase
Edges = Mapping[type[Event], Phase]


def staying(here: Phase) -> dict[type[Event], Phase]:
    """Seats come and go and show their docker, and the stage moves, in every phase but the last."""
    kinds = (SeatTaken, SeatRemoved, SeatsFreed, DockerShown, StageMoved)
    return dict.fromkeys(kinds, here)


MOVES: Mapping[Phase, Edges] = {
    P.LOBBY: {ItemAsked: P.READING, RoomEnded: P.ENDED},
    P.READING: {VoteOpened: P.VOTE_1, ItemSkipped: P.LOBBY},
    P.VOTE_1: {Voted: P.VOTE_1, VoteClosing: P.CLOSING_1, ItemSkipped: P.LOBBY},
    P.CLOSING_1: {Voted: P.CLOSING_1, VoteClosed: P.CLOSED_1, ItemSkipped: P.LOBBY},
    P.CLOSED_1: {DiscussionBegun: P.DISCUSSING, Revealed: P.REVEALED, ItemSkipped: P.LOBBY},
    P.DISCUSSING: {VoteOpened: P.VOTE_2, ItemSkipped: P.LOBBY},
    P.VOTE_2: {Voted: P.VOTE_2, VoteClosing: P.CLOSING_2, ItemSkipped: P.LOBBY},
    P.CLOSING_2: {Voted: P.CLOSING_2, VoteClosed: P.CLOSED_2, ItemSkipped: P.LOBBY},
    P.CLOSED_2: {Revealed: P.REVEALED, ItemSkipped: P.LOBBY},
    P.REVEALED: {ItemAsked: P.READING, RoomEnded: P.ENDED},
}
TRANSITIONS: Mapping[Phase, Edges] = {
    phase: {**edges, **staying(phase)} for phase, edges in MOVES.items()
} | {P.ENDED: {}}

VOTING: Mapping[Phase, int] = {P.VOTE_1: 1, P.CLOSING_1: 1, P.VOTE_2: 2, P.CLOSING_2: 2}
"""The phases that take votes, with the round that they belong to."""
CLOSING = (P.CLOSING_1, P.CLOSING_2)
"""The phases in which a countdown runs."""
