"""The requests for one blob of a push by its stage, and what their answers mean.

The classic engine sends the bytes with PATCH and the digest with PUT, and then looks whether the
blob is there; containerd sends all with one PUT.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.machine.mounts import authorization_of
from simulator.docker.machine.outgoing import Parcel, Stage
from simulator.docker.machine.requests import blob_url, origin, ref
from simulator.docker.machine.state import State
from simulator.protocol.hosts import redirected
from simulator.protocol.message import Content, Request, Response


@dataclass(frozen=True)
class Step:
    """The request of a stage, and the meaning of its answer; None for one that refuses."""

    ask: Callable[[State, Parcel], Request]
    meaning: Callable[[State, Parcel, Request, Response], Event | None]


def request_of(state: State, parcel: Parcel) -> Request:
    """The next request for this blob."""
    return STAGES[parcel.stage].ask(state, parcel)


def look(state: State, parcel: Parcel) -> Request:
    accept = (("Accept", f"{parcel.blob.media_type}, */*"),) if not state.profile.pings else ()
    url = blob_url(state, parcel.going.digest)
    return Request("HEAD", url, accept, state.run.access.authorization)


def looked(state: State, parcel: Parcel, request: Request, answer: Response) -> Event | None:
    """The classic engine takes any refusal for a blob that is not there."""
    if answer.status == 200:
        return e.BlobFound(parcel.blob)
    missing = answer.status == 404 or state.profile.pings
    return e.BlobMissing(parcel.blob, answer.status) if missing else None


def start(state: State, parcel: Parcel) -> Request:
    """The start of an upload, or a mount. Each engine writes the query in its own way."""
    url = f"{origin(state)}/v2/{ref(state).repository}/blobs/uploads/"
    digest, source = parcel.blob.digest, parcel.source
    sent = authorization_of(state, parcel) if source else state.run.access.authorization
    if source and state.profile.pings:
        url += f"?from={quote(source, safe='')}&mount={quote(digest, safe='')}"
    elif source:
        url += f"?mount={digest}&from={source}"
    return Request("POST", url, (), sent)


def started(state: State, parcel: Parcel, request: Request, answer: Response) -> Event | None:
    """A mount that is not done is an upload that has begun; one that is refused is tried without
    the other repository: always by the classic engine, by containerd after 401."""
    location = redirected(request.url, answer.header("Location") or "")
    if answer.status == 201 and parcel.source:
        return e.BlobMounted(parcel.blob, parcel.source)
    if answer.status in (200, 202, 204) and location:
        return e.UploadStarted(parcel.blob, location)
    if parcel.source and (state.profile.pings or answer.status == 401):
        return e.MountRefused(parcel.blob, answer.status)
    return None


def send(state: State, parcel: Parcel) -> Request:
    kind = (("Content-Type", "application/octet-stream"),)
    return Request(
        "PATCH" if state.profile.pings else "PUT",
        parcel.location if state.profile.pings else with_digest(parcel),
        kind,
        state.run.access.authorization,
        content=Content(
            parcel.going.size,
            parcel.going.digest,
            dict(state.client.images.unpacked).get(parcel.blob.digest),
        ),
    )


def with_digest(parcel: Parcel) -> str:
    joint = "&" if "?" in parcel.location else "?"
    return f"{parcel.location}{joint}digest={quote(parcel.going.digest, safe='')}"


def sent(state: State, parcel: Parcel, request: Request, answer: Response) -> Event | None:
    if not 200 <= answer.status < 300:
        return None
    if not state.profile.pings:
        return e.BlobCommitted(parcel.blob)
    location = redirected(request.url, answer.header("Location") or "")
    return e.BlobSent(parcel.blob, location or parcel.location)


def commit(state: State, parcel: Parcel) -> Request:
    return Request("PUT", with_digest(parcel), (), state.run.access.authorization)


def committed(state: State, parcel: Parcel, request: Request, answer: Response) -> Event | None:
    return e.BlobCommitted(parcel.blob) if 200 <= answer.status < 300 else None


def confirmed(state: State, parcel: Parcel, request: Request, answer: Response) -> Event | None:
    return e.BlobConfirmed(parcel.blob) if answer.status == 200 else None


STAGES: Mapping[Stage, Step] = {
    Stage.UNCHECKED: Step(look, looked),
    Stage.MISSING: Step(start, started),
    Stage.OPEN: Step(send, sent),
    Stage.SENT: Step(commit, committed),
    Stage.COMMITTED: Step(look, confirmed),
}
