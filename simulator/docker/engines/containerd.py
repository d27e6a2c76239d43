"""Docker 29 with containerd's image store: today's default.

It never pings; it asks HEAD of the tag, and its fetcher authorizes anew. The words are those
of containerd's resolver and fetcher, with moby's remarks on a registry's error body.
"""

from simulator.docker import events as e
from simulator.docker.engines import Engine, tables
from simulator.docker.engines.classic import status_line
from simulator.docker.engines.classic import told as classic_told
from simulator.docker.engines.words import (
    DAEMON,
    STANDARD,
    bare,
    code_words,
    from_token_service,
    go_error,
    heading,
    reason,
    unreachable_text,
)
from simulator.docker.events import Event, Failure
from simulator.docker.image_store import (
    NAMELESS,
    HeldImage,
    ImageStore,
    Refusal,
    Removal,
    familiar,
    find_image,
    is_prefix,
    repository_of,
    settings,
    short,
)
from simulator.docker.machine import (
    Phase,
    State,
    helper_error,
    is_image,
    kind_of,
    listing,
    untyped,
    wanted,
)
from simulator.protocol.manifest import Descriptor
from simulator.protocol.media_types import (
    CONFIGS,
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    INDEXES,
    LAYERS,
    OCI_INDEX,
    OCI_MANIFEST,
)
from simulator.protocol.platform import Platform
from simulator.protocol.reference import Reference
from simulator.words.i18n import N_

MOST_ANSWERS = 5
REPEATED_AT_ONCE = frozenset({408, 429})
REPEATED_ONCE = frozenset({500, 503, 504})
KNOWN_CODES = frozenset(
    {"UNKNOWN", "UNSUPPORTED", "UNAUTHORIZED", "DENIED", "UNAVAILABLE", "TOOMANYREQUESTS"}
)
"""The error codes that containerd knows; any other is UNKNOWN to it."""


def asks_again(answers: tuple[int | None, ...], kind: str, way_in: bool) -> bool:
    """408, 429, and 401 with a challenge that reports no error: up to five answers in all.
    500, 503 and 504: once."""
    status = answers[-1]
    if status in REPEATED_ONCE:
        return answers[-2:-1] != (status,)
    again = status in REPEATED_AT_ONCE or (status == 401 and way_in)
    return again and len(answers) < MOST_ANSWERS


def rests(failed: int, kind: str) -> bool:
    """It asks again at once."""
    return False


RESOLVE = (Phase.PINGING, Phase.RESOLVING, Phase.EXPLAINING, Phase.AUTHORIZING_RESOLVE)


