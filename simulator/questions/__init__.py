"""Questions made from runs: reproducible from a seed, and never the same set twice.

`draw` makes a set. What is right is never stored: `right` asks the machine, and `problems` puts
every option of a question to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, zip_longest
from random import Random

from simulator.lesson.document import Lesson
from simulator.questions.kinds import KINDS
from simulator.questions.model import Option, Part, Question
from simulator.questions.objectives import OBJECTIVES, Objective
from simulator.questions.offer import LEAST, Key
from simulator.views.address import Address
from simulator.views.table import Table
from simulator.words.i18n import chosen

__all__ = [
    "KINDS", "OBJECTIVES", "Address", "Objective", "Option", "Part", "Question", "Table",
    "TooMany", "UnknownTopic", "draw", "one_each", "problems", "right",
]  # fmt: skip


class TooMany(ValueError):
    """More questions are wanted than there are."""


class UnknownTopic(ValueError):
    """No kind or objective has this name."""


# -- the answer key ---------------------------------------------------------------------------


def right(question: Question, part: Part) -> int:
    """The place of the right option, as the machine has it now. Raises ValueError for none."""
    holds = KINDS[question.kind].holds
    places = [
        place
        for place, option in enumerate(part.options)
        if holds(question.at, part.asks, option.says)
    ]
    if len(places) != 1:
        raise ValueError(f"{len(places)} options of question {question.id} are right, not one")
    return places[0]


def problems(lesson: Lesson, question: Question) -> Iterator[str]:
    """Every way in which a question is not fit to be asked; empty means proven."""
    for part in question.parts:
        yield from part_problems(lesson, question, part)
    if len({hint for hint in question.hints if hint.strip()}) != len(question.hints):
        yield "a hint is empty, or said twice"
    if question.kind == "false":
        yield from false_problems(question)
    if question.objective not in OBJECTIVES:
        yield f"there is no objective {question.objective!r}"


def part_problems(lesson: Lesson, question: Question, part: Part) -> Iterator[str]:
    kind, at = KINDS[question.kind], question.at
    true = [option for option in part.options if kind.holds(at, part.asks, option.says)]
    if len(true) != 1:
        yield f"{len(true)} options are right: {[option.text for option in true]}"
    texts = [" ".join(option.text.casefold().split()) for option in part.options]
    if len(set(texts)) != len(texts) or len({o.says for o in part.options}) != len(texts):
        yield "two options are the same"
    if len(texts) < LEAST:
        yield f"only {len(texts)} options"
    for option in part.options:
        if not option.feedback.strip():
            yield f"no feedback for {option.text!r}"
        if option.text != kind.words(lesson, at, part.asks, option.says):
            yield f"{option.text!r} is not what is evaluated"


def false_problems(question: Question) -> Iterator[str]:
    """Of all the cells that are shown, one is false, and it is among the options."""
    (part,) = question.parts
    holds = KINDS["false"].holds
    lies = [place for place, _ in enumerate(part.asks) if holds(question.at, part.asks, place)]
    if len(lies) != 1 or lies[0] not in [option.says for option in part.options]:
        yield f"the false cells are {lies}"


# -- a set ------------------------------------------------------------------------------------


@cache
def keys(lesson: Lesson, kind: str) -> tuple[Key, ...]:
    """All that this kind can ask in the situations of the lesson."""
    return tuple(KINDS[kind].keys(lesson))


MADE: dict[tuple[Lesson, str, Key], Question | None] = {}
"""Questions made so far, by lesson, language and what they ask: none depends on a seed."""


def made(lesson: Lesson, key: Key) -> Question | None:
    known = (lesson, chosen.get(), key)
    if known not in MADE:
        question = KINDS[key[0]].make(lesson, key)
        MADE[known] = question and replace(question, at=replace(question.at, lesson=lesson.id))
    return MADE[known]


def draw(
    lesson: Lesson,
    seed: int,
    count: int,
    objectives: Sequence[str] = (),
    kinds: Sequence[str] = (),
) -> tuple[Question, ...]:
    """A set of questions: no two the same, of all kinds, and with misconceptions first.

    Raises UnknownTopic, and TooMany where there are not so many.
    """
    check_known("objective", objectives, OBJECTIVES)
    check_known("kind", kinds, KINDS)
    rng = Random(seed)
    found: list[Question] = []
    candidates = in_turn(lesson, rng, set(objectives), list(kinds or KINDS))
    for question in candidates:
        if len(found) == count:
            break
        found.append(question)
    if len(found) < count:
        raise TooMany(f"there are {len(found)} such questions, not {count}: ask for fewer")
    return dealt(found, rng)


def one_each(lesson: Lesson, seed: int, objectives: Sequence[str]) -> tuple[Question, ...]:
    """A question about each of these, in this order; kinds take turns.

    Raises UnknownTopic.
    """
    check_known("objective", objectives, OBJECTIVES)
    rng = Random(seed)
    found: dict[str, Question] = {}
    for question in in_turn(lesson, rng, set(objectives), list(KINDS)):
        found.setdefault(question.objective, question)
        if len(found) == len(set(objectives)):
            break
    return dealt([found[name] for name in objectives if name in found], rng)


def check_known(what: str, names: Sequence[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise UnknownTopic(f"unknown {what} {name!r}: choose from {', '.join(known)}")


def in_turn(
    lesson: Lesson, rng: Random, objectives: set[str], kinds: list[str]
) -> Iterator[Question]:
    """Kinds take turns, as long as they have something to ask."""
    seen: set[str] = set()
    piles = [best_first(lesson, kind, rng) for kind in rng.sample(kinds, len(kinds))]
    for question in chain.from_iterable(zip_longest(*piles)):
        if question is None or question.id in seen:
            continue
        if not objectives or question.objective in objectives:
            seen.add(question.id)
            yield question


AHEAD = 4
"""Of how many candidates the best is asked first: more would make a first set slow."""


def best_first(lesson: Lesson, kind: str, rng: Random) -> Iterator[Question]:
    """Of some at a time, those with a misconception among their options come first; what teaches
    the same as an earlier question comes last."""
    pile = rng.sample(keys(lesson, kind), len(keys(lesson, kind)))
    cores: set[str] = set()
    waiting: list[Question] = []
    for start in range(0, len(pile), AHEAD):
        few = [made(lesson, key) for key in pile[start : start + AHEAD]]
        for question in sorted(filter(None, few), key=misled, reverse=True):
            if question.core in cores:
                waiting.append(question)
            else:
                cores.add(question.core)
                yield question
    yield from waiting


def misled(question: Question) -> bool:
    """Whether some option is what a misconception leads to."""
    return any(option.mutant for part in question.parts for option in part.options)


def dealt(questions: Sequence[Question], rng: Random) -> tuple[Question, ...]:
    """The options in another order: the right one is at every place equally often."""
    places: dict[int, list[int]] = {}

    def deal(question: Question, part: Part) -> Part:
        count = len(part.options)
        if not places.get(count):
            places[count] = rng.sample(range(count), count)
        key = part.options[right(question, part)]
        others = [option for option in part.options if option is not key]
        rng.shuffle(others)
        others.insert(places[count].pop(), key)
        return replace(part, options=tuple(others))

    return tuple(
        replace(question, parts=tuple(deal(question, part) for part in question.parts))
        for question in questions
    )
