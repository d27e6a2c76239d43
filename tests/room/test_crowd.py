"""An attacker in the network of a class, who takes its seats, requests and streams away."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from simulator.registry.rate_limit import Rate
from simulator.room import asgi, guard, step
from simulator.room.cookies import screen_address
from simulator.room.step import Refused, Room, Why
from simulator.room.table import ItemAsked, SeatRemoved, SeatsFreed, SeatTaken, VoteOpened
from tests.room.made import ITEM, ROOM, after, opened, vote
from tests.room.served import Class, a_class

SEATS = 8
"""Of a room that is full in these tests."""


@pytest.fixture(autouse=True)
def small_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "MOST_SEATS", SEATS)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Class]:
    with a_class(tmp_path) as made:
        yield made


def taken(room: Room) -> list[int]:
    return [seat for seat, there in room.seats.items() if there]


# -- seats, as values -----------------------------------------------------------------------------


def test_in_a_full_room_an_unused_seat_gives_way() -> None:
    """The oldest one, unless it voted or is connected."""
    room = opened(SEATS)
    room = after(room, vote(room, 1, 0), SeatTaken({2}))
    assert taken(room) == [1, 2, *range(4, SEATS + 2)]


def test_a_flood_of_seats_takes_none_that_is_used() -> None:
    room = opened(3)
    room = after(room, vote(room, 1, 0), *[SeatTaken({2})] * 10_000)
    assert taken(room)[:2] == [1, 2] and len(room.seats) == room.taken == SEATS
    assert room.newest == 10_003


def test_a_room_where_each_seat_is_used_is_full() -> None:
    room = opened(SEATS)
    room = after(room, *(vote(room, seat, 0) for seat in range(1, SEATS)))
    with pytest.raises(Refused) as refused:
        step.step(room, SeatTaken({SEATS}))
    assert refused.value.why is Why.FULL
    assert step.step(after(room, SeatRemoved(3)), SeatTaken({SEATS})).newest == SEATS + 1


def test_the_teacher_frees_the_seats_that_never_voted() -> None:
    """Their numbers do not come again."""
    room = opened(SEATS)
    room = after(room, vote(room, 2, 0), SeatsFreed())
    assert taken(room) == [2]
    assert taken(after(room, SeatTaken())) == [2, SEATS + 1]
    assert taken(after(ROOM, SeatsFreed(), SeatTaken())) == [1]


def test_the_teacher_removes_a_flood_that_came_after_the_class() -> None:
    """Also seats that voted. Those of the class stay, with their votes."""
    room = opened(SEATS)
    room = after(room, *(vote(room, seat, 0) for seat in range(1, SEATS + 1)))
    room = after(room, SeatRemoved(4, later=True))
    assert taken(room) == [1, 2, 3]
    assert taken(after(room, SeatTaken())) == [1, 2, 3, SEATS + 1]
    assert set(room.asked[0].votes[0]) >= {1, 2, 3}


# -- on the wire ----------------------------------------------------------------------------------


def test_an_attacker_who_takes_every_seat_keeps_no_phone_out(one: Class) -> None:
    """Phones that were there stay, a late one gets a seat, and the disk has the same."""
    early, voter = one.phone(), one.phone()
    one.does(ItemAsked(ITEM), VoteOpened())
    voter.vote(one.room, 1)
    with early.watching() as messages:
        next(messages)
        flood = [httpx.post(f"{one.address}/seat").status_code for _ in range(2 * SEATS)]
        assert set(flood) == {303}
        late = one.phone()
        assert (early.number, voter.number, late.number) == (1, 2, 2 * SEATS + 3)
    assert late.vote(one.room, 2).status_code == 200
    one.rooms.known.clear()
    assert {1, 2, late.number} <= set(taken(one.room)) and len(one.room.seats) == SEATS


def test_a_phone_whose_seat_gave_way_is_told(one: Class) -> None:
    gone = one.phone()
    one.does(*[SeatTaken()] * SEATS)
    assert "This seat was removed" in gone.page().text
    gone.join()
    assert gone.number == SEATS + 2


def test_the_docker_of_a_seat_that_gave_way_is_shown_no_longer(one: Class) -> None:
    gone, other = one.phone(), one.phone()
    gone.client.post(f"{one.address}/docker", data={"docker": "alice"})
    assert one.room.dockers == {1: "alice"}
    one.does(SeatRemoved(1))
    other.client.post(f"{one.address}/docker", data={"docker": "bob"})
    assert one.room.dockers == {2: "bob"}


def test_a_seat_goes_on_where_a_neighbour_uses_up_the_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so does the teacher's projector; who is neither has to wait."""
    few = Rate(per_second=0.001, burst=10)
    monkeypatch.setattr(guard, "ASKS", few)
    monkeypatch.setattr(guard, "RATES", (few, *guard.RATES[1:]))
    with a_class(tmp_path) as one:
        voter, teacher, other = one.phone(), one.browser(), one.browser()
        teacher.client.get(f"{one.url}{screen_address(one.room)}")
        one.does(ItemAsked(ITEM), VoteOpened())
        asked = [other.page().status_code for _ in range(12)]
        assert asked[-4:] == [429] * 4
        assert voter.vote(one.room, 1).status_code == 200
        assert teacher.client.get(f"{one.address}/screen").status_code == 200


# -- the projector --------------------------------------------------------------------------------


def test_other_projectors_do_not_keep_the_teachers_projector_out(
    one: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every stream of projectors taken, and every one of the network."""
    monkeypatch.setattr(asgi, "PROJECTORS", 2)
    monkeypatch.setattr(asgi, "OF_NETWORK", 3)
    voter, other, teacher = one.phone(), one.browser(), one.browser()
    with ExitStack() as held:
        for path, browser in (("screen/events", other),) * 2 + (("events", voter),):
            next(held.enter_context(browser.watching(path)))
        for path, browser in (("screen/events", other), ("events", voter)):
            assert browser.client.get(f"{one.address}/{path}").status_code == 429
        page = teacher.client.get(f"{one.url}{screen_address(one.room)}", follow_redirects=True)
        assert str(page.url) == f"{one.address}/screen"  # the class sees no key
        with teacher.watching("screen/events") as messages:
            assert one.room.code[:3] in str(next(messages)["html"])


def test_a_key_of_another_room_is_none(one: Class) -> None:
    other = one.rooms.open("another")
    key = screen_address(other).partition("?")[2]
    page = httpx.get(f"{one.address}/screen?{key}")
    assert page.status_code == 200 and not page.cookies
