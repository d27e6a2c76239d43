"""The second half of a pull: the blobs of the image, and its place in the image store."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.image_store import taken_over
from simulator.docker.machine.answers import (
    MOST_FRUITLESS,
    broken_off,
    demanded,
    errors,
    refusal,
    repeats,
    succeeded,
)
from simulator.docker.machine.disk import no_room_for, no_room_to_unpack
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import LIMIT, REDIRECTS
from simulator.docker.machine.requests import (
    attestation_of,
    blob_request,
    is_image,
    kind_of,
    ref,
    wanted,
)
from simulator.docker.machine.state import Client, Run, State
from simulator.docker.machine.table import IllegalTransition, Phase
from simulator.docker.machine.unusable import config_fault
from simulator.protocol.hosts import redirected
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor
from simulator.protocol.message import Request, Response
from simulator.protocol.network_failure import Obstacle


def fetch_blobs(state: State) -> Move:
    """The config, what is to be fetched beside the image, and then all else."""
    entry = None if state.run.attestation.sought else attestation_of(state)
    manifest = state.run.image.manifest
    if entry and manifest and manifest.config not in state.run.download.waiting:
        return e.AttestationSought(entry)
    requests = tuple(blob_request(state, blob) for blob in asked_now(state))
    return requests or no_room_to_unpack(state) or e.BlobsVerified()


def asked_now(state: State) -> tuple[Descriptor, ...]:
    """The blobs to ask for now: an engine may want the config first, and lets a blob that
    failed rest while others are under way."""
    download, manifest = state.run.download, state.run.image.manifest
    config = manifest.config.digest if manifest else ""
    first = tuple(blob for blob in download.waiting if blob.digest == config)
    if first and state.profile.config_first and is_image(state):
        return first
    access = state.run.access
    unknown = not (access.authorization or access.challenge or download.received)
    if unknown and not state.profile.shares_authorization:
        return download.waiting[:1]  # it may be challenged
    awake = tuple(blob for blob in download.waiting if blob.digest not in download.backing_off)
    return awake or download.waiting


MOST_RESUMED = 100
"""Requests for the rest of blobs after which Pullscope ends a run that containerd would go on
with."""
LIMIT_CUTS = 5
"""How often a cut download is resumed before the engine gives up."""


def most_cuts(state: State, kind: str) -> int:
    """How often a blob of this kind may be cut and is still asked for again."""
    return LIMIT_CUTS if resumes(state, kind) else LIMIT_CUTS - 1


def resumes(state: State, kind: str) -> bool:
    """Whether the rest of a blob that was cut is asked for, or all of it again."""
    return kind != "config" or state.profile.resumes_all


def blob_answer(state: State, request: Request, answer: Response) -> Event:
    blob = blob_at(state, request.url)
    location = redirected(request.url, answer.header("Location") or "")
    if answer.status in REDIRECTS and location:
        hops = sum(digest == blob.digest for digest, _ in state.run.download.moved)
        endless = hops + 1 >= LIMIT
        return e.Unreachable(request.method, location, Obstacle.ENDLESS) if endless else (
            e.Redirected(blob.digest, location)
        )  # fmt: skip
    if succeeded(state, answer):
        return received(state, blob, request, answer)
    challenge = demanded(state, answer)
    if challenge:
        return e.Challenged(challenge)
    if repeats(state, request, answer, kind_of(state, blob)):
        return e.AskedAgain(request.url, answer.status)
    if answer.status == 404:
        return e.BlobUnknown(blob, errors(answer))
    return refusal(request, answer)


def blob_at(state: State, url: str) -> Descriptor:
    """Which of the blobs waited for is asked for at this address."""
    for blob in state.run.download.waiting:
        if blob_request(state, blob).url == url:
            return blob
    raise IllegalTransition(f"no blob is waited for at {url}")


def received(state: State, blob: Descriptor, request: Request, answer: Response) -> Event:
    content = answer.content
    arrived = content.size if content else 0
    kind = kind_of(state, blob)
    if answer.cut:
        return cut_short(state, blob, request, answer)
    if content is None or content.digest != blob.digest:
        return e.DigestMismatch(
            kind, blob.digest, content.digest if content else "", blob.size, arrived
        )
    own = state.run.image.manifest is not None and blob == state.run.image.manifest.config
    wrong = config_fault(state, answer.body) if own and is_image(state) else None
    unkept = wrong or no_room_for(state, blob)
    if unkept:
        return unkept
    if kind == "config":
        return e.BlobReceived(blob, kind, ImageConfig.read(answer.body, blob.digest))
    return e.BlobReceived(blob, kind, None, content.unpacked)


def cut_short(state: State, blob: Descriptor, request: Request, answer: Response) -> Event:
    """Another request, or the end: containerd goes on for as long as some of it comes, unless the
    connection was reset; the classic engine counts attempts."""
    arrived, kind = answer.content.size if answer.content else 0, kind_of(state, blob)
    tried = len(state.run.answers_from(request.url))
    if not state.profile.resumes_all:
        again = tried < most_cuts(state, kind)
        return e.DownloadCut(blob, arrived) if again else broken_off(request, answer)
    if answer.reset_by:
        return broken_off(request, answer)
    if state.run.download.resumed >= MOST_RESUMED:
        return e.Unreachable(request.method, request.url, Obstacle.LIMIT_REACHED)
    if fruitful(state, blob, arrived) or tried < MOST_FRUITLESS:
        return e.DownloadCut(blob, arrived)
    return e.DigestMismatch(kind, blob.digest, "", blob.size, arrived)


def fruitful(state: State, blob: Descriptor, arrived: int) -> bool:
    """Whether more of the blob is here than before."""
    return arrived > dict(state.run.download.partial).get(blob.digest, 0)


def store(state: State) -> Event:
    """The name is newer if it stood for something else before."""
    digest = state.run.image.resolved or wanted(state)
    same = state.client.images.find(ref(state).canonical) == digest
    config = state.run.image.manifest.config if state.run.image.manifest else None
    fresh = state.profile.image_is_config and config in state.run.download.received
    return e.ImageStored(ref(state), digest, newer=fresh or not same)


def keep_attempt(state: State, event: e.AskedAgain) -> Run:
    again = state.run.attempted(event.url, event.status)
    if state.phase is not Phase.FETCHING_BLOBS:
        return again
    blob = blob_at(state, event.url)
    others = tuple(digest for digest in again.download.backing_off if digest != blob.digest)
    tries = len(again.answers_from(event.url))
    waits = state.profile.backs_off(tries, kind_of(state, blob))
    # Only this one begins anew at the registry: others may have been sent to the same address.
    moved = tuple(one for one in again.download.moved if one[0] != blob.digest)
    backing_off = (*others, blob.digest) if waits else others
    return replace(again, download=replace(again.download, backing_off=backing_off, moved=moved))


def keep_blob(state: State, event: e.BlobReceived) -> Run:
    run, blob = state.run, event.blob
    unpacked = ((blob.digest, event.unpacked),) if event.unpacked else ()
    download = replace(
        run.download,
        waiting=tuple(b for b in run.download.waiting if b.digest != blob.digest),
        received=(*run.download.received, blob),
        unpacked=(*run.download.unpacked, *unpacked),
    )
    own = run.image.manifest is not None and blob.digest == run.image.manifest.config.digest
    config = (event.config if own else None) or run.image.config
    image = replace(run.image, config=config)
    return replace(run, image=image, download=download)


def keep_redirect(state: State, event: e.Redirected) -> Run:
    moved = (*state.run.download.moved, (event.digest, event.location))
    return replace(state.run, download=replace(state.run.download, moved=moved))


def keep_cut(state: State, event: e.DownloadCut) -> Run:
    download, blob = state.run.download, event.blob
    url = blob_request(state, blob).url
    anew = state.profile.resumes_all and fruitful(state, blob, event.received)
    again = (state.run.without_attempts(url) if anew else state.run).attempted(url, None)
    if not resumes(state, kind_of(state, blob)):
        return again
    backs_off = (*download.backing_off, blob.digest) if state.profile.backs_off(0, "layer") else ()
    partial = {**dict(download.partial), blob.digest: event.received}
    download = replace(
        download, partial=tuple(partial.items()), backing_off=backs_off,
        resumed=download.resumed + 1,
    )  # fmt: skip
    return replace(again, download=download)


def keep_pulled(state: State, event: e.AlreadyUpToDate | e.ImageStored) -> Run:
    tags = state.run.tags
    newer = tags.newer or (isinstance(event, e.ImageStored) and event.newer)
    return replace(state.run, tags=replace(tags, pulled=tags.pulled + 1, newer=newer))


def store_image(state: State, event: e.ImageStored) -> Client:
    """The image under its name; the image that had the name before stays, without a tag."""
    image, download = state.run.image, state.run.download
    name = event.reference.canonical
    known = (*image.outer, image.index, image.manifest, *state.run.attestation.manifests)
    manifests = tuple(one for one in known if one)
    images = state.client.images.with_content(image.config, download.unpacked)
    images = taken_over(images, name, event.digest, state.profile.image_is_config)
    arrived = tuple(blob.digest for blob in download.received)
    images = images.with_image(name, event.digest, arrived, *manifests)
    return replace(state.client, images=images)


PART = Part(
    moves={Phase.FETCHING_BLOBS: fetch_blobs, Phase.STORING: store},
    meanings={Phase.FETCHING_BLOBS: blob_answer},
    keeps={
        e.AskedAgain: keep_attempt,
        e.BlobReceived: keep_blob,
        e.Redirected: keep_redirect,
        e.DownloadCut: keep_cut,
        e.AlreadyUpToDate: keep_pulled,
        e.ImageStored: keep_pulled,
    },
    stores={e.ImageStored: store_image},
)
