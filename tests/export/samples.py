"""Questions and runs that the tests of exports share."""

from functools import cache
from html.parser import HTMLParser

from simulator.export import Item, from_question, from_quiz
from simulator.export.item import Asked, Choice
from simulator.lesson.library import find_lesson
from simulator.questions import draw
from simulator.scenarios.play import trace as played
from simulator.views.table import Table

LESSON = find_lesson()


TITLE = LESSON.document.title


RUNS = tuple(played(name, "29") for name in ("works", "no-right", "basic"))


NASTY = (
    r"a\b ~ = # { } : // %50% -> <b>&amp; \"q\" 'q' [html] [markdown] $x$ *a* _b_ `c` | !d",
    "%20%", "=1+1", "~", "//", "# heading", "-5", "{1:MULTICHOICE:=a~b}", "</script><!--", "\\n",
    "two\nlines", "```", "1. one", "ü → “”",
)  # fmt: skip


@cache
def drawn() -> tuple[Item, ...]:
    """Of every kind, and the lesson's own."""
    made = [from_question(LESSON, question) for question in draw(LESSON, 11, 140)]
    return (*made, *from_quiz(LESSON))


def nasty(number: int) -> Item:
    """An item that is full of marks."""
    texts = [f"{text} {place}" for place, text in enumerate(NASTY)]
    turned = texts[number:] + texts[:number]
    choices = tuple(Choice(text, f"{text} {number}", n == 1) for n, text in enumerate(turned[:4]))
    table = Table(("a|b", "c"), ((turned[4], "(1)"), ("x", turned[5])))
    return Item(f"nasty-{number}", "value", "what-is-stored", turned[6], turned[7], turned[8],
                (Asked("", choices),), (turned[9], turned[10], turned[11]), table)  # fmt: skip


ODD = tuple(nasty(number) for number in range(len(NASTY)))


def asked(items: tuple[Item, ...]) -> list[tuple[Item, Asked]]:
    return [(item, part) for item in items for part in item.parts]


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "br":
            self.said.append("\n")


def shown(markup: str) -> str:
    words = Words()
    words.feed(markup)
    words.close()
    return "".join(words.said)


def squeezed(text: str) -> str:
    return " ".join(text.split())
