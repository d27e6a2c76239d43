"""Docker 29 with containerd's image store: its words.

They are those of containerd's resolver and fetcher, with moby's remarks on a registry's error
body.
"""

from urllib.parse import unquote

from simulator.docker import events as e
from simulator.docker.cli.commands import Push
from simulator.docker.events import Event, Failure
from simulator.docker.image_store import chain_ids
from simulator.docker.machine.requests import (
    attestation_of,
    is_image,
    listing,
    registry_only,
    untyped,
    wanted,
)
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase
from simulator.docker.output import inspection, tree
from simulator.docker.output.docker26 import told as classic_told
from simulator.docker.output.shared import (
    DAEMON,
    DEADLINE,
    NO_REALM,
    code_words,
    from_token_service,
    go_error,
    heading,
    status_line,
    unreachable_text,
)
from simulator.docker.output.words import CLI_29, Words
from simulator.protocol.digest import digest_of, short_digest
from simulator.protocol.errors import standard_message
from simulator.protocol.manifest import Descriptor
from simulator.protocol.media_types import (
    CONFIGS,
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_1,
    INDEXES,
    LAYERS,
    OCI_MANIFEST,
)
from simulator.protocol.status import reason

KNOWN_CODES = frozenset(
    {"UNKNOWN", "UNSUPPORTED", "UNAUTHORIZED", "DENIED", "UNAVAILABLE", "TOOMANYREQUESTS"}
)
"""The error codes that containerd knows; any other is UNKNOWN to it."""
RESOLVE = (Phase.PINGING, Phase.RESOLVING, Phase.EXPLAINING, Phase.AUTHORIZING_RESOLVE)


