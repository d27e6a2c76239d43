"""`run` plays login and pull on one of the three sources; `scenarios` lists what can be played."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.table import Column, Table

from simulator.cli.choices import ENGINES, USUAL_ENGINE, chosen_lesson, with_lessons
from simulator.cli.common import printable, told_plainly
from simulator.cli.lazy import load
from simulator.cli.screen import console, plain
from simulator.docker.trace import Trace
from simulator.recordings.situations import recorded_situations
from simulator.recordings.situations import trace as played
from simulator.scenarios.model import scenarios
from simulator.views.rows import process_table

PLAYERS = {
    "mock": "simulator.cli.running:run_on_mock",
    "real": "simulator.cli.real:run_on_real",
    "recording": "simulator.cli.replaying:run_recording",
}
"""The function that plays each source. Only the chosen one is imported: the HTTP client alone
takes as long as a whole run of the mock."""
SOURCE_OF = {
    "scenario": "mock", "recording": "recording",
    **dict.fromkeys(
        ("registry", "image", "username", "password_stdin", "output", "ca", "proxy"), "real"
    ),
}  # fmt: skip
"""The source that an option of `run` belongs to."""
NEEDED: dict[str, dict[str, str]] = {
    "mock": {},
    "real": {"registry": "host or host:port", "image": "the image to pull"},
    "recording": {"recording": "a name or a file"},
}
"""The options that a source cannot do without, with a hint."""


@click.command()
@click.option("--scenario", help="A situation of the mock registry; see `scenarios`.")
@click.option("--source", type=click.Choice(list(PLAYERS)), default="mock",
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
@click.option("--ca", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Trust the certificate authorities in this file, too (PEM).")  # fmt: skip
@click.option("--proxy", is_flag=True,
              help="Go through the proxy in HTTPS_PROXY, but for hosts in NO_PROXY.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the whole trace as JSON.")
@with_lessons
@told_plainly
def run(source: str, engine: str, as_json: bool, **options: Any) -> None:
    """Run login and pull; print the process table, or the trace.

    The exit status is 1 when the run ends in a failure.
    """
    check_options(source, options)
    if source == "mock":
        options["scenario"] = options["scenario"] or chosen_lesson().scenario
    trace = load(PLAYERS[source])(engine, **options)
    if as_json:
        click.echo(trace.to_json())
    else:
        print_run(trace)
    sys.exit(1 if trace.failed else 0)


def check_options(source: str, options: Mapping[str, Any]) -> None:
    """Raises UsageError for an option of another source, and for a needed one that is missing."""
    for name, value in options.items():
        if value and SOURCE_OF[name] != source:
            raise click.UsageError(
                f"--{name.replace('_', '-')} is for --source {SOURCE_OF[name]}: "
                "add it, or leave the option out"
            )
    for name, hint in NEEDED[source].items():
        if not options[name]:
            raise click.UsageError(f"--source {source} needs --{name}: {hint}")


def run_on_mock(engine: str, scenario: str | None, **_others: Any) -> Trace:
    return played(scenario or next(iter(scenarios())), engine)


def print_run(trace: Trace) -> None:
    """The terminal as Docker prints it, then the process table with its exchanges."""
    for step in trace.steps:
        for line in step.terminal:
            prefix = "$ " if line.kind == "command" else ""
            style = {"command": "bold", "error": "red"}.get(line.kind, "")
            text = printable(f"{prefix}{line.text}")
            console().print(text, style=style, markup=False, highlight=False, soft_wrap=True)
    table = Table(title="Process table", show_lines=True)
    shown = process_table(chosen_lesson(), trace)
    for column in shown.columns:
        table.add_column(column, overflow="fold")
    for row in shown.rows:
        table.add_row(*map(plain, row))
    console().print(table)


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
    console().print(table)
