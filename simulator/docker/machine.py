"""The machine: what a Docker engine does next, and what it learns. No I/O, no clock.

Everything that decides the order of things lives here. `TRANSITIONS` is the whole map of
phases; diagrams, quiz options and tests read it. Three pure functions work on one frozen
`State`: `next_move` says what to ask or decide, `interpret` what an answer means, `evolve`
what is true afterwards. Where the engines differ, they differ in data (`simulator.docker.engines`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

import jwt

from simulator.docker import events as e
from simulator.docker.cli.commands import Command, Images, Inspect, Login, Logout, Pull, Remove
from simulator.docker.config_file import (
    Credential,
    CredentialStore,
    hostname,
    registry_key,
)
from simulator.docker.engines import Engine, engine
from simulator.docker.events import Event, Failure
from simulator.docker.go_json import kind as kind_of_json
from simulator.docker.go_json import not_json
from simulator.docker.image_store import (
    HeldImage,
    ImageStore,
    Refusal,
    Removal,
    find_image,
    held,
    repository_of,
)
from simulator.docker.unions import Tagged
from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.challenge import Challenge
from simulator.protocol.digest import algorithm_of, digest_of
from simulator.protocol.hosts import is_loopback, redirected, split_url
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, InvalidManifest, Manifest, parse_manifest
from simulator.protocol.media_types import CONFIGS, INDEXES, MANIFESTS
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.protocol.platform import InvalidPlatform, Platform
from simulator.protocol.reference import HUB_HOST, HUB_KEY, InvalidReference, Reference
from simulator.protocol.secrets import MASK


class Phase(StrEnum):
    """What is going on. `DONE` and `FAILED` are ends."""

    READY = "ready"
    PROMPTING = "prompting"
    ASKING_FOR_CODE = "asking for a code"
    AWAITING_BROWSER = "awaiting the browser"
    CHECKING = "checking"
    AUTHORIZING_LOGIN = "authorizing login"
    LOGGING_IN = "logging in"
    SAVING = "saving"
    REMOVING = "removing"
    AT_IMAGE_STORE = "at the image store"
    PARSING = "parsing"
    LOOKING_UP = "looking up"
    PINGING = "pinging"
    AUTHORIZING_RESOLVE = "authorizing resolve"
    RESOLVING = "resolving"
    EXPLAINING = "explaining"
    COMPARING = "comparing"
    FETCHING_MANIFEST = "fetching manifest"
    AUTHORIZING_FETCH = "authorizing fetch"
    SELECTING = "selecting"
    PLANNING = "planning"
    FETCHING_BLOBS = "fetching blobs"
    STORING = "storing"
    DONE = "done"
    FAILED = "failed"


class IllegalTransition(RuntimeError):
    """The machine was given an event that the table does not allow: a defect of ours."""


class EndlessRun(RuntimeError):
    """A run did not end within the step limit: a defect of ours."""


Edges = Mapping[type[Event], Phase]
P = Phase


def fails(*events: type[Event]) -> dict[type[Event], Phase]:
    return dict.fromkeys(events, P.FAILED)


def authorizing(resume: Phase) -> dict[type[Event], Phase]:
    """The ways out of a challenge; `resume` is what the challenge interrupted."""
    here = {P.LOGGING_IN: P.AUTHORIZING_LOGIN, P.RESOLVING: P.AUTHORIZING_RESOLVE,
            P.FETCHING_MANIFEST: P.AUTHORIZING_FETCH}[resume]  # fmt: skip
    ways: dict[type[Event], Phase] = {e.CredentialAttached: resume, e.TokenIssued: resume}
    ways |= {e.TokenPostRefused: here}
    return ways | fails(e.TokenRefused, e.TokenMissing, e.ServerFailed, e.Unreachable)


READING = fails(e.AccessDenied, e.ManifestUnknown, e.RateLimited, e.ServerFailed, e.Unreachable)

TRANSITIONS: Mapping[Phase, Edges] = {
    P.READY: {
        e.LoginTyped: P.PROMPTING,
        e.PullTyped: P.PARSING,
        e.LogoutTyped: P.REMOVING,
        e.ImagesTyped: P.AT_IMAGE_STORE,
        e.RemoveTyped: P.AT_IMAGE_STORE,
        e.InspectTyped: P.AT_IMAGE_STORE,
        e.NextTagTaken: P.RESOLVING,
        e.SessionEnded: P.DONE,
    }
    | fails(e.PlatformMismatched, e.ImagesRefused),
    P.PROMPTING: {
        e.CredentialsEntered: P.CHECKING,
        e.StoredCredentialsReused: P.CHECKING,
        e.WebLoginChosen: P.ASKING_FOR_CODE,
        e.InputMissing: P.FAILED,
    },
    P.ASKING_FOR_CODE: {
        e.DeviceCodeIssued: P.AWAITING_BROWSER,
        e.WebLoginUnavailable: P.PROMPTING,
    },
    P.AWAITING_BROWSER: {e.ConfirmationPending: P.AWAITING_BROWSER}
    | fails(e.LoginCanceled, e.ServerFailed, e.Unreachable),
    P.CHECKING: {
        e.Challenged: P.AUTHORIZING_LOGIN,
        e.AccessOpen: P.LOGGING_IN,
        e.FellBackToHttp: P.CHECKING,
        e.StoredCredentialsRefused: P.PROMPTING,
    }
    | fails(e.Unreachable),
    P.AUTHORIZING_LOGIN: {
        k: v for k, v in authorizing(P.LOGGING_IN).items() if k is not e.TokenPostRefused
    }
    | {e.StoredCredentialsRefused: P.PROMPTING},
    P.LOGGING_IN: {e.LoginAccepted: P.SAVING, e.StoredCredentialsRefused: P.PROMPTING}
    | fails(e.LoginRejected, e.Unreachable),
    P.SAVING: {e.CredentialsStored: P.READY} | fails(e.StoreFailed),
    P.REMOVING: {e.CredentialsRemoved: P.READY},
    P.AT_IMAGE_STORE: {
        e.ImagesListed: P.READY,
        e.ImagesInspected: P.READY,
        e.ImagesRemoved: P.READY,
    }
    | fails(e.ImagesRefused),
    P.PARSING: {e.ReferenceParsed: P.LOOKING_UP} | fails(e.ReferenceRejected),
    P.LOOKING_UP: {e.CredentialFound: P.PINGING, e.CredentialMissing: P.PINGING}
    | fails(e.HelperFailed),
    P.PINGING: {
        e.Challenged: P.AUTHORIZING_RESOLVE,
        e.AccessOpen: P.RESOLVING,
        e.PingSkipped: P.RESOLVING,
        e.FellBackToHttp: P.PINGING,
    }
    | fails(e.Unreachable),
    P.AUTHORIZING_RESOLVE: authorizing(P.RESOLVING) | fails(e.NoCredentials),
    P.RESOLVING: {
        e.TagsListed: P.RESOLVING,
        e.Resolved: P.COMPARING,
        e.Challenged: P.AUTHORIZING_RESOLVE,
        e.AskedAgain: P.RESOLVING,
        e.SoughtAmongBlobs: P.RESOLVING,
        e.ErrorWithoutBody: P.EXPLAINING,
        e.FellBackToHttp: P.RESOLVING,
    }
    | READING,
    P.EXPLAINING: {
        e.Resolved: P.COMPARING,
        e.AskedAgain: P.EXPLAINING,
        e.TokenIssued: P.EXPLAINING,
    }
    | READING
    | fails(e.TokenRefused, e.TokenMissing, e.ManifestUnreadable),
    P.COMPARING: {e.AlreadyUpToDate: P.READY, e.UpdateNeeded: P.FETCHING_MANIFEST},
    P.FETCHING_MANIFEST: {
        e.ManifestReceived: P.PLANNING,
        e.IndexReceived: P.SELECTING,
        e.ManifestHeld: P.PLANNING,
        e.IndexHeld: P.SELECTING,
        e.Challenged: P.AUTHORIZING_FETCH,
        e.AskedAgain: P.FETCHING_MANIFEST,
        e.FellBackToHttp: P.FETCHING_MANIFEST,
    }
    | READING
    | fails(e.DigestMismatch, e.ManifestUnreadable),
    P.AUTHORIZING_FETCH: authorizing(P.FETCHING_MANIFEST),
    P.SELECTING: {e.PlatformSelected: P.FETCHING_MANIFEST} | fails(e.PlatformMissing),
    P.PLANNING: {e.LayersPlanned: P.FETCHING_BLOBS} | fails(e.NotAnImage),
    P.FETCHING_BLOBS: {
        e.BlobReceived: P.FETCHING_BLOBS,
        e.Redirected: P.FETCHING_BLOBS,
        e.DownloadCut: P.FETCHING_BLOBS,
        e.AskedAgain: P.FETCHING_BLOBS,
        e.BlobsVerified: P.STORING,
    }
    | fails(
        e.BlobUnknown,
        e.DigestMismatch,
        e.AccessDenied,
        e.RateLimited,
        e.ServerFailed,
        e.Unreachable,
    ),
    P.STORING: {e.ImageStored: P.READY},
    P.DONE: {},
    P.FAILED: {},
}


@dataclass(frozen=True)
class Client:
    """The machine on which docker runs: what one command leaves for the next."""

    engine: str = "29"
    now: int = 0
    """The clock, in seconds since 1970; 0 where nobody knows."""
    store: CredentialStore = field(default_factory=CredentialStore)
    images: ImageStore = field(default_factory=ImageStore)
    platform: Platform = field(default_factory=Platform)
    writable: str = ""
    """Why `config.json` cannot be written; empty where it can."""
    unreadable: str = ""
    """What Docker's CLI says about a `config.json` that it cannot read; empty where it can."""
    insecure: tuple[str, ...] = ()
    """The engine's `insecure-registries`: hosts that may speak plain HTTP."""


