"""What the client knows: what it keeps, and what the running command has learned."""

from dataclasses import dataclass, field, replace
from typing import Annotated

from simulator.docker.cli.commands import Command, ManifestInspect, Pull
from simulator.docker.config_file import Credential, CredentialStore
from simulator.docker.engines import buildx, engine
from simulator.docker.engines.profile import Profile
from simulator.docker.events import Failure, MirrorDeclined, ReadManifest
from simulator.docker.held_images import Refusal
from simulator.docker.hosts_file import Endpoint, InvalidHosts, endpoints_of, folders, of_mirror
from simulator.docker.image_store import ImageStore
from simulator.docker.machine.outgoing import Outgoing
from simulator.docker.machine.table import Phase
from simulator.docker.unions import Tagged
from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.challenge import Challenge
from simulator.protocol.hosts import is_loopback
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, Manifest
from simulator.protocol.message import Trust
from simulator.protocol.platform import Platform
from simulator.protocol.proxies import Proxies
from simulator.protocol.reference import HUB, Reference
from simulator.protocol.secrets import MASK


@dataclass(frozen=True)
class Client:
    """The machine on which docker runs: what one command leaves for the next."""

    engine: str = "29"
    now: int = 0
    """The clock, in seconds since 1970; 0 where it is unknown."""
    store: CredentialStore = field(default_factory=CredentialStore)
    images: ImageStore = field(default_factory=ImageStore)
    platform: Platform = field(default_factory=Platform)
    writable: str = ""
    """Why `config.json` cannot be written; empty where it can."""
    unreadable: str = ""
    """What Docker's CLI says about a `config.json` that it cannot read; empty where it can."""
    insecure: tuple[str, ...] = ()
    """The engine's `insecure-registries`: hosts that may speak plain HTTP, and whose certificates
    Docker does not verify."""
    certs: tuple[str, ...] = ()
    """Files below `/etc/docker/certs.d`, as `HOST/NAME`."""

    mirrors: tuple[str, ...] = ()
    """The engine's `registry-mirrors`, as URLs without a slash at the end."""
    proxies: Proxies = Proxies()
    socket: str = ""
    """Why the CLI does not reach the engine: `absent` or `denied`; empty where it does."""

    disk: int = 0
    """Bytes of the file system that holds the image store; 0 where there is room for all."""

    hosts_files: tuple[tuple[str, str], ...] = ()
    """The texts of `hosts.toml`, by their directories below `/etc/docker/certs.d`."""

    def masked(self) -> "Client":
        return replace(self, store=self.store.masked()) if self.store.entries else self

    def endpoints(self, namespace: str) -> tuple[Endpoint, ...]:
        """Whom containerd asks for this registry's images; empty for the registry alone."""
        known = dict(self.hosts_files)
        text = next((known[name] for name in folders(namespace) if name in known), "")
        try:
            found = endpoints_of(text) if text else ()
        except InvalidHosts:
            found = ()
        if namespace == HUB and len(found) < 2 and self.mirrors:
            found = (*map(of_mirror, self.mirrors), *(found or (Endpoint(),)))
        return found

    def lenient(self, host: str) -> bool:
        """Whether the engine neither wants TLS nor verifies it: on this machine, or as told."""
        return is_loopback(host) or host in self.insecure

    def trust(self, host: str) -> Trust:
        """How the engine meets this registry in TLS."""
        files = self.certs_of(host)
        return Trust(
            verifies=not self.lenient(host),
            authority=any(name.endswith(".crt") for name in files),
            identity=any(name.endswith(".cert") for name in files),
        )

    def certs_of(self, host: str) -> tuple[str, ...]:
        """The names of the files for this registry below `/etc/docker/certs.d`."""
        known = (path.partition("/") for path in self.certs)
        return tuple(name for folder, _, name in known if folder == host)


@dataclass(frozen=True)
class LoginProgress:
    """What `docker login` has tried so far."""

    reusing: bool = False
    """Whether it tries the stored credentials now; `stored_tried` once it has."""
    stored_tried: bool = False
    web_tried: bool = False
    device_code: str = field(default="", repr=False)
    polls: int = 0

    def masked(self) -> "LoginProgress":
        return replace(self, device_code=MASK) if self.device_code else self


