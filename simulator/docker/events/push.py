"""Facts of `docker tag` and `docker push`."""

from dataclasses import dataclass

from simulator.docker.events.base import Event, Failure
from simulator.protocol.manifest import Descriptor, Manifest
from simulator.protocol.platform import Platform
from simulator.protocol.reference import Reference


@dataclass(frozen=True)
class ImageTagged(Event):
    """The image has one more name. No registry was asked."""

    name: str
    digest: str


@dataclass(frozen=True)
class ImageFound(Event):
    """The image store has images of this repository."""


@dataclass(frozen=True)
class TagMissing(Failure):
    """Nothing in the image store has this name. `lone`: nothing is of this repository at all."""

    name: str
    lone: bool = False


@dataclass(frozen=True)
class PlatformAbsent(Failure):
    """The image that is pushed has nothing for this platform."""

    platform: Platform


@dataclass(frozen=True)
class NextTagDue(Event):
    """`docker push --all-tags` goes on with the next tag of the repository."""

    reference: Reference


@dataclass(frozen=True)
class PushPlanned(Event):
    """The content that goes to the registry: a manifest with its layers and its config.

    `index` is the digest of the index that stays here, since not all it names is here.
    """

    manifest: Manifest
    index: str = ""


@dataclass(frozen=True)
class CredentialsWanted(Event):
    """The registry wants credentials before it says anything about blobs."""


@dataclass(frozen=True)
class CheckSkipped(Event):
    """Without credentials the engine cannot look for blobs. It goes on and starts uploads."""


@dataclass(frozen=True)
class MountTokenWanted(Event):
    """To mount this blob the engine needs a token that may pull from the other repository too."""

    blob: Descriptor
    source: str


@dataclass(frozen=True)
class BlobFound(Event):
    """The registry has this blob in this repository."""

    blob: Descriptor


@dataclass(frozen=True)
class BlobMissing(Event):
    """The registry does not have this blob in this repository."""

    blob: Descriptor
    status: int


@dataclass(frozen=True)
class BlobsChecked(Event):
    """The registry lacks some of the blobs. `left` are those that it is not known to have; they
    are mounted or uploaded next."""

    left: tuple[Descriptor, ...]


@dataclass(frozen=True)
class BlobMounted(Event):
    """The registry took the blob from another of its repositories: nothing is sent."""

    blob: Descriptor
    source: str


@dataclass(frozen=True)
class MountRefused(Event):
    """The registry does not take the blob from the other repository."""

    blob: Descriptor
    status: int


@dataclass(frozen=True)
class UploadStarted(Event):
    """The registry says where the blob is to be sent."""

    blob: Descriptor
    location: str


@dataclass(frozen=True)
class BlobSent(Event):
    """The bytes arrived; the digest is still to be said."""

    blob: Descriptor
    location: str


@dataclass(frozen=True)
class BlobCommitted(Event):
    """The registry has the whole blob, and the digest is right."""

    blob: Descriptor


@dataclass(frozen=True)
class BlobConfirmed(Event):
    """The engine asked for the blob once more, and it is there."""

    blob: Descriptor


@dataclass(frozen=True)
class UploadRetried(Event):
    """An upload failed in a way that may pass; it starts anew after a wait."""

    blob: Descriptor
    status: int
    attempt: int


@dataclass(frozen=True)
class BlobsPushed(Event):
    """All blobs that the manifest names are in the registry."""


@dataclass(frozen=True)
class TagFree(Event):
    """The tag means nothing in the registry, or something else, which the manifest replaces."""

    digest: str = ""


@dataclass(frozen=True)
class TagKept(Event):
    """The tag means this very manifest already."""


@dataclass(frozen=True)
class ManifestPushed(Event):
    """The registry has the manifest under its tag: the image can be pulled."""

    digest: str
