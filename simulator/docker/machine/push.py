"""`docker push`: which image, which of its blobs are there, and the manifest last.

Each blob has a `Parcel`. In each phase the requests of all parcels go out together, by its stage.
"""

from dataclasses import replace
from typing import Literal

from simulator.docker import events as e
from simulator.docker.cli.commands import Push
from simulator.docker.events import Event
from simulator.docker.image_store import parts
from simulator.docker.machine import mounts, push_tags
from simulator.docker.machine.answers import challenge_of, challenged, errors, refusal, repeats
from simulator.docker.machine.outgoing import Parcel, Stage
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import following
from simulator.docker.machine.requests import manifest_url, ping, ref, untagged
from simulator.docker.machine.resolve import look_up
from simulator.docker.machine.state import Client, Run, State
from simulator.docker.machine.table import IllegalTransition, Phase
from simulator.docker.machine.tokens import authorize, token_answer
from simulator.docker.machine.uploads import STAGES, request_of
from simulator.protocol.digest import digest_of
from simulator.protocol.manifest import Descriptor, Index, Manifest, written
from simulator.protocol.media_types import DOCKER_CONFIG, DOCKER_LAYER, DOCKER_MANIFEST
from simulator.protocol.message import Request, Response
from simulator.protocol.platform import InvalidPlatform, Platform
from simulator.protocol.reference import InvalidReference, Reference

# -- before the registry is asked -------------------------------------------------------------


def parse_name(state: State) -> Event:
    command = state.run.command
    assert isinstance(command, Push)
    if command.platform and state.profile.repacks:
        return e.ReferenceRejected(TOO_OLD)
    try:
        parsed = Reference.parse(command.image)
        Platform.parse(command.platform or "linux/amd64")
    except (InvalidReference, InvalidPlatform) as error:
        return e.ReferenceRejected(str(error))
    if command.all_tags and not untagged(command.image):
        return e.ReferenceRejected("tag can't be used with --all-tags/-a")
    if parsed.digest:
        return e.ReferenceRejected("cannot push a digest reference")
    return e.ReferenceParsed(parsed)


TOO_OLD = '"--platform" requires API version 1.46, but the Docker daemon API version is 1.45'


def greet(state: State) -> Move:
    return (ping(state, None),) if state.profile.pings else e.PingSkipped()


def plan(state: State) -> Event:
    """The manifest that goes there, of an index the one that is here."""
    store, name = state.client.images, ref(state)
    digest = store.find(name.canonical)
    top = store.manifest(digest) if digest else None
    if digest is None or top is None:
        return e.TagMissing(name.familiar)
    manifest = store.image_manifest(digest)
    if manifest is None or lacks_platform(state, top):
        return e.PlatformAbsent(state.platform)
    if state.profile.repacks:
        return e.PushPlanned(repacked(state, manifest))
    return e.PushPlanned(manifest, top.digest if isinstance(top, Index) else "")


def lacks_platform(state: State, top: Manifest | Index) -> bool:
    command = state.run.command
    asked = isinstance(command, Push) and command.platform
    if not asked or not isinstance(top, Index):
        return False
    fits = (x for x in top.manifests if x.platform and x.platform.matches(state.platform))
    return not any(state.client.images.manifest(entry.digest) for entry in fits)


def repacked(state: State, manifest: Manifest) -> Manifest:
    """The classic engine keeps no packed layers: it knows their digests, and writes a manifest of
    its own. The digests change where it has to pack a layer again (`keep_missing`)."""
    config = replace(manifest.config, media_type=DOCKER_CONFIG)
    layers = tuple(replace(layer, media_type=DOCKER_LAYER) for layer in manifest.layers)
    return rebuilt(config, layers)


def rebuilt(config: Descriptor, layers: tuple[Descriptor, ...]) -> Manifest:
    bare = Manifest(DOCKER_MANIFEST, "", 0, config, layers)
    data = written(bare)
    return replace(bare, digest=digest_of(data), size=len(data))


# -- blobs ------------------------------------------------------------------------------------


