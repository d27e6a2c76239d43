"""Programs that work on text: echo, printf, head, tail, sort, wc and jwt."""

import json
import re
from collections.abc import Iterator

import jwt as pyjwt

from simulator.shell.octets import bytes_of, lines_of, text_of
from simulator.shell.programs.escapes import escaped
from simulator.shell.programs.inputs import Input, inputs, whole_input
from simulator.shell.programs.options import Options, Refused, read_options, refusing
from simulator.shell.values import Ran, Shell, with_end


def echo(shell: Shell, words: list[str], given: str | None) -> Ran:
    """The words; with `-e` escapes are read, and with `-n` the line has no end."""
    options = ""
    while words and re.fullmatch(r"-[neE]+", words[0]):
        options += words[0][1:]
        words = words[1:]
    text = " ".join(words)
    if options.rfind("e") > options.rfind("E"):
        before, stop, _ = re.sub(r"(?<!\\)((?:\\\\)*)\\c", "\\1\0", text).partition("\0")
        return Ran(shell, escaped(before) + ("" if stop or "n" in options else "\n"))
    return Ran(shell, text + ("" if "n" in options else "\n"))


# -- printf -----------------------------------------------------------------------------------

SPECIFIER = re.compile(r"%(?:%|([-0 +#]*)(\d{0,3})(?:\.(\d{1,3}))?([a-zA-Z]))")
NUMBERS = {"d": "d", "i": "d", "u": "d", "o": "o", "x": "x", "X": "X"}


