"""The mock registry on a port: a thin server around `registry.respond`.

Real clients pull from it without knowing. Nothing is decided here but what only a server can
do: bind a port, name its own token service, break a connection where the answer is cut, and
refuse what is too large, too slow or too often.
"""

import asyncio
import logging
import math
import os
import socket
import threading
from asyncio import TimerHandle, Transport
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import h11
import uvicorn
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Asked
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from simulator.protocol.authorization import Authorization
from simulator.protocol.hosts import is_loopback
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.reference import HOST
from simulator.registry.answer import TEXT, error, part_of, reply, respond
from simulator.registry.model import Auth, Registry
from simulator.registry.rate_limit import Limiter, Rate

LIMIT = 65_536
"""Bytes of a request's body that are read: a token form is far smaller."""
HEAD_LIMIT = 32_768
"""Bytes of a request's line and headers; a token has a thousand or two."""
PATIENCE = 10.0
"""Seconds in which a request must have arrived."""
STALLED = 30.0
"""Seconds in which a client must take the next piece of an answer."""
PIECE = 262_144
"""Bytes of an answer that are on their way to one client at a time."""
CONNECTIONS = 500
"""At once; one more is told to come back (503)."""
REMEMBERED = 500
"""Exchanges that are kept."""
FORM = "application/x-www-form-urlencoded"
HIDDEN = frozenset({"authorization", "cookie", "host", "proxy-authorization"})
"""Headers that are not kept: secrets, and the host, which is in the URL."""


class PortInUse(ValueError):
    """The address cannot be bound."""


class Refused(Exception):
    """A request that does not reach the registry, with what to answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass
class Served:
    """A registry that is being served; `registry` changes as limited faults strike.

    What was exchanged is remembered for a while, without secrets and without a blob's bytes.
    """

    registry: Registry
    host: str
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    log: Callable[[str], object] | None = None
    limiter: Limiter | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> tuple[Response, slice]:
        """The answer, and which bytes of its body to send."""
        with self.lock:
            known = addressed(self.registry, request)
            response, window = respond(request, known)
            fault = self.registry.fault(*part_of(request, known))
            self.registry = self.registry.after(fault) if fault else self.registry
            self.exchanges.append(remembered(Exchange(request, response)))
        if self.log:
            self.log(f"{request.method} {request.path} -> {response.status}")
        return response, window

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope, receive)
        try:
            self.admit(asked)
            response, window = self.answer(await received(asked))
        except Refused as refused:
            response, window = refused.answer, slice(0 if asked.method == "HEAD" else None)
        except ClientDisconnect:
            return
        await answered(response, window, send)

    def admit(self, asked: Asked) -> None:
        """Raises Refused for a client that asks too often (distribution spec, code-14)."""
        client = asked.client.host if asked.client else ""
        wait = self.limiter.wait(client) if self.limiter else 0
        if wait:
            seconds = str(math.ceil(wait))
            said = f"too many requests: wait {seconds} s, then try again"
            later = ("Retry-After", seconds)
            raise Refused(error(429, "TOOMANYREQUESTS", said, None, later))


def addressed(registry: Registry, request: Request) -> Registry:
    """The registry as this client reached it: its token service is at the same address."""
    if registry.auth is not Auth.BEARER or registry.realm.startswith(("http://", "https://")):
        return registry
    realm = f"{urlsplit(request.url).scheme}://{request.host}/token"
    return replace(registry, realm=realm, service=registry.service or "pullscope")


def remembered(exchange: Exchange) -> Exchange:
    kept = exchange.masked()
    if "/blobs/" in kept.request.path and isinstance(kept.answer, Response):
        return replace(kept, answer=replace(kept.answer, body=b""))
    return kept


# -- what was asked ---------------------------------------------------------------------------


async def received(asked: Asked) -> Request:
    """What was asked, as a value. Raises Refused for what is no request, or too much of one."""
    target = target_of(asked)
    size = len(target) + sum(len(k) + len(v) for k, v in asked.headers.raw)
    if size > HEAD_LIMIT:
        said = f"a request's line and headers may have {HEAD_LIMIT} bytes together\n"
        raise Refused(reply(431, TEXT, said.encode()))
    headers = tuple((k.title(), v) for k, v in asked.headers.items() if k not in HIDDEN)
    form: tuple[tuple[str, str], ...] = ()
    if asked.headers.get("content-type", "").startswith(FORM):
        form = tuple(parse_qsl((await body(asked)).decode("utf-8", "replace")))
    elif asked.method not in ("GET", "HEAD") and "expect" not in asked.headers:
        with suppress(Refused):  # so that who is still sending hears the answer
            await body(asked)
    sent = Authorization.parse(asked.headers.get("authorization"))
    url = f"{asked.scope['scheme']}://{host_of(asked)}{target}"
    return Request(asked.method, url, headers, sent, form)


def target_of(asked: Asked) -> str:
    """Path and query, as they were sent, per cent signs and all. (A proxy is sent a whole URL.)"""
    path = str((asked.scope.get("raw_path") or asked.scope["path"].encode()).decode("latin-1"))
    query = str(asked.scope["query_string"].decode("latin-1"))
    if path.startswith(("http://", "https://")):
        path = "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
    if not path.startswith("/"):
        said = b"a request names a path that begins with a slash\n"
        raise Refused(reply(400, TEXT, said))
    return path.replace("#", "%23") + (f"?{query}" if query else "").replace("#", "%23")


def host_of(asked: Asked) -> str:
    """The host is put into the challenge, so one that is no host is not believed."""
    named = asked.headers.get("host", "")
    try:
        _ = urlsplit(f"http://{named}/").port
    except ValueError:
        return "localhost"
    return named if HOST.fullmatch(named) else "localhost"


async def body(asked: Asked) -> bytes:
    """Raises Refused where it is too large, or takes too long to come."""
    read = b""
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in asked.stream():
                read += chunk
                if len(read) > LIMIT:
                    said = f"a request's body may have {LIMIT} bytes"
                    raise Refused(error(413, "SIZE_INVALID", said))
    except TimeoutError:
        said = f"the request's body did not arrive within {PATIENCE:.0f} s\n"
        raise Refused(reply(408, TEXT, said.encode())) from None
    return read


# -- what is answered -------------------------------------------------------------------------


async def answered(response: Response, window: slice, send: Send) -> None:
    """Send it. A cut answer announces all its bytes, sends some, and ends the connection.

    A large body goes out in pieces, none of them copied from what is stored before its turn.
    """
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    whole = memoryview(response.body)[window]
    starts = range(0, len(whole), PIECE)[:-1]
    for start in starts:
        await send(piece(whole[start : start + PIECE], True))
        await asyncio.sleep(0)  # others have their turn, and we hear of a client that is gone
    await send(piece(whole[len(starts) * PIECE :], response.cut))


def piece(data: memoryview, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


class Patient(H11Protocol):
    """HTTP as uvicorn speaks it, and an end to waiting for those who do not do their part.

    Some open connections and send nothing, or a header line now and then; some never read what
    they asked for. Each would hold a connection, and the pieces of an answer, for ever.
    """

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        self.timers: dict[float, TimerHandle] = {}
        super().connection_made(transport)
        self.watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.watch()

    def watch(self) -> None:
        """The time runs while no request is being answered; a part of one does not stop it."""
        busy = self.cycle is not None and not self.cycle.response_complete
        self.stop(PATIENCE) if busy else self.start(PATIENCE)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.start(STALLED)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stop(STALLED)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.stop(PATIENCE)
        self.stop(STALLED)

    def start(self, seconds: float) -> None:
        """Hang up after so many seconds, counted from the first time that this was said."""
        if seconds not in self.timers:
            self.timers[seconds] = self.loop.call_later(seconds, self.transport.abort)

    def stop(self, seconds: float) -> None:
        timer = self.timers.pop(seconds, None)
        if timer:
            timer.cancel()

    def send_400_response(self, msg: str) -> None:
        """Where an answer has begun, or may have no body, there is no place for uvicorn's."""
        with suppress(h11.LocalProtocolError):
            super().send_400_response(msg)
        self.transport.close()
        if self.cycle is not None:
            self.cycle.disconnected = True


