"""How many sentences are proven, and by how much: what `pullscope narrate --figures` prints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from simulator.authoring.challenges import feedback_shown
from simulator.authoring.comparisons import comparison_sentences
from simulator.authoring.proof import reasons_told
from simulator.authoring.proof import runs as own_runs
from simulator.authoring.sentences import runs
from simulator.lesson.challenges import challenges
from simulator.lesson.document import Lesson
from simulator.lesson.feedback import sentences
from simulator.lesson.narration import narration
from simulator.views.predictions import questions
from simulator.views.sentences import Variant, applying

Shown = tuple[str, str, Variant]
"""Where a sentence is shown (the run, the place), and the sentence."""


@dataclass
class Figures:
    """Counts of what is shown: each showing is a proof of its sentence."""

    runs: set[str] = field(default_factory=set)
    showings: int = 0
    sentences: dict[tuple[str, str], Variant] = field(default_factory=dict)

    def add(self, shown: Iterable[Shown]) -> None:
        for run, place, one in shown:
            self.runs.add(run)
            self.showings += 1
            self.sentences[place, repr(one)] = one

    @property
    def lines(self) -> Iterator[str]:
        known = self.sentences.values()
        conditional = [one for one in known if one.when]
        yield f"{len(self.runs)} runs, comparisons and terminals, {self.showings} showings"
        yield f"{len({place for place, _one in self.sentences})} places, {len(known)} sentences"
        yield f"{len(conditional)} with {sum(len(one.when) for one in conditional)} conditions"
        yield f"{sum(len(one.claims) for one in known)} claims"
        yield f"{sum(bool(one.source) for one in known)} definitions with their source"


def figures(lessons: Iterable[Lesson]) -> Figures:
    """What these lessons show, in all their runs, comparisons, predictions and challenges."""
    found = Figures()
    for lesson in lessons:
        for part in (narrated, compared, reasoned, told):
            found.add(part(lesson))
    return found


def narrated(lesson: Lesson) -> Iterator[Shown]:
    for name, trace in runs(lesson):
        for one in narration(lesson, trace):
            yield f"{lesson.id}: {name}", f"{lesson.id}: {one.place}", one.shown


def compared(lesson: Lesson) -> Iterator[Shown]:
    for name, one in comparison_sentences(lesson):
        yield name, one.place, one.shown


def reasoned(lesson: Lesson) -> Iterator[Shown]:
    for trace in own_runs(lesson):
        for question in questions(lesson, trace):
            for one in reasons_told(trace, question):
                yield f"{lesson.id}: {trace.scenario}@{trace.engine}", one.place, one.shown


def told(lesson: Lesson) -> Iterator[Shown]:
    for where, feedback, place in feedback_shown(lesson):
        for shown in applying(sentences()[place], feedback):
            yield f"{lesson.id}: {where}", f"challenge.{place}", shown
    for name, one in challenges(lesson).items():
        rule = Variant(text=one.rule, source=one.source)
        yield f"{lesson.id}: challenge {name}", f"{lesson.id}: challenge.{name}.rule", rule
