"""Lessons are proven, and proofs are strong: whatever is spoiled in a sentence, or different in its
run, is complained of.

One pass over all runs of a lesson keeps for each sentence one place where it is shown, and the
facts that each run's sentences speak of; all is tried on these.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import pytest

from simulator.authoring.check import folder_problems
from simulator.authoring.comparisons import comparison_sentences
from simulator.authoring.proof import reasons_told
from simulator.authoring.proof import runs as own_runs
from simulator.authoring.sentences import runs
from simulator.authoring.strength import changed, mentions, proven, spoken_of, unnoticed
from simulator.lesson.library import USUAL, find_lesson, folders
from simulator.lesson.narration import Told, faults, narration
from simulator.views.predictions import questions
from simulator.views.reasons import sentences
from simulator.views.sentences import Variant

each_lesson = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in folders()]
)
"""All tests of one lesson run in one process, which keeps the comparisons of its situations."""


@dataclass
class Shown:
    """What a pass over all runs of a lesson finds."""

    first: dict[tuple[str, ...], Told] = field(default_factory=dict)
    weak: set[str] = field(default_factory=set)
    noticed: Counter[str] = field(default_factory=Counter)


@cache
def shown(name: str) -> Shown:
    found, lesson = Shown(), find_lesson(name)
    for run, trace in runs(lesson):
        for told in narration(lesson, trace):
            keep(found, run, told)
    for _run, told in comparison_sentences(lesson):
        keep(found, "a comparison", told)
    return found


def keep(found: Shown, run: str, told: Told) -> None:
    """The first place of this sentence, and what it speaks of without noticing a change."""
    one = told.shown
    found.first.setdefault((told.place, one.text, str(one.when), str(one.claims)), told)
    lacking = unnoticed(told)
    found.weak |= {f"{told.place}: {told.shown.text}: {one}" for one in lacking}
    spoken = () if told.shown.source else spoken_of(told.shown.text)
    found.noticed[run] += len(spoken) - len(lacking)


@each_lesson
def test_a_lesson_is_proven(name: str) -> None:
    """Nothing that a lesson says disagrees with the machine, in any of its languages."""
    assert list(folder_problems(folders()[name])) == []


@each_lesson
def test_a_changed_fact_is_noticed_in_every_situation(name: str) -> None:
    """Each fact that a sentence speaks of is changed where it is shown; no situation goes without
    a sentence that complains."""
    assert shown(name).weak == set()
    assert len(shown(name).noticed) > (400 if name == USUAL else 2)
    assert [run for run, count in shown(name).noticed.items() if not count] == []


@each_lesson
def test_each_spoiled_condition_and_claim_is_noticed(name: str) -> None:
    """Another value in a condition, and the sentence is not shown; in a claim, and it is false."""
    tried = spoiled_unnoticed(list(shown(name).first.values()))
    assert tried["when"] > 20 and tried["claims"] > 50


def spoiled_unnoticed(showings: Sequence[Told]) -> Counter[str]:
    """How many conditions and claims were spoiled, each of which must be noticed."""
    tried: Counter[str] = Counter()
    for told in showings:
        for part in ("when", "claims"):
            for path in getattr(told.shown, part):
                worse = told.shown.model_copy(
                    update={part: {**getattr(told.shown, part), path: "spoiled"}}
                )
                kept = tuple(worse if one == told.shown else one for one in told.variants)
                spoiled = Told(told.place, told.step, told.at, kept)
                assert spoiled.shown != worse or list(faults(spoiled)), (told.place, path)
                tried[part] += 1
    return tried


def reasons() -> Iterator[Told]:
    """The reasons against the options of all predictions."""
    for lesson in map(find_lesson, folders()):
        for trace in own_runs(lesson):
            for question in questions(lesson, trace):
                yield from reasons_told(trace, question)


def test_every_reason_is_shown_in_some_run_and_notices_what_is_spoiled() -> None:
    """A sentence that no prediction needs is dead text."""
    told: dict[tuple[str, str], Told] = {}
    for one in reasons():
        told.setdefault((one.place.partition(".")[2], one.shown.text), one)
    written = {(kind, one.text) for kind, many in sentences().items() for one in many}
    assert told.keys() == written
    assert spoiled_unnoticed(list(told.values()))["when"] > 20


@pytest.mark.xdist_group(USUAL)
def test_a_sentence_without_claims_needs_a_source() -> None:
    """A definition names its source; without it the sentence is refused."""
    told = next(one for one in shown(USUAL).first.values() if one.shown.source)
    for text, source, wrong in (("It is.", "", 1), ("It is.", "https://example.com", 0)):
        bare = Told("place", told.step, told.at, (Variant(text=text, source=source),))
        assert len(list(faults(bare))) == wrong


@pytest.mark.xdist_group(USUAL)
def test_every_mention_is_used_and_its_change_is_a_change() -> None:
    """No pattern is dead, and changing its paths makes some sentence unproven."""
    by_name = {one.name: one for one in mentions()}
    used: set[str] = set()
    for told in shown(USUAL).first.values():
        for one in spoken_of(told.shown.text) if not told.shown.source else ():
            if not proven(told, changed(told.at, one.paths, 0)):
                used.add(one.name)
    assert used == by_name.keys()
