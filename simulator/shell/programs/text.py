"""Programs that work on text: echo, printf, head, tail, grep, cut, sort, wc, base64, jq, jwt."""

import base64
import binascii
import hashlib
import json
import re

import jwt as pyjwt
import re2  # type: ignore[import-untyped]

from simulator.protocol.json_text import json_of
from simulator.shell.files import absolute, read
from simulator.shell.programs.files import arguments, flags, missing
from simulator.shell.programs.jq import compiled
from simulator.shell.values import Ran, Shell, with_end


def echo(shell: Shell, words: list[str], given: str | None) -> Ran:
    if words[:1] == ["-n"]:
        return Ran(shell, " ".join(words[1:]))
    return Ran(shell, " ".join(words) + "\n")


def printf(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`printf FORMAT [ARGUMENT...]` with `%s`, `%d`, `%%` and the usual escapes."""
    if not words:
        return Ran(shell, error="printf: usage: printf format [arguments]", status=2)
    form = escaped(words[0])
    values, count = words[1:], max(1, len(re.findall(r"%[sd]", form)))
    rounds = [values[at : at + count] for at in range(0, max(1, len(values)), count)]
    return Ran(shell, "".join(filled(form, one) for one in rounds))


def escaped(text: str) -> str:
    known = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
    return re.sub(r"\\(.)", lambda found: known.get(found[1], found[1]), text)


def filled(form: str, values: list[str]) -> str:
    left = iter(values)
    return re.sub(r"%([sd%])", lambda one: "%" if one[1] == "%" else next(left, ""), form)


def texts(shell: Shell, program: str, names: list[str], given: str | None) -> tuple[str, str]:
    """The text of these files, or of standard input; and which file is missing."""
    if not names:
        return given or "", ""
    found = [(name, read(shell, absolute(shell, name))) for name in names]
    lacking = [missing(program, name) for name, text in found if text is None]
    return "".join(text for _, text in found if text is not None), "\n".join(lacking)


def head(shell: Shell, words: list[str], given: str | None) -> Ran:
    return ends(shell, "head", words, given)


def tail(shell: Shell, words: list[str], given: str | None) -> Ran:
    return ends(shell, "tail", words, given)


def ends(shell: Shell, program: str, words: list[str], given: str | None) -> Ran:
    """The first or last lines (`-n 3`, `-3`) or characters (`-c 3`)."""
    unit, number, names = "n", 10, []
    left = iter(words)
    for word in left:
        found = re.fullmatch(r"-([nc]?)(\d*)", word)
        if not found:
            names.append(word)
            continue
        unit = found[1] or "n"
        digits = found[2] or next(left, "")
        if not digits.isdecimal():
            return Ran(shell, error=f"{program}: invalid number: '{digits}'", status=1)
        number = int(digits)
    text, error = texts(shell, program, names, given)
    parts = list(text) if unit == "c" else text.splitlines(keepends=True)
    kept = parts[:number] if program == "head" else parts[max(0, len(parts) - number) :]
    return Ran(shell, "".join(kept), error, int(bool(error)))


def context(words: list[str]) -> tuple[tuple[int, int], list[str]]:
    """How many lines before and after a match `-B` and `-A` ask for, and the other words."""
    asked, rest = {"-B": 0, "-A": 0}, []
    pending = iter(words)
    for word in pending:
        name, number = word[:2], word[2:]
        if name not in asked:
            rest.append(word)
            continue
        number = number or next(pending, "")
        asked[name] = int(number) if number.isdecimal() else 0
    return (asked["-B"], asked["-A"]), rest


def grep(shell: Shell, words: list[str], given: str | None) -> Ran:
    """Lines with this text or pattern; status 1 where there is none. The pattern is a learner's,
    so its engine is one whose time never grows faster than the text."""
    around, words = context(words)
    options, rest = flags(words), arguments(words)
    if not rest:
        return Ran(shell, error="usage: grep [-ivcoqEF] [-A N] [-B N] PATTERN [FILE...]", status=2)
    text, error = texts(shell, "grep", rest[1:], given)
    wanted = re2.escape(rest[0]) if "F" in options else rest[0]
    how = re2.Options()
    how.case_sensitive, how.log_errors = "i" not in options, False
    try:
        pattern = re2.compile(wanted, how)
    except re2.error as why:
        return Ran(shell, error=f"grep: {as_text(why.args[0])}", status=2)
    every = text.splitlines()
    fits = [bool(pattern.search(line)) != ("v" in options) for line in every]
    before, after = around
    lines = [line for place, line in enumerate(every)
             if any(fits[max(place - after, 0) : place + before + 1])]  # fmt: skip
    if "o" in options:
        lines = [found[0] for line in lines for found in pattern.finditer(line)]
    if "c" in options:
        return Ran(shell, f"{len(lines)}\n", error, int(not lines))
    out = "" if "q" in options else with_end("\n".join(lines))
    return Ran(shell, out, error, 2 if error else int(not lines))


def as_text(said: str | bytes) -> str:
    return said.decode() if isinstance(said, bytes) else said


ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def od(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`od -c`: each byte of the input, 16 a line."""
    if words != ["-c"]:
        return Ran(shell, error="od: only `od -c` is played", status=1)
    data = [ESCAPES.get(chr(byte)) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}")
            for byte in (given or "").encode()]  # fmt: skip
    rows = [f"{at:07o}{''.join(f'{one:>4}' for one in data[at : at + 16])}"
            for at in range(0, len(data), 16)]  # fmt: skip
    return Ran(shell, "".join(f"{row}\n" for row in (*rows, f"{len(data):07o}")))


