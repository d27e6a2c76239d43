"""A logging reverse proxy on loopback: it is in front of a registry, its token service, and the
hosts that it redirects to.

What passes is written down in the recordings' terms, with true addresses. The realm in a
challenge and the address of a redirect are rewritten, so that requests for tokens and for what
was redirected pass here too. Secrets are in the log: `simulator.recordings.masking` takes them
out before anything is kept.
"""

import hashlib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Asked
from starlette.types import Receive, Scope, Send

from simulator.docker.machine.redirects import REDIRECTS
from simulator.protocol.message import Request
from simulator.protocol.target import Kind, target
from simulator.registry.asgi import Delivery, Refused, body, deliver
from simulator.registry.serving import address, bound, in_thread, server
from simulator.sources.dialer import objection
from simulator.sources.http_client import PATIENCE, failure
from simulator.sources.mock import KEPT
from simulator.sources.real import MANIFEST_LIMIT, origin_of

HOP = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-connection", b"te", b"trailer",
    b"transfer-encoding", b"upgrade",
})  # fmt: skip
"""Headers between neighbours (RFC 9110 section 7.6.1)."""
ORIGINS = re.compile(r"/pullscope-origin-(\d+)(/.*|\?.*|)")
"""Paths under which the proxy passes requests on to hosts beside the registry, by number."""
REALM = re.compile(r'(realm=")(https?://[^"]+)(")', re.IGNORECASE)

Pairs = list[tuple[str, str]]


@dataclass
class Entry:
    """A request with its answer, or an `event`. `size` and `digest` are of a whole body."""

    url: str = ""
    method: str = ""
    path: str = ""
    sent: Pairs = field(default_factory=list)
    form: bytes = b""
    status: int = 0
    received: Pairs = field(default_factory=list)
    body: bytes = b""
    size: int | None = None
    digest: str = ""
    event: str = ""
    moved: Kind | None = None
    """Of a request that a redirect led here: what was asked for before it."""

    @property
    def kind(self) -> Kind:
        return self.moved or target(self.method, self.path).kind

    @property
    def blob(self) -> bool:
        return self.kind is Kind.BLOB and self.method == "GET" and self.status in (200, 206)


