"""A room as a value, and the one function that moves it. No I/O, no clock: events bring the time.

The last vote of a seat counts, once for each item and round. A vote counts if the server had it
before the countdown ended, or within a grace for the way there.
"""

from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from simulator.room.item import Item, Stage
from simulator.room.table import (
    CLOSING,
    TRANSITIONS,
    VOTING,
    DockerShown,
    Event,
    ItemAsked,
    ItemSkipped,
    Phase,
    SeatRemoved,
    SeatsFreed,
    SeatTaken,
    StageMoved,
    VoteClosed,
    VoteClosing,
    Voted,
)

GRACE = 1.5
"""Seconds after the countdown in which a vote that was on its way still counts."""
MOST_SEATS = 1000
"""Seats of a room that are taken at once."""
MOST_ITEMS = 100
"""Questions of a room."""
LONGEST = 120.0
"""Seconds of a countdown."""


class Why(StrEnum):
    """Why an event did not happen."""

    PHASE = "phase"
    """It does not happen in this phase: a vote after the close, a reveal before it."""
    EARLY = "early"
    """The countdown is not over."""
    EMPTY = "empty"
    """No option was chosen, or one that there is not."""
    ELSEWHERE = "elsewhere"
    """The vote is for another question or round than the one that is open."""
    SEAT = "seat"
    """There is no such seat, or it was removed."""
    FULL = "full"
    """The room takes no more seats or questions."""


class Refused(ValueError):
    """An event that did not happen: the room is as before. `why` says why."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Vote:
    """`option` is a place among the item's options."""

    option: int
    sure: bool = False


Ballots = Mapping[int, Vote]
"""The votes of a round, by seat."""


@dataclass(frozen=True)
class Asked:
    """An item with the votes of its two rounds. `key` is its own in the room, and never that of an
    item that was taken back."""

    item: Item
    key: int
    votes: tuple[Ballots, Ballots] = ({}, {})


@dataclass(frozen=True)
class Room:
    """`number` grows with every event, so that two states with the same number are the same.

    `seats` says of each seat number whether it is taken, in the order of the numbers. A removed
    seat keeps its number; of those that never voted some are missing. No number comes twice.
    `dockers` has the user names of *Your own docker* that seats show to the teacher, and `stage` is
    where the teacher's stage is, if it leads the room.
    """

    id: str
    code: str
    owner: str
    secret: str = field(repr=False)
    phase: Phase = Phase.LOBBY
    number: int = 0
    seats: Mapping[int, bool] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    closes_at: float | None = None
    dockers: Mapping[int, str] = field(default_factory=dict)
    stage: Stage | None = None

    @property
    def current(self) -> Asked | None:
        """The item on the screen."""
        return self.asked[-1] if self.asked and self.phase not in NO_ITEM else None

    @property
    def round(self) -> int:
        """The round that is open or was last: 1, or 2 from the second vote on."""
        return 2 if self.phase in SECOND or (self.asked and self.asked[-1].votes[1]) else 1

    @property
    def newest(self) -> int:
        """The number of the seat that was taken last; 0 where there is none."""
        return max(self.seats, default=0)

    @property
    def taken(self) -> int:
        """How many seats are taken."""
        return sum(self.seats.values())

    def overdue(self, now: float) -> bool:
        """Whether the countdown and the grace are over."""
        return self.closes_at is not None and now > self.closes_at + GRACE


NO_ITEM = (Phase.LOBBY, Phase.ENDED)
SECOND = (Phase.VOTE_2, Phase.CLOSING_2, Phase.CLOSED_2)


def step(room: Room, event: Event) -> Room:
    """The room after the event. Raises Refused where it does not happen.

    A vote that changes nothing gives the same room.
    """
    phase = TRANSITIONS[room.phase].get(type(event))
    if phase is None:
        raise Refused(Why.PHASE)
    after = kept(room, event)
    if after is room:
        return room
    closes_at = after.closes_at if phase in CLOSING else None
    return replace(after, phase=phase, number=room.number + 1, closes_at=closes_at)


