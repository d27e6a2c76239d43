"""Class: the teacher's desk of a room. The projector and the seats are pages of their own.

Which buttons there are says the room's table of phases; they are drawn again as the room goes on.
"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from simulator.lesson.document import Lesson
from simulator.progress.keeper import NotKept
from simulator.progress.names import stored
from simulator.room.cookies import screen_address
from simulator.room.item import Item, Sides, Words
from simulator.room.render import misled, moves, spaced
from simulator.room.rooms import Rooms
from simulator.room.step import Refused, Room
from simulator.room.store import NoRoom, TooManyRooms
from simulator.room.table import (
    CLOSING,
    TRANSITIONS,
    DiscussionBegun,
    Event,
    ItemAsked,
    ItemSkipped,
    Phase,
    Revealed,
    RoomEnded,
    SeatRemoved,
    SeatsFreed,
    VoteClosing,
    VoteOpened,
)
from simulator.room.view import Advice, View, Viewer, view
from simulator.room.words import HEADINGS, letter, say
from simulator.views.address import page_address
from simulator.web import rooms as served
from simulator.web.pages.learner import learner
from simulator.web.pages.parts import border, code, plain, readable, show_readable
from simulator.web.pages.roomdockers import dockers
from simulator.web.pages.roomitems import picker
from simulator.web.pages.roomresults import results
from simulator.web.pages.roomstage import LEAD
from simulator.words import i18n
from simulator.words.i18n import N_, _

EVERY = 1.0
"""Seconds after which the desk looks at the room again."""
COUNTDOWN = 5
"""Seconds of a countdown, unless the teacher chooses others."""
BUTTONS: Mapping[type[Event], str] = {
    VoteOpened: N_("Open the vote"),
    VoteClosing: N_("Close the vote"),
    DiscussionBegun: N_("Let neighbours discuss"),
    Revealed: N_("Reveal the answer"),
    ItemSkipped: N_("Take the question back"),
    RoomEnded: N_("End the room"),
}
"""What the teacher can do, in the order of the buttons; the table says when."""
LAST = (ItemSkipped, RoomEnded)
"""What no teacher wants by mistake: no button of these is the main one."""
ADVICE: Mapping[Advice, str] = {
    Advice.DISCUSS: N_("Between a third and two thirds are right: let neighbours discuss."),
    Advice.EXPLAIN: N_(
        "Fewer than a third are right: explain first, or give a hint, then discuss."
    ),
    Advice.GO_ON: N_("More than two thirds are right: reveal the answer and explain it briefly."),
}


def page(lesson: Lesson) -> None:
    """A room to open, or the desk of the one that is open."""
    st.title(_("Class"), anchor=False)
    beside = served.current()
    if beside is None:
        st.info(_("Rooms need `pullscope app`: this server has pages only."))
        return
    try:
        room = own_room(beside.rooms)
    except NotKept:
        st.error(_("Rooms do not work just now, because the database does not."))
        return
    if room is None:
        opening(beside.rooms)
        return
    head(beside, room, lesson)
    desk(beside.rooms, room.id)
    if ItemAsked in TRANSITIONS[room.phase]:
        picker(lesson, lambda item: asked(beside.rooms, room, item))
    results(room)
    leave(beside.rooms, room)


def owner() -> str:
    return stored(learner())


def own_room(rooms: Rooms) -> Room | None:
    """The room of this page, or the latest of this teacher's. Raises NotKept."""
    if "room" not in st.session_state:
        known = rooms.owned(owner())
        st.session_state.room = known[0] if known else ""
    try:
        room = rooms.get(st.session_state.room) if st.session_state.room else None
    except NoRoom:
        st.session_state.room, room = "", None
    return room if room and room.owner == owner() else None


def opening(rooms: Rooms) -> None:
    st.write(
        _(
            "The class votes alone, discusses, and votes again; then you see who moved where, and "
            "the run that settles it. Phones need a browser, no account and no name."
        )
    )
    if st.button(_("Open a room"), type="primary"):
        try:
            st.session_state.room = rooms.open(owner()).id
        except TooManyRooms:
            st.error(_("There are too many rooms already. Delete one, or come back later."))
            return
        except NotKept:
            st.error(_("Rooms do not work just now, because the database does not."))
            return
        st.rerun()


def head(beside: served.Served, room: Room, lesson: Lesson) -> None:
    """How to get in, the projector's page, and the stage that phones can follow."""
    address = f"{beside.origin}/room/{room.code}"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.header(spaced(room.code), anchor=False, width="content")
        st.markdown(f"{say('address')}: [{address}]({address})", width="content")
        st.link_button(
            _("Open the projector"), screen_address(room), icon=":material/present_to_all:"
        )
        st.link_button(
            _("Open the stage"), page_address("/visual", {"lesson": lesson.id, LEAD: room.code}),
            icon=":material/play_arrow:", help=_("Phones that want to can follow its steps."),
        )  # fmt: skip


# -- the room as it is ------------------------------------------------------------------------


@st.fragment(run_every=EVERY)
def desk(rooms: Rooms, id: str) -> None:
    """Phase, figures and buttons: drawn anew each second."""
    i18n.use(st.session_state.get("language", i18n.DEFAULT))
    with border():
        try:
            room = rooms.get(id)
        except NoRoom:
            st.rerun()
        if st.session_state.setdefault("room_phase", room.phase) != room.phase:
            st.session_state.room_phase = room.phase
            st.rerun()  # what is outside depends on the phase
        shown = view(room, Viewer.DESK, rooms.clock())
        figures(shown)
        buttons(rooms, room)
        if shown.item:
            question(shown.item, shown)
        dockers(rooms.get(id).dockers)


