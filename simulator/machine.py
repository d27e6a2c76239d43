"""The machine: what a Docker engine does next, and what it learns. No I/O, no clock.

Everything that decides the order of things lives here. `TRANSITIONS` is the whole map of
phases; diagrams, quiz options and tests read it. Three pure functions work on one frozen
`State`: `next_move` says what to ask or decide, `interpret` what an answer means, `evolve`
what is true afterwards. Where the engines differ, they differ in data (`simulator.engines`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, get_args
from urllib.parse import urlencode, urljoin, urlsplit

import jwt

from simulator import events as e
from simulator.auth import Challenge, Credential, CredentialStore, registry_key
from simulator.commands import Command, Login, Logout, Pull
from simulator.engines import Engine, engine
from simulator.events import Event, Failure
from simulator.oci import (
    CONFIGS,
    HUB_HOST,
    HUB_KEY,
    Descriptor,
    Index,
    InvalidManifest,
    InvalidReference,
    Manifest,
    Platform,
    Reference,
    parse_manifest,
)
from simulator.tagged import Tagged
from simulator.wire import (
    MASK,
    Authorization,
    Exchange,
    NetworkFailure,
    Obstacle,
    Request,
    Response,
    Scheme,
    digest_of,
)


class Phase(StrEnum):
    """What is going on. `DONE` and `FAILED` are ends."""

    READY = "ready"
    PROMPTING = "prompting"
    CHECKING = "checking"
    AUTHORIZING_LOGIN = "authorizing login"
    LOGGING_IN = "logging in"
    SAVING = "saving"
    REMOVING = "removing"
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
    return ways | fails(e.TokenRefused, e.ServerFailed, e.Unreachable)


READING = fails(e.AccessDenied, e.ManifestUnknown, e.RateLimited, e.ServerFailed, e.Unreachable)

TRANSITIONS: Mapping[Phase, Edges] = {
    P.READY: {
        e.LoginTyped: P.PROMPTING,
        e.PullTyped: P.PARSING,
        e.LogoutTyped: P.REMOVING,
        e.SessionEnded: P.DONE,
    },
    P.PROMPTING: {
        e.CredentialsEntered: P.CHECKING,
        e.StoredCredentialsReused: P.CHECKING,
        e.InputMissing: P.FAILED,
    },
    P.CHECKING: {
        e.Challenged: P.AUTHORIZING_LOGIN,
        e.AccessOpen: P.LOGGING_IN,
        e.FellBackToHttp: P.CHECKING,
    }
    | fails(e.Unreachable),
    P.AUTHORIZING_LOGIN: {
        k: v for k, v in authorizing(P.LOGGING_IN).items() if k is not e.TokenPostRefused
    },
    P.LOGGING_IN: {e.LoginAccepted: P.SAVING} | fails(e.LoginRejected, e.Unreachable),
    P.SAVING: {e.CredentialsStored: P.READY} | fails(e.StoreFailed),
    P.REMOVING: {e.CredentialsRemoved: P.READY},
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
        e.Resolved: P.COMPARING,
        e.Challenged: P.AUTHORIZING_RESOLVE,
        e.AskedAgain: P.RESOLVING,
        e.ErrorWithoutBody: P.EXPLAINING,
        e.FellBackToHttp: P.RESOLVING,
    }
    | READING,
    P.EXPLAINING: {e.ManifestReceived: P.PLANNING, e.IndexReceived: P.SELECTING} | READING,
    P.COMPARING: {e.AlreadyUpToDate: P.READY, e.UpdateNeeded: P.FETCHING_MANIFEST},
    P.FETCHING_MANIFEST: {
        e.ManifestReceived: P.PLANNING,
        e.IndexReceived: P.SELECTING,
        e.Challenged: P.AUTHORIZING_FETCH,
        e.AskedAgain: P.FETCHING_MANIFEST,
        e.FellBackToHttp: P.FETCHING_MANIFEST,
    }
    | READING
    | fails(e.DigestMismatch),
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
        e.BlobUnknown, e.DigestMismatch, e.AccessDenied, e.RateLimited, e.ServerFailed, e.Unreachable
    ),
    P.STORING: {e.ImageStored: P.READY},
    P.DONE: {},
    P.FAILED: {},
}


@dataclass(frozen=True)
class ImageStore:
    """What this machine holds: images by name, and blobs by digest."""

    images: tuple[tuple[str, str], ...] = ()
    blobs: tuple[str, ...] = ()

    def find(self, name: str) -> str | None:
        return dict(self.images).get(name)

    def with_image(self, name: str, digest: str, blobs: tuple[str, ...]) -> "ImageStore":
        images = {**dict(self.images), name: digest}
        return ImageStore(tuple(images.items()), tuple(dict.fromkeys(self.blobs + blobs)))


@dataclass(frozen=True)
class State:
    """All that the client knows. Secrets are hidden from `repr`; `masked` drops them."""

    engine: str = "29"
    phase: Phase = Phase.READY
    commands: tuple[Annotated[Command, Tagged("command")], ...] = ()
    command: Annotated[Command | None, Tagged("command")] = None
    store: CredentialStore = CredentialStore()
    images: ImageStore = ImageStore()
    platform: Platform = Platform()
    writable: str = ""
    """Why `config.json` cannot be written; empty where it can."""
    host: str = ""
    plain_http: bool = False
    reference: Reference | None = None
    credential: Credential | None = None
    challenge: Challenge | None = None
    authorization: Authorization | None = None
    identity_token: str = field(default="", repr=False)
    post_refused: bool = False
    answers: tuple[tuple[str, int], ...] = ()
    resolved: str | None = None
    index: Index | None = None
    selected: Descriptor | None = None
    manifest: Manifest | None = None
    waiting: tuple[Descriptor, ...] = ()
    received: tuple[Descriptor, ...] = ()
    present: tuple[Descriptor, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    partial: tuple[tuple[str, int], ...] = ()
    failure: Annotated[Failure | None, Tagged("event")] = None

    @property
    def finished(self) -> bool:
        return self.phase in (Phase.DONE, Phase.FAILED)

    @property
    def ways(self) -> Engine:
        return engine(self.engine)

    def masked(self) -> "State":
        """The same state without its secrets."""
        sent = self.authorization and replace(self.authorization, secret=MASK)
        return replace(
            self,
            commands=tuple(command.masked() for command in self.commands),
            command=self.command and self.command.masked(),
            store=self.store.masked(),
            credential=self.credential and self.credential.masked(),
            authorization=sent,
            identity_token=MASK if self.identity_token else "",
        )


# -- next_move: ask the network, or decide here ---------------------------------------------


def next_move(state: State) -> tuple[Request, ...] | Event:
    """The requests to send now (several may be in flight together), or a local decision."""
    match state.phase:
        case Phase.READY:
            return type_next(state)
        case Phase.PROMPTING:
            return prompt(state)
        case Phase.CHECKING:
            return (ping(state, None),)
        case Phase.LOGGING_IN:
            return (ping(state, state.authorization),)
        case Phase.SAVING:
            return save(state)
        case Phase.REMOVING:
            return remove(state)
        case Phase.PARSING:
            return parse_reference(state)
        case Phase.LOOKING_UP:
            return look_up(state)
        case Phase.PINGING:
            return (ping(state, None),) if state.ways.pings else e.PingSkipped()
        case Phase.AUTHORIZING_LOGIN | Phase.AUTHORIZING_RESOLVE | Phase.AUTHORIZING_FETCH:
            return authorize(state)
        case Phase.RESOLVING:
            return resolve(state)
        case Phase.EXPLAINING:
            return (manifest_request(state, "GET", ref(state).identifier),)
        case Phase.COMPARING:
            held = state.images.find(ref(state).canonical)
            return e.AlreadyUpToDate() if held == state.resolved else e.UpdateNeeded()
        case Phase.FETCHING_MANIFEST:
            return (manifest_request(state, "GET", wanted(state)),)
        case Phase.PLANNING:
            return plan(state)
        case Phase.FETCHING_BLOBS:
            return tuple(blob_request(state, b) for b in state.waiting) or e.BlobsVerified()
        case Phase.STORING:
            return e.ImageStored(ref(state), state.resolved or wanted(state))
        case Phase.SELECTING:
            return select(state)
        case _:
            raise IllegalTransition(f"a run that is {state.phase} has no next move")


def ref(state: State) -> Reference:
    assert state.reference is not None
    return state.reference


def type_next(state: State) -> Event:
    match state.commands[:1]:
        case (Login() as command,):
            return e.LoginTyped(command)
        case (Pull() as command,):
            return e.PullTyped(command)
        case (Logout() as command,):
            return e.LogoutTyped(command)
        case _:
            return e.SessionEnded()


def prompt(state: State) -> Event:
    """A login without a name first tries what is stored; else name and password are needed."""
    command = state.command
    assert isinstance(command, Login)
    stored = state.store.find(registry_key(command.server))
    if command.source == "prompt" and not command.username and stored:
        return e.StoredCredentialsReused(stored)
    if command.source == "stdin" and not command.username:
        return e.InputMissing("username")
    if not (command.username and command.password):
        return e.InputMissing("password" if command.source == "stdin" else "terminal")
    return e.CredentialsEntered(Credential(command.username, command.password))


def save(state: State) -> Event:
    if state.writable:
        return e.StoreFailed(state.writable)
    if state.store.helper_missing:
        return e.StoreFailed(helper_error("storing", state.store.helper))
    assert isinstance(state.command, Login)
    return e.CredentialsStored(registry_key(state.command.server))


def helper_error(doing: str, helper: str | None) -> str:
    """What Docker's CLI says about a helper that is not on the path."""
    program = f'exec: "docker-credential-{helper}": executable file not found in $PATH'
    return f"error {doing} credentials - err: {program}, out: ``"


