"""`narrate`: every sentence that is shown in a run, in its order, each with what proves it."""

import click

from simulator.cli.choices import named_lessons
from simulator.cli.common import told_plainly
from simulator.docker.engines import engines
from simulator.lesson.library import find_lesson
from simulator.lesson.narration import Told, narration
from simulator.recordings.situations import trace as played


@click.command()
@click.argument("situation")
@click.option("--engine", type=click.Choice(tuple(engines())), default=next(iter(engines())),
              help="Docker's version.")  # fmt: skip
@click.option("--lesson", default="", help="The lesson whose sentences are shown.")
@named_lessons
@told_plainly
def narrate(situation: str, engine: str, lesson: str) -> None:
    """Print every sentence shown in SITUATION, each with the claims that prove it."""
    chosen = find_lesson(lesson)
    for told in narration(chosen, played(chosen.situation(situation), engine)):
        for line in lines(told):
            click.echo(line)


def lines(told: Told) -> tuple[str, str]:
    """`12  event.Resolved  The tag is resolved: ...`, and under it what proves it."""
    head = f"{told.step.number:>3}  {told.place:<24} {told.text}"
    return head, f"{'':>30}[{told.evidence}]"
