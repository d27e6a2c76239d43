"""The exported parts of a question: words alone, and which are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from simulator.lesson.claims import right_answer
from simulator.lesson.document import Lesson
from simulator.lesson.document import Question as Authored
from simulator.questions import KINDS, Part, Question, Table, right
from simulator.words.i18n import _


@dataclass(frozen=True)
class Choice:
    text: str
    feedback: str
    right: bool


@dataclass(frozen=True)
class Asked:
    """One choice of an item. `label` names the blank that it fills, where there are several."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Item:
    """A question as words. `order` are an ordering question's steps, as they happen."""

    id: str
    kind: str
    objective: str
    situation: str
    code: str
    prompt: str
    parts: tuple[Asked, ...]
    hints: tuple[str, ...]
    table: Table | None = None
    order: tuple[str, ...] = ()
    address: str = ""


def from_question(lesson: Lesson, question: Question) -> Item:
    return Item(
        question.id, question.kind, question.objective, question.situation, question.code,
        question.prompt, tuple(asked(question, part) for part in question.parts), question.hints,
        question.table, in_order(lesson, question), question.at.query,
    )  # fmt: skip


def asked(question: Question, part: Part) -> Asked:
    key = right(question, part)
    choices = (
        Choice(option.text, option.feedback, place == key)
        for place, option in enumerate(part.options)
    )
    return Asked(part.label, tuple(choices))


def in_order(lesson: Lesson, question: Question) -> tuple[str, ...]:
    """The steps of an ordering question, one by one; nothing for any other."""
    if question.kind != "order":
        return ()
    (part,) = question.parts
    says = part.options[right(question, part)].says
    assert isinstance(says, tuple)
    words = KINDS["order"].words
    return tuple(words(lesson, question.at, part.asks, (number,)) for number in says)


def from_quiz(lesson: Lesson) -> tuple[Item, ...]:
    """The lesson's own quiz."""
    return tuple(authored(lesson, n, asked) for n, asked in enumerate(lesson.document.quiz, 1))


def authored(lesson: Lesson, number: int, question: Authored) -> Item:
    key = right_answer(lesson, question)
    choices = (
        Choice(option.text, option.feedback, place == key)
        for place, option in enumerate(question.options)
    )
    part = Asked("", tuple(choices))
    name = f"{lesson.id}-{number}"
    return Item(name, "quiz", lesson.id, "", "", question.prompt, (part,), (question.hint,))


def count_of(items: Sequence[Item], kind: str) -> int:
    return sum(1 for item in items if item.kind == kind)


# -- as HTML ----------------------------------------------------------------------------------


def html(text: str) -> str:
    """Text as HTML. Quotes stay: no text is within an attribute."""
    return escape(text, quote=False)


def line(text: str) -> str:
    """Text as HTML on one line."""
    return html(text).replace("\n", "<br>")


def body(item: Item, part: Asked | None = None, cells: dict[str, str] | None = None) -> str:
    """All that one must know and what is asked, as HTML without a line break.

    With a `part`, its blank alone is asked for. `cells` is what to put in place of blanks.
    """
    parts = [f"<p>{line(item.situation)}</p>"] if item.situation else []
    if item.code:
        parts.append(f"<pre>{line(item.code)}</pre>")
    parts.append(f"<p>{line(item.prompt)}</p>")
    if item.table:
        parts.append(table(item.table, cells or {}))
    if part and part.label:
        told = _("What belongs in the cell {label}?").format(label=part.label)
        parts.append(f"<p>{line(told)}</p>")
    return "".join(parts)


def table(shown: Table, cells: dict[str, str]) -> str:
    head = "".join(f"<th>{line(column)}</th>" for column in shown.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{cells.get(cell) or line(cell)}</td>" for cell in row) + "</tr>"
        for row in shown.rows
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


def named(item: Item, part: Asked) -> str:
    return f"{item.id} {part.label}".strip()
