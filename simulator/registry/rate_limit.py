"""How much one client may ask of a served registry: a token bucket for each.

Every client has a bucket of `burst` tokens that fills again by `per_second`; a request takes one.
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
    burst: int = 500


@dataclass(frozen=True)
class Bucket:
    """What was left at a time."""

    tokens: float
    at: float

    def filled(self, rate: Rate, now: float) -> float:
        """What is in it now."""
        return min(rate.burst, self.tokens + (now - self.at) * rate.per_second)


@dataclass
class Limiter:
    """The buckets of all clients. Not for several threads at once."""

    rate: Rate
    clock: Callable[[], float] = time.monotonic
    buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def wait(self, client: str) -> float:
        """Take a token: 0, or the seconds until there is one again."""
        now, name = self.clock(), household(client)
        known = self.buckets.pop(name, Bucket(self.rate.burst, now))
        left = known.filled(self.rate, now)
        taken = 1 if left >= 1 else 0
        self.buckets[name] = Bucket(left - taken, now)
        if len(self.buckets) > CLIENTS:
            self.buckets.popitem(last=False)
        return 0 if taken else (1 - left) / self.rate.per_second


def household(client: str) -> str:
    """The address, or the network that an IPv6 client may choose its addresses from."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False))
