"""Blobs from a real registry: several at a time, hashed as they arrive.

Memory does not grow with the image. Where there is a layout they are written to it; without one
they are verified and not kept.
"""

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import BinaryIO

import httpcore

from simulator.docker.machine.redirects import REDIRECTS
from simulator.protocol.digest import DIGEST, algorithm_of
from simulator.protocol.hosts import redirected
from simulator.protocol.message import Answer, Content, Exchange, Request, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.protocol.target import Kind
from simulator.sources.dialer import Allowance
from simulator.sources.http_client import HttpClient, Streamed
from simulator.sources.layout import CannotStore, Layout
from simulator.sources.mock import KEPT

AT_ONCE = 3
"""Blobs that are downloaded at a time, as Docker does."""
OFTEN = 0.1
"""Seconds between two reports of a blob's progress."""
SMALL_LIMIT = 64 << 10
"""Bytes of an answer that is no blob: tokens, errors."""
STUCK = 60.0
"""Seconds after the end of a run's time in which every worker has ended."""


@dataclass(frozen=True)
class Progress:
    """Bytes of a blob that are here, of how many (0 where the registry does not say)."""

    digest: str
    done: int
    total: int


@dataclass
class Arriving:
    """A blob on its way: what is here of it, its running hash, and its first bytes."""

    algorithm: str
    size: int = 0
    first: bytes = b""
    hash: "hashlib._Hash" = field(init=False)

    def __post_init__(self) -> None:
        self.hash = hashlib.new(self.algorithm)

    def add(self, data: bytes) -> None:
        if self.size < KEPT:
            self.first += data[: KEPT - self.size]
        self.size += len(data)
        self.hash.update(data)

    @property
    def content(self) -> Content:
        return Content(self.size, f"{self.algorithm}:{self.hash.hexdigest()}")

    @property
    def body(self) -> bytes:
        """All of a small blob, such as a configuration; nothing of a large one."""
        return self.first if self.size <= KEPT else b""


@dataclass(frozen=True)
class Done:
    """A blob's exchange, and when it began and ended (on the monotonic clock)."""

    exchange: Exchange
    began: float
    ended: float


News = Progress | Done | CannotStore


class Downloads:
    """Downloads of one run. `objection` says why a request is not sent; empty if it may be."""

    def __init__(
        self, client: HttpClient, allowance: Allowance, layout: Layout | None,
        objection: Callable[[Request], str], on_progress: Callable[[Progress], object] | None,
    ) -> None:  # fmt: skip
        self.client, self.allowance, self.layout = client, allowance, layout
        self.objection, self.on_progress = objection, on_progress
        self.pool = ThreadPoolExecutor(AT_ONCE)
        self.moved: dict[str, str] = {}
        self.arriving: dict[str, Arriving] = {}
        self.stop = threading.Event()

    def close(self) -> None:
        """Ends when the workers have."""
        self.stop.set()
        self.pool.shutdown(cancel_futures=True)

    def digest_for(self, request: Request) -> str | None:
        """The digest of the blob that this request is for; None where it is for another thing."""
        if request.url in self.moved:
            return self.moved[request.url]
        kind, _, name, _ = request.target
        wanted = request.method == "GET" and kind is Kind.BLOB
        return name if wanted and DIGEST.fullmatch(name) else None

    def run(self, requests: Sequence[Request]) -> Iterator[Done]:
        """Downloads side by side. Leaving early, as a run that failed does, stops them all.

        Raises CannotStore where the layout's disk does not take what arrives.
        """
        news: queue.Queue[News] = queue.Queue()
        stop = self.stop = threading.Event()
        promised = sum(request.promised or 0 for request in requests)
        for request in requests:
            self.pool.submit(self.work, request, promised, news, stop)
        left = len(requests)
        try:
            while left:
                match news.get(timeout=self.allowance.policy.seconds + STUCK):
                    case Done() as done:
                        left -= 1
                        yield done
                    case CannotStore() as error:
                        raise error
                    case progress if self.on_progress:
                        self.on_progress(progress)
        finally:
            stop.set()

    def work(
        self, request: Request, promised: int, news: "queue.Queue[News]", stop: threading.Event
    ) -> None:
        """Whatever happens to a download, there is news of it: a caller waits for that."""
        began = time.monotonic()
        try:
            self.allowance.check(promised)
            answer = self.answer(request, news.put, stop)
        except CannotStore as error:
            news.put(error)
            return
        except Exception as error:
            answer = self.client.failure(error, request)
        news.put(Done(Exchange(request, answer), began, time.monotonic()))

    def answer(
        self, request: Request, tell: Callable[[Progress], None], stop: threading.Event
    ) -> Answer:
        """Ask for a blob; whatever else is answered is small."""
        why = "another download failed" if stop.is_set() else self.objection(request)
        if why:
            return NetworkFailure(Obstacle.REFUSED_BY_US, why)
        digest = self.digest_for(request) or ""
        with self.client.stream(request) as got:
            head = Response(got.status, got.headers)
            if got.status in REDIRECTS:
                self.moved[redirected(request.url, head.header("Location") or "")] = digest
            if got.status not in (200, 206):
                return Response(got.status, got.headers, beginning(got))
            cut = self.received(got, request, digest, tell, stop)
        return self.arrived(head, digest, cut)

    def received(
        self, got: Streamed, request: Request, digest: str, tell: Callable[[Progress], None],
        stop: threading.Event,
    ) -> bool:  # fmt: skip
        """Take in what comes, up to one byte more than promised; whether it ended too early."""
        resumed = got.status == 206 and digest in self.arriving
        blob = self.arriving[digest] if resumed else Arriving(algorithm_of(digest))
        self.arriving[digest] = blob
        most = self.allowance.policy.most if request.promised is None else request.promised + 1
        total, reported = blob.size + length_of(got), 0.0
        with self.file(digest, resumed) as file:
            try:
                for chunk in got.chunks:
                    keep(chunk[: max(0, most - blob.size)], blob, file)
                    if stop.is_set() or blob.size >= most:
                        break
                    if time.monotonic() - reported > OFTEN:
                        reported = time.monotonic()
                        tell(Progress(digest, blob.size, total))
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
                return True
        tell(Progress(digest, blob.size, total))
        return False

    def file(self, digest: str, resumed: bool) -> AbstractContextManager[BinaryIO | None]:
        return self.layout.part(digest, resumed) if self.layout else nullcontext()

    def arrived(self, head: Response, digest: str, cut: bool) -> Response:
        """The answer with what is here. Complete and verified blobs are kept in the layout."""
        blob = self.arriving[digest]
        if not cut:
            del self.arriving[digest]
        if self.layout and not cut and blob.content.digest == digest:
            self.layout.keep(digest)
        return Response(head.status, head.headers, b"" if cut else blob.body, blob.content, cut)


def keep(data: bytes, blob: Arriving, file: BinaryIO | None) -> None:
    """Raises CannotStore."""
    blob.add(data)
    if file:
        try:
            file.write(data)
        except OSError as error:
            raise CannotStore.because(error) from None


def beginning(got: Streamed) -> bytes:
    """The first bytes of an answer that is no blob."""
    body = b""
    for chunk in got.chunks:
        body += chunk
        if len(body) > SMALL_LIMIT:
            break
    return body[:SMALL_LIMIT]


def length_of(got: Streamed) -> int:
    """The announced length; 0 where there is none."""
    text = Response(got.status, got.headers).header("Content-Length") or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
