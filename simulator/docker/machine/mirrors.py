"""Mirrors of Docker Hub (`registry-mirrors`): who is asked before it, and what then follows.

containerd's resolver tries them anew for each object; the classic engine pulls all from one, and
begins again with the next.
"""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.events import Event, Failure
from simulator.docker.machine.part import Part
from simulator.docker.machine.requests import listing
from simulator.docker.machine.state import Access, Download, Image, Run, State
from simulator.docker.machine.table import TRANSITIONS
from simulator.protocol.hosts import split_url
from simulator.protocol.message import Answer, Request, Response
from simulator.protocol.reference import HUB_HOST, Reference

NAMESPACE = "?ns=docker.io"
"""How containerd tells a mirror which registry it stands for."""


def at_mirror(state: State, request: Request) -> Request:
    """The request at the next mirror that has not declined it, without any credential."""
    left = (m for m in mirrors(state, request)
            if (m, request.method, request.url) not in state.run.declined)  # fmt: skip
    mirror = next(left, "")
    if not mirror:
        return request
    url = f"{mirror}{split_url(request.url).path}{NAMESPACE}"
    return replace(request, url=url, authorization=None)


def mirrors(state: State, request: Request) -> tuple[str, ...]:
    """The mirrors that stand in for the host of this request."""
    able = not state.profile.pings and e.MirrorDeclined in TRANSITIONS[state.phase]
    known = able and request.host == HUB_HOST and not listing(state)
    return state.client.mirrors if known else ()


def from_mirror(request: Request) -> Request:
    """The request as it was before a mirror was asked in place of Docker Hub."""
    if not request.url.endswith(NAMESPACE):
        return request
    return replace(request, url=f"https://{HUB_HOST}{request.path}")


def declined(request: Request, answer: Answer) -> Event | None:
    """Whatever is no success sends containerd to the next host."""
    here = request.url.endswith(NAMESPACE)
    good = isinstance(answer, Response) and answer.status < 400
    if not here or good:
        return None
    mirror = request.url.partition("/v2/")[0]
    return e.MirrorDeclined(mirror, request.method, from_mirror(request).url)


def keep_declined(state: State, event: e.MirrorDeclined) -> Run:
    entry = (event.mirror, event.method, event.url)
    return replace(state.run, declined=(*state.run.declined, entry))


# -- the classic engine -----------------------------------------------------------------------


def first_host(state: State, reference: Reference) -> str:
    """Where the classic engine pulls from first."""
    classic = state.profile.pings and reference.host == HUB_HOST and state.client.mirrors
    return split_url(state.client.mirrors[0]).netloc if classic else reference.host


def given_up(state: State, event: Event) -> Event:
    """A failure at a mirror is none of the pull."""
    reference = state.run.reference
    at_a_mirror = reference is not None and state.run.host != reference.host
    able = e.MirrorGivenUp in TRANSITIONS[state.phase]
    return e.MirrorGivenUp(event) if able and at_a_mirror and isinstance(event, Failure) else event


def begin_again(state: State, event: e.MirrorGivenUp) -> Run:
    """The next mirror, or Docker Hub at last, from the beginning."""
    run, known = state.run, [split_url(one).netloc for one in state.client.mirrors]
    assert run.reference is not None
    later = known[known.index(run.host) + 1 :] if run.host in known else []
    host = next(iter((*later, run.reference.host)))
    return replace(
        run, host=host, access=Access(), image=Image(), download=Download(), attempts=()
    )


PART = Part(keeps={e.MirrorDeclined: keep_declined, e.MirrorGivenUp: begin_again})
