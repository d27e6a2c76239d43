"""Proofs are strong: whatever is spoiled in a sentence, or different in its run, is complained of.

One pass over all runs keeps for each sentence one place where it is shown, and the facts that each
run's sentences speak of; all is tried on these.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from simulator.authoring.comparisons import comparison_sentences
from simulator.authoring.proof import reasons_told
from simulator.authoring.proof import runs as own_runs
from simulator.authoring.sentences import runs
from simulator.authoring.strength import changed, mentions, proven, spoken_of, unnoticed
from simulator.lesson.library import find_lesson, folders
from simulator.lesson.narration import Told, faults, narration
from simulator.views.predictions import questions
from simulator.views.reasons import sentences
from simulator.views.sentences import Variant


@dataclass
class Shown:
    """What a pass over all runs of all lessons finds."""

    first: dict[tuple[str, str], Told] = field(default_factory=dict)
    weak: set[str] = field(default_factory=set)
    noticed: Counter[str] = field(default_factory=Counter)


@cache
def shown() -> Shown:
    found = Shown()
    for lesson in map(find_lesson, folders()):
        for run, trace in runs(lesson):
            for told in narration(lesson, trace):
                keep(found, lesson.id, run, told)
        for _run, told in comparison_sentences(lesson):
            keep(found, "", "a comparison", told)
    return found


def keep(found: Shown, lesson: str, run: str, told: Told) -> None:
    """The first place of this sentence, and what it speaks of without noticing a change."""
    found.first.setdefault((lesson + told.place, str(told.shown)), told)
    lacking = unnoticed(told)
    found.weak |= {f"{told.place}: {told.shown.text}: {one}" for one in lacking}
    spoken = () if told.shown.source else spoken_of(told.shown.text)
    found.noticed[run] += len(spoken) - len(lacking)


def test_a_changed_fact_is_noticed_in_every_situation() -> None:
    """Each fact that a sentence speaks of is changed where it is shown; no situation goes without
    a sentence that complains."""
    assert shown().weak == set()
    assert len(shown().noticed) > 500
    assert [run for run, count in shown().noticed.items() if not count] == []


def test_each_spoiled_condition_and_claim_is_noticed() -> None:
    """Another value in a condition, and the sentence is not shown; in a claim, and it is false."""
    tried: Counter[str] = Counter()
    for told in (*shown().first.values(), *reasons().values()):
        for name in ("when", "claims"):
            for path in getattr(told.shown, name):
                worse = told.shown.model_copy(
                    update={name: {**getattr(told.shown, name), path: "spoiled"}}
                )
                kept = tuple(worse if one == told.shown else one for one in told.variants)
                spoiled = Told(told.place, told.step, told.at, kept)
                assert spoiled.shown != worse or list(faults(spoiled)), (told.place, path)
                tried[name] += 1
    assert tried["when"] > 150 and tried["claims"] > 350


def reasons() -> dict[tuple[str, str], Told]:
    """Each reason against an option of a prediction, once."""
    found: dict[tuple[str, str], Told] = {}
    for lesson in map(find_lesson, folders()):
        for trace in own_runs(lesson):
            for question in questions(lesson, trace):
                for told in reasons_told(trace, question):
                    found.setdefault((told.place, str(told.shown)), told)
    return found


def test_every_reason_is_shown_in_some_run() -> None:
    """A sentence that no prediction needs is dead text."""
    written = {(kind, one.text) for kind, many in sentences().items() for one in many}
    told = {(one.place.partition(".")[2], one.shown.text) for one in reasons().values()}
    assert told == written


def test_a_sentence_without_claims_needs_a_source() -> None:
    """A definition names its source; without it the sentence is refused."""
    told = next(one for one in shown().first.values() if one.shown.source)
    for text, source, wrong in (("It is.", "", 1), ("It is.", "https://example.com", 0)):
        bare = Told("place", told.step, told.at, (Variant(text=text, source=source),))
        assert len(list(faults(bare))) == wrong


def test_every_mention_is_used_and_its_change_is_a_change() -> None:
    """No pattern is dead, and changing its paths makes some sentence unproven."""
    by_name = {one.name: one for one in mentions()}
    used: set[str] = set()
    for told in shown().first.values():
        for one in spoken_of(told.shown.text) if not told.shown.source else ():
            if not proven(told, changed(told.at, one.paths, 0)):
                used.add(one.name)
    assert used == by_name.keys()
