"""What a challenge tells a learner who is at work on it: where the last run ended, what to type
now, and that the goal is reached.

`feedback.yaml` has the sentences with their conditions and claims.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from simulator.lesson.challenges import Challenge, challenges, next_command
from simulator.lesson.document import Lesson
from simulator.scenarios.model import Typed
from simulator.shell.session import typed
from simulator.shell.values import Shell
from simulator.views.computed import Computed
from simulator.views.outline import Words
from simulator.views.sentences import Variant, chosen, filled, variants_by_place
from simulator.words.data_file import read
from simulator.words.i18n import per_language

FEEDBACK = Path(__file__).with_name("feedback.yaml")


class InvalidFeedback(ValueError):
    """`feedback.yaml` is not right; the message says where."""


@per_language
def sentences() -> Mapping[str, tuple[Variant, ...]]:
    """The variants by place: `ended`, `next` or `solved`."""
    return variants_by_place(read(FEEDBACK, InvalidFeedback), InvalidFeedback)


@dataclass(frozen=True)
class Work:
    """A learner's work on a challenge: the terminal as it is now."""

    lesson: Lesson
    challenge: Challenge
    engine: str
    shell: Shell


@dataclass(frozen=True)
class Feedback:
    """The sentences for this work: what their texts are filled from."""

    facts: Mapping[str, Any]
    changed: Mapping[str, Any] = field(default_factory=dict)
    """Values at paths that are not those of the work: what a proof is tried with."""

    def text(self, place: str) -> str:
        return filled(chosen(sentences()[place], self).text, self)


def feedback(lesson: Lesson, challenge: Challenge, engine: str, shell: Shell) -> Feedback:
    """What there is to say about this terminal."""
    return Feedback(Computed(FACTS, Work(lesson, challenge, engine, shell)))


# -- facts --------------------------------------------------------------------------------------


def solved(work: Work) -> bool:
    """The goal is reached."""
    return work.challenge.solved(work.shell)


def commands(work: Work) -> int:
    """Commands that the learner has typed."""
    return work.shell.commands


def more_commands(work: Work) -> bool:
    """The learner has typed several."""
    return work.shell.commands > 1


def par(work: Work) -> int:
    """Commands of the kept solution."""
    return work.challenge.par


def waits(work: Work) -> bool:
    """A command waits for an answer."""
    return work.shell.prompt is not None


def played(work: Work) -> bool:
    """Docker has run a command."""
    return work.shell.trace is not None


def failed(work: Work) -> bool:
    """Docker's last command ended with an error."""
    return bool(work.shell.trace and work.shell.trace.failed)


def step(work: Work) -> int:
    """The number of the last run's last step; 0 without a run."""
    return len(work.shell.trace.steps) if work.shell.trace else 0


def end(work: Work) -> Words | None:
    """The words of the event that ended the last run."""
    last = work.shell.trace.steps[-1] if work.shell.trace else None
    return work.lesson.words(last.name, last) if last else None


def title(work: Work) -> str:
    words = end(work)
    return words.title if words else ""


def happened(work: Work) -> str:
    """What the event that ended the last run did, in the lesson's words."""
    words = end(work)
    return words.text if words else ""


def attempt(work: Work) -> str:
    """The command that shows what is wrong."""
    return work.challenge.attempt


def attempt_fails(work: Work) -> bool:
    """That command ends with an error where the challenge begins."""
    return attempted(work.lesson, work.challenge.name, work.engine).status != 0


def attempt_solves(work: Work) -> bool:
    """That command alone reaches the goal."""
    return work.challenge.solved(attempted(work.lesson, work.challenge.name, work.engine))


@cache
def attempted(lesson: Lesson, name: str, engine: str) -> Shell:
    """The terminal after the command that shows what is wrong."""
    challenge = challenges(lesson)[name]
    return typed(challenge.shell(engine), (Typed(run=challenge.attempt),))


def next_to_type(work: Work) -> str:
    """The next command of the kept solution that leads from here to the goal."""
    return next_command(work.challenge, work.shell)


FACTS: Mapping[str, Callable[[Work], Any]] = {
    fact.__name__: fact
    for fact in (
        solved, commands, more_commands, par, waits, played, failed, step, title, happened,
        attempt, attempt_fails, attempt_solves, next_to_type,
    )
}  # fmt: skip
"""By name: `facts.NAME` in a condition or a claim, `{NAME}` in a text."""
