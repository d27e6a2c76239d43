"""`narrate`: every sentence that is shown in a run, in its order, each with what proves it."""

import click

from simulator.authoring.figures import figures
from simulator.cli.choices import named_lessons
from simulator.cli.common import told_plainly
from simulator.decoder.causes import causes, rules
from simulator.docker.engines import engines
from simulator.lesson.library import find_lesson, folders
from simulator.lesson.narration import Told, narration
from simulator.live.coach import hints
from simulator.recordings.situations import trace as played


@click.command()
@click.argument("situation", required=False, default="")
@click.option("--engine", type=click.Choice(tuple(engines())), default=next(iter(engines())),
              help="Docker's version.")  # fmt: skip
@click.option("--lesson", default="", help="The lesson whose sentences are shown.")
@click.option("--figures", "counted", is_flag=True,
              help="Count the sentences of all lessons, and their proofs.")  # fmt: skip
@named_lessons
@told_plainly
def narrate(situation: str, engine: str, lesson: str, counted: bool) -> None:
    """Print every sentence shown in SITUATION, each with the claims that prove it."""
    if counted:
        for line in (*figures(map(find_lesson, folders())).lines, *of_others()):
            click.echo(line)
        return
    chosen = find_lesson(lesson)
    for told in narration(chosen, played(chosen.situation(situation), engine)):
        for line in lines(told):
            click.echo(line)


def of_others() -> tuple[str, str]:
    """What the coach and the decoder say, which the tests prove: in recorded sequences of requests
    and for the messages of all failing runs."""
    coach = [one for many in hints().values() for one in many]
    claims = sum(len(one.when) + len(one.claims) for one in coach)
    proven = [one.claims for one in rules().stages.values() if one.claims]
    proven += [one.claims for one in causes().values() if one.claims]
    return (
        f"the coach: {len(coach)} sentences, {claims} conditions and claims",
        f"the decoder: {len(proven)} sentences about runs, {sum(map(len, proven))} claims",
    )


def lines(told: Told) -> tuple[str, str]:
    """`12  event.Resolved  The tag is resolved: ...`, and under it what proves it."""
    head = f"{told.step.number:>3}  {told.place:<24} {told.text}"
    return head, f"{'':>30}[{told.evidence}]"
