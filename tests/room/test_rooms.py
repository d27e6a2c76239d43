"""Rooms in a database: what was acknowledged is there, whoever asks and whatever died."""

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from queue import Queue
from threading import Thread

import pytest
import sqlalchemy as sa

from simulator.progress.keeper import Keeper
from simulator.room.rooms import Rooms
from simulator.room.step import Refused, Room
from simulator.room.store import KEPT, MOST_OF_ONE, ROOM, VOTE, NoRoom, TooManyRooms
from simulator.room.table import (
    Event,
    ItemAsked,
    ItemSkipped,
    Phase,
    SeatRemoved,
    SeatTaken,
    VoteClosing,
    VoteOpened,
)
from tests.room.made import ITEM, vote


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(url: str, clock: Clock) -> Iterator[Rooms]:
    made = process(url, clock)
    yield made
    made.keeper.close()


def process(url: str, clock: Clock) -> Rooms:
    """The rooms as another process has them."""
    return Rooms(Keeper(lambda: url), clock)


def sent(rooms: Rooms, id: str, *events: Event) -> Room:
    """The room after these events, of which none waits for the one before it to be on disk."""
    waiting = [rooms.send(id, event) for event in events]
    return [one.result(30) for one in waiting][-1]


def voting(rooms: Rooms, seats: int = 3) -> Room:
    id = rooms.open("owner").id
    return sent(rooms, id, *[SeatTaken()] * seats, ItemAsked(ITEM), VoteOpened())


def test_another_process_has_the_same_room(rooms: Rooms, url: str, clock: Clock) -> None:
    """Every field of it, by its code however it is typed."""
    room = voting(rooms)
    room = sent(rooms, room.id, vote(room, 1, 2), SeatRemoved(3), VoteClosing(clock.now, 5.0))
    other = process(url, clock)
    assert other.find(f"{room.code[:3].lower()}-{room.code[3:]} ") == room
    other.keeper.close()


def test_votes_of_many_at_once_are_all_there(rooms: Rooms, url: str, clock: Clock) -> None:
    """From threads, in two processes; each is on disk when it is acknowledged."""
    room, other = voting(rooms, 200), process(url, clock)
    waiting: list[Future[Room]] = []
    for seat in range(1, 201):
        waiting.append((rooms if seat % 2 else other).send(room.id, vote(room, seat, seat % 4)))
    for one in waiting:
        one.result(30)
    third = process(url, clock)
    votes = third.get(room.id).asked[0].votes[0]
    assert {seat: one.option for seat, one in votes.items()} == {s: s % 4 for s in range(1, 201)}
    other.keeper.close()
    third.keeper.close()


def test_phones_that_join_at_once_have_a_seat_each(rooms: Rooms) -> None:
    """Though they are committed together."""
    id = rooms.open("owner").id
    waiting = [rooms.send(id, SeatTaken()) for _ in range(60)]
    assert [len(one.result(30).seats) for one in waiting] == list(range(1, 61))


def test_one_that_is_refused_spoils_no_other(rooms: Rooms) -> None:
    room = voting(rooms)
    results = [rooms.send(room.id, vote(room, seat, option)) for seat, option in
               ((1, 0), (9, 0), (2, None), (3, 1))]  # fmt: skip
    refused = [one.exception(30) for one in results]
    assert [type(one) for one in refused] == [type(None), Refused, Refused, type(None)]
    assert rooms.get(room.id).asked[0].votes[0].keys() == {1, 3}


def test_a_vote_closes_though_the_process_died(rooms: Rooms, url: str, clock: Clock) -> None:
    """Whichever process is asked next, by the clock."""
    room = voting(rooms)
    sent(rooms, room.id, VoteClosing(clock.now, 600.0))
    clock.now += 200
    other = process(url, clock)
    assert other.get(room.id).phase is Phase.CLOSED_1
    with pytest.raises(Refused):
        sent(rooms, room.id, vote(room, 1, 0, clock.now))
    other.keeper.close()


def test_a_skipped_question_leaves_nothing_in_the_database(rooms: Rooms, url: str) -> None:
    room = voting(rooms)
    sent(rooms, room.id, vote(room, 1, 0), ItemSkipped())
    assert rows(rooms, VOTE) == 0


def rows(rooms: Rooms, table: sa.Table) -> int:
    with rooms.keeper.store().engine.begin() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_after_a_day_nothing_is_kept(rooms: Rooms) -> None:
    """Neither the room nor a vote, and no code leads there."""
    room = voting(rooms)
    sent(rooms, room.id, vote(room, 1, 0))
    with rooms.keeper.store().engine.begin() as connection:
        past = datetime.now(UTC) - KEPT - timedelta(minutes=1)
        connection.execute(sa.update(ROOM).values(changed_at=past))
    rooms.tidy()
    assert (rows(rooms, ROOM), rows(rooms, VOTE)) == (0, 0)
    with pytest.raises(NoRoom):
        rooms.find(room.code)


def test_one_owner_cannot_open_all_rooms(rooms: Rooms) -> None:
    for _ in range(MOST_OF_ONE):
        rooms.open("owner")
    with pytest.raises(TooManyRooms):
        rooms.open("owner")
    assert rooms.open("another").owner == "another"


def test_who_watches_hears_of_each_state(rooms: Rooms) -> None:
    heard: list[Room | None] = []
    room = rooms.open("owner")
    with rooms.watching(room.id, heard.append):
        sent(rooms, room.id, SeatTaken(), SeatTaken())
        rooms.delete(room.id)
    assert [after and after.number for after in heard] == [1, 2, None] and not rooms.watchers


def test_one_process_hears_of_what_another_does(rooms: Rooms, url: str, clock: Clock) -> None:
    """Of a vote, of the end of a countdown that it did not begin, and of the room's end."""
    heard: Queue[Room | None] = Queue()
    room, other = voting(rooms), process(url, clock)
    Thread(target=other.follow_for_ever, daemon=True).start()
    assert other.get(room.id) == room
    with other.watching(room.id, heard.put):
        after = sent(rooms, room.id, vote(room, 1, 2))
        assert heard.get(timeout=30) == after
        rooms.known.clear()  # as if it had died: the countdown has no room now
        with rooms.keeper.store().engine.begin() as connection:
            changed = sa.update(ROOM).values(phase="closing 1", closes_at=1.0, number=99)
            connection.execute(changed)
        phases = [heard.get(timeout=30) for _ in range(2)]
        assert [one and one.phase for one in phases] == [Phase.CLOSING_1, Phase.CLOSED_1]
        rooms.delete(room.id)
        assert heard.get(timeout=30) is None
