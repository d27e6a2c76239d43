"""Canvas's QTI 1.2, written by `text2qti`: it takes Markdown, so every mark is an entity."""

from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from simulator.export import gift
from simulator.export.item import Asked, Item, body, html, named

MARKS = frozenset("\\`*_{}[]()#+-.!|$~:\"'")


def write(items: Sequence[Item], title: str) -> bytes:
    questions = (question(item, part) for item in items for part in item.parts)
    source = "\n\n".join([f"Quiz title: {' '.join(title.split())}", *questions]) + "\n"
    return bytes(QTI(Quiz(source, config=Config())).zip_bytes())


def question(item: Item, part: Asked) -> str:
    """With its name as an anchor: text2qti refuses questions that read the same."""
    name = named(item, part)
    told = inert(body(item, part)).replace("<p>", f'<p id="{name.replace(" ", "-")}">', 1)
    lines = [f"Title: {name}", "Points: 1", f"1. {told}"]
    if item.hints:
        lines.append(f"... {paragraph(item.hints[-1])}")
    for letter, choice in zip(ascii_lowercase, part.choices, strict=False):
        lines.append(f"{'*' if choice.right else ''}{letter}) {paragraph(choice.text)}")
        lines.append(f"... {paragraph(choice.feedback)}")
    return "\n".join(lines)


def paragraph(text: str) -> str:
    return inert(f"<p>{html(text)}</p>".replace("\n", "<br>"))


def inert(markup: str) -> str:
    """HTML of which Markdown takes nothing for its own."""
    return "".join(f"&#{ord(mark)};" if mark in MARKS else mark for mark in markup)


def lacks(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """The same as GIFT: choices alone."""
    yield from gift.lacks(items)