@dataclass(frozen=True)
class LoginProgress:
    """What `docker login` has tried so far."""

    reusing: bool = False
    """Whether it tries the stored credentials now; `stored_tried` once it has."""
    stored_tried: bool = False
    web_tried: bool = False
    device_code: str = field(default="", repr=False)
    polls: int = 0


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

    def masked(self) -> "Access":
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
    """What is known about the image that the reference names."""

    resolved: str | None = None
    """The digest that the reference is."""
    media_type: str = ""
    among_blobs: bool = False
    index: Index | None = None
    selected: Descriptor | None = None
    manifest: Manifest | None = None
    config: ImageConfig | None = None


@dataclass(frozen=True)
class Download:
    """The blobs of the image: still missing, received, and here before."""

    waiting: tuple[Descriptor, ...] = ()
    received: tuple[Descriptor, ...] = ()
    present: tuple[Descriptor, ...] = ()
    resting: tuple[str, ...] = ()
    """Digests of blobs that failed and let others go first."""
    moved: tuple[tuple[str, str], ...] = ()
    partial: tuple[tuple[str, int], ...] = ()
    unpacked: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Attempt:
    """A request that is made again. `status` is None where the download was cut."""

    url: str
    status: int | None


@dataclass(frozen=True)
class Run:
    """All that is known about the command that runs; the next command knows nothing of it."""

    command: Annotated[Command | None, Tagged("command")] = None
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
    attempts: tuple[Attempt, ...] = ()
    refused: tuple[Refusal, ...] = ()
    """What `docker rmi` or `inspect` still has to complain about."""

    def attempted(self, url: str, status: int | None) -> "Run":
        """With one more answer that makes the client ask again."""
        return replace(self, attempts=(*self.attempts, Attempt(url, status)))

    def answers_from(self, url: str) -> tuple[int | None, ...]:
        """The statuses with which this address answered so far."""
        return tuple(one.status for one in self.attempts if one.url == url)

    def masked(self) -> "Run":
        """Without its secrets."""
        return replace(
            self,
            command=self.command and self.command.masked(),
            credential=self.credential and self.credential.masked(),
            access=self.access.masked(),
            login=replace(self.login, device_code=MASK if self.login.device_code else ""),
        )


@dataclass(frozen=True)
class State:
    """All that the client knows. Secrets are hidden from `repr`; `masked` drops them."""

    client: Client = field(default_factory=Client)
    commands: tuple[Annotated[Command, Tagged("command")], ...] = ()
    """What is still to be typed."""
    phase: Phase = Phase.READY
    run: Run = field(default_factory=Run)
    failure: Annotated[Failure | None, Tagged("event")] = None

    @property
    def finished(self) -> bool:
        return self.phase in (Phase.DONE, Phase.FAILED)

    @property
    def profile(self) -> Engine:
        return engine(self.client.engine)

    @property
    def platform(self) -> Platform:
        """The platform that is pulled for."""
        return self.run.platform or self.client.platform

    def masked(self) -> "State":
        """The same state without its secrets."""
        client = replace(self.client, store=self.client.store.masked())
        commands = tuple(command.masked() for command in self.commands)
        return replace(self, client=client, commands=commands, run=self.run.masked())


# -- next_move: ask the network, or decide here ---------------------------------------------


def next_move(state: State) -> tuple[Request, ...] | Event:
    """The requests to send now (several may be in flight together), or a local decision."""
    match state.phase:
        case Phase.READY:
            return type_next(state)
        case Phase.PROMPTING:
            return prompt(state)
        case Phase.ASKING_FOR_CODE:
            return (code_request(),)
        case Phase.AWAITING_BROWSER:
            return await_browser(state)
        case Phase.CHECKING:
            return (ping(state, None),)
        case Phase.LOGGING_IN:
            return (ping(state, state.run.access.authorization),)
        case Phase.SAVING:
            return save(state)
        case Phase.REMOVING:
            return remove(state)
        case Phase.AT_IMAGE_STORE:
            return at_image_store(state)
        case Phase.PARSING:
            return parse_reference(state)
        case Phase.LOOKING_UP:
            return look_up(state)
        case Phase.PINGING:
            pings = state.profile.pings or listing(state)
            return (ping(state, None),) if pings else e.PingSkipped()
        case Phase.AUTHORIZING_LOGIN | Phase.AUTHORIZING_RESOLVE | Phase.AUTHORIZING_FETCH:
            return authorize(state)
        case Phase.RESOLVING:
            return resolve(state)
        case Phase.EXPLAINING if state.run.access.outdated and state.run.access.challenge:
            return (token_get(state, state.run.access.challenge),)
        case Phase.EXPLAINING:
            return (manifest_request(state, "GET", ref(state).identifier),)
        case Phase.COMPARING:
            return compare(state)
        case Phase.FETCHING_MANIFEST:
            return fetch_manifest(state)
        case Phase.PLANNING:
            return plan(state)
        case Phase.FETCHING_BLOBS:
            return tuple(blob_request(state, b) for b in asked_now(state)) or e.BlobsVerified()
        case Phase.STORING:
            return store(state)
        case Phase.SELECTING:
            return select(state)
        case _:
            raise IllegalTransition(f"a run that is {state.phase} has no next move")