def check_blobs(state: State) -> Move:
    """HEAD for every blob, or what follows when all are checked."""
    if state.run.outgoing.challenged:
        return e.CredentialsWanted()
    unchecked = tuple(one for one in asked_now(state) if one.stage is Stage.UNCHECKED)
    here = next((one.blob for one in unchecked if one.known), None)
    if here:
        return e.BlobFound(here)
    return tuple(request_of(state, one) for one in unchecked) or checked(state)


def checked(state: State) -> Event:
    left = [one.blob for one in state.run.outgoing.parcels if one.stage is not Stage.THERE]
    return e.BlobsChecked(tuple(left)) if left else e.BlobsPushed()


def upload_blobs(state: State) -> Move:
    """The next request of every blob that is missing, or what follows when none is."""
    if state.run.outgoing.challenged:
        return e.CredentialsWanted()
    asked = asked_now(state)
    wanted = mounts.token_wanted(state, asked)
    return wanted or tuple(request_of(state, one) for one in asked) or e.BlobsPushed()


def asked_now(state: State) -> tuple[Parcel, ...]:
    """The blobs under way; the classic engine sends the config when all layers are there."""
    left = [one for one in state.run.outgoing.parcels if one.stage is not Stage.THERE]
    layers = tuple(one for one in left if one.blob != config_of(state))
    return layers or tuple(left) if state.profile.pings else tuple(left)


def config_of(state: State) -> Descriptor | None:
    manifest = state.run.outgoing.manifest
    return manifest.config if manifest else None


def blob_answer(state: State, request: Request, answer: Response) -> Event:
    parcel = parcel_of(state, request)
    challenge = challenge_of(answer)
    if answer.status == 401 and challenge and answers_challenge(state, challenge.error):
        return e.Challenged(challenge)
    event = STAGES[parcel.stage].meaning(state, parcel, request, answer)
    return event or refused(state, parcel, request, answer)


def parcel_of(state: State, request: Request) -> Parcel:
    """The blob that this request is for. Requests that start uploads look alike: the one that
    failed least often is meant."""
    same = [one for one in asked_now(state) if request_of(state, one).url == request.url]
    if not same:
        raise IllegalTransition(f"no blob is pushed to {request.url}")
    return min(same, key=lambda one: (one.failures, one.checks))


def answers_challenge(state: State, error: str) -> bool:
    """containerd answers a challenge, and a second one if that says what was wrong."""
    if state.profile.pings:
        return False
    sent, count = state.run.access.authorization, state.run.outgoing.challenges
    return sent is None or (bool(error) and count < 2)


MOST_UPLOADS = 5
"""How often the classic engine tries to upload a blob."""
FINAL = frozenset({401, 403, 405, 429})


def refused(state: State, parcel: Parcel, request: Request, answer: Response) -> Event:
    """What a refusal leads to: the same request again, an upload from the start, or the end."""
    if state.profile.pings:
        tries = parcel.failures + 1
        if tries < MOST_UPLOADS and answer.status not in FINAL:
            return e.UploadRetried(parcel.blob, answer.status, tries)
    elif repeats(state, request, answer, "manifest"):
        return e.AskedAgain(request.url, answer.status)
    return failure(state, request, answer)


def failure(state: State, request: Request, answer: Response) -> Event:
    """404 says nothing about a manifest here."""
    if answer.status == 404:
        return e.ServerFailed(request.method, request.url, 404, errors(answer))
    return refusal(request, answer)


def authorize_push(state: State) -> Move:
    """As in a pull; but containerd goes on without credentials until an upload wants them."""
    move = authorize(state)
    if isinstance(move, e.NoCredentials) and not state.profile.pings:
        return e.CheckSkipped()
    return move


def push_token(state: State, request: Request, answer: Response) -> Event:
    return mounts.refused(state, token_answer(state, request, answer))


# -- the manifest -----------------------------------------------------------------------------


def push_manifest(state: State) -> Move:
    """Last, and by its tag. containerd first looks what the tag means."""
    manifest = manifest_of(state)
    url, sent = manifest_url(state, ref(state).identifier), state.run.access.authorization
    if not (state.profile.pings or state.run.outgoing.free):
        accept = (("Accept", f"{manifest.media_type}, */*"),)
        return (Request("HEAD", url, accept, sent),)
    kind = (("Content-Type", manifest.media_type),)
    return (Request("PUT", url, kind, sent, payload=written(manifest)),)


