"""GIFT: Moodle's text format. Every text is HTML, so that none is taken for markup."""

import re
from collections.abc import Iterator, Sequence

from simulator.export.item import Asked, Item, body, count_of, html, named
from simulator.words.i18n import _

SPECIAL = re.compile(r"([\\~=#{}:])")


def write(items: Sequence[Item], title: str) -> bytes:
    questions = (question(item, part) for item in items for part in item.parts)
    whole = [f"$CATEGORY: $course$/top/{category(title)}", *questions]
    return ("\n\n".join(whole) + "\n").encode()


def category(title: str) -> str:
    """A name that starts no folder of its own."""
    return title.replace("/", "//").replace("\n", " ")


def question(item: Item, part: Asked) -> str:
    name = named(item, part)
    tags = f"// [id:{name}] [tag:{item.objective}] [tag:{item.kind}]"
    told = f"####{text(html(item.hints[-1]))}" if item.hints else ""
    return "\n".join(
        [tags, f"::{escaped(name)}:: {text(body(item, part))} {{", *choices(part), told, "}"]
    ).replace("\n\n", "\n")


def choices(part: Asked) -> Iterator[str]:
    for choice in part.choices:
        mark = "=" if choice.right else "~%0%"
        yield f"{mark}{text(html(choice.text))}#{text(html(choice.feedback))}"


def text(markup: str) -> str:
    return f"[html]{escaped(markup)}"


def escaped(markup: str) -> str:
    return SPECIAL.sub(r"\\\1", markup).replace("\n", r"\n")


def lacks(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """What GIFT cannot carry: how often, and what is done instead."""
    yield count_of(items, "order"), _("ordering: offered as a choice between whole orders")
    yield count_of(items, "blank"), _("several blanks: each is a question of its own")
    yield (
        sum(1 for item in items if item.hints),
        _("hints: GIFT has none; the last one is shown after the answer, the others are left out"),
    )
    yield (
        sum(1 for item in items if item.address),
        _("the moment of the run that the question leads to is left out"),
    )
