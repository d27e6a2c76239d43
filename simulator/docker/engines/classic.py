"""Docker 26 with the classic image store (moby's `distribution` package).

It pings first, keeps one authorization for the whole pull, and repeats a failed HEAD as GET,
since only a body carries the registry's message.
"""

from collections.abc import Mapping
from itertools import takewhile

from simulator.docker import events as e
from simulator.docker.engines import Engine, tables
from simulator.docker.engines.words import (
    DAEMON,
    as_read,
    bare,
    classic_error,
    classic_errors,
    go_error,
    heading,
    unreachable_text,
)
from simulator.docker.events import Event, Failure
from simulator.docker.image_store import (
    HeldImage,
    ImageStore,
    Refusal,
    Removal,
    chain_ids,
    find_image,
    held,
    is_prefix,
    repository_of,
    settings,
    short,
)
from simulator.docker.machine import Phase, State, asked, kind_of, listing
from simulator.protocol.manifest import Descriptor
from simulator.protocol.media_types import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from simulator.protocol.platform import Platform
from simulator.protocol.reference import Reference
from simulator.words.i18n import N_

ACCEPTED = (DOCKER_MANIFEST, DOCKER_INDEX, OCI_INDEX, OCI_MANIFEST,
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            "application/json")  # fmt: skip
FINAL = frozenset({401, 403, 404, 405, 429})
"""Statuses after which a blob is not tried again."""
CONFIG_ATTEMPTS = 5
LAYER_ATTEMPTS = 6
REQUESTS = 2
"""Each attempt at a layer asks twice: once for its size, and again when it reads."""
AT_ONCE = 3
"""Layers that are downloaded at the same time; the others wait."""


def asks_again(answers: tuple[int | None, ...], kind: str, way_in: bool) -> bool:
    """Manifests once; a config up to five times, a layer in up to six attempts."""
    final = answers[-1] in FINAL
    match kind:
        case "config":
            return not final and len(answers) < CONFIG_ATTEMPTS
        case "layer":
            return len(answers) < (REQUESTS if final else REQUESTS * LAYER_ATTEMPTS)
        case _:
            return False


def rests(failed: int, kind: str) -> bool:
    """A layer's next attempt is 5 seconds away and more: meanwhile the others go on."""
    return kind == "layer" and failed % REQUESTS == 0


def begun(state: State) -> bool:
    """The heading was printed as soon as a manifest was here, or another tag was pulled."""
    return bool(state.run.image.manifest or state.run.image.index or state.run.tags.pulled)


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error, as this engine and its CLI print it for a failed pull."""
    if isinstance(failure, e.DigestMismatch) and failure.kind == "manifest":
        return (f"manifest verification failed for digest {failure.expected}",)
    said = told(failure, state).splitlines() or [""]
    return (said[0] if begun(state) else DAEMON + said[0], *said[1:])


def told(failure: Failure, state: State) -> str:
    match failure:
        case e.NoCredentials(method, url):
            return go_error(method, url, "no basic auth credentials")
        case e.TokenRefused(errors=errors, status=status):
            return go_error(*asked(state), classic_errors(errors, status))
        case e.TokenMissing(reason=reason):
            return go_error(*asked(state), reason)
        case e.ServerFailed(errors=errors, status=status) if authorizing(state):
            return go_error(*asked(state), classic_errors(errors, status))
        case e.Unreachable(method, url, obstacle, detail):
            said = go_error(method, url, unreachable_text(obstacle, detail))
            return go_error(*asked(state), said) if authorizing(state) else said
        case e.DigestMismatch("config", expected):
            wrong = f"image config verification failed for digest {expected}"
            return f"error pulling image configuration: {wrong}"
        case e.DigestMismatch(_, expected):
            return f"filesystem layer verification failed for digest {expected}"
        case e.BlobUnknown(blob):
            return with_attempts("unknown blob", 1, kind_of(state, blob))
        case e.ManifestUnreadable(reason=reason):
            return f"error unmarshalling content: {reason}"
        case e.PlatformMissing(platform):
            return f"no matching manifest for {platform} in the manifest list entries"
        case e.PlatformMismatched(wanted, actual):
            image = state.run.reference.familiar if state.run.reference else ""
            wrong = f"wanted {wanted}, actual: {actual}"
            return (
                f"image with reference {image} was found but does not match "
                f"the specified platform: {wrong}"
            )
        case e.NotAnImage(media_type):
            return f"unsupported media type {media_type}"
        case _:
            return refused(failure, state)


def authorizing(state: State) -> bool:
    return state.phase in (Phase.AUTHORIZING_RESOLVE, Phase.AUTHORIZING_FETCH)


def refused(failure: Failure, state: State) -> str:
    """What the registry answered, with the remarks of moby's `translatePullError`."""
    status = getattr(failure, "status", 0)
    errors = getattr(failure, "errors", ())
    challenged = getattr(failure, "error", "")
    if challenged:  # the challenge's own error comes first (RFC 6750 section 3)
        code = {"insufficient_scope": "DENIED", "invalid_token": "UNAUTHORIZED"}.get(challenged)
        errors = (e.RegistryError(code, form="challenge"), *errors) if code else errors
    if state.phase is Phase.FETCHING_BLOBS:
        blob = blob_at(state, getattr(failure, "url", ""))
        attempts = 1 if status in FINAL else CONFIG_ATTEMPTS + 1
        return with_attempts(classic_errors(errors, status), attempts, blob)
    if not errors or not 400 <= status < 500:
        return classic_errors(errors, status)
    return translated(as_read(errors)[0], status, state)


