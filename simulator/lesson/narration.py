"""Every sentence that is shown in a run, in its order, each with what proves it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.views.commands import command_name
from simulator.views.outline import Words
from simulator.views.point import Point, point_of
from simulator.views.rows import Span, spans
from simulator.views.sentences import Variant, applying, chosen, differences, filled, variants_of


@dataclass(frozen=True)
class Told:
    """A place at a step of a run, with the sentences that it can show."""

    place: str
    step: Step
    at: Point
    variants: Sequence[Variant]

    @property
    def shown(self) -> Variant:
        return chosen(self.variants, self.at)

    @property
    def text(self) -> str:
        """What is shown, with its title if it has one."""
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
    """The words of each step, and after a row's last step what the row has come to."""
    ends: dict[int, list[Span]] = {}
    for span in spans(lesson, trace):
        if span.complete:
            ends.setdefault(span.steps[-1].number, []).append(span)
    for step in trace.steps:
        yield of_event(lesson, step)
        for span in ends.get(step.number, []):
            yield from of_row(span)


def of_event(lesson: Lesson, step: Step) -> Told:
    variants = lesson.variants(step.name, command_name(step))
    return Told(f"event.{step.name}", step, point_of(step), variants)


def of_row(span: Span) -> Iterator[Told]:
    last, row = span.steps[-1], span.row
    for name, place in (("result", row.result), ("note", row.note)):
        variants = variants_of(place)
        if variants:
            at = point_of(last, row.number)
            yield Told(f"row.{row.number}.{name}", last, at, variants)


def faults(told: Told) -> Iterator[str]:
    """What is wrong with a sentence where it is shown."""
    count = len(applying(told.variants, told.at))
    if count != 1:
        yield f"{count} sentences apply"
        return
    for _path, what in differences(told.shown.claims, told.at):
        yield f"“{told.shown.text}”: {what}"
