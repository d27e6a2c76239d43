"""A proxy of a world, between client and registry: it passes on, refuses, or is not there."""

from collections.abc import Mapping
from dataclasses import replace

from simulator.protocol.hosts import split_url
from simulator.protocol.message import Request, Response
from simulator.protocol.network_failure import OF_NAMES, NetworkFailure, Obstacle
from simulator.protocol.status import reason
from simulator.sources.front import Answer, through
from simulator.sources.world import Site, Tls

PORTS = {"http": 80, "https": 443, "socks5": 1080}


def stopped(sites: Mapping[str, Site], request: Request) -> Answer | None:
    """The answer in place of the host's; None where the proxy passes the request on."""
    parts = split_url(request.proxy)
    name, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 80)
    site = site_at(sites, name, port)
    if site is None:
        return NetworkFailure(Obstacle.NO_HOST, name, at_proxy=True)
    if site.obstacle:
        where = name if site.obstacle in OF_NAMES else f"{site.address}:{port}"
        return NetworkFailure(site.obstacle, where, at_proxy=True)
    if parts.scheme == "https" and site.tls is Tls.PLAIN:
        return NetworkFailure(Obstacle.NOT_TLS, at_proxy=True)
    return refused(site, request)


def site_at(sites: Mapping[str, Site], name: str, port: int) -> Site | None:
    """What listens there; a host that exists refuses connections at its other ports."""
    if f"{name}:{port}" in sites:
        return sites[f"{name}:{port}"]
    known = next((one for host, one in sites.items() if host.partition(":")[0] == name), None)
    return known and replace(known, obstacle=known.obstacle or Obstacle.REFUSED)


def refused(site: Site, request: Request) -> Answer | None:
    """What the proxy answers itself: to CONNECT with a status that Go tells by its phrase, to
    plain HTTP as any server does."""
    secure = request.url.startswith("https:")
    asked = replace(request, method="CONNECT") if secure else request
    answer = through(site.front, asked, lambda _: PASSED)
    if answer is PASSED:
        return None
    if secure and isinstance(answer, Response):
        return NetworkFailure(Obstacle.PROXY_REFUSED, reason(answer.status))
    return answer


PASSED = Response(200)
