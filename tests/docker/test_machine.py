"""The machine against the mock registry: every outcome, and every edge of the table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest

from simulator.docker import events as e
from simulator.docker.cli.commands import Login, Unusable
from simulator.docker.cli.parse import parse
from simulator.docker.machine import (
    TRANSITIONS,
    Client,
    IllegalTransition,
    Phase,
    State,
    evolve,
    interpret,
    next_move,
)
from simulator.docker.trace import Trace, steps
from simulator.docker.trace import run as run_trace
from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import OCI_LAYER, OCI_MANIFEST
from simulator.protocol.message import Exchange, Request, Response, Transport
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.protocol.reference import HUB
from simulator.recordings.document import ENGINES, recorded
from simulator.recordings.scene import scene_of
from simulator.registry.model import Auth, Blob, Repository, StoredManifest
from simulator.scenarios.model import scenario, scenarios
from simulator.scenarios.play import trace as run
from simulator.sources.mock import mock
from simulator.sources.world import World
from tests.cases import each
from tests.docker import attested, containers, pushes
from tests.docker.odd_worlds import (
    INSPECTED,
    MIRRORED,
    ODD,
    ODD_WORLDS,
    WITHOUT_BLOBS,
    odd,
    slow_clock,
)

OUTCOMES = {
    "works": (e.SessionEnded, e.SessionEnded),
    "basic": (e.SessionEnded, e.SessionEnded),
    "logged-in": (e.SessionEnded, e.SessionEnded),
    "public-registry": (e.SessionEnded, e.SessionEnded),
    "wrong-password": (e.TokenRefused, e.TokenRefused),
    "wrong-password-basic": (e.LoginRejected, e.LoginRejected),
    "no-login": (e.AccessDenied, e.AccessDenied),
    "no-login-basic": (e.NoCredentials, e.NoCredentials),
    "stale-credentials": (e.TokenRefused, e.TokenRefused),
    "stale-credentials-basic": (e.AccessDenied, e.AccessDenied),
    "no-right": (e.AccessDenied, e.AccessDenied),
    "no-right-basic": (e.AccessDenied, e.AccessDenied),
    "unknown-tag": (e.ManifestUnknown, e.ManifestUnknown),
    "unknown-repository": (e.ManifestUnknown, e.ManifestUnknown),
    "hidden-repository": (e.AccessDenied, e.AccessDenied),
    "invalid-reference": (e.ReferenceRejected, e.ReferenceRejected),
    "down": (e.Unreachable, e.Unreachable),
    "login-down": (e.Unreachable, e.Unreachable),
    "no-such-host": (e.Unreachable, e.Unreachable),
    "untrusted-certificate": (e.Unreachable, e.Unreachable),
    "plain-http": (e.Unreachable, e.Unreachable),
    "loopback-http": (e.SessionEnded, e.SessionEnded),
    "corrupted-layer": (e.DigestMismatch, e.DigestMismatch),
    "missing-layer": (e.BlobUnknown, e.BlobUnknown),
    "cut-download": (e.SessionEnded, e.SessionEnded),
    "rate-limited": (e.RateLimited, e.RateLimited),
    "server-error": (e.ServerFailed, e.ServerFailed),
    "web-page": (e.ManifestUnreadable, e.ManifestUnreadable),
    "token-service-down": (e.ServerFailed, e.ServerFailed),
    "up-to-date": (e.SessionEnded, e.SessionEnded),
    "shared-layers": (e.SessionEnded, e.SessionEnded),
    "redirected-blobs": (e.SessionEnded, e.SessionEnded),
    "multi-platform": (e.SessionEnded, e.SessionEnded),
    "no-platform": (e.PlatformMissing, e.PlatformMissing),
    "token-post": (e.SessionEnded, e.SessionEnded),
    "helper-missing": (e.HelperFailed, e.AccessDenied),
    "read-only-config": (e.StoreFailed, e.StoreFailed),
    "login-without-terminal": (e.InputMissing, e.InputMissing),
    "login-again": (e.SessionEnded, e.SessionEnded),
    "logout": (e.AccessDenied, e.AccessDenied),
    "images": (e.SessionEnded, e.SessionEnded),
    "remove": (e.SessionEnded, e.SessionEnded),
    "remove-unknown": (e.ImagesRefused, e.ImagesRefused),
}
"""Scenario -> the last event with engine 29, with engine 26."""

Edge = tuple[Phase, type[e.Event]]
LIMIT = 60


def walked(trace: Trace) -> set[Edge]:
    return {(step.before.phase, type(step.event)) for step in trace.steps}


@each("engine", ["29", "26"])
@each("name", OUTCOMES)
def test_each_scenario_ends_as_told(name: str, engine: str) -> None:
    """A scenario's last event is the one the table names, on either engine."""
    trace = run(name, engine)
    assert type(trace.steps[-1].event) is OUTCOMES[name][0 if engine == "29" else 1]
    assert trace.failed == isinstance(trace.steps[-1].event, e.Failure)


