"""Proof of the challenges: what the terminal tells a learner holds in every challenge's world."""

from collections.abc import Iterator

from simulator.docker.engines import engines
from simulator.lesson.challenges import Challenge, challenges
from simulator.lesson.document import Lesson
from simulator.lesson.feedback import Feedback, feedback, sentences
from simulator.scenarios.model import Typed
from simulator.shell.session import typed
from simulator.shell.values import Shell
from simulator.views.sentences import faults

ELSEWHERE = (Typed(run="docker login 127.0.0.1:1 -u nobody"),)
"""A command that waits for a password."""
ASTRAY = (Typed(run="rm -f builder.txt password.txt"), Typed(run="docker images"))
"""Commands that work and do not help."""


def challenge_problems(lesson: Lesson) -> Iterator[str]:
    """Every sentence of a challenge that does not hold where it is shown."""
    for where, told, place in feedback_shown(lesson):
        for what in faults(sentences()[place], told):
            yield f"{lesson.folder.name}: {where}: {place}: {what}"


def feedback_shown(lesson: Lesson) -> Iterator[tuple[str, Feedback, str]]:
    """What a challenge tells on the kept way to the goal, and beside it; with its place."""
    for challenge in challenges(lesson).values():
        for engine in engines():
            for number, shell in enumerate(terminals(challenge, engine)):
                told = feedback(lesson, challenge, engine, shell)
                where = f"challenge {challenge.name}@{engine}, terminal {number}"
                for place in ("solved",) if told.facts["solved"] else ("ended", "next"):
                    yield where, told, place


def terminals(challenge: Challenge, engine: str) -> Iterator[Shell]:
    """The terminal at the start, after the command that shows what is wrong, at a prompt, astray,
    and after each command of the kept solution."""
    begun = challenge.shell(engine)
    yield begun
    yield typed(begun, (Typed(run=challenge.attempt),))
    yield typed(begun, ELSEWHERE)
    yield typed(begun, ASTRAY)
    for command in challenge.solution:
        begun = typed(begun, (command,))
        yield begun