def begun(failure: Failure, state: State) -> bool:
    """Something was printed. The heading is, before a manifest is fetched; an index has none,
    and what is neither is a blob that says so when it is here."""
    pulled, image = state.run.tags.pulled > 0, state.run.image
    if state.phase in RESOLVE:
        return pulled
    if untyped(state):
        return pulled or isinstance(failure, e.ManifestUnreadable)
    return pulled or image.media_type not in INDEXES or image.selected is not None


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error, as this engine and its CLI print it for a failed pull."""
    if isinstance(failure, e.HelperFailed):
        return (helper_error("getting", failure.helper),)
    if listing(state):
        return (DAEMON + classic_told(failure, state),)
    said = told(failure, state)
    if state.run.tags.left is not None and state.run.reference:
        said = f"error pulling {state.run.reference.canonical}: {said}"
    lines = said.splitlines() or [""]
    return (lines[0] if begun(failure, state) else DAEMON + lines[0], *lines[1:])


def told(failure: Failure, state: State) -> str:
    name = state.run.reference.familiar_name if state.run.reference else ""
    whole = state.run.reference.canonical if state.run.reference else ""
    image = state.run.image
    match failure:
        case e.NoCredentials():
            denied = "pull access denied, repository does not exist or may require authorization"
            return where(state) + f"{denied}: authorization failed: no basic auth credentials"
        case e.AccessDenied(error=error) if error:
            asks = "repository does not exist or may require 'docker login'"
            return f"pull access denied for {name}, {asks}"
        case e.ManifestUnknown() if state.phase in RESOLVE:
            return where(state) + f"{whole}: not found"
        case e.ManifestUnknown() if untyped(state):
            what = f"could not fetch content descriptor {image.resolved} ({image.media_type})"
            return f"{FETCH}{what} from remote: not found"
        case e.ManifestUnreadable(reason=why) if untyped(state):
            return f"failed to unpack image on snapshotter overlayfs: {why}: not found"
        case e.ManifestUnreadable(reason=why):
            return f"children: invalid desc {wanted(state)}: {why}"
        case e.ManifestUnknown(_, url):
            return where(state) + f"content at {url} not found: not found"
        case e.Unreachable(method, url, obstacle, detail):
            said = go_error(method, url, unreachable_text(obstacle, detail))
            return where(state) + during(state, url) + said
        case e.TokenMissing(_, url, why):
            return where(state) + during(state, url) + why
        case e.DigestMismatch(kind, expected, actual):
            index = kind == "manifest" and not image.selected and image.media_type in INDEXES
            wrong = f"unexpected commit digest {actual}, expected {expected}: failed precondition"
            what = f"{'unknown' if untyped(state) else 'index' if index else kind}-{expected}"
            return f'failed commit on ref "{what}": commit failed: {wrong}'
        case e.BlobUnknown(blob):
            what = f"could not fetch content descriptor {blob.digest} ({blob.media_type})"
            return f"{FETCH}{what} from remote: not found"
        case e.PlatformMissing(platform):
            missing = f"no matching manifest for {platform} in the manifest list entries"
            return f"{missing}: no match for platform in manifest: not found"
        case _:
            return translated(failure, state)


FETCH = "failed to copy: httpReadSeeker: failed open: "


def where(state: State) -> str:
    """What was going on when it failed."""
    if state.phase not in RESOLVE or state.run.reference is None:
        return FETCH
    return f'failed to resolve reference "{state.run.reference.canonical}": '


def during(state: State, url: str) -> str:
    if not from_token_service(url, state):
        return "failed to do request: "
    kind = "oauth" if state.run.credential else "anonymous"
    return f"failed to authorize: failed to fetch {kind} token: "


def translated(failure: Failure, state: State) -> str:
    """An unexpected status, or in its place what the body says (moby's
    `translateRegistryError`). A HEAD has no body."""
    status = getattr(failure, "status", 0)
    method, url = getattr(failure, "method", "GET"), getattr(failure, "url", "")
    errors = getattr(failure, "errors", ())
    head = "HEAD" if state.phase is Phase.EXPLAINING else method
    says = f"unexpected status from {head} request to {url}: {status} {reason(status)}"
    if from_token_service(url, state):
        kind = "oauth" if state.run.credential else "anonymous"
        says = f"failed to authorize: failed to fetch {kind} token: {says}"
    plain = where(state) + says
    if head == "HEAD" and state.phase is not Phase.EXPLAINING:
        return f"unknown: {plain}"
    return from_body(errors, status, plain)


def from_body(errors: tuple[e.RegistryError, ...], status: int, plain: str) -> str:
    match errors:
        case () | (e.RegistryError(form="text" | "broken"),):
            return f"unknown: {plain}"
        case (e.RegistryError(message=said, form="details"),) if status in (401, 403):
            return f"{STANDARD['UNAUTHORIZED' if status == 401 else 'DENIED']} - {said}"
        case (e.RegistryError(form="details" | "json"),):
            return f"error from registry: {plain}"
        case _:
            return "error from registry: " + "\n".join(
                line for error in errors for line in registry_lines(error)
            )


def registry_lines(error: e.RegistryError) -> tuple[str, ...]:
    """An error that is no more than its code is told twice, a defect of this engine."""
    known = error if error.code in KNOWN_CODES else e.RegistryError(
        "UNKNOWN", error.message, error.detail
    )  # fmt: skip
    if bare(known):
        return (code_words(known.code), code_words(known.code))
    said = known.message or STANDARD[known.code]
    text = known.detail.startswith('"')
    return (f"{said} - {known.detail[1:-1]}" if text else said,)


def progress(event: Event, state: State) -> tuple[str, ...]:
    """Standard output of a pull, one line a change of state (no terminal)."""
    match event:
        case e.UpdateNeeded() if state.run.image.media_type not in INDEXES and not untyped(state):
            return (heading(state),)
        case e.ManifestUnreadable() if untyped(state):
            return (f"{short(state.run.image.resolved or '')}: Download complete",)
        case e.PlatformSelected() | e.AlreadyUpToDate():
            return (heading(state),)
        case e.LayersPlanned(missing) if not config_awaited(state):
            return pulling(missing)
        case e.BlobReceived(blob, "config") if blob.media_type in CONFIGS:
            return pulling(state.run.download.waiting[1:])
        case e.BlobReceived(blob):
            return (f"{blob.short}: Download complete",)
        case e.BlobsVerified() if is_image(state):
            layers = [b for b in state.run.download.received if kind_of(state, b) == "layer"]
            return tuple(f"{layer.short}: Pull complete" for layer in layers)
        case _:
            return ()


def config_awaited(state: State) -> bool:
    """Layers are listed once the config is here; one that is held already is not awaited."""
    config = state.run.image.manifest.config.digest if state.run.image.manifest else ""
    return config not in state.client.images.blobs


def pulling(layers: tuple[Descriptor, ...]) -> tuple[str, ...]:
    """Only what is a layer by its media type is called one."""
    return tuple(f"{x.short}: Pulling fs layer" for x in layers if x.media_type in LAYERS)


def remove(store: ImageStore, text: str, force: bool) -> Removal | Refusal:
    """All names that mean the same go; if those are all there are, so does the image. By its
    id an image goes if all its names mean the same, or by force."""
    image = find_image(store, False, text)
    if isinstance(image, Refusal):
        return image
    by_id = is_prefix(image.id, text)
    same = same_names(image.names, None if by_id else Reference.parse(text))
    if set(same) == set(image.names) or (by_id and force):
        return Removal(shown(image.names), (image.id,), image.names)
    return Refusal(text, "referenced", image.id) if by_id else Removal(shown(same), (), same)


def shown(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(familiar(name) for name in names if repository_of(name) != NAMELESS)


def same_names(names: tuple[str, ...], wanted: Reference | None) -> tuple[str, ...]:
    """Names of one repository with one tag; one by digest belongs to them if there is no
    other tag. Who names a digest means every tag; who names none, the first name's."""
    first = next((name for name in names if repository_of(name) != NAMELESS), "")
    repository = f"{wanted.domain}/{wanted.repository}" if wanted else repository_of(first)
    every = wanted is not None and wanted.digest is not None
    own = [name for name in names if repository_of(name) == repository]
    tags = [name for name in own if "@" not in name]
    tag = wanted.canonical if wanted and not every else next(iter(tags), "")
    chosen = own if every or set(tags) <= {tag} else [tag]
    nameless = (name for name in names if repository_of(name) == NAMELESS)
    return (*chosen, *nameless)


