"""The rooms of a process: events in, states out, and whoever watches hears of a new state.

Events wait in a queue; one thread takes all that wait and commits them together, for with a class
most time would go into waiting for the disk. An event is acknowledged once it is on disk.
"""

import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread, Timer

from simulator.progress.keeper import Keeper, NotKept
from simulator.room import store
from simulator.room.changes import moments, numbers
from simulator.room.step import GRACE, Refused, Room
from simulator.room.store import NoRoom
from simulator.room.table import Event, VoteClosed

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Of a code: no vowels, so that no words come out, and nothing that looks like a digit."""
CODE = 6
AFTER = 0.05
"""Seconds after the grace at which the vote is closed."""
HOUR = 3600.0
TRY_AGAIN = 1.0
"""Seconds after which one looks again for changes."""
LOG = logging.getLogger(__name__)
AT_ONCE = 1000
"""Events of a transaction at most."""
GATHER = 0.05
"""Seconds between two transactions: the first event is kept at once, and those that follow it
closely together. A transaction costs as much as twenty votes in one."""

Watcher = Callable[[Room | None], None]
"""Is given the new state; None where the room was deleted."""


@dataclass(frozen=True)
class Waiting:
    """An event that waits to be on disk."""

    room: str
    event: Event
    done: "Future[Room]" = field(default_factory=Future)


class Rooms:
    """Threads may share it. `clock` gives seconds since 1970: the server's clock decides."""

    def __init__(self, keeper: Keeper, clock: Callable[[], float] = time.time) -> None:
        self.keeper, self.clock = keeper, clock
        self.known: dict[str, Room] = {}
        self.codes: dict[str, str] = {}
        self.watchers: dict[str, set[Watcher]] = defaultdict(set)
        self.queue: SimpleQueue[Waiting] = SimpleQueue()
        self.lock = Lock()
        self.writer: Thread | None = None

    # -- opening and finding ------------------------------------------------------------------

    def open(self, owner: str) -> Room:
        """A new room of this owner. Raises TooManyRooms, or NotKept."""
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE))
        return self.open_as(Room(secrets.token_hex(16), code, owner, secrets.token_urlsafe(32)))

    def open_as(self, room: Room) -> Room:
        """This new room. Raises TooManyRooms, or NotKept."""
        self.keeper.within("keeping", lambda kept: store.create(kept.engine, room))
        return self.remember(room)

    def at_hand(self, name: str) -> Room | None:
        """The room with this id or code, if this process knows it and nothing waits to be done."""
        room = self.known.get(name) or self.known.get(self.codes.get(name, ""))
        return room if room and not room.overdue(self.clock()) else None

    def get(self, id: str) -> Room:
        """Raises NoRoom, or NotKept."""
        room = self.known.get(id) or self.fetch(id=id)
        return self.settled(room)

    def find(self, code: str) -> Room:
        """The room with this code, however it is typed. Raises NoRoom, or NotKept."""
        typed = "".join(code.split()).replace("-", "").upper()
        known = self.known.get(self.codes.get(typed, ""))
        if not known and (len(typed) != CODE or not set(typed) <= set(LETTERS)):
            raise NoRoom(typed)
        return self.settled(known or self.fetch(code=typed))

    def owned(self, owner: str) -> tuple[str, ...]:
        """The ids of this owner's rooms. Raises NotKept."""
        return self.keeper.within("reading", lambda kept: store.owned(kept.engine, owner))

    def delete(self, id: str) -> None:
        """Raises NotKept."""
        self.keeper.within("keeping", lambda kept: store.delete(kept.engine, id))
        self.forget(id)

    def forget(self, id: str) -> None:
        """The room was deleted; who watches hears of that, too."""
        with self.lock:
            room = self.known.pop(id, None)
            watchers = tuple(self.watchers.get(id, ()))
            if room:
                self.codes.pop(room.code, None)
        for watcher in watchers:
            watcher(None)

    def fetch(self, **named: str) -> Room:
        found = self.keeper.within("reading", lambda kept: store.find(kept.engine, **named))
        return self.remember(found)

    def remember(self, room: Room) -> Room:
        """The latest state that this process knows; if it is this one, all who watch hear of it."""
        with self.lock:
            known = self.known.get(room.id)
            if known and known.number >= room.number:
                return known
            self.known[room.id], self.codes[room.code] = room, room.id
            watchers = tuple(self.watchers.get(room.id, ()))
        for watcher in watchers:
            watcher(room)
        return room

    @contextmanager
    def watching(self, id: str, watcher: Watcher) -> Iterator[None]:
        """For as long as this lasts, the watcher is called with each new state, from any thread."""
        with self.lock:
            self.watchers[id].add(watcher)
        try:
            yield
        finally:
            with self.lock:
                self.watchers[id].discard(watcher)
                if not self.watchers[id]:
                    del self.watchers[id]

    # -- what happens -------------------------------------------------------------------------

    def send(self, id: str, event: Event) -> "Future[Room]":
        """The room right after the event, once that is on disk; others may have followed. The
        future raises Refused, NoRoom or NotKept."""
        waiting = Waiting(id, event)
        self.queue.put(waiting)
        with self.lock:
            if self.writer is None:
                self.writer = Thread(target=self.write_for_ever, daemon=True)
                self.writer.start()
        return waiting.done

    def settled(self, room: Room) -> Room:
        """The room, whose vote is closed if its time is over: the process that ran the countdown
        may have died."""
        if not room.overdue(self.clock()):
            return room
        with suppress(Refused):
            return self.send(room.id, VoteClosed(self.clock())).result()
        return self.known[room.id]

    def write_for_ever(self) -> None:
        while True:
            batch = waiting_now(self.queue)
            began = time.monotonic()
            self.write(batch)
            time.sleep(max(0.0, began + GATHER - time.monotonic()))

    def write(self, batch: Sequence[Waiting]) -> None:
        """Commit what waits, room by room."""
        for id in dict.fromkeys(one.room for one in batch):
            mine = [one for one in batch if one.room == id]
            try:
                self.advance(id, mine)
            except Exception as error:  # whatever it is, it is passed to the waiting thread
                for one in mine:
                    if not one.done.done():
                        one.done.set_exception(error)

    def advance(self, id: str, waiting: Sequence[Waiting]) -> None:
        events, known = [one.event for one in waiting], self.known.get(id)
        after, outcomes = self.keeper.within(
            "keeping", lambda kept: store.advance(kept.engine, id, known, events)
        )
        self.remember(after)
        if after.closes_at is not None and (known is None or known.closes_at != after.closes_at):
            self.close_later(after, after.closes_at)
        for one, outcome in zip(waiting, outcomes, strict=True):
            if isinstance(outcome, Refused):
                one.done.set_exception(outcome)
            else:
                one.done.set_result(outcome)

    def close_later(self, room: Room, closes_at: float) -> None:
        """Close the vote when countdown and grace are over."""
        seconds = max(0.0, closes_at + GRACE + AFTER - self.clock())
        timer = Timer(seconds, lambda: self.send(room.id, VoteClosed(self.clock())))
        timer.daemon = True
        timer.start()

    def follow_for_ever(self) -> None:
        """Hear of what other processes do, from a thread; after a failure try again."""
        while True:
            try:
                for _ in moments(self.keeper.store().engine):
                    self.follow()
            except Exception as error:  # the database may be away for any reason
                LOG.error("following rooms failed: %s", type(error).__name__)
                time.sleep(TRY_AGAIN)

    def follow(self) -> None:
        """Fetch what has changed, forget what was deleted, and close votes whose time is over."""
        there = numbers(self.keeper.store().engine) if self.known else {}
        for room in tuple(self.known.values()):
            if room.id not in there:
                self.forget(room.id)
                continue
            if room.number < there[room.id]:
                room = self.fetch(id=room.id)
            self.settled(room)

    def tidy_for_ever(self) -> None:
        """Tidy every hour, from a thread."""
        while True:
            with suppress(NotKept):
                self.tidy()
            time.sleep(HOUR)

    def tidy(self) -> None:
        """Delete the rooms whose time is over, here and in the database."""
        ids = self.keeper.within("keeping", lambda kept: store.tidied(kept.engine))
        for id in self.known.keys() - ids:
            self.forget(id)


def waiting_now(queue: "SimpleQueue[Waiting]") -> list[Waiting]:
    """All that wait, at least one."""
    batch = [queue.get()]
    with suppress(Empty):
        while len(batch) < AT_ONCE:
            batch.append(queue.get_nowait())
    return batch
