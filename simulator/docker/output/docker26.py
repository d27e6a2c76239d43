"""Docker 26 with the classic image store: its words (moby's `distribution` package)."""

from simulator.docker import events as e
from simulator.docker.engines.docker26 import CONFIG_ATTEMPTS, ERRORS, REQUESTS, final
from simulator.docker.events import Event, Failure
from simulator.docker.machine.requests import asked, blob_url, kind_of, listing, origin, ref
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase
from simulator.docker.output import inspection, tables
from simulator.docker.output.shared import (
    CANCELED,
    DAEMON,
    NO_REALM,
    as_read,
    classic_error,
    classic_errors,
    go_error,
    heading,
    status_line,
    unreachable_text,
    unusable_text,
)
from simulator.docker.output.words import CLI_28, Words
from simulator.protocol.digest import short_digest
from simulator.protocol.manifest import Descriptor
from simulator.protocol.media_types import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_1,
    OCI_INDEX,
    OCI_MANIFEST,
    PLUGIN_CONFIG,
)
from simulator.protocol.network_failure import Obstacle

AT_ONCE = 3
"""Layers that are downloaded at the same time; the others wait."""


def begun(state: State) -> bool:
    """The heading was printed as soon as a manifest was here, or another tag was pulled."""
    return bool(state.run.image.manifest or state.run.image.index or state.run.tags.pulled)


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error, as this engine and its CLI print it for a failed pull."""
    if isinstance(failure, e.DigestMismatch) and failure.kind == "manifest":
        return (f"manifest verification failed for digest {failure.expected}",)
    said = told(failure, state)
    if first_schema(failure):
        return (said,)
    early = isinstance(failure, e.NotAnImage) and docker_type(state) and not state.run.image.index
    if begun(state) and not early:
        return tuple(said.removeprefix("\n").split("\n"))
    return tuple(f"{DAEMON}{said.strip()}".split("\n"))


def first_schema(failure: Event) -> bool:
    """Whether it is about a manifest of schema 1, which the engine begins to pull."""
    return failure == e.NotAnImage(DOCKER_MANIFEST_1)


def not_reached(failure: e.Unreachable, state: State) -> str:
    why = unreachable_text(failure)
    if failure.answering or at_blob(failure, state):
        return with_attempts(why, CONFIG_ATTEMPTS + 1, blob_at(state, failure.url))
    said = go_error(failure.method, failure.url, why)
    return go_error(*asked(state), said) if authorizing(state) else said


def other_platform(failure: e.PlatformMismatched, state: State) -> str:
    image = state.run.reference.familiar if state.run.reference else ""
    found = f"image with reference {image} was found but does not match the specified platform"
    return f"{found}: wanted {failure.wanted}, actual: {failure.actual}"


def other_media_type(announced: str, stated: str) -> str:
    optional = "" if announced in (DOCKER_MANIFEST, DOCKER_INDEX) else "if present, "
    return f"{optional}mediaType in {WHAT[announced]} should be '{announced}' not '{stated}'"


def docker_type(state: State) -> bool:
    manifest = state.run.image.manifest
    return manifest is not None and manifest.media_type == DOCKER_MANIFEST


def unusable_here(failure: e.ConfigUnusable | e.DiskFull) -> str:
    if isinstance(failure, e.DiskFull):
        place = "failed to register layer: write /data" if failure.unpacking else TEMPORARY
        return f"{place}: no space left on device"
    match failure.why:
        case "json":
            return failure.detail
        case "rootfs":
            return "invalid rootfs in image configuration"
        case "system":
            where = f'image operating system "{failure.detail}" cannot be used on this platform'
            return f"{where}: operating system is not supported"
        case _:
            return "layers from manifest don't match image configuration"


def told(failure: Failure, state: State) -> str:
    match failure:
        case e.NoCredentials(method, url):
            return go_error(method, url, "no basic auth credentials")
        case e.TokenRefused(errors=errors, status=status):
            return go_error(*asked(state), classic_errors(errors, status))
        case e.ChallengeIncomplete(method, url):
            return go_error(method, url, NO_REALM)
        case e.TokenMissing(reason=reason):
            return go_error(*asked(state), reason)
        case e.ServerFailed(errors=errors, status=status) if authorizing(state):
            return go_error(*asked(state), classic_errors(errors, status))
        case e.Unreachable():
            return not_reached(failure, state)
        case e.HeaderUnusable(_, header, value, why):
            return why if value else f"missing or empty {header} header"
        case e.MediaTypesDiffer(announced, stated):
            return other_media_type(announced, stated)
        case e.CertificatesUnusable():
            return unusable_text(failure)
        case e.DigestMismatch(kind, expected):
            return mismatch(kind, expected)
        case e.BlobUnknown(blob):
            return with_attempts("unknown blob", 1, kind_of(state, blob))
        case e.ManifestUnreadable(reason=reason, announced=announced):
            return reason if announced else f"error unmarshalling content: {reason}"
        case e.ConfigUnusable() | e.DiskFull():
            return unusable_here(failure)
        case e.PlatformMissing(platform):
            return f"no matching manifest for {platform} in the manifest list entries"
        case e.PlatformMismatched():
            return other_platform(failure, state)
        case e.NotAnImage(media_type):
            return no_image(media_type, state)
        case e.Refused():
            return refused(failure, state)
        case _:
            return ""


TEMPORARY = "write /var/lib/docker/tmp/GetImageBlob1234567890"
"""Where a layer on its way is written; the number is random."""


SCHEMA_1 = (
    "[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 "
    "support is disabled by default and will be removed in an upcoming release. Suggest the author "
    "of {name} to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2. More "
    "information at https://docs.docker.com/go/deprecated-image-specs/"
)


def no_image(media_type: str, state: State) -> str:
    if media_type == DOCKER_MANIFEST_1:
        return SCHEMA_1.format(name=ref(state).familiar)
    if not docker_type(state):
        return f"unsupported media type {media_type}"
    kind = "plugin" if media_type == PLUGIN_CONFIG else "unknown"
    return f'Encountered remote "{media_type}"({kind}) when fetching'


def mismatch(kind: str, expected: str) -> str:
    if kind == "config":
        wrong = f"image config verification failed for digest {expected}"
        return f"error pulling image configuration: {wrong}"
    return f"filesystem layer verification failed for digest {expected}"


WHAT = {DOCKER_MANIFEST: "manifest", DOCKER_INDEX: "manifest list",
        OCI_MANIFEST: "manifest", OCI_INDEX: "index"}  # fmt: skip


def at_blob(failure: e.Unreachable, state: State) -> bool:
    """Of a blob that is tried again, only the innermost error is printed."""
    return state.phase is Phase.FETCHING_BLOBS and failure.obstacle is not Obstacle.CLOSED


def authorizing(state: State) -> bool:
    return state.phase in (Phase.AUTHORIZING_RESOLVE, Phase.AUTHORIZING_FETCH)


def refused(failure: e.Refused, state: State) -> str:
    """What the registry answered, with the remarks of moby's `translatePullError`."""
    status, errors = failure.status, failure.errors
    challenged = failure.error if isinstance(failure, e.AccessDenied) else ""
    if challenged:  # the challenge's own error comes first (RFC 6750 section 3)
        code = ERRORS.get(challenged)
        errors = (e.RegistryError(code, form="challenge"), *errors) if code else errors
    if state.phase is Phase.FETCHING_BLOBS:
        blob = blob_at(state, failure.url)
        attempts = 1 if final(failure) else CONFIG_ATTEMPTS + 1
        if blob == "config":
            return with_attempts(classic_errors(errors, status), attempts, blob)
    if not errors or not 400 <= status < 500:
        return classic_errors(errors, status)
    return translated(as_read(errors)[0], status, state)