def translated(first: e.RegistryError, status: int, state: State) -> str:
    """Only the first error is told; one that says no more than its code stays as it is."""
    said = classic_error(first, status)
    if first.form == "challenge":
        said = classic_error(e.RegistryError(first.code, detail="challenge"), status)
    elif bare(first) or first.form in ("json", "broken"):
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
    return "config" if config and url.endswith(config) else "layer"


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
        case e.AlreadyUpToDate():
            return (heading(state),)
        case e.LayersPlanned(missing, present):
            return planned(missing, present, state)
        case e.BlobReceived(blob, "layer"):
            arrived = (f"{blob.short}: Verifying Checksum", f"{blob.short}: Download complete")
            return arrived + tuple(f"{x.short}: Pull complete" for x in unpacked(blob, state))
        case e.DigestMismatch("layer", expected):
            return (f"{short(expected)}: Verifying Checksum",)
        case e.DownloadCut(blob):
            return retrying(blob, sum(one.status is None for one in state.run.attempts) + 1)
        case e.AskedAgain(url):
            return failed_once(url, state)
        case _:
            return ()


def planned(
    missing: tuple[Descriptor, ...], present: tuple[Descriptor, ...], state: State
) -> tuple[str, ...]:
    """Nothing is told of an image whose config is here: the image exists."""
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
    """5 seconds after the first attempt, 10 after the second, and so on."""
    waits = range(5 * attempt, 0, -1)
    return tuple(
        f"{blob.short}: Retrying in {left} second{'s' if left > 1 else ''}" for left in waits
    )


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


def remove(store: ImageStore, text: str, force: bool) -> Removal | Refusal:
    """A tag takes the repository's digest along if it was its last tag; without any name left
    the image goes. By its id an image goes if it has one name, or by force."""
    image = find_image(store, True, text)
    if isinstance(image, Refusal):
        return image
    references = tuple(sorted((*image.tags, *image.digests)))
    if is_prefix(image.id, text):
        return removed(store, image, references) if force or single(image) else Refusal(
            text, "referenced", image.id
        )  # fmt: skip
    name = Reference.parse(text)
    others = [tag for tag in image.tags if repository_of(tag) == name.familiar_name]
    lone = name.digest is None and others == [name.familiar]
    along = (f"{name.familiar_name}@{image.digest}",) if lone else ()
    untagged = (name.familiar, *along)
    if set(references) <= {*untagged}:
        return removed(store, image, untagged)
    gone = (name.canonical, *(f"{name.domain}/{name.repository}@{image.digest}" for _ in along))
    return Removal(untagged, (), gone)


def single(image: HeldImage) -> bool:
    """At most one tag, and all names in one repository."""
    return len(image.tags) <= 1 and len({repository_of(one) for one in image.digests}) == 1


def removed(store: ImageStore, image: HeldImage, untagged: tuple[str, ...]) -> Removal:
    """The image's id is deleted, then its layers from the top, down to one that is shared."""
    left = (one.config for one in held(store.without(image.names), True))
    shared = {chain for config in left if config for chain in chain_ids(config.diff_ids)}
    own = chain_ids(image.config.diff_ids) if image.config else ()
    layers = takewhile(lambda chain: chain not in shared, reversed(own))
    return Removal(untagged, (image.id, *layers), image.names)


def inspected(image: HeldImage) -> dict[str, object]:
    """Without what is the storage driver's (`GraphDriver`) and the day's (`Metadata`)."""
    config, known = image.config, settings(image.config)
    where = config.platform if config else Platform()
    return {
        "Id": image.id,
        "RepoTags": list(image.tags),
        "RepoDigests": list(image.digests),
        "Parent": "",
        "Comment": "",
        **({"Created": config.created} if config and config.created else {}),
        "DockerVersion": "",
        "Author": "",
        "Config": {key: known.get(key, value) for key, value in SETTINGS.items()}
        | {key: known[key] for key in known if key not in SETTINGS},
        "Architecture": where.architecture,
        **({"Variant": where.variant} if where.variant else {}),
        "Os": where.os,
        "Size": image.size,
        "RootFS": {"Type": "layers", "Layers": list(config.diff_ids) if config else []},
    }


SETTINGS: Mapping[str, object] = {
    "Hostname": "", "Domainname": "", "User": "", "AttachStdin": False, "AttachStdout": False,
    "AttachStderr": False, "Tty": False, "OpenStdin": False, "StdinOnce": False, "Env": None,
    "Cmd": None, "Image": "", "Volumes": None, "WorkingDir": "", "Entrypoint": None,
    "OnBuild": None, "Labels": None,
}  # fmt: skip
"""Settings that this engine always tells, in its order."""


def status_line(newer: bool, name: str) -> str:
    """What the engine says at the end of a pull."""
    if newer:
        return f"Status: Downloaded newer image for {name}"
    return f"Status: Image is up to date for {name}"


ENGINE = Engine(
    name="26",
    title=N_("Docker 26 (classic image store)"),
    pings=True,
    heads_digests=False,
    shares_authorization=True,
    posts_for_tokens=False,
    images_only=True,
    helper_required=False,
    http_after_refused=True,
    ipv6_loopback=False,
    seeks_blobs=False,
    goes_by_type=False,
    trusts_tags=True,
    chains_layers=True,
    config_first=False,
    image_is_config=True,
    parses_platform=True,
    checks_platform=True,
    hides_nameless=False,
    accept=tuple(("Accept", kind) for kind in ACCEPTED),
    reads_errors=frozenset(range(300, 600)),
    asks_again=asks_again,
    rests=rests,
    explain=explain,
    progress=progress,
    conclusion=conclusion,
    remove=remove,
    listing=tables.rows,
    inspected=inspected,
)
