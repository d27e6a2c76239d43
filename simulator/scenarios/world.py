"""A world as data: its sites by host, its client, its clock.

Scenarios, challenges and recordings all say their world in these terms. What a host is for is
said by its `role`, never by its name.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.docker.machine import Client
from simulator.protocol.certificate import Certificate
from simulator.protocol.hosts import address_of
from simulator.protocol.network_failure import Obstacle
from simulator.registry.fixtures import (
    hub_repositories,
    platform_repositories,
    repositories,
)
from simulator.registry.model import Auth, Fault, PullLimit, Registry, Repository, User
from simulator.registry.pull_limit import IN_A_PULL
from simulator.scenarios.client import ClientDocument
from simulator.sources.front import Interference
from simulator.sources.world import Role, Site, Tls, Upstream, WebLogin, World

NOW = 1767225600
"""The clock of a world that says nothing else: 1 January 2026, 00:00 UTC."""
Contents = Mapping[str, Callable[[], Mapping[str, Repository]]]
LESSON: Contents = {
    "lesson": repositories, "hub": hub_repositories, "platforms": platform_repositories,
}  # fmt: skip
"""By name, the repositories that a site can hold."""


class InvalidWorld(ValueError):
    """The world makes no sense; the message says where."""


class Strict(BaseModel):
    """A part of a file that holds nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Account(Strict):
    """A user of a registry; `may_pull` and `may_push` are patterns of repository names."""

    password: str
    may_pull: tuple[str, ...] = ()
    may_push: tuple[str, ...] = ()


class TokenRules(Strict):
    """How the token service differs from the usual one.

    `post`: it takes the OAuth2 POST. `identity`: it gives identity tokens. `lifetime` and `skew`
    (how far its clock is ahead) are seconds. `denies` is the status with which it refuses a
    scope; None leaves it out of the token. `audience`: what the tokens are for, if not this
    registry. `access`: the scopes that are in every token, if not those that were asked for.
    """

    post: bool = False
    identity: bool = False
    lifetime: int = 300
    skew: int = 0
    denies: int | None = None
    audience: str = ""
    access: tuple[str, ...] | None = None


DAY = 86_400


class CertificateDocument(Strict):
    """A certificate; the days are counted from the world's clock, and negative in the past.

    `names` None are those of the host.
    """

    names: tuple[str, ...] | None = None
    common_name: str = ""
    starts_in: int | None = None
    ends_in: int | None = None

    def at(self, now: int) -> Certificate:
        starts, ends = (None if days is None else now + days * DAY
                        for days in (self.starts_in, self.ends_in))  # fmt: skip
        return Certificate(self.names, self.common_name, starts, ends)


class LimitDocument(Strict):
    """How many pulls the registry allows in `window` seconds; `used` are those that were made
    before the first command, by account, with an empty name for the address."""

    address: int = 100
    account: int = 200
    window: int = 21_600
    used: dict[str, int] = Field(default_factory=dict)

    def at(self, now: int) -> PullLimit:
        asked = {who: pulls * IN_A_PULL for who, pulls in self.used.items()}
        since = dict.fromkeys(self.used, now)
        return PullLimit(self.address, self.account, self.window, asked=asked, since=since)


class SiteDocument(Strict):
    """What listens at a host.

    `of` names the site whose registry answers here too: a token service, a storage host, or another
    name of the same registry. `images` names what it holds (see `Contents`), and `tags` moves tags
    of it: `repository:tag` to a tag of that repository, or to a digest. `realm` is where a token
    service is, if not at the host with that role. `redirects`: blobs are at the storage host.
    `faults` are the registry's own, `front` is in front of it. `alert` ends every TLS handshake, in
    Go's words; `wants_certificate`: clients must show one. `limit`: how many pulls it allows.
    `caches`: it is a cache of the registry at this host, where `caches_as` (`user:password`) is its
    account.
    """

    role: Role = Role.REGISTRY
    of: str = ""
    address: str = "192.0.2.10"
    tls: Tls = Tls.TRUSTED
    certificate: CertificateDocument = CertificateDocument()
    alert: str = ""
    wants_certificate: bool = False
    obstacle: Obstacle | None = None
    auth: Auth = Auth.BEARER
    realm: str = ""
    service: str = ""
    images: str = ""
    tags: dict[str, str] = Field(default_factory=dict)
    users: dict[str, Account] = Field(default_factory=dict)
    public: tuple[str, ...] = ("public/*",)
    faults: tuple[Fault, ...] = ()
    front: tuple[Interference, ...] = ()
    tokens: TokenRules = TokenRules()
    redirects: bool = False
    sorts_tags: bool = True
    web: WebLogin | None = None
    limit: LimitDocument | None = None
    caches: str = ""
    caches_as: str = ""
    writable: bool = False
    """It takes pushes."""
    empty: bool = False
    """Nothing listens here but the front, if there is one."""