def translated(first: e.RegistryError, status: int, state: State) -> str:
    """Only the first error is printed; one that says no more than its code stays as it is."""
    said = classic_error(first, status)
    if first.form == "challenge":
        said = classic_error(e.RegistryError(first.code, detail="challenge"), status)
    elif first.bare or first.form in ("json", "broken"):
        return said
    reference = state.run.reference
    assert reference is not None
    code = said.partition(":")[0]
    image = reference.familiar_name if listing(state) else reference.familiar
    match code:
        case "denied":
            asks = "repository does not exist or may require 'docker login'"
            return f"pull access denied for {reference.familiar_name}, {asks}: {said}"
        case "manifest unknown":
            return f"manifest for {image} not found: {said}"
        case "name unknown":
            return f"repository {reference.familiar_name} not found: {said}"
        case _:
            return said


def blob_at(state: State, url: str) -> str:
    config = state.run.image.manifest.config.digest if state.run.image.manifest else ""
    moved = (config, url) in state.run.download.moved
    return "config" if config and (moved or url.endswith(config)) else "layer"


def with_attempts(said: str, attempts: int, kind: str) -> str:
    """A config's failure counts the attempts (one too many, if all of them failed)."""
    if kind != "config":
        return said
    return f"error pulling image configuration: download failed after attempts={attempts}: {said}"


