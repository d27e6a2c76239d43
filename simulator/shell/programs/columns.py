"""`cut` and `tr`: parts of lines, and characters in the place of others."""

import re
from collections.abc import Callable
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits, punctuation

from simulator.shell.octets import lines_of
from simulator.shell.programs.escapes import escaped
from simulator.shell.programs.inputs import whole_input
from simulator.shell.programs.options import Options, Refused, read_options, refusing
from simulator.shell.values import Ran, Shell, with_end

CUT = """
-d --delimiter=
-f --fields=
-c --characters=
-b --bytes=
-s --only-delimited
--output-delimiter=
--complement
"""
RANGE = re.compile(r"(\d*+)(-?)(\d*+)")


@refusing
def cut(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`cut -d: -f2 FILE`, `cut -f1,3-`, and `cut -c1-8`."""
    options = read_options("cut", words, CUT)
    if len({"f", "c", "b"} & options.values.keys()) != 1:
        raise Refused("cut: you must specify a list of bytes, characters, or fields", 1)
    if len(options.value("d", "\t")) != 1:
        raise Refused("cut: the delimiter must be a single character", 1)
    text, error = whole_input(shell, "cut", options.names, given)
    kept = [one for line in lines_of(text) if (one := cut_line(line, options)) is not None]
    return Ran(shell, with_end("\n".join(kept)), error, int(bool(error)))


def cut_line(line: str, options: Options) -> str | None:
    """The chosen parts of a line; None where it is left out. A line without the delimiter is
    whole."""
    if "f" not in options:
        chosen = chosen_places(options.value("c") or options.value("b"), options)
        return options.value("output-delimiter").join(picked(list(line), chosen))
    separator = options.value("d", "\t")
    if separator not in line:
        return None if "s" in options else line
    joint = options.value("output-delimiter", separator)
    return joint.join(picked(line.split(separator), chosen_places(options.value("f"), options)))


def picked(parts: list[str], chosen: Callable[[int], bool]) -> list[str]:
    return [part for place, part in enumerate(parts, 1) if chosen(place)]


def chosen_places(wanted: str, options: Options) -> Callable[[int], bool]:
    """Whether a place is in a list like `1,3-5,-2`. Raises Refused."""
    spans = []
    for one in wanted.split(","):
        found = RANGE.fullmatch(one)
        if not found or not (found[1] or found[3]):
            raise Refused(f"cut: invalid field value '{one}'", 1)
        first, dash, last = found.groups()
        spans.append((int(first or 1), int(last or (10**9 if dash else first))))
    if min(spans)[0] < 1 or any(last < first for first, last in spans):
        raise Refused("cut: fields and positions are numbered from 1, and ranges do not fall", 1)
    other = "complement" in options
    return lambda place: any(first <= place <= last for first, last in spans) != other


# -- tr ---------------------------------------------------------------------------------------

TR = """
-d --delete
-s --squeeze-repeats
-c --complement -C
"""
CLASSES = {
    "upper": ascii_uppercase, "lower": ascii_lowercase, "digit": digits, "alpha": ascii_letters,
    "alnum": ascii_letters + digits, "punct": punctuation, "space": " \t\n\r\v\f",
    "blank": " \t", "xdigit": "0123456789ABCDEFabcdef",
}  # fmt: skip
SPAN = re.compile(r"\[:(\w+):\]|([\0-\x7f])-([\0-\x7f])")


@refusing
def tr(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`tr -d CHARACTERS`, `tr -s ' '`, `tr A-Z a-z` and the like."""
    options = read_options("tr", words, TR)
    sets, text = [character_set(word) for word in options.names], given or ""
    least = 1 if {"d", "s"} & options.values.keys() else 2
    if not least <= len(sets) <= 2:
        raise Refused(operands(options.names), 1)
    left = complement(text, sets[0]) if "c" in options else sets[0]
    if "d" in options:
        text = "".join(one for one in text if one not in set(left))
    elif len(sets) == 2:
        text = text.translate(replacements(left, sets[1]))
    if "s" in options:
        text = squeezed(text, set(sets[1] if len(sets) == 2 else left))
    return Ran(shell, text)


def operands(names: list[str]) -> str:
    if len(names) > 2:
        return f"tr: extra operand '{names[2]}'"
    return f"tr: missing operand after '{names[0]}'" if names else "tr: missing operand"


def character_set(word: str) -> str:
    """`a-c` is `abc`; as in GNU's `tr`, only single bytes have ranges. Raises Refused."""
    return SPAN.sub(span, escaped(word))


def span(found: re.Match[str]) -> str:
    name, first, last = found.groups()
    if name:
        if name not in CLASSES:
            raise Refused(f"tr: invalid character class '{name}'", 1)
        return CLASSES[name]
    if last < first:
        said = f"range-endpoints of '{found[0]}' are in reverse collating sequence order"
        raise Refused(f"tr: {said}", 1)
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


def complement(text: str, left: str) -> str:
    """The characters of the text that are not in the set."""
    return "".join(sorted(set(text) - set(left)))


def replacements(left: str, right: str) -> dict[int, str]:
    """The table of a translation; the last character of the second set is used for the rest.
    Raises Refused."""
    if not right:
        raise Refused("tr: when not truncating set1, string2 must be non-empty", 1)
    filled = right + right[-1:] * (len(left) - len(right))
    return {ord(one): other for one, other in zip(left, filled, strict=False)}


def squeezed(text: str, repeated: set[str]) -> str:
    """The text with one in the place of several equal characters of this set."""
    return "".join(one for place, one in enumerate(text)
                   if one not in repeated or text[place - 1 : place] != one)  # fmt: skip
