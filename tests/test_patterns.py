"""No pattern that sees foreign text is worse than linear.

All compiled patterns of all modules and all patterns written where they are used are found, so
that the next one is timed, too. Each is timed the ways the code uses it.
"""

import ast
import gc
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial

import pytest

from simulator.decoder.redaction import mask
from simulator.protocol.challenge import Challenge
from tests import modules

pytestmark = pytest.mark.xdist_group("sources")  # which are parsed and walked once

SEEDS = (
    "a", "A", "0", " ", "-", "_", ".", "/", ":", "=", '"', "'", "\\", "[", "{", "<", ",", "\n",
    "a.", "a-", "a=", "a,", "a:", "a/", 'a="', "a b ", ". ", "0:", "0.", "eyJa", "ey.", "Basic ",
    "Bearer ", "sha256:", "http://", "https://a/", "auth", "token=", "\\\n", "\x1b[", "\u00e9",
)  # fmt: skip
"""Parts that are repeated: letters, separators, and beginnings of what is looked for."""
ENDS = ("", '!"\x00')
SIZES = (5_000, 10_000, 20_000)
NOTICED = 0.02
"""Seconds of processor time below which a difference is noise."""
TOO_LONG = 1.0
"""Seconds for fewer characters than the largest size: no linear pattern takes as long."""
WORST = 3.0

WAYS: dict[str, Callable[[re.Pattern[str], str], object]] = {
    "match": lambda pattern, text: pattern.match(text),
    "fullmatch": lambda pattern, text: pattern.fullmatch(text),
    "search": lambda pattern, text: pattern.search(text),
    "finditer": lambda pattern, text: sum(1 for _ in pattern.finditer(text)),
}
SAME = {"sub": "finditer", "subn": "finditer", "split": "finditer", "findall": "finditer"}


@cache
def patterns() -> dict[tuple[str, int], frozenset[str]]:
    """Each pattern (its source and flags) with the ways it is used; all ways where unknown."""
    known: dict[tuple[str, int], set[str]] = {}
    used = uses()
    for module in modules.imported():
        for name, pattern in compiled(dict(vars(module))):
            ways = used.get(name) or set(WAYS)
            known.setdefault((pattern.pattern, pattern.flags), set()).update(ways)
    for source, way in written():
        known.setdefault((source, re.compile(source).flags), set()).add(way)
    return {one: frozenset(ways) for one, ways in known.items()}


def compiled(names: dict[str, object]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Patterns that are values of a module or of its classes, or lie in collections there."""
    for name, value in names.items():
        yield from ((name, one) for one in inside(value))
        if isinstance(value, type) and value.__module__.startswith("simulator"):
            for key, held in dict(vars(value)).items():
                yield from ((key, one) for one in inside(held))


def inside(value: object, depth: int = 3) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    for part in parts(value) if depth else ():
        yield from inside(part, depth - 1)


def parts(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from (*value.keys(), *value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for name in dir(type(value)):
            with suppress(Exception):  # a property that is not for this value
                yield getattr(value, name) if name[0] != "_" else None


def uses() -> dict[str, set[str]]:
    """The methods that are called on a name of a pattern, wherever it is imported."""
    found: dict[str, set[str]] = {}
    passed: set[str] = set()
    for tree in modules.trees():
        called = {id(n.value) for n in modules.nodes(tree) if isinstance(n, ast.Attribute)}
        for node in modules.nodes(tree):
            if isinstance(node, ast.Attribute) and node.attr in {*WAYS, *SAME}:
                found.setdefault(last_name(node.value), set()).add(SAME.get(node.attr, node.attr))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                passed |= {node.id} if id(node) not in called else set()
    return {name: ways for name, ways in found.items() if name not in passed}


def last_name(node: ast.expr) -> str:
    return getattr(node, "attr", "") or getattr(node, "id", "")


def written() -> Iterator[tuple[str, str]]:
    """Patterns that are given to `re` as they are used."""
    for tree in modules.trees():
        for node in modules.nodes(tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re"), attr=way),
                    args=[ast.Constant(value=str(source)), *_],
                ) if way in {*WAYS, *SAME}:
                    yield source, SAME.get(way, way)


def seconds(look: Callable[[str], object], text: str) -> float:
    """Processor time; the least of some tries, so that the machine's load does not count."""
    least = float("inf")
    for _ in range(4):
        began = time.process_time()
        look(text)
        least = min(least, time.process_time() - began)
        if least < NOTICED or least > TOO_LONG:
            break
    return least


def slow(look: Callable[[str], object], seed: str, end: str) -> str:
    """How the time grows, if it grows faster than the text."""
    before = 0.0
    for size in SIZES:
        now = seconds(look, seed * (size // len(seed)) + end)
        if size == SIZES[0] and now < NOTICED / 16:  # below it at the largest size, too
            return ""
        steep = size == SIZES[-1] and now > NOTICED and now > WORST * max(before, NOTICED / 4)
        if steep or (now > TOO_LONG and size < SIZES[-1]):
            return f"{look} on {seed!r}…{end!r}: {before:.3f} s, {now:.3f} s"
        before = now
    return ""


def test_the_patterns_are_found() -> None:
    assert len(patterns()) > 80


def test_a_quadratic_pattern_is_found() -> None:
    """The measure can fail."""
    assert slow(looking(r"(\w+)\s*=", 0, "search"), "a", "")
    assert not slow(looking(r"(?<!\w)(\w++)\s*=", 0, "search"), "a", "")


def looking(source: str, flags: int, way: str) -> Callable[[str], object]:
    return partial(WAYS[way], re.compile(source, flags))


@pytest.mark.parametrize("end", ENDS)
def test_no_pattern_is_worse_than_linear(end: str) -> None:
    """Twice the text takes about twice the time, whatever the text."""
    gc.collect()
    told = [
        slow(looking(source, flags, way), seed, end)
        for (source, flags), ways in patterns().items()
        for way in sorted(ways)
        for seed in SEEDS
    ]
    assert not any(told), "\n".join(filter(None, told))


@pytest.mark.parametrize("reader", [mask, Challenge.parse])
def test_no_reader_is_worse_than_linear(reader: Callable[[str], object]) -> None:
    """Patterns that are built from several others, or from data."""
    told = [slow(reader, seed, "") for seed in SEEDS[::2]]
    assert not any(told), "\n".join(filter(None, told))
