"""The questions of a run: keys and distractors from the machine."""

from itertools import groupby

import pytest

from simulator.docker.engines import engines
from simulator.docker.machine import TRANSITIONS, Phase
from simulator.lesson.library import HOME, entries
from simulator.lesson.load import load
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run
from simulator.views import predictions as predict
from simulator.views import stage as views
from simulator.views.predictions import MOST, Option, Question, questions
from simulator.words import i18n
from tests.cases import each

LESSON = load(HOME / "pulling-from-private-registries")
RUNS = [(name, engine) for name in scenarios() for engine in engines()]
SITUATIONS = [f"“{known.title}”" for known in scenarios().values()]


def right(question: Question) -> Option:
    return next(option for option in question.options if option.right)


@each(("name", "engine"), RUNS)
def test_a_question_has_one_right_option_and_a_reason_against_the_others(
    name: str, engine: str
) -> None:
    """In every run: one key, two to four different options, and why each other one is wrong."""
    for question in questions(LESSON, run(name, engine)):
        texts = [option.text for option in question.options]
        assert [option.right for option in question.options].count(True) == 1
        assert 2 <= len(texts) <= 4 and len(set(texts)) == len(texts)
        assert all(option.why for option in question.options if not option.right)
        assert right(question).why == ""


@each(("name", "engine"), RUNS)
def test_a_run_asks_a_few_times_and_never_twice_at_a_step(name: str, engine: str) -> None:
    """At most four questions, in the order of the steps; none before the first step."""
    steps = [question.step for question in questions(LESSON, run(name, engine))]
    assert len(steps) <= MOST
    assert steps == sorted(set(steps))
    assert all(step > 1 for step in steps)


@pytest.mark.parametrize("engine", engines())
def test_the_lessons_own_run_asks_of_every_kind(engine: str) -> None:
    """Which event, which value and which row: two to four in all."""
    asked = questions(LESSON, run(LESSON.document.scenario, engine))
    assert 2 <= len(asked) <= MOST
    assert {question.kind for question in asked} == {"event", "value", "row"}


@each(("name", "engine"), RUNS)
def test_the_key_is_what_happens(name: str, engine: str) -> None:
    """The right option is the event's outcome, the tracker's value, or the next row of the run."""
    trace = run(name, engine)
    rows = [step["row"] for step in views.stage(LESSON, trace)["steps"]]
    for question in questions(LESSON, trace):
        step = trace.steps[question.step - 1]
        if question.kind == "event":
            assert right(question).text == predict.outcome(LESSON, step, step.name)
        elif question.kind == "value":
            values = [probe.cell(step.after) for probe in LESSON.probes]
            assert right(question).text in values
        else:
            now, *later = [row for row, _ in groupby(rows[question.step - 2 :])]
            assert right(question).text.startswith(f"{later[0]} · ") and later[0] != now


def test_what_every_lesson_offers_is_said_in_plain_words() -> None:
    """Each event that a lesson lists as an option has its outcome, in every language; and each
    outcome is of an event that ends a phase that some lesson asks about."""
    asked = [p for entry in entries() if entry.lesson for p in entry.lesson.predictions]
    told = {name for one in asked for name in one.ways}
    possible = {name for one in asked for name in (*one.ways, *predict.exits(one.phase))}
    assert told <= predict.outcomes().keys() <= possible
    with i18n.speaking("de"):
        german = {one.text for one in predict.outcomes().values()}
    assert not german & {one.text for one in predict.outcomes().values()}


@each(("name", "engine"), RUNS)
def test_the_other_events_are_other_ways_out_of_that_phase(name: str, engine: str) -> None:
    """No option is impossible: the machine's table has each."""
    trace = run(name, engine)
    for question in questions(LESSON, trace):
        if question.kind != "event":
            continue
        step = trace.steps[question.step - 1]
        names = (kind.__name__ for kind in TRANSITIONS[step.before.phase])
        ways = {predict.outcome(LESSON, step, name) for name in names}
        assert {option.text for option in question.options} <= ways


def test_a_reason_names_a_situation_in_which_it_is_so() -> None:
    """The reason why it is wrong: run that situation, and the option is true there."""
    asked = questions(LESSON, run("works"))
    checked = 0
    for question in asked:
        phase = run("works").steps[question.step - 1].before.phase
        for option in question.options:
            named = [s.name for s in scenarios().values() if f"“{s.title}”" in option.why]
            if question.kind == "event" and named:
                events = [s for s in run(named[0]).steps if s.before.phase is phase]
                there = [predict.outcome(LESSON, step, step.name) for step in events]
                assert option.text in there
                checked += 1
    assert checked >= 4


def test_what_comes_later_in_this_run_is_told_so() -> None:
    """The digest of the tag is not wrong for ever: it is too early."""
    question = next(q for q in questions(LESSON, run("works")) if q.step == 11)
    early = next(option for option in question.options if "which digest" in option.text)
    assert "later" in early.why


def test_a_row_that_no_way_leads_to_is_told_with_the_ways_there_are() -> None:
    """The reason lists what the table allows."""
    question = next(q for q in questions(LESSON, run("works")) if q.kind == "row")
    reasons = [option.why for option in question.options if "cannot follow from here" in option.why]
    step = run("works").steps[question.step - 1]
    titles = [LESSON.words(name, step).title for name in predict.exits(Phase.COMPARING)]
    assert reasons and all(title in reason for reason in reasons for title in titles)


@each("name", ["wrong-password", "no-right", "stale-credentials", "down"])
def test_a_failing_run_is_asked_before_it_fails(name: str) -> None:
    """The failure, or the step right before it that decides it, can be predicted."""
    trace = run(name)
    asked = [question.step for question in questions(LESSON, trace)]
    assert trace.failed and len(asked) >= 2
    assert len(trace.steps) - asked[-1] <= 1


def test_a_question_speaks_the_chosen_language() -> None:
    """Prompt, options and reasons are German in German, and English again afterwards."""
    english = questions(LESSON, run("works"))
    with i18n.speaking("de"):
        german = questions(load(HOME / LESSON.folder.name), run("works"))
    assert [one.step for one in german] == [one.step for one in english]
    for ours, theirs in zip(german, english, strict=True):
        assert ours.prompt != theirs.prompt
        assert {one.why for one in ours.options if one.why}.isdisjoint(
            one.why for one in theirs.options
        )
    assert questions(LESSON, run("works")) == english
