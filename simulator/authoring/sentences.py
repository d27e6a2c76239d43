"""Proof of every sentence in every run: one variant applies, its claims hold, and all are shown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from simulator.authoring.comparisons import comparison_sentences
from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.lesson import event_words
from simulator.lesson.claims import Found
from simulator.lesson.document import Lesson
from simulator.lesson.narration import Told, faults, narration
from simulator.recordings.situations import recorded_situations, second_lab_runs
from simulator.recordings.situations import trace as recorded_run
from simulator.scenarios import play
from simulator.scenarios.model import InvalidScenario, Scenario
from simulator.views.sentences import Variant, unknown_names
from simulator.words import i18n
from simulator.words.data_file import Where, read_named

SITUATIONS = Path(__file__).with_name("situations.yaml")


def runs(lesson: Lesson) -> Iterator[tuple[str, Trace]]:
    """Every run in which the lesson's sentences are shown, each with its name: its situations,
    and what was recorded where it plays all situations."""
    for engine in engines():
        for name in lesson.situations:
            yield f"{name}@{engine}", play.trace(name, engine)
    if lesson.document.situations == "all":
        for engine in engines():
            yield from ((f"{name}@{engine}", trace) for name, trace in further_runs(engine))


@cache
def further_runs(engine: str) -> tuple[tuple[str, Trace], ...]:
    """All recorded situations, and those that are there for their sentences alone."""
    recorded = ((name, recorded_run(name, engine)) for name in recorded_situations())
    own = read_named(Scenario, SITUATIONS, InvalidScenario)
    made = ((name, play.run(one, engine)) for name, one in own.items())
    return (*recorded, *second_lab_runs(engine), *made)


UNSEEN = frozenset({"Listening", "UnexpectedRequest", "ConfigUnusable"})
"""Events that only the live page shows, or an image that no situation has."""


def sentence_problems(lesson: Lesson) -> Iterator[str]:
    """As `of_sentences`, with file and line."""
    with i18n.speaking(i18n.DEFAULT):
        for place, what in of_sentences(lesson):
            yield f"{lesson.file.place(place)}: {what}"


def of_sentences(lesson: Lesson) -> Found:
    """Every place that says nothing, two things, or something that does not hold in a run; and
    every sentence that no run shows."""
    seen: dict[str, list[tuple[str, Told]]] = defaultdict(list)
    for run, trace in runs(lesson):
        for told in narration(lesson, trace):
            seen[told.place].append((run, told))
    for name, told in comparison_sentences(lesson):
        seen[told.place].append((name, told))
    for place, showings in seen.items():
        shared = lesson.document.situations == "all" and not place.startswith("compare")
        whole = shared or place.startswith("row")
        for what in of_place(showings, whole):
            yield where(place), f"{place}: {what}"
    if lesson.document.situations == "all":
        yield from of_unseen(seen)


def of_unseen(seen: Mapping[str, Sequence[tuple[str, Told]]]) -> Found:
    """The words of events that no run shows."""
    showings = chain.from_iterable(seen.values())
    kept = {id(told.shown): told.shown for _run, told in showings}  # a sentence is shown often
    shown = {repr(one) for one in kept.values()}
    for key, variants in event_words.words().items():
        if key not in UNSEEN and not any(repr(one) in shown for one in variants):
            yield ("words", key), f"event.{key}: no run shows its words"


def where(place: str) -> Where:
    """The place in the lesson's file; the words of events are mostly in one of their own."""
    kind, name, *rest = place.split(".")
    if kind == "row":
        return ("rows", int(name) - 1, *rest)
    return ("flow",) if kind == "box" else ("words", name) if kind == "event" else ()


def of_place(showings: Sequence[tuple[str, Told]], whole: bool) -> Iterator[str]:
    """Faults of a place in these runs. With the `whole` of the runs that show it, also the
    sentences that none of them shows."""
    found: dict[str, list[str]] = defaultdict(list)
    for run, told in showings:
        for what in faults(told):
            found[what].append(f"{run}, step {told.step.number}")
    for what, runs in found.items():
        yield f"{what} ({runs[0]}{f', and {len(runs) - 1} more' if runs[1:] else ''})"
    variants = {one.text: one for _run, told in showings for one in told.variants}
    shown = (one for _run, one in showings)
    for text in unshown(variants.values(), shown) if whole else ():
        yield f"no run shows “{text}”"
    for text in variants:
        for name in unknown_names(text):
            yield f"there is no fact {name!r} for “{text}”"


def unshown(variants: Iterable[Variant], showings: Iterable[Told]) -> list[str]:
    """The sentences that none of these showings has chosen."""
    shown = {told.shown.text for told in showings}
    return [one.text for one in variants if one.text not in shown]
