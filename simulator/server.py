"""The mock registry on a port: a thin server around `registry.handle`.

Real clients pull from it without knowing. Nothing is decided here but what only a server can
do: bind a port, name its own token service, and break a connection where the answer is cut.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from simulator.registry import handle, part_of
from simulator.wire import Authorization, Exchange, Request, Response
from simulator.world import Auth, Registry

LIMIT = 65_536
"""Bytes of a request's body that are read: a token form is far smaller."""
FORM = "application/x-www-form-urlencoded"
HIDDEN = frozenset({"authorization", "host"})


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
    """What was asked, as a value. The path stays as it was sent, per cent signs and all."""
    raw = asked.scope.get("raw_path") or asked.scope["path"].encode()
    query = asked.scope["query_string"].decode("latin-1")
    host = asked.headers.get("host", "localhost")
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
    try:
        made = socket.create_server((host, port), backlog=128)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise PortInUse(
            f"cannot listen at {host}:{port}: {why.lower()}; choose another with --port or --host"
        ) from None
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def server_of(served: Served) -> uvicorn.Server:
    """Quiet: a cut connection is our intention, not an error to report."""
    config = uvicorn.Config(
        Starlette(routes=[Mount("/", app=served)]),
        access_log=False, log_config=None, log_level=logging.CRITICAL, lifespan="off",
        server_header=False, timeout_graceful_shutdown=1,
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
        served = Served(registry, f"{host}:{listening.getsockname()[1]}", log=log)
        if log:
            log(f"Serving at {served.host}; stop with Ctrl-C")
        server_of(served).run(sockets=[listening])


@contextmanager
def running(registry: Registry, host: str = "127.0.0.1", port: int = 0) -> Iterator[Served]:
    """The registry served from a thread; port 0 takes a free one. Raises PortInUse."""
    with bound(host, port) as listening:
        served = Served(registry, f"{host}:{listening.getsockname()[1]}")
        server = server_of(served)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join()