def manifest_of(state: State) -> Manifest:
    manifest = state.run.outgoing.manifest
    assert manifest is not None
    return manifest


def manifest_answer(state: State, request: Request, answer: Response) -> Event:
    named = answer.header("Docker-Content-Digest") or ""
    if request.method == "HEAD" and answer.status in (200, 404):
        same = answer.status == 200 and named == manifest_of(state).digest
        return e.TagKept() if same else e.TagFree(named)
    if request.method == "PUT" and 200 <= answer.status < 300:
        return e.ManifestPushed(manifest_of(state).digest)
    if not state.profile.pings and repeats(state, request, answer, "manifest"):
        return e.AskedAgain(request.url, answer.status)
    return failure(state, request, answer)


# -- what is kept -----------------------------------------------------------------------------


def keep_plan(state: State, event: e.PushPlanned) -> Run:
    """A blob that a pull brought from another repository of this registry may be mounted."""
    blobs = dict.fromkeys((*reversed(event.manifest.layers), event.manifest.config))
    config, repacks = event.manifest.config, state.profile.repacks
    parcels = tuple(
        Parcel(blob, source="" if repacks and blob == config else mounts.source_of(state, blob))
        for blob in blobs
    )
    before = {one.blob: one for one in state.run.outgoing.parcels}
    outgoing = replace(
        state.run.outgoing,
        manifest=event.manifest,
        index=event.index,
        parcels=tuple(push_tags.again(state, one, before.get(one.blob)) for one in parcels),
    )
    return replace(state.run, outgoing=outgoing)


def changed(state: State, blob: Descriptor, **fields: object) -> Run:
    """The run with these fields of the blob's parcel."""
    outgoing = state.run.outgoing
    parcel = replace(outgoing.parcel(blob), **fields)  # type: ignore[arg-type]
    return replace(state.run, outgoing=outgoing.changed(parcel))


def keep_found(state: State, event: e.BlobFound) -> Run:
    return changed(state, event.blob, stage=Stage.THERE)


def keep_missing(state: State, event: e.BlobMissing) -> Run:
    return changed(state, event.blob, stage=Stage.MISSING)


def keep_mounted(state: State, event: e.BlobMounted) -> Run:
    stage = Stage.COMMITTED if state.profile.repacks else Stage.THERE
    return changed(state, event.blob, stage=stage, mounted=True)


def keep_mount_refused(state: State, event: e.MountRefused) -> Run:
    run = changed(state, event.blob, source="")
    return replace(run, outgoing=replace(run.outgoing, mounting=None))


def keep_started(state: State, event: e.UploadStarted) -> Run:
    """The classic engine packs a layer again; where that is known, so is its new digest."""
    layer = event.blob != config_of(state)
    sent_as = state.client.images.repacked_layer(event.blob) if layer else None
    packed = sent_as if state.profile.repacks else None
    return changed(
        state, event.blob, stage=Stage.OPEN, location=event.location, sent_as=packed
    )


def keep_sent(state: State, event: e.BlobSent) -> Run:
    return changed(state, event.blob, stage=Stage.SENT, location=event.location)


def keep_committed(state: State, event: e.BlobCommitted) -> Run:
    stage = Stage.COMMITTED if state.profile.repacks else Stage.THERE
    return changed(state, event.blob, stage=stage)


def keep_confirmed(state: State, event: e.BlobConfirmed) -> Run:
    return changed(state, event.blob, stage=Stage.THERE)


def keep_retry(state: State, event: e.UploadRetried) -> Run:
    return changed(
        state, event.blob, stage=Stage.MISSING, failures=event.attempt, location="", source=""
    )


def keep_wanted(state: State, event: e.CredentialsWanted) -> Run:
    """A token that was not enough is given up for another one."""
    outgoing = state.run.outgoing
    access = replace(state.run.access, authorization=None)
    answered = replace(outgoing, challenged=False, challenges=outgoing.challenges + 1)
    return replace(state.run, outgoing=answered, access=access)


