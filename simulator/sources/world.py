"""A world as data: the hosts, the servers on them, and the obstacles on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from simulator.protocol.certificate import Certificate, fault
from simulator.protocol.message import Trust
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.registry.model import Registry
from simulator.sources.front import Interference


class Tls(StrEnum):
    """How a host speaks TLS."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    PLAIN = "plain"


class Role(StrEnum):
    """What a host is for: people name a registry, and a registry names the others."""

    REGISTRY = "registry"
    TOKENS = "tokens"
    STORAGE = "storage"
    LOGIN = "login"
    PROXY = "proxy"


@dataclass(frozen=True)
class WebLogin:
    """Docker's login service: the code that it gives, which is never confirmed."""

    device_code: str = field(repr=False)
    user_code: str
    where: str


@dataclass(frozen=True)
class Upstream:
    """The host from which a cache fetches, and the account (`user:password`) with which it does;
    without one it is anonymous there."""

    host: str
    account: str = field(default="", repr=False)


@dataclass(frozen=True)
class Site:
    """What listens at a host: a registry (with its token service), or an obstacle."""

    registry: Registry | None = None
    tls: Tls = Tls.TRUSTED
    obstacle: Obstacle | None = None
    address: str = "192.0.2.10"
    web: WebLogin | None = None
    role: Role = Role.REGISTRY
    front: tuple[Interference, ...] = ()
    certificate: Certificate = Certificate()
    alert: str = ""
    """The alert with which the host ends every TLS handshake, if it does, in Go's words."""
    wants_certificate: bool = False
    """Whether a client must show a certificate."""
    upstream: Upstream | None = None
    """What it is a cache of."""

    def refusal(self, name: str, trust: Trust, now: int) -> NetworkFailure | None:
        """Why no TLS comes about with a client that calls the host by this name."""
        if self.alert:
            return NetworkFailure(Obstacle.ALERT, self.alert)
        known = trust.authority or (self.certificate.known and self.tls is not Tls.UNTRUSTED)
        wrong = fault(replace(self.certificate, known=known), name, now)
        if wrong and trust.verifies:
            return wrong
        unknown = self.wants_certificate and not trust.identity
        return NetworkFailure(Obstacle.ALERT, CERTIFICATE_REQUIRED) if unknown else None


CERTIFICATE_REQUIRED = "certificate required"


@dataclass(frozen=True)
class World:
    """Hosts by name (with port where it is not 443). A name that is absent does not resolve."""

    sites: Mapping[str, Site] = field(default_factory=dict)
    now: int = 0
    """The clock of all of them, in seconds since 1970. The client's is the same."""

    def hosts(self, role: Role) -> tuple[str, ...]:
        """The hosts of this role, in their order."""
        return tuple(host for host, site in self.sites.items() if site.role is role)

    def later(self, seconds: int) -> "World":
        """The same world after so many seconds."""
        now = self.now + seconds
        known = {id(site.registry): site.registry for site in self.sites.values() if site.registry}
        moved = {key: replace(registry, now=now) for key, registry in known.items()}
        sites = {
            host: replace(site, registry=moved.get(id(site.registry)))
            for host, site in self.sites.items()
        }
        return World(sites, now)


def keep(sites: dict[str, Site], before: Registry, after: Registry) -> None:
    """The registry as the answer left it, at each host where it listens."""
    for host, site in sites.items() if after is not before else ():
        if site.registry is before:
            sites[host] = replace(site, registry=after)
