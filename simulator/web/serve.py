"""The registry and the live view on a port: beside the page, or on a port of their own.

`pullscope app` serves all on one port: the registry stands before Streamlit, which never sees its
requests. With `streamlit run app.py` there is a second port, on this machine only.
"""

import asyncio
import json
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from simulator.live import view
from simulator.live.attempts import QUIET
from simulator.live.observer import Run
from simulator.live.record import recording
from simulator.live.sessions import Reply, Session, Sessions
from simulator.live.trouble import SPEED
from simulator.registry.serving import PortInUse, address, answered, bound, received
from simulator.web.settings import settings
from simulator.words import i18n

WATCHERS = 8
"""Pages that may watch one session at once."""
GATHER = 0.02
"""Seconds in which requests that come together become one message."""
TICK = 2.0
"""Seconds after which the coach looks again, even if nothing was asked."""
ALIVE = 15.0
"""Seconds after which a line is sent for the sake of proxies."""
CHUNK = 8192
OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
"""The session's id is the key, not the page's origin: it may be on another port."""


class Live:
    """The ASGI app: `/v2/` and `/token` for clients, `/watch/` for the page.

    `host` is how clients spell the registry; with `public` it is behind TLS, and the proxy says
    from where a request came.
    """

    def __init__(self, host: str, public: bool = False) -> None:
        self.host, self.public = host, public
        self.sessions = Sessions("https" if public else "http")
        self.watching = Starlette(routes=[
            Route("/watch/events/{id}", self.events),
            Route("/watch/runs/{id}/{number:int}", self.run),
            Route("/watch/recording/{id}/{number:int}", self.recording),
        ])  # fmt: skip

    @property
    def local(self) -> bool:
        return not self.public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/watch/"):
            await self.watching(scope, receive, send)
            return
        asked = Asked(scope, receive)
        request, head = await received(asked), asked.method == "HEAD"
        reply = await asyncio.to_thread(self.sessions.answer, request, self.came_from(asked))
        await sent(reply, head, receive, send)

    def came_from(self, asked: Asked) -> str:
        """The client's address; behind the proxy, the one that the proxy saw."""
        direct = asked.client.host if asked.client else ""
        if not self.public:
            return direct
        return asked.headers.get("x-forwarded-for", direct).rpartition(",")[2].strip() or direct

    # -- watching -----------------------------------------------------------------------------

    def session(self, asked: Asked) -> Session | None:
        return self.sessions.get(asked.path_params["id"])

    async def events(self, asked: Asked) -> Response:
        session = self.session(asked)
        if session is None or len(session.watchers) >= WATCHERS:
            return Response(status_code=404 if session is None else 429, headers=OPEN)
        stream = self.stream(session, language(asked))
        about = {**OPEN, "X-Accel-Buffering": "no"}  # nginx must not keep it back
        return StreamingResponse(stream, media_type="text/event-stream", headers=about)

    async def stream(self, session: Session, language: str) -> AsyncIterator[str]:
        """A message as soon as there is news (server-sent events)."""
        loop, wake = asyncio.get_running_loop(), asyncio.Event()

        def watcher() -> None:
            loop.call_soon_threadsafe(wake.set)

        session.watchers.add(watcher)
        shown: dict[str, Any] | None = None
        silent = 0.0
        try:
            while True:
                wake.clear()
                after = await asyncio.to_thread(self.message, session, language)
                if after != shown:
                    yield f"data: {json.dumps(view.news(shown, after))}\n\n"
                    shown, silent = after, 0.0
                elif silent > ALIVE:
                    yield ": still here\n\n"
                    silent = 0.0
                silent += await self.woken(session, wake)
        finally:
            session.watchers.discard(watcher)

    async def woken(self, session: Session, wake: asyncio.Event) -> float:
        """Wait for news, or for the silence that is news too; the seconds that passed, about."""
        session.active = self.sessions.clock()
        patience = TICK if settled(session, session.active) else QUIET / 2
        try:
            await asyncio.wait_for(wake.wait(), patience)
            await asyncio.sleep(GATHER)
        except TimeoutError:
            pass
        return patience

    def message(self, session: Session, language: str) -> dict[str, Any]:
        i18n.use(language)
        return view.message(session, self.host, self.sessions.clock())

    async def run(self, asked: Asked) -> Response:
        """An earlier run, whole, to go back to."""
        found = self.found(asked)
        with i18n.speaking(language(asked)):
            return JSONResponse(view.payload(found), headers=OPEN) if found else MISSING

    async def recording(self, asked: Asked) -> Response:
        found = self.found(asked)
        if found is None:
            return MISSING
        name = f'attachment; filename="pullscope-{found.number}.json"'
        text = json.dumps(recording(found), indent=1, ensure_ascii=False)
        about = {**OPEN, "Content-Disposition": name}
        return Response(text, media_type="application/json", headers=about)

    def found(self, asked: Asked) -> Run | None:
        session = self.session(asked)
        runs = view.runs_of(session, self.sessions.clock()) if session else ()
        return next((run for run in runs if run.number == asked.path_params["number"]), None)


