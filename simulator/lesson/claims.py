"""Claims: equality at a path of one step of a run, and nothing more.

The right answer of a question is the option whose claim holds: it is computed, never typed.
"""

from collections.abc import Iterator

from simulator.docker.engines import engines
from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Choice, Claim, Lesson
from simulator.scenarios import play
from simulator.scenarios.model import UnknownScenario
from simulator.views.commands import commands_of
from simulator.views.point import Point, point_of, resolve
from simulator.views.rows import last_step, rows_by_step
from simulator.words.data_file import Where

Found = Iterator[tuple[Where, str]]


def holds(lesson: Lesson, claim: Claim) -> bool:
    """Whether the machine says so too."""
    return next(disagreements(lesson, (), claim), None) is None


def right_answer(lesson: Lesson, question: Choice) -> int:
    """The place of the option whose claim holds. Raises StopIteration where none does."""
    options = enumerate(question.options)
    return next(place for place, option in options if holds(lesson, option.claim))


def disagreements(lesson: Lesson, where: Where, claim: Claim) -> Found:
    """Each path at which the machine says something else, with its place."""
    try:
        trace = run_of(lesson, claim.run)
        found = point(lesson, trace, claim.at)
    except (UnknownScenario, LookupError) as error:
        yield (*where, "at"), str(error.args[0])
        return
    for path, value in claim.see.items():
        try:
            actual = resolve(found, path)
        except LookupError as error:
            yield (*where, "see", path), str(error.args[0])
            continue
        if actual != value:
            place = f"{path} at {claim.at!r} of {trace.scenario!r}"
            yield (*where, "see", path), f"{place} is {actual!r}, not {value!r}"


def run_of(lesson: Lesson, named: str) -> Trace:
    """The run that a claim names: `works`, `works@26`, or nothing for the lesson's own.

    Raises UnknownScenario, and LookupError for an engine that there is not.
    """
    name, _at, engine = named.partition("@")
    if engine and engine not in engines():
        raise LookupError(f"there is no engine {engine!r}: choose one of {', '.join(engines())}")
    chosen = engine or next(iter(engines()))
    return play.trace(lesson.situation(name) if name else lesson.scenario, chosen)


# -- the step that is named ---------------------------------------------------------------------


def point(lesson: Lesson, trace: Trace, at: int | str) -> Point:
    """The moment that `at` names. Raises LookupError with a sentence."""
    step = step_of(lesson, trace, at)
    row = rows_by_step(lesson, trace).get(step.number)
    return point_of(step, row.number if row else None, start=at == "start")


def step_of(lesson: Lesson, trace: Trace, at: int | str) -> Step:
    """The step that `at` names: a row's last one, the first or last of the run, or an event's
    first. Raises LookupError with a sentence."""
    if at == "start":
        return trace.steps[0]
    if at == "end":
        return trace.steps[-1]
    step = last_step(lesson, trace, at) if isinstance(at, int) else first_of(trace, at)
    if step is None:
        raise LookupError(f"{trace.scenario!r} has no step at {at!r}")
    return step


def first_of(trace: Trace, at: str) -> Step | None:
    """The first step of an event: `Challenged`, or `pull Challenged`."""
    wanted, _space, event = at.rpartition(" ")
    steps = (s for s, command in commands_of(trace) if s.name == event and wanted in ("", command))
    return next(steps, None)
