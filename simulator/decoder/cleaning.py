"""The lines of a pasted text, without what logs and terminals add to them.

Colours go, and so do the prefixes of logs: times, levels, names of services. What a prefix says
is kept beside its line. Each pattern reads a line once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from simulator.protocol.json_text import json_of

ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])|\x08")
"""Colours and other control sequences of terminals."""
LINK = re.compile(r"\[([^\[\]\n]{1,300}?)\\?\]\(https?://[^)\s\[]{0,500}\)")
"""A link as Markdown has it, which logs that were copied from a web page are full of."""
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")

TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?"
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
PREFIXES = (
    r"\[?" + TIME + r"\]?\s+",
    r"(?:" + MONTHS + r")\s+\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \S+ [\w./@-]+(?:\[\d+\])?: ",
    r"[IWEF]\d{4} \d\d:\d\d:\d\d(?:\.\d+)?\s+\d+ [\w.-]+:\d+\] ",
    r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)? ",
    r"\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\s+",
    r"##\[\w+\] ?",
    r"::(?:error|warning|debug|notice)[^:\n]{0,200}::",
    r"\[(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|error|warning|Pipeline)\]:?\s+",
    r"(?:ERROR|WARN|INFO|DEBUG|FATAL|TRACE)\s+(?=(?:ERROR|Error|error|fatal)\b)",
    r"#\d+ (?:\d+\.\d+ )?(?=\S)",
    r"> (?=\S)",
    r"[\w.-]{1,60} +\| ",
    r"(?:\S+ +)?(?:Warning|Normal) +[A-Z]\w+ +(?:\S+ +(?:\(x\d+ over [^)\s]+\) +)?)?"
    r"(?:kubelet(?:, \S+)?|pod/\S+|default-scheduler|deployment/\S+) +",
    r"[*•✘⠿✗×>-] (?=\S)",
    r"section_(?:start|end):\d+:\S+ ?",
    r"(?:Stderr|stderr|STDERR|stdout|Message|message|reason|Reason|Err|err|cause): (?=\S)",
    r"(?:>>> |\$ (?=docker |podman ))",
)
PREFIX = re.compile("|".join(f"(?:{one})" for one in PREFIXES))

FIELDS = ("msg", "error", "output", "out", "stderr", "stdout", "reason", "cause", "detail",
          "details", "err")  # fmt: skip
"""Fields in which logs keep what a program said, the likelier first."""
LOGFMT = re.compile(rf'\b({"|".join(FIELDS)})=(?:"((?:[^"\\]|\\.)*)"?|(\S+))')
"""A field of a line such as `time="…" level=error msg="…"`, which Go's logs write."""
LEVEL = re.compile(r"\blevel=(\w+)")
FEW = 60
"""Lines of a text that is read whole; of a longer one, the lines that may tell of a failure."""
TELLING = (
    "error", "fail", "denied", "unauthor", "x509", "tls", "dial ", "lookup ", "timeout", "eof",
    "manifest", "blob", "space left", "credential", "pull", "push", "certificate", "daemon",
    "refused", "not found", "invalid", "toomany", "warn", "unable", "cannot", "https://",
    "unexpected", "unknown", "backoff", "not running", "tty", "digest", "registry", "login",
)  # fmt: skip
TELLS = re.compile("|".join(map(re.escape, TELLING)))
MOST = 200
"""Lines that are read of a log that tells of nothing but failures: the last ones."""
WRAP = 60
"""From this width on, lines of one length are those of a narrow terminal."""


@dataclass(frozen=True)
class Line:
    """One line: its text without prefixes, its number, its log level, and what was taken off."""

    text: str
    number: int
    level: str = ""
    prefix: str = ""


def plain(pasted: str) -> str:
    """The text without control sequences, with line feeds alone at the ends of its lines."""
    text = LINK.sub(r"\1", ANSI.sub("", pasted)).replace("\r\n", "\n").replace("\r", "\n")
    return INVISIBLE.sub("", text.replace("\u00a0", " ")).strip("\n")


