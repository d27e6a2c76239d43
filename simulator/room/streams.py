"""Streams of a room (server-sent events): each viewer hears of what is new for it.

A commit of many votes wakes whom it shows something new, and no one else. What several viewers see
alike is drawn and encoded once for all of them.
"""

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from starlette.types import Receive, Scope, Send

from simulator.progress.keeper import NotKept
from simulator.registry.asgi import disconnected
from simulator.room.rooms import Rooms
from simulator.room.step import Room
from simulator.room.store import NoRoom
from simulator.room.view import Viewer, face, own_face, shared_face
from simulator.words import i18n

Result = TypeVar("Result")
Whose = tuple[str, int | str]
"""The id of a room and a seat (0 for projectors, or "teacher" for the teacher's), or "network"."""
ALIVE = 15.0
"""Seconds after which a line is sent for the sake of proxies."""
STILL_HERE = b": still here\n\n"
GATHER = 0.25
"""Seconds in which a projector gets at most one message."""
DRAWN = 1000
"""Drawings that are kept: a few for each state that is on screens now."""
FINE = 4
"""Drawings of a countdown a second."""
RETRY = (1000, 3000)
"""Milliseconds after which a viewer comes back, by chance: not all in the same moment."""


@dataclass(frozen=True)
class Drawing:
    """A state as HTML, and the same as JSON."""

    html: str
    encoded: bytes


class Drawings:
    """States as they look to viewers. `draw` makes the HTML, in the chosen language."""

    def __init__(self, rooms: Rooms, draw: Callable[[Room, Viewer, int], str]) -> None:
        self.rooms, self.draw = rooms, draw
        self.kept: dict[object, Drawing] = {}

    def of(self, room: Room, viewer: Viewer, seat: int = 0) -> Drawing:
        left = room.closes_at and round((room.closes_at - self.rooms.clock()) * FINE)
        key = (room.id, viewer, i18n.chosen.get(), left, seat > 0, face(room, viewer, seat))
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= DRAWN:
                self.kept.clear()
            html = self.draw(room, viewer, seat)
            found = self.kept[key] = Drawing(html, json.dumps(html).encode())
        return found

    def message(self, room: Room, viewer: Viewer, seat: int = 0) -> bytes:
        """The whole state with its number, as JSON."""
        drawing = self.of(room, viewer, seat)
        return b'{"number": %d, "html": %b}' % (room.number, drawing.encoded)


@dataclass(eq=False)
class Listener:
    """A viewer whose stream is open. `shown` is the face of the state that it was sent."""

    room: str
    viewer: Viewer
    seat: int
    shown: object = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def sees_news(self, room: Room, shared: object) -> bool:
        """Whether the room looks another way to it; `shared` is the room's shared face."""
        if self.viewer is not Viewer.SEAT:
            return self.shown != room.number
        return self.shown != (shared, own_face(room, self.seat))


class Audience:
    """Who listens, in the loop of a server."""

    def __init__(self, rooms: Rooms, drawings: Drawings) -> None:
        self.rooms, self.drawings = rooms, drawings
        self.listeners: dict[str, set[Listener]] = defaultdict(set)
        self.watching: dict[str, AbstractContextManager[None]] = {}
        self.told: set[str] = set()
        """The rooms whose news are on their way to the loop."""
        self.streams: Counter[Whose] = Counter()
        """How many are open, by viewer and by network."""

    @contextmanager
    def listening(self, listener: Listener, whose: Collection[Whose]) -> Iterator[None]:
        """For as long as this lasts it is woken by news, and its stream is counted for each of
        `whose`."""
        id = listener.room
        if id not in self.watching:
            self.told.discard(id)
            self.watching[id] = self.rooms.watching(id, self.hearer(id))
            self.watching[id].__enter__()
        self.listeners[id].add(listener)
        self.streams.update(whose)
        try:
            yield
        finally:
            self.streams.subtract(whose)
            self.streams += Counter()  # without those that have none
            self.listeners[id].discard(listener)
            if not self.listeners[id]:
                del self.listeners[id]
                self.watching.pop(id).__exit__(None, None, None)

    def hearer(self, id: str) -> Callable[[Room | None], None]:
        """A watcher, for any thread. News that come together are one piece of news."""
        loop = asyncio.get_running_loop()

        def heard(_: Room | None) -> None:
            if id not in self.told:
                self.told.add(id)
                with suppress(RuntimeError):  # the server is stopping
                    loop.call_soon_threadsafe(self.tell, id)

        return heard

    def tell(self, id: str) -> None:
        """Wake those to whom the room, or that it was deleted, is news."""
        self.told.discard(id)
        room = self.rooms.known.get(id)
        shared = room and shared_face(room)
        for one in self.listeners.get(id, ()):
            if room is None or one.sees_news(room, shared):
                one.wake.set()

    async def message(self, listener: Listener) -> bytes:
        """The present state as an event. Raises NoRoom, or NotKept."""
        id = listener.room
        room = self.rooms.at_hand(id)
        if room is None:
            room = await asyncio.to_thread(self.rooms.get, id)
        listener.shown = face(room, listener.viewer, listener.seat)
        message = self.drawings.message(room, listener.viewer, listener.seat)
        about = (room.number, random.randint(*RETRY), message)
        return b"id: %d\nretry: %d\ndata: %b\n\n" % about


@dataclass
class Stream:
    """The answer to a viewer that listens: a message at once, and then for each state in which it
    sees something new."""

    audience: Audience
    listener: Listener
    whose: Collection[Whose]
    headers: list[tuple[bytes, bytes]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = {"type": "http.response.start", "status": 200, "headers": self.headers}
        if scope["method"] == "HEAD":
            await send(head)
            await send(piece(b"", more=False))
            return
        wake = self.listener.wake
        gone = asyncio.create_task(disconnected(receive))
        gone.add_done_callback(lambda _: wake.set())
        try:
            with self.audience.listening(self.listener, self.whose), suppress(NoRoom, NotKept):
                await send(head)
                while not gone.done():
                    wake.clear()
                    await send(piece(await self.audience.message(self.listener)))
                    await self.news(send)
        finally:
            gone.cancel()
        await send(piece(b"", more=False))

    async def news(self, send: Send) -> None:
        """Until there are some."""
        while not self.listener.wake.is_set():
            try:
                async with asyncio.timeout(ALIVE):
                    await self.listener.wake.wait()
            except TimeoutError:
                await send(piece(STILL_HERE))
        if self.listener.viewer is Viewer.PROJECTOR:
            await asyncio.sleep(GATHER)


class Outcomes:
    """What another thread's futures become, awaited in a loop: those that are done together, as a
    commit of many votes, wake it once."""

    def __init__(self) -> None:
        self.done: list[asyncio.Future[None]] = []
        self.lock = Lock()

    async def of(self, future: "Future[Result]") -> Result:
        """Its result. Raises what it raises."""
        loop = asyncio.get_running_loop()
        waiting = loop.create_future()
        future.add_done_callback(lambda _: self.arrived(loop, waiting))
        await waiting
        return future.result()

    def arrived(self, loop: asyncio.AbstractEventLoop, waiting: "asyncio.Future[None]") -> None:
        with self.lock:  # of two threads at once, one must see that it is the first
            self.done.append(waiting)
            first = len(self.done) == 1
        if first:
            with suppress(RuntimeError):  # the server is stopping
                loop.call_soon_threadsafe(self.wake)

    def wake(self) -> None:
        with self.lock:
            done, self.done = self.done, []
        for waiting in done:
            if not waiting.done():  # else who waited has gone
                waiting.set_result(None)


def piece(body: bytes, more: bool = True) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": more}
