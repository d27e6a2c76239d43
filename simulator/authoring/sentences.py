"""Proof of every sentence in every run: one variant applies, its claims hold, and all are shown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.lesson.document import Lesson
from simulator.lesson.narration import Told, faults, narration
from simulator.recordings.situations import recorded_situations
from simulator.recordings.situations import trace as recorded_run
from simulator.scenarios import play
from simulator.views.sentences import Variant, unknown_names

OBSERVED = frozenset({"Listening", "UnexpectedRequest"})
"""Events of a watched client alone: no run of the machine has them."""


def runs(lesson: Lesson) -> Iterator[tuple[str, Trace]]:
    """Every run in which the lesson's sentences are shown, each with its name: its situations,
    and what was recorded where it plays all situations."""
    for engine in engines():
        for name in lesson.situations:
            yield f"{name}@{engine}", play.trace(name, engine)
    if lesson.document.situations == "all":
        for engine in engines():
            yield from ((f"{name}@{engine}", trace) for name, trace in recorded_runs(engine))


@cache
def recorded_runs(engine: str) -> tuple[tuple[str, Trace], ...]:
    return tuple((name, recorded_run(name, engine)) for name in recorded_situations())


def sentence_problems(lesson: Lesson) -> Iterator[str]:
    """Every place that says nothing, two things, or something that does not hold in a run; and
    every sentence that no run shows."""
    seen: dict[str, list[tuple[str, Told]]] = defaultdict(list)
    for run, trace in runs(lesson):
        for told in narration(lesson, trace):
            seen[told.place].append((run, told))
    for place, showings in seen.items():
        for what in dict.fromkeys(of_place(showings)):
            yield f"{place}: {what}"


def of_place(showings: Sequence[tuple[str, Told]]) -> Iterator[str]:
    for run, told in showings:
        for what in faults(told):
            yield f"{run}, step {told.step.number}: {what}"
    variants = {one.text: one for _run, told in showings for one in told.variants}
    for text in unshown(variants.values(), (told for _run, told in showings)):
        yield f"no run shows “{text}”"
    for text in variants:
        for name in unknown_names(text):
            yield f"there is no fact {name!r} for “{text}”"


def unshown(variants: Iterable[Variant], showings: Iterable[Told]) -> list[str]:
    """The sentences that none of these showings has chosen."""
    shown = {told.shown.text for told in showings}
    return [one.text for one in variants if one.text not in shown]
