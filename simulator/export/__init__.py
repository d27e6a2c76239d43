"""Take it along: questions for learning platforms, and the whole lesson as one file.

A format says what it cannot carry; `export` counts how often that happens to these questions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.docker.trace import Trace
from simulator.export import gift, markdown, moodle, page, plain, qti, sheet
from simulator.export.item import Item, from_question, from_quiz
from simulator.lesson.document import Lesson
from simulator.words.i18n import N_

__all__ = [
    "FORMATS", "WHOLE", "Exported", "Format", "Item", "export", "from_question", "from_quiz",
    "report",
]  # fmt: skip


@dataclass(frozen=True)
class Format:
    """How questions are written for another program. `lacks` yields what it cannot carry."""

    name: str
    title: str
    suffix: str
    media_type: str
    write: Callable[[Sequence[Item], str], bytes]
    lacks: Callable[[Sequence[Item]], Iterator[tuple[int, str]]]


@dataclass(frozen=True)
class Exported:
    """A file to keep, and what of the questions is not in it, a sentence each."""

    data: bytes
    suffix: str
    media_type: str
    report: tuple[str, ...]


KNOWN = (
    Format("text", N_("Text, to read"), "txt", "text/plain", plain.write_text, plain.lacks),
    Format("json", N_("JSON, for programs"), "json", "application/json", plain.write_json,
           plain.lacks),
    Format("gift", N_("GIFT, for Moodle and others"), "gift.txt", "text/plain", gift.write,
           gift.lacks),
    Format("moodle", N_("Moodle XML"), "xml", "application/xml", moodle.write, moodle.lacks),
    Format("qti", N_("QTI 1.2, for Canvas"), "qti.zip", "application/zip", qti.write, qti.lacks),
    Format("csv", N_("CSV, for spreadsheets"), "csv", "text/csv", sheet.write, sheet.lacks),
)  # fmt: skip
FORMATS: Mapping[str, Format] = {known.name: known for known in KNOWN}
"""By name."""


def export(items: Sequence[Item], name: str, title: str) -> Exported:
    """These questions in this format, and the report of what it cannot carry."""
    known = FORMATS[name]
    return Exported(known.write(items, title), known.suffix, known.media_type, report(items, name))


def report(items: Sequence[Item], name: str) -> tuple[str, ...]:
    """What this format cannot carry of these questions, a sentence each."""
    return tuple(f"{count} × {said}" for count, said in FORMATS[name].lacks(items) if count)


WHOLE: Mapping[str, Callable[[Lesson, Sequence[Trace], Sequence[Item]], bytes]] = {
    "html": page.write,
    "md": markdown.write,
}
"""The whole lesson: these runs, the lesson's words, and these questions, as one file."""
