"""Questions for a room: from a lesson's quiz, made from its runs, or a prediction on one run.

Each is made in every language, with the options at the same places; a language in which there are
other options is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from random import Random

from simulator.compare.align import compare
from simulator.compare.lanes import exchanged
from simulator.docker.trace import Step, Trace
from simulator.lesson.claims import right_answer, run_of, step_of
from simulator.lesson.document import Lesson
from simulator.lesson.library import find_lesson
from simulator.questions import Question, TooMany, draw, right
from simulator.questions.misconceptions import imagined
from simulator.room.item import Item, Moment, Sides, Stage, Words
from simulator.scenarios.play import trace
from simulator.views import predictions
from simulator.views.address import Address
from simulator.words import i18n
from simulator.words.i18n import _

STAGE = "visual"
"""The page that shows a run."""
SIDES = 3
"""Steps of each run that show how the two part."""
MADE = 8
"""Questions of a set that are looked through for those that a room can ask."""


@dataclass(frozen=True)
class Draft:
    """A question in one language. `says` tells the options apart in any language."""

    id: str
    words: Words
    right: int
    says: tuple[object, ...]
    beliefs: tuple[str, ...]
    address: str
    core: str = ""


def quiz(lesson: str) -> tuple[Item, ...]:
    """The questions of the lesson's quiz. Raises UnknownLesson or InvalidLesson."""
    return items(lesson, from_quiz)


def made(lesson: str, seed: int) -> tuple[Item, ...]:
    """Questions made from the lesson's runs, as *Recall* has them with this seed, as far as they
    have one choice and nothing to order."""
    return items(lesson, lambda found: from_runs(found, seed))


def predicted(lesson: str, scenario: str, engine: str) -> tuple[Item, ...]:
    """What the stage asks in this run."""
    return items(lesson, lambda found: from_run(found, scenario, engine))


def items(lesson: str, drafts: Callable[[Lesson], Iterator[Draft]]) -> tuple[Item, ...]:
    """The questions in all languages, in the order of the chosen one."""
    chosen = i18n.chosen.get()
    by_language: dict[str, dict[str, Draft]] = {}
    for language in dict.fromkeys((chosen, *i18n.LANGUAGES)):
        with i18n.speaking(language):
            by_language[language] = {one.id: one for one in drafts(find_lesson(lesson))}
    return tuple(item(draft, by_language) for draft in by_language[chosen].values())


def item(draft: Draft, by_language: dict[str, dict[str, Draft]]) -> Item:
    same = {
        language: found.words
        for language, drafts in by_language.items()
        if (found := drafts.get(draft.id)) and found.says == draft.says
    }
    return Item(draft.id, same, draft.right, draft.beliefs, draft.core, draft.address)


# -- the three sources ------------------------------------------------------------------------


def from_quiz(lesson: Lesson) -> Iterator[Draft]:
    """The options are dealt anew: in a lesson's file the right one often comes first."""
    for place, question in enumerate(lesson.document.quiz):
        name, key = f"quiz-{lesson.id}-{place + 1}", right_answer(lesson, question)
        claim, dealt = question.options[key].claim, dealt_for(name, len(question.options))
        options = [question.options[place] for place in dealt]
        run = run_of(lesson, claim.run)
        moment = Address(run.scenario, run.engine, step_of(lesson, run, claim.at).number, lesson.id)
        words = Words(
            question.prompt, tuple(option.text for option in options),
            tuple(option.feedback for option in options), settled=settled(lesson, moment),
        )  # fmt: skip
        yield Draft(name, words, dealt.index(key), tuple(dealt), ("",) * len(options),
                    moment.on(STAGE), name)  # fmt: skip


def dealt_for(name: str, count: int) -> list[int]:
    """The places in another order, the same for a question whenever and in whichever language."""
    return Random(name).sample(range(count), count)


def from_runs(lesson: Lesson, seed: int) -> Iterator[Draft]:
    try:
        drawn = draw(lesson, seed, MADE)
    except TooMany:
        return
    for question in drawn:
        if len(question.parts) == 1 and not (question.table or question.items):
            yield of_question(lesson, question)


def of_question(lesson: Lesson, question: Question) -> Draft:
    options = question.options
    words = Words(
        question.prompt, tuple(option.text for option in options),
        tuple(option.feedback for option in options), question.situation, question.code,
        settled(lesson, question.at),
        tuple(sides(lesson, question.at, option.mutant) for option in options),
    )  # fmt: skip
    return Draft(
        question.id, words, right(question, question.parts[0]),
        tuple(option.says for option in options), tuple(option.mutant for option in options),
        question.at.on(STAGE), question.core,
    )  # fmt: skip


def from_run(lesson: Lesson, scenario: str, engine: str) -> Iterator[Draft]:
    """The lesson's predictions that this run comes to. The options are dealt anew: on the stage
    they are in the order of their words."""
    run = trace(scenario, engine)
    for prediction in lesson.predictions:
        step = predictions.moment(run, prediction.phase)
        if step is None:
            continue
        offered = list(predictions.offered(lesson, run, step, prediction))[: predictions.OFFERED]
        if len(offered) < 2 or not offered[0].right:
            continue
        name = f"predict-{lesson.id}-{scenario}-{engine}-{step.number}"
        dealt = dealt_for(name, len(offered))
        moment = Address(scenario, engine, step.number, lesson.id)
        words = of_options(prediction.prompt, [offered[place] for place in dealt])
        yield Draft(
            name, replace(words, settled=settled(lesson, moment)),
            dealt.index(0), tuple(dealt), ("",) * len(offered), moment.on(STAGE),
            f"predict-{prediction.kind}-{prediction.phase.value}",
        )  # fmt: skip


def of_options(prompt: str, options: Sequence[predictions.Option]) -> Words:
    return Words(
        prompt, tuple(option.text for option in options), tuple(option.why for option in options)
    )


# -- what settles it --------------------------------------------------------------------------


def settled(lesson: Lesson, at: Address) -> tuple[Moment, ...]:
    """The step that the address names, and the next one: many a question asks what follows."""
    first = max(at.step, 1) - 1
    steps = trace(at.scenario, at.engine).steps[first : first + 2]
    return tuple(moment_of(lesson, step) for step in steps)


def moment_of(lesson: Lesson, step: Step) -> Moment:
    """This step in words."""
    words, message = lesson.words(step.name, step), exchanged(step)
    line = f"{message['asked']} → {message['came']}" if message else ""
    return Moment(_("Step {number}: {title}").format(number=step.number, title=words.title),
                  words.text, line)  # fmt: skip


def on_stage(lesson: str, run: Trace, number: int, address: str) -> Stage:
    """The stage at this step of a run, in all languages. Raises UnknownLesson or InvalidLesson."""
    step = run.steps[min(max(number, 1), len(run.steps)) - 1]
    words = {}
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            words[language] = moment_of(find_lesson(lesson), step)
    return Stage(address, words)


def sides(lesson: Lesson, at: Address, mutant: str) -> Sides:
    """Docker's run and the one that a misconception expects, from where they part; nothing where
    they do not, or without a misconception."""
    if not mutant:
        return ()
    both = compare(trace(at.scenario, at.engine), imagined(mutant, at.scenario, at.engine))
    if both.parted is None:
        return ()
    here = slice(both.parted, both.parted + SIDES)
    ours, theirs = ([moment_of(lesson, step) for step in run.steps[here]] for run in both.runs)
    return tuple(zip_longest(ours, theirs))
