"""A real registry: the same requests, sent over HTTPS (or plain HTTP to this machine).

It follows no redirect, sends a secret only to the registry or to the realm that the registry
named, reads no more of a small answer than is sane, and streams blobs to disk, hashing them
as they arrive. Memory does not grow with the image.
"""

import hashlib
import http.client
import ipaddress
import logging
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

from simulator import __version__
from simulator.docker.machine import REDIRECTS
from simulator.protocol.challenge import Challenge
from simulator.protocol.digest import DIGEST
from simulator.protocol.hosts import is_loopback
from simulator.protocol.message import Answer, Content, Exchange, Request, Response, Transport
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.sources.layout import Layout
from simulator.sources.mock import KEPT

AT_ONCE = 3
"""Blobs that are downloaded at a time, as Docker does."""
CHUNK = 1 << 20
"""Bytes read at a time, a worker."""
MANIFEST_LIMIT = 4 << 20
"""Bytes; the size up to which registries must take manifests (distribution spec)."""
SMALL_LIMIT = 64 << 10
"""Bytes of any other answer: tokens, errors."""
PATIENCE = 30.0
"""Seconds without a byte until a connection is given up."""
OFTEN = 0.1
"""Seconds between two reports of a blob's progress."""
AGENT = ("User-Agent", f"pullscope/{__version__}")


@dataclass(frozen=True)
class Progress:
    """Bytes of a blob that are here, of how many (0 where the registry does not say)."""

    digest: str
    done: int
    total: int


@contextmanager
def real(
    layout: Layout,
    on_progress: Callable[[Progress], object] | None = None,
    registry: str = "",
    trusted: ssl.SSLContext | None = None,
    on_exchange: Callable[[float, float], object] | None = None,
) -> Iterator[Transport]:
    """A transport to this registry (`host` or `host:port`); blobs land in the layout.

    Progress is reported from the caller's own thread; so is when an exchange began and ended (on
    the monotonic clock), in the order of the exchanges. `trusted` replaces the machine's
    certificate authorities.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    context = trusted or ssl.create_default_context()
    client = httpx.Client(
        follow_redirects=False, timeout=PATIENCE, verify=context, trust_env=False,
        headers=[AGENT, ("Accept-Encoding", "identity")],
    )  # fmt: skip
    with client, ThreadPoolExecutor(AT_ONCE) as pool:
        client.headers.pop("Accept", None)
        sender = Sender(layout, registry, client, context, pool, on_progress, on_exchange)
        try:
            yield sender.send
        finally:
            sender.stop.set()
            pool.shutdown()
            for digest in sender.arriving:
                layout.part(digest).unlink(missing_ok=True)


@dataclass
class Arriving:
    """A blob on its way: what is on disk, and the running hash of it."""

    size: int = 0
    hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def content(self) -> Content:
        return Content(self.size, f"sha256:{self.hash.hexdigest()}")


@dataclass(frozen=True)
class Done:
    """A blob's exchange, and when it began and ended."""

    exchange: Exchange
    began: float
    ended: float


