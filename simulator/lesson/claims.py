"""Claims: equality at a path of one step of a run, and nothing more.

The right answer of a question is the option whose claim holds: it is computed, never typed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from simulator.docker.engines import engines
from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Claim, Lesson, Question
from simulator.scenarios import play
from simulator.scenarios.model import UnknownScenario
from simulator.views.commands import commands_of
from simulator.views.probes import PROBES, Value
from simulator.views.rows import last_step, rows_by_step
from simulator.words.data_file import Where

Found = Iterator[tuple[Where, str]]


@dataclass(frozen=True)
class Point:
    """What a claim's path starts from."""

    name: str
    before: Any
    event: Any
    after: Any
    exchange: Any
    tracker: Mapping[str, Value]
    row: int | None
    terminal: str


def holds(lesson: Lesson, claim: Claim) -> bool:
    """Whether the machine says so too."""
    return next(disagreements(lesson, (), claim), None) is None


def right_answer(lesson: Lesson, question: Question) -> int:
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
    after = step.before if at == "start" else step.after
    tracked = {name: probe.value(after) for name, probe in PROBES.items()}
    said = "\n".join(line.text for line in step.terminal)
    row = rows_by_step(lesson, trace).get(step.number)
    number = row.number if row else None
    return Point(step.name, step.before, step.event, after, step.exchange, tracked, number, said)


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


# -- the value at a path ------------------------------------------------------------------------


def resolve(root: Any, path: str) -> Any:
    """The value at a dotted path: fields, keys, the place in a list, `count`, and `type` of an
    event; a list of texts as YAML has it. Raises LookupError with a sentence."""
    value = root
    for name in path.split("."):
        value = step_into(value, name, path)
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return list(value)
    return str(value) if isinstance(value, StrEnum) else value


def step_into(value: Any, name: str, path: str) -> Any:
    if name == "count" and isinstance(value, tuple):
        return len(value)
    if isinstance(value, tuple) and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    if name == "type":
        return type(value).__name__
    if isinstance(value, Mapping) and name in value:
        return value[name]
    if is_dataclass(value) and (
        name in {f.name for f in fields(value)}
        or isinstance(getattr(type(value), name, None), property)
    ):
        return getattr(value, name)
    raise LookupError(f"there is no {name!r} in {path!r}")