def remove(state: State) -> Event:
    assert isinstance(state.command, Logout)
    key = registry_key(state.command.server)
    return e.CredentialsRemoved(key, found=state.store.find(key) is not None)


def parse_reference(state: State) -> Event:
    assert isinstance(state.command, Pull)
    try:
        return e.ReferenceParsed(Reference.parse(state.command.image))
    except InvalidReference as error:
        return e.ReferenceRejected(str(error))


def look_up(state: State) -> Event:
    if state.store.helper_missing and state.ways.helper_required:
        return e.HelperFailed(state.store.helper or "")
    found = None if state.store.helper_missing else state.store.find(ref(state).key)
    return e.CredentialFound(found) if found else e.CredentialMissing(ref(state).key)


def ping(state: State, authorization: Authorization | None) -> Request:
    return Request("GET", f"{origin(state)}/v2/", (), authorization)


def origin(state: State) -> str:
    return f"{'http' if state.plain_http else 'https'}://{state.host}"


def authorize(state: State) -> tuple[Request, ...] | Event:
    """Answer the challenge: Basic attaches the credential, Bearer fetches a token."""
    challenge = state.challenge
    assert challenge is not None
    if challenge.scheme is Scheme.BASIC:
        return e.CredentialAttached() if state.credential else e.NoCredentials(*asked(state))
    if posts(state):
        return (token_post(state, challenge),)
    return (token_get(state, challenge),)


