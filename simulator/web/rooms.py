"""The rooms that this process's pages belong to, where seats are served beside them."""

from dataclasses import dataclass
from threading import Thread

from simulator.progress.keeper import Keeper
from simulator.room.rooms import Rooms


@dataclass(frozen=True)
class Served:
    """Rooms, and the address of the site at which seats are served."""

    rooms: Rooms
    origin: str


beside: Served | None = None
"""None where pages are served alone, by `streamlit run`."""


def current() -> Served | None:
    return beside


def serve_beside(origin: str) -> Rooms:
    """From now on the pages of this process belong to these rooms. They have a keeper of their
    own: a slow database of progress must not hold up a vote."""
    global beside
    beside = Served(Rooms(Keeper()), origin)
    for work in (beside.rooms.tidy_for_ever, beside.rooms.follow_for_ever):
        Thread(target=work, daemon=True).start()
    return beside.rooms
