"""The part of jq's language that people type at a manifest, a token or a config.json: paths and
slices, operators, `[...]`, `{...}`, texts with `\\(...)`, and the functions of `jq_values`.

Own code: the library `jq` runs any program of the whole language in the process of the server. One
can run without end, take all memory, or read the server's environment (`env`); jq has no bounds.
"""

import re
from collections.abc import Iterator
from typing import Any

from simulator.protocol.json_text import json_of
from simulator.shell.programs.jq_filters import (
    FUNCTIONS,
    attempted,
    both,
    collected,
    constant,
    either,
    every_part,
    nothing,
    operated,
    piped,
    same,
)
from simulator.shell.programs.jq_values import (
    Filter,
    JqError,
    NotPlayed,
    Work,
    as_text,
    combinations,
    cut,
    doubles,
    each,
    item,
    without,
)

JQ_TOKEN = re.compile(r"\.[A-Za-z_]\w*|\.\.|//|[=!<>]=|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
                      r"|@?[A-Za-z_]\w*|[|,+*/<>().\[\]{}:;?-]")  # fmt: skip
BLANKS = re.compile(r"(?:\s|#[^\n]*)*+")
WORD = re.compile(r"[A-Za-z_]\w*")
LEVELS = (("or",), ("and",), ("==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"))
"""Operators, the weakest first."""


def compiled(program: str, work: Work) -> Filter:
    """The filter. Raises NotPlayed."""
    reader = Reader(list(tokens(program)), work)
    made = reader.pipe() if reader.left else same
    if reader.left:
        raise NotPlayed(reader.left[0])
    return made


# -- tokens -----------------------------------------------------------------------------------


def tokens(program: str) -> Iterator[str]:
    """The tokens of a program; a text is one, with its quotes. Raises NotPlayed."""
    at = blanks_end(program, 0)
    while at < len(program):
        begin = at + program.startswith('."', at)
        if program[begin] == '"':
            end = string_end(program, begin + 1)
        else:
            found = JQ_TOKEN.match(program, at)
            if not found:
                raise NotPlayed(program[at:])
            end = found.end()
        yield program[at:end]
        at = blanks_end(program, end)


def blanks_end(program: str, at: int) -> int:
    found = BLANKS.match(program, at)
    return found.end() if found else at


def string_end(program: str, at: int) -> int:
    """The place after a text's closing quote. Raises NotPlayed where there is none."""
    while at < len(program) and program[at] != '"':
        inner = program.startswith("\\(", at)
        at = bracket_end(program, at + 2) if inner else at + 1 + (program[at] == "\\")
    if at >= len(program):
        raise NotPlayed("a text without its closing quote")
    return at + 1


def bracket_end(program: str, at: int) -> int:
    """The place after the bracket that closes `\\(`. Raises NotPlayed where there is none."""
    level = 1
    while level and at < len(program):
        character = program[at]
        level += (character == "(") - (character == ")")
        at = string_end(program, at + 1) if character == '"' else at + 1
    if level:
        raise NotPlayed("( without its closing bracket")
    return at


# -- the grammar ------------------------------------------------------------------------------


