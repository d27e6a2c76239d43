"""The mock registry on a port: a thin server around `registry.handle`.

Real clients pull from it without knowing. Nothing is decided here but what only a server can
do: bind a port, name its own token service, and break a connection where the answer is cut.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from simulator.oci import HOST
from simulator.registry import handle, part_of
from simulator.wire import Authorization, Exchange, Request, Response
from simulator.world import Auth, Registry

LIMIT = 65_536
"""Bytes of a request's body that are read: a token form is far smaller."""
FORM = "application/x-www-form-urlencoded"
HIDDEN = frozenset({"authorization", "cookie", "host", "proxy-authorization"})
"""Headers that are not kept: secrets, and the host, which is in the URL."""


class PortInUse(ValueError):
    """The address cannot be bound."""


@dataclass
class Served:
    """A registry that is being served; `registry` changes as limited faults strike."""

    registry: Registry
    host: str
    exchanges: list[Exchange] = field(default_factory=list)
    log: Callable[[str], object] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Response:
        """The answer, remembered without secrets and without a blob's bytes."""
        with self.lock:
            known = addressed(self.registry, request.host)
            response = handle(request, known)
            fault = self.registry.fault(*part_of(request, known))
            self.registry = self.registry.after(fault) if fault else self.registry
            self.exchanges.append(remembered(Exchange(request, response)))
        if self.log:
            self.log(f"{request.method} {request.path} -> {response.status}")
        return response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await received(Asked(scope, receive))
        await answered(self.answer(request), request.method == "HEAD", send)


def addressed(registry: Registry, host: str) -> Registry:
    """The registry as this client reached it: its token service is at the same address."""
    if registry.auth is not Auth.BEARER or registry.realm.startswith(("http://", "https://")):
        return registry
    return replace(registry, realm=f"http://{host}/token", service=registry.service or "pullscope")


def remembered(exchange: Exchange) -> Exchange:
    kept = exchange.masked()
    if "/blobs/" in kept.request.path and isinstance(kept.answer, Response):
        return replace(kept, answer=replace(kept.answer, body=b""))
    return kept


async def received(asked: Asked) -> Request:
    """What was asked, as a value. The path stays as it was sent, per cent signs and all.

    The host is put into the challenge, so one that is no host is not believed.
    """
    raw = asked.scope.get("raw_path") or asked.scope["path"].encode()
    query = asked.scope["query_string"].decode("latin-1")
    named = asked.headers.get("host", "")
    host = named if HOST.fullmatch(named) else "localhost"
    url = f"http://{host}{raw.decode('latin-1')}" + (f"?{query}" if query else "")
    headers = tuple((k.title(), v) for k, v in asked.headers.items() if k not in HIDDEN)
    form: tuple[tuple[str, str], ...] = ()
    if asked.headers.get("content-type", "").startswith(FORM):
        form = tuple(parse_qsl((await body(asked)).decode("utf-8", "replace")))
    sent = Authorization.parse(asked.headers.get("authorization"))
    return Request(asked.method, url, headers, sent, form)


async def body(asked: Asked) -> bytes:
    read = b""
    async for chunk in asked.stream():
        read += chunk
        if len(read) > LIMIT:
            return b""
    return read


async def answered(response: Response, head: bool, send: Send) -> None:
    """Send it. A cut answer announces all its bytes, sends some, and ends the connection."""
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    content = b"" if head else response.body
    await send({"type": "http.response.body", "body": content, "more_body": response.cut})


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
        Starlette(routes=[Mount("/", app=served)]),
        access_log=False, log_config=None, log_level=logging.CRITICAL, lifespan="off",
        server_header=False, timeout_graceful_shutdown=1, http="h11", ws="none",
    )  # fmt: skip
    return uvicorn.Server(config)


def serve(
    registry: Registry,
    host: str = "127.0.0.1",
    port: int = 5000,
    log: Callable[[str], object] | None = None,
) -> None:
    """Serve until interrupted. Raises PortInUse."""
    with bound(host, port) as listening:
        served = Served(registry, address(listening), log=log)
        if log:
            log(f"Serving at {served.host}; stop with Ctrl-C")
        with suppress(KeyboardInterrupt):
            server_of(served).run(sockets=[listening])


@contextmanager
def running(registry: Registry, host: str = "127.0.0.1", port: int = 0) -> Iterator[Served]:
    """The registry served from a thread; port 0 takes a free one. Raises PortInUse."""
    with bound(host, port) as listening:
        served = Served(registry, address(listening))
        server = server_of(served)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join()
