"""Pushes of the second laboratory, played whole, and with one phase that meets the same answer."""

from collections.abc import Iterator

from simulator.docker import events as e
from simulator.docker.cli.parse import parse
from simulator.docker.machine import Phase, State, evolve, interpret, next_move
from simulator.docker.trace import steps
from simulator.protocol.message import Exchange, Response
from simulator.protocol.network_failure import NetworkFailure
from simulator.recordings.document import Engine, Recording, second_lab
from simulator.recordings.scene import Scene, played, scene_of
from simulator.sources.mock import mock

PHASES = (
    Phase.PINGING_PUSH, Phase.PUSHING_BLOBS, Phase.AUTHORIZING_PUSH, Phase.PUSHING_MANIFEST,
)  # fmt: skip
MOVED = Response(302, (("Location", "https://auth.example.com/elsewhere"),))
LIMIT = 400
Edge = tuple[Phase, type[e.Event]]
OTHERS = (
    "docker tag private.example.com/team/new:1.0 mine",
    "docker push Upper/x",
    "docker push --platform what/ever/it/is registry/x",
)


def situations() -> dict[str, Recording]:
    """The recorded pushes that are played."""
    return {name: one for name, one in second_lab().items() if "push" in name}


def edges(engine: Engine) -> set[Edge]:
    """Of all pushes, as they were recorded."""
    found: set[Edge] = set()
    for one in situations().values():
        runs = played(one, scene_of(one, engine))
        found |= {(s.before.phase, type(s.event)) for run in runs for s in run}
    scene = scene_of(situations()["push_no_rights"], engine)
    for line in OTHERS:
        run = steps(State(scene.client, (parse(line),)), mock(scene.world))
        found |= {(s.before.phase, type(s.event)) for s in run}
    for phase in (Phase.AUTHORIZING_PUSH, Phase.PINGING_PUSH):
        found |= edges_with(phase, MOVED, engine)
    return found


def edges_with(phase: Phase, answer: Response | NetworkFailure, engine: Engine) -> set[Edge]:
    """Of pushes in which this phase only ever gets this answer."""
    found: set[Edge] = set()
    for name, line in STARTS.items():
        scene = scene_of(situations()[name], engine)
        found |= set(broken(scene, line, phase, answer))
    return found


STARTS = {
    "push_no_rights": "docker push private.example.com/team/new:1.0",
    "push_cross_repo_mount": "docker push registry.example.com/team/copy:1.0",
    "push_multiplatform_index": "docker push localhost:5001/team/multi:latest",
}


def broken(
    scene: Scene, line: str, phase: Phase, answer: Response | NetworkFailure
) -> Iterator[Edge]:
    state, honest = State(scene.client, (parse(line),)), mock(scene.world)
    for _ in range(LIMIT):
        if state.finished:
            return
        move = next_move(state)
        if not isinstance(move, tuple):
            event: e.Event = move
        else:
            told = next(iter(honest(move[:1])))
            given = answer if state.phase is phase else told.answer
            event = interpret(state, Exchange(told.request, given))
        yield state.phase, type(event)
        state = evolve(state, event)
