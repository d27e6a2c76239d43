"""The registry as an ASGI application, with its guards: one for all servers.

A `Handler` decides what is answered. Here is what only a server can do: read a request within
bounds of size and time, limit how often a client asks, send an answer whole, cut or slowly, and
log failures of our own without what the client sent.
"""

import asyncio
import logging
import math
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import ClientDisconnect
from starlette.requests import Request as Incoming
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request, Response
from simulator.protocol.reference import HOST
from simulator.registry.ranges import WHOLE
from simulator.registry.rate_limit import Limiter, network_of
from simulator.registry.replies import TEXT, error, reply

LOG = logging.getLogger(__name__)
BODY_LIMIT = 65_536
"""Bytes of a request's body that are read: a token form is far smaller."""
HEAD_LIMIT = 32_768
"""Bytes of a request's line and headers; a token has a thousand or two."""
REQUEST_SECONDS = 10.0
"""Seconds in which a request must have arrived, its head as well as its body."""
PIECE = 262_144
"""Bytes of an answer that are on their way to one client at a time."""
SLOW_PIECE = 8192
"""The same where the link is slow."""
FORM = "application/x-www-form-urlencoded"
HIDDEN = frozenset({"authorization", "cookie", "host", "proxy-authorization"})
"""Headers that are not kept: secrets, and the host, which is in the URL."""


@dataclass(frozen=True)
class Client:
    """Where a request comes from. `connection` is the same for requests of one connection."""

    address: str = ""
    connection: str = ""


@dataclass(frozen=True)
class Delivery:
    """What to send: a response, which bytes of its body, and at how many bytes a second.

    `done` is called once, with whether the client took all of it.
    """

    response: Response
    window: slice = field(default_factory=lambda: WHOLE)
    speed: int | None = None
    done: Callable[[bool], None] = lambda whole: None


Handler = Callable[[Request, Client], Awaitable[Delivery]]


class Refused(Exception):
    """A request that does not reach the registry, with what to answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def direct(incoming: Incoming) -> Client:
    """The other end of the connection."""
    if incoming.client is None:
        return Client()
    host, port = incoming.client
    return Client(host, f"{host} {port}")


def behind_proxy(incoming: Incoming) -> Client:
    """The client that the proxy in front saw: the last address that it wrote down, and the port if
    it is configured to pass that on."""
    seen = direct(incoming)
    address = incoming.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    port = incoming.headers.get("x-real-port", "")
    connection = f"{address} {port}" if port.isdecimal() and len(port) < 6 else ""
    return Client(address, connection) if address else seen


@dataclass
class RegistryApp:
    """Guards a request, has it handled, and sends the answer."""

    handle: Handler
    limiter: Limiter | None = None
    client_of: Callable[[Incoming], Client] = direct
    takes: Callable[[Request], int] = lambda request: 0
    """How many bytes of content this request may bring; 0 for none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope, receive)
        client = self.client_of(incoming)
        try:
            self.admit(client)
            request = await received(incoming, self.takes)
            delivery = await self.handle(request, client)
        except Refused as refused:
            delivery = Delivery(refused.answer)
        except ClientDisconnect:
            return
        if incoming.method == "HEAD":
            delivery = replace(delivery, window=slice(0))
        await deliver(delivery, receive, send)

    def admit(self, client: Client) -> None:
        """Raises Refused for a client that asks too often (distribution spec, code-14)."""
        wait = self.limiter.wait(network_of(client.address)) if self.limiter else 0
        if wait:
            seconds = str(math.ceil(wait))
            said = f"too many requests: wait {seconds} s, then try again"
            raise Refused(error("TOOMANYREQUESTS", ("Retry-After", seconds), message=said))


