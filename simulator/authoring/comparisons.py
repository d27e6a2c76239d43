"""Proof of the comparison: its sentences hold for every change of every situation, for both
engines of a situation, and for every two situations.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations

from simulator.compare.align import Comparison, compare, makes_sense, what_if
from simulator.compare.sentences import pairing, sentences, why_place
from simulator.docker.engines import engines
from simulator.lesson.narration import Told
from simulator.scenarios import play
from simulator.scenarios.changes import CHANGES
from simulator.scenarios.model import scenarios


def compared() -> Iterator[tuple[str, Comparison]]:
    """Every comparison that the page offers of the situations that all lessons share."""
    first, *others = engines()
    for engine in engines():
        for base in scenarios():
            for change in CHANGES:
                if makes_sense(base, change):
                    yield f"{base}@{engine} + {change}", what_if(base, change, engine)
    for name in scenarios():
        for other in others:
            both = play.trace(name, first), play.trace(name, other)
            yield f"{name}@{first} | {other}", compare(*both)
    for one, two in combinations(scenarios(), 2):
        yield f"{one} | {two}", compare(play.trace(one, first), play.trace(two, first))


@cache
def comparison_sentences() -> tuple[tuple[str, Told], ...]:
    """Each sentence that a comparison shows, with the comparison's name."""
    return tuple((name, told) for name, one in compared() for told in told_of(one))


def told_of(comparison: Comparison) -> Iterator[Told]:
    """In which way the runs differ and, where one thing was changed, why."""
    at, pair = pairing(comparison), comparison.parting
    step = (pair and (pair.left or pair.right)) or comparison.left.steps[-1]
    yield Told("compare.how", step, at, sentences()["how"])
    if comparison.change:
        place = why_place(comparison)
        yield Told(f"compare.{place}", step, at, sentences()[place])
