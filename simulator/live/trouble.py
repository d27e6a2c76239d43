"""What the learner broke, as data, and the registry that comes of it.

Every switch turns into what `simulator.registry` knows already: faults, a user who may do
nothing, a clock that is ahead, a token that lives no second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from simulator.protocol.errors import standard_message
from simulator.protocol.manifest import Index, Manifest, parse_manifest
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, Repository, User
from simulator.words.i18n import N_

SPEED = 60_000
"""Bytes a second on the slow link: the first image takes some seconds."""


@dataclass(frozen=True)
class Trouble:
    """Everything that can be broken; all False is a registry that works."""

    revoked: bool = False
    expired: bool = False
    denied: bool = False
    corrupt: bool = False
    limited: bool = False
    withheld: bool = False
    slow: bool = False
    unavailable: int = 0

    @property
    def any(self) -> bool:
        return self != Trouble()

    @property
    def switched_on(self) -> tuple[str, ...]:
        """The names of what is broken just now."""
        return tuple(name for name, value in vars(self).items() if value)


SWITCHES: Mapping[str, tuple[str, str]] = {
    "revoked": (N_("Revoke the password"), N_("The account's password is no longer right.")),
    "expired": (N_("Expire tokens"), N_("Every token is past its time, as with a wrong clock.")),
    "denied": (N_("Take away the right"), N_("The account may no longer pull its images.")),
    "corrupt": (N_("Corrupt the layers"), N_("One byte of each layer is flipped on its way.")),
    "limited": (N_("Limit the rate"), N_("The registry answers 429: too many requests.")),
    "withheld": (
        N_("Deny after the manifest"), N_("The manifest is given, its blobs are not."),
    ),
    "slow": (N_("Slow the link"), N_("Layers arrive at 60 kB a second.")),
}  # fmt: skip
"""By field of `Trouble`: what the switch is called, and what it does."""
UNAVAILABLE = N_("503 for some requests")


def title_of(name: str) -> str:
    """What this field of `Trouble` is called on the page."""
    return SWITCHES[name][0] if name in SWITCHES else UNAVAILABLE


def images_for(name: str) -> Mapping[str, Repository]:
    """A learner's own repositories, in a namespace that is called as they are."""
    known = repositories()
    return {
        f"{name}/app": known["team/app"],
        f"{name}/myimage": known["myimage"],
        f"{name}/multi": known["team/multi"],
    }


def registry_for(name: str, password: str, trouble: Trouble, now: int) -> Registry:
    """The registry that this learner meets. `password` is the one that is right just now."""
    own = images_for(name)
    public = {"public/hello": repositories()["public/hello"]}
    may = () if trouble.denied else (f"{name}/*",)
    return Registry(
        auth=Auth.BEARER,
        service="pullscope",
        referrers=True,
        repositories={**own, **public},
        users={name: User(password, may)},
        faults=faults(trouble),
        token_lifetime=0 if trouble.expired else 300,
        now=now,
    )


def unavailable_after(registry: Registry) -> int:
    """How many of the next requests are still answered 503."""
    return sum(fault.times or 0 for fault in registry.faults if fault.part is None)


def faults(trouble: Trouble) -> tuple[Fault, ...]:
    found: list[Fault] = []
    if trouble.unavailable:
        found.append(Fault(None, 503, "UNAVAILABLE", "try again later", times=trouble.unavailable))
    if trouble.limited:
        found.append(Fault(Part.MANIFEST, 429, "TOOMANYREQUESTS", "too many requests: wait"))
    if trouble.withheld:
        found.append(Fault(Part.BLOB, 403, "DENIED", standard_message("DENIED")))
    if trouble.corrupt:
        found += [Fault(Part.BLOB, corrupt=True, digest=layer) for layer in layers()]
    return tuple(found)


@cache
def layers() -> tuple[str, ...]:
    """The layers of all images; configs stay as they are."""
    digests = (digest for repository in repositories().values() for digest in repository.manifests)
    found = (known(digest) for digest in digests)
    named = (x.digest for one in found if isinstance(one, Manifest) for x in one.layers)
    return tuple(dict.fromkeys(named))


@lru_cache(maxsize=1000)  # clients ask for any digest
def known(digest: str) -> Manifest | Index | None:
    """The manifest that our registry has under this digest."""
    for repository in repositories().values():
        stored = repository.manifests.get(digest)
        if stored:
            return parse_manifest(stored.data, digest, stored.media_type)
    return None
