"""The first half of a pull: from the name that was typed to a digest."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Pull, Push
from simulator.docker.events import Event, Failure
from simulator.docker.go_json import not_json
from simulator.docker.machine.answers import (
    REFUSED,
    challenged,
    demanded,
    keep_plain_http,
    progress,
    refusal,
    repeats,
    succeeded,
)
from simulator.docker.machine.login import keep_credential
from simulator.docker.machine.manifests import manifest_body
from simulator.docker.machine.mirrors import begun
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import following
from simulator.docker.machine.requests import (
    attestation_in,
    blob_url,
    complete,
    entry_for,
    listing,
    manifest_request,
    manifest_url,
    ping,
    ref,
    registry_only,
    tags_url,
    untagged,
    unusable,
)
from simulator.docker.machine.state import Access, Attempt, Attestation, Download, Image, Run, State
from simulator.docker.machine.table import Phase
from simulator.docker.machine.tokens import token_answer, token_get
from simulator.protocol.authorization import Authorization
from simulator.protocol.digest import InvalidDigest, digest_of, parse_digest
from simulator.protocol.manifest import Index
from simulator.protocol.media_types import DOCKER_MANIFEST_1, FIRST_SCHEMA
from simulator.protocol.message import Request, Response
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.platform import InvalidPlatform, Platform
from simulator.protocol.reference import InvalidReference, Reference


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


def look_up(state: State) -> Event:
    """The CLI of 26 does not notice a helper that fails, and takes what the file has."""
    store, key = state.client.store, ref(state).key
    wrong = store.complaint(key, "getting")
    if wrong and state.profile.helper_required:
        return e.HelperFailed(store.helper_of(key) or "", wrong)
    found = store.find(key)
    return e.CredentialFound(found) if found else e.CredentialMissing(ref(state).key)


def greet(state: State) -> Move:
    wrong = unusable(state)
    if wrong:
        return wrong
    pings = state.profile.pings or listing(state)
    if pings and "_" in state.run.host:  # to the classic client it is no host
        return e.Unreachable("GET", "https:/v2/", Obstacle.NO_NAME)
    return (ping(state, None),) if pings else e.PingSkipped()


def resolve(state: State) -> Move:
    if listing(state):
        return (Request("GET", tags_url(state), (), state.run.access.authorization),)
    digest = ref(state).digest
    if digest and digest_given(state):
        return e.Resolved(digest)
    if state.run.image.among_blobs and digest:
        url = blob_url(state, digest)
        return (Request("HEAD", url, state.profile.accept, state.run.access.authorization),)
    return (manifest_request(state, "HEAD", ref(state).identifier),)


def explain(state: State) -> Move:
    """A GET in place of the HEAD; a token that has expired is fetched anew before."""
    access = state.run.access
    if access.outdated and access.challenge:
        return (token_get(state, access.challenge),)
    return (manifest_request(state, "GET", ref(state).identifier),)


def explanation(state: State, request: Request, answer: Response) -> Event:
    about_token = state.run.access.outdated
    return (token_answer if about_token else resolve_answer)(state, request, answer)


def resolve_answer(state: State, request: Request, answer: Response) -> Event:
    if succeeded(state, answer):
        return (tags_answer if listing(state) else resolution)(state, request, answer)
    challenge = demanded(state, answer)
    return e.Challenged(challenge) if challenge else unresolved(state, request, answer)


def tags_answer(state: State, request: Request, answer: Response) -> Event:
    """The repository's tags (distribution spec, end-8a)."""
    broken = not_json(answer.body.decode(errors="replace"), stream=False)
    if broken:
        return e.ManifestUnreadable(request.url, broken, announced=True)
    document = answer.json()
    tags = document.get("tags") if isinstance(document, dict) else None
    if not isinstance(tags, list):
        return e.ServerFailed(request.method, request.url, answer.status)
    return e.TagsListed(tuple(str(tag) for tag in tags))


