"""Lines as they are kept: a password or a token that was typed into one is not.

Works on the words of a line, finished or not, in one pass. What programs print is not masked: it
holds what the learner asked for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from simulator.protocol.secrets import MASK

QUOTED = r"""'[^']*'?|"(?:\\.|[^"\\])*"?|\\."""
WORD = re.compile(rf"""(?:{QUOTED}|\$(?!\()|[^\s'"\\|;&<>()`$])+""", re.DOTALL)
"""A word with its quotes. A substitution is a command of its own."""
SECRET_NAME = re.compile(r"(?<!\w)\w*(?:PASS|PWD|TOKEN|SECRET|KEY|CREDS)\w*", re.IGNORECASE)
HEADER = re.compile(r"\b(?:Bearer|Basic)\s+([\w.~+/=-]+)")
HERE_DOCUMENT = re.compile(r"<<-?\s*['\"]?\w+['\"]?[^\n]*\n([^\n]+)")
PASSWORDS = ("-p", "--password", "--docker-password")
USERS = ("-u", "--user", "--creds", "--src-creds", "--dest-creds")
LOGGING_IN = ("login", "create", "curl", "htpasswd")
"""A `-p` elsewhere is no password: `mkdir -p`."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """A word, where it is, the program that it belongs to, and the text before it."""

    text: str
    begin: int
    end: int
    command: str
    gap: str

    def after(self, count: int) -> Span:
        """The word without its first characters."""
        return self.begin + count, self.end


def masked(line: str) -> str:
    """The line with its secrets replaced."""
    made, place = [], 0
    for begin, end in sorted(secrets(line)):
        if begin >= place and end > begin:
            made += [line[place:begin], MASK]
            place = end
    return "".join([*made, line[place:]])


def secrets(line: str) -> Iterator[Span]:
    """Where the secrets of a line are."""
    words = list(found_words(line))
    piped = "--password-stdin" in line
    for word, following in zip_longest(words, words[1:]):
        yield from of_assignment(word)
        yield from of_password(word, following)
        yield from of_user(word, following)
        if piped:
            yield from of_input(word)
    yield from (found.span(1) for found in HEADER.finditer(line) if MASK not in found[1])
    if piped:
        yield from (found.span(1) for found in HERE_DOCUMENT.finditer(line))


def found_words(line: str) -> Iterator[Found]:
    command, place = "", 0
    for found in WORD.finditer(line):
        gap = line[place : found.start()]
        fresh = place == 0 or any(mark in gap for mark in "|;&(`\n")
        command = found[0] if fresh else f"{command} {found[0]}"
        place = found.end()
        yield Found(found[0], found.start(), place, command[:200], gap)


def of_assignment(word: Found) -> Iterator[Span]:
    """`PASS=x`; what a command substitutes is no secret of the line."""
    name, equals, value = word.text.partition("=")
    if equals and SECRET_NAME.fullmatch(name) and not value.startswith(("$", '"$')):
        yield word.after(len(name) + 1)


def of_password(word: Found, following: Found | None) -> Iterator[Span]:
    """`-p x`, `-px` and `--password=x`."""
    if not any(f" {one}" in f" {word.command}" for one in LOGGING_IN):
        return
    name, equals, _ = word.text.partition("=")
    if name in PASSWORDS and equals:
        yield word.after(len(name) + 1)
    elif name in PASSWORDS and following and "(" not in following.gap:
        yield following.after(0)
    elif word.text.startswith("-p"):
        yield word.after(2)


def of_user(word: Found, following: Found | None) -> Iterator[Span]:
    """The text after the colon in `-u name:x`, `-uname:x` and `--user=name:x`."""
    holder = following if word.text in USERS else word
    known = word.text.startswith("-u") or word.text.partition("=")[0] in USERS
    if known and holder and ":" in holder.text:
        yield holder.after(holder.text.index(":") + 1)


def of_input(word: Found) -> Iterator[Span]:
    """`echo x |`, `printf x |` and `<<< x` before `--password-stdin`."""
    given = word.gap.rstrip().endswith("<<<")
    program, _, rest = word.command.partition(" ")
    said = program in ("echo", "printf") and rest and not word.text.startswith(("-", "%", "'%"))
    if (given or said) and not word.text.startswith(("$", '"$')):
        yield word.after(0)