def ref(state: State) -> Reference:
    assert state.run.reference is not None
    return state.run.reference


def type_next(state: State) -> Event:
    """What follows a command that ended: its next tag, a late complaint, or the next command."""
    if state.run.tags.left:
        return e.NextTagTaken(replace(ref(state), tag=state.run.tags.left[0]))
    mismatch = platform_mismatch(state)
    if mismatch:
        return mismatch
    if state.run.refused:
        return e.ImagesRefused(state.run.refused)
    if state.commands:
        return e.typed(state.commands[0])
    return e.SessionEnded()


def platform_mismatch(state: State) -> e.PlatformMismatched | None:
    """The classic engine finds out only once it has stored a lone image for another platform."""
    command, image = state.run.command, state.run.image
    actual = image.config.platform if image.config else None
    if not (isinstance(command, Pull) and command.platform and state.profile.checks_platform):
        return None
    if image.index or actual is None or actual.matches(state.platform):
        return None
    return e.PlatformMismatched(state.platform, actual)


def prompt(state: State) -> Event:
    """A login without a name first tries what is stored; else name and password are needed."""
    command = state.run.command
    assert isinstance(command, Login)
    if command.wrong:
        return e.InputMissing(command.wrong)
    stored = state.client.store.find(registry_key(command.server))
    tried = state.run.login.stored_tried
    if command.source == "prompt" and not (command.named or tried) and stored:
        return e.StoredCredentialsReused(stored)
    asks = command.source == "prompt" and command.terminal and not command.named
    if asks and registry_key(command.server) == HUB_KEY and not state.run.login.web_tried:
        return e.WebLoginChosen()
    if command.source == "stdin" and not command.password.strip():
        return e.InputMissing("password")
    known = stored if tried else None  # offered as the name, if none is typed
    username = command.username or (known.username if known else "")
    if not (username and command.password):
        return e.InputMissing(missing_answer(command, username))
    return e.CredentialsEntered(Credential(username, command.password))


WEB_LOGIN = "https://login.docker.com/oauth"
CLIENT = "L4v0dmlNBpYUjGGab0C2JtgTgXr1Qz4d"
"""How Docker's CLI names itself to Docker's login service; public, and no secret."""


def code_request() -> Request:
    """A device code for Docker Hub (RFC 8628 section 3.1)."""
    form = (
        ("audience", "https://hub.docker.com"),
        ("client_id", CLIENT),
        ("scope", "openid offline_access"),
    )
    return Request("POST", f"{WEB_LOGIN}/device/code", form=form)


def await_browser(state: State) -> tuple[Request, ...] | Event:
    """Ask whether the code was confirmed (RFC 8628 section 3.4), as long as the user waits."""
    assert isinstance(state.run.command, Login)
    if state.run.login.polls >= state.run.command.patience:
        return e.LoginCanceled()
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    code = state.run.login.device_code
    form = (("client_id", CLIENT), ("device_code", code), ("grant_type", grant))
    return (Request("POST", f"{WEB_LOGIN}/token", form=form),)


def missing_answer(command: Login, username: str) -> str:
    """Nobody is there to be asked, or an answer was empty."""
    if not command.terminal:
        return "terminal"
    return "password answer" if username else "username answer"


def save(state: State) -> Event:
    if state.client.writable:
        return e.StoreFailed(state.client.writable)
    assert isinstance(state.run.command, Login)
    key = registry_key(state.run.command.server)
    if state.client.store.lacks(key):
        return e.StoreFailed(helper_error("storing", state.client.store.lacks(key)))
    return e.CredentialsStored(key)


def helper_error(doing: str, helper: str | None) -> str:
    """What Docker's CLI says about a helper that is not on the path."""
    program = f'exec: "docker-credential-{helper}": executable file not found in $PATH'
    return f"error {doing} credentials - err: {program}, out: ``"


def remove(state: State) -> Event:
    """Docker's CLI removes every spelling of the registry; a helper that is missing removes
    none, which is told only where no spelling was said twice."""
    assert isinstance(state.run.command, Logout)
    server = state.run.command.server
    spellings = logout_keys(server)
    held = {key for key, _ in state.client.store.entries}
    found = next((key for key in spellings if key in held), logout_keys(server)[-1])
    lacking = all(state.client.store.lacks(key) for key in spellings)
    failed = lacking and len(set(spellings)) == len(spellings)
    return e.CredentialsRemoved(found, found in held, spellings if failed else ())


def logout_keys(server: str) -> tuple[str, ...]:
    """Under which keys a registry may be stored, as `docker logout` looks for it."""
    if not server:
        return (HUB_KEY,)
    host = hostname(server)
    return (server, host, f"http://{host}", f"https://{host}")


def at_image_store(state: State) -> Event:
    """Nobody is asked: the store knows."""
    match state.run.command:
        case Remove() as command:
            return remove_images(state, command)
        case Inspect(names=names):
            store, by_config = state.client.images, state.profile.image_is_config
            found = [find_image(store, by_config, name) for name in names]
            images = tuple(one for one in found if isinstance(one, HeldImage))
            refused = tuple(one for one in found if isinstance(one, Refusal))
            return e.ImagesInspected(images, refused) if images else e.ImagesRefused(refused)
        case command:
            assert isinstance(command, Images)
            return e.ImagesListed(listed_images(state, command))


def listed_images(state: State, command: Images) -> tuple[HeldImage, ...]:
    """Those that match; an engine may hide those without a name."""
    images = held(state.client.images, state.profile.image_is_config)
    matching = (image.matching(command.pattern) for image in images)
    shown = (image for image in matching if image.tags or image.digests or not command.pattern)
    return tuple(x for x in shown if x.tags or command.every or not state.profile.hides_nameless)


def remove_images(state: State, command: Remove) -> Event:
    """One name after the other; those that are refused are told at the end."""
    store, removals, refused = state.client.images, list[Removal](), list[Refusal]()
    for name in command.names:
        done = state.profile.remove(store, name, command.force)
        if isinstance(done, Refusal):
            refused.append(done)
        else:
            removals.append(done)
            store = store.without(done.names)
    forgiven = command.force and all(one.why == "missing" for one in refused)
    if removals or forgiven:
        return e.ImagesRemoved(tuple(removals), tuple(refused))
    return e.ImagesRefused(tuple(refused))


def parse_reference(state: State) -> Event:
    command = state.run.command
    assert isinstance(command, Pull)
    try:
        parsed = Reference.parse(command.image)
    except InvalidReference as error:
        return e.ReferenceRejected(str(error))
    if command.all_tags and not untagged(command.image):
        return e.ReferenceRejected("tag can't be used with --all-tags/-a")
    try:
        Platform.parse(command.platform or str(state.platform))
    except InvalidPlatform as error:
        return e.ReferenceRejected(str(error), state.profile.parses_platform)
    if parsed.familiar_name == RESERVED:
        return e.ReferenceRejected(f"'{RESERVED}' is a reserved name", by_engine=True)
    return e.ReferenceParsed(replace(parsed, tag=None) if command.all_tags else parsed)


RESERVED = "scratch"
"""In a Dockerfile it stands for no image at all."""