@dataclass(frozen=True)
class Access:
    """How requests reach this registry: the challenge, and the answer to it."""

    plain_http: bool = False
    challenge: Challenge | None = None
    authorization: Authorization | None = None
    identity_token: str = field(default="", repr=False)
    expires: int | None = None
    """When the token expires by the client's reckoning, in seconds since 1970."""
    outdated: bool = False
    """Whether the token was used, and has expired: another is fetched before the next request."""
    post_refused: bool = False
    moved: tuple[str, str] | None = None
    """Method and address after a redirect, for the request that comes next."""
    hops: int = 0
    """Redirects so far, one after another."""

    def masked(self) -> "Access":
        if not (self.authorization or self.identity_token):
            return self
        sent = self.authorization and replace(self.authorization, secret=MASK)
        identity = MASK if self.identity_token else ""
        return replace(self, authorization=sent, identity_token=identity)


@dataclass(frozen=True)
class Tags:
    """`--all-tags`: the tags still to pull (None before they are listed), and those done."""

    left: tuple[str, ...] | None = None
    pulled: int = 0
    newer: bool = False
    """Whether any tag so far brought something new."""


@dataclass(frozen=True)
class Image:
    """Knowledge about the image that the reference names."""

    resolved: str | None = None
    """The digest that the reference is."""
    resolved_with: Scheme | None = None
    """The credentials with which the registry was asked for the digest; None without any."""
    media_type: str = ""
    size: int = 0
    """Bytes of the manifest, as announced with its digest; 0 where they are unknown."""
    among_blobs: bool = False
    missed: Annotated[Failure, Tagged("event")] | None = None
    """Why the digest was not found among the manifests, before it was sought among the blobs."""
    index: Index | None = None
    outer: tuple[Index, ...] = ()
    """The indexes around that one."""
    selected: Descriptor | None = None
    manifest: Manifest | None = None
    config: ImageConfig | None = None


@dataclass(frozen=True)
class Download:
    """The blobs of the image: still missing, received, and here before."""

    waiting: tuple[Descriptor, ...] = ()
    received: tuple[Descriptor, ...] = ()
    present: tuple[Descriptor, ...] = ()
    backing_off: tuple[str, ...] = ()
    """Digests of blobs that failed and let others go first."""
    moved: tuple[tuple[str, str], ...] = ()
    partial: tuple[tuple[str, int], ...] = ()
    unpacked: tuple[tuple[str, int], ...] = ()
    resumed: int = 0
    """How often a blob that was cut was asked for again."""


