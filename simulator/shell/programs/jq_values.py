"""Values as jq works on them: its types, errors, operators and functions."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Any

import re2  # type: ignore[import-untyped]

from simulator.protocol.json_text import json_of

WORK = 200_000
"""Values that a filter may make and look at: a short one can double a text many times."""
Filter = Callable[[Any], Iterator[Any]]


class NotPlayed(ValueError):
    """The filter is not jq's, or has more of it than is played here."""


class JqError(ValueError):
    """A filter meets a value that it cannot take, in jq's words."""


class Work:
    """The work that one run may still do."""

    def __init__(self) -> None:
        self.left = WORK

    def spend(self, amount: int) -> None:
        """Raises NotPlayed where it is too much."""
        self.left -= amount
        if self.left < 0:
            raise NotPlayed(f"a filter that makes more than {WORK} values")

    def weighed(self, value: Any) -> Any:
        """The value; all its parts are counted. Raises NotPlayed."""
        self.weight(value)
        return value

    def weight(self, value: Any) -> int:
        """The parts of this value, and characters by sixteen. They are counted, too."""
        before, heap = self.left, [value]
        while heap:
            one = heap.pop()
            self.spend(1 + (len(one) // 16 if isinstance(one, str) else 0))
            heap += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        return before - self.left

    def paired(self, value: Any, other: Any) -> None:
        """Counts work on each part of one value with each part of another."""
        self.spend(self.weight(value) * self.weight(other) // 64)


# -- types and texts --------------------------------------------------------------------------

ORDER = ("null", "boolean", "number", "string", "array", "object")


def kind(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array",
             dict: "object"}  # fmt: skip
    return names.get(type(value), "null")


def described(value: Any) -> str:
    """A value in a message of jq's: its type, and the beginning of its text."""
    text = as_json(value)
    return f"{kind(value)} ({text if len(text) <= 14 else f'{text[:11]}...'})"


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value)


def truthy(value: Any) -> bool:
    return value is not None and value is not False


def rank(value: Any) -> Any:
    """A key that puts values into jq's order."""
    place = ORDER.index(kind(value))
    if isinstance(value, list):
        return place, [rank(one) for one in value]
    if isinstance(value, dict):
        return place, sorted(value), [rank(value[name]) for name in sorted(value)]
    return place, value or 0 if place < 3 else value


# -- parts of a value -------------------------------------------------------------------------


def item(value: Any, key: Any) -> Any:
    """`.[key]`. Raises JqError."""
    if value is None and isinstance(key, str | int | float | None):
        return None
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and kind(key) == "number":
        place = int(key) + (len(value) if key < 0 else 0)
        return value[place] if 0 <= place < len(value) else None
    wanted = f'string "{key}"' if isinstance(key, str) else kind(key)
    raise JqError(f"Cannot index {kind(value)} with {wanted}")


def cut(value: Any, first: Any, last: Any) -> Any:
    """`.[first:last]`. Raises JqError."""
    if value is None:
        return None
    if not isinstance(value, str | list) or {kind(first), kind(last)} - {"null", "number"}:
        raise JqError(f"Cannot index {kind(value)} with object")
    return value[slice(*(one if one is None else int(one) for one in (first, last)))]


def each(value: Any) -> Iterator[Any]:
    """`.[]`. Raises JqError."""
    if not isinstance(value, list | dict):
        raise JqError(f"Cannot iterate over {described(value)}")
    yield from value.values() if isinstance(value, dict) else value


def without(value: Any, path: list[Any]) -> Any:
    """The value without what is at this path. Raises JqError."""
    if item(value, path[0]) is None and (value is None or path[0] not in keys(value)):
        return value
    copy = list(value) if isinstance(value, list) else dict(value)
    if path[1:]:
        copy[path[0]] = without(copy[path[0]], path[1:])
    else:
        del copy[path[0]]
    return copy


# -- operators --------------------------------------------------------------------------------


def plus(left: Any, right: Any) -> Any:
    """Raises JqError."""
    if left is None or right is None:
        return right if left is None else left
    if kind(left) == kind(right) == "number":
        return calculated(left, right, "added", lambda a, b: a + b)
    if kind(left) == kind(right) and kind(left) != "boolean":
        return left | right if isinstance(left, dict) else left + right
    raise JqError(f"{described(left)} and {described(right)} cannot be added")


def minus(left: Any, right: Any) -> Any:
    """Raises JqError."""
    if kind(left) == kind(right) == "array":
        return [one for one in left if one not in right]
    return calculated(left, right, "subtracted", lambda a, b: a - b)


def calculated(left: Any, right: Any, verb: str, made: Callable[[float, float], float]) -> Any:
    """A number of two, as a double, which all of jq's are. Raises JqError."""
    if not kind(left) == kind(right) == "number":
        raise JqError(f"{described(left)} and {described(right)} cannot be {verb}")
    return as_double(made(float(left), float(right)))


EXACT = 1e17
"""Whole numbers below it are written without an exponent."""


def divided(left: Any, right: Any) -> Any:
    """Raises JqError."""
    if kind(left) == kind(right) == "string":
        return left.split(right) if right else list(left)
    if right == 0 and kind(right) == "number":
        raise JqError(f"{described(left)} and {described(right)} cannot be divided because the "
                      "divisor is zero")  # fmt: skip
    return calculated(left, right, "divided", lambda a, b: a / b)


def times(left: Any, right: Any) -> Any:
    """Raises JqError, or NotPlayed for a text that is repeated and for objects."""
    if {kind(left), kind(right)} & {"string", "object"}:
        raise NotPlayed("* of a string or an object")
    return calculated(left, right, "multiplied", lambda a, b: a * b)


OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": plus,
    "-": minus,
    "*": times,
    "/": divided,
    "==": lambda a, b: rank(a) == rank(b),
    "!=": lambda a, b: rank(a) != rank(b),
    "<": lambda a, b: rank(a) < rank(b),
    "<=": lambda a, b: rank(a) <= rank(b),
    ">": lambda a, b: rank(a) > rank(b),
    ">=": lambda a, b: rank(a) >= rank(b),
}


# -- functions of a value ---------------------------------------------------------------------


def keys(value: Any) -> list[Any]:
    if not isinstance(value, list | dict):
        raise JqError(f"{described(value)} has no keys")
    return sorted(value) if isinstance(value, dict) else [*range(len(value))]


def length(value: Any) -> Any:
    if isinstance(value, bool):
        raise JqError(f"{described(value)} has no length")
    return abs(value) if isinstance(value, int | float) else len(value or ())


def fields(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise JqError(f"{described(value)} has no keys")
    return value


def array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise JqError(f"{described(value)} cannot be sorted, as it is not an array")
    return value


def string(value: Any, verb: str = "matched, as it is not a string") -> str:
    if not isinstance(value, str):
        raise JqError(f"{described(value)} cannot be {verb}")
    return value


def entries(value: Any) -> list[Any]:
    return [{"key": name, "value": one} for name, one in fields(value).items()]


def of_entries(value: Any) -> dict[str, Any]:
    """An object of `key` or `name` and `value`."""
    found = ((item(one, "key"), item(one, "name"), item(one, "value")) for one in each(value))
    return {as_text(name if key is None else key): one for key, name, one in found}


def total(value: Any) -> Any:
    made = None
    for one in each(value):
        made = plus(made, one)
    return made


def number(value: Any) -> Any:
    try:
        return value if kind(value) == "number" else float_or_int(string(value))
    except ValueError as error:
        raise JqError(f"{described(value)} cannot be parsed as a number") from error


def float_or_int(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def unbased(value: Any) -> str:
    text = as_text(value)
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise JqError(f"{described(value)} is not valid base64 data") from error
    return data.decode("utf-8", "replace")


def date(value: Any) -> str:
    if kind(value) != "number" or not 0 <= value < 10**11:
        raise JqError("strftime/1 requires parsed datetime inputs")
    return datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fits(value: Any, pattern: Any) -> bool:
    """`test(PATTERN)`, with an engine whose time never grows faster than the text."""
    how = re2.Options()
    how.log_errors = False
    try:
        return re2.compile(string(pattern), how).search(string(value)) is not None
    except re2.error as error:
        raise JqError(f"{pattern} (at offset 0) is not a valid regex") from error


def contains(value: Any, other: Any) -> bool:
    if kind(value) != kind(other):
        raise JqError(f"{described(value)} and {described(other)} cannot have their containment "
                      "checked")  # fmt: skip
    if isinstance(value, dict):
        return all(name in value and contains(value[name], one) for name, one in other.items())
    if isinstance(value, list):
        return all(any(kind(a) == kind(b) and contains(a, b) for a in value) for b in other)
    return other in value if isinstance(value, str) else bool(value == other)


def has(value: Any, key: Any) -> bool:
    fitting = {"object": "string", "array": "number"}.get(kind(value))
    if fitting != kind(key):
        raise JqError(f"Cannot check whether {kind(value)} has a {kind(key)} key")
    return key in keys(value)


def joined(value: Any, separator: Any) -> str:
    return string(separator).join("" if one is None else as_text(one) for one in each(value))


def doubles(value: Any) -> Any:
    """The value with the numbers that jq has: all are doubles, and a whole one has no point."""
    if isinstance(value, dict):
        return {name: doubles(one) for name, one in value.items()}
    if isinstance(value, list):
        return [doubles(one) for one in value]
    return as_double(float(value)) if kind(value) == "number" else value


def as_double(result: float) -> int | float:
    return int(result) if abs(result) < EXACT and result.is_integer() else result


def combinations(filters: list[Filter], value: Any) -> Iterator[tuple[Any, ...]]:
    """Each choice of one result of each filter; the first filter's changes fastest."""
    for choice in product(*(one(value) for one in reversed(filters))):
        yield choice[::-1]


PLAIN: Mapping[str, Callable[..., Any]] = {
    "keys": keys, "length": length, "to_entries": entries, "from_entries": of_entries,
    "add": total, "type": kind, "not": lambda value: not truthy(value), "tostring": as_text,
    "tojson": as_json, "fromjson": lambda value: json_of(string(value)), "tonumber": number,
    "sort": lambda value: sorted(array(value), key=rank),
    "unique": lambda value: list({as_json(one): one for one in sorted(array(value), key=rank)}
                                 .values()),
    "reverse": lambda value: array(value)[::-1], "first": lambda value: item(value, 0),
    "last": lambda value: item(value, -1),
    "min": lambda value: min(array(value), key=rank, default=None),
    "max": lambda value: max(array(value), key=rank, default=None),
    "any": lambda value: any(map(truthy, each(value))),
    "all": lambda value: all(map(truthy, each(value))),
    "ascii_downcase": lambda value: string(value, "lowercased").lower(),
    "ascii_upcase": lambda value: string(value, "uppercased").upper(),
    "todate": date, "@base64d": unbased, "@text": as_text, "@json": as_json,
    "@base64": lambda value: base64.b64encode(as_text(value).encode()).decode(),
    "null": lambda value: None, "true": lambda value: True, "false": lambda value: False,
}  # fmt: skip
"""Functions without arguments: one value makes one."""
OF_VALUES: Mapping[str, Callable[[Any, Any], Any]] = {
    "has": has, "contains": contains, "join": joined, "test": fits,
    "split": lambda value, at: divided(string(value), string(at)),
    "startswith": lambda value, one: string(value).startswith(string(one)),
    "endswith": lambda value, one: string(value).endswith(string(one)),
    "ltrimstr": lambda value, one: as_text(value).removeprefix(as_text(one)),
    "rtrimstr": lambda value, one: as_text(value).removesuffix(as_text(one)),
}  # fmt: skip
"""Functions of a value and of each value of their argument."""
