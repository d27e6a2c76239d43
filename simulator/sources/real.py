"""A real registry: the machine's requests, sent over HTTPS (or plain HTTP to this machine).

It follows no redirect, sends a secret only to the registry or to the realm that the registry
named, and reads no more of an answer than is sane. Where it may connect at all is the dialer's
matter (`simulator.sources.dialer`), blobs are the downloads' (`simulator.sources.downloads`).
"""

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from simulator.protocol.challenge import Challenge
from simulator.protocol.digest import algorithm_of, digest_of
from simulator.protocol.hosts import split_url
from simulator.protocol.manifest import InvalidManifest, Manifest, parse_manifest
from simulator.protocol.message import Answer, Exchange, Request, Response, Transport
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.protocol.proxies import Proxies
from simulator.protocol.target import Kind
from simulator.sources import certificates
from simulator.sources.dialer import ALONE, Allowance, Dialer, Policy
from simulator.sources.downloads import AT_ONCE, SMALL_LIMIT, Downloads, Progress
from simulator.sources.http_client import HttpClient, TooLarge
from simulator.sources.layout import Layout
from simulator.sources.tunnel import Tunnels

MANIFEST_LIMIT = 4 << 20
"""Bytes; the size up to which registries must take manifests (distribution spec)."""


@contextmanager
def real(
    registry: str,
    policy: Policy = ALONE,
    layout: Layout | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    trusted: ssl.SSLContext | None = None,
    on_exchange: Callable[[float, float], object] | None = None,
    proxies: Proxies | None = None,
) -> Iterator[Transport]:
    """A transport to the registry at this host (`host` or `host:port`). Blobs land in the layout;
    without one they are verified and not kept.

    Progress is reported from the caller's own thread; so is when an exchange began and ended (on
    the monotonic clock), in the order of the exchanges. `trusted` replaces the machine's
    certificate authorities and the files of `/etc/docker/certs.d`. With `proxies`, connections go
    through these.
    The transport raises CannotStore where the disk is full.
    """
    allowance = Allowance(policy)
    dialer = (
        Tunnels(registry, policy, allowance, proxies)
        if proxies
        else Dialer(registry, policy, allowance)
    )
    client = HttpClient(dialer, trusted or certificates.trusted(registry), AT_ONCE + 1)
    sender = Sender(registry, client, layout, on_exchange, on_progress)
    downloads = Downloads(client, allowance, layout, sender.objection, on_progress)
    with closing(client), closing(downloads):
        yield lambda requests: sender.send(requests, downloads)


@dataclass
class Sender:
    """Sends what is no blob, one by one, and remembers the realms that the registry named."""

    registry: str
    client: HttpClient
    layout: Layout | None
    on_exchange: Callable[[float, float], object] | None = None
    on_progress: Callable[[Progress], object] | None = None
    realms: set[str] = field(default_factory=set)

    def send(self, requests: Sequence[Request], downloads: Downloads) -> Iterator[Exchange]:
        """Each exchange as it completes; blobs together, anything else one by one."""
        blobs = [request for request in requests if downloads.digest_for(request)]
        for request in requests:
            if request not in blobs:
                began = time.monotonic()
                answer = self.answer(request)
                self.note(began, time.monotonic())
                yield Exchange(request, answer)
        for done in downloads.run(blobs) if blobs else ():
            self.note(done.began, done.ended)
            yield done.exchange

    def note(self, began: float, ended: float) -> None:
        if self.on_exchange:
            self.on_exchange(began, ended)

    def answer(self, request: Request) -> Answer:
        why = self.objection(request)
        if why:
            return NetworkFailure(Obstacle.REFUSED_BY_US, why)
        try:
            response = self.fetched(request)
        except Exception as error:  # whatever a server does, it is an event of the run
            return self.client.failure(error, request)
        if request.host == self.registry:
            self.notice(request, response)
        return response

    def fetched(self, request: Request) -> Response:
        with self.client.stream(request) as got:
            manifest = request.target.kind is Kind.MANIFEST and got.status == 200
            limit = MANIFEST_LIMIT if manifest else SMALL_LIMIT
            body = bytearray()
            for chunk in got.chunks:
                body += chunk
                if len(body) > limit:
                    raise TooLarge(f"more than {limit} bytes")
            return Response(got.status, got.headers, bytes(body))

    def notice(self, request: Request, response: Response) -> None:
        """Remember the realm that the registry names, and its manifests."""
        challenge = Challenge.parse(response.header("WWW-Authenticate"))
        if challenge and challenge.realm:
            self.realms.add(origin_of(challenge.realm))
        manifest = request.method == "GET" and request.target.kind is Kind.MANIFEST
        if not manifest or response.status != 200:
            return
        digest = digest_of(response.body, algorithm_of(request.path.rpartition("/")[2]))
        if self.layout:
            self.layout.remember(digest, response.body)
        if self.on_progress:
            for one in announced(response, digest):
                self.on_progress(one)

    def objection(self, request: Request) -> str:
        """Why a request with a secret is not sent; empty if it may be."""
        if not (request.authorization or request.form) or request.host == self.registry:
            return ""
        if origin_of(request.url) in self.realms:
            return ""
        return f"the registry did not name {request.host} as its token service"


def announced(response: Response, digest: str) -> Iterator[Progress]:
    """The blobs that this manifest names, none of which has begun; nothing for an index."""
    try:
        found = parse_manifest(response.body, digest, response.header("Content-Type") or "")
    except InvalidManifest:
        return
    if isinstance(found, Manifest):
        for blob in (found.config, *found.layers):
            yield Progress(blob.digest, 0, blob.size)


def origin_of(url: str) -> str:
    parts = split_url(url)
    return f"{parts.scheme}://{parts.netloc}"