def figures(shown: View) -> None:
    st.subheader(_(HEADINGS[shown.phase]), anchor=False)
    left = shown.closes_in
    if left is not None:
        st.write(say("closes", seconds=round(left)) if left else say("late"))
    seats, votes = st.columns(2)
    seats.metric(_("Seats"), shown.seats, border=True)
    votes.metric(_("Votes"), shown.voted, border=True)
    if shown.advice and shown.phase is Phase.CLOSED_1:
        st.info(_(ADVICE[shown.advice]), icon=":material/lightbulb:")


def buttons(rooms: Rooms, room: Room) -> None:
    """Those that the table has in this phase. While a countdown runs there is none to go on."""
    ways = [kind for kind in BUTTONS if kind in TRANSITIONS[room.phase]]
    if not ways:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if VoteClosing in ways:
            st.number_input(
                _("Countdown in seconds"), 0, 120, COUNTDOWN, key="room_seconds", width=180,
                persist_state="session",
            )  # fmt: skip
        for kind in ways:
            main = kind is ways[0] and kind not in LAST and room.phase not in CLOSING
            st.button(
                _(BUTTONS[kind]),
                key=f"room-{kind.__name__}",
                type="primary" if main else "secondary",
                on_click=lambda kind=kind: do(rooms, room.id, made(kind, rooms.clock())),
            )
        if room.seats:
            removing(rooms, room)


def made(kind: type[Event], now: float) -> Event:
    if kind is VoteClosing:
        return VoteClosing(now, float(st.session_state.get("room_seconds", COUNTDOWN)))
    return kind()


def removing(rooms: Rooms, room: Room) -> None:
    with st.popover(_("Remove a seat")):
        seats = [one for one, taken in room.seats.items() if taken]
        st.selectbox(_("Seat number"), seats, key="room_seat")
        st.checkbox(_("And all later seats"), key="room_later")
        st.button(_("Remove it"), on_click=lambda: remove(rooms, room.id))
        st.button(
            _("Remove all that never voted"), on_click=lambda: do(rooms, room.id, SeatsFreed())
        )


def remove(rooms: Rooms, id: str) -> None:
    """The seat that is chosen."""
    if st.session_state.room_seat:
        do(rooms, id, SeatRemoved(st.session_state.room_seat, st.session_state.room_later))


def asked(rooms: Rooms, room: Room, item: Item) -> None:
    """The question that is chosen now: a callback would have the one of the run before."""
    do(rooms, room.id, ItemAsked(item))
    if rooms.get(room.id).phase != room.phase:
        st.rerun()


def do(rooms: Rooms, id: str, event: Event) -> None:
    """Let it happen. Buttons of the desk call it before anything is drawn: where the phase has
    changed meanwhile, the desk begins anew and would never come to the button that was clicked."""
    try:
        rooms.send(id, event).result()
    except Refused:
        st.toast(_("The room had gone on already."))
    except NotKept:
        st.toast(_("This could not be kept just now. Please try again."))


# -- the question -----------------------------------------------------------------------------


def question(item: Item, shown: View) -> None:
    """The question as the class has it; counts are behind a lid until the reveal, for a desk may
    be on the projector by mistake."""
    words = item.in_language(i18n.chosen.get())
    with st.container(border=True):
        st.write(words.situation)
        if words.code:
            code(words.code)
        st.write(f"**{words.prompt}**")
        if shown.phase is Phase.REVEALED:
            outcome(words, item, shown)
            return
        st.markdown("\n".join(f"- **{letter(p)}** {one}" for p, one in enumerate(words.options)))
        if shown.counts:
            with st.expander(_("Counts, for you only")):
                outcome(words, item, shown)


def outcome(words: Words, item: Item, shown: View) -> None:
    """Counts, who moved where, and why each option is right or wrong."""
    rounds = (_("First vote"), _("Second vote"))
    rows = []
    for place, option in enumerate(words.options):
        name = f"{letter(place)} {option}" + (f" ({say('right')})" if place == item.right else "")
        votes = [
            f"{counts.by_option[place]} ({counts.share(place):.0%})" for counts in shown.counts
        ]
        rows.append([name, *votes, words.why[place]])
    columns = [_("Answer"), *rounds[: len(shown.counts)], _("Why")]
    show_readable(readable(pd.DataFrame(rows, columns=columns)))
    if shown.moved:
        st.write("; ".join(moves(shown)))
    for place, sides in enumerate(words.sides):
        both_runs(sides, item, place, place == misled(shown, words))
    for one in words.settled:
        st.markdown(f"**{plain(one.title)}** {plain(one.text)}")
    if item.address:
        leads = f"/{item.address}&{LEAD}={shown.code}"
        st.link_button(say("run"), leads, icon=":material/play_arrow:")


def both_runs(sides: Sides, item: Item, place: int, open: bool) -> None:
    """Where Docker's run and the one that the option's misconception expects part."""
    if not sides:
        return
    with st.expander(f"{letter(place)}: {say('sides')}", expanded=open):
        told = [[f"{one.title} {one.message}" if one else "–" for one in row] for row in sides]
        columns = [say("ours"), say("theirs", option=letter(place))]
        show_readable(readable(pd.DataFrame(told, columns=columns)))
        st.link_button(say("compared"), f"/{item.compared(place)}", icon=":material/compare:")


def leave(rooms: Rooms, room: Room) -> None:
    """Delete the room now, not a day later."""
    with st.popover(_("Delete the room")):
        st.write(_("This deletes the room with all votes. You cannot undo it."))
        if st.button(_("Delete it now"), key="room-delete"):
            try:
                rooms.delete(room.id)
            except NotKept:
                st.error(_("Nothing was deleted: the database does not work just now."))
                return
            del st.session_state["room"]
            st.rerun()
