"""The process table: a lesson's rows with the steps of a run. Beside it, the status tracker."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.docker.events import WorldChanged
from simulator.docker.events.typed import CommandTyped
from simulator.docker.machine import Phase, State
from simulator.docker.trace import Step, Trace
from simulator.views.commands import command_name
from simulator.views.message import brief, summary
from simulator.views.outline import Outline, Place, Row
from simulator.views.point import point_of
from simulator.views.sentences import chosen, filled, variants_of
from simulator.views.table import Table
from simulator.words.i18n import N_, _

COLUMNS = (N_("Row"), N_("Action"), N_("Input / command"), N_("Result"), N_("Notes"))
ALL_COLUMNS = (*COLUMNS, N_("Steps"), N_("Exchanges"))


@dataclass(frozen=True)
class Span:
    """The steps that a row of the process table covers in this run; empty if none. What a row
    comes to, it does not come to where it is `broken`: the run failed there."""

    row: Row
    steps: tuple[Step, ...]
    broken: bool = False
    over: bool = False
    """The run went on after this row, or ended in it."""

    @property
    def complete(self) -> bool:
        """The row has come to its result."""
        return bool(self.steps) and self.over and not self.broken

    @property
    def inputs(self) -> list[tuple[int, str]]:
        """The command that was typed in this row, else what was sent in it, each with its step."""
        begun = ((s.number, s.event) for s in self.steps)
        typed = [(n, one.command.text) for n, one in begun if isinstance(one, CommandTyped)]
        if typed:
            return typed
        asked = ((s, s.exchange) for s in self.steps)
        return [(step.number, brief(sent)) for step, sent in asked if sent]

    def said(self, place: Place) -> str:
        """What the row says in this place, once it is complete."""
        variants = variants_of(place)
        if not (variants and self.steps):
            return ""
        at = point_of(self.steps[-1], self.row.number)
        return filled(chosen(variants, at).text, at)

    @property
    def input(self) -> str:
        """This run's input as one text."""
        return joined([text for _number, text in self.inputs]) or self.said(self.row.input) or "–"


LISTED = 3
"""Messages that a row's input lists; earlier ones are left out."""


def joined(texts: Sequence[str]) -> str:
    """The last few inputs."""
    return ("… " if len(texts) > LISTED else "") + "; ".join(texts[-LISTED:])


def row_of(lesson: Outline, phase: Phase, command: str) -> Row | None:
    """The row that begins with this phase of this command, or covers it."""
    return next(
        (
            row
            for row in lesson.rows
            if phase in row.phases and (not row.commands or command in row.commands)
        ),
        None,
    )


def spans(lesson: Outline, trace: Trace) -> list[Span]:
    """Every row with its steps. A step in a phase that no row names belongs to the row before
    it; steps before the first row, as those of a logout, and what happens meanwhile, to none."""
    covered: dict[int, list[Step]] = {row.number: [] for row in lesson.rows}
    current: int | None = None
    for step in trace.steps:
        row = row_of(lesson, step.after.phase, command_name(step))
        if row or isinstance(step.event, CommandTyped | WorldChanged):
            current = row.number if row else None
        if current is not None:
            covered[current].append(step)
    last = trace.steps[-1]
    return [
        Span(row, steps, broken(row, steps, trace), last.after.finished or steps[-1:] != (last,))
        for row in lesson.rows
        for steps in (tuple(covered[row.number]),)
    ]


def broken(row: Row, steps: Sequence[Step], trace: Trace) -> bool:
    """A command failed in this row, or in the step after its last one."""
    if not steps or row.branch:
        return False
    near = (steps[-1], *trace.steps[steps[-1].number : steps[-1].number + 1])
    return any(step.after.phase is Phase.FAILED for step in near)


def rows_by_step(lesson: Outline, trace: Trace) -> dict[int, Row]:
    """The row of each step that has one, by the step's number."""
    return {step.number: span.row for span in spans(lesson, trace) for step in span.steps}


def process_table(lesson: Outline, trace: Trace) -> Table:
    """The lesson's rows, with the steps and exchanges of this run under each."""
    cells = tuple(table_row(span) for span in spans(lesson, trace))
    return Table(tuple(_(name) for name in ALL_COLUMNS), cells)


def table_row(span: Span) -> tuple[str, ...]:
    row, numbers = span.row, [step.number for step in span.steps]
    covered = f"{numbers[0]}–{numbers[-1]}" if numbers else _("not reached")
    sent = "\n".join(summary(step.exchange) for step in span.steps if step.exchange)
    return (str(row.number), row.action, span.input, *outcome(span), covered, sent)


def outcome(span: Span) -> tuple[str, str]:
    """Result and note of a row at the end of the run."""
    if span.complete:
        return span.said(span.row.result), span.said(span.row.note)
    return "–", _("The run ended here.") if span.broken else _("not taken in this run")


# -- the moments that a lesson names ------------------------------------------------------------


def last_step(lesson: Outline, trace: Trace, row: int) -> Step | None:
    """The last step that this row covers; None where the run does not come to it."""
    covered = (span.steps for span in spans(lesson, trace) if span.row.number == row)
    return next((steps[-1] for steps in covered if steps), None)


def tracker(lesson: Outline, trace: Trace) -> Table:
    """One row a variable, one column a step."""
    return tracked(
        lesson,
        {_("Start"): trace.steps[0].before} | {f"{s.number}": s.after for s in trace.steps},
    )


def tracker_after(lesson: Outline, trace: Trace) -> Table:
    """The tracker at the start, after the rows that the lesson names, and at the end."""
    moments = {_("Start"): trace.steps[0].before}
    for row in lesson.tracker_after:
        step = last_step(lesson, trace, row)
        if step:
            moments[_("After row {row}").format(row=row)] = step.after
    return tracked(lesson, moments | {_("Final"): trace.steps[-1].after})


def tracked(lesson: Outline, moments: dict[str, State]) -> Table:
    rows = tuple(
        (probe.name, *(probe.cell(state) for state in moments.values())) for probe in lesson.probes
    )
    return Table((_("Variable"), *moments), rows)