def untagged(image: str) -> bool:
    """Whether a name was typed without tag and digest."""
    return "@" not in image and ":" not in image.rpartition("/")[2]


def look_up(state: State) -> Event:
    lacking = state.client.store.lacks(ref(state).key)
    if lacking and state.profile.helper_required:
        return e.HelperFailed(lacking)
    found = None if lacking else state.client.store.find(ref(state).key)
    return e.CredentialFound(found) if found else e.CredentialMissing(ref(state).key)


def ping(state: State, authorization: Authorization | None) -> Request:
    return Request("GET", f"{origin(state)}/v2/", (), authorization)


def origin(state: State) -> str:
    return f"{'http' if state.run.access.plain_http else 'https'}://{state.run.host}"


def authorize(state: State) -> tuple[Request, ...] | Event:
    """Answer the challenge: Basic attaches the credential, Bearer fetches a token."""
    challenge, credential = state.run.access.challenge, state.run.credential
    assert challenge is not None
    if challenge.scheme is Scheme.BASIC:
        usable = credential and credential.username and credential.password
        return e.CredentialAttached() if usable else e.NoCredentials(*asked(state))
    if posts(state):
        return (token_post(state, challenge),)
    return (token_get(state, challenge),)


def asked(state: State) -> tuple[str, str]:
    """The request that the authorization is for, as Docker names it in errors."""
    if state.phase is Phase.AUTHORIZING_LOGIN:
        return "GET", f"{origin(state)}/v2/"
    if listing(state):
        return "GET", tags_url(state)
    if state.phase is Phase.AUTHORIZING_FETCH or (ref(state).digest and state.profile.pings):
        return "GET", manifest_url(state, wanted(state))
    return "HEAD", manifest_url(state, ref(state).identifier)


def listing(state: State) -> bool:
    """Whether `--all-tags` still has to learn the tags; both engines ask in the classic way."""
    command = state.run.command
    return isinstance(command, Pull) and command.all_tags and state.run.tags.left is None


def posts(state: State) -> bool:
    credential = state.run.credential
    login = state.phase is Phase.AUTHORIZING_LOGIN
    if not credential or state.run.access.post_refused or login:
        return False
    oauth = state.profile.posts_for_tokens and not listing(state)
    return oauth or bool(credential.identity_token)


def token_post(state: State, challenge: Challenge) -> Request:
    """The OAuth2 form (distribution docs, "OAuth2 token authentication")."""
    credential = state.run.credential
    assert credential is not None
    oauth = state.profile.posts_for_tokens and not listing(state)
    client = "containerd-client" if oauth else "docker"
    form = {"client_id": client, "scope": scope(state), "service": challenge.service}
    if credential.identity_token:
        form |= {"grant_type": "refresh_token", "refresh_token": credential.identity_token}
    else:
        form |= {"grant_type": "password", "username": credential.username,
                 "password": credential.password}  # fmt: skip
    kind = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    return Request("POST", challenge.realm, (kind,), None, tuple(sorted(form.items())))


def token_get(state: State, challenge: Challenge) -> Request:
    """GET with the credential as Basic, or anonymous (distribution docs, "Token")."""
    credential, login = state.run.credential, state.phase is Phase.AUTHORIZING_LOGIN
    query = {"service": challenge.service}
    if login:
        query |= {"client_id": "docker", "offline_token": "true"}
    else:
        query |= {"scope": scope(state)}
    if credential and (login or listing(state) or not state.profile.posts_for_tokens):
        query |= {"account": credential.username}
    sent = None
    if credential:
        secret = credential.identity_token or credential.password
        name = "" if credential.identity_token else credential.username
        sent = Authorization.basic(name, secret)
    joint = "&" if split_url(challenge.realm).query else "?"
    url = f"{challenge.realm}{joint}{urlencode(sorted(query.items()))}"
    return Request("GET", url, (), sent)


def scope(state: State) -> str:
    return f"repository:{ref(state).repository}:pull"


def resolve(state: State) -> tuple[Request, ...] | Event:
    if listing(state):
        return (Request("GET", tags_url(state), (), state.run.access.authorization),)
    digest = ref(state).digest
    if digest and not state.profile.heads_digests:
        return e.Resolved(digest)
    if state.run.image.among_blobs and digest:
        url = blob_url(state, digest)
        return (Request("HEAD", url, state.profile.accept, state.run.access.authorization),)
    return (manifest_request(state, "HEAD", ref(state).identifier),)


def tags_url(state: State) -> str:
    return f"{origin(state)}/v2/{ref(state).repository}/tags/list"


def compare(state: State) -> Event:
    """Up to date: the name stands for this digest already, and all of the image is here."""
    known = state.client.images.find(ref(state).canonical)
    same = known is not None and known == state.run.image.resolved
    return e.AlreadyUpToDate() if same and complete(state) else e.UpdateNeeded()


def complete(state: State) -> bool:
    """Whether the store holds all of the resolved image for this platform."""
    found = state.client.images.manifest(state.run.image.resolved or "")
    if isinstance(found, Index):
        entry = entry_for(found, state.platform)
        found = state.client.images.manifest(entry.digest) if entry else None
    if not isinstance(found, Manifest):
        return False
    blobs = (found.config.digest, *(layer.digest for layer in found.layers))
    return set(blobs) <= set(state.client.images.blobs)


def fetch_manifest(state: State) -> tuple[Request, ...] | Event:
    """A manifest that an earlier pull left here is not asked for."""
    match state.client.images.manifest(wanted(state)):
        case Index() as index:
            return e.IndexHeld(index)
        case Manifest() as manifest:
            return e.ManifestHeld(manifest)
        case _ if untyped(state):
            accept = (("Accept", f"{state.run.image.media_type}, */*"),)
            url = blob_url(state, wanted(state))
            return (Request("GET", url, accept, state.run.access.authorization),)
        case _:
            return (manifest_request(state, "GET", wanted(state)),)


def untyped(state: State) -> bool:
    """What was resolved is no manifest by its media type, and this engine goes by that."""
    known = (*MANIFESTS, *INDEXES, "")
    image = state.run.image
    return state.profile.goes_by_type and not image.selected and image.media_type not in known


def manifest_url(state: State, identifier: str) -> str:
    return f"{origin(state)}/v2/{ref(state).repository}/manifests/{identifier}"


def blob_url(state: State, digest: str) -> str:
    return f"{origin(state)}/v2/{ref(state).repository}/blobs/{digest}"


def manifest_request(state: State, method: str, identifier: str) -> Request:
    url = manifest_url(state, identifier)
    return Request(method, url, state.profile.accept, state.run.access.authorization)


def wanted(state: State) -> str:
    """The digest (or, where the registry named none, the tag) of the manifest to fetch."""
    if state.run.image.selected:
        return state.run.image.selected.digest
    return state.run.image.resolved or ref(state).identifier


def plan(state: State) -> Event:
    manifest = state.run.image.manifest
    assert manifest is not None
    if state.profile.images_only and manifest.config.media_type not in CONFIGS:
        return e.NotAnImage(manifest.config.media_type)
    held = set(state.client.images.blobs)
    layers = distinct(manifest.layers)
    here = [layer.digest in held for layer in layers]
    if state.profile.chains_layers:  # a layer counts as held only on top of the same layers
        here = [all(here[: place + 1]) for place, _ in enumerate(layers)]
    missing = tuple(layer for layer, known in zip(layers, here, strict=True) if not known)
    return e.LayersPlanned(missing, tuple(layer for layer in layers if layer not in missing))


