"""Rooms for tests: a question with four options, and events in a row."""

from collections.abc import Sequence

from simulator.room.item import Item, Words
from simulator.room.step import Room, step
from simulator.room.table import (
    DiscussionBegun,
    Event,
    ItemAsked,
    Revealed,
    SeatTaken,
    VoteClosed,
    VoteClosing,
    Voted,
    VoteOpened,
)

OPTIONS = ("nothing", "a token", "the password", "a digest")
ITEM = Item(
    "stored",
    {
        "en": Words("Which of these does docker login store?", OPTIONS, ("a", "b", "c", "d")),
        "de": Words("Was speichert docker login?", OPTIONS, ("a", "b", "c", "d")),
    },
    right=2,
    beliefs=("", "login-keeps-a-token", "", ""),
    address="visual?lesson=l&step=3",
)
ROOM = Room("r", "KXRPTW", "owner", "secret")


def after(room: Room, *events: Event) -> Room:
    for event in events:
        room = step(room, event)
    return room


def vote(room: Room, seat: int, option: int | None, at: float = 0.0, round: int = 0) -> Voted:
    """For the item and round that are open."""
    return Voted(seat, room.asked[-1].key, round or room.round, option, False, at)


def opened(seats: int = 3, item: Item = ITEM) -> Room:
    """The first vote is open."""
    return after(ROOM, *[SeatTaken()] * seats, ItemAsked(item), VoteOpened())


def closed(room: Room, at: float = 100.0) -> Room:
    return after(room, VoteClosing(at, 0), VoteClosed(at + 10))


def voted(room: Room, options: Sequence[int | None], at: float = 0.0) -> Room:
    """Seats 1, 2, ... vote in the open round; None does not."""
    for seat, option in enumerate(options, 1):
        if option is not None:
            room = step(room, vote(room, seat, option, at))
    return room


def twice(first: Sequence[int | None], second: Sequence[int | None]) -> Room:
    """A room after both votes, before the reveal."""
    room = closed(voted(opened(len(first)), first))
    room = after(room, DiscussionBegun(), VoteOpened())
    return closed(voted(room, second))


def revealed(room: Room) -> Room:
    return step(room, Revealed())
