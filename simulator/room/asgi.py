"""Seats and projector as an ASGI application: light pages, server-sent events, and forms.

Every message is the whole state for that viewer, with its number.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Container, Mapping
from functools import lru_cache
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator import assets
from simulator.progress.keeper import NotKept
from simulator.registry.asgi import Client, behind_proxy, direct
from simulator.registry.connections import QuickGuard
from simulator.registry.rate_limit import network_of
from simulator.room import cookies, render
from simulator.room.cookies import address, seat_of
from simulator.room.guard import GUESSES, JOINS, VOTES, Guard, Rejected, form
from simulator.room.rooms import Rooms
from simulator.room.step import Refused, Room
from simulator.room.store import NoRoom
from simulator.room.streams import Audience, Drawings, Listener, Outcomes, Stream, Whose
from simulator.room.table import DockerShown, SeatTaken, Voted
from simulator.room.view import Viewer, view
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
USER_NAME = re.compile(r"[a-z0-9-]{1,40}")
"""Of *Your own docker*."""
SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

EVENTS = [(name.lower().encode(), value.encode()) for name, value in SAFE.items()] + [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),  # nginx must not keep it back
]
KEPT = 75
"""Seconds for which a connection is kept: longer than a proxy keeps its own (nginx: 60), so that it
never sends a vote into one that has just been closed. A new connection costs as much as a vote."""
SERVER: dict[str, Any] = {
    "http": QuickGuard, "limit_concurrency": 4000, "timeout_keep_alive": KEPT,
    "proxy_headers": False,
}  # fmt: skip
"""How rooms are served: each seat has a stream, and a connection for its votes."""
Answer = Callable[[Request, str], Awaitable[ASGIApp]]
"""What answers a request, with the code of its room (or the name of a file)."""


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
        self.drawings = Drawings(rooms, self.draw)
        self.audience = Audience(rooms, self.drawings)
        self.outcomes = Outcomes()
        read: Mapping[str, Answer] = {
            "": self.seat, "state": self.state, "events": self.events, "qr.svg": self.qr,
            "screen": self.screen, "screen/state": self.screen_state,
            "screen/events": self.screen_events,
        }  # fmt: skip
        sent: Mapping[str, Answer] = {
            "seat": self.take_seat, "vote": self.vote, "docker": self.docker,
        }  # fmt: skip
        self.answers = {"GET": read, "HEAD": read, "POST": sent}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the language of the page."""
        incoming = Request(scope, receive)
        with i18n.speaking(language(incoming)):
            try:
                self.guard.admit(incoming, self.network(incoming), lambda: self.owner(incoming))
                found, name = self.answer_for(incoming.method, scope["path"])
                answer: ASGIApp = await found(incoming, name)
            except ClientDisconnect:
                return
            except (Rejected, NoRoom, NotKept) as error:
                answer = rejected(incoming, error)
            await answer(scope, receive, send)

    def answer_for(self, method: str, path: str) -> tuple[Answer, str]:
        """What answers, by the path below `/room/`. No framework: a vote of a whole class comes
        within a second, and its way through one would cost more than the vote."""
        code, _slash, what = path.removeprefix("/room").removeprefix("/").partition("/")
        if code == "files" and method != "POST":
            return self.file, what
        if (code, what) == ("", "") and method != "POST":
            return self.ask_code, ""
        if (code, what) == ("join", "") and method == "POST":
            return self.join, ""
        found = self.answers.get(method, {}).get(what)
        return (found, code) if found and code else (nothing_there, "")

    def network(self, incoming: Request) -> str:
        return network_of(self.client_of(incoming).address)

    # -- who asks -----------------------------------------------------------------------------

    def owner(self, incoming: Request) -> str:
        """Of the request, where it has a cookie of a room that this process knows."""
        room = self.rooms.at_hand(self.answer_for(incoming.method, incoming.url.path)[1])
        return cookies.owner(incoming, room) if room else ""

    async def room(self, incoming: Request, code: str) -> Room:
        """The room of the address. Raises NoRoom, NotKept, or Rejected for who guesses codes."""
        known = self.rooms.at_hand(code)
        if known and seat_of(incoming, known) > known.newest:  # another process gave the seat
            return await asyncio.to_thread(self.rooms.fetch, id=known.id)
        if known:
            return known
        network = self.network(incoming)
        self.guard.check(GUESSES, network)
        try:
            return await asyncio.to_thread(self.rooms.find, code)
        except NoRoom:
            self.guard.allow(GUESSES, network)
            raise

    async def present(self, id: str) -> Room:
        """Its present state. Raises NoRoom, or NotKept."""
        known = self.rooms.at_hand(id)
        return known if known else await asyncio.to_thread(self.rooms.get, id)

    # -- pages --------------------------------------------------------------------------------

    async def ask_code(self, incoming: Request, _code: str) -> Response:
        return page(incoming, render.joining())

    async def file(self, incoming: Request, name: str) -> Response:
        kind = render.FILES.get(name)
        if kind is None:
            return Response(status_code=404)
        kept = SAFE | {"Cache-Control": "max-age=300"}
        return Response(assets.text(f"room/{name}"), 200, kept, kind)

    async def join(self, incoming: Request, _code: str) -> Response:
        """From the form with the code: to the room, where one can read what one agrees to."""
        room = await self.room(incoming, (await form(incoming)).get("code", ""))
        return RedirectResponse(address(room), 303, SAFE)

    async def seat(self, incoming: Request, code: str) -> Response:
        room = await self.room(incoming, code)
        if code != room.code:  # the cookie is for one path
            return RedirectResponse(address(room), 303, SAFE)
        return self.seat_page(incoming, room)

    def seat_page(
        self, incoming: Request, room: Room, message: str = "", status: int = 200
    ) -> Response:
        seat = seat_of(incoming, room)
        watched = address(room) if room.seats.get(seat) else ""
        main = self.drawings.of(room, Viewer.SEAT, seat).html
        text = render.page(room.code, main, room.number, watched, message, seat if watched else 0)
        return page(incoming, text, status)

    async def take_seat(self, incoming: Request, code: str) -> Response:
        room = await self.room(incoming, code)
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
            after = await self.outcomes.of(self.rooms.send(room.id, taken))
        except Refused as refused:
            raise Rejected(409, "full") from refused
        return after.newest

    def watching(self, id: str) -> Container[object]:
        """The seats of this room that are connected to this process."""
        return {one.seat for one in self.audience.listeners.get(id, ())}

    async def screen(self, incoming: Request, code: str) -> Response:
        room = await self.room(incoming, code)
        if cookies.has_key(incoming, room):
            answer = RedirectResponse(f"{address(room)}/screen", 303, SAFE)
            cookies.give(answer, room, cookies.SCREEN, room.code, self.secure)
            return answer
        watched = f"{address(room)}/screen"
        main = self.drawings.of(room, Viewer.PROJECTOR).html
        text = render.page(room.code, main, room.number, watched)
        return page(incoming, text)

    async def qr(self, incoming: Request, code: str) -> Response:
        room = await self.room(incoming, code)
        return Response(render.qr(self.origin + address(room)), 200, SAFE, "image/svg+xml")

    # -- states -------------------------------------------------------------------------------

    def draw(self, room: Room, viewer: Viewer, seat: int) -> str:
        """What this viewer sees now, as HTML; all seats of the same face see the same."""
        if viewer is Viewer.PROJECTOR:
            shown = view(room, viewer, self.rooms.clock())
            return render.state(shown, self.origin + address(room))
        if not room.seats.get(seat):
            return render.state(None, address(room), removed=bool(seat))
        return render.state(view(room, viewer, self.rooms.clock(), seat), address(room))

    async def state(self, incoming: Request, code: str) -> Response:
        room = await self.room(incoming, code)
        message = self.drawings.message(room, Viewer.SEAT, seat_of(incoming, room))
        return Response(message, headers=SAFE, media_type="application/json")

    async def screen_state(self, incoming: Request, code: str) -> Response:
        room = await self.room(incoming, code)
        message = self.drawings.message(room, Viewer.PROJECTOR)
        return Response(message, headers=SAFE, media_type="application/json")

    async def events(self, incoming: Request, code: str) -> ASGIApp:
        room = await self.room(incoming, code)
        seat = seat_of(incoming, room)
        if not room.seats.get(seat):
            raise Rejected(403, "refused")
        bounds: dict[Whose, int] = {
            (room.id, seat): STREAMS, ("network", self.network(incoming)): OF_NETWORK,
        }  # fmt: skip
        return self.streaming(Listener(room.id, Viewer.SEAT, seat), bounds)

    async def screen_events(self, incoming: Request, code: str) -> ASGIApp:
        """The teacher's are counted apart from all others."""
        room = await self.room(incoming, code)
        bounds: dict[Whose, int] = {
            (room.id, 0): PROJECTORS, ("network", self.network(incoming)): OF_NETWORK,
        }  # fmt: skip
        if cookies.is_teachers(incoming, room):
            bounds = {(room.id, "teacher"): PROJECTORS}
        return self.streaming(Listener(room.id, Viewer.PROJECTOR, 0), bounds)

    def streaming(self, listener: Listener, bounds: Mapping[Whose, int]) -> ASGIApp:
        """Raises Rejected if there are so many streams already of a viewer or network."""
        if any(self.audience.streams[whose] >= most for whose, most in bounds.items()):
            raise Rejected(429, "too often")
        return Stream(self.audience, listener, tuple(bounds), EVENTS)

    # -- votes --------------------------------------------------------------------------------

    async def vote(self, incoming: Request, code: str) -> Response:
        """Received once it is on disk, or refused with the reason; the server's clock decides."""
        at = self.rooms.clock()
        room = await self.room(incoming, code)
        given = await form(incoming)
        seat = seat_of(incoming, room)
        self.guard.allow(VOTES, f"{room.id} {seat}")
        said, status = say("sent"), 200
        try:
            event = Voted(seat, number(given, "item"), number(given, "round"),
                          optional(given, "option"), "sure" in given, at)  # fmt: skip
            await self.outcomes.of(self.rooms.send(room.id, event))
        except Refused as refused:
            said, status = _(REFUSALS[refused.why]), 409
        if wants_json(incoming):  # the state comes by the stream
            return JSONResponse({"said": said}, status, SAFE)
        if status == 200:
            return RedirectResponse(address(room), 303, SAFE)
        return self.seat_page(incoming, await self.present(room.id), said, status)

    async def docker(self, incoming: Request, code: str) -> Response:
        """The seat shows the step of a docker to the teacher, or (empty) shows it no longer."""
        room = await self.room(incoming, code)
        name = (await form(incoming)).get("docker", "").strip()
        seat = seat_of(incoming, room)
        self.guard.allow(VOTES, f"{room.id} {seat}")
        event = DockerShown(seat, name if USER_NAME.fullmatch(name) else "")
        try:
            await self.outcomes.of(self.rooms.send(room.id, event))
        except Refused as refused:
            raise Rejected(403, "refused") from refused
        return RedirectResponse(address(room), 303, SAFE)


