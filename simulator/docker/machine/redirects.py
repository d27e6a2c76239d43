"""Redirects of the requests that Go's HTTP client follows by itself: pings and tokens."""

from collections.abc import Callable
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Login
from simulator.docker.events import Event
from simulator.docker.machine.requests import listing
from simulator.docker.machine.state import Run, State
from simulator.docker.machine.table import AUTHORIZING
from simulator.protocol.hosts import bare, redirected
from simulator.protocol.message import Request, Response
from simulator.protocol.network_failure import Obstacle

REDIRECTS = frozenset({301, 302, 303, 307, 308})
SAME_METHOD = frozenset({307, 308})
LIMIT = 10
"""Requests after which Go's client follows no further redirect (net/http, `checkRedirect`)."""

Meaning = Callable[[State, Request, Response], Event]


def following(meaning: Meaning) -> Meaning:
    """What an answer means; one that redirects means that the next address is asked."""

    def of(state: State, request: Request, answer: Response) -> Event:
        return moved(state, request, answer) or meaning(state, request, answer)

    return of


def moved(state: State, request: Request, answer: Response) -> Event | None:
    """The redirect, None where the answer has no address (Go then takes it as it is)."""
    location = redirected(request.url, answer.header("Location") or "")
    if answer.status not in REDIRECTS or not location:
        return None
    if state.run.access.hops + 1 >= LIMIT:
        return e.Unreachable(request.method, location, Obstacle.ENDLESS)
    kept = answer.status in SAME_METHOD or request.method == "HEAD"
    return e.RequestMoved(request.method if kept else "GET", location)


def at_new_address(state: State, request: Request) -> Request:
    """The request, at the address that a redirect gave. A form goes along only with its method."""
    if state.run.access.moved is None:
        return request
    method, url = state.run.access.moved
    there = replace(request, method=method, url=url)
    return replace(
        there,
        authorization=request.authorization if known_there(state, request, there) else None,
        form=request.form if method == request.method else (),
    )


def known_there(state: State, request: Request, there: Request) -> bool:
    """Whether credentials go along. Go's client keeps them within the domain; the classic client
    adds them to what is below `/v2/` of a host that it has pinged (`endpointAuthorizer`)."""
    classic = state.profile.pings or isinstance(state.run.command, Login) or listing(state)
    if classic and state.phase not in AUTHORIZING:
        return there.host == request.host and "/v2/" in there.path
    return f".{bare(there.host)}".endswith(f".{bare(request.host)}")


def keep_move(state: State, event: e.RequestMoved) -> Run:
    access = state.run.access
    new = replace(access, moved=(event.method, event.url), hops=access.hops + 1)
    return replace(state.run, access=new)


def arrived(run: Run) -> Run:
    """The run once an answer came that is no redirect."""
    return replace(run, access=replace(run.access, moved=None, hops=0)) if run.access.moved else run