def distinct(layers: tuple[Descriptor, ...]) -> tuple[Descriptor, ...]:
    """The first descriptor of each digest: the same content is downloaded once."""
    known: dict[str, Descriptor] = {}
    for layer in layers:
        known.setdefault(layer.digest, layer)
    return tuple(known.values())


def select(state: State) -> Event:
    assert state.run.image.index is not None
    entry = entry_for(state.run.image.index, state.platform)
    return e.PlatformSelected(entry) if entry else e.PlatformMissing(state.platform)


def entry_for(index: Index, platform: Platform) -> Descriptor | None:
    """The first entry of the index for this platform."""
    fits = (x for x in index.manifests if x.platform and x.platform.matches(platform))
    return next(fits, None)


def asked_now(state: State) -> tuple[Descriptor, ...]:
    """The blobs to ask for now: an engine may want the config first, and lets a blob that
    failed rest while others are under way."""
    download, manifest = state.run.download, state.run.image.manifest
    config = manifest.config.digest if manifest else ""
    first = tuple(blob for blob in download.waiting if blob.digest == config)
    if first and state.profile.config_first and is_image(state):
        return first
    awake = tuple(blob for blob in download.waiting if blob.digest not in download.resting)
    return awake or download.waiting


def is_image(state: State) -> bool:
    manifest = state.run.image.manifest
    return manifest is not None and manifest.config.media_type in CONFIGS


def store(state: State) -> Event:
    """The name is newer if it stood for something else before."""
    digest = state.run.image.resolved or wanted(state)
    same = state.client.images.find(ref(state).canonical) == digest
    config = state.run.image.manifest.config if state.run.image.manifest else None
    fresh = state.profile.image_is_config and config in state.run.download.received
    return e.ImageStored(ref(state), digest, newer=fresh or not same)


def blob_request(state: State, blob: Descriptor) -> Request:
    """A blob from the registry, or from where it redirected to: without the credential."""
    held = dict(state.run.download.partial).get(blob.digest)
    headers = (("Range", f"bytes={held}-"),) if held else ()
    moved = dict(state.run.download.moved).get(blob.digest)
    if moved:
        return Request("GET", moved, headers, promised=blob.size)
    url = blob_url(state, blob.digest)
    return Request("GET", url, headers, state.run.access.authorization, promised=blob.size)


# -- interpret: what an answer means in this phase ------------------------------------------


def interpret(state: State, exchange: Exchange) -> Event:
    """The fact that this exchange establishes."""
    event = meaning(state, exchange)
    if isinstance(event, FAILURES) and state.run.login.reusing:
        return e.StoredCredentialsRefused(event)
    return event


def meaning(state: State, exchange: Exchange) -> Event:
    request, answer = exchange.request, exchange.answer
    if state.phase is Phase.ASKING_FOR_CODE:
        return code_answer(answer)
    if isinstance(answer, NetworkFailure):
        return unreachable(state, request, answer)
    match state.phase:
        case Phase.EXPLAINING if state.run.access.outdated:
            return token_answer(state, request, answer)
        case Phase.AWAITING_BROWSER:
            return browser_answer(request, answer)
        case Phase.CHECKING | Phase.PINGING:
            challenge = Challenge.parse(answer.header("WWW-Authenticate"))
            known = answer.status == 401 and challenge
            return e.Challenged(known) if known else e.AccessOpen(answer.status)
        case Phase.LOGGING_IN:
            if answer.status == 200:
                return e.LoginAccepted()
            return e.LoginRejected(request.url, answer.status, errors(answer))
        case Phase.AUTHORIZING_LOGIN | Phase.AUTHORIZING_RESOLVE | Phase.AUTHORIZING_FETCH:
            return token_answer(state, request, answer)
        case Phase.FETCHING_BLOBS:
            return blob_answer(state, request, answer)
        case _:
            return manifest_answer(state, request, answer)


def code_answer(answer: Response | NetworkFailure) -> Event:
    document = answer.json() if isinstance(answer, Response) and answer.status == 200 else None
    if not isinstance(document, dict):
        return e.WebLoginUnavailable()
    names = ("device_code", "user_code", "verification_uri")
    return e.DeviceCodeIssued(*(str(document.get(name, "")) for name in names))


def browser_answer(request: Request, answer: Response) -> Event:
    """What follows a confirmation is a matter of Docker's own service, and is not played."""
    document = answer.json()
    waits = isinstance(document, dict) and document.get("error") == "authorization_pending"
    if waits:
        return e.ConfirmationPending()
    return e.ServerFailed(request.method, request.url, answer.status, errors(answer))


def unreachable(state: State, request: Request, failure: NetworkFailure) -> Event:
    to_registry = request.host == state.run.host and request.url.startswith("https:")
    no_tls = failure.obstacle is Obstacle.PLAIN_HTTP
    named_port = ":" in state.run.host.rpartition("]")[2]
    in_classic_ways = state.phase is Phase.CHECKING or listing(state)
    refused = failure.obstacle is Obstacle.REFUSED and (
        state.profile.http_after_refused or in_classic_ways or not named_port
    )
    may = e.FellBackToHttp in TRANSITIONS[state.phase]
    this_machine = state.profile.ipv6_loopback or not state.run.host.startswith("[")
    here = is_loopback(state.run.host) and this_machine
    allowed = here or state.run.host in state.client.insecure
    if may and to_registry and allowed and (no_tls or refused):
        return e.FellBackToHttp()
    return e.Unreachable(request.method, request.url, failure.obstacle, failure.detail)


def errors(answer: Response) -> tuple[e.RegistryError, ...]:
    """The error body's entries (distribution spec, error codes), or the body in another form.

    A body that is not said to be JSON goes along whole: not every engine reads it as JSON.
    """
    document, text = answer.json(), answer.body.decode(errors="replace")
    said = claims_json(answer)
    if not isinstance(document, dict):
        broken = not_json(text, stream=False) if said else ""
        return (e.RegistryError("", text, broken, "broken" if broken else "text"),)
    found = told_errors(document, text)
    return found if said else (replace(found[0], whole=text), *found[1:])


def told_errors(document: dict[str, object], text: str) -> tuple[e.RegistryError, ...]:
    if isinstance(document.get("details"), str):
        return (e.RegistryError("", str(document["details"]), form="details"),)
    entries = document.get("errors")
    known = entries if isinstance(entries, list) else []
    found = tuple(registry_error(entry) for entry in known if isinstance(entry, dict))
    return found or (e.RegistryError("", text, form="json"),)


def claims_json(answer: Response) -> bool:
    kind = (answer.header("Content-Type") or "").partition(";")[0]
    return kind in ("application/json", "application/vnd.api+json")


def registry_error(entry: dict[str, object]) -> e.RegistryError:
    detail = entry.get("detail")
    told = "" if detail is None else json.dumps(detail, separators=(",", ":"))
    return e.RegistryError(str(entry.get("code", "")), str(entry.get("message") or ""), told)


POST_UNSUPPORTED = frozenset({400, 401, 404, 405})
"""Answers to a token POST after which GET is tried: services without the OAuth2 POST."""


def token_answer(state: State, request: Request, answer: Response) -> Event:
    if 200 <= answer.status < 400:
        return token_body(request, answer)
    if request.method == "POST" and get_is_next(state, answer.status):
        return e.TokenPostRefused(answer.status)
    if answer.status in (401, 403):
        return e.TokenRefused(
            request.method, request.url, answer.status, errors(answer), asked(state)
        )
    return e.ServerFailed(request.method, request.url, answer.status, errors(answer))