def logged(app: ASGIApp) -> ASGIApp:
    """The application, whose unexpected failures in a request are logged and answered with 500.

    The log has the kind of the failure and where it happened: what the client sent may be secret,
    and a message may repeat it.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noticed(message: Any) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await app(scope, receive, noticed)
        except Exception as failure:
            if scope["type"] != "http":
                raise
            where = "".join(traceback.format_tb(failure.__traceback__))
            LOG.error("%s while answering a request\n%s", type(failure).__name__, where)
            if not begun:
                await deliver(Delivery(error("UNKNOWN")), receive, send)

    return guarded


# -- what was asked ---------------------------------------------------------------------------


async def received(
    incoming: Incoming, takes: Callable[[Request], int] = lambda request: 0
) -> Request:
    """The request as a value. Raises Refused for one that is malformed or too large."""
    request = head(incoming)
    limit = takes(request)
    if limit:
        return replace(request, payload=await body(incoming, limit, patient=True))
    if incoming.headers.get("content-type", "").startswith(FORM):
        form = tuple(parse_qsl((await body(incoming)).decode("utf-8", "replace")))
        return replace(request, form=form)
    if incoming.method not in ("GET", "HEAD") and "expect" not in incoming.headers:
        with suppress(Refused):  # so that who is still sending hears the answer
            await body(incoming)
    return request


def head(incoming: Incoming) -> Request:
    """The request without its body. Raises Refused."""
    path = target_of(incoming)
    size = len(path) + sum(len(k) + len(v) for k, v in incoming.headers.raw)
    if size > HEAD_LIMIT:
        raise Refused(reply(431, TEXT, HEAD_TOO_LARGE))
    headers = tuple((k.title(), v) for k, v in incoming.headers.items() if k not in HIDDEN)
    sent = Authorization.parse(incoming.headers.get("authorization"))
    url = f"{incoming.scope['scheme']}://{host_of(incoming)}{path}"
    return Request(incoming.method, url, headers, sent)


HEAD_TOO_LARGE = f"a request's line and headers may have {HEAD_LIMIT} bytes together\n".encode()


def target_of(incoming: Incoming) -> str:
    """Path and query, as they were sent, per cent signs and all. (A proxy is sent a whole URL.)"""
    raw = incoming.scope.get("raw_path") or incoming.scope["path"].encode()
    path, query = str(raw.decode("latin-1")), str(incoming.scope["query_string"].decode("latin-1"))
    if path.startswith(("http://", "https://")):
        path = "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
    if not path.startswith("/"):
        said = b"a request names a path that begins with a slash\n"
        raise Refused(reply(400, TEXT, said))
    return path.replace("#", "%23") + (f"?{query}" if query else "").replace("#", "%23")


def host_of(incoming: Incoming) -> str:
    """The host is put into the challenge, so one that is no host is not believed."""
    named = incoming.headers.get("host", "")
    try:
        _ = urlsplit(f"http://{named}/").port
    except ValueError:
        return "localhost"
    return named if HOST.fullmatch(named) else "localhost"


async def body(incoming: Incoming, limit: int = BODY_LIMIT, patient: bool = False) -> bytes:
    """Raises Refused where it is too large, or takes too long to come: the whole, or (patient)
    each part of it."""
    arrived = BytesIO()  # unlike joined parts, what it holds is not copied at the end
    try:
        async with asyncio.timeout(REQUEST_SECONDS) as patience:
            async for chunk in incoming.stream():
                arrived.write(chunk)
                if arrived.tell() > limit:
                    said = f"a request's body may have {limit} bytes"
                    raise Refused(error("SIZE_INVALID", message=said, status=413))
                if patient:
                    patience.reschedule(asyncio.get_running_loop().time() + REQUEST_SECONDS)
    except TimeoutError:
        said = f"the request's body did not arrive within {REQUEST_SECONDS:.0f} s\n"
        raise Refused(reply(408, TEXT, said.encode())) from None
    return arrived.getvalue()


# -- what is answered -------------------------------------------------------------------------


async def deliver(delivery: Delivery, receive: Receive, send: Send) -> None:
    """Send it. A cut answer announces all its bytes, sends some, and ends the connection."""
    response, whole = delivery.response, False
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in response.headers]
    data = memoryview(response.body)[delivery.window]
    speed = delivery.speed if data else None
    gone = asyncio.create_task(disconnected(receive)) if speed else None
    try:
        await send(
            {"type": "http.response.start", "status": response.status, "headers": headers}
        )
        whole = await sent(data, response.cut, speed, gone, send)
    finally:
        if gone:
            gone.cancel()
        delivery.done(whole)


async def sent(
    data: memoryview, cut: bool, speed: int | None, gone: "asyncio.Task[None] | None", send: Send
) -> bool:
    """Send the bytes in pieces, none of them copied before its turn. Whether all were sent."""
    size = SLOW_PIECE if speed else PIECE
    starts = range(0, len(data), size) or range(1)
    for start in starts:
        if gone and gone.done():
            return False
        if speed:
            await asyncio.sleep(size / speed)
        last = start == starts[-1]
        piece = {"body": data[start : start + size], "more_body": not last or cut}
        await send({"type": "http.response.body", **piece})
        await asyncio.sleep(0)  # others have their turn, and we hear of a client that is gone
    return not cut


async def disconnected(receive: Receive) -> None:
    """Until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
