"""Pushes of the second laboratory, played whole, and with one phase that meets the same answer."""

from collections.abc import Iterator
from functools import cache

from simulator.docker import events as e
from simulator.docker.cli.parse import parse
from simulator.docker.machine import Phase, State, evolve, interpret, next_move
from simulator.docker.trace import steps
from simulator.lesson.library import find_lesson
from simulator.protocol.message import Exchange, Response, Transport
from simulator.protocol.network_failure import NetworkFailure
from simulator.recordings.document import Engine, Recording, second_lab
from simulator.recordings.scene import Scene, played, scene_of
from simulator.scenarios import play
from simulator.scenarios.model import own_scenarios
from simulator.sources.mock import mock

PHASES = (
    Phase.PINGING_PUSH, Phase.CHECKING_BLOBS, Phase.AUTHORIZING_PUSH, Phase.UPLOADING_BLOBS,
    Phase.AUTHORIZING_UPLOAD, Phase.PUSHING_MANIFEST,
)  # fmt: skip
MOVED = Response(302, (("Location", "https://auth.example.com/elsewhere"),))
LIMIT = 100
Edge = tuple[Phase, type[e.Event]]
OTHERS = (
    "docker tag private.example.com/team/new:1.0 mine",
    "docker push Upper/x",
    "docker push --platform what/ever/it/is registry/x",
)
ALL_TAGS = (
    "docker tag registry.example.com/team/copy:1.0 registry.example.com/team/copy:2.0",
    "docker push --all-tags registry.example.com/team/copy",
)


def situations() -> dict[str, Recording]:
    """The recorded pushes that are played."""
    return {name: one for name, one in second_lab().items() if "push" in name}


@cache
def scene_at(name: str, engine: Engine) -> Scene:
    """Where this push was recorded."""
    return scene_of(situations()[name], engine)


def edges(engine: Engine) -> set[Edge]:
    """Of all pushes, as they were recorded."""
    found: set[Edge] = set()
    for one in situations().values():
        runs = played(one, scene_of(one, engine))
        found |= {(s.before.phase, type(s.event)) for run in runs for s in run}
    scene = scene_at("push_no_rights", engine)
    for line in OTHERS:
        run = steps(State(scene.client, (parse(line),)), mock(scene.world))
        found |= {(s.before.phase, type(s.event)) for s in run}
    scene = scene_at("push_cross_repo_mount", engine)
    run = steps(State(scene.client, tuple(map(parse, ALL_TAGS))), mock(scene.world))
    found |= {(s.before.phase, type(s.event)) for s in run}
    for phase in (Phase.AUTHORIZING_PUSH, Phase.AUTHORIZING_UPLOAD, Phase.PINGING_PUSH):
        found |= edges_with(phase, MOVED, engine)
    return found | edges_of_mounts(engine)


LESSON = find_lesson("pushing-an-image")
NO_TOKEN_FOR_MOUNTS = {"sites": {"myprivateregistry.com": {"tokens": {"denies": 403}}}}
WITHOUT_REALM = Response(401, (("WWW-Authenticate", 'Bearer service="registry"'),))


def edges_of_mounts(engine: Engine) -> set[Edge]:
    """Of the lesson's pushes: with a token for each mount, with none, and with a challenge to the
    upload that names no token service."""
    known = own_scenarios(LESSON.id)
    refused = known[f"{LESSON.id}/no-mount"].changed(NO_TOKEN_FOR_MOUNTS)
    runs = (play.run(one, engine) for one in (*known.values(), refused))
    found = {(s.before.phase, type(s.event)) for run in runs for s in run.steps}
    lone = known[f"{LESSON.id}/without-login-basic"]
    network, state = mock(lone.world()), lone.state(engine)
    return found | set(told(network, state, Phase.UPLOADING_BLOBS, WITHOUT_REALM))


def edges_with(phase: Phase, answer: Response | NetworkFailure, engine: Engine) -> set[Edge]:
    """Of pushes in which this phase only ever gets this answer."""
    found: set[Edge] = set()
    for name in STARTS:
        scene, first = scene_at(name, engine), first_states(name, engine)
        if phase in first:
            found |= set(told(mock(scene.world), first[phase], phase, answer))
    return found


@cache
def first_states(name: str, engine: Engine) -> dict[Phase, State]:
    """The state in which this push first comes to each of its phases."""
    scene = scene_at(name, engine)
    taken = list(steps(State(scene.client, (parse(STARTS[name]),)), mock(scene.world)))
    return {step.before.phase: step.before for step in reversed(taken)}


STARTS = {
    "push_no_rights": "docker push private.example.com/team/new:1.0",
    "push_cross_repo_mount": "docker push registry.example.com/team/copy:1.0",
    "push_multiplatform_index": "docker push localhost:5001/team/multi:latest",
}


def told(
    honest: Transport, state: State, phase: Phase, answer: Response | NetworkFailure
) -> Iterator[Edge]:
    """The edges of a run in which this phase only ever gets this answer."""
    for _ in range(LIMIT):
        if state.finished:
            return
        move = next_move(state)
        if not isinstance(move, tuple):
            event: e.Event = move
        else:
            exchange = next(iter(honest(move[:1])))
            given = answer if state.phase is phase else exchange.answer
            event = interpret(state, Exchange(exchange.request, given))
        yield state.phase, type(event)
        state = evolve(state, event)