def resolution(state: State, request: Request, answer: Response) -> Event:
    """The digest that the registry names; a body may speak for itself. A reference with a digest
    of its own keeps it, whatever the registry names (containerd, `remotes/docker/resolver.go`).
    """
    digest = answer.header("Docker-Content-Digest") or ""
    whole = bool(digest and (answer.header("Content-Length") or state.profile.trusts_tags))
    if request.method == "HEAD" and not whole:
        return e.ErrorWithoutBody(answer.status)
    if request.method == "GET" and not state.profile.trusts_tags:
        digest = digest_of(answer.body)
    wrong = unusable_header(state, request, answer)
    if wrong:
        return wrong
    kind = (answer.header("Content-Type") or "").partition(";")[0]
    if refused_before(state, request):
        return e.AccessDenied("HEAD", request.url, 403)
    if not digest and state.profile.trusts_tags:
        read = manifest_body(state, request, answer)  # it is how the digest is found
        if isinstance(read, Failure):
            return read
    by_body = request.method == "GET" and not (ref(state).digest or state.profile.trusts_tags)
    if by_body and kind in FIRST_SCHEMA:
        return e.NotAnImage(DOCKER_MANIFEST_1)
    size = length_of(answer)
    return e.Resolved(ref(state).digest or digest or digest_of(answer.body), kind, size)


def length_of(answer: Response) -> int:
    """Bytes, as announced or as they came."""
    length = answer.header("Content-Length") or ""
    return int(length) if length.isdecimal() else len(answer.body)


def unusable_header(state: State, request: Request, answer: Response) -> Event | None:
    """The fault in the headers from which a descriptor is made, in the engine's order.

    The classic client needs each of them beside a digest; containerd needs none, and does not
    take a manifest above a limit.
    """
    profile, digest = state.profile, answer.header("Docker-Content-Digest")
    length = answer.header("Content-Length")
    if profile.trusts_tags and not answer.header("Content-Type"):
        return e.HeaderUnusable(request.url, "Content-Type")
    try:
        if digest and (profile.trusts_tags or request.method == "HEAD"):
            parse_digest(digest)
    except InvalidDigest as error:
        return e.HeaderUnusable(request.url, "Docker-Content-Digest", digest or "", str(error))
    if profile.trusts_tags and digest and not length:
        return e.HeaderUnusable(request.url, "Content-Length")
    size = length_of(answer)
    if profile.largest_manifest and size > profile.largest_manifest:
        return e.HeaderUnusable(request.url, "Content-Length", str(size), "too large")
    return None


def refused_before(state: State, request: Request) -> bool:
    """containerd asks again with GET only for words: the refusal of the HEAD counts."""
    asked_for_words = state.phase is Phase.EXPLAINING and not state.profile.pings
    return asked_for_words and Attempt(request.url, 403) in state.run.attempts


def unresolved(state: State, request: Request, answer: Response) -> Event:
    """What a refusal leads to: another request, or the end. Tags are asked for once."""
    if listing(state):
        return refusal(request, answer)
    if repeats(state, request, answer, "manifest"):
        return e.AskedAgain(request.url, answer.status)
    if refused_before(state, request) and answer.status != 403:
        return e.AccessDenied("HEAD", request.url, 403)
    if request.method == "HEAD" and answer.status in state.profile.reads_errors:
        return e.ErrorWithoutBody(answer.status)
    return refusal(request, answer)


def sought(state: State, event: Event) -> Event:
    """containerd looks among the blobs for a digest that it did not find among the manifests,
    unless a registry refused to say. Of two failures, the one that came further counts."""
    digest = ref(state).digest if state.run.reference else None
    here = state.phase in (Phase.RESOLVING, Phase.AUTHORIZING_RESOLVE) and not listing(state)
    if not (here and digest and state.profile.seeks_blobs and isinstance(event, Failure)):
        return event
    missed = state.run.image.missed
    if missed:
        return event if progress(state, event) > progress(state, missed) else missed
    return event if progress(state, event) == REFUSED else e.SoughtAmongBlobs(digest, event)


