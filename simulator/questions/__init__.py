"""Questions made from runs: reproducible from a seed, and never the same set twice.

`draw` makes a set. The right option is never stored: `right` asks the machine, and `problems` puts
every option of a question to it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, zip_longest
from random import Random

from simulator.lesson.document import Lesson
from simulator.questions.kinds import KINDS
from simulator.questions.model import Option, Part, Question
from simulator.questions.objectives import OBJECTIVES, Objective, about
from simulator.questions.offer import LEAST, Key
from simulator.scenarios.play import trace
from simulator.views.address import Address
from simulator.views.table import Table
from simulator.words.i18n import chosen

__all__ = [
    "KINDS", "OBJECTIVES", "Address", "Objective", "Option", "Part", "Question", "Table",
    "TooMany", "UnknownTopic", "by_weight", "counted", "draw", "one_each", "problems", "right",
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


def counted(sets: Sequence[Sequence[Question]]) -> Iterator[str]:
    """What some sets ask about, in figures: a line each."""
    asked = [question for one in sets for question in one]
    options = [option for question in asked for part in question.parts for option in part.options]
    led = sum(1 for option in options if option.mutant)
    yield f"{len(asked)} questions in {len(sets)} sets, {len({one.id for one in asked})} different"
    yield f"{len(options)} options, {sum(not o.feedback.strip() for o in options)} without feedback"
    yield f"{led} options are what a misconception leads to"
    alike = sum(len(one) - len({question.core for question in one}) for one in sets)
    yield f"{alike} questions ask the same as another one of their set"
    for what in ("objective", "kind"):
        counts = Counter(getattr(question, what) for question in asked)
        yield from (f"{what} {name}: {count}" for name, count in counts.most_common())


# -- a set ------------------------------------------------------------------------------------


def by_weight(lesson: Lesson) -> tuple[str, ...]:
    """The objectives, those first that the lesson's situations are about more than a pull that
    works is: what the lesson is for."""
    here, usual = shares(lesson.situations), shares(("works",))
    return tuple(sorted(OBJECTIVES, key=lambda name: -here[name] / usual[name]))


def shares(situations: Iterable[str]) -> dict[str, float]:
    """The part of the steps that each objective has, none quite without (add-one smoothing)."""
    events = (step.event for name in situations for step in trace(name).steps)
    counts = Counter(about(type(event).__name__) for event in events)
    return {name: (counts[name] + 1) / (counts.total() + len(OBJECTIVES)) for name in OBJECTIVES}


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
    """Objectives take turns, and within each the kinds, as long as there is something to ask.

    What asks the same as an earlier question, or shows the same message, comes last.
    """
    piles = {name: pile(lesson, rng, name, kinds) for name in OBJECTIVES if name in objectives
             or not objectives}  # fmt: skip
    turns = rng.sample(list(piles), len(piles))
    asked = Asked()
    while turns:
        for name in tuple(turns):
            question = next(asked.fresh(piles[name]), None)
            if question:
                yield question
            else:
                turns.remove(name)
    yield from asked.waiting


@dataclass
class Asked:
    """What questions have shown and asked so far, and those that wait until the end."""

    seen: set[object] = field(default_factory=set)
    cores: set[str] = field(default_factory=set)
    waiting: list[Question] = field(default_factory=list)

    def fresh(self, pile: Iterator[Question]) -> Iterator[Question]:
        """Those of the pile that ask something else than all before."""
        for question in pile:
            if self.seen & looks(question):
                continue
            self.seen |= looks(question)
            if question.core in self.cores:
                self.waiting.append(question)
            else:
                self.cores.add(question.core)
                yield question


def looks(question: Question) -> set[object]:
    """Its id, and what is shown before the options: what looks alike is not asked twice."""
    shown = (question.situation, question.prompt, question.code, question.table, question.items)
    return {question.id, shown}


def pile(lesson: Lesson, rng: Random, objective: str, kinds: list[str]) -> Iterator[Question]:
    """The questions about this, kinds in turn; each is made when it is asked for."""
    known = [rng.sample(found, len(found)) for kind in rng.sample(kinds, len(kinds))
             if (found := keys_about(lesson, kind, objective))]  # fmt: skip
    for key in chain.from_iterable(zip_longest(*known)):
        question = made(lesson, key) if key else None
        if question:
            yield question


@cache
def keys_about(lesson: Lesson, kind: str, objective: str) -> tuple[Key, ...]:
    about = KINDS[kind].objective
    return tuple(key for key in keys(lesson, kind) if about(lesson, key) == objective)


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