def keep_unchecked(state: State, event: e.CheckSkipped) -> Run:
    outgoing = state.run.outgoing
    parcels = tuple(replace(one, stage=Stage.MISSING) for one in outgoing.parcels)
    return replace(state.run, outgoing=replace(outgoing, parcels=parcels))


def keep_pushed(state: State, event: e.BlobsPushed) -> Run:
    """The manifest names the blobs as they were sent."""
    outgoing, manifest = state.run.outgoing, manifest_of(state)
    sent = {one.blob: one.going for one in outgoing.parcels}
    layers = tuple(sent[layer] for layer in manifest.layers)
    if layers == manifest.layers:
        return state.run
    return replace(state.run, outgoing=replace(outgoing, manifest=rebuilt(manifest.config, layers)))


def keep_free(state: State, event: e.TagFree) -> Run:
    return replace(state.run, outgoing=replace(state.run.outgoing, free=True))


def keep_standing(state: State, event: e.ManifestPushed | e.TagKept) -> Run:
    how: Literal["kept", "pushed"] = "kept" if isinstance(event, e.TagKept) else "pushed"
    return replace(state.run, outgoing=replace(state.run.outgoing, stands=how))


def store_pushed(state: State, event: e.ManifestPushed | e.TagKept) -> Client:
    """The classic store keeps under which digest the registry has the image."""
    manifest, store = manifest_of(state), state.client.images
    if not state.profile.repacks:
        return replace(state.client, images=store.known_there(ref(state).canonical))
    sizes = dict(store.unpacked)
    parcels = state.run.outgoing.parcels
    known = [(one.going.digest, sizes[one.blob.digest]) for one in parcels
             if one.blob.digest in sizes]  # fmt: skip
    blobs = tuple(blob.digest for blob in parts(manifest))
    images = store.with_content(None, known).with_image(
        ref(state).canonical, manifest.digest, blobs, manifest
    )
    return replace(state.client, images=images)


PART = Part(
    moves={
        Phase.NAMING_PUSH: parse_name,
        Phase.LOOKING_UP_PUSH: look_up,
        Phase.FINDING_IMAGE: push_tags.find_repository,
        Phase.PINGING_PUSH: greet,
        Phase.PLANNING_PUSH: plan,
        Phase.CHECKING_BLOBS: check_blobs,
        Phase.AUTHORIZING_PUSH: authorize_push,
        Phase.UPLOADING_BLOBS: upload_blobs,
        Phase.AUTHORIZING_UPLOAD: authorize,
        Phase.PUSHING_MANIFEST: push_manifest,
    },
    meanings={
        Phase.PINGING_PUSH: following(challenged),
        Phase.CHECKING_BLOBS: blob_answer,
        Phase.AUTHORIZING_PUSH: following(push_token),
        Phase.UPLOADING_BLOBS: blob_answer,
        Phase.AUTHORIZING_UPLOAD: following(push_token),
        Phase.PUSHING_MANIFEST: manifest_answer,
    },
    keeps={
        e.ImageFound: push_tags.keep_tags,
        e.NextTagDue: push_tags.keep_due,
        e.PushPlanned: keep_plan,
        e.CredentialsWanted: keep_wanted,
        e.MountTokenWanted: mounts.keep_wanted,
        e.CheckSkipped: keep_unchecked,
        e.BlobFound: keep_found,
        e.BlobMissing: keep_missing,
        e.BlobMounted: keep_mounted,
        e.MountRefused: keep_mount_refused,
        e.UploadStarted: keep_started,
        e.BlobSent: keep_sent,
        e.BlobCommitted: keep_committed,
        e.BlobConfirmed: keep_confirmed,
        e.UploadRetried: keep_retry,
        e.BlobsPushed: keep_pushed,
        e.TagFree: keep_free,
        e.TagKept: keep_standing,
        e.ManifestPushed: keep_standing,
    },
    stores={e.ManifestPushed: store_pushed, e.TagKept: store_pushed},
)
