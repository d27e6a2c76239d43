"""Seats and projector as an ASGI application: light pages, server-sent events, and forms.

Every message is the whole state for that viewer, with its number.
"""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Container, Mapping
from contextlib import aclosing, suppress
from typing import Any

from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from simulator import assets
from simulator.progress.keeper import NotKept
from simulator.registry.asgi import Client, behind_proxy, direct
from simulator.registry.rate_limit import network_of
from simulator.room import cookies, render
from simulator.room.cookies import address, seat_of
from simulator.room.guard import GUESSES, JOINS, VOTES, Guard, Rejected, form
from simulator.room.rooms import Rooms
from simulator.room.step import Refused, Room
from simulator.room.store import NoRoom
from simulator.room.table import SeatTaken, Voted
from simulator.room.view import Viewer, face, view
from simulator.room.words import REFUSALS, say
from simulator.words import i18n
from simulator.words.i18n import _

LANGUAGE = "pullscope_language"
"""The cookie of the pages, which a choice of the language sets."""
YEAR = 365 * 86_400
STREAMS = 4
"""Streams that one seat may have at once: a reload opens the next before the last one ends."""
PROJECTORS = 20
"""Streams of projectors that a room may have at once, and of those that the teacher opened."""
OF_NETWORK = 1500
"""Streams of one network: less than the server has connections, so that no one takes them all."""
GATHER = 0.25
"""Seconds in which a projector gets at most one message."""
USER_NAME = re.compile(r"[a-z0-9-]{1,40}")
"""Of *Your own docker*."""
ALIVE = 15
"""Seconds after which a line is sent for the sake of proxies."""
SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


Messages = AsyncGenerator[dict[str, Any], None]
Whose = tuple[str, int | str]
"""The id of a room and a seat (0 for projectors, or "teacher" for the teacher's), or "network"."""


