"""The teacher's stage in a room: who follows sees its step, and no one while a question is open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.progress.keeper import Keeper
from simulator.room.item import Moment, Stage
from simulator.room.rooms import Rooms
from simulator.room.step import Refused
from simulator.room.table import TRANSITIONS, ItemAsked, Phase, RoomEnded, StageMoved, VoteOpened
from simulator.room.view import STAGE_SHOWN, Viewer, face, view
from tests.pages import PATIENCE
from tests.room.made import ITEM, ROOM, after, closed, opened, revealed
from tests.room.served import Class, a_class


def stage(step: int) -> Stage:
    words = {
        "en": Moment(f"Step {step}: A token", "Docker gets one.", "GET auth/token → 200"),
        "de": Moment(f"Schritt {step}: Ein Token", "Docker bekommt eines."),
    }
    return Stage(f"visual?lesson=l&scenario=works&step={step}", words)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Class]:
    with a_class(tmp_path) as made:
        yield made


def test_it_moves_in_every_phase_but_the_last() -> None:
    assert {phase for phase in Phase if StageMoved in TRANSITIONS[phase]} == {*Phase} - {
        Phase.ENDED
    }
    room = after(ROOM, StageMoved(stage(3)))
    assert room.stage == stage(3) and after(room, StageMoved(stage(3))) is room
    assert after(room, StageMoved(None)).stage is None
    with pytest.raises(Refused):
        after(room, RoomEnded(), StageMoved(stage(4)))


def test_while_a_question_is_open_nobody_sees_it() -> None:
    """A step could answer the question; and a move wakes no seat then."""
    for room in (opened(), closed(opened()), revealed(closed(opened())), ROOM):
        led, moved = after(room, StageMoved(stage(3))), after(room, StageMoved(stage(4)))
        shown = room.phase in STAGE_SHOWN
        for viewer in (Viewer.SEAT, Viewer.PROJECTOR):
            assert view(led, viewer, 0.0, 1).stage == (stage(3) if shown else None)
        assert (face(led, Viewer.SEAT, 1) != face(moved, Viewer.SEAT, 1)) == shown
    assert STAGE_SHOWN == (Phase.LOBBY, Phase.REVEALED)


def test_a_phone_follows_and_one_that_comes_late_has_the_present_step(one: Class) -> None:
    """On the wire, in each language, with the link to the same step."""
    early = one.phone()
    with early.watching() as messages:
        assert "Step" not in str(next(messages)["html"])
        one.does(StageMoved(stage(3)))
        told = str(next(messages)["html"])
        assert "Step 3: A token" in told and "GET auth/token" in told
        one.does(StageMoved(stage(4)))
        assert "Step 4: A token" in str(next(messages)["html"])
    late = one.phone()
    link = f"/visual?lesson=l&amp;scenario=works&amp;step=4&amp;follow={one.room.code}"
    for page in (late.page().text, late.client.get(f"{one.address}/screen").text):
        assert "Step 4: A token" in page and link in page
    assert "Schritt 4: Ein Token" in late.page("de").text
    one.does(ItemAsked(ITEM), VoteOpened())
    assert "Step 4" not in late.page().text


def test_another_process_has_it_too(url: str) -> None:
    """Kept with the room: after a restart, and when it leads no longer."""
    rooms, other = (Rooms(Keeper(lambda: url)) for _ in range(2))
    room = rooms.open("teacher")
    for moved in (stage(3), stage(4), None):
        rooms.send(room.id, StageMoved(moved)).result(PATIENCE)
        assert other.fetch(id=room.id).stage == moved
    for known in (rooms, other):
        known.keeper.close()