def asked(state: State) -> tuple[str, str]:
    """The request that the authorization is for, as Docker names it in errors."""
    if state.phase is Phase.AUTHORIZING_LOGIN:
        return "GET", f"{origin(state)}/v2/"
    return "HEAD", manifest_url(state, ref(state).identifier)


def posts(state: State) -> bool:
    if not state.credential or state.post_refused or state.phase is Phase.AUTHORIZING_LOGIN:
        return False
    return state.ways.posts_for_tokens or bool(state.credential.identity_token)


def token_post(state: State, challenge: Challenge) -> Request:
    """The OAuth2 form (distribution docs, "OAuth2 token authentication")."""
    assert state.credential is not None
    client = "containerd-client" if state.ways.posts_for_tokens else "docker"
    form = {"client_id": client, "scope": scope(state), "service": challenge.service}
    if state.credential.identity_token:
        form |= {"grant_type": "refresh_token", "refresh_token": state.credential.identity_token}
    else:
        form |= {"grant_type": "password", "username": state.credential.username,
                 "password": state.credential.password}  # fmt: skip
    kind = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    return Request("POST", challenge.realm, (kind,), None, tuple(sorted(form.items())))


def token_get(state: State, challenge: Challenge) -> Request:
    """GET with the credential as Basic, or anonymous (distribution docs, "Token")."""
    credential, login = state.credential, state.phase is Phase.AUTHORIZING_LOGIN
    query = {"service": challenge.service}
    if login:
        query |= {"client_id": "docker", "offline_token": "true"}
    else:
        query |= {"scope": scope(state)}
    if credential and (login or not state.ways.posts_for_tokens):
        query |= {"account": credential.username}
    sent = None
    if credential:
        sent = Authorization.basic(credential.username, credential.password)
    joint = "&" if urlsplit(challenge.realm).query else "?"
    url = f"{challenge.realm}{joint}{urlencode(sorted(query.items()))}"
    return Request("GET", url, (), sent)


def scope(state: State) -> str:
    return f"repository:{ref(state).repository}:pull"