class RoomApp:
    """Everything below `/room/`. `origin` is the address of the site, for codes to scan, and
    `hosts` are the names under which it answers; with `public` it is behind TLS, and the proxy
    says from where a request came."""

    def __init__(
        self, rooms: Rooms, origin: str, hosts: Collection[str], public: bool = False
    ) -> None:
        self.rooms, self.origin, self.guard = rooms, origin, Guard(hosts)
        self.secure = public
        self.client_of: Callable[[Request], Client] = behind_proxy if public else direct
        self.streams: Counter[Whose] = Counter()
        """How many are open, by viewer and by network."""
        self.app = Starlette(routes=[
            Route("/room/", self.ask_code),
            Route("/room/files/{name}", self.file),
            Route("/room/join", self.join, methods=["POST"]),
            Route("/room/{code}", self.seat),
            Route("/room/{code}/seat", self.take_seat, methods=["POST"]),
            Route("/room/{code}/state", self.state),
            Route("/room/{code}/events", self.events),
            Route("/room/{code}/vote", self.vote, methods=["POST"]),
            Route("/room/{code}/docker", self.docker, methods=["POST"]),
            Route("/room/{code}/qr.svg", self.qr),
            Route("/room/{code}/screen", self.screen),
            Route("/room/{code}/screen/state", self.screen_state),
            Route("/room/{code}/screen/events", self.screen_events),
        ], exception_handlers=dict.fromkeys((Rejected, NoRoom, NotKept), rejected))  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the language of the page."""
        incoming = Request(scope, receive)
        with i18n.speaking(language(incoming)):
            try:
                self.guard.admit(incoming, self.network(incoming), lambda: self.owner(incoming))
            except Rejected as error:
                answer = await rejected(incoming, error)
                await answer(scope, receive, send)
                return
            with suppress(ClientDisconnect):
                await self.app(scope, receive, send)

    def network(self, incoming: Request) -> str:
        return network_of(self.client_of(incoming).address)

    # -- who asks -----------------------------------------------------------------------------

    def owner(self, incoming: Request) -> str:
        """Of the request, where it has a cookie of a room that this process knows."""
        room = self.rooms.at_hand(incoming.url.path.split("/")[2])
        return cookies.owner(incoming, room) if room else ""

    async def room(self, incoming: Request) -> Room:
        """The room of the address. Raises NoRoom, NotKept, or Rejected for who guesses codes."""
        known = self.rooms.at_hand(incoming.path_params["code"])
        if known and seat_of(incoming, known) > known.newest:  # another process gave the seat
            return await asyncio.to_thread(self.rooms.fetch, id=known.id)
        if known:
            return known
        network = self.network(incoming)
        self.guard.check(GUESSES, network)
        try:
            return await asyncio.to_thread(self.rooms.find, incoming.path_params["code"])
        except NoRoom:
            self.guard.allow(GUESSES, network)
            raise

    async def present(self, id: str) -> Room:
        """Its present state. Raises NoRoom, or NotKept."""
        known = self.rooms.at_hand(id)
        return known if known else await asyncio.to_thread(self.rooms.get, id)

    # -- pages --------------------------------------------------------------------------------

    async def ask_code(self, incoming: Request) -> Response:
        return page(incoming, render.joining())

    async def file(self, incoming: Request) -> Response:
        kind = render.FILES.get(incoming.path_params["name"])
        if kind is None:
            return Response(status_code=404)
        kept = SAFE | {"Cache-Control": "max-age=300"}
        return Response(assets.text(f"room/{incoming.path_params['name']}"), 200, kept, kind)

    async def join(self, incoming: Request) -> Response:
        """From the form with the code: to the room, where one can read what one agrees to."""
        incoming.path_params["code"] = (await form(incoming)).get("code", "")
        room = await self.room(incoming)
        return RedirectResponse(address(room), 303, SAFE)

    async def seat(self, incoming: Request) -> Response:
        room = await self.room(incoming)
        if incoming.path_params["code"] != room.code:  # the cookie is for one path
            return RedirectResponse(address(room), 303, SAFE)
        return self.seat_page(incoming, room)

    def seat_page(
        self, incoming: Request, room: Room, message: str = "", status: int = 200
    ) -> Response:
        seat = seat_of(incoming, room)
        watched = address(room) if room.seats.get(seat) else ""
        main = self.seat_state(room, seat)
        text = render.page(room.code, main, room.number, watched, message)
        return page(incoming, text, status)

    async def take_seat(self, incoming: Request) -> Response:
        room = await self.room(incoming)
        await form(incoming)
        answer = RedirectResponse(address(room), 303, SAFE)
        seat = seat_of(incoming, room)
        if not (seat and room.seats.get(seat)):
            self.guard.allow(JOINS, self.network(incoming))
            seat = await self.new_seat(room)
            cookies.give(answer, room, cookies.SEAT, seat, self.secure)
        return answer

    async def new_seat(self, room: Room) -> int:
        """Raises Rejected where there is none."""
        try:
            taken = SeatTaken(self.watching(room.id))
            after = await asyncio.wrap_future(self.rooms.send(room.id, taken))
        except Refused as refused:
            raise Rejected(409, "full") from refused
        return after.newest

    def watching(self, id: str) -> Container[object]:
        """The seats of this room that are connected to this process."""
        return {seat for room, seat in self.streams if room == id}

    async def screen(self, incoming: Request) -> Response:
        room = await self.room(incoming)
        if cookies.has_key(incoming, room):
            answer = RedirectResponse(f"{address(room)}/screen", 303, SAFE)
            cookies.give(answer, room, cookies.SCREEN, room.code, self.secure)
            return answer
        watched = f"{address(room)}/screen"
        text = render.page(room.code, self.screen_html(room), room.number, watched)
        return page(incoming, text)

    async def qr(self, incoming: Request) -> Response:
        room = await self.room(incoming)
        return Response(render.qr(self.origin + address(room)), 200, SAFE, "image/svg+xml")

    # -- states -------------------------------------------------------------------------------

    def seat_state(self, room: Room, seat: int) -> str:
        """What the seat sees now, as HTML."""
        if not room.seats.get(seat):
            return render.state(None, address(room), removed=bool(seat))
        shown = view(room, Viewer.SEAT, self.rooms.clock(), seat)
        return render.state(shown, address(room))

    def screen_html(self, room: Room) -> str:
        shown = view(room, Viewer.PROJECTOR, self.rooms.clock())
        return render.state(shown, self.origin + address(room))

    async def state(self, incoming: Request) -> Response:
        room = await self.room(incoming)
        html = self.seat_state(room, seat_of(incoming, room))
        return JSONResponse({"number": room.number, "html": html}, headers=SAFE)

    async def screen_state(self, incoming: Request) -> Response:
        room = await self.room(incoming)
        message = {"number": room.number, "html": self.screen_html(room)}
        return JSONResponse(message, headers=SAFE)

    async def events(self, incoming: Request) -> Response:
        room = await self.room(incoming)
        seat = seat_of(incoming, room)
        if not room.seats.get(seat):
            raise Rejected(403, "refused")
        bounds = {(room.id, seat): STREAMS, ("network", self.network(incoming)): OF_NETWORK}
        return self.streaming(room, seat, bounds)

    async def screen_events(self, incoming: Request) -> Response:
        """The teacher's are counted apart from all others."""
        room = await self.room(incoming)
        bounds = {(room.id, 0): PROJECTORS, ("network", self.network(incoming)): OF_NETWORK}
        if cookies.is_teachers(incoming, room):
            bounds = {(room.id, "teacher"): PROJECTORS}
        return self.streaming(room, 0, bounds)

    def streaming(self, room: Room, seat: int, bounds: Mapping[Any, int]) -> Response:
        """Raises Rejected if there are so many streams already of a viewer or network."""
        if any(self.streams[whose] >= most for whose, most in bounds.items()):
            raise Rejected(429, "too often")
        about = SAFE | {"X-Accel-Buffering": "no"}  # nginx must not keep it back
        stream = self.counted(self.stream(room.id, seat, i18n.chosen.get()), tuple(bounds))
        return EventSourceResponse(stream, ping=ALIVE, headers=about)

    async def counted(self, stream: Messages, whose: Collection[Whose]) -> Messages:
        """The same stream, counted for as long as it lasts."""
        self.streams.update(whose)
        try:
            async with aclosing(stream) as messages:
                async for message in messages:
                    yield message
        finally:
            self.streams.subtract(whose)
            self.streams += Counter()  # without those that have none

    async def stream(self, id: str, seat: int, language: str) -> Messages:
        """A message at once, and then for each state in which this viewer sees something new."""
        loop, wake = asyncio.get_running_loop(), asyncio.Event()
        viewer = Viewer.SEAT if seat else Viewer.PROJECTOR
        draw = (lambda room: self.seat_state(room, seat)) if seat else self.screen_html
        shown: object = None

        def watcher(room: Room | None) -> None:
            if room is None or face(room, viewer, seat) != shown:
                with suppress(RuntimeError):  # the server is stopping
                    loop.call_soon_threadsafe(wake.set)

        with self.rooms.watching(id, watcher), suppress(NoRoom, NotKept):
            while True:
                wake.clear()
                room = await self.present(id)
                shown = face(room, viewer, seat)
                with i18n.speaking(language):
                    message = {"number": room.number, "html": draw(room)}
                yield {"id": str(room.number), "retry": random.randint(1000, 3000),
                       "data": json.dumps(message)}  # fmt: skip
                await wake.wait()
                if not seat:
                    await asyncio.sleep(GATHER)

    # -- votes --------------------------------------------------------------------------------

    async def vote(self, incoming: Request) -> Response:
        """Received once it is on disk, or refused with the reason; the server's clock decides."""
        at = self.rooms.clock()
        room = await self.room(incoming)
        given = await form(incoming)
        seat = seat_of(incoming, room)
        self.guard.allow(VOTES, f"{room.id} {seat}")
        said, status = say("sent"), 200
        try:
            event = Voted(seat, number(given, "item"), number(given, "round"),
                          optional(given, "option"), "sure" in given, at)  # fmt: skip
            await asyncio.wrap_future(self.rooms.send(room.id, event))
        except Refused as refused:
            said, status = _(REFUSALS[refused.why]), 409
        if wants_json(incoming):  # the state comes by the stream
            return JSONResponse({"said": said}, status, SAFE)
        if status == 200:
            return RedirectResponse(address(room), 303, SAFE)
        return self.seat_page(incoming, await self.present(room.id), said, status)

    async def docker(self, incoming: Request) -> Response:
        """The seat shows the step of a docker to the teacher, or (empty) shows it no longer."""
        room = await self.room(incoming)
        name = (await form(incoming)).get("docker", "").strip()
        seat = seat_of(incoming, room)
        self.guard.allow(VOTES, f"{room.id} {seat}")
        if not room.seats.get(seat):
            raise Rejected(403, "refused")
        self.rooms.show_docker(room, seat, name if USER_NAME.fullmatch(name) else "")
        return RedirectResponse(address(room), 303, SAFE)


