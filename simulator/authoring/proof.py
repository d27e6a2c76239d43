"""Proof: every way in which a lesson disagrees with the machine, as a sentence. Empty means proven.

A lesson is asked only for what its own runs walk: their phases, and words for their events.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from pydantic import BaseModel

from simulator.authoring import diagram
from simulator.authoring.talk import of_talk
from simulator.docker.engines import engines
from simulator.docker.events import Event
from simulator.docker.machine import Phase
from simulator.docker.trace import Trace
from simulator.docker.unions import kinds
from simulator.lesson import event_words
from simulator.lesson.claims import Found, disagreements, holds
from simulator.lesson.document import Claim, Lesson
from simulator.lesson.library import located
from simulator.lesson.narration import Told, faults
from simulator.scenarios import play
from simulator.scenarios.model import UnknownScenario, scenario
from simulator.views import predictions as predict
from simulator.views.commands import typed_commands
from simulator.views.rows import spans
from simulator.words import i18n
from simulator.words.data_file import Where

Check = Callable[[Lesson], Found]
"""Gives where a lesson is wrong, and what the machine says."""


def problems(lesson: Lesson) -> tuple[str, ...]:
    """Every way in which the lesson disagrees with the machine, with file and line."""
    return tuple(each_problem(lesson))


def each_problem(lesson: Lesson) -> Iterator[str]:
    """The same, one by one: a check is made when the ones before it are read, quick ones first."""
    checks = CHECKS if not list(of_situations(lesson)) else (of_situations,)
    return chain.from_iterable(complaints(check, lesson) for check in checks)


def complaints(check: Check, lesson: Lesson) -> list[str]:
    with i18n.speaking(i18n.DEFAULT):
        return [f"{lesson.file.place(where)}: {what}" for where, what in check(lesson)]


def own_run(lesson: Lesson) -> Trace:
    return play.trace(lesson.scenario)


def runs(lesson: Lesson) -> Iterator[Trace]:
    """Every situation of the lesson, on every engine."""
    return (play.trace(name, engine) for engine in engines() for name in lesson.situations)


def of_situations(lesson: Lesson) -> Found:
    """All situations that the lesson plays exist."""
    for name in lesson.situations:
        try:
            scenario(name)
        except UnknownScenario:
            key = "scenario" if name == lesson.scenario else "situations"
            yield (key,), f"there is no scenario {name!r}: `pullscope scenarios` lists them"


def of_order(lesson: Lesson) -> Found:
    """The lessons that it builds on exist."""
    for place, name in enumerate(lesson.document.builds_on):
        if name not in located():
            yield ("builds_on", place), f"there is no lesson {name!r} to build on"


# -- rows and boxes -----------------------------------------------------------------------------


def of_rows(lesson: Lesson) -> Found:
    """Rows are numbered from one, the sample is what is typed, and every row is reached."""
    trace = own_run(lesson)
    for place, row in enumerate(lesson.rows):
        if row.number != place + 1:
            yield ("rows", place, "number"), f"row {row.number} is at place {place + 1}"
    yield from of_sample(lesson, typed_commands(trace), trace.scenario)
    for place, span in enumerate(spans(lesson, trace)):
        if bool(span.steps) == span.row.branch:
            happens = "happens" if span.steps else "does not happen"
            yield ("rows", place), f"row {span.row.number} {happens} in {trace.scenario!r}"
    if [row.branch for row in lesson.rows].count(True) > 1:
        yield ("rows",), "at most one row can be the branch that a failure takes"


def of_sample(lesson: Lesson, typed: list[str], scenario: str) -> Found:
    if [line for line in lesson.sample if line and not line.startswith("#")] != typed:
        yield ("sample",), f"the commands of {scenario!r} are {typed}"
    begun = spans(lesson, own_run(lesson))
    inputs = {text for span in begun for _number, text in span.inputs}
    for command in typed:
        if command not in inputs:
            yield ("rows",), f"no row begins with the command {command!r}"


def of_flow(lesson: Lesson) -> Found:
    """Each phase that a run comes to has one box, and each arrow is a way of the machine."""
    homes = [phase for node in lesson.nodes for phase in node.phases]
    for phase in Phase:
        if homes.count(phase) > 1 or (phase in walked(lesson) and phase not in homes):
            yield ("flow", "boxes"), f"phase {phase.value!r} is in {homes.count(phase)} boxes"
            return
    failing = [node for node in lesson.nodes if node.failure]
    if any(node.phases != (Phase.FAILED,) for node in failing):
        yield ("flow", "boxes"), "the failure box is for the phase 'failed' and nothing else"
        return
    possible = diagram.moves(lesson.nodes)
    for edge in lesson.edges:
        if (edge.source, edge.target) not in possible:
            yield ("flow",), f"no run goes from {edge.source!r} to {edge.target!r}"


def walked(lesson: Lesson) -> set[Phase]:
    """The phases that the runs of the lesson come to."""
    return {phase for trace in runs(lesson) for s in trace.steps for phase in (s.after.phase,)}


def of_built(lesson: Lesson) -> Found:
    """The diagrams were laid out from this lesson and this machine."""
    for name in diagram.outdated(lesson):
        yield ("flow",), f"{name} is out of date: run `pullscope build`"


# -- words and claims ---------------------------------------------------------------------------


def of_words(lesson: Lesson) -> Found:
    """Every event of a run has words, and no words are for an event that does not exist."""
    names = {kind.__name__ for kind in kinds(Event)}
    for key in lesson.document.words:
        if key.split()[-1] not in names:
            yield ("words", key), f"there is no event {key!r}"
    known = lesson.document.words.keys() | event_words.words().keys()
    for name in sorted({step.name for trace in runs(lesson) for step in trace.steps} - known):
        yield ("words",), f"the event {name!r} has no words"


def of_parties(lesson: Lesson) -> Found:
    """Every event says who speaks to whom: see `talk`."""
    yield from of_talk(lesson, (step for trace in runs(lesson) for step in trace.steps))


def of_claims(lesson: Lesson) -> Found:
    """Every claim is about a situation that the lesson plays, and holds; of those of the quiz one
    a question does: see `of_quiz`."""
    for where, claim in claims_in(lesson.document):
        name = claim.run.partition("@")[0]
        if name and lesson.situation(name) not in lesson.situations:
            yield (*where, "run"), f"the lesson does not play {name!r}"
        if "quiz" not in where:
            yield from disagreements(lesson, where, claim)


def claims_in(part: Any, where: Where = ()) -> Iterator[tuple[Where, Claim]]:
    """All claims of a document, each with its place."""
    if isinstance(part, Claim):
        yield where, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from claims_in(getattr(part, name), (*where, name))
    elif isinstance(part, tuple):
        for place, item in enumerate(part):
            yield from claims_in(item, (*where, place))


def of_quiz(lesson: Lesson) -> Found:
    """Exactly one option of a question is true."""
    for place, question in enumerate(lesson.document.quiz):
        true = [option.text for option in question.options if holds(lesson, option.claim)]
        if len(true) != 1:
            what = f"{len(true)} options are true of the machine: {true or seen(lesson, place)}"
            yield ("quiz", place, "options"), what


def seen(lesson: Lesson, place: int) -> list[str]:
    """What the machine says to each option of this question."""
    options = lesson.document.quiz[place].options
    return [said for one in options for _, said in disagreements(lesson, (), one.claim)]


# -- predictions --------------------------------------------------------------------------------


def of_predictions(lesson: Lesson) -> Found:
    """The offered events can occur, the lesson's own run asks at most `MOST` questions, and in
    every situation a question has one right option and a reason against each other one."""
    wrong = list(of_kinds(lesson))
    if wrong or any(of_words(lesson)):
        yield from wrong
        return  # what cannot be told cannot be asked, and is complained of already
    for engine in engines():
        count = len(predict.questions(lesson, play.trace(lesson.scenario, engine)))
        if lesson.predictions and not 1 <= count <= predict.MOST:
            what = f"Docker {engine} asks {count} questions in {lesson.scenario!r}"
            yield ("predictions",), f"{what}: mark one to {predict.MOST}"
    for trace in runs(lesson):
        for place, prediction in enumerate(lesson.predictions):
            question = predict.asked(lesson, trace, prediction)
            if question and not fair(question):
                yield ("predictions", place), f"cannot be asked fairly in {trace.scenario!r}"
            for what in unproven(trace, question) if question else ():
                yield ("predictions", place), f"{what} ({trace.scenario!r})"


def of_kinds(lesson: Lesson) -> Found:
    names = [probe.name for probe in lesson.probes]
    for place, prediction in enumerate(lesson.predictions):
        where: Where = ("predictions", place)
        for way in prediction.ways:
            if way not in predict.exits(prediction.phase):
                yield (*where, "ways"), f"no {way!r} leads out of {prediction.phase.value!r}"
        if (prediction.kind == "value") != (prediction.variable in names):
            told = "a prediction of a value, and no other, names one of"
            yield where, f"{told} {', '.join(names)}"


def reasons_told(trace: Trace, question: predict.Question) -> Iterator[Told]:
    """The reasons against the wrong options, each with what proves it."""
    step = trace.steps[question.step - 1]
    for one in question.options:
        if one.reason:
            yield Told(f"reason.{question.kind}", step, one.reason, one.reason.variants)


def unproven(trace: Trace, question: predict.Question) -> Iterator[str]:
    """Faults in the reasons of this question."""
    return (what for told in reasons_told(trace, question) for what in faults(told))


def fair(question: predict.Question) -> bool:
    """One option is right, none is there twice, and each wrong one has its reason."""
    texts = [option.text for option in question.options]
    right = [option for option in question.options if option.right]
    reasons = all(option.right or option.why for option in question.options)
    return len(right) == 1 and len(set(texts)) == len(texts) and reasons


CHECKS: tuple[Check, ...] = (
    of_situations, of_order, of_rows, of_flow, of_built, of_words, of_predictions, of_quiz,
    of_claims, of_parties,
)  # fmt: skip
"""In this order."""
