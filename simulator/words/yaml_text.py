"""YAML in UTF-8, as its data, within bounds of depth and size."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent

DEEPEST = 100
"""Levels of lists and mappings that a document may have; ours have ten."""
SURE = 2_000
"""Levels that the parser in C takes on any system; at some 30,000 it ends the whole process."""
LARGEST = 1_000_000
"""Values that a document may have, counted again wherever an alias repeats them."""


def loaded(path: Path) -> Any:
    """The document in this file.

    Raises OSError, UnicodeDecodeError or YAMLError. The parser in C is several times as fast; that
    in Python says better what is wrong, so it reads what is not YAML again.
    """
    return loaded_text(path.read_text("utf-8"))


def loaded_text(text: str) -> Any:
    """The document in this text. Raises as `loaded` does."""
    if deepest(text) > SURE:
        check_depth(text)
    try:
        document = YAML(typ="safe").load(text)
    except RecursionError:
        check_depth(text)
        raise
    except YAMLError:
        return YAML(typ="safe", pure=True).load(text)
    if "&" in text and size(document, {}) > LARGEST:
        raise MarkedYAMLError(problem=f"its aliases repeat more than {LARGEST:,} values")
    return document


def deepest(text: str) -> int:
    """No fewer levels than the text has: in brackets, or each indented by one character or more
    (a list in a mapping may have the indentation of the mapping)."""
    return text.count("[") + text.count("{") + 2 * max(map(len, text.splitlines()), default=0)


def check_depth(text: str) -> None:
    """Raises YAMLError where the text is nested too deeply. Events come one by one, so that no
    parser goes deeper than this."""
    level = 0
    for event in YAML(typ="safe").parse(text):
        level += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if level > DEEPEST:
            said = f"nested more than {DEEPEST} levels deep"
            raise MarkedYAMLError(problem=said, problem_mark=event.start_mark)


def size(value: Any, known: dict[int, float]) -> float:
    """How many values there are in this one; without end where an alias repeats what it is in."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = float("inf")
        parts = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(size(part, known) for part in parts)
    return known[id(value)]
