"""What class tools have shipped with, and a room must not: one test a fault."""

from dataclasses import dataclass

import pytest

from simulator.room.step import GRACE, Refused, Room, Why, step
from simulator.room.table import (
    DiscussionBegun,
    Event,
    ItemAsked,
    ItemSkipped,
    Phase,
    SeatRemoved,
    SeatTaken,
    VoteClosed,
    VoteClosing,
    VoteOpened,
)
from simulator.room.view import Viewer, view
from tests.cases import each
from tests.room.made import ITEM, after, closed, opened, revealed, twice, vote, voted

OPEN = opened()
CLOSING = after(OPEN, VoteClosing(100.0, 5.0))
CLOSED = after(CLOSING, VoteClosed(110.0))
SECOND = after(closed(voted(OPEN, [0, 1, 2])), DiscussionBegun(), VoteOpened())


@dataclass(frozen=True)
class Fault:
    """An event that must be refused in a room, and why."""

    name: str
    room: Room
    event: Event
    why: Why


REFUSED = (
    Fault("a vote after the close", CLOSED, vote(OPEN, 1, 0), Why.PHASE),
    Fault("a vote later than the grace", CLOSING, vote(OPEN, 1, 0, 105.1 + GRACE), Why.PHASE),
    Fault("a close while the countdown runs", CLOSING, VoteClosed(104.0), Why.EARLY),
    Fault("a close within the grace", CLOSING, VoteClosed(105.0 + GRACE), Why.EARLY),
    Fault("the second vote while the first closes", CLOSING, VoteOpened(), Why.PHASE),
    Fault("an empty choice", OPEN, vote(OPEN, 1, None), Why.EMPTY),
    Fault("an option that there is not", OPEN, vote(OPEN, 1, 4), Why.EMPTY),
    Fault("an option below the first", OPEN, vote(OPEN, 1, -1), Why.EMPTY),
    Fault("a vote of a seat that there is not", OPEN, vote(OPEN, 9, 0), Why.SEAT),
    Fault("a first vote in the second round", SECOND, vote(SECOND, 1, 0, round=1), Why.ELSEWHERE),
    Fault("a second vote in the first round", OPEN, vote(OPEN, 1, 0, round=2), Why.ELSEWHERE),
    Fault(
        "a vote for a question that was taken back",
        after(OPEN, ItemSkipped(), ItemAsked(ITEM), VoteOpened()), vote(OPEN, 1, 0), Why.ELSEWHERE,
    ),
    Fault("a vote of a removed seat", after(OPEN, SeatRemoved(1)), vote(OPEN, 1, 0), Why.SEAT),
)  # fmt: skip


@each("fault", REFUSED)
def test_it_is_refused(fault: Fault) -> None:
    with pytest.raises(Refused) as refused:
        step(fault.room, fault.event)
    assert refused.value.why is fault.why, fault.name


def test_a_vote_on_its_way_counts_within_the_grace() -> None:
    """The countdown ended at 105."""
    room = step(CLOSING, vote(OPEN, 1, 0, 105.0 + GRACE))
    assert room.asked[-1].votes[0][1].option == 0


def test_the_last_vote_of_a_seat_counts_once() -> None:
    """Sent twice, it is one; changed, the later one."""
    room = after(OPEN, vote(OPEN, 1, 0), vote(OPEN, 1, 0))
    assert len(room.asked[-1].votes[0]) == 1
    assert step(room, vote(OPEN, 1, 0)) is room
    assert step(room, vote(OPEN, 1, 3)).asked[-1].votes[0][1].option == 3


def test_counters_survive_a_change_of_phase() -> None:
    """Seats and votes of each round are the same afterwards."""
    room = twice([0, 1, 2], [2, 2, 2])
    assert room.taken == 3
    assert [len(votes) for votes in revealed(room).asked[0].votes] == [3, 3]
    later = after(revealed(room), ItemAsked(ITEM), VoteOpened(), ItemSkipped())
    assert (later.taken, later.asked) == (3, room.asked)


def test_who_comes_late_answers_the_current_round() -> None:
    """And has no first vote."""
    room = after(SECOND, SeatTaken())
    room = step(room, vote(room, 4, 2))
    assert 4 not in room.asked[-1].votes[0] and room.asked[-1].votes[1][4].option == 2


def test_a_removed_seat_can_return() -> None:
    """With a new number; its earlier votes are kept."""
    room = after(voted(OPEN, [0]), SeatRemoved(1), SeatTaken())
    assert room.taken == 3 and room.seats == {1: False, 2: True, 3: True, 4: True}
    assert step(room, vote(room, 4, 1)).asked[-1].votes[0].keys() == {1, 4}


def test_a_skipped_question_leaves_no_trace() -> None:
    room = after(voted(OPEN, [0, 1, 2]), ItemSkipped())
    assert room.asked == () and room.phase is Phase.LOBBY


@each("viewer", [Viewer.SEAT, Viewer.PROJECTOR])
def test_no_counts_before_the_reveal(viewer: Viewer) -> None:
    """In no phase from the first vote to the close of the second; then in both."""
    first = voted(opened(), [0, 1, 2])
    second = after(closed(first), DiscussionBegun(), VoteOpened())
    rooms = [first, closed(first), second, voted(second, [2, 2, 2]), closed(second)]
    for room in rooms:
        shown = view(room, viewer, 0.0, 1)
        assert (shown.counts, shown.moved, shown.right, shown.advice) == ((), None, None, None)
    shown = view(revealed(twice([0, 1, 2], [2, 2, 2])), viewer, 0.0, 1)
    assert [one.by_option for one in shown.counts] == [(1, 1, 1, 0), (0, 0, 3, 0)]
    assert shown.moved == {(0, 2): 1, (1, 2): 1, (2, 2): 1} and shown.right == 2


@each(("options", "told"), [
    ([2, 0, 0], "discuss"), ([2, 2, 0], "discuss"), ([0, 0, 0], "explain"), ([2, 2, 2], "go on"),
    ([2, 0, 0, 0], "explain"), ([2, 2, 2, 0], "go on"),
])  # fmt: skip
def test_it_advises_to_discuss_between_a_third_and_two_thirds(
    options: list[int], told: str
) -> None:
    room = closed(voted(opened(len(options)), options))
    assert view(room, Viewer.DESK, 0.0).advice == told
