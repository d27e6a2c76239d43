"""Whatever happens in whatever order: no vote is lost, none counts after the close, and no count
is seen before its time."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simulator.room.step import GRACE, Refused, Room, step
from simulator.room.table import (
    TRANSITIONS,
    VOTING,
    DiscussionBegun,
    Event,
    ItemAsked,
    ItemSkipped,
    Phase,
    Revealed,
    RoomEnded,
    SeatRemoved,
    SeatsFreed,
    SeatTaken,
    VoteClosed,
    VoteClosing,
    Voted,
    VoteOpened,
)
from simulator.room.view import Viewer, view
from tests.room.made import ITEM, ROOM

MOMENTS = st.floats(0.0, 20.0)
SEATS = st.integers(0, 6)
PLAIN = st.sampled_from([
    SeatTaken(), SeatTaken({1, 2}), SeatsFreed(), ItemAsked(ITEM), VoteOpened(), DiscussionBegun(),
    Revealed(), ItemSkipped(), RoomEnded(),
])  # fmt: skip


class AnyOrder(RuleBasedStateMachine):
    """A room beside a plain account of the votes that it acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.room: Room = ROOM
        self.now = 0.0
        self.accepted: dict[tuple[int, int, int], int] = {}
        self.newest = 0

    def tried(self, event: Event) -> bool:
        """Whether it happened; if not, the room is as it was."""
        before = self.room
        try:
            self.room = step(self.room, event)
        except Refused:
            assert self.room is before
            return False
        assert type(event) in TRANSITIONS[before.phase]
        assert self.room is before or self.room.number == before.number + 1
        return True

    @rule(event=PLAIN, passed=MOMENTS)
    def happens(self, event: Event, passed: float) -> None:
        self.now += passed
        key = self.room.asked[-1].key if self.room.asked else 0
        if self.tried(event) and isinstance(event, ItemSkipped):
            self.accepted = {k: v for k, v in self.accepted.items() if k[0] != key}

    @precondition(lambda self: self.room.asked)
    @rule(seat=SEATS, back=st.integers(0, 1), round=st.integers(1, 2),
          option=st.none() | st.integers(-1, 4), passed=MOMENTS)  # fmt: skip
    def votes(self, seat: int, back: int, round: int, option: int | None, passed: float) -> None:
        self.now += passed
        before = self.room
        key = before.asked[-1].key - back
        if self.tried(Voted(seat, key, round, option, False, self.now)):
            assert option in range(4) and before.seats[seat] and VOTING[before.phase] == round
            assert before.closes_at is None or self.now <= before.closes_at + GRACE
            self.accepted[key, round, seat] = option or 0

    @rule(seconds=st.floats(-5.0, 30.0))
    def closes(self, seconds: float) -> None:
        self.tried(VoteClosing(self.now, seconds))

    @rule(passed=MOMENTS)
    def is_closed(self, passed: float) -> None:
        self.now += passed
        ends = self.room.closes_at
        if self.tried(VoteClosed(self.now)):
            assert ends is not None and self.now > ends + GRACE

    @rule(seat=SEATS, later=st.booleans())
    def is_removed(self, seat: int, later: bool) -> None:
        self.tried(SeatRemoved(seat, later))

    @invariant()
    def no_vote_is_lost(self) -> None:
        """What the room has is what it acknowledged last."""
        known = {(asked.key, round, seat): vote.option
                 for asked in self.room.asked
                 for round, votes in enumerate(asked.votes, 1)
                 for seat, vote in votes.items()}  # fmt: skip
        assert known == self.accepted

    @invariant()
    def no_number_comes_twice(self) -> None:
        """A cookie with a number is one seat's."""
        assert self.room.newest >= self.newest
        assert all(self.room.seats.get(seat) is not None for _, _, seat in self.accepted)
        self.newest = self.room.newest

    @invariant()
    def counts_are_hidden(self) -> None:
        """But for the desk, every other vote would look the same."""
        for viewer in (Viewer.SEAT, Viewer.PROJECTOR):
            shown = view(self.room, viewer, self.now, 1)
            if self.room.phase is not Phase.REVEALED:
                assert (shown.counts, shown.moved, shown.advice) == ((), None, None)
                assert shown.right is None

    @invariant()
    def a_countdown_runs_only_while_closing(self) -> None:
        closing = self.room.phase in (Phase.CLOSING_1, Phase.CLOSING_2)
        assert (self.room.closes_at is not None) == closing


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(stateful_step_count=40)
