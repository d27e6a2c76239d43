"""The situations that were recorded, played on the mock network like scenarios.

Nothing of what was recorded answers here: only the recorded world is used.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache

from simulator.docker.engines import engine as known_engine
from simulator.docker.trace import Trace, masked_steps
from simulator.recordings.document import ENGINES, Recording, engine_of, recorded, second_lab
from simulator.recordings.scene import NotModelled, command, played, scene_of
from simulator.scenarios import play
from simulator.scenarios.model import per_own_scenarios, scenarios


@cache
def recorded_situations() -> Mapping[str, Recording]:
    """The situations of the recordings that the machine can play, by name; by `recorded_NAME`
    where a scenario has that name."""
    known = (one for one in recorded().values() if playable(one))
    return {f"recorded_{x.name}" if x.name in scenarios() else x.name: x for x in known}


def playable(recording: Recording) -> bool:
    """Whether the machine knows the commands."""
    try:
        return all(command(line, typed) for line, typed in recording.typed)
    except NotModelled:
        return False


@per_own_scenarios
def trace(name: str, engine: str = "29") -> Trace:
    """The run of a scenario or of a recorded situation. Raises UnknownScenario."""
    if name in scenarios() or name not in recorded_situations():
        return play.trace(name, engine)
    return replace(run_situation(recorded_situations()[name], engine), scenario=name)


def second_lab_runs(engine: str) -> Iterator[tuple[str, Trace]]:
    """The runs of the second laboratory's situations that the machine can play."""
    for name, one in second_lab().items():
        if playable(one) and set(one.engines) & set(ENGINES):
            with suppress(NotModelled):
                yield name, run_situation(one, engine)


def run_situation(recording: Recording, engine: str) -> Trace:
    """The run in the recorded world, of all its commands."""
    scene = scene_of(recording, engine_of(recording, known_engine(engine).name))
    taken = [step for run in played(recording, scene) for step in run]
    numbered = (replace(step, number=place) for place, step in enumerate(masked_steps(taken), 1))
    return Trace(tuple(numbered), scene.engine)
