"""Predict first: a question before a step that matters.

The key is the run itself. The other options are the machine's other ways out of that phase
(`TRANSITIONS`), what other situations come to at the same moment, or other moments of this run;
and so is the reason why each of them is wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from simulator.docker.machine import TRANSITIONS, Phase
from simulator.docker.trace import Step, Trace
from simulator.scenarios import play
from simulator.views.commands import command_name
from simulator.views.outline import Outline, Part, Prediction, Row
from simulator.views.probes import PROBES
from simulator.views.reasons import Reason, Shown, reason
from simulator.views.rows import row_of, rows_by_step
from simulator.words.data_file import read
from simulator.words.i18n import per_language

MOST = 4
"""Questions that a run asks: more would be an exam."""
OFFERED = 4
"""Options of a question."""


@dataclass(frozen=True)
class Option:
    """An answer to choose; `why` says why a wrong one is wrong, and `reason` proves it."""

    text: str
    right: bool
    why: str = ""
    reason: Reason | None = None


def wrong(text: str, reason: Reason) -> Option:
    """A wrong option, with its reason in the chosen language."""
    return Option(text, False, reason.text, reason)


@dataclass(frozen=True)
class Question:
    """A question that is asked before the step of this number is shown."""

    step: int
    kind: str
    prompt: str
    options: tuple[Option, ...]


def questions(lesson: Outline, trace: Trace) -> tuple[Question, ...]:
    """What this run asks: the first few of the lesson's predictions that it reaches, as they
    come. The lesson lists them by weight."""
    found = [asked(lesson, trace, one) for one in lesson.predictions]
    return tuple(sorted([one for one in found if one][:MOST], key=lambda one: one.step))


def asked(lesson: Outline, trace: Trace, prediction: Prediction) -> Question | None:
    """This prediction's question in this run; None where there is nothing to choose."""
    step = moment(trace, prediction.phase)
    if step is None:
        return None
    options = list(islice(offered(lesson, trace, step, prediction), OFFERED))
    if len(options) < 2 or not options[0].right:
        return None
    ordered = sorted(options, key=lambda option: option.text)
    return Question(step.number, prediction.kind, prediction.prompt, tuple(ordered))


def moment(trace: Trace, phase: Phase) -> Step | None:
    """The first step that leaves this phase."""
    return next((step for step in trace.steps if leaves(step, phase)), None)


def leaves(step: Step, phase: Phase) -> bool:
    return step.before.phase is phase and step.after.phase is not phase


def offered(
    lesson: Outline, trace: Trace, step: Step, prediction: Prediction
) -> Iterator[Option]:
    """The right option and then the others, none twice."""
    match prediction.kind:
        case "event":
            options = of_events(lesson, trace, step, prediction.ways)
        case "value":
            options = of_values(lesson, trace, step, prediction.variable)
        case _:
            options = of_rows(lesson, trace, step)
    told: set[str] = set()
    for option in options:
        if option.text not in told:
            told.add(option.text)
            yield option


# -- which event --------------------------------------------------------------------------------


def exits(phase: Phase) -> list[str]:
    """The events that lead out of a phase, in the table's order."""
    return [event.__name__ for event, then in TRANSITIONS[phase].items() if then is not phase]


def of_events(lesson: Outline, trace: Trace, step: Step, ways: Sequence[str]) -> Iterator[Option]:
    """The event of this step, and other exits of its phase: those of the lesson's choice first."""
    phase = step.before.phase
    yield Option(outcome(lesson, step, step.name), True)
    for name in dict.fromkeys((*ways, *exits(phase))):
        if name != step.name:
            yield wrong(outcome(lesson, step, name), why_not_event(lesson, trace, step, name))


def why_not_event(lesson: Outline, trace: Trace, step: Step, name: str) -> Reason:
    """Where the run would have had to go: a later step, another situation, or only the words."""
    phase = step.before.phase
    for run, there in where_it_leads(trace, others(lesson, trace), step):
        if there.name == name:
            first = there is moment(run, phase)
            return reason("event", trace, step, Shown(run, there, True, moment=first))
    return reason("event", trace, step, meaning=lesson.words(name, step).text)


def where_it_leads(
    trace: Trace, elsewhere: Sequence[Trace], step: Step
) -> Iterator[tuple[Trace, Step]]:
    """The steps that leave the same phase: later ones of this run, those of other runs at the same
    moment, then all of theirs."""
    phase = step.before.phase
    yield from ((trace, one) for one in trace.steps[step.number :] if leaves(one, phase))
    for other in elsewhere:
        there = moment(other, phase)
        if there:
            yield other, there
    yield from ((one, at) for one in elsewhere for at in one.steps if leaves(at, phase))


