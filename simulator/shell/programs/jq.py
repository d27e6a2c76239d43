"""The part of jq's language that people type at a config.json: paths, `|`, `,`, `//`, `+`,
`keys`, `to_entries`, `length` and `del`. A filter makes several values of one.

Own code: the library binds a compiled jq, which a page for a class should not need.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

MOST = 500
"""Values that a filter makes, and parts or characters of what `+` makes: each can double."""
Filter = Callable[[Any], list[Any]]
JQ_TOKEN = re.compile(r'\s*+(?:("(?:[^"\\]|\\.)*")|(\.[\w-]+|\."[^"]*")|(//|[|,+().\[\]{}])|(\w+))')


class NotPlayed(ValueError):
    """The program is not jq's, or has more of it than is played here."""


def compiled(program: str) -> Filter:
    """The filter. Raises NotPlayed."""
    reader = Reader(list(tokens(program)))
    made = reader.pipe()
    if reader.left:
        raise NotPlayed(reader.left[0])
    return made


def tokens(program: str) -> Iterator[str]:
    at, program = 0, program.rstrip()
    while at < len(program):
        found = JQ_TOKEN.match(program, at)
        if not found:
            raise NotPlayed(program[at:])
        yield found[0].strip()
        at = found.end()


class Reader:
    """Reads a program from left to right; `left` is what is still to be read."""

    def __init__(self, left: list[str]) -> None:
        self.left = left

    def took(self, token: str) -> bool:
        found = self.left[:1] == [token]
        self.left = self.left[1:] if found else self.left
        return found

    def expect(self, token: str) -> None:
        if not self.took(token):
            raise NotPlayed(f"{token} is missing")

    def pipe(self) -> Filter:
        made = self.comma()
        while self.took("|"):
            made = piped(made, self.comma())
        return made

    def comma(self) -> Filter:
        made = self.alternative()
        while self.took(","):
            made = both(made, self.alternative())
        return made

    def alternative(self) -> Filter:
        made = self.sum()
        while self.took("//"):
            made = either(made, self.sum())
        return made

    def sum(self) -> Filter:
        made = self.postfix()
        while self.took("+"):
            made = added(made, self.postfix())
        return made

    def postfix(self) -> Filter:
        made = self.primary()
        while self.left and (self.left[0] == "[" or re.match(r"\.[\w\"-]", self.left[0])):
            made = piped(made, self.suffix())
        return made

    def suffix(self) -> Filter:
        if not self.took("["):
            return field(self.left.pop(0))
        place = "" if self.left[:1] == ["]"] else (self.left or [""]).pop(0)
        self.expect("]")
        if not place:
            return lambda value: list(value.values() if isinstance(value, dict) else value)
        key = int(place) if place.isdecimal() else json.loads(place)
        return lambda value: [value[key] if isinstance(value, list) else value.get(key)]

    def primary(self) -> Filter:
        token = self.left.pop(0) if self.left else ""
        if token == "(":
            made = self.pipe()
            self.expect(")")
            return made
        if token in ("{", "["):
            self.expect("}" if token == "{" else "]")
            return lambda value: [{} if token == "{" else []]
        if token == ".":
            return lambda value: [value]
        if token.startswith("."):
            return field(token)
        if token.startswith('"') or token in ("null", "true", "false") or token.isdecimal():
            return lambda value: [json.loads(token)]
        return self.function(token)

    def function(self, name: str) -> Filter:
        if name == "del" and self.took("("):
            gone = (self.left or [""]).pop(0).removeprefix(".").strip('"')
            self.expect(")")
            return lambda value: [{k: one for k, one in value.items() if k != gone}]
        if name not in FUNCTIONS:
            raise NotPlayed(name)
        return FUNCTIONS[name]


def field(token: str) -> Filter:
    """`.name`: null where it is not there, or there is nothing."""
    name = token[1:].strip('"')
    return lambda value: [None if value is None else value.get(name)]


def few(values: Iterable[Any]) -> list[Any]:
    """All of them. Raises NotPlayed where there are too many."""
    made = list(islice(values, MOST + 1))
    if len(made) > MOST:
        raise NotPlayed(f"more than {MOST} values")
    return made


def piped(first: Filter, second: Filter) -> Filter:
    return lambda value: few(two for one in first(value) for two in second(one))


def both(first: Filter, second: Filter) -> Filter:
    return lambda value: few(chain(first(value), second(value)))


def either(first: Filter, second: Filter) -> Filter:
    return lambda value: [x for x in first(value) if x not in (None, False)] or second(value)


def added(first: Filter, second: Filter) -> Filter:
    return lambda value: few(total(a, b) for b in second(value) for a in first(value))


def total(left: Any, right: Any) -> Any:
    made = left + right
    if isinstance(made, str | list):
        few(made)
    return made


FUNCTIONS: dict[str, Filter] = {
    "keys": lambda value: [sorted(value) if isinstance(value, dict) else [*range(len(value))]],
    "empty": lambda value: [],
    "length": lambda value: [0 if value is None else len(value)],
    "to_entries": lambda value: [[{"key": k, "value": one} for k, one in value.items()]],
}
