"""`grep`: the lines that fit a pattern."""

import re
from dataclasses import dataclass
from string import ascii_letters
from typing import Any

import re2  # type: ignore[import-untyped]

from simulator.shell.octets import is_binary, lines_of, readable
from simulator.shell.programs.inputs import Input, inputs
from simulator.shell.programs.options import Options, Refused, not_played, read_options, refusing
from simulator.shell.values import Ran, Shell, with_end

OPTIONS = """
-i --ignore-case -y
-v --invert-match
-c --count
-o --only-matching
-q --quiet --silent
-n --line-number
-l --files-with-matches
-L --files-without-match
-E --extended-regexp
-F --fixed-strings
-P --perl-regexp
-G --basic-regexp
-w --word-regexp
-x --line-regexp
-H --with-filename
-h --no-filename
-s --no-messages
-a --text
-e --regexp=
-m --max-count=
-A --after-context=
-B --before-context=
-C --context=
--color
"""


@refusing
def grep(shell: Shell, words: list[str], given: str | None) -> Ran:
    """Lines with this text or pattern; status 1 where there is none. The pattern is a learner's,
    so its engine is one whose time never grows faster than the text."""
    options = read_options("grep", words, OPTIONS)
    patterns, names = options.every("e"), options.names
    if not patterns:
        patterns, names = names[:1], names[1:]
    if not patterns:
        raise Refused("Usage: grep [OPTION]... PATTERNS [FILE]...")
    pattern = compiled([line for one in patterns for line in one.split("\n")], options)
    found, said = inputs(shell, "grep", names, given)
    many = "h" not in options and (len(names) > 1 or "H" in options)
    results = [result(one, pattern, options, many) for one in found]
    out = "".join(with_end("\n".join(lines)) for _, lines in results)
    matched = any(hit for hit, _ in results)
    error = "" if "s" in options else "\n".join(said)
    if "q" in options:
        return Ran(shell, "", error, 0 if matched else 2 if said else 1)
    return Ran(shell, out, error, 2 if said else int(not matched))


# -- the pattern ------------------------------------------------------------------------------

BASIC = re.compile(r"(\[\^?\]?(?:\[:\w+:\]|[^\]])*+\]?)|\\(.)|([|+?(){}])|((?:^|(?<=\\[(|]))\*)")
"""In a basic pattern: a set, an escaped character, a plain one that is special in an extended
pattern, and a star with nothing before it."""
EXTENDED = re.compile(r"(\[\^?\]?(?:\[:\w+:\]|[^\]])*+\]?)|\\(.)()()")
SPECIAL = "|+?(){}"
MEANS_ITSELF = frozenset(ascii_letters) - frozenset("wWsSbB")
"""Letters after a backslash that mean themselves: in the engine `\\d` is a digit."""


def compiled(patterns: list[str], options: Options) -> Any:
    """A pattern for any of these. Raises Refused."""
    how = re2.Options()
    how.case_sensitive, how.log_errors = "i" not in options, False
    joined = "|".join(f"(?:{translated(one, options)})" for one in patterns)
    joined = rf"\b(?:{joined})\b" if "w" in options else joined
    joined = f"^(?:{joined})$" if "x" in options else joined
    try:
        return re2.compile(joined, how)
    except re2.error as error:
        raise Refused("grep: Invalid regular expression") from error


def translated(pattern: str, options: Options) -> str:
    """The pattern in the language of the engine, which is close to the extended one."""
    if "F" in options:
        return str(re2.escape(pattern))
    if "P" in options:
        return pattern
    extended = "E" in options
    form = EXTENDED if extended else BASIC
    return form.sub(lambda found: part_of(found, extended), pattern)


def part_of(found: re.Match[str], extended: bool) -> str:
    """One part of a pattern as the engine writes it. Raises Refused for `\\1`."""
    chosen, escaped, literal, star = found.groups()
    if chosen:
        return str(chosen.replace("\\", "\\\\"))
    if escaped and escaped in "123456789":
        raise Refused(not_played(rf"grep with \{escaped}, a part that comes again,"))
    if escaped in ("<", ">"):
        return r"\b"
    if escaped:
        special = escaped in SPECIAL and not extended
        return escaped if special or escaped in MEANS_ITSELF else f"\\{escaped}"
    return f"\\{literal or star}"


# -- the lines --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """How many lines are shown before and after a hit."""

    before: int
    after: int


def number(options: Options, name: str, default: int) -> int:
    value = options.value(name, str(default))
    if not value.isdecimal():
        said = "invalid max count" if name == "m" else f"{value}: invalid context length argument"
        raise Refused(f"grep: {said}")
    return int(value)


def result(source: Input, pattern: Any, options: Options, many: bool) -> tuple[bool, list[str]]:
    """Whether anything fits, and what is printed of this file."""
    lines = lines_of(source.text)
    most = number(options, "m", len(lines))
    hits = [place for place, line in enumerate(lines)
            if bool(pattern.search(readable(line))) != ("v" in options)][:most]  # fmt: skip
    label = "(standard input)" if source.name == "-" else source.name
    name = f"{label}:" if many else ""
    if "l" in options or "L" in options:
        return bool(hits), [label] if bool(hits) == ("l" in options) else []
    if "c" in options:
        return bool(hits), [f"{name}{len(hits)}"]
    if hits and is_binary(source.text) and "a" not in options:
        return True, [f"grep: {label}: binary file matches"]
    if "o" in options:
        return bool(hits), parts(lines, hits, pattern, options, name)
    return bool(hits), shown(lines, hits, options, label if many else "")


def parts(
    lines: list[str], hits: list[int], pattern: Any, options: Options, name: str
) -> list[str]:
    """Of each hit the parts that fit, a line each."""
    places = [] if "v" in options else hits
    return [
        f"{name}{f'{place + 1}:' if 'n' in options else ''}{found[0]}"
        for place in places
        for found in pattern.finditer(readable(lines[place]))
        if found[0]
    ]


def shown(lines: list[str], hits: list[int], options: Options, name: str) -> list[str]:
    """The hits with the lines around them. `--` divides groups that do not touch."""
    both = number(options, "C", 0)
    around = Around(number(options, "B", both), number(options, "A", both))
    made: list[str] = []
    last, exact = -1, set(hits)
    for hit in hits:
        first = max(hit - around.before, last + 1)
        if made and first > last + 1 and around != Around(0, 0):
            made.append("--")
        for place in range(first, min(hit + around.after + 1, len(lines))):
            mark = ":" if place in exact else "-"
            numbered = f"{place + 1}{mark}" if "n" in options else ""
            made.append(f"{name}{mark if name else ''}{numbered}{lines[place]}")
            last = place
    return made