# -- which value --------------------------------------------------------------------------------


def of_values(lesson: Outline, trace: Trace, step: Step, variable: str) -> Iterator[Option]:
    """The tracker's value after this step; what it is at the end and was at the start, what other
    situations have at this moment, and what it is at other moments of this run."""
    value = PROBES[variable].cell

    def against(run: Trace, there: Step, **more: bool | str) -> Option:
        state = there.before if more.get("start") else there.after
        shown = Shown(run, there, value(state) != value(step.after), **more)  # type: ignore[arg-type]
        return wrong(value(state), reason("value", trace, step, shown))

    yield Option(value(step.after), True)
    last = trace.steps[-1]
    since = next(one for one in trace.steps if value(one.after) == value(last.after))
    if since.number > step.number:
        yield against(trace, since, lasts=True, title=title(lesson, since))
    yield against(trace, trace.steps[0], start=True)
    for other in others(lesson, trace):
        there = moment(other, step.before.phase)
        if there:
            yield against(other, there, moment=True)
    for one in trace.steps:
        yield against(trace, one, title=title(lesson, one))


# -- which row ----------------------------------------------------------------------------------


def of_rows(lesson: Outline, trace: Trace, step: Step) -> Iterator[Option]:
    """The row that this run goes to next, those that other situations go to, and the others."""
    then = next_row(lesson, trace, step)
    if then is None:
        return
    yield Option(row_text(then), True)
    for other in others(lesson, trace):
        there = moment(other, step.before.phase)
        row = next_row(lesson, other, there) if there else None
        if there and row:
            shown = Shown(other, there, row.number != then.number, moment=True)
            yield wrong(row_text(row), reason("row", trace, step, shown))
    ways = ", ".join(
        lesson.words(name, step).title for name in exits(step.before.phase)
    )
    ahead = reachable(lesson, step.before.phase, command_name(step))
    within = ahead | {row_before(lesson, trace, step)}
    for row in reversed(lesson.rows):
        if row.number not in within:
            here = row.number in ahead
            yield wrong(row_text(row), reason("row", trace, step, ways=ways, reachable=here))


def reachable(lesson: Outline, phase: Phase, command: str) -> set[int | None]:
    """The rows that the machine can go to from this phase. At the prompt any command may follow."""
    ends = set(TRANSITIONS[phase].values())
    if Phase.READY in ends:
        ends |= set(TRANSITIONS[Phase.READY].values())
    rows = (row_of(lesson, end, command) for end in ends)
    return {row.number for row in rows if row}


def row_before(lesson: Outline, trace: Trace, step: Step) -> int | None:
    row = rows_by_step(lesson, trace).get(step.number - 1)
    return row.number if row else None


def next_row(lesson: Outline, trace: Trace, step: Step) -> Row | None:
    """The first row from this step on that is not the one before it."""
    rows, now = rows_by_step(lesson, trace), row_before(lesson, trace, step)
    later = (rows.get(number) for number in range(step.number, len(trace.steps) + 1))
    return next((row for row in later if row and row.number != now), None)


def row_text(row: Row) -> str:
    return f"{row.number} · {row.action}"


# -- words --------------------------------------------------------------------------------------

OUTCOMES = Path(__file__).with_name("outcomes.yaml")


class InvalidOutcomes(ValueError):
    """`outcomes.yaml` is not right; the message says where."""


class Outcome(Part):
    """What an event means for who has not met its title."""

    text: str


@per_language
def outcomes() -> Mapping[str, Outcome]:
    """By event, in the chosen language."""
    file = read(OUTCOMES, InvalidOutcomes)
    return {name: file.part(Outcome, InvalidOutcomes, name) for name in file.document}


def outcome(lesson: Outline, step: Step, name: str) -> str:
    """An option of this event, at this step: its outcome in plain words, or its title."""
    known = outcomes().get(name)
    return known.text if known else lesson.words(name, step).title


def title(lesson: Outline, step: Step) -> str:
    return lesson.words(step.name, step).title


def others(lesson: Outline, trace: Trace) -> tuple[Trace, ...]:
    """The runs of the lesson's other situations, on the same engine."""
    runs = play.traces(lesson.situations, trace.engine)
    return tuple(run for run in runs if run.scenario != trace.scenario)


def view(question: Question) -> dict[str, Any]:
    """A question for the stage."""
    options = [{"text": o.text, "right": o.right, "why": o.why} for o in question.options]
    return {
        "step": question.step,
        "kind": question.kind,
        "prompt": question.prompt,
        "options": options,
    }