def compare(state: State) -> Event:
    """Up to date: the name stands for this digest already, and all of the image is here."""
    if registry_only(state):
        return e.UpdateNeeded()
    known = state.client.images.find(ref(state).canonical)
    same = known is not None and known == state.run.image.resolved
    whole = complete(state, state.run.image.resolved or "")
    if same and whole and attested(state):
        return e.ReferrersDue()
    return e.AlreadyUpToDate() if same and whole else e.UpdateNeeded()


def attested(state: State) -> bool:
    """Whether the image comes from an index that has an attestation for it."""
    store, indexes = state.client.images, list[Index]()
    found = store.manifest(state.run.image.resolved or "")
    while isinstance(found, Index):
        indexes.append(found)
        entry = entry_for(found, state.platform)
        found = store.manifest(entry.digest) if entry else None
    about = attestation_in(tuple(indexes), found.digest if found else None)
    return about is not None and state.profile.fetches_attestations


def keep_reference(state: State, event: e.ReferenceParsed) -> Run:
    command, reference = state.run.command, event.reference
    wanted = command.platform if isinstance(command, Pull | Push) else ""
    platform = Platform.parse(wanted) if wanted else None
    named = replace(state.run, reference=reference, platform=platform)
    return begun(named, state, reference)


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
        attestation=Attestation(),
        attempts=(),
    )


def keep_bare_error(state: State, event: e.ErrorWithoutBody) -> Run:
    """The GET that follows needs another token where this one has expired meanwhile."""
    access = state.run.access
    late = access.expires is not None and 0 < access.expires < state.client.now
    again = state.run.attempted(manifest_url(state, ref(state).identifier), event.status)
    return replace(again, access=replace(access, outdated=late and state.profile.pings))


def keep_search(state: State, event: e.SoughtAmongBlobs) -> Run:
    image = replace(state.run.image, among_blobs=True, missed=event.why)
    return replace(state.run, image=image, attempts=())


def digest_given(state: State) -> bool:
    """The command names the digest, and this engine does not ask whether there is one."""
    return bool(ref(state).digest) and not state.profile.heads_digests


def keep_resolved(state: State, event: e.Resolved) -> Run:
    """The fetcher starts; with separate authorization it knows nothing of the resolver's."""
    sent = state.run.access.authorization
    image = replace(
        state.run.image,
        resolved=event.digest or None,
        resolved_with=sent.scheme if sent and not digest_given(state) else None,
        media_type=event.media_type,
        size=event.size,
    )
    credential = state.run.credential
    kept = state.profile.shares_authorization or (credential and credential.registry_token)
    access = state.run.access if kept else Access()
    return replace(state.run, image=image, access=access, granted=(), declined=(), attempts=())


def keep_found(state: State, event: e.CredentialFound) -> Run:
    """A registry token is sent from the first request on, unless the engine waits to be asked."""
    run = keep_credential(state, event)
    token = event.credential.registry_token
    if not token or state.profile.pings:
        return run
    return replace(run, access=replace(run.access, authorization=Authorization.bearer(token)))


PART = Part(
    moves={
        Phase.PARSING: parse_reference,
        Phase.LOOKING_UP: look_up,
        Phase.PINGING: greet,
        Phase.RESOLVING: resolve,
        Phase.EXPLAINING: explain,
        Phase.COMPARING: compare,
    },
    meanings={
        Phase.PINGING: following(challenged),
        Phase.RESOLVING: following(resolve_answer),
        Phase.EXPLAINING: following(explanation),
    },
    keeps={
        e.ReferenceParsed: keep_reference,
        e.CredentialFound: keep_found,
        e.FellBackToHttp: keep_plain_http,
        e.TagsListed: keep_tags,
        e.NextTagTaken: keep_next_tag,
        e.ErrorWithoutBody: keep_bare_error,
        e.SoughtAmongBlobs: keep_search,
        e.Resolved: keep_resolved,
    },
)
