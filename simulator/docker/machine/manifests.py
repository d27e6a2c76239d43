"""The middle of a pull: the manifest of the image, and which of its layers are missing."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.go_json import first_value, not_json
from simulator.docker.machine.answers import (
    MOST_FRUITLESS,
    broken_off,
    demanded,
    refusal,
    repeats,
    succeeded,
)
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import following
from simulator.docker.machine.requests import (
    blob_url,
    entry_for,
    manifest_request,
    manifest_url,
    ref,
    registry_only,
    untyped,
    wanted,
)
from simulator.docker.machine.state import Run, State
from simulator.docker.machine.table import Phase
from simulator.docker.machine.unusable import foreign_type, manifest_fault, unsigned
from simulator.protocol.digest import algorithm_of, digest_of
from simulator.protocol.manifest import Descriptor, Index, InvalidManifest, Manifest, parse_manifest
from simulator.protocol.media_types import (
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_1,
    FIRST_SCHEMA,
    INDEXES,
    MANIFESTS,
)
from simulator.protocol.message import Request, Response


def fetch_manifest(state: State) -> Move:
    """A manifest that an earlier pull left here is not asked for."""
    if state.profile.goes_by_type and state.run.image.media_type in FIRST_SCHEMA:
        return e.NotAnImage(DOCKER_MANIFEST_1)
    match None if registry_only(state) else state.client.images.manifest(wanted(state)):
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


def manifest_answer(state: State, request: Request, answer: Response) -> Event:
    if succeeded(state, answer):
        return cut_off(state, request, answer) or manifest_body(state, request, answer)
    challenge = demanded(state, answer)
    if challenge:
        return e.Challenged(challenge)
    named = state.run.image.resolved and not (state.run.image.selected or ref(state).digest)
    if named and state.profile.digest_lost(refusal(request, answer)):
        return e.FellBackToTag()
    if repeats(state, request, answer, "manifest"):
        return e.AskedAgain(request.url, answer.status)
    return refusal(request, answer)


def cut_off(state: State, request: Request, answer: Response) -> Event | None:
    """A manifest whose connection ended early: containerd asks for the rest, which registries
    answer with all of it, cut at the same place; the classic engine gives up."""
    if answer.reset_by or (answer.cut and not state.profile.resumes_all):
        return broken_off(request, answer)
    if not answer.cut:
        return None
    before = state.run.answers_from(request.url).count(answer.status)
    if before < MOST_FRUITLESS:
        return e.AskedAgain(request.url, answer.status)
    sizes = (promised(answer), len(answer.body))
    return e.DigestMismatch("manifest", wanted(state), "", *sizes)


def promised(answer: Response) -> int:
    """The length that an answer announces, in bytes; 0 if it does not."""
    length = answer.header("Content-Length") or ""
    return int(length) if length.isdecimal() else 0


def manifest_body(state: State, request: Request, answer: Response) -> Event:
    announced = (answer.header("Content-Type") or "").partition(";")[0]
    typed, classic = announced in (*MANIFESTS, *INDEXES), state.profile.compares_types
    if classic and not typed:
        return first_schema(request, answer.body)
    expected = wanted(state)
    actual = digest_of(answer.body, algorithm_of(expected))
    by_tag = ref(state).digest is None and state.run.image.selected is None
    trusted = state.profile.trusts_tags and by_tag
    if ":" in expected and actual != expected and not trusted:
        sizes = (0, 0) if classic else (announced_size(state), len(answer.body))
        return e.DigestMismatch("manifest", expected, actual, *sizes)
    if untyped(state):
        what = f"unexpected media type {state.run.image.media_type} for {actual}"
        return e.ManifestUnreadable(blob_url(state, actual), what)
    other = "" if classic else other_kind(answer.body, known_type(state))
    if other:
        return e.ManifestUnreadable(manifest_url(state, expected), other, typed)
    try:
        parsed = parse_manifest(answer.body, actual, announced)
    except InvalidManifest:
        stated = stated_type(answer.body)
        if classic and announced == DOCKER_MANIFEST and stated not in (None, announced):
            return e.MediaTypesDiffer(announced, stated)
        why = manifest_fault(answer.body, classic)
        return e.ManifestUnreadable(manifest_url(state, expected), why, typed)
    if typed and classic and parsed.media_type != announced:
        return e.MediaTypesDiffer(announced, parsed.media_type)
    return e.IndexReceived(parsed) if isinstance(parsed, Index) else e.ManifestReceived(parsed)


def announced_size(state: State) -> int:
    """The bytes that the descriptor promises; 0 where it promises none."""
    image = state.run.image
    return image.selected.size if image.selected else image.size


def known_type(state: State) -> str:
    """The type by the descriptor, by which containerd goes."""
    image = state.run.image
    return image.selected.media_type if image.selected else image.media_type


def other_kind(body: bytes, kind: str) -> str:
    """Why a document is not of this kind (containerd, `validateMediaType`); empty where it may
    be."""
    text = body.decode(errors="replace")
    found = None if not_json(text, stream=False) else first_value(text)
    known = found if isinstance(found, dict) else {}
    stated = known.get("mediaType")
    if kind in INDEXES and (known.get("config") or known.get("layers") or stated in MANIFESTS):
        return f"media-type: expected index but found manifest ({kind})"
    if kind in MANIFESTS and (known.get("manifests") or stated in INDEXES):
        return f"media-type: expected manifest but found index ({kind})"
    return ""


def stated_type(body: bytes) -> str | None:
    """The type that a manifest gives itself, empty without one; None for what is no manifest."""
    text = body.decode(errors="replace")
    document = None if not_json(text, stream=False) else first_value(text)
    stated = document.get("mediaType") or "" if isinstance(document, dict) else None
    return stated if isinstance(stated, str) else None


def first_schema(request: Request, body: bytes) -> Event:
    """A manifest of no type that the classic engine knows: it takes it for one of schema 1, which
    it does not pull any more."""
    broken = unsigned(body)
    if broken:
        return e.ManifestUnreadable(request.url, broken, announced=True)
    return e.NotAnImage(DOCKER_MANIFEST_1)


def forget_digest(state: State, event: e.FellBackToTag) -> Run:
    return replace(state.run, image=replace(state.run.image, resolved=None))


def select(state: State) -> Event:
    if registry_only(state):
        return e.ManifestDescribed()
    assert state.run.image.index is not None
    entry = entry_for(state.run.image.index, state.platform)
    return e.PlatformSelected(entry) if entry else e.PlatformMissing(state.platform)


def plan(state: State) -> Event:
    if registry_only(state):
        return e.ManifestDescribed()
    manifest = state.run.image.manifest
    assert manifest is not None
    foreign = foreign_type(manifest) if state.profile.images_only else None
    if foreign is not None:
        return e.NotAnImage(foreign)
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


def keep_index(state: State, event: e.IndexReceived | e.IndexHeld) -> Run:
    image, index = state.run.image, event.index
    return replace(
        state.run,
        image=replace(
            image,
            index=index,
            outer=(*image.outer, *((image.index,) if image.index else ())),
            resolved=image.resolved or index.digest,
        ),
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


PART = Part(
    moves={
        Phase.FETCHING_MANIFEST: fetch_manifest,
        Phase.SELECTING: select,
        Phase.PLANNING: plan,
    },
    meanings={Phase.FETCHING_MANIFEST: following(manifest_answer)},
    keeps={
        e.FellBackToTag: forget_digest,
        e.IndexReceived: keep_index,
        e.IndexHeld: keep_index,
        e.PlatformSelected: keep_platform,
        e.ManifestReceived: keep_manifest,
        e.ManifestHeld: keep_manifest,
        e.LayersPlanned: keep_plan,
    },
)
