"""Bytes in the streams and files of the terminal, which are texts.

A byte that is no UTF-8 is carried as half of a surrogate pair (PEP 383), as Python does for the
names of files: so a layer goes through pipes and files, and comes out as the same bytes.
"""

import re

CARRIED = re.compile("[\udc80-\udcff]")
UNREADABLE = re.compile("[\0\udc80-\udcff]")


def text_of(data: bytes) -> str:
    """The text that carries these bytes."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """The bytes that this text carries. Raises ValueError where it is no such text."""
    return text.encode("utf-8", "surrogateescape")


def is_binary(text: str) -> bool:
    """Whether it holds a byte that no text has."""
    return UNREADABLE.search(text) is not None


def readable(text: str) -> str:
    """The text with U+FFFD for each byte that is no UTF-8, as a screen shows it."""
    return CARRIED.sub("\ufffd", text)


def lines_of(text: str) -> list[str]:
    """The lines without their ends. Only a newline ends one, unlike in `str.splitlines`."""
    return text.removesuffix("\n").split("\n") if text else []
