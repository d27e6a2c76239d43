"""The situations that were recorded, played on the mock network like scenarios.

Nothing of what was recorded answers here: only the recorded world is used.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from simulator.docker.cli.parse import InvalidCommand, parse
from simulator.docker.engines import engine as known_engine
from simulator.docker.trace import Trace
from simulator.docker.trace import run as run_trace
from simulator.recordings.document import (
    Recording,
    client,
    engine_of,
    recorded,
    scene_of,
    transport,
)
from simulator.scenarios import play
from simulator.scenarios.model import scenarios


@cache
def recorded_situations() -> Mapping[str, Recording]:
    """The situations of the recordings that the machine can play, by name; by `recorded_NAME`
    where a scenario has that name."""
    known = (one for one in recorded().values() if playable(one))
    return {f"recorded_{x.name}" if x.name in scenarios() else x.name: x for x in known}


def playable(recording: Recording) -> bool:
    """Whether the machine knows the command."""
    try:
        parse(recording.command, recording.typed())
    except InvalidCommand:
        return False
    return True


@cache
def trace(name: str, engine: str = "29") -> Trace:
    """The run of a scenario or of a recorded situation. Raises UnknownScenario."""
    if name in scenarios() or name not in recorded_situations():
        return play.trace(name, engine)
    return replace(run_situation(recorded_situations()[name], engine), scenario=name)


def run_situation(recording: Recording, engine: str) -> Trace:
    """The run in the recorded world."""
    scene = scene_of(recording, engine_of(recording, known_engine(engine).name))
    return run_trace(client(recording, scene), transport(scene))
