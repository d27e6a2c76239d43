"""Figures computed from the records, and their file: nothing foreign gets in."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.progress.records import (
    InvalidProgress,
    Progress,
    best,
    due,
    mastered,
    reviews,
)
from tests.cases import each
from tests.progress.records import NOW, PLACE, answer, solution

# -- the file ---------------------------------------------------------------------------------

GOOD = Progress(answers=(answer(),), solutions=(solution("s", 3),), places=(PLACE,)).to_json()
FOREIGN = {
    "nothing": "",
    "not JSON": "Progress!",
    "another program's": '{"format": "other/1", "answers": []}',
    "nothing in it": "{}",
    "a later format": GOOD.replace("progress/1", "progress/9"),
    "cut": GOOD[: len(GOOD) // 2],
    "an answer of another shape": GOOD.replace('"right":true', '"right":"perhaps"').replace(
        '"right": true', '"right": "perhaps"'
    ),
    "more than there is": GOOD.replace('"answers"', '"grades": [], "answers"'),
    "a time without a zone": GOOD.replace("12:00:00Z", "12:00:00"),
    "an address elsewhere": GOOD.replace("/visual?", "https://evil.example/?"),
    "too large": GOOD + " " * 5_000_000,
}


@each("case", FOREIGN)
def test_a_foreign_or_damaged_file_is_refused(case: str) -> None:
    """In one sentence; there is nothing that could be imported by half."""
    with pytest.raises(InvalidProgress) as refused:
        Progress.from_json(FOREIGN[case])
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=200))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    """Whatever the bytes are."""
    with pytest.raises(InvalidProgress):
        Progress.from_json(data)


# -- what follows -----------------------------------------------------------------------------


def test_sure_and_wrong_comes_first() -> None:
    """Then what is due the longest, then what is new."""
    answers = [
        answer("a", objective="due", minutes=-9000),
        answer("b", objective="later", minutes=-1),
        answer("c", False, objective="mistaken", sure=2, minutes=-1),
    ]
    order = reviews(answers, ["new", "later", "due", "mistaken"])
    assert [review.objective for review in order] == ["mistaken", "due", "later", "new"]
    now = [review.objective for review in due(order, NOW)]
    assert now[:2] == ["mistaken", "due"] and now[-1] == "new" and "later" not in now


def test_what_goes_well_comes_back_later() -> None:
    """The interval grows with each good answer, and shrinks with a bad one."""

    def wait(*right: bool) -> timedelta:
        known = [answer(f"k{n}", good, minutes=n * 60 * 24 * 10) for n, good in enumerate(right)]
        (review,) = reviews(known, ["challenge"])
        return review.due - known[-1].at

    assert wait(True) < wait(True, True) < wait(True, True, True)
    assert wait(True, True, False) < wait(True, True)


def test_a_hint_or_a_guess_counts_less() -> None:
    """An answer that was right with help comes back sooner."""
    plain, helped, guessed = (
        reviews([answer("a"), answer("b", minutes=9000, **more)], ["challenge"])[0].due
        for more in ({}, {"hints": 1}, {"sure": 0})
    )
    assert helped < plain and guessed < plain


ROWS = {
    "three different": ([("a", True, 0), ("b", True, 0), ("c", True, 0)], True),
    "two": ([("a", True, 0), ("b", True, 0)], False),
    "a mistake between": ([("a", True, 0), ("b", False, 0), ("c", True, 0), ("d", True, 0)], False),
    "the last hint": ([("a", True, 0), ("b", True, 3), ("c", True, 0)], False),
    "after a mistake": ([("x", False, 0), ("a", True, 0), ("b", True, 1), ("c", True, 0)], True),
}


@each("case", ROWS)
def test_mastered_is_three_in_a_row(case: str) -> None:
    """Right, to different questions, without the last hint."""
    told, expected = ROWS[case]
    known = [answer(k, right, n, hints=h) for n, (k, right, h) in enumerate(told)]
    assert bool(mastered(known)) is expected
    same = [a.model_copy(update={"question": "q"}) for a in known]
    assert not mastered(same)


def test_the_best_solution_is_the_shortest() -> None:
    """However often it was solved."""
    assert best([solution("a", 5), solution("b", 3), solution("c", 4)]) == {"stale": 3}
