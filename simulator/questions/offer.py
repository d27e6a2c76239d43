"""What a kind of question is, and how its options are chosen.

A kind's `holds` looks at a run, not at the question: it is the answer key. Wrong options come
from mutants first; where those see nothing else, from the machine's own other ways, other steps
and other situations. Every one is put to `holds` before it is offered.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulator.lesson.document import Lesson
from simulator.questions.model import Asks, Option, Question, Says
from simulator.questions.objectives import OBJECTIVES
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.words.i18n import _

MOST = 4
LEAST = 3
"""How many options a part has."""

Key = tuple[str, str, str, int, str]
"""The kinds that can be asked: kind, scenario, engine, step, and what else tells it from others."""


@dataclass(frozen=True)
class Kind:
    """One way to ask. `holds` is the answer key; `words` shows what an option claims."""

    name: str
    title: str
    keys: Callable[[Lesson], Iterable[Key]]
    make: Callable[[Lesson, Key], Question | None]
    holds: Callable[[Address, Asks, Says], bool]
    words: Callable[[Lesson, Address, Asks, Says], str]
    objective: Callable[[Lesson, Key], str]
    """What a question with this key is about: known before it is made."""


@dataclass(frozen=True)
class Wrong:
    """Something that could be believed, and why it is not so."""

    says: Says
    feedback: str
    mutant: str = ""


def chosen(
    kind: Kind, lesson: Lesson, at: Address, asks: Asks, right: Option, wrong: Iterable[Wrong]
) -> tuple[Option, ...] | None:
    """The right option, and the first others that are wrong, look like no other, and come each
    from a misconception of its own."""
    options, used = [right], {right.mutant}
    for one in wrong:
        shown = kind.words(lesson, at, asks, one.says)
        if (one.mutant and one.mutant in used) or shown in [option.text for option in options]:
            continue
        if not kind.holds(at, asks, one.says):
            options.append(Option(shown, one.says, one.feedback, one.mutant))
            used.add(one.mutant)
        if len(options) == MOST:
            break
    return tuple(options) if len(options) >= LEAST else None


def rule(objective: str) -> str:
    return _(OBJECTIVES[objective].rule)


def place_of(key: Key) -> Address:
    _kind, name, engine, step, _more = key
    return Address(name, engine, step)


def count_of(at: Address) -> int:
    return len(played(at.scenario, at.engine).steps)
