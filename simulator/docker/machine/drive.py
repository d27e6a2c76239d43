"""The machine: three pure functions on one frozen `State`. No I/O, no clock.

`next_move` says what to ask or decide, `interpret` what an answer means, `evolve` what is true
afterwards. They look into the tables of the parts; a new command is a module with a `PART`, and
its edges in `TRANSITIONS`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from simulator.docker import events as e
from simulator.docker.events import Event, Failure
from simulator.docker.machine import (
    attestations,
    blobs,
    containers,
    endpoints,
    engine_socket,
    images,
    inspection,
    login,
    logout,
    manifests,
    mirrors,
    push,
    ready,
    redirects,
    resolve,
    search,
    tokens,
)
from simulator.docker.machine.answers import unreachable
from simulator.docker.machine.part import Move
from simulator.docker.machine.requests import patience
from simulator.docker.machine.state import State
from simulator.docker.machine.table import TRANSITIONS, IllegalTransition, Phase
from simulator.protocol.message import Exchange, Request
from simulator.protocol.network_failure import NetworkFailure

K = TypeVar("K")
V = TypeVar("V")


def merged(tables: Iterable[Mapping[K, V]]) -> dict[K, V]:
    """One table out of several. Raises ValueError where two have an entry for the same key."""
    entries = [entry for table in tables for entry in table.items()]
    if len(dict(entries)) < len(entries):
        raise ValueError("two parts of the machine claim the same phase or event")
    return dict(entries)


PARTS = (
    ready.PART, login.PART, logout.PART, images.PART,
    tokens.PART, resolve.PART, mirrors.PART, endpoints.PART, manifests.PART, blobs.PART,
    attestations.PART, push.PART, containers.PART, search.PART, inspection.PART,
)  # fmt: skip
MOVES = merged(part.moves for part in PARTS)
MEANINGS = merged(part.meanings for part in PARTS)
KEEPS = merged(part.keeps for part in PARTS)
STORES = merged(part.stores for part in PARTS)


def next_move(state: State) -> Move:
    """The requests to send now, or a local decision. Raises IllegalTransition at an end."""
    if state.finished:
        raise IllegalTransition(f"a run that is {state.phase} has no next move")
    move = engine_socket.unreachable(state) or MOVES[state.phase](state)
    ends = isinstance(move, e.EngineUnreachable) and not move.socket  # the CLI ends itself
    reusing = state.run.login.reusing and state.phase is not Phase.SAVING
    if isinstance(move, Failure) and reusing and not ends:
        return e.StoredCredentialsRefused(move)  # an accepted login cannot be refused any more
    if isinstance(move, Event):
        return ended(state, move)
    return tuple(sent(state, addressed(state, one)) for one in move)


def sent(state: State, request: Request) -> Request:
    """The request as this client sends it."""
    return replace(
        request,
        trust=endpoints.trust(state, request),
        proxy=state.client.proxies.of(request.url),
        patience=patience(state, request),
    )


def addressed(state: State, request: Request) -> Request:
    """The request, at a mirror or where a redirect leads."""
    return redirects.at_new_address(state, endpoints.at_endpoint(state, request))


def interpret(state: State, exchange: Exchange) -> Event:
    """The fact that this exchange establishes."""
    event = meaning(state, exchange)
    if isinstance(event, Failure) and state.run.login.reusing:
        return e.StoredCredentialsRefused(event)
    return ended(state, event)


def ended(state: State, event: Event) -> Event:
    """The event, or what follows in place of a failure where there are further hosts."""
    event = endpoints.without_token(state, event)
    for endure in (endpoints.told, resolve.sought, attestations.tolerated, mirrors.given_up,
                   inspection.begun_anew):  # fmt: skip
        event = endure(state, event)
    return event


def meaning(state: State, exchange: Exchange) -> Event:
    elsewhere = endpoints.answered(state, exchange)
    if elsewhere:
        return elsewhere
    if isinstance(exchange.answer, NetworkFailure):
        return unreachable(state, exchange.request, exchange.answer)
    request, answer = endpoints.original(state, exchange.request), exchange.answer
    if request is not exchange.request:
        answer = endpoints.with_whole_location(exchange.request, answer)
    return MEANINGS[state.phase](state, request, answer)


def evolve(state: State, event: Event) -> State:
    """The state after the event: the table moves the phase, the parts keep the data.

    Raises IllegalTransition where the table has no such edge.
    """
    phase = TRANSITIONS[state.phase].get(type(event))
    if phase is None:
        raise IllegalTransition(f"can't handle {type(event).__name__} when {state.phase}")
    return keep(state, event, phase)


def keep(state: State, event: Event, phase: Phase) -> State:
    """The state with the data of the event, in this phase."""
    if isinstance(event, e.CommandTyped):
        return replace(ready.begin(state, event.command), phase=phase)
    if state.run.access.moved and not isinstance(event, e.RequestMoved):
        state = replace(state, run=redirects.arrived(state.run))
    client, run = STORES.get(type(event)), KEEPS.get(type(event))
    return replace(
        state,
        client=client(state, event) if client else state.client,
        run=run(state, event) if run else state.run,
        failure=event if isinstance(event, Failure) else state.failure,
        phase=phase,
    )