class WorldDocument(Strict):
    """A whole world."""

    now: int = NOW
    sites: dict[str, SiteDocument] = Field(default_factory=dict)
    client: ClientDocument = ClientDocument()

    def hosts(self, role: Role, of: str = "") -> list[str]:
        """The hosts of this role, of this registry or of any."""
        known = self.sites.items()
        return [host for host, one in known if one.role is role and (not of or one.of == of)]

    def network(self, contents: Contents = LESSON) -> World:
        """The hosts and what listens there. Raises InvalidWorld."""
        own = {host: self.registry(host, contents) for host, one in self.sites.items()
               if not (one.of or one.empty or one.web)}  # fmt: skip
        return World({host: self.site(host, own) for host in self.sites}, self.now)

    def site(self, host: str, own: Mapping[str, Registry]) -> Site:
        one = self.sites[host]
        if one.of and one.of not in own:
            raise InvalidWorld(f"sites.{host}.of: there is no registry at {one.of!r}")
        registry = own.get(one.of or host)
        if registry and one.role is Role.STORAGE:
            registry = replace(registry, auth=Auth.NONE, blobs_at=None)
        if registry and one.role is Role.TOKENS and one.tokens.audience:
            registry = replace(registry, service=one.tokens.audience)
        return Site(
            registry, one.tls, one.obstacle, one.address, one.web, one.role, one.front,
            one.certificate.at(self.now), one.alert, one.wants_certificate,
            Upstream(one.caches, one.caches_as) if one.caches else None,
        )  # fmt: skip

    def engine_client(self, engine: str) -> Client:
        """The client before the first command. Networks among the insecure registries stand
        for the hosts that have their address there."""
        client = self.client.client(engine, self.now)
        return replace(client, insecure=tuple(dict.fromkeys(self.insecure())))

    def insecure(self) -> Iterator[str]:
        for entry in self.client.insecure:
            host = entry.removeprefix("https://").removeprefix("http://")
            yield host
            network = network_of(host)
            for name, one in self.sites.items():
                if network and address_of(one.address) in network:
                    yield name

    def registry(self, host: str, contents: Contents) -> Registry:
        one = self.sites[host]
        return Registry(
            auth=one.auth,
            realm=self.realm(host),
            service=one.service or host,
            repositories=self.repositories(host, contents),
            users={
                name: User(who.password, who.may_pull, who.may_push)
                for name, who in one.users.items()
            },
            writable=one.writable,
            public=one.public,
            faults=one.faults,
            in_order=one.sorts_tags,
            denies=one.tokens.denies,
            refresh=one.tokens.identity,
            blobs_at=self.blobs_at(host),
            token_post=one.tokens.post,
            token_lifetime=one.tokens.lifetime,
            token_skew=one.tokens.skew,
            token_access=one.tokens.access,
            now=self.now,
            limit=one.limit.at(self.now) if one.limit else None,
        )

    def realm(self, host: str) -> str:
        one = self.sites[host]
        if one.realm or one.auth is not Auth.BEARER:
            return one.realm or "Private registry"
        issuers = self.hosts(Role.TOKENS, host)
        if not issuers:
            raise InvalidWorld(f"sites.{host}: it wants tokens, and no site is its token service")
        return f"https://{issuers[0]}/token"

    def blobs_at(self, host: str) -> str | None:
        if not self.sites[host].redirects:
            return None
        stores = self.hosts(Role.STORAGE, host)
        if not stores:
            raise InvalidWorld(f"sites.{host}.redirects: no site is its storage host")
        return f"https://{stores[0]}/blobs/"

    def repositories(self, host: str, contents: Contents) -> Mapping[str, Repository]:
        one = self.sites[host]
        if one.images and one.images not in contents:
            known = ", ".join(contents)
            raise InvalidWorld(f"sites.{host}.images: {one.images!r} is none of {known}")
        held = dict(contents[one.images]()) if one.images else {}
        for image, target in one.tags.items():
            name, _, tag = image.rpartition(":")
            repository = held.get(name)
            tags = repository.tags if repository else {}
            digest = target if ":" in target else tags.get(target, "")
            if repository is None or digest not in repository.manifests:
                raise InvalidWorld(f"sites.{host}.tags.{image}: there is no {target!r} in {name!r}")
            held[name] = replace(repository, tags={**repository.tags, tag: digest})
        return held


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network that is written here (CIDR), or None for a host."""
    try:
        return ipaddress.ip_network(text) if "/" in text else None
    except ValueError:
        return None


def merged(document: Any, patch: Any) -> Any:
    """The document with the fields of the patch; objects are merged, all else is replaced."""
    if isinstance(document, Mapping) and isinstance(patch, Mapping):
        return {**document, **{k: merged(document.get(k), v) for k, v in patch.items()}}
    return patch


def carried(before: Any, after: Any, now: Any) -> Any:
    """`now`, with what differs between `before` and `after`: a change of a world in use.

    Objects with fields and mappings are taken apart, all else is replaced as a whole.
    """
    if before == after:
        return now
    if isinstance(before, Mapping) and isinstance(after, Mapping) and isinstance(now, Mapping):
        gone = {key for key in before if key not in after}
        kept = {key: value for key, value in now.items() if key not in gone}
        changed = {key: carried(before.get(key), value, now.get(key, value))
                   for key, value in after.items() if before.get(key) != value}  # fmt: skip
        return {**kept, **changed}
    if type(before) is type(after) is type(now) and hasattr(before, "__dataclass_fields__"):
        parts = {name: carried(*(getattr(one, name) for one in (before, after, now)))
                 for name in before.__dataclass_fields__}  # fmt: skip
        return replace(now, **parts)
    return after


def changed_world(before: World, after: World, now: World) -> World:
    """The world in use, with what differs between the other two.

    A registry that answers at several hosts stays one registry.
    """
    world: World = carried(before, after, now)
    one: dict[int, Registry | None] = {}
    sites = {}
    for host, site in world.sites.items():
        known = now.sites[host].registry if host in now.sites else None
        shared = known if known and site.role is not Role.STORAGE else site.registry
        sites[host] = replace(site, registry=one.setdefault(id(shared), site.registry))
    return World(sites, world.now)
