"""The part of a body that a request asks for (RFC 9110 section 14)."""

import re
from typing import NamedTuple

RANGE = re.compile(r"\s*(\d{0,18})-(\d{0,18})\s*")


class ByteRange(NamedTuple):
    """`bytes=FIRST-LAST`, both counted. Without `first`: the `last` bytes at the end."""

    first: int | None
    last: int | None = None

    @classmethod
    def parse(cls, header: str | None) -> "ByteRange | None":
        """The one range that a `Range` header asks for.

        None where there is no header, and for other units and several ranges, which a server may
        ignore. A malformed range cannot be satisfied.
        """
        unit, _, text = (header or "").partition("=")
        if unit != "bytes" or "," in text:
            return None
        found = RANGE.fullmatch(text)
        if found is None or not (found[1] or found[2]):
            return UNSATISFIABLE
        return cls(*(int(number) if number else None for number in found.groups()))

    @property
    def start(self) -> int:
        """The first byte, 0 where the range counts from the end."""
        return self.first or 0

    def within(self, size: int) -> slice | None:
        """These bytes of so many; None where there are none."""
        if self.first is None:
            start, stop = max(size - (self.last or 0), 0), size
        else:
            start, stop = self.first, size if self.last is None else min(self.last + 1, size)
        return slice(start, stop) if start < stop else None


UNSATISFIABLE = ByteRange(0, -1)
