"""How often one client may do something: a token bucket for each.

Every client has a bucket of `burst` tokens that fills again by `per_second`; a request takes one.
The buckets are this process's own: no kept library has token buckets that several processes share
without a server of its own for them.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

CLIENTS = 10_000
"""So many are remembered; who was not seen for the longest time starts anew."""


@dataclass(frozen=True)
class Rate:
    """Requests a second in the long run, and at once. A pull of five layers makes about ten."""

    per_second: float = 20
    burst: float = 500


@dataclass(frozen=True)
class Bucket:
    """The tokens that were left at a time."""

    tokens: float
    at: float

    def filled(self, rate: Rate, now: float) -> float:
        """The tokens in it now."""
        return min(rate.burst, self.tokens + (now - self.at) * rate.per_second)


@dataclass
class Limiter:
    """The buckets of all clients. Not for several threads at once."""

    rate: Rate
    clock: Callable[[], float] = time.monotonic
    buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def wait(self, client: str) -> float:
        """Take a token: 0, or the seconds until there is one again."""
        now = self.clock()
        known = self.buckets.pop(client, Bucket(self.rate.burst, now))
        left = known.filled(self.rate, now)
        taken = 1 if left >= 1 else 0
        self.buckets[client] = Bucket(left - taken, now)
        if len(self.buckets) > CLIENTS:
            self.buckets.popitem(last=False)
        return 0 if taken else (1 - left) / self.rate.per_second

    def empty(self, client: str) -> bool:
        """Whether there is no token now; none is taken."""
        known = self.buckets.get(client)
        return known is not None and known.filled(self.rate, self.clock()) < 1


def network_of(address: str) -> str:
    """One client's addresses: this machine, an IPv4 address, or the /64 of an IPv6 address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.is_loopback:
        return "127.0.0.1"
    if known.version == 4:
        return address
    mapped = known.ipv4_mapped
    return str(mapped or ipaddress.ip_network((known, 64), strict=False))