def begun(failure: Failure, state: State) -> bool:
    """Something was printed. The heading comes before a manifest is fetched; an index has none, and
    any other content is fetched as a blob first."""
    pulled, image = state.run.tags.pulled > 0, state.run.image
    if state.phase in RESOLVE:
        return pulled
    if isinstance(failure, e.NotAnImage):
        return pulled
    if untyped(state):
        return pulled or isinstance(failure, e.ManifestUnreadable)
    return pulled or image.media_type not in INDEXES or image.selected is not None


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error, as this engine and its CLI print it for a failed pull."""
    if isinstance(failure, e.HelperFailed):
        return (failure.reason,)
    if listing(state):
        return (DAEMON + classic_told(failure, state),)
    said = told(failure, state)
    if state.run.tags.left is not None and state.run.reference:
        said = f"error pulling {state.run.reference.canonical}: {said}"
    lines = said.splitlines() or [""]
    if begun(failure, state):
        return tuple(lines)
    return tuple(f"{DAEMON}{said.strip()}".splitlines())


def unknown_manifest(failure: e.ManifestUnknown, state: State) -> str:
    image, reference = state.run.image, state.run.reference
    if state.phase in RESOLVE:
        return where(state) + f"{reference.canonical if reference else ''}: not found"
    if untyped(state):
        what = f"could not fetch content descriptor {image.resolved} ({image.media_type})"
        return f"{FETCH}{what} from remote: not found"
    return where(state) + f"content at {failure.url} not found: not found"


def header_fault(failure: e.HeaderUnusable, state: State) -> str:
    if failure.header != "Content-Length":
        return f'"{failure.value}" in header not a valid digest: {failure.reason}'
    whole = state.run.reference.canonical if state.run.reference else ""
    return f"rejecting {failure.value} byte manifest for {whole}: not found"


def not_reached(failure: e.Unreachable, state: State) -> str:
    said = unreachable_text(failure)
    if failure.answering:
        return f"failed to copy: {said}"
    asked = go_error(failure.method, failure.url, said)
    return where(state) + committing(failure, state) + during(state, failure.url) + asked


def told(failure: Failure, state: State) -> str:
    name = state.run.reference.familiar_name if state.run.reference else ""
    match failure:
        case e.NoCredentials():
            denied = "pull access denied, repository does not exist or may require authorization"
            return where(state) + f"{denied}: authorization failed: no basic auth credentials"
        case e.AccessDenied(error=error) if error and not own_token(state):
            asks = "repository does not exist or may require 'docker login'"
            return f"pull access denied for {name}, {asks}"
        case e.ManifestUnknown():
            return unknown_manifest(failure, state)
        case e.ManifestUnreadable(reason=why):
            return unreadable(why, state)
        case e.NotAnImage():
            return no_schema_1(state)
        case e.ConfigUnusable() | e.UnpackRefused() | e.DiskFull():
            return not_unpacked(failure, state)
        case e.Unreachable():
            return not_reached(failure, state)
        case e.ChallengeIncomplete():
            return where(state) + NO_REALM
        case e.TokenMissing(_, url, why):
            return where(state) + during(state, url) + why
        case e.HeaderUnusable():
            return where(state) + header_fault(failure, state)
        case e.CertificatesUnusable():
            return where(state) + LONE_CERTIFICATE
        case e.DigestMismatch():
            return mismatch(failure, state)
        case e.BlobUnknown(blob):
            what = f"could not fetch content descriptor {blob.digest} ({blob.media_type})"
            return f"{FETCH}{what} from remote: not found"
        case e.PlatformMissing(platform):
            return NO_PLATFORM.format(platform=platform)
        case e.Refused():
            return translated(failure, state)
        case _:
            return ""


def no_schema_1(state: State) -> str:
    """The resolver names another release than what pulls."""
    since = "v2.0" if state.phase in RESOLVE else "v2.1"
    gone = f'media type "{DOCKER_MANIFEST_1}" is no longer supported since containerd {since}'
    instead = f'please rebuild the image as "{DOCKER_MANIFEST}" or "{OCI_MANIFEST}"'
    resolving = where(state) if state.phase in RESOLVE else ""
    return f"{resolving}not implemented: {gone}, {instead}"


CONTENT = "/var/lib/containerd/io.containerd.content.v1.content"
SNAPSHOTS = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"
NO_SPACE = "no space left on device"


def disk_full(failure: e.DiskFull, state: State) -> str:
    """containerd names what it was writing. Directories on the way have random names."""
    layer = failure.blob
    if not failure.unpacking:
        ingest = digest_of(layer.digest.encode()).partition(":")[2]
        where = f"{CONTENT}/ingest/{ingest}/data"
        return f"failed to copy: failed to send write: write {where}: {NO_SPACE}"
    manifest, config = state.run.image.manifest, state.run.image.config
    assert manifest is not None
    place = manifest.layers.index(layer)
    known = chain_ids(config.diff_ids)[place] if config else ""
    return (
        f"failed to extract layer ({layer.media_type} {layer.digest}) to overlayfs as "
        f'"extract-724578202-oB1Q {known}": write {SNAPSHOTS}/{place + 1}/fs/data: {NO_SPACE}'
    )


UNPACK = "failed to unpack image on snapshotter overlayfs: "


def unreadable(why: str, state: State) -> str:
    if untyped(state):
        return f"{UNPACK}{why}: not found"
    if why.startswith(("failed to decode", "unable to")):
        return why
    return f"children: invalid desc {wanted(state)}: {why}"


def not_unpacked(failure: e.ConfigUnusable | e.UnpackRefused | e.DiskFull, state: State) -> str:
    match failure:
        case e.DiskFull():
            return disk_full(failure, state)
        case e.ConfigUnusable(why="json", detail=why):
            return f"unmarshal image config: {why}"
        case e.ConfigUnusable(layers=layers, diff_ids=count):
            return f"number of layers and diffIDs don't match: {layers} != {count}"
        case _:
            return f"{UNPACK}mismatched image rootfs and manifest layers"


def own_token(state: State) -> bool:
    """Whether a registry token is sent, with which containerd answers no challenge."""
    return bool(state.run.credential and state.run.credential.registry_token)


def mismatch(failure: e.DigestMismatch, state: State) -> str:
    """containerd names what it writes by its kind and its digest."""
    image, kind = state.run.image, failure.kind
    promised, arrived = failure.promised, failure.arrived
    if arrived < promised:
        return f"short read: expected {promised} bytes but got {arrived}: unexpected EOF"
    if untyped(state):
        kind = "unknown"
    elif kind == "manifest" and not image.selected and image.media_type in INDEXES:
        kind = "index"
    wrong = f"unexpected commit digest {failure.actual}, expected {failure.expected}"
    if arrived > promised:
        wrong = f"unexpected commit size {arrived}, expected {promised}"
    name = f'failed commit on ref "{kind}-{failure.expected}"'
    return f"{name}: commit failed: {wrong}: failed precondition"


NO_PLATFORM = (
    "no matching manifest for {platform} in the manifest list entries: "
    "no match for platform in manifest: not found"
)
LONE_CERTIFICATE = (
    "failed to load X509 key pair: tls: found a certificate rather than a key in the PEM for the "
    "private key"
)
"""containerd looks for the key in the certificate's own file, where it has none."""
FETCH = "failed to copy: httpReadSeeker: failed open: "


def where(state: State) -> str:
    """The action that failed, in words. A push does not say, and the engine says it, not buildx."""
    if isinstance(state.run.command, Push) or registry_only(state):
        return ""
    if state.phase not in RESOLVE or state.run.reference is None:
        return FETCH
    return f'failed to resolve reference "{state.run.reference.canonical}": '


def committing(failure: e.Refused | e.Unreachable, state: State) -> str:
    """What a push had sent whole where the registry did not take it (containerd, `Copy`)."""
    manifest = state.run.outgoing.manifest
    if manifest is None or failure.method != "PUT":
        return ""
    name = f"manifest-{manifest.digest}"
    if state.phase is not Phase.PUSHING_MANIFEST:
        digest = unquote(failure.url.rpartition("digest=")[2])
        name = f"{'config' if digest == manifest.config.digest else 'layer'}-{digest}"
    return f'failed commit on ref "{name}": '


