"""What a server of rooms lets in: names of hosts, requests of its own pages, sizes, and how often.

How slow a client may be is the server's business (`simulator.registry.connections`).
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from simulator.protocol.hosts import bare
from simulator.registry.asgi import REQUEST_SECONDS
from simulator.registry.rate_limit import Limiter, Rate

FORM_LIMIT = 2048
"""Bytes of a form: a vote has about sixty."""
ASKS = Rate(per_second=200, burst=2000)
"""Requests from one network: a class is behind one router, and reconnects at once."""
OWN = Rate(per_second=1, burst=20)
"""Requests of a seat, or of the teacher's projector, where others used up those of its network."""
JOINS = Rate(per_second=50, burst=1000)
"""Seats taken from one network. In a full room with 500 seats that are not used, a new one then has
ten seconds to connect before it gives way, too."""
GUESSES = Rate(per_second=1, burst=120)
"""Codes from one network that no room has."""
VOTES = Rate(per_second=1, burst=20)
"""Votes of one seat."""
RATES = (ASKS, OWN, JOINS, GUESSES, VOTES)


class Rejected(Exception):
    """A request that is not answered, with the status and the name of the words to say."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@dataclass
class Guard:
    """`hosts` are the names under which rooms answer."""

    hosts: Collection[str]
    limiters: dict[Rate, Limiter] = field(
        default_factory=lambda: {rate: Limiter(rate) for rate in RATES}
    )

    def admit(self, incoming: Request, network: str, known_as: Callable[[], str]) -> None:
        """Raises Rejected for another host's name, another site's form, or too many requests.
        `known_as` names who has a seat, so that a neighbour's requests do not count for them."""
        if bare(incoming.headers.get("host", "")) not in self.hosts:
            raise Rejected(421, "refused")
        if incoming.method not in ("GET", "HEAD") and not same_origin(incoming):
            raise Rejected(403, "refused")
        if self.limiters[ASKS].wait(network):
            name = known_as()
            if not name or self.limiters[OWN].wait(name):
                raise Rejected(429, "too often")

    def allow(self, rate: Rate, whose: str) -> None:
        """Count one more. Raises Rejected beyond the rate."""
        if self.limiters[rate].wait(whose):
            raise Rejected(429, "too often")

    def check(self, rate: Rate, whose: str) -> None:
        """Raises Rejected if the rate is used up, and counts nothing."""
        if self.limiters[rate].empty(whose):
            raise Rejected(429, "too often")


def same_origin(incoming: Request) -> bool:
    """Whether a form is from a page of ours: browsers say from where. Who says nothing is no
    browser, and has no cookie of one."""
    site = incoming.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = incoming.headers.get("origin")
    return origin is None or origin.partition("://")[2] == incoming.headers.get("host")


async def form(incoming: Request) -> dict[str, str]:
    """The fields of a form. Raises Rejected for one that is too large, or takes too long."""
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            data = await whole(incoming)
    except TimeoutError:
        raise Rejected(408, "too slow") from None
    return dict(parse_qsl(data.decode("utf-8", "replace")))


async def whole(incoming: Request) -> bytes:
    data, more = b"", True
    while more:
        message = await incoming.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        data, more = data + message.get("body", b""), message.get("more_body", False)
        if len(data) > FORM_LIMIT:
            raise Rejected(413, "too large")
    return data
