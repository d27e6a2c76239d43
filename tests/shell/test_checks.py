"""The decoder's checks, typed in the terminal of the situation that they are for."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from simulator.decoder.causes import Verdict, causes
from simulator.decoder.checks import Command, answer_to, fitting, narrowed
from simulator.decoder.decode import Decoded, decode
from simulator.docker.engines import engines
from simulator.docker.trace import MACHINE
from simulator.recordings.document import engine_of
from simulator.recordings.scene import played, scene_of
from simulator.recordings.situations import recorded_situations, trace
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import acts
from simulator.shell import enter
from simulator.shell.session import terminal
from simulator.shell.values import CONFIG, Shell

UNKNOWN = ("command not found", "is not played here", "cannot take", "has no loops")


@cache
def shell_of(name: str, engine: str) -> Shell:
    """The terminal of the situation after its commands, with what they stored."""
    if name in scenarios():
        known = scenarios()[name]
        *_, last = acts(known, engine, MACHINE)
        return replace(terminal(known, engine), client=last.after.client)
    recording = recorded_situations()[name]
    scene = scene_of(recording, engine_of(recording, engine))
    *_, taken = played(recording, scene)
    files = {**scene.document.client.files, **({CONFIG: scene.config} if scene.config else {})}
    return Shell(scene.world, taken[-1].after.client, files=files)


def answered(shell: Shell, line: str) -> str:
    """What the check prints, with the learner's name and password where it asks for them."""
    after = enter(shell, line.replace("-u NAME", "-u alice:s3cret"))
    for text in ("alice", "s3cret"):
        after = enter(after, text) if after.prompt else after
    return "\n".join(line.text for line in after.lines[len(shell.lines) + 1 :])


def proposed() -> Iterator[tuple[str, str, str, Decoded, Command]]:
    """Each check that the decoder proposes for the message of a situation: the cause that the
    situation plays, its name, the engine, and what the decoder made of the message."""
    for cause in causes().values():
        for name in cause.played_by:
            for engine in engines():
                run = trace(name, engine)
                lines = (line for step in run.steps for line in step.terminal)
                decoded = decode("\n".join(x.text for x in lines if x.kind == "error"))
                for one in fitting(decoded, decoded.verdict) if run.failed else ():
                    yield cause.name, name, engine, decoded, one


def test_each_check_can_be_typed_where_it_is_proposed() -> None:
    """It is no unknown command there, its answer says something, and what the answer leaves is
    not without the cause that the situation plays."""
    wrong: list[str] = []
    for cause, name, engine, decoded, one in proposed():
        printed = answered(shell_of(name, engine), one.commands["linux"])
        found = answer_to(one.check, printed, decoded)
        left, _means = narrowed(decoded.verdict, one.check, printed, decoded)
        lost = cause in named(decoded.verdict) and cause not in named(left)
        if any(words in printed for words in UNKNOWN) or found is None or lost:
            wrong.append(f"{cause}, {name}@{engine}: {one.commands['linux']}: {printed[-300:]}")
    assert wrong == []


def named(verdict: Verdict) -> set[str]:
    return {one.cause.name for one in verdict.candidates}