def during(state: State, url: str) -> str:
    if not from_token_service(url, state):
        return "failed to do request: "
    kind = "oauth" if state.run.credential else "anonymous"
    return f"failed to authorize: failed to fetch {kind} token: "


def translated(failure: e.Refused, state: State) -> str:
    """An unexpected status, or in its place what the body says (moby's
    `translateRegistryError`). A HEAD has no body."""
    status, url = failure.status, failure.url
    head = "HEAD" if state.phase is Phase.EXPLAINING else failure.method
    says = f"unexpected status from {head} request to {url}: {status} {reason(status)}"
    if from_token_service(url, state):
        kind = "oauth" if state.run.credential else "anonymous"
        says = f"failed to authorize: failed to fetch {kind} token: {says}"
    plain = where(state) + committing(failure, state) + says
    if registry_only(state):
        return plain
    if head == "HEAD" and state.phase is not Phase.EXPLAINING:
        return f"unknown: {plain}"
    return from_body(failure.errors, status, plain)


def from_body(errors: tuple[e.RegistryError, ...], status: int, plain: str) -> str:
    match errors:
        case () | (e.RegistryError(form="text" | "broken"),):
            return f"unknown: {plain}"
        case (e.RegistryError(message=said, form="details"),) if status in (401, 403):
            return f"{standard_message('UNAUTHORIZED' if status == 401 else 'DENIED')} - {said}"
        case (e.RegistryError(form="details" | "json"),):
            return f"error from registry: {plain}"
        case _:
            return "error from registry: " + "\n".join(
                line for error in errors for line in registry_lines(error)
            )


def registry_lines(error: e.RegistryError) -> tuple[str, ...]:
    """An error that is no more than its code is printed twice, a defect of this engine."""
    known = error if error.code in KNOWN_CODES else e.RegistryError(
        "UNKNOWN", error.message, error.detail
    )  # fmt: skip
    if known.bare:
        return (code_words(known.code), code_words(known.code))
    said = known.message or standard_message(known.code)
    text = known.detail.startswith('"')
    return (f"{said} - {known.detail[1:-1]}" if text else said,)


def progress(event: Event, state: State) -> tuple[str, ...]:
    """Standard output of a pull, one line a change of state (no terminal)."""
    match event:
        case e.UpdateNeeded() if state.run.image.media_type not in INDEXES and not untyped(state):
            return (heading(state),)
        case e.ManifestUnreadable() if untyped(state):
            return (f"{short_digest(state.run.image.resolved or '')}: Download complete",)
        case e.PlatformSelected() | e.AlreadyUpToDate():
            return () if state.run.image.selected else (heading(state),)
        case e.LayersPlanned(missing) if not config_awaited(state):
            return pulling(missing)
        case e.BlobReceived(blob, "config") if blob.media_type in CONFIGS:
            waits = blob != own_config(state) or attestation_of(state)
            return () if waits else pulling(state.run.download.waiting[1:])
        case e.AttestationRead() if own_config(state) in state.run.download.received:
            return pulling(state.run.download.waiting)
        case e.BlobReceived(blob):
            return (f"{blob.short}: Download complete",)
        case e.BlobsVerified() if is_image(state):
            received = state.run.download.received
            layers = state.run.image.manifest.layers if state.run.image.manifest else ()
            return tuple(f"{one.short}: Pull complete" for one in received if one in layers)
        case _:
            return ()


def config_awaited(state: State) -> bool:
    """Layers are listed once the config is here; one that is held already is not awaited."""
    config = own_config(state)
    return config is None or config.digest not in state.client.images.blobs


def own_config(state: State) -> Descriptor | None:
    """The image's config, as against an attestation's."""
    return state.run.image.manifest.config if state.run.image.manifest else None


def pulling(layers: tuple[Descriptor, ...]) -> tuple[str, ...]:
    """Only what is a layer by its media type is called one."""
    return tuple(f"{x.short}: Pulling fs layer" for x in layers if x.media_type in LAYERS)


def conclusion(event: Event, state: State) -> tuple[str, ...]:
    """Each tag has its own status."""
    assert state.run.reference is not None
    name = state.run.reference.familiar
    match event:
        case e.AlreadyUpToDate():
            return (f"Digest: {state.run.image.resolved}", status_line(False, name))
        case e.ImageStored(_, digest, newer):
            return (f"Digest: {digest}", status_line(newer, name))
        case _:
            return ()


WORDS = Words(
    cli=CLI_29,
    explain=explain,
    progress=progress,
    conclusion=conclusion,
    listing=tree.tree,
    inspected=inspection.inspected29,
    time_is_up=DEADLINE,
    unexpected_status="unexpected status code",
)