def test_the_table_of_outcomes_is_complete() -> None:
    """A scenario without a stated outcome is untested."""
    assert set(OUTCOMES) == set(scenarios())


BROWSER = Login("docker login", HUB, terminal=True, patience=1)
"""A login through a browser; the user waits for one answer."""


def edges_with(
    phase: Phase, answer: Response | NetworkFailure, state: State, world: World
) -> set[Edge]:
    """The edges of a login and pull in which this phase only ever gets this answer."""
    honest, seen = mock(world), set()
    for _ in range(LIMIT):
        if state.finished:
            break
        move = next_move(state)
        for event in decided(state, move, answer if state.phase is phase else None, honest):
            seen.add((state.phase, type(event)))
            state = evolve(state, event)
            if state.finished:
                break
    return seen


def with_answers(state: State, world: World, phases: Iterable[Phase] = Phase) -> set[Edge]:
    """The edges of this run, also where a phase that it comes to only ever gets a broken answer,
    from its first step on."""
    taken = list(steps(state, mock(world)))
    first = {step.before.phase: step.before for step in reversed(taken)}
    broken = (edges_with(phase, answer, first[phase], world)
              for phase in first.keys() & set(phases) for answer in BROKEN)  # fmt: skip
    return {(step.before.phase, type(step.event)) for step in taken}.union(*broken)


def decided(
    state: State,
    move: tuple[Request, ...] | e.Event,
    answer: Response | NetworkFailure | None,
    honest: Transport,
) -> Iterator[e.Event]:
    if not isinstance(move, tuple):
        yield move
        return
    for exchange in honest(move):
        yield interpret(state, Exchange(exchange.request, answer) if answer else exchange)
        return


ELSEWHERE = (*MIRRORED, WITHOUT_BLOBS, *INSPECTED)
BROKEN = (
    Response(401), Response(403), Response(404), Response(429), Response(500), Response(418),
    NetworkFailure(Obstacle.RESET), Response(200, body=b"not a manifest"), Response(503),
    Response(200, body=b'{"token": "opaque"}'),
    Response(302, (("Location", "/elsewhere"),)),
    Response(401, (("WWW-Authenticate", 'Bearer service="registry"'),)),
    Response(401, (("WWW-Authenticate", 'Basic realm="registry"'),)),
    Response(200, (("Docker-Content-Digest", "latest"), ("Content-Length", "2"),
                   ("Content-Type", "application/json")), b"{}"),
)  # fmt: skip


def breaking_off(world: World) -> Transport:
    """The registry refuses the HEAD of a manifest, and is gone when asked for the reason."""
    honest = mock(world)

    def transport(requests: Sequence[Request]) -> Iterator[Exchange]:
        for exchange in honest(requests):
            request = exchange.request
            if "/manifests/" not in request.path or request.authorization is None:
                yield exchange
            elif request.method == "HEAD":
                yield Exchange(request, Response(403))
            else:
                yield Exchange(request, NetworkFailure(Obstacle.RESET))

    return transport


