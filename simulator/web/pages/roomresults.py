"""Afterwards: figures of a room's questions, and files to take along."""

import pandas as pd
import streamlit as st

from simulator.room.analysis import Figures, ItemFigures, figures
from simulator.room.export import items_csv, printed, sentence, share, shown, titles, votes_csv
from simulator.room.item import Words
from simulator.room.step import Room
from simulator.room.table import Phase
from simulator.room.words import letter
from simulator.web.pages.parts import readable, show_readable
from simulator.words import i18n
from simulator.words.i18n import _

FINISHED = (Phase.LOBBY, Phase.REVEALED, Phase.ENDED)
"""Phases in which no vote is under way."""


def results(room: Room) -> None:
    """Figures once a question is done; before that nothing."""
    if not room.asked or room.phase not in FINISHED:
        return
    st.header(_("Results"), anchor="results")
    known = figures(room)
    if known.items:
        overview(room, known)
        misconceptions(known)
    else:
        st.info(titles()["hidden"])
    take_along(room)


def words_of(room: Room) -> dict[int, tuple[int, Words]]:
    """The number and the words of each item, by its key."""
    return {
        asked.key: (number, asked.item.in_language(i18n.chosen.get()))
        for number, asked in enumerate(room.asked, 1)
    }


def overview(room: Room, known: Figures) -> None:
    """A row for each question, and its options behind a lid."""
    named, said = words_of(room), titles()
    columns = ["item", "votes", "difficulty", "after", "gain", "discrimination", "d27"]
    rows = [
        (named[one.key][0], one.votes, share(one.difficulty), share(one.after), shown(one.gain),
         shown(one.discrimination), shown(one.d27))
        for one in known.items
    ]  # fmt: skip
    show_readable(readable(pd.DataFrame(rows, columns=[said[name] for name in columns])))
    st.write(f"{said['kr20']}: {shown(known.kr20)}")
    for one in known.items:
        options(one, *named[one.key])


def options(one: ItemFigures, number: int, words: Words) -> None:
    said = titles()
    with st.expander(f"{number}. {words.prompt}"):
        rows = [
            (f"{letter(place)} {words.options[place]}", f"{c.votes} ({share(c.share)})",
             shown(c.rest), c.sure)
            for place, c in enumerate(one.choices)
        ]  # fmt: skip
        columns = [said[name] for name in ("answer", "votes", "rest", "sure")]
        show_readable(readable(pd.DataFrame(rows, columns=columns)))


def misconceptions(known: Figures) -> None:
    """Added up over questions and their variants."""
    if not known.beliefs:
        return
    st.subheader(titles()["beliefs"], anchor=False)
    rows = [
        (
            sentence(one),
            f"{one.chosen[0]} / {one.offered[0]}",
            f"{one.chosen[1]} / {one.offered[1]}",
        )
        for one in known.beliefs
    ]
    columns = [titles()["beliefs"], _("First vote"), _("Second vote")]
    show_readable(readable(pd.DataFrame(rows, columns=columns)))


def take_along(room: Room) -> None:
    """Files to keep: the room itself is deleted a day after its last event."""
    st.caption(_("The room is deleted 24 hours after its last event. Take along what you need."))
    with st.container(horizontal=True):
        st.download_button(_("Votes as CSV"), lambda: votes_csv(room), f"votes-{room.code}.csv",
                           "text/csv", key="room-votes", on_click="ignore")  # fmt: skip
        st.download_button(_("Figures as CSV"), items_csv(room), f"items-{room.code}.csv",
                           "text/csv", key="room-items", on_click="ignore")  # fmt: skip
        st.download_button(_("A page to print"), printed(room), f"room-{room.code}.html",
                           "text/html", key="room-print", on_click="ignore")  # fmt: skip