def token_body(request: Request, answer: Response) -> Event:
    """The token, `access_token` first; a form is answered with that alone (RFC 6749)."""
    text = answer.body.decode(errors="replace")
    broken = not_json(text)
    document = answer.json()
    if broken or not isinstance(document, dict):
        why = broken or f"json: cannot unmarshal {kind_of_json(document)}"
        return e.TokenMissing(
            request.method, request.url, f"unable to decode token response: {why}"
        )
    token = document.get("access_token") or (request.method == "GET" and document.get("token"))
    if not (token and isinstance(token, str)):
        return e.TokenMissing(request.method, request.url, NO_TOKEN)
    return issued(token, document)


NO_TOKEN = "authorization server did not include a token in the response"


def get_is_next(state: State, status: int) -> bool:
    """GET after a POST that failed: containerd's rule; an identity token needs more than 405."""
    identity = state.run.credential is not None and state.run.credential.identity_token
    return state.profile.posts_for_tokens and status in POST_UNSUPPORTED - (
        {405} if identity else set()
    )


def issued(token: str, document: dict[str, object]) -> e.TokenIssued:
    lifetime = document.get("expires_in")
    identity = document.get("refresh_token")
    claims = claimed(token)
    return e.TokenIssued(
        token,
        lifetime if isinstance(lifetime, int) else None,
        granted(claims),
        identity if isinstance(identity, str) else "",
        json.dumps(claims) if claims else "",
        moment(document.get("issued_at")),
    )


def moment(text: object) -> int | None:
    """A time as the token service writes it (RFC 3339)."""
    try:
        return int(datetime.fromisoformat(str(text)).timestamp())
    except ValueError:
        return None


def claimed(token: str) -> dict[str, object]:
    """A JWT's payload, unverified: the registry verifies it. Empty for an opaque token."""
    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except jwt.InvalidTokenError:
        return {}


def granted(claims: dict[str, object]) -> tuple[str, ...]:
    """The access that is claimed, as scopes."""
    access = claims.get("access")
    try:
        return tuple(
            f"{entry['type']}:{entry['name']}:{','.join(entry['actions'])}"
            for entry in (access if isinstance(access, list) else ())
        )
    except (KeyError, TypeError):
        return ()


def manifest_answer(state: State, request: Request, answer: Response) -> Event:
    challenge = Challenge.parse(answer.header("WWW-Authenticate"))
    unchallenged = state.run.access.authorization is None and not state.profile.pings
    may = e.Challenged in TRANSITIONS[state.phase] and unchallenged and not listing(state)
    if answer.status == 401 and challenge and may:
        return e.Challenged(challenge)
    if answer.status == 200 and listing(state):
        return tags_answer(request, answer)
    if answer.status == 200 and (request.method == "HEAD" or state.phase is Phase.EXPLAINING):
        return resolution(state, request, answer)
    if answer.status == 200:
        return manifest_body(state, answer)
    return no_manifest(state, request, answer, challenge)


def tags_answer(request: Request, answer: Response) -> Event:
    """The repository's tags (distribution spec, end-8a)."""
    document = answer.json()
    tags = document.get("tags") if isinstance(document, dict) else None
    if not isinstance(tags, list):
        return e.ServerFailed(request.method, request.url, answer.status)
    return e.TagsListed(tuple(str(tag) for tag in tags))


def resolution(state: State, request: Request, answer: Response) -> Event:
    """The digest that the registry names; a body may speak for itself."""
    digest = answer.header("Docker-Content-Digest") or ""
    if request.method == "HEAD" and not digest:
        return e.ErrorWithoutBody(answer.status)
    kind = (answer.header("Content-Type") or "").partition(";")[0]
    if refused_before(state, request):
        return e.AccessDenied("HEAD", request.url, 403)
    broken = not_json(answer.body.decode(errors="replace"), stream=False)
    if broken and not digest and state.profile.trusts_tags:
        return e.ManifestUnreadable(request.url, broken)
    return e.Resolved(digest or digest_of(answer.body), kind)


def refused_before(state: State, request: Request) -> bool:
    """containerd asks again with GET only for words: the refusal of the HEAD stands."""
    asked_for_words = state.phase is Phase.EXPLAINING and not state.profile.pings
    return asked_for_words and Attempt(request.url, 403) in state.run.attempts


def no_manifest(
    state: State, request: Request, answer: Response, challenge: Challenge | None
) -> Event:
    if repeats(state, request, answer.status, "manifest", challenge):
        return e.AskedAgain(request.url, answer.status)
    if refused_before(state, request) and answer.status != 403:
        return e.AccessDenied("HEAD", request.url, 403)
    if request.method == "HEAD" and answer.status in state.profile.reads_errors:
        return e.ErrorWithoutBody(answer.status)
    digest = ref(state).digest
    seeks = state.profile.seeks_blobs and not state.run.image.among_blobs
    if answer.status == 404 and digest and seeks and state.phase is Phase.RESOLVING:
        return e.SoughtAmongBlobs(digest)
    return refusal(request, answer, challenge)


def repeats(
    state: State, request: Request, status: int, kind: str, challenge: Challenge | None
) -> bool:
    """Whether this engine repeats the request after these answers."""
    earlier = state.run.answers_from(request.url)
    way_in = challenge is not None and not challenge.error
    return state.profile.asks_again((*earlier, status), kind, way_in)


def refusal(request: Request, answer: Response, challenge: Challenge | None) -> Event:
    about, said = (request.method, request.url), errors(answer)
    match answer.status:
        case 401 | 403:
            return e.AccessDenied(*about, answer.status, said, challenge.error if challenge else "")
        case 404:
            return e.ManifestUnknown(*about, 404, said)
        case 429:
            return e.RateLimited(*about, 429, said)
        case status:
            return e.ServerFailed(*about, status, said)


def manifest_body(state: State, answer: Response) -> Event:
    expected = wanted(state)
    actual = digest_of(answer.body, algorithm_of(expected))
    by_tag = ref(state).digest is None and state.run.image.selected is None
    trusted = state.profile.trusts_tags and by_tag
    if ":" in expected and actual != expected and not trusted:
        return e.DigestMismatch("manifest", expected, actual)
    if untyped(state):
        what = f"unexpected media type {state.run.image.media_type} for {actual}"
        return e.ManifestUnreadable(blob_url(state, actual), what)
    try:
        parsed = parse_manifest(answer.body, actual, answer.header("Content-Type") or "")
    except InvalidManifest as error:
        broken = not_json(answer.body.decode(errors="replace"), stream=False)
        return e.ManifestUnreadable(manifest_url(state, expected), broken or str(error))
    return e.IndexReceived(parsed) if isinstance(parsed, Index) else e.ManifestReceived(parsed)


REDIRECTS = frozenset({301, 302, 303, 307, 308})
LIMIT_CUTS = 5
"""How often a cut download is resumed before the engine gives up."""


def blob_answer(state: State, request: Request, answer: Response) -> Event:
    blob = blob_of(state, request)
    location = redirected(request.url, answer.header("Location") or "")
    few = len(state.run.download.moved) <= 2 * len(state.run.download.waiting)
    if answer.status in REDIRECTS and location and few:
        return e.Redirected(blob.digest, location)
    if answer.status in (200, 206):
        return received(state, blob, request, answer)
    challenge = Challenge.parse(answer.header("WWW-Authenticate"))
    if repeats(state, request, answer.status, kind_of(state, blob), challenge):
        return e.AskedAgain(request.url, answer.status)
    if answer.status == 404:
        return e.BlobUnknown(blob, errors(answer))
    return refusal(request, answer, challenge)