def inspected(image: HeldImage) -> dict[str, object]:
    """Without what is of the day (`Metadata`): settings that are empty are left out."""
    config = image.config
    where = config.platform if config else Platform("", "")
    manifest = image.descriptor
    return {
        "Id": image.id,
        "RepoTags": list(image.tags),
        "RepoDigests": list(image.digests),
        **({"Created": config.created} if config and config.created else {}),
        "Config": {key: value for key, value in sorted_settings(settings(config)) if value},
        "Architecture": where.architecture,
        **({"Variant": where.variant} if where.variant else {}),
        "Os": where.os,
        "Size": image.size,
        "RootFS": {"Type": "layers", "Layers": list(config.diff_ids)} if config else {},
        "Descriptor": {
            "mediaType": manifest.media_type, "digest": manifest.digest, "size": manifest.size
        },
        "Identity": {"Pull": [{"Repository": name} for name in repositories(image)]},
    }  # fmt: skip


def repositories(image: HeldImage) -> list[str]:
    """Where it was pulled from."""
    return sorted({repository_of(name) for name in image.names} - {NAMELESS})


SETTINGS = ("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
            "StopSignal", "ArgsEscaped", "Healthcheck", "OnBuild", "Shell")  # fmt: skip


def sorted_settings(known: dict[str, object]) -> list[tuple[str, object]]:
    return [(key, known[key]) for key in SETTINGS if key in known]


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


ENGINE = Engine(
    name="29",
    title=N_("Docker 29 (containerd image store)"),
    pings=False,
    heads_digests=True,
    shares_authorization=False,
    posts_for_tokens=True,
    images_only=False,
    helper_required=True,
    http_after_refused=False,
    ipv6_loopback=True,
    seeks_blobs=True,
    goes_by_type=True,
    trusts_tags=False,
    chains_layers=False,
    config_first=True,
    image_is_config=False,
    parses_platform=False,
    checks_platform=False,
    hides_nameless=True,
    accept=(
        ("Accept", ", ".join((DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX, "*/*"))),
    ),
    reads_errors=frozenset({200, 403}),
    asks_again=asks_again,
    rests=rests,
    explain=explain,
    progress=progress,
    conclusion=conclusion,
    remove=remove,
    listing=tables.tree,
    inspected=inspected,
)
