"""The mock network: requests are answered in process by the world, no socket is opened."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from simulator.protocol.byte_range import ByteRange
from simulator.protocol.digest import digest_of
from simulator.protocol.hosts import is_loopback, spelled
from simulator.protocol.message import Content, Exchange, Request, Response
from simulator.protocol.network_failure import OF_NAMES, NetworkFailure, Obstacle
from simulator.protocol.target import Kind
from simulator.registry.answer import respond
from simulator.registry.fixtures import known_blobs, unpacked_size
from simulator.sources.cache import fetched
from simulator.sources.front import counted, through
from simulator.sources.proxy import stopped
from simulator.sources.world import Site, Tls, WebLogin, World, keep

KEPT = 65_536
"""Bytes up to which a blob's body is handed on: a config is read, a layer is not."""


class Mock:
    """A transport into a world. It remembers partial downloads and what limited faults did."""

    def __init__(self, world: World) -> None:
        self.sites = dict(world.sites)
        self.partial: dict[str, bytes] = {}
        self.now = world.now

    def __call__(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            yield Exchange(request, answer(self.sites, self.partial, request, self.now))

    @property
    def world(self) -> World:
        """The world after the requests so far."""
        return World(dict(self.sites), self.now)


def mock(world: World) -> Mock:
    """A transport into this world."""
    return Mock(world)


def answer(
    sites: dict[str, Site], partial: dict[str, bytes], request: Request, now: int = 0
) -> Response | NetworkFailure:
    """The world's answer at this time (seconds since 1970); `sites` are then as it left them."""
    at_proxy = stopped(sites, request) if request.proxy else None
    if at_proxy:
        return at_proxy
    site = sites.get(request.listener) or silent(sites, request)
    if site is None:
        return NetworkFailure(Obstacle.NO_HOST, spelled(request.url))
    failure = obstacle_of(site, request, now)
    if failure:
        return failure
    if site.web:
        return web_answer(site.web, request)
    if site.registry is None and not site.front:
        return NetworkFailure(Obstacle.REFUSED, address(site, request))
    host = request.listener
    sites[host] = site = replace(site, front=counted(site.front, request))
    answered = through(site.front, request, lambda asked: at_registry(sites, host, asked))
    if isinstance(answered, NetworkFailure):
        return replace(answered, detail=address(site, request))
    if answered.reset_by:
        answered = replace(answered, reset_by=address(site, request))
    return arrived(partial, request, answered)


def at_registry(sites: dict[str, Site], host: str, request: Request) -> Response:
    """The registry's own answer, after which the registry is as the answer left it."""
    registry = sites[host].registry
    if registry is None:
        return Response(404, (("Content-Length", "0"),))
    told = respond(with_bytes(request), registry)
    upstream = sites[host].upstream
    if upstream and told.response.status in (200, 404):
        registry, refused = fetched(sites, host, upstream, request)
        if refused:
            return refused
        told = respond(request, registry)
    keep(sites, registry, told.registry)
    return told.delivered


def with_bytes(request: Request) -> Request:
    """The upload with the blob itself, where it is one of ours: so it can be pulled again."""
    known = known_blobs().get(request.content.digest) if request.content else None
    return replace(request, payload=known, content=None) if known else request


def web_answer(web: WebLogin, request: Request) -> Response:
    """A device code, and a confirmation that is always pending (RFC 8628 sections 3.2, 3.5)."""
    if request.path == "/oauth/device/code":
        code = {"device_code": web.device_code, "user_code": web.user_code}
        return json_response(200, code | {"verification_uri": web.where})
    return json_response(403, {"error": "authorization_pending"})


def json_response(status: int, document: dict[str, str]) -> Response:
    body = json.dumps(document).encode()
    return Response(status, (("Content-Type", "application/json"),), body)


def silent(sites: dict[str, Site], request: Request) -> Site | None:
    """A host that exists, at a port where nothing listens. This machine always exists."""
    name = urlsplit(request.url).hostname or ""
    if is_loopback(request.host):
        return Site(obstacle=Obstacle.REFUSED, address="[::1]" if ":" in name else "127.0.0.1")
    known = next((one for host, one in sites.items() if host.partition(":")[0] == name), None)
    return known and replace(known, obstacle=known.obstacle or Obstacle.REFUSED)


def obstacle_of(site: Site, request: Request, now: int) -> NetworkFailure | None:
    secure, where = request.url.startswith("https:"), address(site, request)
    parts = urlsplit(request.url)
    name = parts.hostname or ""
    if site.obstacle:
        named = site.obstacle in OF_NAMES
        return NetworkFailure(site.obstacle, spelled(request.url) if named else where)
    if secure and site.tls is Tls.PLAIN:
        return NetworkFailure(Obstacle.PLAIN_HTTP, where)
    if not secure and site.tls is not Tls.PLAIN:
        closed = Obstacle.CLOSED if parts.port else Obstacle.REFUSED  # nothing is at port 80
        return NetworkFailure(closed, where)
    return site.refusal(name, request.trust, now) if secure else None


def address(site: Site, request: Request) -> str:
    parts = urlsplit(request.url)
    usual = 443 if parts.scheme == "https" else 80
    return f"{site.address}:{usual if parts.port is None else parts.port}"


def arrived(partial: dict[str, bytes], request: Request, response: Response) -> Response:
    """A blob is given by size and digest; a resumed download adds to what was held."""
    if response.content:  # there are no bytes: what was held counts by the range asked for
        wanted = ByteRange.parse(request.header("Range")) or ByteRange(0)
        whole = replace(response.content, size=wanted.start + response.content.size)
        return replace(response, content=whole)
    kind, _, name, _ = request.target
    if response.status not in (200, 206) or kind is not Kind.BLOB:
        return response
    before = partial.get(name, b"") if response.status == 206 else b""
    data = before + response.body
    partial[name] = data
    kept = data if len(data) <= KEPT else b""
    whole = Content(len(data), digest_of(data), unpacked_size(data))
    return replace(response, body=kept, content=whole)
