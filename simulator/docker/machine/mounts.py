"""Tokens for mounts: to take a blob from another repository, Docker must be allowed to pull there.

So with tokens the engine fetches one more, for both repositories: the classic engine for each
blob, containerd for each other repository (docker/distribution `tokenHandler`, containerd
`ContextWithAppendPullRepositoryScope`).
"""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.machine.outgoing import Parcel, Stage
from simulator.docker.machine.requests import ref
from simulator.docker.machine.state import Run, State
from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.manifest import Descriptor

Mount = tuple[str, str]
"""The blob's digest, empty where the token is for all blobs, and the other repository."""


def mount_of(state: State, parcel: Parcel) -> Mount:
    """What the token for this blob's mount is kept under."""
    return (parcel.blob.digest if state.profile.repacks else "", parcel.source)


def source_of(state: State, blob: Descriptor) -> str:
    """A repository of this registry from which the blob came."""
    known = (one.partition("/") for one in state.client.images.origins(blob.digest))
    found = [name for domain, _, name in known if domain == ref(state).domain]
    return next((one for one in found if one != ref(state).repository), "")


def token_wanted(state: State, asked: tuple[Parcel, ...]) -> Event | None:
    """The first mount among these blobs for which there is no token yet."""
    sent = state.run.access.authorization
    if sent is None or sent.scheme is not Scheme.BEARER:
        return None
    known = dict(state.run.outgoing.granted)
    waiting = (one for one in asked if one.stage is Stage.MISSING and one.source)
    lacking = next((one for one in waiting if mount_of(state, one) not in known), None)
    return e.MountTokenWanted(lacking.blob, lacking.source) if lacking else None


def authorization_of(state: State, parcel: Parcel) -> Authorization | None:
    """What the request to start this upload or mount carries."""
    known = dict(state.run.outgoing.granted)
    return known.get(mount_of(state, parcel), state.run.access.authorization)


def keep_wanted(state: State, event: e.MountTokenWanted) -> Run:
    """A new token is asked for as the first one was: containerd tries POST again."""
    parcel = state.run.outgoing.parcel(event.blob)
    outgoing = replace(state.run.outgoing, mounting=mount_of(state, parcel))
    access = replace(state.run.access, post_refused=False)
    return replace(state.run, outgoing=outgoing, access=access)


def keep_token(state: State, mount: Mount, token: Authorization) -> Run:
    """The token counts for the mount alone."""
    granted = (*state.run.outgoing.granted, (mount, token))
    return replace(state.run, outgoing=replace(state.run.outgoing, mounting=None, granted=granted))


def refused(state: State, event: Event) -> Event:
    """The classic engine uploads a blob for whose mount it gets no token."""
    mounting = state.run.outgoing.mounting
    if not (mounting and state.profile.repacks and isinstance(event, e.TokenRefused)):
        return event
    parcels = state.run.outgoing.parcels
    blob = next(one.blob for one in parcels if one.blob.digest == mounting[0])
    return e.MountRefused(blob, event.status)
