"""The decoder's checks, typed in the terminal of the situation that they are for."""

from collections.abc import Iterator

from simulator.decoder.causes import causes
from simulator.decoder.checks import Command, answer_to, fitting
from simulator.decoder.decode import Decoded, decode
from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.recordings.document import engine_of
from simulator.recordings.scene import scene_of
from simulator.recordings.situations import recorded_situations, trace
from simulator.scenarios.model import scenarios
from simulator.shell import enter
from simulator.shell.values import Shell
from simulator.sources.world import World

UNKNOWN = ("command not found", "is not played here", "cannot take", "has no loops")


def world_of(name: str, engine: str) -> World:
    if name in scenarios():
        return scenarios()[name].world()
    recording = recorded_situations()[name]
    return scene_of(recording, engine_of(recording, engine)).world


def proposed() -> Iterator[tuple[str, str, str, Trace, Decoded, Command]]:
    """Each check that the decoder proposes for the message of a situation: the cause that the
    situation plays, its name, the engine, its run, and what the decoder made of the message."""
    for cause in causes().values():
        for name in cause.played_by:
            for engine in engines():
                run = trace(name, engine)
                lines = (line for step in run.steps for line in step.terminal)
                decoded = decode("\n".join(x.text for x in lines if x.kind == "error"))
                for one in fitting(decoded, decoded.verdict) if run.failed else ():
                    yield cause.name, name, engine, run, decoded, one


def test_each_check_can_be_typed_where_it_is_proposed() -> None:
    """It is no unknown command there, and its answer is none that says nothing; what is still
    missing is listed, and leaves the list once it is played."""
    unknown, silent, typed = dict[str, str](), dict[str, str](), set[str]()
    answered = set[str]()
    for _cause, name, engine, run, decoded, one in proposed():
        shell = Shell(world_of(name, engine), run.steps[-1].after.client)
        after = enter(shell, one.commands["linux"])
        printed = "\n".join(line.text for line in after.lines[1:])
        typed.add(one.check.name)
        if any(words in printed for words in UNKNOWN):
            unknown[one.check.name] = f"{name}@{engine}: {one.commands['linux']}: {printed}"
        elif answer_to(one.check, printed, decoded):
            answered.add(one.check.name)
        else:
            silent[one.check.name] = f"{name}@{engine}: {one.commands['linux']}: {printed}"
    assert unknown == {}
    assert typed - answered == set(), silent
