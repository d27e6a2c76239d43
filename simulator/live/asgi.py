"""The live registry as an ASGI application: clients' requests, and what the page watches."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as Incoming
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from simulator.live import standing, view
from simulator.live.attempts import QUIET
from simulator.live.learners import Learners, Session
from simulator.live.observer.run import Run
from simulator.live.record import recording
from simulator.live.sessions import Sessions
from simulator.protocol.message import Request
from simulator.registry.asgi import (
    Client,
    Delivery,
    Refused,
    RegistryApp,
    behind_proxy,
    body,
    direct,
)
from simulator.registry.model import Signer
from simulator.words import i18n

WATCHERS = 8
"""Pages that may watch one session at once."""
GATHER = 0.02
"""Seconds in which requests that come together become one message."""
SPACING = 0.1
"""Seconds between two messages to a page: a pull's requests come faster than anyone can read."""
TICK = 5.0
"""Seconds after which the coach looks again, even if nothing was asked. Each look takes 3 ms of a
processor, for each page that is open."""
ALIVE = 15.0
"""Seconds after which a line is sent for the sake of proxies."""
OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
"""The session's id is the key, not the page's origin: it may be on another port."""


class Live:
    """`/v2/` and `/token` for clients, `/watch/` for the page.

    `host` is how clients spell the registry; with `public` it is behind TLS, and the proxy says
    from where a request came.
    """

    def __init__(
        self, host: str, signer: Signer, public: bool = False, learners: Learners | None = None
    ) -> None:
        self.host, self.public = host, public
        self.sessions = Sessions("https" if public else "http", signer=signer, learners=learners)
        self.registry = RegistryApp(self.handle, client_of=behind_proxy if public else direct)
        self.watching = Starlette(routes=[
            Route("/watch/events/{id}", self.events),
            Route("/watch/runs/{id}/{number}", self.run),
            Route("/watch/recording/{id}/{number}", self.recording),
            Route(standing.PATH, self.standing, methods=["POST"]),
        ], exception_handlers={404: missing})  # fmt: skip

    @property
    def local(self) -> bool:
        return not self.public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.watching if scope["path"].startswith("/watch/") else self.registry
        await app(scope, receive, send)

    async def handle(self, request: Request, client: Client) -> Delivery:
        """The answer, from a thread: a password's hash takes its time on purpose."""
        return await asyncio.to_thread(self.sessions.answer, request, client)

    # -- watching -----------------------------------------------------------------------------

    async def session(self, incoming: Incoming) -> Session | None:
        """From a thread: it may have to be read from the database."""
        return await asyncio.to_thread(self.sessions.get, incoming.path_params["id"])

    async def events(self, incoming: Incoming) -> Response:
        session = await self.session(incoming)
        if session is None or len(session.watchers) >= WATCHERS:
            return Response(status_code=404 if session is None else 429, headers=OPEN)
        stream = self.stream(session, language(incoming))
        about = {**OPEN, "X-Accel-Buffering": "no"}  # nginx must not keep it back
        return StreamingResponse(stream, media_type="text/event-stream", headers=about)

    async def stream(self, session: Session, language: str) -> AsyncIterator[str]:
        """A message as soon as there is news (server-sent events)."""
        loop, wake = asyncio.get_running_loop(), asyncio.Event()

        def watcher() -> None:
            loop.call_soon_threadsafe(wake.set)

        session.watchers.add(watcher)
        shown: dict[str, Any] | None = None
        silent, next_at = 0.0, 0.0
        try:
            while True:
                wake.clear()
                after = await asyncio.to_thread(self.message, session, language)
                if after != shown:
                    yield f"data: {json.dumps(view.news(shown, after))}\n\n"
                    shown, silent, next_at = after, 0.0, loop.time() + SPACING
                elif silent > ALIVE:
                    yield ": still here\n\n"
                    silent = 0.0
                silent += await self.woken(session, wake)
                await asyncio.sleep(next_at - loop.time())
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
        self.sessions.in_use(session)
        self.sessions.settle()
        return view.message(session, self.host, self.sessions.clock(), self.public)

    async def run(self, incoming: Incoming) -> Response:
        """An earlier run, whole, to go back to."""
        session = await self.session(incoming)
        found = self.found(incoming, session)
        if not (found and session):
            return MISSING
        with i18n.speaking(language(incoming)):
            return JSONResponse(view.payload(found, session.lesson), headers=OPEN)

    async def recording(self, incoming: Incoming) -> Response:
        found = self.found(incoming, await self.session(incoming))
        if found is None:
            return MISSING
        name = f'attachment; filename="pullscope-{found.number}.json"'
        text = json.dumps(recording(found), indent=1, ensure_ascii=False)
        about = {**OPEN, "Content-Disposition": name}
        return Response(text, media_type="application/json", headers=about)

    async def standing(self, incoming: Incoming) -> Response:
        """To the teacher's page in another process."""
        try:
            question = await body(incoming)
        except Refused:
            return MISSING
        with i18n.speaking(language(incoming)):
            told = await asyncio.to_thread(
                standing.answered, self.sessions, question, self.host, self.public
            )
        return MISSING if told is None else JSONResponse(told)

    def found(self, incoming: Incoming, session: Session | None) -> Run | None:
        runs = view.runs_of(session, self.sessions.clock()) if session else ()
        number = incoming.path_params["number"]  # a text: of 5,000 digits Python makes no number
        return next((run for run in runs if str(run.number) == number), None)


def language(incoming: Incoming) -> str:
    """The one that the page says it is in, if there is such a one."""
    wanted = incoming.query_params.get("lang", "")
    return wanted if wanted in i18n.LANGUAGES else i18n.DEFAULT


MISSING = Response(status_code=404, headers=OPEN)


async def missing(incoming: Incoming, error: Exception) -> Response:
    """No text, so that a HEAD gets none."""
    return MISSING


def settled(session: Session, now: float) -> bool:
    """Whether the silence since the last request has been told already."""
    last = session.seen[-1] if session.seen else None
    return last is None or (not last.pending and now - last.at > 2 * QUIET)


def is_ours(path: str) -> bool:
    """Whether a request is for the registry, its token service or the live view."""
    return path in ("/v2", "/token") or path.startswith(("/v1/", "/v2/", "/watch/"))
