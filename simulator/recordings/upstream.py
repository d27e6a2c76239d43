"""The registry that a command is recorded with: its address, and whether it answers."""

import re
from collections.abc import Iterator, Sequence

import httpx

from simulator.protocol.hosts import is_loopback
from simulator.protocol.message import Request
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.reference import HOST
from simulator.recordings.proxy import Proxy, trusting
from simulator.recordings.user_docker import CannotRecord, Order
from simulator.sources.http_client import PATIENCE, failure


def upstream_of(order: Order, host: str) -> str:
    """The registry's address: as given, or by the name in the command."""
    given = order.upstream.rstrip("/")
    upstream = given or f"{'http' if is_loopback(host) else 'https'}://{host}"
    scheme, mark, named = upstream.partition("://")
    if scheme not in ("http", "https") or not mark or not HOST.fullmatch(named):
        raise CannotRecord(
            f"{order.upstream!r} is not a registry's address: give https://HOST or https://HOST:PORT"
        )
    if named != host:
        raise CannotRecord(
            f"the command names {host}, --registry {named}: they must be the same registry"
        )
    return upstream


def asked_ourselves(
    url: str, headers: Sequence[tuple[str, str]] = (), authority: str = ""
) -> httpx.Response:
    context = trusting(authority)
    return httpx.get(url, headers=headers, timeout=PATIENCE, trust_env=False, verify=context)


def reachable(registry: str, authority: str = "") -> None:
    """Raises CannotRecord where the registry gives no HTTP answer."""
    url = f"{registry}/v2/"
    try:
        trusting(authority)
    except OSError as error:  # also what is no certificate
        raise CannotRecord(f"{authority}: no certificate of an authority: {error}") from None
    try:
        asked_ourselves(url, (), authority)
    except (httpx.HTTPError, OSError) as error:
        why = failure(error, Request("GET", url)).obstacle
        raise CannotRecord(f"{registry} does not answer: {why}{ADVICE.get(why, '')}") from None


ADVICE = {
    Obstacle.UNTRUSTED: "; name its authority's file with --ca",
    Obstacle.NO_HOST: "; is its name right?",
    Obstacle.REFUSED: "; does it run, and at this port?",
    Obstacle.PLAIN_HTTP: "; give --registry http://HOST:PORT",
}


def proxied(words: Sequence[str], proxy: Proxy) -> Iterator[str]:
    """The words with the proxy's address in the place of the registry's name."""
    name = re.escape(proxy.upstream.partition("//")[2])
    for word in words:
        yield re.sub(rf"^(docker://)?(?:https?://)?{name}(?=/|$)", rf"\g<1>{proxy.address}", word)


def objection(proxy: Proxy) -> None:
    """Raises CannotRecord where the client met an answer that is only there because of us."""
    if proxy.troubles:
        raise CannotRecord(f"nothing was recorded: {proxy.troubles[0]}")


SECRET_IN_SIGHT = (
    "a password on the command line is for everybody to see: use --password-stdin and pipe it in"
)
