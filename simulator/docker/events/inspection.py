"""Facts of `docker manifest inspect`."""

from dataclasses import dataclass
from typing import Annotated

from simulator.docker.events.base import Event, Failure
from simulator.docker.unions import Tagged
from simulator.protocol.manifest import Descriptor, Index, Manifest


@dataclass(frozen=True)
class ReadManifest:
    """A manifest that the CLI has read: what names it, its text, and what its config says."""

    name: str
    descriptor: Descriptor
    text: str


@dataclass(frozen=True)
class ManifestRead(Event):
    """The registry gave a manifest. Its config is next: that tells the platform."""

    manifest: Manifest
    text: str


@dataclass(frozen=True)
class EntriesRead(Event):
    """The registry gave an index: the CLI reads each manifest that it names."""

    index: Index


@dataclass(frozen=True)
class PlatformRead(Event):
    """The config of a manifest is here."""

    read: ReadManifest


@dataclass(frozen=True)
class SoughtAsList(Event):
    """No single manifest was read, whatever the reason: the CLI begins anew, for an index."""

    why: Annotated[Failure, Tagged("event")] | None = None


@dataclass(frozen=True)
class ManifestInspected(Event):
    """All that was to be read is here."""

    read: tuple[ReadManifest, ...]
    listed: bool = False
