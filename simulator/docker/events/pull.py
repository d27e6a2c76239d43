"""Facts of `docker pull`, and of what every command asks a registry."""

from dataclasses import dataclass, field
from typing import Annotated

from simulator.docker.config_file import Credential
from simulator.docker.events.base import Event, Failure
from simulator.docker.unions import Tagged
from simulator.protocol.challenge import Challenge
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, Manifest
from simulator.protocol.reference import Reference


@dataclass(frozen=True)
class AccessOpen(Event):
    """`GET /v2/` was answered without a challenge."""

    status: int


@dataclass(frozen=True)
class PingSkipped(Event):
    """This engine does not ask `GET /v2/` first; it goes straight to the tag."""


@dataclass(frozen=True)
class Challenged(Event):
    """401: the registry names how to prove who you are.

    `mirror` is the address of a mirror, where that is who asks.
    """

    challenge: Challenge
    mirror: str = ""


@dataclass(frozen=True)
class CredentialAttached(Event):
    """Basic: the user name and password themselves go along from now on."""


@dataclass(frozen=True)
class RequestMoved(Event):
    """The answer points to another address; `method` and `url` say what is asked there."""

    method: str
    url: str


@dataclass(frozen=True)
class TokenPostRefused(Event):
    """The token service does not take the OAuth2 POST; GET is next."""

    status: int


@dataclass(frozen=True)
class TokenIssued(Event):
    """The token service issued a token; `access` and `lifetime` (seconds) as claimed in it.

    `claims` is a JWT's payload as JSON: without the signature it opens nothing.
    """

    token: str = field(repr=False)
    lifetime: int | None = None
    access: tuple[str, ...] = ()
    identity_token: str = field(default="", repr=False)
    claims: str = ""
    issued: int | None = None
    """When it was issued by the service's own clock, in seconds since 1970, if it says so."""


@dataclass(frozen=True)
class AuthorizationSpared(Event):
    """All that the digest names is here: no request follows that needs the authorization."""


@dataclass(frozen=True)
class ReferenceParsed(Event):
    reference: Reference


@dataclass(frozen=True)
class CredentialFound(Event):
    credential: Credential


@dataclass(frozen=True)
class CredentialMissing(Event):
    """The credential store has no entry for this registry."""

    key: str


@dataclass(frozen=True)
class FellBackToHttp(Event):
    """No TLS there, and the host is this machine: plain HTTP is tried."""


@dataclass(frozen=True)
class AskedAgain(Event):
    """The engine repeats the request after this answer."""

    url: str
    status: int


@dataclass(frozen=True)
class ErrorWithoutBody(Event):
    """A HEAD answer has no body; the engine asks again with GET to read the reason."""

    status: int


@dataclass(frozen=True)
class TagsListed(Event):
    """`--all-tags`: the repository has these tags, in the registry's order."""

    tags: tuple[str, ...]


@dataclass(frozen=True)
class NextTagTaken(Event):
    """`--all-tags`: the one tag is done, this one is next."""

    reference: Reference


@dataclass(frozen=True)
class SoughtAmongBlobs(Event):
    """No manifest has this digest, or the request for it failed (`why`); the engine asks whether
    a blob has it."""

    digest: str
    why: Annotated[Failure, Tagged("event")]


@dataclass(frozen=True)
class Resolved(Event):
    """The tag (or digest) stands for this digest."""

    digest: str
    media_type: str = ""
    size: int = 0
    """Bytes, as the registry announces them; 0 where it was not asked."""


@dataclass(frozen=True)
class MirrorDeclined(Event):
    """A mirror did not give this object; the next host is asked for it."""

    mirror: str
    method: str
    url: str
    why: Annotated[Failure, Tagged("event")] | None = None


@dataclass(frozen=True)
class AllDeclined(Failure):
    """No host had this object. Docker prints one of their errors, `why`."""

    why: Annotated[Failure, Tagged("event")]


@dataclass(frozen=True)
class MirrorGivenUp(Event):
    """The pull from a mirror of Docker Hub failed; it begins again elsewhere."""

    why: Annotated[Failure, Tagged("event")]


@dataclass(frozen=True)
class FellBackToTag(Event):
    """The registry does not know the digest that it named; the tag itself is asked for."""


@dataclass(frozen=True)
class AlreadyUpToDate(Event):
    """The image store holds this digest under this name."""


@dataclass(frozen=True)
class UpdateNeeded(Event):
    """The image store does not hold it."""


@dataclass(frozen=True)
class IndexReceived(Event):
    index: Index


@dataclass(frozen=True)
class PlatformSelected(Event):
    entry: Descriptor


@dataclass(frozen=True)
class ManifestReceived(Event):
    """The manifest arrived and its digest is right."""

    manifest: Manifest


@dataclass(frozen=True)
class ManifestHeld(Event):
    """An earlier pull left this manifest here; it is not asked for."""

    manifest: Manifest


@dataclass(frozen=True)
class IndexHeld(Event):
    """An earlier pull left this index here; it is not asked for."""

    index: Index


@dataclass(frozen=True)
class LayersPlanned(Event):
    """Layers compared with the image store: these are missing, those already exist."""

    missing: tuple[Descriptor, ...]
    present: tuple[Descriptor, ...] = ()


@dataclass(frozen=True)
class BlobReceived(Event):
    """A blob arrived and its digest is right. `kind` is `config` or `layer`.

    A `config` is read; of a layer the `unpacked` size is known, where it was unpacked.
    """

    blob: Descriptor
    kind: str
    config: ImageConfig | None = None
    unpacked: int | None = None


@dataclass(frozen=True)
class Redirected(Event):
    """The blob is elsewhere; the credential does not follow."""

    digest: str
    location: str


@dataclass(frozen=True)
class DownloadCut(Event):
    """The connection ended early; the rest is asked for by range."""

    blob: Descriptor
    received: int


@dataclass(frozen=True)
class BlobsVerified(Event):
    """Everything the manifest names is here, each with the digest it promised."""


@dataclass(frozen=True)
class ImageStored(Event):
    """The image is in the image store under its name; `newer` if the name said less before."""

    reference: Reference
    digest: str
    newer: bool = True


@dataclass(frozen=True)
class SessionEnded(Event):
    """No command is left."""


@dataclass(frozen=True)
class WorldChanged(Event):
    """The world is another one before the next command: a tag moved, time passed.

    `say` is what happened, for people.
    """

    say: str


@dataclass(frozen=True)
class Listening(Event):
    """Observed only: the registry is there, and has had no request yet."""


@dataclass(frozen=True)
class UnexpectedRequest(Event):
    """Observed only: a request that the story does not foresee here. It is shown as just that."""

    method: str
    url: str
    status: int
