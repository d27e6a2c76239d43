"""JSON from another program, with a bound on how deeply it is nested."""

import json
import re
from typing import Any

DEEPEST = 100
"""Levels of lists and objects that a document may have; messages of registries have ten."""
STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
BRACKET = re.compile(r"[\[\]{}]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class TooDeep(ValueError):
    """The JSON is nested more deeply than any message of a registry."""


def json_of(text: str | bytes) -> Any:
    """The value of this JSON text. Half of a surrogate pair becomes U+FFFD, as in Go.

    Raises ValueError where it is no JSON, and TooDeep where it is nested too deeply.
    """
    known = text if isinstance(text, str) else text.decode(json.detect_encoding(text))
    check_depth(known)
    value = json.loads(known)
    return whole(value) if ESCAPED_SURROGATE.search(known) else value


def check_depth(text: str) -> None:
    """Raises TooDeep."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    level = 0
    for bracket in BRACKET.finditer(STRING.sub("", text)):
        level += 1 if bracket[0] in "[{" else -1
        if level > DEEPEST:
            raise TooDeep(f"nested more than {DEEPEST} levels deep")


def whole(value: Any) -> Any:
    match value:
        case str():
            return SURROGATE.sub("\ufffd", value)
        case dict():
            return {whole(name): whole(part) for name, part in value.items()}
        case list():
            return [whole(part) for part in value]
        case _:
            return value
