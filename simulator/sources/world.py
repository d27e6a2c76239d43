"""A world as data: which hosts there are, what listens there, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.protocol.network_failure import Obstacle
from simulator.registry.model import Registry


class Tls(StrEnum):
    """How a host speaks TLS."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    PLAIN = "plain"


@dataclass(frozen=True)
class WebLogin:
    """Docker's login service: the code that it gives, which nobody ever confirms."""

    device_code: str = field(repr=False)
    user_code: str
    where: str


@dataclass(frozen=True)
class Site:
    """What listens at a host: a registry (with its token service), or an obstacle."""

    registry: Registry | None = None
    tls: Tls = Tls.TRUSTED
    obstacle: Obstacle | None = None
    address: str = "192.0.2.10"
    web: WebLogin | None = None


@dataclass(frozen=True)
class World:
    """Hosts by name (with port where it is not 443). A name that is absent does not resolve."""

    sites: Mapping[str, Site] = field(default_factory=dict)