def language(incoming: Request) -> str:
    """As the address says, else as was chosen on the pages, or as the browser prefers."""
    asked = incoming.query_params.get("lang", "") if incoming.scope["query_string"] else ""
    chosen = incoming.cookies.get(LANGUAGE, "")
    return spoken(asked, chosen, incoming.headers.get("accept-language", ""))


@lru_cache(maxsize=1000)
def spoken(asked: str, chosen: str, accepted: str) -> str:
    known = [code for code in (asked, chosen) if code in i18n.LANGUAGES]
    wanted = (one.partition(";")[0].strip() for one in accepted.split(","))
    return (*known, i18n.preferred(wanted))[0]


def page(incoming: Request, text: str, status: int = 200) -> Response:
    """The page. A language that its address names holds for what follows, as on the pages."""
    answer = HTMLResponse(text, status, headers=SAFE)
    asked = incoming.query_params.get("lang", "")
    if asked in i18n.LANGUAGES:
        answer.set_cookie(LANGUAGE, asked, max_age=YEAR, samesite="lax")
    return answer


def wants_json(incoming: Request) -> bool:
    return "application/json" in incoming.headers.get("accept", "")


async def nothing_there(incoming: Request, _name: str) -> Response:
    return Response(status_code=404, headers=SAFE)


def rejected(incoming: Request, error: Exception) -> Response:
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