@dataclass
class Proxy:
    """The proxy at `address` in front of `upstream` (`https://host`). `troubles` says why what
    Docker met is not what it would have met without us."""

    upstream: str
    address: str = ""
    log: list[Entry] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    redirects: dict[str, Kind] = field(default_factory=dict)
    """By true address, what a redirect was the answer to."""
    troubles: list[str] = field(default_factory=list)
    begun: "dict[str, tuple[int, hashlib._Hash]]" = field(default_factory=dict)
    client: httpx.AsyncClient | None = None
    authority: str = ""
    """A file with the certificate of whoever signed the registry's; empty for one that is known."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            await self.passed(Asked(scope, receive), send)

    async def live(self, receive: Receive, send: Send) -> None:
        """The client belongs to the server's own loop."""
        await receive()
        context = trusting(self.authority)
        self.client = httpx.AsyncClient(timeout=PATIENCE, verify=context, trust_env=False)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.client.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def passed(self, asked: Asked, send: Send) -> None:
        try:
            entry = self.entry(asked, await body(asked))
        except Refused as refused:
            await deliver(Delivery(refused.answer), asked.receive, send)
            return
        except ClientDisconnect:
            return
        self.log.append(entry)
        assert self.client is not None
        try:
            got = await self.client.send(self.request(asked, entry), stream=True)
        except httpx.HTTPError as error:
            await self.unanswered(entry, error, send)
            return
        try:
            await self.answered(entry, got, asked, send)
        finally:
            await got.aclose()

    def entry(self, asked: Asked, form: bytes) -> Entry:
        """The request as it would have been sent to the true address."""
        raw = (asked.scope.get("raw_path") or asked.scope["path"].encode()).decode("latin-1")
        query = asked.scope["query_string"].decode("latin-1")
        url, path = self.where(f"{raw}?{query}" if query else raw)
        sent = [(name, value) for name, value in asked.headers.items() if name != "host"]
        whole = [("host", url.partition("//")[2]), *sent]
        moved = self.redirects.get(f"{url}{path}")
        return Entry(url, asked.method, path, whole, form, moved=moved)

    def where(self, path: str) -> tuple[str, str]:
        """The origin that is meant, and the path there."""
        found = ORIGINS.fullmatch(path)
        if found and int(found[1]) < len(self.origins):
            return self.origins[int(found[1])], found[2] or "/"
        return self.upstream, path

    def request(self, asked: Asked, entry: Entry) -> httpx.Request:
        dropped = HOP | {b"host", b"content-length"}
        headers = [pair for pair in asked.headers.raw if pair[0].lower() not in dropped]
        url = httpx.URL(entry.url).copy_with(raw_path=entry.path.encode("latin-1"))
        return httpx.Request(entry.method, url, headers=headers, content=entry.form or None)

    async def unanswered(self, entry: Entry, error: httpx.HTTPError, send: Send) -> None:
        self.log.remove(entry)
        why = failure(error, Request(entry.method, f"{entry.url}{entry.path}"))
        self.troubles.append(f"{entry.url} did not answer: {why.obstacle} {why.detail}".rstrip())
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def answered(self, entry: Entry, got: httpx.Response, asked: Asked, send: Send) -> None:
        """Pass the answer on as it comes. One that breaks off breaks off here as well."""
        entry.status, entry.received = got.status_code, got.headers.multi_items()
        kept = [pair for pair in got.headers.raw if pair[0].lower() not in HOP]
        headers = [await self.rewritten(entry, *pair) for pair in kept]
        await send({"type": "http.response.start", "status": got.status_code, "headers": headers})
        count, hashed = self.earlier(entry, got)
        size, cut = 0, False
        try:
            async for chunk in got.aiter_raw():
                size += len(chunk)
                hashed.update(chunk)
                entry.body += chunk if len(entry.body) + len(chunk) <= limit(entry) else b""
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                if await asked.is_disconnected():
                    return
        except httpx.HTTPError:
            cut = True
            self.begun[entry.path] = count + size, hashed
        entry.size, entry.digest = size, "" if cut else f"sha256:{hashed.hexdigest()}"
        await send({"type": "http.response.body", "body": b"", "more_body": cut})

    def earlier(self, entry: Entry, got: httpx.Response) -> "tuple[int, hashlib._Hash]":
        """What arrived of a blob before the connection was cut, if this answer goes on there."""
        count, hashed = self.begun.get(entry.path, (0, hashlib.sha256()))
        goes_on = got.status_code == 206 and dict(entry.sent).get("range") == f"bytes={count}-"
        return (count, hashed.copy()) if goes_on else (0, hashlib.sha256())

    async def rewritten(self, entry: Entry, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        match name.lower():
            case b"www-authenticate":
                text = REALM.sub(self.realm, value.decode("latin-1"))
            case b"location" if entry.status in REDIRECTS:
                text = await self.location(entry, value.decode("latin-1"))
            case _:
                return name, value
        return name, text.encode("latin-1")

    def realm(self, found: re.Match[str]) -> str:
        """The same realm through the proxy; one that no secret may go to stays as it is."""
        origin = origin_of(found[2])
        why = objection(found[2], self.upstream.partition("//")[2])
        if why:
            self.troubles.append(why)
            return found[0]
        through = self.through(self.address, origin)
        return f"{found[1]}{through}{found[2].removeprefix(origin)}{found[3]}"

    async def location(self, entry: Entry, where: str) -> str:
        """The same place through the proxy. One that does not answer us stays as it is: the
        client meets there what we met."""
        absolute = urljoin(f"{entry.url}{entry.path}", where).partition("#")[0]
        origin = origin_of(absolute)
        known = origin in (self.upstream, *self.origins) or await self.answers(origin)
        if not known:
            return where
        self.redirects[absolute] = entry.kind
        if origin == self.upstream:
            return f"http://{self.address}{absolute.removeprefix(origin)}"
        return f"{self.through(self.elsewhere, origin)}{absolute.removeprefix(origin)}"

    async def answers(self, origin: str) -> bool:
        assert self.client is not None
        try:
            await self.client.head(origin)
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return True

    @property
    def elsewhere(self) -> str:
        """The proxy by another name: clients send a registry's credentials to no other host."""
        return f"localhost:{self.address.rpartition(':')[2]}"

    def through(self, address: str, origin: str) -> str:
        """Where requests for this origin pass."""
        if origin not in self.origins:
            self.origins.append(origin)
        return f"http://{address}/pullscope-origin-{self.origins.index(origin)}"

    def met_tls(self) -> None:
        """Docker tries TLS first. A registry without it sees that; one with it does not, for
        it is the proxy that has none."""
        if self.upstream.startswith("http:"):
            self.log.append(Entry(event="tls_client_hello_on_plain_http_port"))

    def unproxied(self, text: str) -> str:
        """The text with the true addresses in the place of the proxy's."""
        for origin in self.origins:
            for name in (self.address, self.elsewhere):
                text = text.replace(self.through(name, origin), origin)
        for scheme in ("http", "https"):
            text = text.replace(f"{scheme}://{self.address}", self.upstream)
        return text.replace(self.address, self.upstream.partition("//")[2])


def trusting(authority: str) -> ssl.SSLContext:
    """What verifies certificates: the authorities of this machine, and this one. Raises OSError."""
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(authority)
    return context


def limit(entry: Entry) -> int:
    """Bytes of a body that are written down: of a blob, what may be a configuration."""
    return KEPT if entry.blob else MANIFEST_LIMIT


@contextmanager
def running(upstream: str, authority: str = "") -> Iterator[Proxy]:
    """The proxy on a free port of loopback, served from a thread."""
    with bound("127.0.0.1", 0) as listening:
        proxy = Proxy(upstream, address(listening), authority=authority)
        running_server = server(
            proxy, lambda _where: proxy.met_tls(), lifespan="on", date_header=False,
            proxy_headers=False,
        )  # fmt: skip
        with in_thread(running_server, listening):
            yield proxy
