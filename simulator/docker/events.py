"""Facts that a run meets, in the past tense. Failures are facts like any other.

Every failure ends the run in `Phase.FAILED`; it says what was asked and what came back, and
each engine finds its own words for it (`simulator.docker.engines`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from simulator.docker.cli.commands import Command, Images, Inspect, Login, Logout, Pull, Remove
from simulator.docker.config_file import Credential
from simulator.docker.image_store import HeldImage, Refusal, Removal
from simulator.docker.unions import Tagged
from simulator.protocol.challenge import Challenge
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, Manifest
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.platform import Platform
from simulator.protocol.reference import Reference


@dataclass(frozen=True)
class RegistryError:
    """One entry of a registry's error body (distribution spec, error codes).

    `detail` is its detail as JSON, empty where there is none. `form` tells odd bodies apart:
    `details` (an older form with that one key), `json` (JSON without errors), `broken` (said to
    be JSON, which it is not: `detail` says why) and `text`.
    """

    code: str
    message: str = ""
    detail: str = ""
    form: str = "errors"
    whole: str = ""
    """The whole body, where the registry does not say that it is JSON."""


@dataclass(frozen=True)
class CommandTyped:
    """A command was typed; one class a command, since each is an edge of its own."""

    command: Command


@dataclass(frozen=True)
class LoginTyped(CommandTyped):
    command: Login


@dataclass(frozen=True)
class PullTyped(CommandTyped):
    command: Pull


@dataclass(frozen=True)
class LogoutTyped(CommandTyped):
    command: Logout


@dataclass(frozen=True)
class ImagesTyped(CommandTyped):
    command: Images


@dataclass(frozen=True)
class RemoveTyped(CommandTyped):
    command: Remove


@dataclass(frozen=True)
class InspectTyped(CommandTyped):
    command: Inspect


@dataclass(frozen=True)
class CredentialsEntered:
    """The user gave a name and a password; nobody has checked them yet."""

    credential: Credential


@dataclass(frozen=True)
class StoredCredentialsReused:
    """`docker login` without a name first tries what is stored."""

    credential: Credential


@dataclass(frozen=True)
class InputMissing:
    """`docker login` lacks a name or a password, and cannot ask."""

    what: str


@dataclass(frozen=True)
class WebLoginChosen:
    """Docker Hub, and no name was given: Docker's CLI logs in by way of a browser."""


@dataclass(frozen=True)
class DeviceCodeIssued:
    """Docker's login service gave a code that the user confirms at `where` (RFC 8628)."""

    device_code: str = field(repr=False)
    user_code: str
    where: str


@dataclass(frozen=True)
class WebLoginUnavailable:
    """No code came; Docker's CLI asks for name and password instead."""


@dataclass(frozen=True)
class ConfirmationPending:
    """The user has not confirmed the code yet."""


@dataclass(frozen=True)
class AccessOpen:
    """`GET /v2/` was answered without a challenge."""

    status: int


@dataclass(frozen=True)
class PingSkipped:
    """This engine does not ask `GET /v2/` first; it goes straight to the tag."""


@dataclass(frozen=True)
class Challenged:
    """401: the registry names how to prove who you are."""

    challenge: Challenge


@dataclass(frozen=True)
class CredentialAttached:
    """Basic: the user name and password themselves go along from now on."""


@dataclass(frozen=True)
class TokenPostRefused:
    """The token service does not take the OAuth2 POST; GET is next."""

    status: int


@dataclass(frozen=True)
class TokenIssued:
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
class LoginAccepted:
    """The registry took the credentials."""


@dataclass(frozen=True)
class CredentialsStored:
    """The credentials were written to the credential store, unencrypted without a helper."""

    key: str


@dataclass(frozen=True)
class CredentialsRemoved:
    """The entry was removed; no registry was asked. `kept` are those that could not be."""

    key: str
    found: bool = True
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReferenceParsed:
    reference: Reference


@dataclass(frozen=True)
class CredentialFound:
    credential: Credential


@dataclass(frozen=True)
class CredentialMissing:
    """The credential store has no entry for this registry."""

    key: str


@dataclass(frozen=True)
class FellBackToHttp:
    """No TLS there, and the host is this machine: plain HTTP is tried."""


@dataclass(frozen=True)
class AskedAgain:
    """The engine repeats the request after this answer."""

    url: str
    status: int