@dataclass
class Sender:
    """What one run remembers: realms that were named, blobs that moved, and downloads begun."""

    layout: Layout
    registry: str
    client: httpx.Client
    context: ssl.SSLContext
    pool: ThreadPoolExecutor
    on_progress: Callable[[Progress], object] | None
    on_exchange: Callable[[float, float], object] | None = None
    realms: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    arriving: dict[str, Arriving] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def send(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Each exchange as it completes; blobs together, anything else one by one."""
        blobs = [request for request in requests if self.blob_of(request)]
        for request in requests:
            if request not in blobs:
                began = time.monotonic()
                yield self.timed(Exchange(request, self.asked(request)), began, time.monotonic())
        yield from self.downloaded(blobs)

    def timed(self, exchange: Exchange, began: float, ended: float) -> Exchange:
        if self.on_exchange:
            self.on_exchange(began, ended)
        return exchange

    def blob_of(self, request: Request) -> str | None:
        """The digest of the blob that this request is for."""
        if request.url in self.moved:
            return self.moved[request.url]
        name = request.path.rpartition("/")[2]
        wanted = request.method == "GET" and "/blobs/" in request.path
        return name if wanted and DIGEST.fullmatch(name) else None

    # -- small answers ------------------------------------------------------------------

    def asked(self, request: Request) -> Answer:
        why = self.objection(request)
        if why:
            return NetworkFailure(Obstacle.REFUSED_BY_US, why)
        try:
            return self.noticed(request, self.fetched(request))
        except (httpx.TransportError, OSError) as error:
            return failure(error, request)

    def fetched(self, request: Request) -> Answer:
        body = request.body if request.form else None
        headers = sent_headers(request)
        with self.client.stream(request.method, request.url, headers=headers, content=body) as got:
            manifest = "/manifests/" in request.path and got.status_code == 200
            limit = MANIFEST_LIMIT if manifest else SMALL_LIMIT
            read = b""
            for chunk in got.iter_raw(SMALL_LIMIT):
                read += chunk
                if len(read) > limit:
                    return NetworkFailure(Obstacle.TOO_LARGE, f"more than {limit} bytes")
            return Response(got.status_code, named(got.headers.multi_items()), read)

    def noticed(self, request: Request, answer: Answer) -> Answer:
        """Remember the realm that the registry names, and keep its manifests."""
        if isinstance(answer, NetworkFailure) or request.host != self.registry:
            return answer
        challenge = Challenge.parse(answer.header("WWW-Authenticate"))
        if challenge and challenge.realm:
            self.realms.add(origin_of(challenge.realm))
        if answer.status == 200 and request.method == "GET" and "/manifests/" in request.path:
            self.layout.put(answer.body)
        return answer

    def objection(self, request: Request) -> str:
        """Why this request is not sent; empty if it may be."""
        parts = urlsplit(request.url)
        if parts.scheme != "https" and not is_loopback(parts.netloc):
            return f"plain HTTP to {parts.netloc}: only this machine is asked without TLS"
        if not (request.authorization or request.form) or request.host == self.registry:
            return ""
        if origin_of(request.url) not in self.realms:
            return f"the registry did not name {parts.netloc} as its token service"
        return realm_objection(request.url, self.registry)

    # -- blobs --------------------------------------------------------------------------

    def downloaded(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Downloads side by side. Leaving early, as a run that failed does, stops them all."""
        news: queue.Queue[Progress | Done] = queue.Queue()
        stop = self.stop = threading.Event()
        for request in requests:
            self.pool.submit(self.work, request, news, stop)
        left = len(requests)
        try:
            while left:
                item = news.get()
                if isinstance(item, Done):
                    left -= 1
                    yield self.timed(item.exchange, item.began, item.ended)
                elif self.on_progress:
                    self.on_progress(item)
        finally:
            stop.set()

    def work(
        self, request: Request, news: "queue.Queue[Progress | Done]", stop: threading.Event
    ) -> None:
        began = time.monotonic()
        answer = self.worked(request, news.put, stop)
        news.put(Done(Exchange(request, answer), began, time.monotonic()))

    def worked(
        self, request: Request, tell: Callable[[Progress], None], stop: threading.Event
    ) -> Answer:
        digest = self.blob_of(request) or ""
        why = "stopped" if stop.is_set() else self.objection(request)
        if why:
            return NetworkFailure(Obstacle.REFUSED_BY_US, why)
        try:
            return self.streamed(request, digest, tell, stop)
        except (OSError, http.client.HTTPException) as error:
            return failure(error, request)

    def streamed(
        self, request: Request, digest: str, tell: Callable[[Progress], None], stop: threading.Event
    ) -> Answer:
        """Ask for a blob; what arrives goes to disk, whatever else is answered is small."""
        with closing(self.connection(request)) as connection:
            connection.putrequest(request.method, target(request))
            for name, value in [AGENT, *sent_headers(request)]:
                connection.putheader(name, value)
            connection.endheaders()
            got = connection.getresponse()
            headers = named(got.getheaders())
            if got.status in REDIRECTS:
                self.moved[urljoin(request.url, got.getheader("Location") or "")] = digest
            if got.status not in (200, 206):
                return Response(got.status, headers, got.read(SMALL_LIMIT))
            cut = self.to_disk(got, digest, tell, stop)
        return self.arrived(Response(got.status, headers, b"", None, cut), digest)

    def connection(self, request: Request) -> http.client.HTTPConnection:
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=self.context)
        return http.client.HTTPConnection(host, port, timeout=PATIENCE)

    def to_disk(
        self, got: http.client.HTTPResponse, digest: str, tell: Callable[[Progress], None],
        stop: threading.Event,
    ) -> bool:  # fmt: skip
        """Write and hash what comes; whether the connection ended too early."""
        resumed = got.status == 206 and digest in self.arriving
        blob = self.arriving[digest] if resumed else Arriving()
        self.arriving[digest] = blob
        announced = got.length
        total = blob.size + (announced or 0)
        buffer, told, began = memoryview(bytearray(CHUNK)), 0.0, blob.size
        with self.layout.part(digest).open("ab" if resumed else "wb", buffering=0) as file:
            while not stop.is_set():
                try:
                    count = got.readinto(buffer)
                except (OSError, http.client.IncompleteRead):
                    return True
                if not count:
                    break
                blob.hash.update(buffer[:count])
                file.write(buffer[:count])
                blob.size += count
                if time.monotonic() - told > OFTEN:
                    told = time.monotonic()
                    tell(Progress(digest, blob.size, total))
        tell(Progress(digest, blob.size, total))
        return announced is not None and blob.size - began < announced

    def arrived(self, answer: Response, digest: str) -> Response:
        """Tell what is here. What is complete and right is kept, what is wrong is thrown away."""
        content = self.arriving[digest].content
        whole, body = self.layout.part(digest), b""
        if not answer.cut:
            del self.arriving[digest]
            body = whole.read_bytes() if content.size <= KEPT else b""
            if content.digest == digest:
                self.layout.keep(digest)
            else:
                whole.unlink()
        return Response(answer.status, answer.headers, body, content, answer.cut)


