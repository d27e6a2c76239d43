"""Proof of the comparison: its sentences, and the words of the events of a changed run, hold for
every change of every situation, for both engines of a situation, and for every two situations.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from simulator.compare.align import Comparison, compare, makes_sense, what_if
from simulator.compare.sentences import pairing, sentences, why_place
from simulator.docker.engines import engines
from simulator.lesson.document import Lesson
from simulator.lesson.narration import Told, of_event
from simulator.scenarios import play
from simulator.scenarios.changes import changes
from simulator.scenarios.model import own_scenarios, per_own_scenarios, scenarios
from simulator.views.point import point_of


def compared(names: Iterable[str]) -> Iterator[tuple[str, Comparison]]:
    """Every comparison that the page offers of these situations."""
    first, *others = engines()
    for engine in engines():
        for base in names:
            for change in changes():
                if makes_sense(base, change):
                    yield f"{base}@{engine} + {change}", what_if(base, change, engine)
    for name in names:
        for other in others:
            both = play.trace(name, first), play.trace(name, other)
            yield f"{name}@{first} | {other}", compare(*both)
    for one, two in combinations(names, 2):
        yield f"{one} | {two}", compare(play.trace(one, first), play.trace(two, first))


@per_own_scenarios
def comparisons(lesson: str, shared: bool) -> tuple[tuple[str, Comparison], ...]:
    """Every comparison of the situations of the lesson of this id, or of the shared ones."""
    return tuple(compared(list(scenarios() if shared else own_scenarios(lesson))))


def comparison_sentences(lesson: Lesson) -> Iterator[tuple[str, Told]]:
    """Each sentence that a comparison shows of the lesson's own situations, or of the shared ones
    where it plays all; with the comparison's name."""
    shared = lesson.document.situations == "all"
    for name, one in comparisons(lesson.id, shared):
        yield from ((name, told) for told in told_of(lesson, one))


def told_of(lesson: Lesson, comparison: Comparison) -> Iterator[Told]:
    """In which way the runs differ and, where one thing was changed, why, and what happens then."""
    at, pair = pairing(comparison), comparison.parting
    step = (pair and (pair.left or pair.right)) or comparison.left.steps[-1]
    yield Told("compare.how", step, at, sentences()["how"])
    if comparison.change:
        place = why_place(comparison)
        yield Told(f"compare.{place}", step, at, sentences()[place])
        yield from changed_words(lesson, comparison)


def changed_words(lesson: Lesson, comparison: Comparison) -> Iterator[Told]:
    """The words of the changed run's events, from where it differs."""
    pair = comparison.parting
    if pair and pair.right:
        later = comparison.right.steps[pair.right.number - 1 :]
        yield from (of_event(lesson, step, point_of(step)) for step in later)
