"""What a teacher takes along: votes and figures as CSV, and a page to print.

Learners are numbered anew in each export, in an order of chance: a row cannot be traced to a seat.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from random import SystemRandom

from simulator.questions.misconceptions import MUTANTS
from simulator.room.analysis import Belief, Figures, figures
from simulator.room.render import templates
from simulator.room.step import Room
from simulator.room.words import letter
from simulator.words import i18n
from simulator.words.i18n import _


def votes_csv(room: Room) -> str:
    """A line for each vote that counted."""
    seats = list(room.seats)
    SystemRandom().shuffle(seats)
    rows = [
        (learner, number, round, letter(vote.option), int(vote.option == asked.item.right),
         int(vote.sure))
        for learner, seat in enumerate(seats, 1)
        for number, asked in enumerate(room.asked, 1)
        for round, votes in enumerate(asked.votes, 1)
        if (vote := votes.get(seat))
    ]  # fmt: skip
    return as_csv(("learner", "item", "round", "option", "right", "sure"), rows)


def items_csv(room: Room) -> str:
    """A line for each option of each item with enough votes, with the item's figures."""
    head = ("item", "question", "votes", "difficulty", "discrimination", "d27", "second", "gain",
            "option", "text", "right", "misconception", "chosen", "rest score", "sure")  # fmt: skip
    return as_csv(head, list(item_rows(room, figures(room))))


def item_rows(room: Room, known: Figures) -> Iterable[tuple[object, ...]]:
    numbers = {asked.key: (number, asked.item) for number, asked in enumerate(room.asked, 1)}
    for one in known.items:
        number, item = numbers[one.key]
        words = item.in_language(i18n.chosen.get())
        own = (number, words.prompt, one.votes, one.difficulty, one.discrimination, one.d27,
               one.after, one.gain)  # fmt: skip
        for place, choice in enumerate(one.choices):
            yield (*own, letter(place), words.options[place], int(place == item.right),
                   item.beliefs[place], choice.votes, choice.rest, choice.sure)  # fmt: skip


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([head, *([cell(value) for value in row] for row in rows)])
    return written.getvalue()


def cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula is marked as text."""
    risky = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if risky else value


def sentence(belief: Belief) -> str:
    """The misconception in one sentence."""
    mutant = MUTANTS[belief.name]
    words = _("This is what you would see if {belief}. But {truth}")
    return words.format(belief=_(mutant.belief), truth=_(mutant.truth))


def printed(room: Room) -> str:
    """One page to print, complete in itself."""
    known = figures(room)
    items = {asked.key: (number, asked.item.in_language(i18n.chosen.get()), asked.item.right)
             for number, asked in enumerate(room.asked, 1)}  # fmt: skip
    return templates().get_template("print.html").render(
        code=room.code, figures=known, items=items, sentence=sentence, shown=shown, share=share,
        language=i18n.chosen.get(), titles=titles(), seats=len(room.seats),
    )  # fmt: skip


def titles() -> dict[str, str]:
    """The words of tables of figures."""
    return {
        "item": _("Question"), "votes": _("Votes"), "difficulty": _("Right at first"),
        "discrimination": _("Discrimination"), "d27": _("Upper less lower 27 %"),
        "after": _("Right at last"), "gain": _("Gain"), "answer": _("Answer"),
        "rest": _("Mean rest score"), "sure": _("Sure"), "beliefs": _("Misconceptions"),
        "kr20": _("Reliability (KR-20)"), "seats": _("Seats"), "room": _("Room"),
        "hidden": _("Figures are shown from ten votes on."),
    }  # fmt: skip


def shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
