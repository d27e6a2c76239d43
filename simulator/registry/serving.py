"""The mock registry on a port: what only a process can do, and nothing else.

It binds a port, starts uvicorn (here and nowhere else), reads the clock and the secret that signs
tokens. Real clients pull from the registry without knowing that it is ours.
"""

import logging
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from secrets import token_bytes, token_hex
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from simulator.protocol.hosts import is_loopback
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.reference import HOST
from simulator.protocol.target import Kind
from simulator.registry.answer import respond
from simulator.registry.asgi import (
    HEAD_LIMIT,
    Client,
    Delivery,
    RegistryApp,
    behind_proxy,
    direct,
    logged,
)
from simulator.registry.connections import noticing_tls
from simulator.registry.model import PUBLISHED, Auth, Registry, Signer
from simulator.registry.rate_limit import Limiter, Rate
from simulator.registry.routes import before_the_route
from simulator.registry.writing import WRITES

CONNECTIONS = 500
"""At once; one more gets 503 and can come back."""
REMEMBERED = 500
"""Exchanges that are kept."""
SECRET = "PULLSCOPE_SECRET"
"""The variable with the secret that several processes share."""
SHORTEST_SECRET = 32
"""Characters of it."""


class PortInUse(ValueError):
    """The address cannot be bound."""


class InvalidSecret(ValueError):
    """The secret of the environment is too short to sign with."""


@dataclass
class Served:
    """A registry that is being served. `registry` is as the last answer left it.

    Exchanges are remembered for a while, without secrets and without a blob's bytes.
    """

    registry: Registry
    host: str
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    log: Callable[[str], object] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    public: str = ""
    """The https address of the proxy before it; empty where there is none."""

    def __post_init__(self) -> None:
        if self.registry.signer == PUBLISHED:
            self.registry = replace(self.registry, signer=signer())

    def app(self, limiter: Limiter | None) -> RegistryApp:
        reached = behind_proxy if self.public else direct
        return RegistryApp(self.handle, limiter, reached, takes=self.takes)

    def takes(self, request: Request) -> int:
        """How much a push may bring: of those who may push, until the registry is full."""
        registry = addressed(self.registry, request)
        kind = request.target.kind
        writes = registry.writable and (request.method, kind) in WRITES and request.method != "GET"
        if not writes or before_the_route(request, registry, None):
            return 0
        largest = LARGEST_MANIFEST if kind is Kind.MANIFEST else LARGEST_PIECE
        return min(largest, max(MOST_UPLOADED - uploaded(registry), 1))

    async def handle(self, request: Request, client: Client) -> Delivery:
        request = as_public(request, self.public)
        with self.lock:
            told = respond(request, addressed(self.registry, request))
            self.registry = replace(self.registry, **kept_of(told.registry))
            self.exchanges.append(remembered(Exchange(request, told.response)))
        if self.log:
            self.log(f"{request.method} {request.path} -> {told.response.status}")
        return Delivery(told.response, told.window)


def as_public(request: Request, public: str) -> Request:
    """The request as the client sent it to the proxy."""
    if not public:
        return request
    return replace(request, url=public + request.url.partition(request.host)[2])


LARGEST_PIECE = 1 << 30
"""Bytes of a blob that one request may bring; clients send a layer in one piece."""
LARGEST_MANIFEST = 4 << 20
"""Bytes of a manifest; the distribution specification asks registries to take as many."""
MOST_UPLOADED = 4 << 30
"""Bytes that a registry takes in all: it keeps them in memory."""


def uploaded(registry: Registry) -> int:
    """The bytes of all blobs, manifests and uploads."""
    sizes: dict[str, int] = {}
    for held in registry.repositories.values():
        sizes |= {digest: len(blob.data) for digest, blob in held.blobs.items()}
        sizes |= {digest: len(manifest.data) for digest, manifest in held.manifests.items()}
    return sum(sizes.values()) + sum(one.size for one in registry.uploads.values())


def kept_of(after: Registry) -> dict[str, Any]:
    """What an answer changes in a registry: not how this client happened to reach it."""
    return {
        "repositories": after.repositories, "faults": after.faults,
        "uploads": after.uploads, "started": after.started, "limit": after.limit,
    }  # fmt: skip


def addressed(registry: Registry, request: Request) -> Registry:
    """The registry as this client reached it: the time is now, and its token service is at the
    same address unless it has one of its own."""
    now = int(time.time()) if registry.now is None else registry.now
    registry = replace(registry, now=now, drawn=token_hex(8))
    if registry.auth is not Auth.BEARER or registry.realm.startswith(("http://", "https://")):
        return registry
    realm = f"{urlsplit(request.url).scheme}://{request.host}/token"
    return replace(registry, realm=realm, service=registry.service or "pullscope")


def remembered(exchange: Exchange) -> Exchange:
    kept = exchange.masked()
    kept = replace(kept, request=replace(kept.request, payload=b""))
    if kept.request.target.kind is Kind.BLOB and isinstance(kept.answer, Response):
        return replace(kept, answer=replace(kept.answer, body=b""))
    return kept


@cache
def signer() -> Signer:
    """What signs this process's tokens: from the environment, or random. Raises InvalidSecret."""
    shared = os.environ.get(SECRET, "")
    if shared and len(shared) < SHORTEST_SECRET:
        raise InvalidSecret(f"{SECRET} needs {SHORTEST_SECRET} characters or more")
    return Signer(shared.encode() or token_bytes(32))


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
    """`host:port`, as in an image's name."""
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def server(
    app: ASGIApp, hello: Callable[[str], None] | None = None, **more: Any
) -> uvicorn.Server:
    """uvicorn with all guards. `hello` hears from where TLS was spoken to the plain port.

    uvicorn's own log is off: a cut connection is our intention, not an error to report.
    """
    options: dict[str, Any] = {
        "access_log": False, "log_config": None, "log_level": logging.CRITICAL,
        "server_header": False, "timeout_graceful_shutdown": 1, "lifespan": "off", "ws": "none",
        "h11_max_incomplete_event_size": HEAD_LIMIT, "limit_concurrency": CONNECTIONS,
    }  # fmt: skip
    options |= {"http": noticing_tls(hello), **more}
    return uvicorn.Server(uvicorn.Config(logged(app), **options))


@contextmanager
def in_thread(server: uvicorn.Server, listening: socket.socket) -> Iterator[None]:
    """The server, answering from a thread."""
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


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
    public: str = "",
) -> None:
    """Serve until interrupted. `public` is the https address of the proxy before it, if there is
    one. Raises PortInUse."""
    with bound(host, port) as listening:
        nothing: deque[Exchange] = deque(maxlen=0)  # no one reads it here: it would only grow
        served = Served(registry, address(listening), nothing, log, public=public)
        if log:
            log(f"Serving at {public or served.host}; stop with Ctrl-C")
        with suppress(KeyboardInterrupt):
            server(served.app(limiter_for(host, rate))).run(sockets=[listening])


@contextmanager
def running(
    registry: Registry, host: str = "127.0.0.1", port: int = 0, rate: Rate | None = None
) -> Iterator[Served]:
    """The registry served from a thread; port 0 takes a free one. Raises PortInUse."""
    with bound(host, port) as listening:
        served = Served(registry, address(listening))
        with in_thread(server(served.app(limiter_for(host, rate))), listening):
            yield served
