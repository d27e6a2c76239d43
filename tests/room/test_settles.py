"""What settles a question: the steps of the run, and both runs where a misconception expects
another one. Before the reveal none of it is on the wire."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from simulator.compare.align import compare
from simulator.questions.misconceptions import MUTANTS, imagined
from simulator.room import sources
from simulator.room.item import Item, Moment, Sides
from simulator.room.render import state
from simulator.room.table import ItemAsked, Revealed, VoteClosing, VoteOpened
from simulator.room.view import Viewer, view
from simulator.scenarios.play import trace
from simulator.words import i18n
from tests.room.made import closed, opened, revealed, voted
from tests.room.served import Class, a_class

pytestmark = pytest.mark.xdist_group("questions")
LESSON = "pulling-from-private-registries"
SETS = range(1, 4)


@cache
def items() -> tuple[Item, ...]:
    return tuple(one for seed in SETS for one in sources.made(LESSON, seed))


def sided() -> Iterator[tuple[Item, int, Sides]]:
    """Each option with two runs, in each language."""
    for item in items():
        for words in item.words.values():
            yield from ((item, place, rows) for place, rows in enumerate(words.sides) if rows)


def test_two_runs_are_shown_wherever_a_misconception_expects_other_steps() -> None:
    """And nowhere else."""
    for item in items():
        address = dict(parse_qsl(urlsplit(item.address).query))
        own = trace(address["scenario"], address["engine"])
        for place, belief in enumerate(item.beliefs):
            other = belief and imagined(belief, address["scenario"], address["engine"])
            parts = bool(other) and compare(own, other).parted is not None
            assert all(bool(words.sides[place]) == parts for words in item.words.values())
    assert len({item.beliefs[place] for item, place, _ in sided()}) >= 5


def test_the_rows_begin_where_the_runs_part() -> None:
    """In each run the step of that number; no side is empty from the start."""
    for item, place, rows in sided():
        chosen = dict(parse_qsl(urlsplit(item.compared(place)).query))
        own = trace(chosen["scenario"], chosen["engine"])
        other = imagined(chosen["belief"], chosen["scenario"], chosen["engine"])
        parted = compare(own, other).parted
        assert parted is not None and len(rows) <= sources.SIDES and item.beliefs[place] in MUTANTS
        for offset, row in enumerate(rows):
            for run, moment in zip((own, other), row, strict=True):
                there = parted + offset < len(run.steps)
                assert there == (moment is not None)
                assert moment is None or f" {parted + offset + 1}:" in moment.title


def test_each_question_has_the_step_that_settles_it() -> None:
    """In every language, from a quiz, from runs and from a prediction."""
    quiz, predicted = sources.quiz(LESSON), sources.predicted(LESSON, "works", "29")
    for item in (*items(), *quiz, *predicted):
        step = dict(parse_qsl(urlsplit(item.address).query))["step"]
        for language, words in item.words.items():
            with i18n.speaking(language):
                start = i18n._("Step {number}: {title}").format(number=step, title="")
            assert words.settled[0].title.startswith(start) and words.settled[0].text


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Class]:
    with a_class(tmp_path) as made:
        yield made


def with_sides() -> tuple[Item, int, Moment]:
    """A question, an option with two runs, and a step that only a misconception expects."""
    for item in items():
        for place, rows in enumerate(item.words["en"].sides):
            told = [moment for _, moment in rows if moment and moment.message]
            if told:
                return item, place, told[0]
    raise AssertionError("no question has two runs")


def test_two_runs_are_on_the_wire_after_the_reveal_only(one: Class) -> None:
    """The projector shows them side by side; a seat has a link to each."""
    item, place, _moment = with_sides()
    phone = one.phone()
    link = item.compared(place).replace("&", "&amp;")
    one.does(ItemAsked(item), VoteOpened())
    first = item.words["en"].settled[0].title
    for path in ("", "/screen"):
        page = phone.client.get(f"{one.address}{path}?lang=en").text
        assert link not in page and first not in page and "Where the two runs part" not in page
    one.does(VoteClosing(one.rooms.clock() - 100, 0), Revealed())
    screen = phone.client.get(f"{one.address}/screen?lang=en").text
    assert "Where the two runs part" in screen
    for page in (screen, phone.page().text):
        assert link in page and first in page


def test_the_projector_shows_each_side_under_its_name() -> None:
    """Open is the one that most chose, if anyone did."""
    item, place, moment = with_sides()
    for votes in ([], [place, item.right, place]):
        room = revealed(closed(voted(opened(item=item), votes)))
        with i18n.speaking("en"):
            html = state(view(room, Viewer.PROJECTOR, 0.0), "http://localhost/room/KXRPTW")
        assert f"As answer {'ABCD'[place]} expects" in html and moment.message.split()[0] in html
        assert (f'<details id="sides-{place}" open>' in html) == bool(votes)
        assert html.count(" open>") == bool(votes)