def cut(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`cut -d: -f2`, and `cut -c1-8`."""
    options = {word[1]: word[2:] for word in glued(words, "dfc") if len(word) > 2}
    unit = next((one for one in "fc" if one in options), "")
    chosen = re.fullmatch(r"(\d++)(-?)(\d*)", options.get(unit, ""))
    if not chosen:
        return Ran(shell, error="cut: you must specify a list of characters or fields", status=1)
    first, last = int(chosen[1]), int(chosen[3] or (10**6 if chosen[2] else chosen[1]))
    separator = options.get("d", "\t") if unit == "f" else ""
    lines = (given or "").splitlines()
    parts = [line.split(separator) if separator else list(line) for line in lines]
    out = [separator.join(one[first - 1 : last]) for one in parts]
    return Ran(shell, with_end("\n".join(out)))


def glued(words: list[str], valued: str) -> list[str]:
    """Short options with their values: `-f 2` is `-f2`."""
    made: list[str] = []
    left = iter(words)
    for word in left:
        alone = len(word) == 2 and word[0] == "-" and word[1] in valued
        made.append(word + next(left, "") if alone else word)
    return made


def sort(shell: Shell, words: list[str], given: str | None) -> Ran:
    text, error = texts(shell, "sort", arguments(words), given)
    lines = sorted(text.splitlines(), reverse="r" in flags(words))
    lines = list(dict.fromkeys(lines)) if "u" in flags(words) else lines
    return Ran(shell, with_end("\n".join(lines)), error, int(bool(error)))


def wc(shell: Shell, words: list[str], given: str | None) -> Ran:
    text, error = texts(shell, "wc", arguments(words), given)
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
    chosen = [counts[one] for one in "lwc" if one in (flags(words) or "lwc")]
    return Ran(shell, " ".join(map(str, chosen)) + "\n", error, int(bool(error)))


def tr(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`tr -d CHARACTERS`, `tr A-Z a-z` and the like."""
    if words[:1] == ["-d"] and len(words) == 2:
        gone = set(escaped(words[1]))
        return Ran(shell, "".join(one for one in given or "" if one not in gone))
    if len(words) != 2:
        return Ran(shell, error="tr: give two sets of characters, or -d and one", status=1)
    left, right = (ranged(escaped(word)) for word in words)
    right = right + right[-1:] * (len(left) - len(right))
    return Ran(shell, (given or "").translate(str.maketrans(left, right[: len(left)])))


BYTES = re.compile(r"([\0-\x7f])-([\0-\x7f])")


def ranged(text: str) -> str:
    """`a-c` is `abc`; as in GNU's `tr`, only single bytes have ranges."""
    return BYTES.sub(lambda one: "".join(map(chr, range(ord(one[1]), ord(one[2]) + 1))), text)


def sha256sum(shell: Shell, words: list[str], given: str | None) -> Ran:
    names = arguments(words)
    text, error = texts(shell, "sha256sum", names, given)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Ran(shell, f"{digest}  {names[0] if names else '-'}\n", error, int(bool(error)))


def base64_(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`base64` and `base64 -d`."""
    text, error = texts(shell, "base64", arguments(words), given)
    if error:
        return Ran(shell, error=error, status=1)
    if not {"-d", "--decode", "-D"} & set(words):
        return Ran(shell, base64.b64encode(text.encode()).decode() + "\n")
    try:
        return Ran(shell, base64.b64decode(text.strip(), validate=True).decode("utf-8", "replace"))
    except binascii.Error:
        return Ran(shell, error="base64: invalid input", status=1)


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


def jq(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`jq -r FILTER [FILE]`, with the part of the language that `compiled` knows."""
    rest = arguments(words)
    program, names = (rest[0], rest[1:]) if rest else (".", [])
    text, error = texts(shell, "jq", names, given)
    if error:
        return Ran(shell, error=f"jq: error: Could not open {names[0]}: No such file", status=2)
    try:
        value = json_of(text)
    except ValueError:
        return Ran(shell, error="jq: parse error: not JSON", status=2)
    try:
        found = compiled(program)(value)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
        return Ran(shell, error=f"jq: error: cannot take {program!r} of this", status=5)
    raw = "r" in flags(words)
    lines = [one if raw and isinstance(one, str) else
             json.dumps(one, indent=2, ensure_ascii=False) for one in found]  # fmt: skip
    return Ran(shell, with_end("\n".join(lines)))
