"""`run` plays login and pull on one of the three sources; `scenarios` lists what can be played."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.table import Column, Table

from simulator.cli.common import (
    ENGINES,
    USUAL_ENGINE,
    console,
    first_lesson,
    plain,
    read_password,
    told_plainly,
)
from simulator.docker.trace import Trace
from simulator.recordings.document import InvalidRecording, Recording, engine_of, recorded
from simulator.recordings.document import read as read_recording
from simulator.recordings.fidelity import remarks, replayed
from simulator.recordings.situations import recorded_situations, trace
from simulator.scenarios.model import scenarios
from simulator.scenarios.real_run import run_real
from simulator.views import stage as views


@click.command()
@click.option("--scenario", "name", help="A situation of the mock registry; see `scenarios`.")
@click.option("--source", type=click.Choice(["mock", "real", "recording"]), default="mock",
              show_default=True)  # fmt: skip
@click.option("--recording", metavar="NAME|FILE", default="",
              help="With --source recording: see `scenarios --recorded`.")  # fmt: skip
@click.option("--engine", type=ENGINES, default=USUAL_ENGINE, show_default=True,
              help="Whose ways and words: Docker 29 or Docker 26.")  # fmt: skip
@click.option("--registry", metavar="HOST", help="With --source real: host or host:port.")
@click.option("--image", metavar="REF", help="With --source real: the image to pull.")
@click.option("--username", metavar="U", default="", help="Log in as this user before the pull.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Keep what was pulled here, as an OCI image layout.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the whole trace as JSON.")
@told_plainly
def run(
    name: str | None, source: str, engine: str, as_json: bool, recording: str, **real: Any
) -> None:  # fmt: skip
    """Run login and pull; print the process table, or the trace.

    The exit status is 1 when the run ends in a failure.
    """
    if recording and source != "recording":
        raise click.UsageError("--recording is for --source recording: add it")
    if source == "recording":
        trace = run_recording(engine, name, recording, real)
    else:
        on = run_on_real if source == "real" else run_on_mock
        trace = on(engine, name, real)
    if as_json:
        click.echo(trace.to_json())
    else:
        print_run(trace)
    sys.exit(1 if trace.failed else 0)


def run_on_mock(engine: str, name: str | None, real: dict[str, Any]) -> Trace:
    only_real(real)
    return trace(name or next(iter(scenarios())), engine)


def only_real(real: dict[str, Any]) -> None:
    """Refuse options that only a real registry has."""
    given = [key for key, value in real.items() if value]
    if given:
        option = given[0].replace("_", "-")
        raise click.UsageError(f"--{option} is for --source real: add it, or leave the option out")


def run_recording(engine: str, name: str | None, recording: str, real: dict[str, Any]) -> Trace:
    """Play what was recorded; what is remarkable about it goes to standard error."""
    only_real(real)
    if name:
        raise click.UsageError("--scenario is for --source mock: name a --recording instead")
    if not recording:
        raise click.UsageError("--source recording needs --recording: a name or a file")
    chosen = named_recording(recording)
    known = engine_of(chosen, engine)
    if known != engine:
        click.echo(f"recorded with engine {known} only, so that is played", err=True)
    told = replayed(chosen, known)
    for line in remarks(told):
        click.echo(line, err=True)
    return told.trace


def named_recording(recording: str) -> Recording:
    """One that comes with Pullscope, or a file."""
    if recording in recorded():
        return recorded()[recording]
    if not Path(recording).exists():
        raise InvalidRecording(
            f"there is no recording and no file {recording!r}: `pullscope scenarios --recorded` "
            "lists the recordings"
        )
    return read_recording(Path(recording))


def run_on_real(engine: str, name: str | None, real: dict[str, Any]) -> Trace:
    if name:
        raise click.UsageError("--scenario is for --source mock: a real registry is as it is")
    for option in ("registry", "image"):
        if not real[option]:
            raise click.UsageError(f"--source real needs --{option}")
    password = read_password(real["username"], real["password_stdin"])
    return run_real(
        real["registry"], real["username"], password, real["image"],
        output=real["output"], engine=engine,
    )  # fmt: skip


def print_run(trace: Trace) -> None:
    """The terminal as Docker prints it, then the process table with its exchanges."""
    for step in trace.steps:
        for line in step.terminal:
            prefix = "$ " if line.kind == "command" else ""
            style = {"command": "bold", "error": "red"}.get(line.kind, "")
            console.print(f"{prefix}{line.text}", style=style, markup=False, highlight=False,
                          soft_wrap=True)  # fmt: skip
    table = Table(title="Process table", show_lines=True)
    frame = views.process_table(first_lesson(), trace).reset_index()
    for column in frame.columns:
        table.add_column(str(column), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*map(plain, row))
    console.print(table)


@click.command(name="scenarios")
@click.option("--recorded", "only_recorded", is_flag=True,
              help="List only the situations that were recorded with real Docker.")  # fmt: skip
@told_plainly
def list_scenarios(only_recorded: bool) -> None:
    """List the situations that can be played: the lessons', then the recorded ones.

    The recorded ones can also be replayed: `run --source recording --recording NAME`.
    """
    rows = [(x.name, x.title, x.cause) for x in scenarios().values() if not only_recorded]
    for name, one in recorded_situations().items():
        rows.append((one.name if only_recorded else name, one.heading(), plain(one.command)))
    table = Table(Column("Name", min_width=max(len(row[0]) for row in rows)), "What happens", "Why")
    for row in rows:
        table.add_row(*row)
    console.print(table)