@dataclass(frozen=True)
class Attestation:
    """Content that is fetched beside the image: manifests that are here, and those still to
    fetch."""

    sought: bool = False
    left: tuple[Descriptor, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    by_tag: bool = False
    """Whether referrers are asked for by their tag, and `why` not by the referrers API."""
    why: Annotated[Failure, Tagged("event")] | None = None
    kept: Access = field(default_factory=Access)
    """The authorization for all else, while referrers are asked for without it."""

    def masked(self) -> "Attestation":
        kept = self.kept.masked()
        return self if kept is self.kept else replace(self, kept=kept)


@dataclass(frozen=True)
class Reading:
    """What `docker manifest inspect` has read so far."""

    as_list: bool = False
    """Whether it has begun anew, for an index."""
    pings: int = 0
    manifest: Manifest | None = None
    """The manifest whose config is next, and its `text`."""
    text: str = ""
    left: tuple[Descriptor, ...] = ()
    """The entries of the index that are still to be read."""
    entry: Descriptor | None = None
    read: tuple[ReadManifest, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """A request that is made again. `status` is None where the download was cut."""

    url: str
    status: int | None


@dataclass(frozen=True)
class Aside:
    """Knowledge about the registry itself, while a mirror's challenge is answered."""

    mirror: str
    access: Access
    credential: Credential | None

    def masked(self) -> "Aside":
        credential = self.credential and self.credential.masked()
        return replace(self, access=self.access.masked(), credential=credential)


@dataclass(frozen=True)
class Run:
    """All that is known about the command that runs; the next command knows nothing of it."""

    command: Annotated[Command, Tagged("command")] | None = None
    host: str = ""
    reference: Reference | None = None
    platform: Platform | None = None
    """The platform after `--platform`; None for that of the client."""
    credential: Credential | None = None
    login: LoginProgress = field(default_factory=LoginProgress)
    access: Access = field(default_factory=Access)
    tags: Tags = field(default_factory=Tags)
    image: Image = field(default_factory=Image)
    download: Download = field(default_factory=Download)
    attestation: Attestation = field(default_factory=Attestation)
    outgoing: Outgoing = field(default_factory=Outgoing)
    reading: Reading = field(default_factory=Reading)
    attempts: tuple[Attempt, ...] = ()
    declined: tuple[MirrorDeclined, ...] = ()
    """What mirrors did not give."""
    granted: tuple[tuple[str, Authorization], ...] = ()
    """What mirrors are sent, by their addresses: anonymous tokens."""
    aside: "Aside | None" = None
    """What counts again once a mirror's challenge is answered."""
    created: bool = False
    """Whether the container that needed the image is there."""
    refused: tuple[Refusal, ...] = ()
    """What `docker rmi` or `inspect` still has to complain about."""

    def attempted(self, url: str, status: int | None) -> "Run":
        """With one more answer that makes the client ask again."""
        return replace(self, attempts=(*self.attempts, Attempt(url, status)))

    def without_attempts(self, url: str) -> "Run":
        """As if this address had not been asked before."""
        return replace(self, attempts=tuple(one for one in self.attempts if one.url != url))

    def answers_from(self, url: str) -> tuple[int | None, ...]:
        """The statuses with which this address answered so far."""
        return tuple(one.status for one in self.attempts if one.url == url)

    def resumed(self) -> "Run":
        """With what was put aside for a mirror's challenge."""
        if self.aside is None:
            return self
        return replace(self, access=self.aside.access, credential=self.aside.credential, aside=None)

    def masked(self) -> "Run":
        """Without its secrets."""
        return replace(
            self,
            granted=tuple((at, replace(one, secret=MASK)) for at, one in self.granted),
            outgoing=self.outgoing.masked(),
            aside=self.aside and self.aside.masked(),
            command=self.command and self.command.masked(),
            credential=self.credential and self.credential.masked(),
            access=self.access.masked(),
            attestation=self.attestation.masked(),
            login=self.login.masked(),
        )


@dataclass(frozen=True)
class State:
    """All that the client knows. Secrets are hidden from `repr`; `masked` drops them."""

    client: Client = field(default_factory=Client)
    commands: tuple[Annotated[Command, Tagged("command")], ...] = ()
    """The commands that are still to be typed."""
    phase: Phase = Phase.READY
    run: Run = field(default_factory=Run)
    failure: Annotated[Failure, Tagged("event")] | None = None

    @property
    def finished(self) -> bool:
        return self.phase in (Phase.DONE, Phase.FAILED)

    @property
    def profile(self) -> Profile:
        """The engine's, or that of a client which asks the registry itself: buildx, and Docker's
        CLI with the classic client."""
        command = self.run.command
        if isinstance(command, ManifestInspect):
            return engine("26")
        itself = isinstance(command, Pull) and command.by == "imagetools"
        return buildx.PROFILE if itself else engine(self.client.engine)

    def lenient(self, host: str) -> bool:
        """Whether this registry may do without TLS. Docker's CLI knows no option of the engine."""
        command = self.run.command
        if isinstance(command, ManifestInspect):
            here = is_loopback(host) and engine(self.client.engine).cli_lenient_here
            return here or command.insecure
        return self.client.lenient(host)

    @property
    def platform(self) -> Platform:
        """The platform that is pulled for."""
        return self.run.platform or self.client.platform

    def masked(self) -> "State":
        """The same state without its secrets."""
        commands = tuple(command.masked() for command in self.commands)
        return replace(self, client=self.client.masked(), commands=commands, run=self.run.masked())
