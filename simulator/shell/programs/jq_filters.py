"""Filters of jq made of other filters, and the functions of its language by name.

A filter makes any number of values of one, when they are asked for.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from simulator.shell.programs.jq_values import (
    OF_VALUES,
    OPERATORS,
    PLAIN,
    Filter,
    JqError,
    Work,
    combinations,
    each,
    entries,
    of_entries,
    rank,
    truthy,
)


def constant(value: Any) -> Filter:
    return lambda _: iter((value,))


def nothing(_: Any) -> Iterator[Any]:
    return iter(())


def same(value: Any) -> Iterator[Any]:
    """`.`: the value itself."""
    yield value


def piped(first: Filter, second: Filter, work: Work) -> Filter:
    def made(value: Any) -> Iterator[Any]:
        for one in first(value):
            work.spend(1)
            yield from second(one)

    return made


def both(first: Filter, second: Filter) -> Filter:
    def made(value: Any) -> Iterator[Any]:
        yield from first(value)
        yield from second(value)

    return made


def either(first: Filter, second: Filter) -> Filter:
    """`//`: the values of the first that are neither null nor false; if there are none or it
    fails, those of the second."""

    def made(value: Any) -> Iterator[Any]:
        found = [one for one in attempted(first)(value) if truthy(one)]
        yield from found or second(value)

    return made


def attempted(tried: Filter) -> Filter:
    def made(value: Any) -> Iterator[Any]:
        try:
            yield from tried(value)
        except JqError:
            return

    return made


def operated(operator: str, left: Filter, right: Filter, work: Work) -> Filter:
    if operator in ("and", "or"):
        return logical(operator == "or", left, right, work)

    def made(value: Any) -> Iterator[Any]:
        for one, other in combinations([left, right], value):
            if operator == "-":
                work.paired(one, other)
            yield OPERATORS[operator](work.weighed(one), work.weighed(other))

    return made


def logical(decided: bool, left: Filter, right: Filter, work: Work) -> Filter:
    """`and` and `or`: the right side is only looked at where the left one has not decided."""

    def made(value: Any) -> Iterator[Any]:
        for one in left(value):
            work.spend(1)
            yield from (decided,) if truthy(one) is decided else map(truthy, right(value))

    return made


def collected(inner: Filter, work: Work) -> Filter:
    return lambda value: iter((work.weighed(list(inner(value))),))


def every_part(value: Any, work: Work) -> Iterator[Any]:
    """`..`: the value and all that is in it."""
    work.spend(1)
    yield value
    if isinstance(value, list | dict):
        for one in each(value):
            yield from every_part(one, work)


def select(work: Work, value: Any, condition: Filter) -> Iterator[Any]:
    return (value for one in condition(value) if truthy(one))


def mapped(work: Work, value: Any, inner: Filter) -> Iterator[Any]:
    yield work.weighed([two for one in each(value) for two in inner(one)])


def with_entries(work: Work, value: Any, inner: Filter) -> Iterator[Any]:
    yield of_entries([two for one in entries(value) for two in inner(one)])


def sort_by(work: Work, value: Any, inner: Filter) -> Iterator[Any]:
    yield sorted(each(value), key=lambda one: [rank(key) for key in inner(one)])


def first_of(work: Work, value: Any, inner: Filter) -> Iterator[Any]:
    return islice(inner(value), 1)


def checked(decide: Callable[[Iterator[bool]], bool]) -> Callable[..., Iterator[Any]]:
    """`any(CONDITION)` or `all(CONDITION)`."""

    def made(work: Work, value: Any, inner: Filter) -> Iterator[Any]:
        yield decide(truthy(two) for one in each(value) for two in inner(one))

    return made


def lifted(function: Callable[[Any], Any]) -> Callable[..., Iterator[Any]]:
    """A function of one value, as a filter."""
    return lambda work, value: iter((function(value),))


def of_argument(function: Callable[[Any, Any], Any]) -> Callable[..., Iterator[Any]]:
    """A function of a value and of an argument's values, as a filter."""

    def made(work: Work, value: Any, argument: Filter) -> Iterator[Any]:
        for one in argument(value):
            work.paired(value, one)
            yield function(value, one)

    return made


FUNCTIONS: dict[str, Callable[..., Iterator[Any]]] = {
    **{f"{name}/0": lifted(made) for name, made in PLAIN.items()},
    **{f"{name}/1": of_argument(made) for name, made in OF_VALUES.items()},
    "empty/0": lambda work, value: iter(()),
    "values/0": lambda work, value: iter(() if value is None else (value,)),
    "select/1": select,
    "map/1": mapped,
    "with_entries/1": with_entries,
    "sort_by/1": sort_by,
    "first/1": first_of,
    "any/1": checked(any),
    "all/1": checked(all),
}
"""Functions by their name and the number of their arguments, which are filters."""
