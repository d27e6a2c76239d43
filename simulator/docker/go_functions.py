"""Functions of Go's text/template, and those that Docker's CLI adds (docker/cli, `templates`)."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Data = Any
"""What a template is filled with: JSON values."""


class CallFault(Exception):
    """What Go says of a call that fails."""


def as_json(found: Data) -> str:
    """Go's encoder, which keeps a page of HTML from reading tags."""
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def printed(found: Data) -> str:
    """As Go prints a value: lists in brackets, maps by their keys."""
    match found:
        case None:
            return "<no value>"
        case bool():
            return str(found).lower()
        case list() | tuple():
            return f"[{' '.join(map(printed, found))}]"
        case dict():
            pairs = (f"{key}:{printed(one)}" for key, one in sorted(found.items()))
            return f"map[{' '.join(pairs)}]"
        case _:
            return str(found)


def text_of(found: Data) -> str:
    """The argument of a function that takes a text alone. Raises TypeError."""
    if not isinstance(found, str):
        raise TypeError("not a text")
    return found


def number_of(found: Data) -> int:
    if not isinstance(found, int) or isinstance(found, bool):
        raise TypeError("not a number")
    return found


def element(found: Data, *keys: Any) -> Data:
    """`index`: by place, or of a map by key, where a missing one has no value."""
    for key in keys:
        if found is None:
            raise CallFault("index of untyped nil")
        if isinstance(found, Mapping):
            found = found.get(text_of(key))
            continue
        if not 0 <= number_of(key) < len(found):
            raise CallFault(f"index out of range: {key}")
        found = found.encode()[key] if isinstance(found, str) else found[key]
    return found


def part(found: Data, *places: int) -> Data:
    """`slice`: from the first place up to the second."""
    if not isinstance(found, str | list | tuple) or len(places) > 2:
        raise TypeError("no list")
    bounds = [0, len(found)]
    bounds[: len(places)] = map(number_of, places)
    wrong = next((one for one in bounds if not 0 <= one <= len(found)), None)
    if wrong is not None:
        raise CallFault(f"index out of range: {wrong}")
    if bounds[0] > bounds[1]:
        raise CallFault(f"invalid slice index: {bounds[0]} > {bounds[1]}")
    return found[bounds[0] : bounds[1]]


def length(found: Data) -> int:
    if isinstance(found, int) and not isinstance(found, bool):
        raise CallFault("len of type int")
    return len(found.encode()) if isinstance(found, str) else len(found)


def joined(parts: Data, between: str) -> str:
    if isinstance(parts, str | int):
        raise TypeError("no list")
    return text_of(between).join(map(printed, parts or []))


VERB = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d*))?(.)", re.DOTALL)
WIDEST = 1000
"""Characters to which `printf` fills up here: a template could fill the memory with more."""


def formatted(template: str, *values: Data) -> str:
    """`printf` with the verbs that fit a value; Raises TypeError for others."""
    left = list(values)
    text = VERB.sub(lambda found: one_verb(found, left), text_of(template))
    if left:
        raise TypeError("too many values")
    return text


def one_verb(found: re.Match[str], left: list[Data]) -> str:
    flags, width, precision, verb = found.groups()
    if verb == "%":
        return "%"
    if not left:
        return f"%!{verb}(MISSING)"
    if max(int(width or 0), int(precision or 0)) > WIDEST:
        raise TypeError("too wide")
    text = VERBS[verb](left.pop(0)) if verb in VERBS else unplayed_verb(verb)
    if precision is not None and verb in "sv":
        text = text[: int(precision or 0)]
    if "-" in flags:
        return text.ljust(int(width or 0))
    return text.rjust(int(width or 0), "0" if "0" in flags else " ")


def unplayed_verb(verb: str) -> str:
    raise TypeError(f"verb {verb}")


def plain_text(found: Data) -> str:
    """`%s`, for texts and lists of them."""
    if isinstance(found, list | tuple):
        return printed([text_of(one) for one in found])
    return text_of(found)


def hexadecimal(found: Data) -> str:
    return found.encode().hex() if isinstance(found, str) else f"{number_of(found):x}"


VERBS: Mapping[str, Callable[[Data], str]] = {
    "s": plain_text, "v": printed, "d": lambda found: str(number_of(found)), "x": hexadecimal,
    "q": lambda found: json.dumps(text_of(found), ensure_ascii=False), "t": printed,
}  # fmt: skip


@dataclass(frozen=True)
class Function:
    """A function, and how many values it takes; any number from `least` on where `most` is None."""

    call: Callable[..., Data]
    least: int
    most: int | None

    def wrong_count(self, count: int) -> str:
        """Go's complaint about the number of values; empty where it is right."""
        if count < self.least or (self.most is not None and count > self.most):
            wanted = self.least if self.most == self.least else f"at least {self.least}"
            return f"want {wanted} got {count}"
        return ""


def order(right: Callable[[Data, Data], bool]) -> Function:
    """A comparison. Python raises TypeError where the values have no order."""
    return Function(right, 2, 2)


FUNCTIONS: Mapping[str, Function] = {
    "json": Function(as_json, 1, 1),
    "index": Function(element, 1, None),
    "slice": Function(part, 1, None),
    "len": Function(length, 1, 1),
    "join": Function(joined, 2, 2),
    "split": Function(lambda text, between: text_of(text).split(text_of(between)), 2, 2),
    "truncate": Function(lambda text, size: text_of(text)[: max(number_of(size), 0)], 2, 2),
    "pad": Function(
        lambda text, before, behind: text_of(text)
        and f"{' ' * min(before, WIDEST)}{text}{' ' * min(behind, WIDEST)}", 3, 3),
    "upper": Function(lambda text: text_of(text).upper(), 1, 1),
    "lower": Function(lambda text: text_of(text).lower(), 1, 1),
    "title": Function(lambda text: text_of(text).title(), 1, 1),
    "printf": Function(formatted, 1, None),
    "println": Function(lambda *parts: " ".join(map(printed, parts)) + "\n", 0, None),
    "print": Function(lambda *parts: "".join(map(printed, parts)), 0, None),
    "eq": Function(lambda one, *others: one in others, 2, None),
    "ne": order(lambda one, other: one != other),
    "lt": order(lambda one, other: one < other),
    "le": order(lambda one, other: one <= other),
    "gt": order(lambda one, other: one > other),
    "ge": order(lambda one, other: one >= other),
    "not": Function(lambda one: not one, 1, 1),
    "and": Function(lambda *all_: next((one for one in all_ if not one), all_[-1]), 1, None),
    "or": Function(lambda *all_: next((one for one in all_ if one), all_[-1]), 1, None),
}  # fmt: skip
UNPLAYED = ("html", "js", "urlquery", "call")
"""Functions that Go has and that are not played."""
HEADINGS: Mapping[str, Function] = {
    name: Function(lambda first, *_: first, FUNCTIONS[name].least, FUNCTIONS[name].most)
    for name in ("json", "split", "join", "title", "lower", "upper", "truncate")
}
"""In the headings of a table these change nothing (docker/cli, `HeaderFunctions`)."""
