"""The stage of a class: the teacher's leads a room, and whoever wants goes along with it.

The address names the room: `?lead=CODE` on the teacher's stage, `?follow=CODE` on a learner's. The
teacher's page tells the room each step. A learner's stage hears them in the browser, from the
stream of the room.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass

import streamlit as st

from simulator.docker.trace import Trace
from simulator.lesson.document import Lesson
from simulator.progress.keeper import NotKept
from simulator.progress.names import stored
from simulator.room.render import spaced
from simulator.room.rooms import Rooms
from simulator.room.sources import on_stage
from simulator.room.step import Room
from simulator.room.store import NoRoom
from simulator.room.table import StageMoved
from simulator.views.address import page_address
from simulator.web import rooms as served
from simulator.web.pages.learner import learner
from simulator.words.i18n import _

LEAD, FOLLOW = "lead", "follow"
"""The names of a room's code in the address."""


@dataclass(frozen=True)
class Leading:
    """The room that this stage leads."""

    rooms: Rooms
    room: str

    def show(self, lesson: Lesson, trace: Trace, address: Mapping[str, str], step: int) -> None:
        """Let the room see this step."""
        where = page_address("visual", {**address, "step": str(step)})
        self.send(StageMoved(on_stage(lesson.id, trace, step, where)))

    def send(self, moved: StageMoved) -> "Future[Room]":
        return self.rooms.send(self.room, moved)


def leading() -> Leading | None:
    """A switch for the teacher whose room the address names, and the room while it is on."""
    beside, code = served.current(), asked(LEAD)
    if beside is None or not code:
        return None
    try:
        room = beside.rooms.find(code)
    except (NoRoom, NotKept):
        return None
    if room.owner != stored(learner()):
        return None
    leads = Leading(beside.rooms, room.id)
    label = _("Room {code} follows this stage").format(code=spaced(room.code))
    on = st.toggle(label, True, key="room-leads", on_change=lambda: stopped(leads))
    return leads if on else None


def stopped(leads: Leading) -> None:
    if not st.session_state["room-leads"]:
        leads.send(StageMoved(None))


def following() -> str:
    """A switch for a learner, and the code of the room while it is on; empty for none."""
    code = asked(FOLLOW)
    if not code or served.current() is None:
        return ""
    label = _("Follow the teacher's stage in room {code}").format(code=spaced(code))
    return code if st.toggle(label, True, key="room-follows") else ""


def asked(name: str) -> str:
    """The code that the session's address had: links in the page do not have it."""
    code = str(st.query_params.get(name, ""))
    if code.isalpha() and len(code) < 10:
        st.session_state[f"room-{name}"] = code
    return str(st.session_state.get(f"room-{name}", ""))