@dataclass(frozen=True)
class ErrorWithoutBody:
    """A HEAD answer has no body; the engine asks again with GET to read the reason."""

    status: int


@dataclass(frozen=True)
class TagsListed:
    """`--all-tags`: the repository has these tags, in the registry's order."""

    tags: tuple[str, ...]


@dataclass(frozen=True)
class NextTagTaken:
    """`--all-tags`: the one tag is done, this one is next."""

    reference: Reference


@dataclass(frozen=True)
class SoughtAmongBlobs:
    """No manifest has this digest; the engine asks whether a blob has."""

    digest: str


@dataclass(frozen=True)
class Resolved:
    """The tag (or digest) stands for this digest."""

    digest: str
    media_type: str = ""


@dataclass(frozen=True)
class AlreadyUpToDate:
    """The image store holds this digest under this name."""


@dataclass(frozen=True)
class UpdateNeeded:
    """The image store does not hold it."""


@dataclass(frozen=True)
class IndexReceived:
    index: Index


@dataclass(frozen=True)
class PlatformSelected:
    entry: Descriptor


@dataclass(frozen=True)
class ManifestReceived:
    """The manifest arrived and its digest is right."""

    manifest: Manifest


@dataclass(frozen=True)
class ManifestHeld:
    """An earlier pull left this manifest here; it is not asked for."""

    manifest: Manifest


@dataclass(frozen=True)
class IndexHeld:
    """An earlier pull left this index here; it is not asked for."""

    index: Index


@dataclass(frozen=True)
class LayersPlanned:
    """Layers compared with the image store: these are missing, those already exist."""

    missing: tuple[Descriptor, ...]
    present: tuple[Descriptor, ...] = ()


@dataclass(frozen=True)
class BlobReceived:
    """A blob arrived and its digest is right. `kind` is `config` or `layer`.

    A `config` is read; of a layer the `unpacked` size is known, where it was unpacked.
    """

    blob: Descriptor
    kind: str
    config: ImageConfig | None = None
    unpacked: int | None = None


@dataclass(frozen=True)
class Redirected:
    """The blob is elsewhere; the credential does not follow."""

    digest: str
    location: str


@dataclass(frozen=True)
class DownloadCut:
    """The connection ended early; the rest is asked for by range."""

    blob: Descriptor
    received: int


@dataclass(frozen=True)
class BlobsVerified:
    """Everything the manifest names is here, each with the digest it promised."""


@dataclass(frozen=True)
class ImageStored:
    """The image is in the image store under its name; `newer` if the name said less before."""

    reference: Reference
    digest: str
    newer: bool = True


@dataclass(frozen=True)
class ImagesListed:
    """What the image store holds of what was asked for. No registry was asked."""

    images: tuple[HeldImage, ...]


@dataclass(frozen=True)
class ImagesInspected:
    """What is known about these images, out of the image store alone."""

    images: tuple[HeldImage, ...]
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class ImagesRemoved:
    """Names were taken away; what has no name any more was deleted. `refused` are the rest."""

    removals: tuple[Removal, ...]
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class SessionEnded:
    """No command is left."""


@dataclass(frozen=True)
class Listening:
    """Observed only: the registry is there, and nobody has asked it anything yet."""


@dataclass(frozen=True)
class UnexpectedRequest:
    """Observed only: a request that the story does not foresee here. It is shown as just that."""

    method: str
    url: str
    status: int


@dataclass(frozen=True)
class LoginCanceled:
    """The user interrupted the wait for the browser."""


@dataclass(frozen=True)
class LoginRejected:
    url: str
    status: int
    errors: tuple[RegistryError, ...] = ()


@dataclass(frozen=True)
class TokenRefused:
    """The token service said no. `asked` is the request that needed the token."""

    method: str
    url: str
    status: int
    errors: tuple[RegistryError, ...] = ()
    asked: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class TokenMissing:
    """The token service's answer is good by its status, and there is no token in it."""

    method: str
    url: str
    reason: str


@dataclass(frozen=True)
class StoreFailed:
    """The credentials were right and could not be kept."""

    reason: str


@dataclass(frozen=True)
class HelperFailed:
    """The credential helper named in `config.json` is not installed."""

    helper: str


