"""The stage and the tables beside it, from the runs themselves: which message, which row."""

from itertools import pairwise

from simulator.docker.trace import Trace
from simulator.lesson.library import find_lesson
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace
from simulator.views.rows import last_step, process_table, spans, tracker_after
from simulator.views.stage import sample_of, stage
from tests.cases import each

LESSON = find_lesson()
RUNS = [(name, engine) for name in scenarios() for engine in ("29", "26")]


def sent(run: Trace) -> list[str]:
    """Method and address of each request, in order."""
    return [one.exchange.request.url for one in run.steps if one.exchange]


@each("name, engine", RUNS)
def test_messages_are_numbered_from_one_without_a_gap(name: str, engine: str) -> None:
    """Each says its own number and how many there are; a step without a message has none."""
    run = trace(name, engine)
    steps = stage(LESSON, run)["steps"]
    shown = [one["exchange"] for one in steps]
    assert [one is not None for one in shown] == [one.exchange is not None for one in run.steps]
    known = [one for one in shown if one]
    assert [one["number"] for one in known] == list(range(1, len(sent(run)) + 1))
    assert {one["count"] for one in known} <= {len(sent(run))}


@each("name, engine", RUNS)
def test_a_row_ends_where_the_next_one_begins(name: str, engine: str) -> None:
    """First and last step of the rows follow each other; what follows is in no row."""
    run = trace(name, engine)
    rows = [row for row in stage(LESSON, run)["rows"] if row["first"]]
    assert rows[-1]["last"] <= len(run.steps)
    assert all(before["last"] + 1 == after["first"] for before, after in pairwise(rows))
    for row in rows:
        found = last_step(LESSON, run, row["number"])
        assert found is not None and found.number == row["last"]


def test_the_tracker_shows_the_state_after_the_last_step_of_a_row() -> None:
    """Not after its first one, where that is another state."""
    run = trace("works")
    table = tracker_after(LESSON, run)
    told = dict(zip(table.columns, zip(*table.rows, strict=True), strict=True))
    covered = {span.row.number: span.steps for span in spans(LESSON, run)}
    differ = 0
    for row in LESSON.tracker_after:
        last, first = covered[row][-1], covered[row][0]
        shown = told[f"After row {row}"]
        assert shown == tuple(one.cell(last.after) for one in LESSON.probes)
        differ += shown != tuple(one.cell(first.after) for one in LESSON.probes)
    assert differ


def test_the_process_table_names_the_steps_that_a_row_covers() -> None:
    """From the first to the last; a row that is not reached says so."""
    table = process_table(LESSON, trace("works"))
    place = list(table.columns).index("Steps")
    for span, row in zip(spans(LESSON, trace("works")), table.rows, strict=True):
        numbers = [step.number for step in span.steps]
        assert row[place] == (f"{numbers[0]}–{numbers[-1]}" if numbers else "not reached")


@each("name", scenarios())
def test_the_sample_shows_what_was_typed_and_nothing_else(name: str) -> None:
    """After an error the commands that the situation would go on with are not typed."""
    run = trace(name)
    lines = [line.text for step in run.steps for line in step.terminal if line.kind == "command"]
    assert sample_of(find_lesson(), run) == lines or not run.failed