# -- the port ---------------------------------------------------------------------------------


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortInUse with a sentence."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        made = listening_at(host, port)
    except OSError as error:
        number = error.errno or 0  # a name that does not resolve has a negative one
        why = os.strerror(number).lower() if number > 0 else NO_ADDRESS
    except ValueError as error:
        why = str(error)
    else:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
    raise PortInUse(f"cannot listen at {where}: {why}; choose another with --port or --host")


NO_ADDRESS = "that is no address of this machine"


def listening_at(host: str, port: int) -> socket.socket:
    """Raises OSError, or ValueError where host or port cannot be right."""
    if not 0 <= port <= 65_535:
        raise ValueError("a port is a number from 0 (any free one) to 65535")
    if not HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise ValueError(NO_ADDRESS)  # an empty one would be every address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def address(listening: socket.socket) -> str:
    """`host:port`, as it stands in an image's name."""
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def server_of(served: Served) -> uvicorn.Server:
    """Quiet: a cut connection is our intention, not an error to report."""
    config = uvicorn.Config(
        served, access_log=False, log_config=None, log_level=logging.CRITICAL, lifespan="off",
        server_header=False, timeout_graceful_shutdown=1, http=Patient, ws="none",
        h11_max_incomplete_event_size=HEAD_LIMIT, limit_concurrency=CONNECTIONS,
    )  # fmt: skip
    return uvicorn.Server(config)


def limiter_for(host: str, rate: Rate | None) -> Limiter | None:
    """With this rate; by default, where others than this machine reach us, with the usual one."""
    if rate is None and is_loopback(host):
        return None
    return Limiter(rate or Rate())


def serve(
    registry: Registry,
    host: str = "127.0.0.1",
    port: int = 5000,
    log: Callable[[str], object] | None = None,
    rate: Rate | None = None,
) -> None:
    """Serve until interrupted. Raises PortInUse."""
    with bound(host, port) as listening:
        served = Served(registry, address(listening), log=log, limiter=limiter_for(host, rate))
        if log:
            log(f"Serving at {served.host}; stop with Ctrl-C")
        with suppress(KeyboardInterrupt):
            server_of(served).run(sockets=[listening])


@contextmanager
def running(
    registry: Registry, host: str = "127.0.0.1", port: int = 0, rate: Rate | None = None
) -> Iterator[Served]:
    """The registry served from a thread; port 0 takes a free one. Raises PortInUse."""
    with bound(host, port) as listening:
        served = Served(registry, address(listening), limiter=limiter_for(host, rate))
        server = server_of(served)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join()
