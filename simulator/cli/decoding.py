"""`decode`: from a message of Docker to what it says and what may be the matter."""

import json
import sys
from pathlib import Path

import click

from simulator.cli.common import piped, told_plainly
from simulator.decoder import scoring
from simulator.decoder.answer import as_data, as_text, masked_words
from simulator.decoder.decode import decode as read_message

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("message", default="-")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.option("--cases", type=FILE, help="Score the answers to a file of cases.")
@told_plainly
def decode(message: str, as_json: bool, cases: Path | None) -> None:
    """Explain MESSAGE (`-`: standard input): who says what, and which causes it allows.

    The exit status is 1 when the message is not from a login, a pull or a push; with --json it is
    0, and the answer says so. Nothing is stored; secrets are masked.
    """
    if cases:
        sys.exit(score(cases))
    pasted = readable(piped()) if message == "-" else message
    if not pasted.strip():
        raise click.UsageError("no message: give one in quotes, or pipe in what Docker printed")
    decoded = read_message(pasted)
    if as_json:
        click.echo(json.dumps(as_data(decoded), ensure_ascii=False, indent=2))
        return
    if decoded.masked:
        click.echo(masked_words(decoded.masked))
    for line in as_text(decoded):
        click.echo(line)
    sys.exit(0 if decoded.main else 1)


def readable(data: bytes) -> str:
    """The text of a file or pipe: UTF-8, or UTF-16 as PowerShell writes it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def score(path: Path) -> int:
    """Print a line a case and the totals. Returns the exit status: 1 when a case does not pass."""
    try:
        scores = [scoring.scored(case) for case in scoring.cases(path)]
    except scoring.InvalidCases as error:
        raise click.UsageError(f"not a file of cases: {error}") from None
    for line in scoring.table(scores):
        click.echo(line)
    return 0 if all(one.passed for one in scores) else 1