def kind_of(state: State, blob: Descriptor) -> str:
    config = state.run.image.manifest.config.digest if state.run.image.manifest else ""
    return "config" if blob.digest == config else "layer"


def blob_of(state: State, request: Request) -> Descriptor:
    """Which of the blobs waited for this request is about."""
    for blob in state.run.download.waiting:
        if blob_request(state, blob).url == request.url:
            return blob
    raise IllegalTransition(f"no blob is waited for at {request.url}")


def received(state: State, blob: Descriptor, request: Request, answer: Response) -> Event:
    content = answer.content
    arrived = content.size if content else 0
    if answer.cut and len(state.run.answers_from(request.url)) < LIMIT_CUTS:
        return e.DownloadCut(blob, arrived)
    if answer.cut:
        return e.Unreachable(request.method, request.url, Obstacle.RESET)
    kind = kind_of(state, blob)
    if content is None or content.digest != blob.digest:
        return e.DigestMismatch(kind, blob.digest, content.digest if content else "")
    if kind == "config":
        return e.BlobReceived(blob, kind, ImageConfig.read(answer.body, blob.digest))
    return e.BlobReceived(blob, kind, None, content.unpacked)


# -- evolve: what is true afterwards --------------------------------------------------------


def evolve(state: State, event: Event) -> State:
    """The state after the event: the table moves the phase, the rest keeps the data.

    Raises IllegalTransition where the table has no such edge.
    """
    phase = TRANSITIONS[state.phase].get(type(event))
    if phase is None:
        raise IllegalTransition(f"can't handle {type(event).__name__} when {state.phase}")
    return replace(keep(state, event), phase=phase)


FAILURES: tuple[type[Failure], ...] = get_args(Failure)


def keep(state: State, event: Event) -> State:
    """The state with the data of the event, in the same phase."""
    if isinstance(event, e.CommandTyped):
        return begin(state, event.command)
    client, run = STORES.get(type(event)), KEEPS.get(type(event))
    return replace(
        state,
        client=client(state, event) if client else state.client,
        run=run(state, event) if run else state.run,
        failure=event if isinstance(event, FAILURES) else state.failure,
    )


def begin(state: State, command: Command) -> State:
    """A new command starts with the client and nothing of the command before."""
    server = command.server if isinstance(command, Login | Logout) else None
    host = "" if server is None else host_of(registry_key(server))
    return replace(state, commands=state.commands[1:], run=Run(command, host))


def host_of(key: str) -> str:
    """Where to log in: Docker Hub's names all mean one host."""
    return HUB_HOST if key in (HUB_KEY, "index.docker.io") else key


def keep_credential(state: State, event: e.CredentialsEntered | e.CredentialFound) -> Run:
    return replace(state.run, credential=event.credential)


def keep_web_login(state: State, event: e.WebLoginChosen) -> Run:
    return replace(state.run, login=replace(state.run.login, web_tried=True))


def keep_device_code(state: State, event: e.DeviceCodeIssued) -> Run:
    return replace(state.run, login=replace(state.run.login, device_code=event.device_code))


def keep_poll(state: State, event: e.ConfirmationPending) -> Run:
    return replace(state.run, login=replace(state.run.login, polls=state.run.login.polls + 1))


def keep_reuse(state: State, event: e.StoredCredentialsReused) -> Run:
    login = replace(state.run.login, reusing=True, stored_tried=True)
    return replace(state.run, credential=event.credential, login=login)


def forget_stored(state: State, event: e.StoredCredentialsRefused) -> Run:
    login = replace(state.run.login, reusing=False)
    return replace(state.run, credential=None, access=Access(), login=login)


def keep_reference(state: State, event: e.ReferenceParsed) -> Run:
    command, reference = state.run.command, event.reference
    wanted = command.platform if isinstance(command, Pull) else ""
    platform = Platform.parse(wanted) if wanted else None
    return replace(state.run, reference=reference, host=reference.host, platform=platform)


def keep_tags(state: State, event: e.TagsListed) -> Run:
    """The tags are known; the first is next."""
    listed = replace(state.run, tags=replace(state.run.tags, left=event.tags))
    if not event.tags:
        return listed
    first = e.NextTagTaken(replace(ref(state), tag=event.tags[0]))
    return keep_next_tag(replace(state, run=listed), first)


def keep_next_tag(state: State, event: e.NextTagTaken) -> Run:
    """Each tag is a pull of its own; shared authorization stays."""
    run = state.run
    assert run.tags.left is not None
    return replace(
        run,
        reference=event.reference,
        tags=replace(run.tags, left=run.tags.left[1:]),
        access=run.access if state.profile.shares_authorization else Access(),
        image=Image(),
        download=Download(),
        attempts=(),
    )


def keep_pulled(state: State, event: e.AlreadyUpToDate | e.ImageStored) -> Run:
    tags = state.run.tags
    newer = tags.newer or (isinstance(event, e.ImageStored) and event.newer)
    return replace(state.run, tags=replace(tags, pulled=tags.pulled + 1, newer=newer))


def keep_refused(state: State, event: e.ImagesInspected) -> Run:
    return replace(state.run, refused=event.refused)


def keep_removed(state: State, event: e.ImagesRemoved) -> Run:
    """`--force` forgives what is missing."""
    forgiving = isinstance(state.run.command, Remove) and state.run.command.force
    left = tuple(one for one in event.refused if not (forgiving and one.why == "missing"))
    return replace(state.run, refused=event.refused if left else ())


def keep_plain_http(state: State, event: e.FellBackToHttp) -> Run:
    return replace(state.run, access=replace(state.run.access, plain_http=True))


def keep_challenge(state: State, event: e.Challenged) -> Run:
    """The challenge, and the answer to the request that it interrupted."""
    challenged = replace(state.run, access=replace(state.run.access, challenge=event.challenge))
    if state.phase not in (Phase.RESOLVING, Phase.FETCHING_MANIFEST):
        return challenged
    resolving = state.phase is Phase.RESOLVING
    identifier = ref(state).identifier if resolving else wanted(state)
    return challenged.attempted(manifest_url(state, identifier), 401)


def keep_basic(state: State, event: e.CredentialAttached) -> Run:
    assert state.run.credential is not None
    sent = Authorization.basic(state.run.credential.username, state.run.credential.password)
    return replace(state.run, access=replace(state.run.access, authorization=sent))


def keep_post_refused(state: State, event: e.TokenPostRefused) -> Run:
    return replace(state.run, access=replace(state.run.access, post_refused=True))


def keep_token(state: State, event: e.TokenIssued) -> Run:
    access = replace(
        state.run.access,
        authorization=Authorization.bearer(event.token),
        identity_token=event.identity_token,
        expires=expiry(event),
        outdated=False,
    )
    return replace(state.run, access=access)


SHORTEST_LIFE = 60
"""Seconds that the classic client gives every token, whatever the service says."""


def expiry(issued: e.TokenIssued) -> int | None:
    """Reckoned from the service's clock: where that is wrong, so is the moment."""
    if issued.issued is None:
        return None
    return issued.issued + max(issued.lifetime or 0, SHORTEST_LIFE)


