"""Escapes in the words of `echo -e`, `printf` and `tr`."""

import re

from simulator.shell.octets import text_of

ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|(0?[0-7]{1,3})|(.))", re.DOTALL)
KNOWN = {
    "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\",
}  # fmt: skip


def escaped(text: str) -> str:
    """The text with the characters that its escapes name. An unknown escape stays."""
    return ESCAPE.sub(character, text)


def character(found: re.Match[str]) -> str:
    byte, point, octal, letter = found.groups()
    if letter:
        return KNOWN.get(letter, found[0])
    if point:
        return chr(int(point, 16)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text_of(bytes([int(byte, 16) if byte else int(octal, 8) % 256]))
