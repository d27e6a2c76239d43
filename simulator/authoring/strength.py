"""Strength of proofs: what a sentence speaks of, it must notice when it is different.

`mentions.yaml` says by words what a sentence speaks of. Wherever the sentence is shown, that fact
is changed and nothing else; then another sentence must apply, or a claim must fail.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from simulator.lesson.narration import Told
from simulator.views.point import At, resolve
from simulator.views.sentences import applying, holds
from simulator.words.data_file import read_named

MENTIONS = Path(__file__).with_name("mentions.yaml")


class InvalidMention(ValueError):
    """`mentions.yaml` is not right; the message says where."""


class Mention(BaseModel):
    """A fact that sentences speak of: words that show it, and the paths that have its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    words: str
    paths: tuple[str, ...]


@cache
def mentions() -> tuple[Mention, ...]:
    """Raises InvalidMention."""
    return tuple(read_named(Mention, MENTIONS, InvalidMention).values())


def unnoticed(told: Told) -> list[str]:
    """The facts that this sentence speaks of and does not notice; none for a definition."""
    if told.shown.source:
        return []
    return [one.name for one in spoken_of(told.shown.text) if not notices(told, one)]


@cache
def spoken_of(text: str) -> tuple[Mention, ...]:
    """What these words speak of."""
    return tuple(one for one in mentions() if re.search(one.words, text))


def notices(told: Told, mention: Mention) -> bool:
    """Whether with some other value of this fact the sentence is not shown, or is not proven."""
    return any(not proven(told, changed(told.at, mention.paths, pick)) for pick in (0, 1))


def proven(told: Told, at: At) -> bool:
    """Whether the sentence is the one that is shown at this point, and its claims hold."""
    return applying(told.variants, at) == [told.shown] and holds(told.shown.claims, at)


def changed(at: At, paths: Sequence[str], pick: int) -> At:
    """The point with another value at each of these paths; of two runs, in both."""
    values: dict[str, Any] = {}
    for path in (prefix + path for prefix in ("", "left.", "right.") for path in paths):
        try:
            values[path] = others(resolve(at, path))[pick]
        except LookupError:
            continue
    spoiled: At = replace(cast(Any, at), changed=values)
    return spoiled


def others(value: Any) -> tuple[Any, Any]:
    """Two other values of this kind, an empty one among them if this one is not."""
    if isinstance(value, bool):
        return not value, not value
    empty: Mapping[type, Any] = {str: "", int: 0, list: [], tuple: ()}
    blank = next((none for kind, none in empty.items() if isinstance(value, kind)), None)
    return (blank if value else "another", "another")
