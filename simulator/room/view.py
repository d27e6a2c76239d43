"""A room as one viewer may see it: the whole state, and no count before its time.

A message to a seat, to the projector or to the desk is made of a `View` and nothing else. So a
viewer that comes late, reconnects or reloads needs no history.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from simulator.room.item import Item, Stage
from simulator.room.step import Asked, Ballots, Room, Vote
from simulator.room.table import VOTING, Phase


class Viewer(StrEnum):
    SEAT = "seat"
    PROJECTOR = "projector"
    DESK = "desk"


P = Phase
AT_THE_END = {P.REVEALED: 2}
ROUNDS_SHOWN: Mapping[Viewer, Mapping[Phase, int]] = {
    Viewer.SEAT: AT_THE_END,
    Viewer.PROJECTOR: AT_THE_END,
    Viewer.DESK: AT_THE_END | {P.CLOSED_2: 2} | dict.fromkeys(
        (P.CLOSED_1, P.DISCUSSING, P.VOTE_2, P.CLOSING_2), 1
    ),
}  # fmt: skip
"""Of how many rounds a viewer sees counts, in which phases; in all others of none."""
KEY_SHOWN = {Viewer.SEAT: (P.REVEALED,), Viewer.PROJECTOR: (P.REVEALED,), Viewer.DESK: tuple(P)}
"""The phases in which a viewer sees which option is right."""
STAGE_SHOWN = (P.LOBBY, P.REVEALED)
"""The phases in which all see the teacher's stage: while a question is open it could answer it."""


class Advice(StrEnum):
    """How to go on after the first vote (Mazur: discuss between a third and two thirds right)."""

    DISCUSS = "discuss"
    EXPLAIN = "explain"
    GO_ON = "go on"


@dataclass(frozen=True)
class Counts:
    """Votes for each option, by place, and in all."""

    by_option: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.by_option)

    def share(self, place: int) -> float:
        """Of all votes, 0 to 1; 0 where there are none."""
        return self.by_option[place] / self.total if self.total else 0.0


@dataclass(frozen=True)
class View:
    """The state for one viewer; what it may not see is None or empty.

    `closes_in` are the seconds that are left of the countdown, `seats` the seats that are taken,
    `voted` the votes of the open or last round, `counts` those of each round that is shown, and
    `moved` how many seats went from one option to another in the second vote.
    """

    viewer: Viewer
    number: int
    code: str
    phase: Phase
    round: int
    seats: int
    voted: int
    key: int = 0
    item: Item | None = None
    right: int | None = None
    closes_in: float | None = None
    counts: tuple[Counts, ...] = ()
    moved: Mapping[tuple[int, int], int] | None = None
    advice: Advice | None = None
    seat: int = 0
    mine: Vote | None = None
    stage: Stage | None = None

    @property
    def voting(self) -> bool:
        return self.phase in VOTING


def view(room: Room, viewer: Viewer, now: float, seat: int = 0) -> View:
    """What this viewer sees; for a seat with its number."""
    asked, number = room.current, room.round
    shown = View(
        viewer, room.number, room.code, room.phase, number, room.taken,
        voted=len(asked.votes[number - 1]) if asked else 0, seat=seat,
        closes_in=None if room.closes_at is None else max(0.0, room.closes_at - now),
        stage=stage_shown(room),
    )  # fmt: skip
    return with_item(shown, room, asked) if asked else shown


def stage_shown(room: Room) -> Stage | None:
    return room.stage if room.phase in STAGE_SHOWN else None


def with_item(shown: View, room: Room, asked: Asked) -> View:
    item, rounds = asked.item, ROUNDS_SHOWN[shown.viewer].get(room.phase, 0)
    counted = tuple(counts(item, votes) for votes in asked.votes[:rounds] if votes)
    return replace(
        shown, key=asked.key, item=item, counts=counted,
        right=item.right if room.phase in KEY_SHOWN[shown.viewer] else None,
        moved=moved(*asked.votes) if len(counted) == 2 else None,
        advice=advice(counted[0], item.right) if counted and desk(shown) else None,
        mine=asked.votes[shown.round - 1].get(shown.seat),
    )  # fmt: skip


def desk(shown: View) -> bool:
    return shown.viewer is Viewer.DESK


def counts(item: Item, votes: Ballots) -> Counts:
    found = Counter(vote.option for vote in votes.values())
    return Counts(tuple(found[place] for place in item.places))


def moved(first: Ballots, second: Ballots) -> dict[tuple[int, int], int]:
    """How many seats voted for one option and then for another (or the same), of those that voted
    twice."""
    both = first.keys() & second.keys()
    return dict(Counter((first[seat].option, second[seat].option) for seat in both))


def advice(first: Counts, right: int) -> Advice:
    """After the first vote, by how many are right."""
    if first.by_option[right] * 3 < first.total:
        return Advice.EXPLAIN
    return Advice.GO_ON if first.by_option[right] * 3 > first.total * 2 else Advice.DISCUSS


def face(room: Room, viewer: Viewer, seat: int = 0) -> object:
    """The same for two states that look the same to this viewer. Others' votes change nothing for
    a seat, so that they wake none."""
    if viewer is not Viewer.SEAT:
        return room.number
    return shared_face(room), own_face(room, seat)


def shared_face(room: Room) -> object:
    """Of a seat's face, what is the same for all seats."""
    asked = room.current
    stage = stage_shown(room)
    return room.phase, asked and asked.key, room.closes_at, stage and stage.address


def own_face(room: Room, seat: int) -> object:
    """Of a seat's face, what is its own: whether it is taken, and its votes."""
    asked = room.current
    first, second = asked.votes if asked else ({}, {})
    return room.seats.get(seat), first.get(seat), second.get(seat)