def language(incoming: Request) -> str:
    """As the address says, else as was chosen on the pages, or as the browser prefers."""
    asked = (incoming.query_params.get("lang", ""), incoming.cookies.get(LANGUAGE, ""))
    accepted = incoming.headers.get("accept-language", "").split(",")
    known = [code for code in asked if code in i18n.LANGUAGES]
    return (*known, i18n.preferred(one.partition(";")[0].strip() for one in accepted))[0]


def page(incoming: Request, text: str, status: int = 200) -> Response:
    """The page. A language that its address names holds for what follows, as on the pages."""
    answer = HTMLResponse(text, status, headers=SAFE)
    asked = incoming.query_params.get("lang", "")
    if asked in i18n.LANGUAGES:
        answer.set_cookie(LANGUAGE, asked, max_age=YEAR, samesite="lax")
    return answer


def wants_json(incoming: Request) -> bool:
    return "application/json" in incoming.headers.get("accept", "")


async def rejected(incoming: Request, error: Exception) -> Response:
    """Why a request is not answered, as the script wants it or as a page with the form for a
    code."""
    status, words = {NoRoom: (404, "no room"), NotKept: (503, "busy")}.get(type(error), (500, ""))
    if isinstance(error, Rejected):
        status, words = error.status, error.words
    sentence = say(words)
    if wants_json(incoming):
        return JSONResponse({"said": sentence}, status, SAFE)
    return HTMLResponse(render.joining(sentence), status, SAFE)


def number(given: dict[str, str], name: str) -> int:
    """The number in this field; 0 where there is none."""
    return optional(given, name) or 0


def optional(given: dict[str, str], name: str) -> int | None:
    text = given.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 7 else None


def is_ours(path: str) -> bool:
    """Whether a request is for a room."""
    return path == "/room" or path.startswith("/room/")