def resolve(state: State) -> tuple[Request, ...] | Event:
    digest = ref(state).digest
    if digest and not state.ways.heads_digests:
        return e.Resolved(digest)
    return (manifest_request(state, "HEAD", ref(state).identifier),)


def manifest_url(state: State, identifier: str) -> str:
    return f"{origin(state)}/v2/{ref(state).repository}/manifests/{identifier}"


def manifest_request(state: State, method: str, identifier: str) -> Request:
    url = manifest_url(state, identifier)
    return Request(method, url, state.ways.accept, state.authorization)


def wanted(state: State) -> str:
    """The digest (or, where the registry named none, the tag) of the manifest to fetch."""
    if state.selected:
        return state.selected.digest
    return state.resolved or ref(state).identifier


def plan(state: State) -> Event:
    manifest = state.manifest
    assert manifest is not None
    if state.ways.images_only and manifest.config.media_type not in CONFIGS:
        return e.NotAnImage(manifest.config.media_type)
    held = set(state.images.blobs)
    layers = tuple(dict.fromkeys(manifest.layers))
    missing = tuple(layer for layer in layers if layer.digest not in held)
    return e.LayersPlanned(missing, tuple(layer for layer in layers if layer.digest in held))


def select(state: State) -> Event:
    index = state.index
    assert index is not None
    for entry in index.manifests:
        if entry.platform and entry.platform.matches(state.platform):
            return e.PlatformSelected(entry)
    return e.PlatformMissing(state.platform)


def blob_request(state: State, blob: Descriptor) -> Request:
    """A blob from the registry, or from where it redirected to: without the credential."""
    held = dict(state.partial).get(blob.digest)
    headers = (("Range", f"bytes={held}-"),) if held else ()
    moved = dict(state.moved).get(blob.digest)
    if moved:
        return Request("GET", moved, headers)
    url = f"{origin(state)}/v2/{ref(state).repository}/blobs/{blob.digest}"
    return Request("GET", url, headers, state.authorization)


# -- interpret: what an answer means in this phase ------------------------------------------


def interpret(state: State, exchange: Exchange) -> Event:
    """The fact that this exchange establishes."""
    request, answer = exchange.request, exchange.answer
    if isinstance(answer, NetworkFailure):
        return unreachable(state, request, answer)
    match state.phase:
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


def unreachable(state: State, request: Request, failure: NetworkFailure) -> Event:
    to_registry = request.host == state.host and request.url.startswith("https:")
    no_tls = failure.obstacle is Obstacle.PLAIN_HTTP
    refused = failure.obstacle is Obstacle.REFUSED and state.ways.http_after_refused
    may = e.FellBackToHttp in TRANSITIONS[state.phase]
    if may and to_registry and loopback(state.host) and (no_tls or refused):
        return e.FellBackToHttp()
    return e.Unreachable(request.method, request.url, failure.obstacle, failure.detail)


def loopback(host: str) -> bool:
    """Whether Docker may speak plain HTTP there."""
    name = urlsplit(f"//{host}").hostname or ""
    return name in ("localhost", "::1") or name.startswith("127.")


def errors(answer: Response) -> tuple[e.RegistryError, ...]:
    """The error body's entries (distribution spec, error codes); none if it has none."""
    document = answer.json()
    entries = document.get("errors") if isinstance(document, dict) else None
    if isinstance(document, dict) and "details" in document:
        return (e.RegistryError("", str(document["details"])),)
    if not isinstance(entries, list):
        return ()
    known = [entry for entry in entries if isinstance(entry, dict)]
    return tuple(
        e.RegistryError(str(entry.get("code", "")), str(entry.get("message") or ""))
        for entry in known
    )


POST_UNSUPPORTED = frozenset({400, 401, 404, 405})
"""Answers to a token POST after which GET is tried: services without the OAuth2 POST."""


def token_answer(state: State, request: Request, answer: Response) -> Event:
    document = answer.json()
    if answer.status == 200 and isinstance(document, dict):
        token = document.get("token") or document.get("access_token")
        if isinstance(token, str) and token:
            return issued(token, document)
    if request.method == "POST" and answer.status in POST_UNSUPPORTED:
        return e.TokenPostRefused(answer.status)
    if answer.status in (401, 403):
        return e.TokenRefused(
            request.method, request.url, answer.status, errors(answer), asked(state)
        )
    return e.ServerFailed(request.method, request.url, answer.status, errors(answer))