def language(asked: Asked) -> str:
    """The one that the page says it is in, if there is such a one."""
    wanted = asked.query_params.get("lang", "")
    return wanted if wanted in i18n.LANGUAGES else i18n.DEFAULT


MISSING = Response(status_code=404, headers=OPEN)


def settled(session: Session, now: float) -> bool:
    """Whether the silence since the last request has been told already."""
    last = session.seen[-1] if session.seen else None
    return last is None or (not last.pending and now - last.at > 2 * QUIET)


async def sent(reply: Reply, head: bool, receive: Receive, send: Send) -> None:
    """Send the answer, slowly where the link is slow, and tell how that ended."""
    if not reply.slow or head:
        await answered(reply.response, slice(0 if head else None), send)
        reply.sent(True)
        return
    body, whole = reply.response.body, False
    headers = [(k.encode(), v.encode()) for k, v in reply.response.headers]
    gone = asyncio.create_task(left(receive))
    try:
        await send(
            {"type": "http.response.start", "status": reply.response.status, "headers": headers}
        )
        for start in range(0, len(body), CHUNK):
            if gone.done():
                return
            await asyncio.sleep(CHUNK / SPEED)
            part = {"body": body[start : start + CHUNK], "more_body": start + CHUNK < len(body)}
            await send({"type": "http.response.body", **part})
        whole = True
    finally:
        gone.cancel()
        reply.sent(whole)


async def left(receive: Receive) -> None:
    """Until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def is_ours(path: str) -> bool:
    return path in ("/v2", "/token") or path.startswith(("/v2/", "/watch/"))


class Before:
    """Middleware before Streamlit: what is for the registry never reaches it, nor its gzip."""

    def __init__(self, app: ASGIApp, live: Live) -> None:
        self.app, self.live = app, live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and is_ours(scope["path"])
        await (self.live if ours else self.app)(scope, receive, send)


# -- TLS spoken to the plain port -------------------------------------------------------------

HELLO = b"\x16\x03"
"""A TLS record with a handshake begins so (RFC 8446, section 5.1)."""


def telling(hello: Callable[[str], None]) -> type[H11Protocol]:
    """uvicorn's protocol, which also tells when a connection begins with TLS."""

    class Telling(H11Protocol):
        begun = False

        def data_received(self, data: bytes) -> None:
            if not self.begun and data.startswith(HELLO) and self.client:
                hello(self.client[0])
            self.begun = True
            super().data_received(data)

    return Telling


def quiet_server(app: ASGIApp, live: Live, **more: Any) -> uvicorn.Server:
    options: dict[str, Any] = {
        "access_log": False, "log_config": None, "log_level": logging.CRITICAL,
        "server_header": False, "timeout_graceful_shutdown": 1, "lifespan": "off", "ws": "none",
        "proxy_headers": False,
    }  # fmt: skip
    config = uvicorn.Config(app, http=telling(live.sessions.hello), **{**options, **more})
    return uvicorn.Server(config)


# -- a second port ----------------------------------------------------------------------------

PORTS = (5000, 5055, 0)
"""Tried in turn; 0 is any free one."""


def second_port() -> Live:
    """The registry on a port of its own on this machine, from a thread that lives as long as
    the process. Raises PortInUse."""
    listening = first_free()
    live = Live(address(listening))
    server = quiet_server(live, live)
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    return live


def first_free() -> socket.socket:
    for port in PORTS[:-1]:
        try:
            return bound("127.0.0.1", port)
        except PortInUse:
            continue
    return bound("127.0.0.1", PORTS[-1])


# -- one port for all -------------------------------------------------------------------------

beside: Live | None = None
"""The registry that is served beside the page in this process, if it is."""


def current() -> Live | None:
    return beside


def serve_app(host: str, port: int, public_url: str, log: Callable[[str], object]) -> None:
    """Serve page and registry on one port until interrupted. Raises PortInUse."""
    global beside
    # Streamlit takes seconds to import; the other commands do without it.
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from streamlit.web import bootstrap  # noqa: PLC0415

    from simulator.web.pages import script  # noqa: PLC0415

    with bound(host, port) as listening:
        where = address(listening)
        named = public_url.removeprefix("https://").rstrip("/")
        live = beside = Live(named or where, public=bool(public_url))
        bootstrap.load_config_options(options(where, named))
        app = st.App(script.__file__, middleware=[Middleware(Before, live=live)])
        server = quiet_server(app, live, lifespan="on", ws="websockets-sansio")
        log(f"Pullscope is at {public_url or f'http://{where}'}; stop with Ctrl-C")
        server.run(sockets=[listening])


def options(where: str, named: str) -> dict[str, Any]:
    """Streamlit's settings, and where the page is."""
    host, _colon, port = where.rpartition(":")
    place = {"server.headless": True, "server.address": host, "server.port": int(port)}
    watching = {"server.fileWatcherType": "none"}
    public = {"browser.serverAddress": named.partition(":")[0]} if named else {}
    return {**settings(), **place, **watching, **public}