@dataclass(frozen=True)
class ReferenceRejected:
    """Not a reference, or not a platform; `by_engine` if Docker's CLI left it to the engine."""

    reason: str
    by_engine: bool = False


@dataclass(frozen=True)
class NoCredentials:
    """The registry wants credentials and none are stored."""

    method: str
    url: str


@dataclass(frozen=True)
class AccessDenied:
    """401 or 403 despite what was sent: not known, not allowed, or not there at all."""

    method: str
    url: str
    status: int
    errors: tuple[RegistryError, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class ManifestUnknown:
    """404: no such tag, or no such repository; the answer is the same."""

    method: str
    url: str
    status: int = 404
    errors: tuple[RegistryError, ...] = ()


@dataclass(frozen=True)
class ManifestUnreadable:
    """The answer is good by its status, and is no manifest: a web page, perhaps."""

    url: str
    reason: str


@dataclass(frozen=True)
class BlobUnknown:
    blob: Descriptor
    errors: tuple[RegistryError, ...] = ()


@dataclass(frozen=True)
class RateLimited:
    method: str
    url: str
    status: int = 429
    errors: tuple[RegistryError, ...] = ()


@dataclass(frozen=True)
class ServerFailed:
    """An answer that the protocol does not foresee here."""

    method: str
    url: str
    status: int
    errors: tuple[RegistryError, ...] = ()


@dataclass(frozen=True)
class Unreachable:
    method: str
    url: str
    obstacle: Obstacle
    detail: str = ""


@dataclass(frozen=True)
class DigestMismatch:
    """What arrived is not what was promised. `kind` is `manifest`, `config` or `layer`."""

    kind: str
    expected: str
    actual: str


@dataclass(frozen=True)
class PlatformMissing:
    """The index has no image for this platform."""

    platform: Platform


@dataclass(frozen=True)
class PlatformMismatched:
    """The one image that the tag names is for another platform than was asked for."""

    wanted: Platform
    actual: Platform


@dataclass(frozen=True)
class NotAnImage:
    """The manifest describes something that is not a container image."""

    media_type: str


@dataclass(frozen=True)
class ImagesRefused:
    """There is no image of this name, or it has other names too."""

    refused: tuple[Refusal, ...]


Failure = (
    InputMissing | LoginCanceled | LoginRejected | TokenRefused | TokenMissing | StoreFailed
    | HelperFailed | ReferenceRejected | NoCredentials | AccessDenied | ManifestUnknown
    | ManifestUnreadable | BlobUnknown | RateLimited | ServerFailed | Unreachable | DigestMismatch
    | PlatformMissing | PlatformMismatched | NotAnImage | ImagesRefused
)  # fmt: skip


@dataclass(frozen=True)
class StoredCredentialsRefused:
    """The stored credentials did not get in; the user is asked for others."""

    why: Annotated[Failure, Tagged("event")]


Event = (
    LoginTyped | PullTyped | LogoutTyped | CredentialsEntered | StoredCredentialsReused
    | WebLoginChosen | DeviceCodeIssued | WebLoginUnavailable | ConfirmationPending
    | StoredCredentialsRefused | TagsListed | NextTagTaken | SoughtAmongBlobs
    | ManifestHeld | IndexHeld
    | AccessOpen | PingSkipped | Challenged | CredentialAttached | TokenPostRefused | TokenIssued
    | LoginAccepted | CredentialsStored | CredentialsRemoved | ReferenceParsed | CredentialFound
    | CredentialMissing | FellBackToHttp | AskedAgain | ErrorWithoutBody | Resolved
    | AlreadyUpToDate | UpdateNeeded | IndexReceived | PlatformSelected | ManifestReceived
    | LayersPlanned | BlobReceived | Redirected | DownloadCut | BlobsVerified | ImageStored
    | ImagesTyped | RemoveTyped | InspectTyped | ImagesListed | ImagesRemoved | ImagesInspected
    | SessionEnded | Listening | UnexpectedRequest | Failure
)  # fmt: skip


TYPED: Mapping[type[Command], Callable[[Any], Event]] = {
    Login: LoginTyped, Pull: PullTyped, Logout: LogoutTyped, Images: ImagesTyped,
    Remove: RemoveTyped, Inspect: InspectTyped,
}  # fmt: skip


def typed(command: Command) -> Event:
    """The event for this command."""
    return TYPED[type(command)](command)