def issued(token: str, document: dict[str, object]) -> e.TokenIssued:
    lifetime = document.get("expires_in")
    identity = document.get("refresh_token")
    return e.TokenIssued(
        token,
        lifetime if isinstance(lifetime, int) else None,
        granted(token),
        identity if isinstance(identity, str) else "",
    )


def granted(token: str) -> tuple[str, ...]:
    """The access that a JWT claims, as scopes; nothing for an opaque token."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        return tuple(
            f"{entry['type']}:{entry['name']}:{','.join(entry['actions'])}"
            for entry in claims.get("access", ())
        )
    except (jwt.InvalidTokenError, KeyError, TypeError):
        return ()


def manifest_answer(state: State, request: Request, answer: Response) -> Event:
    challenge = Challenge.parse(answer.header("WWW-Authenticate"))
    may_challenge = e.Challenged in TRANSITIONS[state.phase]
    if answer.status == 401 and challenge and state.authorization is None and may_challenge:
        return e.Challenged(challenge)
    if answer.status == 200 and request.method == "HEAD":
        digest = answer.header("Docker-Content-Digest") or ""
        return e.Resolved(digest, answer.header("Content-Type") or "")
    if answer.status == 200:
        return manifest_body(state, answer)
    if repeats(state, request, answer.status):
        return e.AskedAgain(request.url, answer.status)
    if request.method == "HEAD" and answer.status in state.ways.reads_errors:
        return e.ErrorWithoutBody(answer.status)
    return refusal(request, answer, challenge)


def repeats(state: State, request: Request, status: int) -> bool:
    earlier = tuple(code for url, code in state.answers if url == request.url)
    sent = request.authorization
    basic = sent is not None and sent.scheme is Scheme.BASIC
    return state.ways.asks_again((*earlier, status), basic)


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
    actual, expected = digest_of(answer.body), wanted(state)
    if expected.startswith("sha256:") and actual != expected:
        return e.DigestMismatch("manifest", expected, actual)
    try:
        parsed = parse_manifest(answer.body, actual, answer.header("Content-Type") or "")
    except InvalidManifest:
        return e.ServerFailed("GET", manifest_url(state, expected), answer.status)
    return e.IndexReceived(parsed) if isinstance(parsed, Index) else e.ManifestReceived(parsed)


REDIRECTS = frozenset({301, 302, 303, 307, 308})
LIMIT_CUTS = 5
"""How often a cut download is resumed before the engine gives up."""


def blob_answer(state: State, request: Request, answer: Response) -> Event:
    blob = blob_of(state, request)
    location = answer.header("Location")
    if answer.status in REDIRECTS and location and len(state.moved) <= 2 * len(state.waiting):
        return e.Redirected(blob.digest, urljoin(request.url, location))
    if answer.status in (200, 206):
        return received(state, blob, request, answer)
    if answer.status == 404:
        return e.BlobUnknown(blob, errors(answer))
    if repeats(state, request, answer.status):
        return e.AskedAgain(request.url, answer.status)
    return refusal(request, answer, Challenge.parse(answer.header("WWW-Authenticate")))


def blob_of(state: State, request: Request) -> Descriptor:
    """Which of the blobs waited for this request is about."""
    for blob in state.waiting:
        if blob_request(state, blob).url == request.url:
            return blob
    raise IllegalTransition(f"no blob is waited for at {request.url}")


def received(state: State, blob: Descriptor, request: Request, answer: Response) -> Event:
    content = answer.content
    arrived = content.size if content else 0
    cuts = sum(1 for url, _ in state.answers if url == request.url)
    if answer.cut and cuts < LIMIT_CUTS:
        return e.DownloadCut(blob, arrived)
    if answer.cut:
        return e.Unreachable(request.method, request.url, Obstacle.RESET)
    is_config = state.manifest is not None and blob.digest == state.manifest.config.digest
    kind = "config" if is_config else "layer"
    if content is None or content.digest != blob.digest:
        return e.DigestMismatch(kind, blob.digest, content.digest if content else "")
    return e.BlobReceived(blob, kind)


# -- evolve: what is true afterwards --------------------------------------------------------


def evolve(state: State, event: Event) -> State:
    """The state after the event: the table moves the phase, the rest keeps the data.

    Raises IllegalTransition where the table has no such edge.
    """
    phase = TRANSITIONS[state.phase].get(type(event))
    if phase is None:
        raise IllegalTransition(f"can't handle {type(event).__name__} when {state.phase}")
    moved = replace(keep(state, event), phase=phase)
    return replace(moved, failure=event) if isinstance(event, FAILURES) else moved


FAILURES: tuple[type[Failure], ...] = get_args(Failure)


def keep(state: State, event: Event) -> State:
    match event:
        case e.LoginTyped(command) | e.LogoutTyped(command):
            return begin(state, command, host_of(registry_key(command.server)))
        case e.PullTyped(command):
            asked_for = Platform.parse(command.platform) if command.platform else state.platform
            return replace(begin(state, command, ""), platform=asked_for)
        case e.CredentialsEntered(credential) | e.StoredCredentialsReused(credential):
            return replace(state, credential=credential)
        case e.CredentialsStored(key):
            return replace(state, store=state.store.with_entry(key, kept_credential(state)))
        case e.CredentialsRemoved(key):
            return replace(state, store=state.store.without(key))
        case e.ReferenceParsed(reference):
            return replace(state, reference=reference, host=reference.host)
        case e.CredentialFound(credential):
            return replace(state, credential=credential)
        case e.ImageStored(reference, digest):
            held = tuple(blob.digest for blob in state.received)
            return replace(
                state, images=state.images.with_image(reference.canonical, digest, held)
            )
        case _:
            return keep_authorization(state, event)


def host_of(key: str) -> str:
    return HUB_HOST if key == HUB_KEY else key


def begin(state: State, command: Command, host: str) -> State:
    """A new command starts with the stores and nothing else of the one before."""
    return State(
        engine=state.engine,
        commands=state.commands[1:],
        command=command,
        store=state.store,
        images=state.images,
        platform=state.platform,
        writable=state.writable,
        host=host,
    )


def kept_credential(state: State) -> Credential:
    assert state.credential is not None
    return replace(state.credential, identity_token=state.identity_token)


def keep_authorization(state: State, event: Event) -> State:
    match event:
        case e.FellBackToHttp():
            return replace(state, plain_http=True)
        case e.Challenged(challenge):
            return answered(replace(state, challenge=challenge), 401)
        case e.CredentialAttached():
            assert state.credential is not None
            pair = state.credential.username, state.credential.password
            return replace(state, authorization=Authorization.basic(*pair))
        case e.TokenPostRefused():
            return replace(state, post_refused=True)
        case e.TokenIssued(token, _, _, identity):
            sent = Authorization.bearer(token)
            return replace(state, authorization=sent, identity_token=identity)
        case e.AskedAgain(url, status):
            return replace(state, answers=(*state.answers, (url, status)))
        case e.Resolved(digest):
            return resolved(replace(state, resolved=digest or None))
        case _:
            return keep_content(state, event)


def answered(state: State, status: int) -> State:
    """Remember the answer to the request that a challenge interrupted."""
    if state.phase is not Phase.RESOLVING and state.phase is not Phase.FETCHING_MANIFEST:
        return state
    resolving = state.phase is Phase.RESOLVING
    identifier = ref(state).identifier if resolving else wanted(state)
    return replace(state, answers=(*state.answers, (manifest_url(state, identifier), status)))


def resolved(state: State) -> State:
    """The fetcher starts; with separate authorization it knows nothing of the resolver's."""
    if state.ways.shares_authorization:
        return replace(state, answers=())
    return replace(
        state,
        answers=(),
        authorization=None,
        challenge=None,
        post_refused=False,
        plain_http=False,
    )


def keep_content(state: State, event: Event) -> State:
    match event:
        case e.IndexReceived(index):
            return replace(state, index=index, resolved=state.resolved or index.digest)
        case e.PlatformSelected(entry):
            return replace(state, selected=entry)
        case e.ManifestReceived(manifest):
            return replace(state, manifest=manifest, resolved=state.resolved or manifest.digest)
        case e.LayersPlanned(missing, present):
            assert state.manifest is not None
            return replace(state, waiting=(state.manifest.config, *missing), present=present)
        case e.BlobReceived(blob):
            left = tuple(b for b in state.waiting if b.digest != blob.digest)
            return replace(state, waiting=left, received=(*state.received, blob))
        case e.Redirected(digest, location):
            return replace(state, moved=(*state.moved, (digest, location)))
        case e.DownloadCut(blob, size):
            url = blob_request(state, blob).url
            kept = {**dict(state.partial), blob.digest: size}
            cut = (*state.answers, (url, 0))
            return replace(state, partial=tuple(kept.items()), answers=cut)
        case _:
            return state
