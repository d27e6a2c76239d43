"""What each misconception changes: in the machine, in the world, or in the steps of a run."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from simulator.docker import events as e
from simulator.docker.cli.commands import Logout, Pull
from simulator.docker.engines import engines
from simulator.docker.events import Event, Failure
from simulator.docker.machine import State, evolve, interpret, next_move
from simulator.docker.machine.blobs import blob_at
from simulator.docker.machine.manifests import fetch_manifest
from simulator.docker.machine.requests import asked, kind_of, manifest_request, ping, wanted
from simulator.docker.trace import Step, Trace
from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.errors import standard_message
from simulator.protocol.message import Exchange
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.secrets import MASK
from simulator.questions.mutant import (
    Moves,
    P,
    each_state,
    each_step,
    in_order,
    leading,
    replayed,
)
from simulator.registry.model import Auth
from simulator.scenarios.model import Scenario, Setting
from simulator.sources.world import Role

# -- what is believed about login and what is stored ------------------------------------------


def with_token(state: State) -> State:
    """As if `config.json` held a token in place of the password."""
    store = state.client.store
    kept = tuple((key, replace(one, identity_token=MASK)) for key, one in store.entries)
    return replace(state, client=replace(state.client, store=replace(store, entries=kept)))


def token_after_pull(trace: Trace) -> Trace:
    bought = any(
        isinstance(step.event, e.TokenIssued) and isinstance(step.after.run.command, Pull)
        for step in trace.steps
    )
    return each_state(after_pull)(trace) if bought else trace


def after_pull(state: State) -> State:
    pulled = isinstance(state.run.command, Pull) and state.phase in (P.READY, P.DONE)
    return with_token(state) if pulled else state


LOGIN_UNCHECKED = leading({(P.PROMPTING, e.CredentialsEntered): P.SAVING})


def telling(state: State) -> Moves | None:
    """Logout first asks the registry."""
    tells = state.phase is P.REMOVING and not state.run.attempts
    return (ping(with_host(state), None),) if tells else None


def with_host(state: State) -> State:
    server = state.run.command.server if isinstance(state.run.command, Logout) else ""
    return replace(state, run=replace(state.run, host=state.run.host or server))


def told_of_logout(state: State, exchange: Exchange) -> Event:
    if state.phase is P.REMOVING:
        return e.AccessOpen(200)
    return interpret(state, exchange)


def heard(state: State, event: Event) -> State:
    if state.phase is P.REMOVING and isinstance(event, e.AccessOpen):
        return replace(state, run=state.run.attempted("logout", 200))
    return evolve(state, event)


def one_token(trace: Trace) -> Trace:
    """A pull after a login in this run: without a challenge, with the token of the login."""
    if not any(
        isinstance(step.event, e.LoginAccepted) and scheme_of(step.after) is Scheme.BEARER
        for step in trace.steps
    ):
        return trace
    asking = (e.Challenged, e.TokenPostRefused, e.TokenIssued, e.CredentialAttached)
    kept = tuple(
        step
        for step in trace.steps
        if not (isinstance(step.after.run.command, Pull) and isinstance(step.event, asking))
    )
    return replace(trace, steps=in_order(tuple(map(carrying_token, kept))))


def carrying_token(step: Step) -> Step:
    if not isinstance(step.after.run.command, Pull):
        return step
    sent = Authorization(Scheme.BEARER, MASK)
    return replace(proving(step, Scheme.BEARER), after=authorized(step.after, sent))


def proving(step: Step, scheme: Scheme) -> Step:
    """The step, its request sent with such a proof."""
    if step.exchange is None:
        return step
    request = replace(step.exchange.request, authorization=Authorization(scheme, MASK))
    return replace(step, exchange=replace(step.exchange, request=request))


# -- what is believed about the challenge -----------------------------------------------------


def final(state: State, _: Exchange, event: Event) -> Event:
    """A 401 says that the password is wrong."""
    if not isinstance(event, e.Challenged):
        return event
    if state.phase is P.CHECKING:
        return e.LoginRejected("GET", f"https://{state.run.host}/v2/", 401)
    return e.AccessDenied(*asked(replace(state, phase=P.AUTHORIZING_RESOLVE)), 401, DENIED, SCOPE)


DENIED = (e.RegistryError("DENIED", standard_message("DENIED")),)
SCOPE = "insufficient_scope"
UNKNOWN = (e.RegistryError("MANIFEST_UNKNOWN", "manifest unknown"),)
"""What the mock registry says to those who may not, and of what is not there."""


def at_home(state: State) -> Moves | None:
    """Without stored credentials Docker refuses by itself."""
    move = next_move(state) if state.phase is P.LOOKING_UP else None
    if not isinstance(move, e.CredentialMissing):
        return None
    return e.NoCredentials(*asked(replace(state, phase=P.AUTHORIZING_RESOLVE)))


def password_first(trace: Trace) -> Trace:
    """The first message of every pull carries the password."""
    first: set[str] = set()
    return each_step(lambda step: first_message(step, first))(trace)


def first_message(step: Step, seen: set[str]) -> Step:
    command = step.after.run.command
    knows = isinstance(command, Pull) and step.before.run.credential
    if not (knows and step.exchange and command) or command.text in seen:
        return step
    seen.add(command.text)
    return proving(step, Scheme.BASIC)


def to_storage(step: Step) -> Step:
    """A blob's request that was redirected takes the token along."""
    asked = step.exchange.request if step.exchange else None
    away = asked is not None and asked.host in storage_hosts()
    return proving(step, Scheme.BEARER) if away else step


