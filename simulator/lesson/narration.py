"""Every sentence that is shown in a run, in its order, each with what proves it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.views import sentences
from simulator.views.commands import command_name
from simulator.views.message import notes
from simulator.views.outline import Words
from simulator.views.point import At, Point, point_of
from simulator.views.rows import Span, spans
from simulator.views.sentences import Variant, filled, variants_of
from simulator.views.stage import stage_node
from simulator.words.i18n import _


@dataclass(frozen=True)
class Told:
    """A place at a step of a run, with the sentences that it can show."""

    place: str
    step: Step
    at: At
    variants: Sequence[Variant]

    @cached_property
    def applying(self) -> list[Variant]:
        return sentences.applying(self.variants, self.at)

    @property
    def shown(self) -> Variant:
        return next(iter(self.applying), self.variants[-1])

    @property
    def text(self) -> str:
        """The sentence that is shown, with its title if it has one."""
        shown = self.shown
        title = f"{filled(shown.title, self.at)}: " if isinstance(shown, Words) else ""
        return title + filled(shown.text, self.at)

    @property
    def evidence(self) -> str:
        """The condition and the claims of what is shown, as they are written."""
        proven = {**self.shown.when, **self.shown.claims}
        parts = [f"{path} = {value}" for path, value in proven.items()]
        return " · ".join(parts) or self.shown.source or "nothing claimed"


def narration(lesson: Lesson, trace: Trace) -> Iterator[Told]:
    """The words of each step: the box that is lit, the event, the notes on its message, and what
    changed in the tracker. After a row's last step, what the row has come to."""
    ends: dict[int, list[Span]] = {}
    for span in spans(lesson, trace):
        if span.complete:
            ends.setdefault(span.steps[-1].number, []).append(span)
    node = lesson.nodes[0].id
    for step in trace.steps:
        before, node = node, stage_node(lesson, step, node)
        at = point_of(step)
        if step.number == 1 or node != before:
            yield from of_box(lesson, step, at, node)
        yield of_event(lesson, step, at)
        yield from of_message(step, at)
        yield from of_tracker(lesson, step, at)
        for span in ends.get(step.number, []):
            yield from of_row(span)


def of_box(lesson: Lesson, step: Step, at: Point, node: str) -> Iterator[Told]:
    """The label of the box that is lit."""
    for box in lesson.document.flow.boxes:
        if box.id == node:
            label = Variant(text=box.label, claims=box.claims)
            yield Told(f"box.{box.id}.label", step, at, (label,))


def of_message(step: Step, at: Point) -> Iterator[Told]:
    """The notes on the lines of the step's message: definitions."""
    for name, note in notes(step.exchange) if step.exchange else ():
        yield Told(f"note.{name}", step, at, (Variant(text=_(note.text), source=note.source),))


def of_tracker(lesson: Lesson, step: Step, at: Point) -> Iterator[Told]:
    """The values of the tracker that this step changed."""
    for probe in lesson.probes:
        value = probe.value(step.after)
        if value != probe.value(step.before):
            shown = Variant(text=probe.words(value), claims=dict(probe.claims(value)))
            yield Told(f"tracker.{probe.name}", step, at, (shown,))


def of_event(lesson: Lesson, step: Step, at: Point) -> Told:
    """The words of the step's event, at the point after the step."""
    return Told(f"event.{step.name}", step, at, lesson.variants(step.name, command_name(step)))


def of_row(span: Span) -> Iterator[Told]:
    last, row = span.steps[-1], span.row
    for name, place in (("result", row.result), ("note", row.note)):
        variants = variants_of(place)
        if variants:
            at = point_of(last, row.number)
            yield Told(f"row.{row.number}.{name}", last, at, variants)


def faults(told: Told) -> Iterator[str]:
    """Faults of a sentence where it is shown."""
    return sentences.faults_of(told.applying, told.at)
