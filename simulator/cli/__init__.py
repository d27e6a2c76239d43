"""The command line; `pullscope --help` lists its commands. It speaks English, as Docker's does.

Each module holds the commands of one activity, `common` what they share; `COMMANDS` lists them all.

Exit status: 0 it worked, 1 the pull (or the check) failed, 2 the input is not valid;
then one sentence on standard error says what is wrong, where, and how to put it right.
"""

import sys
from io import TextIOWrapper

import click

from simulator import __version__
from simulator.cli.lazy import Entry, LazyGroup

COMMANDS = {
    "run": Entry("simulator.cli.running:run", "Run login and pull, and print each step."),
    "scenarios": Entry("simulator.cli.running:list_scenarios", "List what can be run."),
    "compare": Entry("simulator.cli.comparing:compare", "Compare two runs side by side."),
    "decode": Entry("simulator.cli.decoding:decode", "Explain a message that Docker printed."),
    "grammar": Entry("simulator.cli.covering:grammar", "How much of recorded errors is read."),
    "app": Entry("simulator.cli.hosting:app", "Serve the pages, with a registry for your docker."),
    "registry": Entry("simulator.cli.serving:registry", "Serve the mock registry alone."),
    "record": Entry("simulator.cli.recording:record", "Record what your own Docker does."),
    "fidelity": Entry(
        "simulator.cli.recording:compare_recordings", "Compare recordings of Docker with Pullscope."
    ),
    "questions": Entry("simulator.cli.exporting:make_questions", "Make questions from the runs."),
    "export": Entry("simulator.cli.exporting:export_lesson", "Write a whole lesson as one file."),
    "check": Entry("simulator.cli.authoring:check", "Prove the lessons against the machine."),
    "narrate": Entry(
        "simulator.cli.narrating:narrate", "Print every sentence of a run with its proof."
    ),
    "lesson": Entry("simulator.cli.authoring:lesson", "Write a new lesson."),
    "build": Entry("simulator.cli.authoring:build_lessons", "Lay out the diagrams of the lessons."),
}


@click.group(
    cls=LazyGroup, entries=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="pullscope")
def main() -> None:
    """Watch what happens when Docker pulls an image from a private registry."""
    write_utf8()


def write_utf8() -> None:
    """Write UTF-8 into files and pipes whatever the locale; on a terminal, `?` for a character
    that it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")
