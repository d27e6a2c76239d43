"""Moodle XML: the richest of Moodle's formats; hints, tags, tables with blanks, and ordering."""

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from simulator.export.gift import category
from simulator.export.item import Asked, Item, body, count_of, html
from simulator.words.i18n import _

PENALTY = "0.3333333"
CLOZE = re.compile(r"([\\~#}/\"])")


def write(items: Sequence[Item], title: str) -> bytes:
    quiz = Element("quiz")
    place = SubElement(quiz, "question", type="category")
    said(SubElement(place, "category"), f"$course$/top/{category(title)}")
    for item in items:
        quiz.append(question(item))
    indent(quiz)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(quiz, "unicode")}\n'.encode()


def said(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = text


def markup(parent: Element, name: str, text: str) -> None:
    said(SubElement(parent, name, format="html"), text)


def question(item: Item) -> Element:
    if item.order:
        return ordering(item)
    return choice(item) if len(item.parts) == 1 else cloze(item)


def begun(item: Item, kind: str, text: str) -> Element:
    """What every question has."""
    made = Element("question", type=kind)
    said(SubElement(made, "name"), item.id)
    markup(made, "questiontext", text)
    markup(made, "generalfeedback", html(item.hints[-1]) if item.hints else "")
    for name, value in (("defaultgrade", "1"), ("penalty", PENALTY), ("hidden", "0")):
        SubElement(made, name).text = value
    SubElement(made, "idnumber").text = item.id
    return made


def ended(made: Element, item: Item) -> Element:
    for hint in item.hints:
        markup(made, "hint", html(hint))
    tags = SubElement(made, "tags")
    for tag in (item.objective, item.kind):
        said(SubElement(tags, "tag"), tag)
    return made


def choice(item: Item) -> Element:
    made = begun(item, "multichoice", body(item))
    for name, value in (
        ("single", "true"),
        ("shuffleanswers", "true"),
        ("answernumbering", "none"),
    ):
        SubElement(made, name).text = value
    for one in item.parts[0].choices:
        answer = SubElement(made, "answer", fraction="100" if one.right else "0", format="html")
        said(answer, html(one.text))
        markup(answer, "feedback", html(one.feedback))
    return ended(made, item)


def cloze(item: Item) -> Element:
    cells = {part.label: gap(part) for part in item.parts}
    return ended(begun(item, "cloze", body(item, cells=cells)), item)


def gap(part: Asked) -> str:
    """`{1:MULTICHOICE:=right#why~wrong#why}`, its own marks escaped."""
    choices = (
        f"{'=' if one.right else ''}{gap_text(one.text)}#{gap_text(one.feedback)}"
        for one in part.choices
    )
    return f"{{1:MULTICHOICE:{'~'.join(choices)}}}"


def gap_text(text: str) -> str:
    return CLOZE.sub(r"\\\1", html(text)).replace("\n", "<br>")


def ordering(item: Item) -> Element:
    made = begun(item, "ordering", body(item))
    settings = {
        "layouttype": "VERTICAL", "selecttype": "ALL", "selectcount": "0",
        "gradingtype": "ABSOLUTE_POSITION", "showgrading": "SHOW", "numberingstyle": "none",
    }  # fmt: skip
    for name, value in settings.items():
        SubElement(made, name).text = value
    for place, title in enumerate(item.order, 1):
        said(SubElement(made, "answer", fraction=f"{place}.0", format="html"), html(title))
    return ended(made, item)


def lacks(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """What Moodle XML cannot carry: how often, and what is done instead."""
    yield (
        count_of(items, "order"),
        _("ordering: needs Moodle 4.4 or later; the feedback to single wrong orders is left out"),
    )
    yield (
        sum(1 for item in items if item.address),
        _("the moment of the run that the question leads to is left out"),
    )
