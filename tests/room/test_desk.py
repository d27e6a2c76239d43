"""The teacher's desk, run by Streamlit's own test: each phase has its buttons, and counts wait."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from simulator.progress.keeper import Keeper
from simulator.room.rooms import Rooms
from simulator.room.step import Room
from simulator.room.table import SeatTaken, VoteClosing, VoteOpened
from simulator.web import rooms as served
from tests.pages import PATIENCE
from tests.room.made import vote

PAGE = """
from simulator.lesson.library import find_lesson
from simulator.web.pages import classroom

classroom.page(find_lesson())
"""
"""The page alone, as a script."""


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rooms]:
    made = Rooms(Keeper(lambda: f"sqlite:///{tmp_path}/rooms.db"))
    monkeypatch.setattr(served, "beside", served.Served(made, "http://localhost:8501"))
    yield made
    made.keeper.close()


class Desk:
    """The page, and the room that it is about."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.test = AppTest.from_string(PAGE, default_timeout=PATIENCE).run()
        assert not self.test.exception

    def press(self, label: str) -> None:
        (button,) = (one for one in self.test.button if one.label == label)
        button.click().run()
        assert not self.test.exception

    @property
    def labels(self) -> set[str]:
        return {one.label for one in self.test.button}

    @property
    def room(self) -> Room:
        return self.rooms.get(self.test.session_state.room)

    def does(self, *events: object) -> None:
        for event in events:
            self.rooms.send(self.room.id, event).result(30)  # type: ignore[arg-type]
        self.test.run()

    @property
    def text(self) -> str:
        told = (*self.test.markdown, *self.test.info, *self.test.subheader)
        return "\n".join(str(one.value) for one in told)


def test_a_lesson_with_a_room(rooms: Rooms) -> None:
    """From opening it to the figures."""
    desk = Desk(rooms)
    desk.press("Open a room")
    desk.does(*[SeatTaken()] * 12)
    desk.press("Ask it")
    assert {"Open the vote", "Take the question back"} <= desk.labels
    assert "Close the vote" not in desk.labels and "Ask it" not in desk.labels
    desk.press("Open the vote")
    right = desk.room.asked[0].item.right
    wrong = (right + 1) % 4
    desk.does(*(vote(desk.room, seat, right if seat < 7 else wrong) for seat in range(1, 13)))
    assert "let neighbours discuss" not in desk.text
    desk.does(VoteClosing(rooms.clock() - 100, 0))
    desk.test.run()
    assert "let neighbours discuss" in desk.text
    desk.press("Let neighbours discuss")
    desk.press("Open the vote")
    desk.does(*(vote(desk.room, seat, right) for seat in range(1, 13)))
    desk.does(VoteClosing(rooms.clock() - 100, 0))
    desk.test.run()
    assert "Results" not in [one.value for one in desk.test.header]
    desk.press("Reveal the answer")
    assert "Results" in [one.value for one in desk.test.header]
    tables = "\n".join(one.value.to_csv() for one in desk.test.table)
    assert "50%" in tables and "100%" in tables
    assert {"Ask it", "End the room"} <= desk.labels


def test_a_click_counts_though_the_phase_has_changed_meanwhile(rooms: Rooms) -> None:
    """Say from another window, or as a countdown ended: the desk is drawn anew for that, and the
    click is not lost in it."""
    desk = Desk(rooms)
    desk.press("Open a room")
    desk.does(*[SeatTaken()] * 3)
    desk.press("Ask it")
    rooms.send(desk.room.id, VoteOpened()).result(30)
    desk.press("Remove all that never voted")
    assert not any(desk.room.seats.values())
    assert "Close the vote" in desk.labels


def test_another_teacher_has_no_hand_in_it(rooms: Rooms) -> None:
    """Each browser has its own rooms."""
    Desk(rooms).press("Open a room")
    assert "Open a room" in Desk(rooms).labels


def test_without_seats_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """`streamlit run` serves pages alone."""
    monkeypatch.setattr(served, "beside", None)
    test = AppTest.from_string(PAGE, default_timeout=PATIENCE).run()
    assert "pullscope app" in test.info[0].value