class Reader:
    """Reads a program from left to right; `left` is what is still to be read. Each method returns
    the filter that it names, and raises NotPlayed."""

    def __init__(self, left: list[str], work: Work) -> None:
        self.left = left
        self.work = work

    def peek(self) -> str:
        return self.left[0] if self.left else ""

    def next(self) -> str:
        return self.left.pop(0) if self.left else ""

    def took(self, token: str) -> bool:
        return self.peek() == token and bool(self.next())

    def expect(self, token: str) -> None:
        if not self.took(token):
            raise NotPlayed(f"a filter without {token}")

    def pipe(self) -> Filter:
        made = self.comma()
        return piped(made, self.pipe(), self.work) if self.took("|") else made

    def comma(self) -> Filter:
        made = self.alternative()
        while self.took(","):
            made = both(made, self.alternative())
        return made

    def alternative(self) -> Filter:
        made = self.operation(0)
        return either(made, self.alternative()) if self.took("//") else made

    def operation(self, level: int) -> Filter:
        """An operation of this level or of a stronger one."""
        if level == len(LEVELS):
            return self.postfix()
        made = self.operation(level + 1)
        while self.peek() in LEVELS[level]:
            made = operated(self.next(), made, self.operation(level + 1), self.work)
        return made

    def postfix(self) -> Filter:
        if self.took("-"):
            return operated("-", constant(0), self.postfix(), self.work)
        made = self.primary()
        while self.peek() in ("[", "?") or re.match(r"\.[\w\"]", self.peek()):
            made = self.suffix(made)
        return made

    def suffix(self, before: Filter) -> Filter:
        if self.took("?"):
            return attempted(before)
        if not self.took("["):
            return self.indexed(before, constant(field_name(self.next())))
        if self.took("]"):
            return piped(before, each, self.work)
        first = constant(None) if self.peek() == ":" else self.pipe()
        if not self.took(":"):
            self.expect("]")
            return self.indexed(before, first)
        last = constant(None) if self.peek() == "]" else self.pipe()
        self.expect("]")
        return lambda value: (self.work.weighed(cut(one, begin, end)) for one in before(value)
                              for begin, end in combinations([first, last], value))  # fmt: skip

    def indexed(self, before: Filter, key: Filter) -> Filter:
        def found(value: Any) -> Iterator[Any]:
            for one in before(value):
                for name in key(value):
                    self.work.spend(1)
                    yield item(one, name)

        return found

    def primary(self) -> Filter:
        token = self.next()
        if token == "(":
            return self.closed(")")
        if token == "[":
            return collected(nothing if self.took("]") else self.closed("]"), self.work)
        if token == "{":
            return self.object()
        if token == ".":
            return same
        if token == "..":
            return lambda value: every_part(value, self.work)
        if token.startswith("."):
            return self.indexed(same, constant(field_name(token)))
        if token.startswith('"'):
            return self.text(token)
        return self.number(token) if token[:1].isdecimal() else self.function(token)

    def number(self, token: str) -> Filter:
        return constant(doubles(json_of(token)))

    def closed(self, bracket: str) -> Filter:
        made = self.pipe()
        self.expect(bracket)
        return made

    def text(self, token: str) -> Filter:
        """A text; each `\\(...)` in it is a filter."""
        parts: list[Filter] = []
        at, begin, end = 1, 1, len(token) - 1
        while at < end:
            if token.startswith("\\(", at):
                close = bracket_end(token, at + 2)
                inner = compiled(token[at + 2 : close - 1], self.work)
                parts += [constant(json_of(f'"{token[begin:at]}"')), inner]
                at = begin = close
            else:
                at += 1 + (token[at] == "\\")
        parts.append(constant(json_of(f'"{token[begin:end]}"')))
        return lambda value: (self.work.weighed("".join(map(as_text, choice)))
                              for choice in combinations(parts, value))  # fmt: skip

    def object(self) -> Filter:
        names: list[Filter] = []
        values: list[Filter] = []
        while not self.took("}"):
            if names:
                self.expect(",")
            name, value = self.member()
            names.append(name)
            values.append(value)
        last_first = [*names, *values][::-1]
        return lambda value: (self.work.weighed(member_object(choice[::-1]))
                              for choice in combinations(last_first, value))  # fmt: skip

    def member(self) -> tuple[Filter, Filter]:
        """A name and its value in `{...}`: `a`, `a: .x`, `"a": .x`, `(.a): .x`."""
        token = self.next()
        if token == "(":
            name = self.closed(")")
        elif token.startswith('"'):
            name = self.text(token)
        elif WORD.fullmatch(token):
            name = constant(token)
        else:
            raise NotPlayed(token or "{")
        if not self.took(":"):
            return name, self.indexed(same, name)
        return name, self.member_value()

    def member_value(self) -> Filter:
        """As `pipe`, but a comma ends it."""
        made = self.alternative()
        return piped(made, self.member_value(), self.work) if self.took("|") else made

    def function(self, name: str) -> Filter:
        if name == "del" and self.took("("):
            path = self.path()
            return lambda value: iter((without(value, path),))
        arguments: list[Filter] = []
        while self.took(";" if arguments else "("):
            arguments.append(self.pipe())
        if arguments:
            self.expect(")")
        known = FUNCTIONS.get(f"{name}/{len(arguments)}")
        if known is None:
            raise NotPlayed(name or "an empty filter")
        return lambda value: known(self.work, self.work.weighed(value), *arguments)

    def path(self) -> list[Any]:
        """The names and places of one path up to `)`."""
        self.took(".")
        found: list[Any] = []
        while not self.took(")"):
            token = self.next()
            if token != "[":
                if not re.match(r"\.[\w\"]", token):
                    raise NotPlayed(f"del with {token or 'no end'}")
                found.append(field_name(token))
                continue
            key = self.next()
            if not key[:1].isdecimal() and key[:1] != '"':
                raise NotPlayed(f"del with {key}")
            found.append(json_of(key))
            self.expect("]")
        if not found:
            raise NotPlayed("del(.)")
        return found


def field_name(token: str) -> str:
    """The name in `.name` or `."name"`."""
    return str(json_of(token[1:])) if token[1] == '"' else token[1:]


def member_object(choice: tuple[Any, ...]) -> dict[str, Any]:
    """An object of its names and then its values. Raises JqError."""
    half = len(choice) // 2
    for name in choice[:half]:
        if not isinstance(name, str):
            raise JqError("Object keys must be strings")
    return dict(zip(choice[:half], choice[half:], strict=True))
