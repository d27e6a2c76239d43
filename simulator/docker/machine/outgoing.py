"""What the client knows about a push that is under way."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from simulator.protocol.authorization import Authorization
from simulator.protocol.manifest import Descriptor, Manifest
from simulator.protocol.secrets import MASK


class Stage(StrEnum):
    """How far a blob has come; the last four are ends or nearly so."""

    UNCHECKED = "unchecked"
    MISSING = "missing"
    OPEN = "open"
    SENT = "sent"
    COMMITTED = "committed"
    THERE = "there"


@dataclass(frozen=True)
class Parcel:
    """One blob of the push. `location` is where it is sent, `source` a repository of the same
    registry that has it, `sent_as` what the engine makes of it."""

    blob: Descriptor
    stage: Stage = Stage.UNCHECKED
    location: str = ""
    source: str = ""
    sent_as: Descriptor | None = None
    mounted: bool = False
    failures: int = 0
    checks: int = 0
    known: bool = False
    """The same command has brought it there, for another tag."""

    @property
    def going(self) -> Descriptor:
        """The blob as the registry gets it."""
        return self.sent_as or self.blob


@dataclass(frozen=True)
class Outgoing:
    """The push so far. `index` is the digest of an index that stays here."""

    manifest: Manifest | None = None
    index: str = ""
    parcels: tuple[Parcel, ...] = ()
    challenged: bool = False
    """Whether the last challenge waits for an answer; `challenges` were answered."""
    challenges: int = 0
    free: bool = False
    """Whether the tag was looked up, and does not mean this manifest."""
    stands: Literal["", "kept", "pushed"] = ""
    """How the tag came to mean this manifest; empty while it is not known to."""
    mounting: tuple[str, str] | None = None
    """The blob's digest and the other repository for which a token is fetched now."""
    granted: tuple[tuple[tuple[str, str], Authorization], ...] = ()
    """The tokens for mounts, by digest and repository."""

    def parcel(self, blob: Descriptor) -> Parcel:
        return next(one for one in self.parcels if one.blob == blob)

    def masked(self) -> "Outgoing":
        if not self.granted:
            return self
        granted = tuple((mount, replace(one, secret=MASK)) for mount, one in self.granted)
        return replace(self, granted=granted)

    def changed(self, parcel: Parcel) -> "Outgoing":
        """With this parcel in place of that of the same blob."""
        kept = tuple(parcel if one.blob == parcel.blob else one for one in self.parcels)
        return replace(self, parcels=kept)