# -- requests and answers ---------------------------------------------------------------------


def sent_headers(request: Request) -> list[tuple[str, str]]:
    headers = list(request.headers)
    if request.authorization:
        headers.append(("Authorization", request.authorization.header))
    return headers


def target(request: Request) -> str:
    return request.path + (f"?{request.query}" if request.query else "")


def named(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Headers as registries write them: `Docker-Content-Digest`."""
    return tuple((name.title(), value) for name, value in headers)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


# -- whom to trust ------------------------------------------------------------------------------


def realm_objection(realm: str, registry: str) -> str:
    """Why credentials may not go to this realm; empty if they may.

    A registry on the internet could otherwise point at a service inside our own network.
    """
    parts = urlsplit(realm)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.netloc)):
        return f"the realm {origin_of(realm)} is not HTTPS"
    inside = private(parts.hostname or "")
    if inside and not private(urlsplit(f"//{registry}").hostname or ""):
        return f"the realm {parts.netloc} is inside this network, and the registry is not"
    return ""


def private(host: str) -> bool:
    """Whether the name leads to an address that is not on the public internet."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except OSError:
        return False
    return any(not ipaddress.ip_address(str(entry[4][0])).is_global for entry in found)


# -- why no answer came -------------------------------------------------------------------------

NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
WRONG_NAME = 62
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH."""
WRONG_ADDRESS = 64
"""OpenSSL's X509_V_ERR_IP_ADDRESS_MISMATCH."""


def failure(error: BaseException, request: Request) -> NetworkFailure:
    """The obstacle behind an exception, looked for along its causes."""
    for cause in causes(error):
        found = obstacle(cause)
        if found:
            return NetworkFailure(found, detail(found, request))
    return NetworkFailure(Obstacle.RESET)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def obstacle(error: BaseException) -> Obstacle | None:
    match error:
        case ssl.SSLCertVerificationError(verify_code=code):
            return (
                Obstacle.WRONG_NAME if code in (WRONG_NAME, WRONG_ADDRESS) else Obstacle.UNTRUSTED
            )
        case ssl.SSLError(reason=reason) if any(known in str(reason) for known in NOT_TLS):
            return Obstacle.PLAIN_HTTP
        case socket.gaierror():
            return Obstacle.NO_HOST
        case ConnectionRefusedError():
            return Obstacle.REFUSED
        case TimeoutError() | httpx.TimeoutException():
            return Obstacle.TIMEOUT
        case _:
            return None


def detail(found: Obstacle, request: Request) -> str:
    """The address or name that failed, as the mock tells it."""
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    if found is Obstacle.NO_HOST:
        return host
    if found is not Obstacle.REFUSED:
        return ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{socket.gethostbyname(host)}:{port}"
