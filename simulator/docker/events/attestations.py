"""Facts about what is fetched beside an image: its attestation, and the signatures of that."""

from dataclasses import dataclass
from typing import Annotated

from simulator.docker.events.base import Event, Failure
from simulator.docker.unions import Tagged
from simulator.protocol.manifest import Descriptor, Manifest


@dataclass(frozen=True)
class ReferrersDue(Event):
    """The image is here with its attestation; the engine still asks who signed that."""


@dataclass(frozen=True)
class AttestationSought(Event):
    """The index has an attestation for this image; the engine fetches it too."""

    entry: Descriptor


@dataclass(frozen=True)
class AttestationRead(Event):
    """The attestation's manifest is here, received or from before."""

    manifest: Manifest


@dataclass(frozen=True)
class ReferrersUnsupported(Event):
    """The referrers API does not answer; the tag that stands for it is next. `why` is None where
    the registry does not know it."""

    why: Annotated[Failure, Tagged("event")] | None = None


@dataclass(frozen=True)
class ReferrersListed(Event):
    """These signatures refer to the attestation."""

    referrers: tuple[Descriptor, ...] = ()


@dataclass(frozen=True)
class SignatureRead(Event):
    """A signature's manifest is here, received or from before."""

    manifest: Manifest


@dataclass(frozen=True)
class AttestationsComplete(Event):
    """Every manifest beside the image is here; blobs are next."""