@refusing
def printf(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`printf FORMAT [ARGUMENT...]` with `%s`, `%b`, `%c`, `%d`, `%x`, `%%` and the escapes."""
    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        raise Refused("printf: usage: printf [-v var] format [arguments]")
    form = escaped(words[0])
    values, count = words[1:], sum(one[0] != "%%" for one in SPECIFIER.finditer(form))
    step = count or max(1, len(values))
    rounds = [values[at : at + step] for at in range(0, max(1, len(values)), step)]
    return Ran(shell, "".join(filled(form, one) for one in rounds))


def filled(form: str, values: list[str]) -> str:
    left = iter(values)
    return SPECIFIER.sub(lambda found: one_filled(found, left), form)


def one_filled(found: re.Match[str], left: Iterator[str]) -> str:
    """One value in its form. Raises Refused."""
    if found[0] == "%%":
        return "%"
    signs, width, places, kind = found.groups()
    value = next(left, "")
    shape = f"%{signs}{width}{f'.{places}' if places else ''}"
    if kind in NUMBERS:
        return f"{shape}{NUMBERS[kind]}" % whole_number(value)
    if kind not in "sbc":
        raise Refused(f"bash: printf: `{kind}': invalid format character", 1)
    return f"{shape}s" % {"s": value, "b": escaped(value), "c": value[:1]}[kind]


def whole_number(text: str) -> int:
    if not re.fullmatch(r"[-+]?(?:\d{1,18}|0[xX][0-9a-fA-F]{1,16})?", text):
        raise Refused(f"bash: printf: {text}: invalid number", 1)
    return int(text, 16 if "x" in text.lower() else 10) if text else 0


# -- head and tail ----------------------------------------------------------------------------


ENDS = """
-n --lines=
-c --bytes=
-q --quiet --silent
-v --verbose
"""


def head(shell: Shell, words: list[str], given: str | None) -> Ran:
    return ends(shell, ["head", *words], given)


def tail(shell: Shell, words: list[str], given: str | None) -> Ran:
    return ends(shell, ["tail", *words], given)


@refusing
def ends(shell: Shell, words: list[str], given: str | None) -> Ran:
    """The first or last lines (`-n 3`, `-3`) or bytes (`-c 3`) of each file. The name of the
    program is the first word."""
    program, *words = words
    options = read_options(program, [*map(spelt, words, ["", *words])], ENDS)
    found, said = inputs(shell, program, options.names, given)
    titled = (len(options.names) > 1 and "q" not in options) or "v" in options
    shown = [title(one) * titled + end_of(program, one.text, options) for one in found]
    return Ran(shell, ("\n" * titled).join(shown), "\n".join(said), int(bool(said)))


def spelt(word: str, before: str) -> str:
    """`-3` as `-n3`, unless it is the value of the option before."""
    return word if before in ("-n", "-c") else re.sub(r"^-(\d+)$", r"-n\1", word)


def title(one: Input) -> str:
    return f"==> {'standard input' if one.name == '-' else one.name} <==\n"


def end_of(program: str, text: str, options: Options) -> str:
    """The end of this text. `head -n -3` leaves out the last three lines, and `tail -n +3` begins
    with the third. Raises Refused."""
    unit = "c" if "c" in options else "n"
    wanted = options.value(unit, "10")
    if not re.fullmatch(r"[-+]?\d{1,9}", wanted):
        kind = "bytes" if unit == "c" else "lines"
        raise Refused(f"{program}: invalid number of {kind}: '{wanted}'", 1)
    number = int(wanted.lstrip("+-"))
    if unit == "c":
        data = bytes_of(text)
        return text_of(data[span_of(program, wanted, number, len(data))])
    lines = re.findall(r"[^\n]*+\n|[^\n]++", text)
    return "".join(lines[span_of(program, wanted, number, len(lines))])


def span_of(program: str, wanted: str, number: int, length: int) -> slice:
    if program == "head":
        return slice(0, max(0, length - number) if wanted[0] == "-" else number)
    return slice(max(0, number - 1) if wanted[0] == "+" else max(0, length - number), None)


# -- sort and wc ------------------------------------------------------------------------------

SORT = """
-r --reverse
-u --unique
-n --numeric-sort
-f --ignore-case
"""


@refusing
def sort(shell: Shell, words: list[str], given: str | None) -> Ran:
    options = read_options("sort", words, SORT)
    text, error = whole_input(shell, "sort", options.names, given)
    if error:
        return Ran(shell, error=error, status=2)
    folded = (lambda line: line.upper()) if "f" in options else str
    lines = sorted(lines_of(text), reverse="r" in options)
    if "f" in options or "n" in options:
        lines.sort(key=numeric if "n" in options else folded, reverse="r" in options)
    if "u" in options:
        same = numeric if "n" in options else folded
        lines = list({same(line): line for line in reversed(lines)}.values())[::-1]
    return Ran(shell, with_end("\n".join(lines)))


def numeric(line: str) -> float:
    """The number at the beginning of a line; 0 where there is none."""
    found = re.match(r"\s*(-?\d{1,300}(?:\.\d{1,300})?)", line)
    return float(found[1]) if found else 0.0


WC = """
-l --lines
-w --words
-m --chars
-c --bytes
"""


@refusing
def wc(shell: Shell, words: list[str], given: str | None) -> Ran:
    """Lines, words, characters and bytes of each file, and their sum."""
    options = read_options("wc", words, WC)
    found, said = inputs(shell, "wc", options.names, given)
    chosen = [one for one in "lwmc" if one in options] or list("lwc")
    rows = [(counts(one.text, chosen), one.name if options.names else "") for one in found]
    if len(options.names) > 1:
        rows.append(([sum(column) for column in zip(*(row for row, _ in rows), strict=True)]
                     or [0] * len(chosen), "total"))  # fmt: skip
    single = len(chosen) == 1 and len(options.names) < 2
    width = 1 if single else count_width(options.names, found)
    out = "".join(f"{' '.join(f'{n:{width}}' for n in row)} {name}".rstrip(" ") + "\n"
                  for row, name in rows)  # fmt: skip
    return Ran(shell, out, "\n".join(said), int(bool(said)))


def counts(text: str, chosen: list[str]) -> list[int]:
    data = bytes_of(text)
    known = {"l": data.count(b"\n"), "w": len(data.split()), "m": len(text), "c": len(data)}
    return [known[one] for one in chosen]


def count_width(names: list[str], found: list[Input]) -> int:
    """The columns of GNU's wc are as wide as the size of all files; a pipe has no size."""
    sized = names and "-" not in names
    return len(str(sum(len(bytes_of(one.text)) for one in found))) if sized else 7


def jwt(shell: Shell, words: list[str], given: str | None) -> Ran:
    """A token's header and its claims. The signature is not verified here."""
    text = (given or " ".join(words)).strip()
    try:
        header = pyjwt.get_unverified_header(text)
        claims = pyjwt.decode(text, options={"verify_signature": False})
    except pyjwt.InvalidTokenError:
        told = "jwt: not a JSON Web Token: give one on standard input, as in: echo TOKEN | jwt"
        return Ran(shell, error=told, status=1)
    return Ran(shell, "\n".join(json.dumps(part, indent=2) for part in (header, claims)))
