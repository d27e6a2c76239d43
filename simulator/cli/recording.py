"""`record` watches the user's own Docker; `fidelity` compares recordings with the machine."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from simulator.cli.choices import ENGINES
from simulator.cli.common import read_password, told_plainly
from simulator.cli.screen import console, plain
from simulator.recordings import fidelity
from simulator.recordings.as_situation import situation
from simulator.recordings.document import ENGINES as DOCKER
from simulator.recordings.document import Recording, engine_of
from simulator.recordings.document import read as read_recording
from simulator.recordings.outcome import FIELDS
from simulator.recordings.recorder import record as record_docker
from simulator.recordings.recording_file import write as write_recording
from simulator.recordings.replayed import remarks, replayed
from simulator.recordings.user_docker import CannotRecord, Order


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="docker ...")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
              metavar="FILE", help="Where the recording goes.")  # fmt: skip
@click.option("--registry", "upstream", metavar="URL", default="",
              help="Where the registry is, if not at https://HOST.")  # fmt: skip
@click.option("--ca", "authority", metavar="FILE", default="", type=click.Path(dir_okay=False),
              help="The certificate of the authority that signed the registry's.")  # fmt: skip
@click.option("--username", metavar="U", default="",
              help="Have this user's credentials stored before the command.")  # fmt: skip
@click.option("--password-stdin", is_flag=True, help="Read their password from standard input.")
@click.option("--title", default="", help="What happens, in a few words.")
@click.option("--as-situation", is_flag=True,
              help="Write the world as data too, for `pullscope fidelity` to play.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@told_plainly
def record(
    words: tuple[str, ...], output: Path, upstream: str, authority: str, username: str,
    password_stdin: bool, title: str, as_situation: bool, force: bool,
) -> None:  # fmt: skip
    """Record what your own Docker does, secrets masked; or podman, skopeo, buildah, ctr, crane.

    Type the command as ever, after `--`:

    \b
    pullscope record --output mine.json -- docker pull registry.example.com/team/app:1.0
    pullscope record --output mine.json -- \\
        docker login -u alice --password-stdin registry.example.com < password.txt

    Docker gets a configuration of its own: yours is neither read for credentials nor changed.
    """
    if output.exists() and not force:
        raise CannotRecord(f"{output} is there already: choose another --output, or add --force")
    reads = "login" in words and "--password-stdin" in words
    if reads and username:
        raise click.UsageError("--username is for docker pull and logout: the command has its own")
    order = Order(
        words, upstream, username, read_password(username, password_stdin),
        sys.stdin.read() if reads else None, output.stem, title, authority,
    )  # fmt: skip
    recorded = record_docker(order)
    write_recording(output, situation(recorded) if as_situation else recorded, force)
    made = read_recording(output)
    (engine, told), *_ = made.engines.items()
    click.echo(f"Recorded {output}: exit status {told.exit_code}, {len(told.http)} exchanges")
    for line in verdict_lines(made, engine):
        click.echo(line)
    click.echo(
        "Secrets are masked; names of hosts, images and users are not. Look before you share."
    )


def verdict_lines(made: Recording, engine: str) -> list[str]:
    """What Pullscope says to the same command; nothing for a client that it does not play."""
    if engine not in DOCKER:
        return [f"Pullscope shows what {engine} did, and does not play it."]
    if made.recorder:
        return remarks(replayed(made, engine_of(made, ""))) or [AGREES]
    compared = fidelity.compare(fidelity.Situation(made, engine))
    return [first_difference(compared)] if compared.differences else [AGREES]


AGREES = "Your Docker says what Pullscope says."


@click.command(name="fidelity")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--engine", type=ENGINES, help="Compare one engine only.")
@click.option("--json", "as_json", is_flag=True, help="Print all differences as JSON.")
@told_plainly
def compare_recordings(directory: Path | None, engine: str | None, as_json: bool) -> None:
    """Play the recordings of real Docker in DIR, and compare field by field.

    Without DIR, play the recordings that come with Pullscope.

    Compared are standard output and error, exit status, requests, config.json and images; what
    is normalised is listed with --json. The exit status is 1 when anything differs. A situation
    that is listed as not reached, with its reason, does not count as differing.
    """
    compared = fidelity.compare_all(directory, engine)
    if as_json:
        click.echo(json.dumps(fidelity.report(compared), indent=1, ensure_ascii=False))
    else:
        print_comparisons(compared)
    sys.exit(1 if fidelity.differs(compared) else 0)


def print_comparisons(compared: Sequence[fidelity.Comparison]) -> None:
    """The table, the first difference of each that differs, and the total."""
    table = Table()
    table.add_column("Situation", no_wrap=True)
    for title in ("Engine", "Verdict", "What differs, or why it is not reached"):
        table.add_column(title, overflow="fold")
    for row in fidelity.table(compared):
        table.add_row(*map(plain, row))
    console().print(table)
    for one in compared:
        if one.differences and not one.unreached:
            click.echo(first_difference(one))
    console().print(group_table(compared))
    click.echo(fidelity.total(compared))


def group_table(compared: Sequence[fidelity.Comparison]) -> Table:
    """How many runs of each group agree, and how many differ in which field."""
    table = Table()
    for title in ("Group", "Runs", "Agree", "Not reached", *FIELDS):
        table.add_column(title, overflow="fold")
    for row in fidelity.by_group(compared):
        table.add_row(*map(plain, row))
    return table


def first_difference(one: fidelity.Comparison) -> str:
    difference = one.differences[0]
    recorded, ours = difference.first_lines()
    where = f"{one.name}, engine {one.engine}, {difference.field}"
    return f"{where}\n  recorded: {recorded}\n  ours:     {ours}"