@cache
def storage_hosts() -> tuple[str, ...]:
    """The storage hosts of the ordinary world."""
    return Setting().world().hosts(Role.STORAGE)


def issued(**changed: object) -> Callable[[Trace], Trace]:
    """Every token is issued with this."""

    def change(step: Step) -> Step:
        if not isinstance(step.event, e.TokenIssued):
            return step
        return replace(step, event=replace(step.event, **changed))  # type: ignore[arg-type]

    return each_step(change)


def still_authorized(before: State, event: Event, after: State) -> State:
    """The resolver's token also serves the fetcher."""
    if not isinstance(event, e.Resolved) or scheme_of(before) is not Scheme.BEARER:
        return after
    return authorized(after, before.run.access.authorization)


def authorized(state: State, sent: Authorization | None) -> State:
    access = replace(state.run.access, authorization=sent)
    return replace(state, run=replace(state.run, access=access))


def scheme_of(state: State) -> Scheme | None:
    return state.run.access.authorization.scheme if state.run.access.authorization else None


def other_engine(name: str) -> str:
    return next(other for other in engines() if other != name)


# -- what is believed about rights and refusals -----------------------------------------------


def never_stale(scenario: Scenario) -> Scenario:
    """Stored credentials are right for ever."""
    if scenario.stored is None:
        return scenario
    return scenario.model_copy(update={"password": scenario.stored.partition(":")[2]})


def all_rights(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"may_pull": ("*",)})


def protected(was: Auth, by: Auth) -> Callable[[Scenario], Scenario]:
    """The registry protects itself in another way."""

    def change(scenario: Scenario) -> Scenario:
        return scenario.model_copy(update={"auth": by}) if scenario.auth is was else scenario

    return change


def absent(_: State, __: Exchange, event: Event) -> Event:
    """`denied` is what is said of what does not exist, and the other way about."""
    match event:
        case e.AccessDenied(method, url):
            return e.ManifestUnknown(method, url, 404, UNKNOWN)
        case e.ManifestUnknown(method, url):
            return e.AccessDenied(method, url, 401, DENIED, SCOPE)
        case _:
            return event


OTHER_TROUBLE = (e.Unreachable, e.ServerFailed, e.RateLimited, e.BlobUnknown, e.DigestMismatch)


def denied(_: State, exchange: Exchange, event: Event) -> Event:
    """Whatever fails, it is a matter of credentials."""
    if not isinstance(event, OTHER_TROUBLE):
        return event
    return e.AccessDenied(exchange.request.method, exchange.request.url, 401, DENIED, SCOPE)


# -- what is believed about manifest, layers and store ----------------------------------------


def layers_first(trace: Trace) -> Trace:
    """The blobs arrive before anybody has a manifest."""
    content = (e.Redirected, e.DownloadCut)
    told = (e.ManifestReceived, e.ManifestHeld, e.IndexReceived, e.PlatformSelected)
    place = next((i for i, step in enumerate(trace.steps) if isinstance(step.event, told)), None)
    if place is None:
        return trace
    head, tail = trace.steps[:place], trace.steps[place:]
    arrived = (e.BlobReceived, e.BlobsVerified)
    blobs = tuple(step for step in tail if isinstance(step.event, arrived))
    rest = tuple(step for step in tail if not isinstance(step.event, (*content, *arrived)))
    return replace(trace, steps=tuple(replayed(trace.steps[0].before, (*head, *blobs, *rest))))


UNRESOLVED = leading(
    {
        (P.PINGING, e.PingSkipped): P.FETCHING_MANIFEST,
        (P.PINGING, e.AccessOpen): P.FETCHING_MANIFEST,
        (P.AUTHORIZING_RESOLVE, e.TokenIssued): P.FETCHING_MANIFEST,
        (P.AUTHORIZING_RESOLVE, e.CredentialAttached): P.FETCHING_MANIFEST,
    }
)


def unchecked(state: State, exchange: Exchange, event: Event) -> Event:
    """The content that arrives is always the right one."""
    if not isinstance(event, e.DigestMismatch) or state.phase is not P.FETCHING_BLOBS:
        return event
    blob = blob_at(state, exchange.request.url)
    return e.BlobReceived(blob, kind_of(state, blob))


def all_again(state: State) -> Moves | None:
    """Layers that are here already are downloaded all the same."""
    if state.phase is P.COMPARING:
        return e.UpdateNeeded()
    if state.phase is P.FETCHING_MANIFEST and not isinstance(fetch_manifest(state), tuple):
        return (manifest_request(state, "GET", wanted(state)),)
    return own_layers(state)


def own_layers(state: State) -> Moves | None:
    """Each image has its own layers."""
    if state.phase is not P.PLANNING or state.run.image.manifest is None:
        return None
    return e.LayersPlanned(tuple(dict.fromkeys(state.run.image.manifest.layers)), ())


def named(state: State, digest: str) -> State:
    if state.run.reference is None:
        return state
    images = state.client.images.with_image(state.run.reference.canonical, digest, ())
    return replace(state, client=replace(state.client, images=images))


def named_at_once(_: State, event: Event, after: State) -> State:
    arrived = isinstance(event, e.BlobReceived) and event.kind == "layer"
    return named(after, after.run.image.resolved or "") if arrived else after


def left_behind(_: State, event: Event, after: State) -> State:
    return named(after, "") if isinstance(event, Failure) else after


def cut_off(_: State, exchange: Exchange, event: Event) -> Event:
    if not isinstance(event, e.DownloadCut):
        return event
    return e.Unreachable(exchange.request.method, exchange.request.url, Obstacle.CLOSED)