def at_the_hub() -> World:
    """Docker Hub, and the service that logs in through a browser."""
    return scene_of(recorded()["hub_login_device_code_tty"], "29").world


def beside_an_image(engine: str) -> set[Edge]:
    """The edges of a pull with an attestation, also where one phase only gets one answer."""
    seen: set[Edge] = set()
    for there in (attested.world(), attested.world(Auth.NONE), attested.world(Auth.BEARER),
                  attested.world(host="localhost:5000"), attested.world(odd=b"[]"),
                  fitting_nothing()):  # fmt: skip
        for state in attested.states(engine, next(iter(there.sites))):
            seen |= with_answers(state, there, BESIDE)
    return seen


BESIDE = (Phase.FETCHING_ATTESTATION, Phase.ASKING_REFERRERS, Phase.AUTHORIZING_REFERRERS)
BY_BROWSER = (Phase.ASKING_FOR_CODE, Phase.AWAITING_BROWSER)


def fitting_nothing() -> World:
    """The configuration of the image counts no layers."""
    there = attested.world()
    site = there.sites[attested.HOST]
    assert site.registry is not None
    held = site.registry.repositories[attested.NAME]
    none = b'{"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": []}}'
    image = attested.manifest(none, OCI_LAYER, attested.LAYER.packed)
    digest = digest_of(image)
    manifests = {**held.manifests, digest: StoredManifest(OCI_MANIFEST, image)}
    blobs = {**held.blobs, digest_of(none): Blob(digest_of(none), none)}
    other = Repository({"latest": digest}, manifests, blobs)
    registry = replace(site.registry, repositories={attested.NAME: other})
    return World({attested.HOST: replace(site, registry=registry)})


def test_every_edge_is_walked() -> None:
    """A transition that nothing takes is untested, and cannot be taught."""
    edges = {(p, event) for p, ways in TRANSITIONS.items() for event in ways}
    seen: set[Edge] = set()
    for engine in ENGINES:
        seen |= pushes.edges(engine) | containers.edges(engine)
        for phase in pushes.PHASES:
            for answer in BROKEN:
                seen |= pushes.edges_with(phase, answer, engine)
        for name in scenarios():
            seen |= walked(run(name, engine))
        for case in ODD.values():
            seen |= walked(run_trace(case.state(engine), mock(case.world())))
        for world in ODD_WORLDS.values():
            seen |= walked(run_trace(odd(auth=Auth.BASIC).state(engine), mock(world)))
        seen |= walked(run_trace(odd().state(engine), breaking_off(odd().world())))
        seen |= beside_an_image(engine)
        misused = State(Client(engine), (Unusable("docker login a b"),))
        lost = "docker --context nosuch login -u alice -p s3cret registry.example"
        lines = map(parse, ("docker images", "docker pull alpine", "docker push team/app", lost))
        alone = [State(Client(engine, socket="absent"), (line,)) for line in lines]
        for state in (misused, *alone):
            seen |= walked(run_trace(state, mock(World())))
        for case in (scenario("works"), scenario("public-registry"), *ELSEWHERE):
            seen |= with_answers(case.state(engine), case.world())
        seen |= with_answers(scenario("logged-in").state(engine), slow_clock())
        seen |= with_answers(State(Client(engine), (BROWSER,)), at_the_hub(), BY_BROWSER)
    assert sorted(f"{p}: {t.__name__}" for p, t in edges - seen) == []


def test_an_event_that_the_table_does_not_allow_is_refused() -> None:
    """An illegal event names itself and the phase, and changes nothing."""
    with pytest.raises(IllegalTransition, match="can't handle BlobsVerified when ready"):
        evolve(State(), e.BlobsVerified())
