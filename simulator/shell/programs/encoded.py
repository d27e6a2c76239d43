"""Programs that work on bytes: base64, od and sha256sum."""

import base64
import binascii
import hashlib
import re

from simulator.shell.octets import bytes_of, lines_of, text_of
from simulator.shell.programs.inputs import inputs, whole_input
from simulator.shell.programs.options import Refused, read_options, refusing
from simulator.shell.values import Ran, Shell

OD = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def od(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`od -c`: each byte of the input, 16 a line."""
    if words != ["-c"]:
        return Ran(shell, error="od: only `od -c` is played", status=1)
    data = [OD.get(chr(byte)) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}")
            for byte in bytes_of(given or "")]  # fmt: skip
    rows = [f"{at:07o}{''.join(f'{one:>4}' for one in data[at : at + 16])}"
            for at in range(0, len(data), 16)]  # fmt: skip
    return Ran(shell, "".join(f"{row}\n" for row in (*rows, f"{len(data):07o}")))


@refusing
def sha256sum(shell: Shell, words: list[str], given: str | None) -> Ran:
    """A digest for each file, or with `-c` whether the files have the digests of a list."""
    options = read_options("sha256sum", words, "-c --check\n-b --binary\n-t --text")
    found, said = inputs(shell, "sha256sum", options.names, given)
    if "c" in options:
        return checked(shell, [line for one in found for line in lines_of(one.text)], said)
    mark = "*" if "b" in options else " "
    out = "".join(f"{digest_of(one.text)} {mark}{one.name}\n" for one in found)
    return Ran(shell, out, "\n".join(said), int(bool(said)))


def digest_of(text: str) -> str:
    return hashlib.sha256(bytes_of(text)).hexdigest()


LISTED = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")


def checked(shell: Shell, lines: list[str], said: list[str]) -> Ran:
    """`sha256sum -c`: a line for each file of the list."""
    wanted = [(found[1].lower(), found[2]) for line in lines if (found := LISTED.fullmatch(line))]
    if not wanted and not said:
        raise Refused("sha256sum: no properly formatted checksum lines found", 1)
    out, wrong = [], 0
    for digest, name in wanted:
        one, why = inputs(shell, "sha256sum", [name], None)
        fits = bool(one) and digest_of(one[0].text) == digest
        out.append(f"{name}: {'OK' if fits else 'FAILED' if one else 'FAILED open or read'}\n")
        said, wrong = [*said, *why], wrong + bool(one and not fits)
    if wrong:
        plural = "checksum" if wrong == 1 else "checksums"
        said.append(f"sha256sum: WARNING: {wrong} computed {plural} did NOT match")
    return Ran(shell, "".join(out), "\n".join(said), int(bool(said)))


@refusing
def base64_(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`base64` and `base64 -d`."""
    options = read_options("base64", words, "-d --decode -D\n-w --wrap=\n-i --ignore-garbage")
    text, error = whole_input(shell, "base64", options.names, given)
    if error:
        return Ran(shell, error=error, status=1)
    if "d" not in options:
        return Ran(shell, encoded(bytes_of(text), options.value("w", "76")))
    try:
        digits = text.replace("\n", "")
        if "i" in options:
            digits = re.sub(r"[^A-Za-z0-9+/=]", "", digits)
        return Ran(shell, text_of(base64.b64decode(digits, validate=True)))
    except binascii.Error:
        return Ran(shell, error="base64: invalid input", status=1)


def encoded(data: bytes, wrap: str) -> str:
    """The digits in lines of so many characters; 0 is one line without an end."""
    if not wrap.isdecimal():
        raise Refused(f"base64: invalid wrap size: '{wrap}'", 1)
    digits, width = base64.b64encode(data).decode(), int(wrap)
    if not width:
        return digits
    return "".join(f"{digits[at : at + width]}\n" for at in range(0, len(digits), width))
