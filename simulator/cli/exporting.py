"""To take along: `questions` makes a set of them, `export` the whole lesson as one file."""

from pathlib import Path

import click

from simulator import export
from simulator.cli.choices import ENGINES, USUAL_ENGINE, chosen_lesson, with_lessons
from simulator.cli.common import refuse, told_plainly
from simulator.questions import counted, draw
from simulator.recordings.situations import trace

SEEDS = 10
OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write here; - or nothing is standard output.",
)  # fmt: skip


@click.command(name="questions")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same set.")
@click.option("--count", type=click.IntRange(1, 500), default=10, show_default=True)
@click.option("--objective", "objectives", multiple=True, help="Only about this; may be repeated.")
@click.option("--kind", "kinds", multiple=True, help="Only of this kind; may be repeated.")
@click.option("--quiz", is_flag=True, help="The lesson's own quiz in place of a set.")
@click.option("--figures", is_flag=True, help="Count what ten seeds from --seed on ask about.")
@click.option("--format", "name", type=click.Choice(list(export.FORMATS)), default="text",
              show_default=True)  # fmt: skip
@OUTPUT
@with_lessons
@told_plainly
def make_questions(
    seed: int, count: int, objectives: tuple[str, ...], kinds: tuple[str, ...], quiz: bool,
    figures: bool, name: str, output: Path | None,
) -> None:  # fmt: skip
    """Make questions from the runs, for a learning platform or to read.

    Features that the format cannot express are listed on standard error.
    """
    lesson = chosen_lesson()
    if figures:
        sets = [draw(lesson, seed + more, count, objectives, kinds) for more in range(SEEDS)]
        deliver("".join(f"{line}\n" for line in counted(sets)).encode(), output)
        return
    drawn = () if quiz else draw(lesson, seed, count, objectives, kinds)
    items = [export.from_question(lesson, question) for question in drawn]
    made = export.export(export.from_quiz(lesson) if quiz else items, name, lesson.document.title)
    for said in made.report:
        click.echo(f"pullscope: {said}", err=True)
    deliver(made.data, output)


@click.command(name="export")
@click.option("--format", "name", type=click.Choice(list(export.WHOLE)), required=True)
@click.option("--scenario", "names", multiple=True, help="Only these situations (default: all, "
              "and of Markdown the lesson's own).")  # fmt: skip
@click.option("--engine", "chosen", type=ENGINES, multiple=True, default=(USUAL_ENGINE,),
              show_default=True)  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--count", type=click.IntRange(0, 500), default=7, show_default=True,
              help="How many made questions follow the lesson's own.")  # fmt: skip
@OUTPUT
@with_lessons
@told_plainly
def export_lesson(
    name: str, names: tuple[str, ...], chosen: tuple[str, ...], seed: int, count: int,
    output: Path | None,
) -> None:  # fmt: skip
    """The whole lesson as one file: HTML that steps offline, or Markdown."""
    lesson = chosen_lesson()
    usual = (lesson.scenario,) if name == "md" else lesson.situations
    traces = [trace(known, engine) for engine in chosen for known in names or usual]
    made = [export.from_question(lesson, question) for question in draw(lesson, seed, count)]
    items = (*export.from_quiz(lesson), *made)
    deliver(export.WHOLE[name](lesson, traces, items), output)


def deliver(data: bytes, output: Path | None) -> None:
    """Into the file, or to standard output."""
    if output is None or str(output) == "-":
        click.echo(data, nl=False)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        refuse(f"{output} cannot be written: {error.strerror}; choose another --output")
