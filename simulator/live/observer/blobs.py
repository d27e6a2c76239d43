"""Blobs of a pull, and how it ended."""

from collections.abc import Sequence
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.machine import Phase
from simulator.docker.machine.answers import errors, refusal
from simulator.live.attempts import Attempt
from simulator.live.observer.story import FLIGHT, Story, attach, unexpected
from simulator.live.observer.token import about
from simulator.live.observer.typed import only_looks
from simulator.live.seen import Kind, Seen
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, Manifest


def fails_at(attempt: Attempt, place: int) -> bool:
    """Whether this blob did not arrive as it should, and was not asked for again."""
    one, path = attempt.seen[place], attempt.seen[place].request.path
    if attempt.asks[place].kind is not Kind.BLOB or one.pending or one.request.method != "GET":
        return False
    content = one.answer.content
    damaged = content is not None and not one.answer.cut and not path.endswith(content.digest)
    again = any(later.request.path == path for later in attempt.seen[place + 1 :])
    return (damaged or one.status >= 400) and not again


def tell_blob(story: Story, attempt: Attempt, place: int) -> None:
    one, digest = attempt.seen[place], attempt.asks[place].identifier
    attach(story, one)
    if story.state.phase is not Phase.FETCHING_BLOBS:
        reach_blobs(story, attempt, digest)
    blob = next((b for b in story.state.run.download.waiting if b.digest == digest), None)
    if story.state.phase is not Phase.FETCHING_BLOBS or blob is None:
        unexpected(story, one)
        return
    if fails_at(attempt, place) and any(fails_at(attempt, n) for n in later_of(attempt, place)):
        unexpected(story, one, FLIGHT)
        return
    story.tell(blob_event(story, one, blob, attempt.seen[place + 1 :]), one.exchange)


def later_of(attempt: Attempt, place: int) -> range:
    return range(place + 1, len(attempt.seen))


def reach_blobs(story: Story, attempt: Attempt, digest: str) -> None:
    """The client asks for a blob, so it knows the manifest: from us, or from an earlier pull."""
    if story.state.phase is Phase.COMPARING:
        story.tell(e.UpdateNeeded())
    if story.state.phase in (Phase.FETCHING_MANIFEST, Phase.SELECTING):
        hold_manifest(story, digest)
    if story.state.phase is Phase.PLANNING:
        plan(story, attempt)


def hold_manifest(story: Story, digest: str) -> None:
    """A manifest that names this blob must have been there already."""
    found = story.state.run.image.index or story.known(story.state.run.image.resolved or "")
    if isinstance(found, Index):
        if story.state.run.image.index is None:
            story.tell(e.IndexHeld(found))
        for entry in found.manifests:
            inner = story.known(entry.digest)
            if isinstance(inner, Manifest) and digest in blobs_of(inner):
                story.tell(e.PlatformSelected(entry))
                story.tell(e.ManifestHeld(inner))
                return
    elif isinstance(found, Manifest):
        story.tell(e.ManifestHeld(found))


def hold_image(story: Story) -> bool:
    """Nothing more was asked, and this name was never pulled before our eyes: the client has the
    content under another name, and only names it anew."""
    reference, resolved = story.state.run.reference, story.state.run.image.resolved or ""
    manifest = story.known(resolved)
    if reference is None or story.state.client.images.find(reference.canonical) == resolved:
        return False
    if not isinstance(manifest, Manifest):
        return False
    story.tell(e.UpdateNeeded())
    story.tell(e.ManifestHeld(manifest))
    return True


def blobs_of(manifest: Manifest) -> tuple[str, ...]:
    return (manifest.config.digest, *(layer.digest for layer in manifest.layers))


def plan(story: Story, attempt: Attempt) -> None:
    """Missing is what it asks for; while it goes on, also what it is not known to hold."""
    manifest = story.state.run.image.manifest
    assert manifest is not None
    wanted = {a.identifier for a in attempt.asks if a.kind is Kind.BLOB}
    held = set(story.state.client.images.blobs)
    if attempt.over and attempt.client.kind.images:
        held |= set(blobs_of(manifest))
    images = replace(story.state.client.images, blobs=tuple(held - wanted))
    story.state = replace(story.state, client=replace(story.state.client, images=images))
    layers = tuple(dict.fromkeys(manifest.layers))
    missing = tuple(layer for layer in layers if layer.digest not in held - wanted)
    story.tell(e.LayersPlanned(missing, tuple(x for x in layers if x not in missing)))


def blob_event(story: Story, one: Seen, blob: Descriptor, later: Sequence[Seen]) -> Event:
    config = story.state.run.image.manifest.config.digest if story.state.run.image.manifest else ""
    kind = "config" if blob.digest == config else "layer"
    content = one.answer.content
    if one.status in (200, 206) and content:
        if one.answer.cut:
            return e.DownloadCut(blob, content.size)
        if content.digest != blob.digest:
            return e.DigestMismatch(kind, blob.digest, content.digest)
        read = ImageConfig.read(one.answer.body, blob.digest) if kind == "config" else None
        return e.BlobReceived(blob, kind, read)
    if any(next_one.request.path == one.request.path for next_one in later):
        return e.AskedAgain(one.request.url, one.status)
    if one.status == 404:
        return e.BlobUnknown(blob, errors(one.answer))
    return refusal(one.request, one.answer)


def conclude(story: Story, attempt: Attempt) -> None:
    """What must have followed the last request, as far as silence tells."""
    if attempt.over and attempt.client.kind.images:
        fall_silent(story, attempt)
    state = story.state
    download = state.run.download
    fetched = state.phase is Phase.FETCHING_BLOBS and not download.waiting
    if fetched and state.run.reference and (attempt.over or not download.present):
        story.tell(e.BlobsVerified())
        if attempt.client.kind.images:
            store(story)
        if attempt.over:
            end(story)
    elif attempt.over and only_looks(attempt) and not state.failure:
        end(story)


def end(story: Story) -> None:
    """The command came to its end, wherever the client keeps what it got."""
    if story.state.phase is not Phase.READY:
        story.move(Phase.READY)
    story.tell(e.SessionEnded())


def fall_silent(story: Story, attempt: Attempt) -> None:
    """A client that keeps images stopped asking: it has what it needs, or it gave up."""
    phase, last = story.state.phase, attempt.asks[-1].kind
    if phase is Phase.COMPARING and not hold_image(story):
        story.tell(e.AlreadyUpToDate())
    elif phase is Phase.AUTHORIZING_RESOLVE and last is not Kind.TOKEN:
        story.tell(e.NoCredentials(*about(story)))
    if story.state.phase is Phase.PLANNING:
        plan(story, attempt)


def store(story: Story) -> None:
    state, digest = story.state, story.state.run.image.resolved or ""
    assert state.run.reference is not None
    known = state.client.images.find(state.run.reference.canonical)
    fresh = known != digest or bool(state.run.download.received)
    story.tell(e.ImageStored(state.run.reference, digest, fresh))
