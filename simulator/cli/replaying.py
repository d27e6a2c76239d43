"""The source `recording` of `run`: what real Docker was recorded to do."""

from pathlib import Path
from typing import Any

import click

from simulator.docker.trace import Trace
from simulator.recordings.document import InvalidRecording, Recording, engine_of, recorded
from simulator.recordings.document import read as read_recording
from simulator.recordings.replayed import remarks, replayed


def run_recording(engine: str, recording: str, **_others: Any) -> Trace:
    """The recorded run. Remarks about it go to standard error."""
    chosen = named_recording(recording)
    known = engine_of(chosen, engine)
    if known != engine:
        click.echo(f"recorded with engine {known} only, so that is played", err=True)
    replay = replayed(chosen, known)
    for line in remarks(replay):
        click.echo(line, err=True)
    return replay.trace


def named_recording(name: str) -> Recording:
    """One that comes with Pullscope, or a file."""
    if name in recorded():
        return recorded()[name]
    if not Path(name).exists():
        raise InvalidRecording(
            f"there is no recording and no file {name!r}: `pullscope scenarios --recorded` "
            "lists the recordings"
        )
    return read_recording(Path(name))
