"""YAML in UTF-8, as its data, within bounds of depth and size."""

import errno
import stat
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    ScalarEvent,
)

DEEPEST = 100
"""Levels of lists and mappings that a document may have; ours have ten."""
SURE = 2_000
"""Levels that the parser in C takes on any system; at some 30,000 it ends the whole process."""
LARGEST = 20_000
"""Values that a document with aliases may have, counted again wherever an alias repeats them; ours
have 2,000."""
LARGEST_FILE = 1_000_000
"""Bytes of a file; ours have 150,000."""


def loaded(path: Path) -> Any:
    """The document in this file.

    Raises OSError (also for what is no file, or a large one), UnicodeDecodeError or YAMLError.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    if about.st_size > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it has more than {LARGEST_FILE:,} bytes")
    return loaded_text(path.read_text("utf-8"))


def loaded_text(text: str) -> Any:
    """The document in this text. Raises YAMLError.

    The parser in C is several times as fast; that in Python says better what is wrong, so it reads
    what is not YAML again.
    """
    if "&" in text or deepest(text) > SURE:
        check(text)
    try:
        return YAML(typ="safe").load(text)
    except RecursionError:
        check(text)
        raise
    except YAMLError:
        return YAML(typ="safe", pure=True).load(text)
    except Exception as error:  # a number of 5,000 digits, a 30th of February
        raise MarkedYAMLError(problem=f"a value is wrong: {error}") from None


def deepest(text: str) -> int:
    """No fewer levels than the text has: in brackets, or each indented by one character or more
    (a list in a mapping may have the indentation of the mapping)."""
    return text.count("[") + text.count("{") + 2 * max(map(len, text.splitlines()), default=0)


def check(text: str) -> None:
    """Raises YAMLError where the text is nested too deeply, or its aliases repeat too much.

    Events come one by one: no parser goes deeper than this, and nothing is repeated yet. To merge
    mappings (`<<`) may take hours, of a text that fits on a screen.
    """
    counted = Counted()
    for event in YAML(typ="safe").parse(text):
        counted.read(event)
        said = ""
        if len(counted.within) > DEEPEST + 1:
            said = f"nested more than {DEEPEST} levels deep"
        elif counted.within[-1][1] > LARGEST:
            said = f"its aliases repeat more than {LARGEST:,} values"
        if said:
            raise MarkedYAMLError(problem=said, problem_mark=event.start_mark)


@dataclass
class Counted:
    """How many values there are in what was read so far: `named` by each anchor, and `within` each
    collection that has not ended, with its anchor."""

    named: dict[str, float] = field(default_factory=dict)
    within: list[tuple[str, float]] = field(default_factory=lambda: [("", 0.0)])

    def read(self, event: Event) -> None:
        anchor = str(getattr(event, "anchor", None) or "")
        match event:
            case CollectionStartEvent():
                self.within.append((anchor, 1.0))
                self.named[anchor] = inf  # until it ends: an alias in it repeats without end
            case CollectionEndEvent():
                self.add(*self.within.pop())
            case AliasEvent():
                self.add("", self.named.get(anchor, 0.0))
            case ScalarEvent():
                self.add(anchor, 1.0)

    def add(self, anchor: str, size: float) -> None:
        """A value of this size has ended."""
        self.named[anchor] = size
        around, others = self.within.pop()
        self.within.append((around, others + size))