def progress(event: Event, state: State) -> tuple[str, ...]:
    """Standard output of a pull, one line a change of state (no terminal)."""
    match event:
        case e.ManifestReceived() | e.IndexReceived() | e.ManifestHeld() | e.IndexHeld():
            return (heading(state),) if state.run.image.selected is None else ()
        case e.DigestMismatch("manifest"):
            return (heading(state),) if state.run.image.selected is None else ()
        case e.NotAnImage() if first_schema(event):
            return (heading(state),)
        case e.FellBackToTag():
            return by_tag(state)
        case e.AlreadyUpToDate():
            return (heading(state),)
        case e.LayersPlanned(missing, present):
            return planned(missing, present, state)
        case e.BlobReceived(blob, "layer"):
            arrived = (f"{blob.short}: Verifying Checksum", f"{blob.short}: Download complete")
            return arrived + tuple(f"{x.short}: Pull complete" for x in unpacked(blob, state))
        case e.DigestMismatch("layer", expected):
            return (f"{short_digest(expected)}: Verifying Checksum",)
        case e.DownloadCut(blob) if kind_of(state, blob) == "layer":
            return retrying(blob, len(state.run.answers_from(blob_url(state, blob.digest))) + 1)
        case e.AskedAgain(url):
            return failed_once(url, state)
        case _:
            return ()


def by_tag(state: State) -> tuple[str, ...]:
    """What moby's `pullTag` says before it falls back to the tag."""
    failed = "Failed to pull manifest by the resolved digest. This registry does not"
    return (
        f"WARNING: \u26a0\ufe0f {failed}",
        "\tappear to conform to the distribution registry specification; falling back to",
        "\tpull by tag.  This fallback is DEPRECATED, and will be removed in a future",
        f"\trelease.  Please contact admins of {origin(state)}. \u26a0\ufe0f",
        "",
    )


def planned(
    missing: tuple[Descriptor, ...], present: tuple[Descriptor, ...], state: State
) -> tuple[str, ...]:
    """Nothing is printed for an image whose config is here: the image exists."""
    manifest = state.run.image.manifest
    if manifest and manifest.config.digest in state.client.images.blobs:
        return ()
    exist = tuple(f"{layer.short}: Already exists" for layer in present)
    waits = tuple(f"{layer.short}: Pulling fs layer" for layer in missing)
    return exist + waits + tuple(f"{layer.short}: Waiting" for layer in missing[AT_ONCE:])


def unpacked(blob: Descriptor, state: State) -> tuple[Descriptor, ...]:
    """Layers are unpacked strictly in order: those that this one lets through."""
    assert state.run.image.manifest is not None
    waiting = {layer.digest for layer in state.run.download.waiting} - {blob.digest}
    done: list[Descriptor] = []
    for layer in dict.fromkeys(state.run.image.manifest.layers):
        if layer.digest in waiting:
            break
        done.append(layer)
    here = {layer.digest for layer in (*state.run.download.received, *state.run.download.present)}
    if blob not in done:
        return ()
    later = done[done.index(blob) :]
    return tuple(layer for layer in later if layer == blob or layer.digest in here)


def failed_once(url: str, state: State) -> tuple[str, ...]:
    """A layer's first failure costs its size; its second ends the attempt."""
    blob = next((b for b in state.run.download.waiting if url.endswith(b.digest)), None)
    if blob is None or kind_of(state, blob) != "layer":
        return ()
    failed = len(state.run.answers_from(url)) + 1
    if failed % REQUESTS:
        return (f"{blob.short}: Downloading",)
    return retrying(blob, failed // REQUESTS)


def retrying(blob: Descriptor, attempt: int) -> tuple[str, ...]:
    return retrying_lines(blob.short, attempt)


def retrying_lines(name: str, attempt: int) -> tuple[str, ...]:
    """5 seconds after the first attempt, 10 after the second, and so on."""
    waits = range(5 * attempt, 0, -1)
    return tuple(f"{name}: Retrying in {left} second{'s' if left > 1 else ''}" for left in waits)


def conclusion(event: Event, state: State) -> tuple[str, ...]:
    """A pull of all tags tells its status once, at the end."""
    assert state.run.reference is not None
    match event:
        case e.AlreadyUpToDate():
            newer = False
        case e.ImageStored(newer=newer):
            pass
        case _:
            return ()
    digest = (f"Digest: {state.run.image.resolved}",)
    if state.run.tags.left is None:
        return (*digest, status_line(newer, state.run.reference.familiar))
    if state.run.tags.left:
        return digest
    return (*digest, status_line(newer or state.run.tags.newer, state.run.reference.familiar_name))


WORDS = Words(
    cli=CLI_28,
    explain=explain,
    progress=progress,
    conclusion=conclusion,
    listing=tables.rows,
    inspected=inspection.inspected26,
    time_is_up=CANCELED,
    unexpected_status="Unexpected status code",
)