def kept(room: Room, event: Event) -> Room:
    """The room with the event's data, still in its phase. Raises Refused."""
    match event:
        case SeatTaken(watching):
            gone = one_to_give_way(room, watching) if room.taken >= MOST_SEATS else None
            return seated(room, {**without(room, {gone}), room.newest + 1: True})
        case SeatsFreed():
            return seated(room, without(room, set(unused(room))))
        case SeatRemoved(seat, later):
            check(room.seats.get(seat, False), Why.SEAT)
            last = room.newest if later else seat
            return seated(room, {
                one: taken and not seat <= one <= last for one, taken in room.seats.items()
            })  # fmt: skip
        case DockerShown(seat, name):
            check(room.seats.get(seat, False), Why.SEAT)
            return shown(room, seat, name)
        case StageMoved(stage):
            return room if room.stage == stage else replace(room, stage=stage)
        case ItemAsked(item):
            check(len(room.asked) < MOST_ITEMS, Why.FULL)
            return replace(room, asked=(*room.asked, Asked(item, room.number + 1)))
        case ItemSkipped():
            return replace(room, asked=room.asked[:-1])
        case Voted():
            return voted(room, event)
        case VoteClosing(at, seconds):
            return replace(room, closes_at=at + min(max(seconds, 0.0), LONGEST))
        case VoteClosed(at):
            check(room.overdue(at), Why.EARLY)
    return replace(room)


def unused(room: Room) -> Iterator[int]:
    """The seats that never voted, the oldest first."""
    ballots = [votes for asked in room.asked for votes in asked.votes if votes]
    for seat, taken in room.seats.items():
        if taken and not any(seat in votes for votes in ballots):
            yield seat


def one_to_give_way(room: Room, watching: Container[object]) -> int:
    """The seat that a newcomer replaces in a full room: a class is not kept out
    by seats that do nothing. Raises Refused where each seat has voted or is connected."""
    for seat in unused(room):
        if seat not in watching and seat != room.newest:
            return seat
    raise Refused(Why.FULL)


def without(room: Room, gone: Collection[int | None]) -> dict[int, bool]:
    """The seats without these. The newest keeps its number, so that the next gets another one."""
    kept = {seat: taken for seat, taken in room.seats.items() if seat not in gone}
    return kept | {room.newest: False} if room.newest in gone else kept


def seated(room: Room, seats: Mapping[int, bool]) -> Room:
    """The room with these seats; who has none shows no docker either."""
    dockers = {seat: name for seat, name in room.dockers.items() if seats.get(seat)}
    return replace(room, seats=seats, dockers=dockers)


def shown(room: Room, seat: int, name: str) -> Room:
    """The same room where the seat shows this docker already."""
    if room.dockers.get(seat, "") == name:
        return room
    others = {one: known for one, known in room.dockers.items() if one != seat}
    return replace(room, dockers={**others, seat: name} if name else others)


def voted(room: Room, event: Voted) -> Room:
    """The room with this vote as the last of its seat. Raises Refused."""
    check(not room.overdue(event.at), Why.PHASE)
    check(room.seats.get(event.seat, False), Why.SEAT)
    asked, number = room.asked[-1], VOTING[room.phase]
    check((event.item, event.round) == (asked.key, number), Why.ELSEWHERE)
    if event.option is None or event.option not in asked.item.places:
        raise Refused(Why.EMPTY)
    vote = Vote(event.option, event.sure)
    if asked.votes[number - 1].get(event.seat) == vote:
        return room
    ballots = {**asked.votes[number - 1], event.seat: vote}
    both = (ballots, asked.votes[1]) if number == 1 else (asked.votes[0], ballots)
    return replace(room, asked=(*room.asked[:-1], replace(asked, votes=both)))


def check(holds: bool, why: Why) -> None:
    if not holds:
        raise Refused(why)
