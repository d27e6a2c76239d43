"""A registry as data: how it authenticates, its users, images, and its faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from simulator.protocol.digest import algorithm_of, digest_of
from simulator.protocol.message import Content, Request


class Auth(StrEnum):
    """How a registry protects itself."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"


class Part(StrEnum):
    """What a request asks for; faults are laid on parts."""

    PING = "ping"
    MANIFEST = "manifest"
    BLOB = "blob"
    TOKEN = "token"


@dataclass(frozen=True)
class User:
    """Someone the registry knows; `may_pull` and `may_push` are patterns of repository names."""

    password: str = field(repr=False)
    may_pull: tuple[str, ...] = ()
    may_push: tuple[str, ...] = ()

    def may(self, repository: str, action: str = "pull") -> bool:
        """Who may push may pull as well."""
        allowed = self.may_push if action != "pull" else (*self.may_pull, *self.may_push)
        return any(fnmatchcase(repository, pattern) for pattern in allowed)


@dataclass(frozen=True)
class Blob:
    """A blob as stored; `digest` is its name, and need not be true of a corrupted one.

    With a `size`, what would arrive is that many bytes, of digest `actual`, and its files have
    `unpacked` bytes; `data` then is what is known of them.
    """

    digest: str
    data: bytes = field(default=b"", repr=False)
    size: int | None = None
    actual: str = ""
    unpacked: int | None = None


@dataclass(frozen=True)
class Upload:
    """A blob on its way. Where there are no bytes, `content` is what was sent."""

    chunks: tuple[bytes, ...] = field(default=(), repr=False)
    content: Content | None = None

    @property
    def size(self) -> int:
        """Bytes that arrived so far."""
        return self.content.size if self.content else sum(map(len, self.chunks))

    def with_sent(self, request: Request) -> "Upload":
        """With what this request brings."""
        if request.content:
            return Upload(content=request.content)
        return replace(self, chunks=(*self.chunks, *([request.payload] if request.payload else ())))

    def blob(self, digest: str) -> Blob | None:
        """The whole under this digest; None where it has another one."""
        if self.content:
            told = self.content
            right = told.digest == digest
            return Blob(digest, b"", told.size, "", told.unpacked) if right else None
        data = b"".join(self.chunks)
        return Blob(digest, data) if digest_of(data, algorithm_of(digest)) == digest else None


@dataclass(frozen=True)
class StoredManifest:
    """A manifest's bytes as pushed, with their media type."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Repository:
    """Tags name digests; digests name manifests; blobs are visible per repository."""

    tags: Mapping[str, str] = field(default_factory=dict)
    manifests: Mapping[str, StoredManifest] = field(default_factory=dict)
    blobs: Mapping[str, Blob] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """Something broken: an error answer, or damage to a blob.

    `status` answers with that status (and `code`, `message` as the error body, or `body`);
    `corrupt` flips one byte of a blob; `cut_after` ends the connection after so many bytes.
    `part` None is every part. `digest` limits it to one blob or manifest, `times` to the next so
    many requests, `until` to the time before this second of the registry's clock.
    """

    part: Part | None
    status: int | None = None
    code: str | None = None
    message: str = ""
    body: str | None = None
    media_type: str = "text/plain"
    corrupt: bool = False
    cut_after: int | None = None
    digest: str | None = None
    times: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class PullLimit:
    """How many pulls an account may make in a window of so many seconds, and an address without a
    login.

    `asked` are the requests that count so far, and `since` the second in which the window began;
    both by account, with an empty name for the address. `source` is that address.
    """

    address: int = 100
    account: int = 200
    window: int = 21_600
    source: str = "203.0.113.7"
    asked: Mapping[str, int] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Signer:
    """The secret from which the keys of tokens and identity tokens are derived.

    The same secret gives the same tokens, byte for byte: in tests, and in several processes.
    """

    secret: bytes = field(repr=False)


PUBLISHED = Signer(b"for worlds in this process, which no stranger can ask")


@dataclass(frozen=True)
class Registry:
    """One registry. With `Auth.BEARER`, `realm` is the token service's URL."""

    auth: Auth = Auth.BASIC
    realm: str = "Registry"
    service: str = ""
    repositories: Mapping[str, Repository] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    public: tuple[str, ...] = ("public/*",)
    faults: tuple[Fault, ...] = ()
    referrers: bool = False
    """Whether it lists what refers to a manifest (distribution 2.8 does not)."""
    in_order: bool = True
    """Whether tags are listed by name, or in the order of the storage."""
    denies: int | None = None
    """The status with which the token service refuses a scope; None leaves it out silently."""
    refresh: bool = False
    """Whether the token service gives identity tokens."""
    blobs_at: str | None = None
    """Where blobs are redirected to (307), as a URL that the digest is appended to."""
    token_post: bool = False
    """Whether the token service also takes the OAuth2 POST (distribution's does not)."""
    token_lifetime: int = 300
    """Seconds."""
    token_skew: int = 0
    """Seconds by which the token service's clock is ahead; negative if it is behind."""
    token_access: tuple[str, ...] | None = None
    """The scopes in every token, whatever was asked for; None for those that were granted."""
    now: int | None = None
    """The clock, in seconds since 1970. None: whoever serves the registry sets it."""
    writable: bool = False
    """Whether it takes pushes and deletes from those who may."""
    uploads: Mapping[tuple[str, str], Upload] = field(default_factory=dict, repr=False)
    """Blobs on their way, by repository and id."""
    started: int = 0
    """How many uploads were ever begun."""
    limit: PullLimit | None = None
    """How many pulls it allows; None for any number."""
    signer: Signer = PUBLISHED
    """What signs tokens. A server that others reach brings a secret of its own."""
    drawn: str = ""
    """What tells a token from one for the same user in the same second. Whoever serves the
    registry draws it for each request."""

    def fault(self, part: Part, digest: str | None = None) -> Fault | None:
        """The first fault laid on this part, if any."""
        for fault in self.faults:
            over = fault.times == 0 or (fault.until is not None and self.clock >= fault.until)
            if fault.part in (None, part) and fault.digest in (None, digest) and not over:
                return fault
        return None

    @property
    def clock(self) -> int:
        """Seconds since 1970, by this registry's clock; 0 where it is not set."""
        return self.now or 0

    def after(self, fault: Fault) -> "Registry":
        """The registry once this fault has struck: a limited one has one time less."""
        if fault.times is None:
            return self
        spent = replace(fault, times=fault.times - 1)
        return replace(self, faults=tuple(spent if f is fault else f for f in self.faults))
