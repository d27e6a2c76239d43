"""Failures: each says what was asked and what came back. An engine has its own words for it."""

from dataclasses import dataclass
from typing import Literal

from simulator.docker.events.base import Failure, Refused, RegistryError
from simulator.docker.held_images import Refusal
from simulator.protocol.manifest import Descriptor
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.platform import Platform


@dataclass(frozen=True)
class InputMissing(Failure):
    """`docker login` lacks a name or a password, and cannot ask."""

    what: str


@dataclass(frozen=True)
class UsageRefused(Failure):
    """Docker's CLI does not take this command line. `status` is its exit status."""

    line: str
    why: str
    status: int


@dataclass(frozen=True)
class PromptUnanswered(Failure):
    """The user pressed Ctrl-D at a prompt; Docker's CLI goes on waiting, for ever."""


@dataclass(frozen=True)
class LoginCanceled(Failure):
    """The user interrupted the wait for the browser."""


@dataclass(frozen=True)
class LoginRejected(Refused):
    """The registry did not take the credentials."""


@dataclass(frozen=True)
class TokenRefused(Refused):
    """The token service said no. `asked` is the request that needed the token."""

    asked: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class TokenMissing(Failure):
    """The token service's answer is good by its status, and there is no token in it."""

    method: str
    url: str
    reason: str


@dataclass(frozen=True)
class ChallengeIncomplete(Failure):
    """The registry asks for a token and does not say where to get one (no `realm`)."""

    method: str
    url: str


@dataclass(frozen=True)
class StoreFailed(Failure):
    """The credentials were right and could not be kept."""

    reason: str


@dataclass(frozen=True)
class HelperFailed(Failure):
    """The credential helper named in `config.json` is not installed, or does not work."""

    helper: str
    reason: str = ""


@dataclass(frozen=True)
class EngineUnreachable(Failure):
    """Docker's CLI does not get through to its engine. `socket` says why, as in `Client`, or that
    no program listens at another address (`refused`), or that its name is not known (`unknown`).
    It is empty where the CLI does not know where its engine is."""

    socket: str


@dataclass(frozen=True)
class CertificatesUnusable(Failure):
    """The files for this registry below `/etc/docker/certs.d` do not belong together.

    `certificate` and `key` are those of the client; one of them is missing.
    """

    certificate: str
    key: str
    missing: str


@dataclass(frozen=True)
class ReferenceRejected(Failure):
    """Not a reference, or not a platform; `by_engine` if Docker's CLI left it to the engine."""

    reason: str
    by_engine: bool = False


@dataclass(frozen=True)
class NoCredentials(Failure):
    """The registry wants credentials and none are stored."""

    method: str
    url: str


@dataclass(frozen=True)
class AccessDenied(Refused):
    """401 or 403 despite what was sent: not known, not allowed, or not there at all."""

    error: str = ""


@dataclass(frozen=True)
class ManifestUnknown(Refused):
    """404: no such tag, or no such repository; the answer is the same."""


@dataclass(frozen=True)
class ManifestUnreadable(Failure):
    """The answer is good by its status, and is no manifest: a web page, perhaps. `announced` is
    whether it says that it is one."""

    url: str
    reason: str
    announced: bool = False


@dataclass(frozen=True)
class HeaderUnusable(Failure):
    """The answer is good by its status, and a header that counts is missing or makes no sense.

    `value` is what it says, and `reason` what is wrong with that; both empty where it is missing.
    """

    url: str
    header: str
    value: str = ""
    reason: str = ""


@dataclass(frozen=True)
class MediaTypesDiffer(Failure):
    """The manifest says that it is something else than its answer says."""

    announced: str
    stated: str


@dataclass(frozen=True)
class BlobUnknown(Failure):
    blob: Descriptor
    errors: tuple[RegistryError, ...] = ()


@dataclass(frozen=True)
class RateLimited(Refused):
    """429: too many requests in too short a time."""


@dataclass(frozen=True)
class ServerFailed(Refused):
    """An answer that the protocol does not foresee here."""


@dataclass(frozen=True)
class Unreachable(Failure):
    method: str
    url: str
    obstacle: Obstacle
    detail: str = ""
    at_proxy: bool = False
    bounded: bool = False
    """Whether the client bounds the whole request (Go's `http.Client.Timeout`)."""
    answering: bool = False
    """Whether the answer had begun."""


@dataclass(frozen=True)
class DigestMismatch(Failure):
    """What arrived is not what was promised. `kind` is `manifest`, `config` or `layer`."""

    kind: str
    expected: str
    actual: str
    promised: int = 0
    arrived: int = 0
    """Bytes, where both are known."""


@dataclass(frozen=True)
class PlatformMissing(Failure):
    """The index has no image for this platform."""

    platform: Platform


@dataclass(frozen=True)
class PlatformMismatched(Failure):
    """The one image that the tag names is for another platform than was asked for."""

    wanted: Platform
    actual: Platform


@dataclass(frozen=True)
class NotAnImage(Failure):
    """The manifest describes something that is not a container image."""

    media_type: str


@dataclass(frozen=True)
class ConfigUnusable(Failure):
    """The configuration arrived as promised, and cannot be used: it is no `json` of an image,
    its `rootfs` is missing, it is for another `system`, or for another number of `layers`.

    `detail` is Go's complaint, or the operating system.
    """

    why: Literal["json", "rootfs", "system", "layers"]
    detail: str = ""
    layers: int = 0
    diff_ids: int = 0


@dataclass(frozen=True)
class UnpackRefused(Failure):
    """The image is stored, and cannot be unpacked: its layers are none that an image has."""


@dataclass(frozen=True)
class DiskFull(Failure):
    """The disk of the image store is full: this blob could not be written, or not unpacked."""

    blob: Descriptor
    unpacking: bool = False


@dataclass(frozen=True)
class ImagesRefused(Failure):
    """There is no image of this name, or it has other names too."""

    refused: tuple[Refusal, ...]
