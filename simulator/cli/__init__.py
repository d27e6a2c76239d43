"""The command line; `pullscope --help` lists its commands. It speaks English, as Docker's does.

Each module holds the commands of one activity, `common` what they share; `COMMANDS` lists them all.

Exit status: 0 it worked, 1 the pull (or the check) failed, 2 what was asked for is not right;
then one sentence on standard error says what, where, and how to put it right.
"""

import click

from simulator import __version__
from simulator.cli.authoring import build_lessons, check
from simulator.cli.comparing import compare
from simulator.cli.decoding import decode
from simulator.cli.exporting import export_lesson, make_questions
from simulator.cli.recording import compare_recordings, record
from simulator.cli.running import list_scenarios, run
from simulator.cli.serving import app, registry

COMMANDS = (
    run, list_scenarios, record, compare_recordings, compare, decode, registry, app,
    check, build_lessons, make_questions, export_lesson,
)  # fmt: skip


@click.group(commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pullscope")
def main() -> None:
    """Watch what happens when Docker pulls an image from a private registry."""