def lines(text: str) -> tuple[Line, ...]:
    """The lines that say something, each read out of its log's form."""
    numbered = list(enumerate(text.split("\n"), 1))
    if len(numbered) > FEW:
        numbered = [one for one in numbered if may_tell(one[1])][-MOST:]
    return tuple(line for number, raw in numbered for line in read(raw, number))


def may_tell(raw: str) -> bool:
    """Whether a line of a log may have to do with a failure."""
    return bool(TELLS.search(raw.lower()))


def read(raw: str, number: int) -> Iterator[Line]:
    """What this line of a log says; two lines where message and error are fields of their own."""
    text, prefix = without_prefixes(raw)
    if not text:
        return
    fields = fields_of(text)
    if not fields:
        yield Line(text.replace('\\"', '"'), number, prefix=prefix)
        return
    found = LEVEL.search(text)
    level = found[1].lower() if found else ""
    for field in fields:
        inner = (line for row in field.split("\n") for line in read(row, number))
        said = tuple(inner)
        if said:
            yield Line("\n".join(line.text for line in said), number, level, text)


def without_prefixes(raw: str) -> tuple[str, str]:
    """The text of a line and the prefixes before it."""
    text = raw.strip()
    start = 0
    while found := PREFIX.match(text, start):
        start = found.end()
    return text[start:].strip(), text[:start].strip()


def fields_of(text: str) -> tuple[str, ...]:
    """`msg` and `error` of a line in Go's form, or of a JSON object; else nothing."""
    if text.startswith("{") and text.endswith("}"):
        return of_json(text)
    if "msg=" not in text and " err=" not in text:
        return ()
    found = {one[1]: unescaped(one[2] if one[2] is not None else one[3])
             for one in LOGFMT.finditer(text)}  # fmt: skip
    return tuple(found[name] for name in FIELDS if found.get(name))


def of_json(text: str) -> tuple[str, ...]:
    try:
        parsed = json_of(text)
    except ValueError:
        return ()
    if not isinstance(parsed, dict):
        return ()
    inner = parsed.get("errorDetail")
    detail = inner.get("message") if isinstance(inner, dict) else None
    told = (parsed.get("msg") or parsed.get("message"), detail or parsed.get("error"))
    return tuple(one for one in told if isinstance(one, str))


def unescaped(value: str) -> str:
    r"""`\"` and `\n` as what they stand for."""
    if "\\" not in value:
        return value
    return value.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\").strip()


def joined(text: str) -> Iterator[str]:
    """Other readings of a short text, where a terminal or a mail has broken its lines."""
    rows = [row.strip() for row in text.split("\n")]
    if 1 < len(rows) <= 12:
        yield " ".join(filter(None, rows))
        yield "".join(rows)


ANEW = re.compile(r"[A-Z][a-z]+ \S|exit |make\b|[Ee]rror|ERROR|time=|\d{4}-\d\d|##|\[|\$ |#\d|$")
"""How a line begins that is no rest of the one before it."""


def begins_anew(text: str, number: int) -> bool:
    """Whether the line of this number (from 1) is whole, and the next one is another line."""
    rows = text.split("\n")
    before, after = rows[number - 1], rows[number:]
    goes_on = before.endswith((" ", ":", ",", "(", '"', ">"))
    return bool(after and not goes_on and ANEW.match(after[0]))


def folded(text: str) -> str:
    """The text with the lines of a narrow terminal put together again: all but the last of a
    paragraph have one length there."""
    rows = text.split("\n")
    kept, widest = rows[:1], max(map(len, rows))
    for before, row in pairwise(rows):
        full = len(before) >= WRAP and len(before) == widest
        if full and row.strip():
            kept[-1] += row
        else:
            kept.append(row)
    return "\n".join(kept)
