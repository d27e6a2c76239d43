"""The seat's and the projector's pages as HTML, in the chosen language.

A message on the wire is the same HTML as the page has at first: there is one way to draw a state,
and the page works without its script.
"""

import io
from functools import cache

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulator import assets
from simulator.room.item import Words, in_language
from simulator.room.view import View, Viewer
from simulator.room.words import HEADINGS, letter, say
from simulator.words import i18n
from simulator.words.i18n import _

FOLDER = assets.FOLDER / "room"
FILES = {"room.css": "text/css", "room.js": "text/javascript"}
"""What the pages load, with the media types."""


@cache
def templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals |= {
        "say": say, "letter": letter, "tally": tally, "moves": moves, "spaced": spaced,
        "misled": misled,
    }  # fmt: skip
    return made


def tally(shown: View, place: int) -> str:
    """How many chose this option, in each vote that is shown."""
    names = (say("first"), say("second"))
    told = zip(names, shown.counts, strict=False)
    return ", ".join(f"{name}: {counts.by_option[place]}" for name, counts in told)


def moves(shown: View) -> list[str]:
    """A line for each way between two options, most seats first, and one for those that stayed."""
    ways = sorted((shown.moved or {}).items(), key=lambda way: (-way[1], way[0]))
    stayed = sum(count for (before, after), count in ways if before == after)
    lines = [
        say("moved line", count=count, before=letter(before), after=letter(after))
        for (before, after), count in ways
        if before != after
    ]
    return [*lines, say("stayed", count=stayed)]


def state(shown: View | None, address: str, removed: bool = False) -> str:
    """The part of a page that changes. No view: no one has a seat here yet."""
    name = "screen.html" if shown and shown.viewer is Viewer.PROJECTOR else "seat.html"
    language = i18n.chosen.get()
    words = shown and shown.item and shown.item.in_language(language)
    stage = shown and shown.stage and in_language(shown.stage.words, language)
    return templates().get_template(name).render(
        shown=shown, words=words, stage=stage, address=address, removed=removed,
        heading=_(HEADINGS[shown.phase]) if shown else say("join title"),
    )  # fmt: skip


def page(
    code: str, main: str, number: int, watched: str = "", message: str = "", seat: int = 0
) -> str:
    """A whole page around a state. `watched` is the folder of its events, empty for none; `seat`
    the number of the viewer's own."""
    language = i18n.chosen.get()
    other = next(one for one in i18n.LANGUAGES if one != language)
    return templates().get_template("page.html").render(
        code=code, main=main, number=number, watched=watched, message=message, seat=seat,
        language=language, other=other, other_name=i18n.LANGUAGES[other],
    )  # fmt: skip


def misled(shown: View, words: Words) -> int | None:
    """The option with two runs that most chose at last; None where no one did."""
    votes = shown.counts[-1].by_option if shown.counts else ()
    chosen = [place for place, rows in enumerate(words.sides) if rows and votes and votes[place]]
    return max(chosen, key=lambda place: votes[place], default=None)


def spaced(code: str) -> str:
    """A code as it is read aloud."""
    return f"{code[:3]} {code[3:]}"


def joining(message: str = "") -> str:
    """The page that asks for a code."""
    return page("", templates().get_template("join.html").render(), 0, message=message)


def qr(address: str) -> bytes:
    """The address as a picture (SVG)."""
    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", scale=8, border=2, light="#fff", omitsize=True)
    return drawn.getvalue()
