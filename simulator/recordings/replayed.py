"""A recording played from its own exchanges, and where Docker said something else."""

import difflib
from dataclasses import dataclass

from simulator.docker.trace import Trace
from simulator.recordings import replay
from simulator.recordings.document import Engine, Recording
from simulator.recordings.fidelity import Difference, verdict
from simulator.words.i18n import _


@dataclass(frozen=True)
class Replayed:
    """A recording as a run, what it asked differently, and what Docker printed differently."""

    trace: Trace
    deviations: tuple[replay.Deviation, ...]
    differences: tuple[Difference, ...]
    client: str


def replayed(recording: Recording, engine: Engine) -> Replayed:
    """Raises InvalidRecording for one that cannot be played."""
    run = replay.play(recording, engine)
    told = run.scene.told
    versions = ", ".join(text for text in (told.client, told.engine) if text)
    trace = replay.trace_of(recording, run)
    return Replayed(trace, run.deviations, verdict(recording, run), versions)


def remarks(run: Replayed) -> list[str]:
    """What Docker printed differently, as a diff, and what was asked differently."""
    lines = [line for one in run.differences for line in diff(one)]
    return lines + [f"{one.kind}: {one.request}" for one in run.deviations]


def diff(one: Difference) -> list[str]:
    """The difference as a unified diff, with a heading."""
    lines = difflib.unified_diff(
        one.ours.splitlines(), one.recorded.splitlines(), "Pullscope", _("your Docker"), lineterm=""
    )
    heading = _("Your Docker says something else ({field}):")
    return [heading.format(field=one.field), *lines]
