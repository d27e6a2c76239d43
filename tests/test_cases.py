"""The decorator that makes one test of many cases is itself able to fail."""

from pathlib import Path

import pytest

from tests.cases import each


def test_every_case_is_tried_and_each_failure_is_named() -> None:
    """Also with two decorators, one in the other."""
    seen = []

    @each("number", [1, 2, 3])
    @each(("left", "right"), [("a", "b"), ("c", "d")])
    def rule(number: int, left: str, right: str) -> None:
        seen.append((number, left, right))
        assert (number, left) not in [(1, "a"), (3, "c")], "not this one"

    with pytest.raises(BaseExceptionGroup, match="2 of 3 cases fail") as told:
        rule()
    assert len(seen) == 6
    assert [error.__notes__ for error in told.value.exceptions] == [
        ["case: number = 1"],
        ["case: number = 3"],
    ]
    (inner,) = told.value.exceptions[1].exceptions
    assert inner.__notes__ == ["case: left = 'c', right = 'd'"]


def test_a_rule_without_cases_fails() -> None:
    """A list that became empty is noticed."""

    @each("nothing", [])
    def rule(nothing: int) -> None:
        raise ValueError(nothing)

    with pytest.raises(AssertionError, match="no case of nothing"):
        rule()


@each("number", [1, 2])
def test_fixtures_are_given(tmp_path: Path, number: int) -> None:
    """The same for all cases."""
    assert tmp_path.is_dir() and number