def keep_attempt(state: State, event: e.AskedAgain) -> Run:
    again = state.run.attempted(event.url, event.status)
    if state.phase is not Phase.FETCHING_BLOBS:
        return again
    resting = rested(replace(state, run=again), event.url)
    return replace(again, download=replace(again.download, resting=resting))


def rested(state: State, url: str) -> tuple[str, ...]:
    """Which blobs wait for the others now that the one at this address failed: engine's rule."""
    download = state.run.download
    blob = next(b for b in download.waiting if blob_request(state, b).url == url)
    others = tuple(digest for digest in download.resting if digest != blob.digest)
    rests = state.profile.rests(len(state.run.answers_from(url)), kind_of(state, blob))
    return (*others, blob.digest) if rests else others


def keep_bare_error(state: State, event: e.ErrorWithoutBody) -> Run:
    """The GET that follows needs another token where this one has expired meanwhile."""
    access = state.run.access
    late = access.expires is not None and 0 < access.expires < state.client.now
    again = state.run.attempted(manifest_url(state, ref(state).identifier), event.status)
    return replace(again, access=replace(access, outdated=late and state.profile.pings))


def keep_search(state: State, event: e.SoughtAmongBlobs) -> Run:
    return replace(state.run, image=replace(state.run.image, among_blobs=True))


def keep_resolved(state: State, event: e.Resolved) -> Run:
    """The fetcher starts; with separate authorization it knows nothing of the resolver's."""
    image = replace(
        state.run.image, resolved=event.digest or None, media_type=event.media_type
    )
    access = state.run.access if state.profile.shares_authorization else Access()
    return replace(state.run, image=image, access=access, attempts=())


def keep_index(state: State, event: e.IndexReceived | e.IndexHeld) -> Run:
    image, index = state.run.image, event.index
    return replace(
        state.run, image=replace(image, index=index, resolved=image.resolved or index.digest)
    )


def keep_platform(state: State, event: e.PlatformSelected) -> Run:
    return replace(state.run, image=replace(state.run.image, selected=event.entry))


def keep_manifest(state: State, event: e.ManifestReceived | e.ManifestHeld) -> Run:
    """An engine that trusts tags takes for the digest what it got."""
    image, manifest = state.run.image, event.manifest
    by_tag = image.selected is None and ref(state).digest is None
    trusted = by_tag and state.profile.trusts_tags
    resolved = manifest.digest if trusted else image.resolved or manifest.digest
    return replace(state.run, image=replace(image, manifest=manifest, resolved=resolved))


def keep_plan(state: State, event: e.LayersPlanned) -> Run:
    assert state.run.image.manifest is not None
    config = state.run.image.manifest.config
    here = config.digest in state.client.images.blobs
    layers = (layer for layer in event.missing if layer.digest != config.digest)
    waiting = event.missing if here else (config, *layers)
    download = replace(state.run.download, waiting=waiting, present=event.present)
    return replace(state.run, download=download)


def keep_blob(state: State, event: e.BlobReceived) -> Run:
    run, blob = state.run, event.blob
    unpacked = ((blob.digest, event.unpacked),) if event.unpacked else ()
    download = replace(
        run.download,
        waiting=tuple(b for b in run.download.waiting if b.digest != blob.digest),
        received=(*run.download.received, blob),
        unpacked=(*run.download.unpacked, *unpacked),
    )
    image = replace(run.image, config=event.config or run.image.config)
    return replace(run, image=image, download=download)


def keep_redirect(state: State, event: e.Redirected) -> Run:
    moved = (*state.run.download.moved, (event.digest, event.location))
    return replace(state.run, download=replace(state.run.download, moved=moved))


def keep_cut(state: State, event: e.DownloadCut) -> Run:
    download, blob = state.run.download, event.blob
    rests = (*download.resting, blob.digest) if state.profile.rests(0, "layer") else ()
    partial = {**dict(download.partial), blob.digest: event.received}
    again = state.run.attempted(blob_request(state, blob).url, None)
    return replace(
        again, download=replace(download, partial=tuple(partial.items()), resting=rests)
    )


Keep = Callable[[State, Any], Run]
KEEPS: Mapping[type[Event], Keep] = {
    e.CredentialsEntered: keep_credential,
    e.CredentialFound: keep_credential,
    e.WebLoginChosen: keep_web_login,
    e.DeviceCodeIssued: keep_device_code,
    e.ConfirmationPending: keep_poll,
    e.StoredCredentialsReused: keep_reuse,
    e.StoredCredentialsRefused: forget_stored,
    e.ReferenceParsed: keep_reference,
    e.TagsListed: keep_tags,
    e.NextTagTaken: keep_next_tag,
    e.AlreadyUpToDate: keep_pulled,
    e.ImageStored: keep_pulled,
    e.ImagesInspected: keep_refused,
    e.ImagesRemoved: keep_removed,
    e.FellBackToHttp: keep_plain_http,
    e.Challenged: keep_challenge,
    e.CredentialAttached: keep_basic,
    e.TokenPostRefused: keep_post_refused,
    e.TokenIssued: keep_token,
    e.AskedAgain: keep_attempt,
    e.ErrorWithoutBody: keep_bare_error,
    e.SoughtAmongBlobs: keep_search,
    e.Resolved: keep_resolved,
    e.IndexReceived: keep_index,
    e.IndexHeld: keep_index,
    e.PlatformSelected: keep_platform,
    e.ManifestReceived: keep_manifest,
    e.ManifestHeld: keep_manifest,
    e.LayersPlanned: keep_plan,
    e.BlobReceived: keep_blob,
    e.Redirected: keep_redirect,
    e.DownloadCut: keep_cut,
}
"""What this command knows after an event."""


def store_credential(state: State, event: e.CredentialsStored) -> Client:
    credential = state.run.credential
    assert credential is not None
    kept = replace(credential, identity_token=state.run.access.identity_token)
    return replace(state.client, store=state.client.store.with_entry(event.key, kept))


def drop_credential(state: State, event: e.CredentialsRemoved) -> Client:
    store = state.client.store
    server = state.run.command.server if isinstance(state.run.command, Logout) else ""
    gone = (key for key in logout_keys(server) if not store.lacks(key))
    return replace(state.client, store=store.without(*gone))


def store_image(state: State, event: e.ImageStored) -> Client:
    """The image under its name; the image that had the name before stays, without a tag."""
    image, download = state.run.image, state.run.download
    name = event.reference.canonical
    manifests = tuple(one for one in (image.index, image.manifest) if one)
    images = state.client.images.with_content(image.config, download.unpacked)
    before = images.find(name)
    if before not in (None, event.digest):
        lost = repository_of(name) if state.profile.image_is_config else "<none>"
        images = images.with_image(f"{lost}@{before}", before or "", ())
    arrived = tuple(blob.digest for blob in download.received)
    images = images.with_image(name, event.digest, arrived, *manifests)
    return replace(state.client, images=images)


def drop_images(state: State, event: e.ImagesRemoved) -> Client:
    names = [name for removal in event.removals for name in removal.names]
    return replace(state.client, images=state.client.images.without(names))


STORES: Mapping[type[Event], Callable[[State, Any], Client]] = {
    e.CredentialsStored: store_credential,
    e.CredentialsRemoved: drop_credential,
    e.ImageStored: store_image,
    e.ImagesRemoved: drop_images,
}
"""What stays on this machine when the command has ended."""
