"""Value after a step: a cell of the tracker, what is stored, what a message carries."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from random import Random

from simulator.docker.trace import Step
from simulator.lesson.document import Lesson
from simulator.questions.fields import FIELDS, Field, fields_of
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.offer import (
    Key,
    Kind,
    Wrong,
    chosen,
    count_of,
    label_of,
    objective_of,
    place_of,
    right_words,
    rule,
)
from simulator.questions.runs import (
    at_prompt,
    because,
    headed,
    in_other,
    key_of,
    message,
    moment,
    mutants,
    naming_of,
    seen_by,
    situation,
    step_at,
    text,
    traces,
    typed,
)
from simulator.scenarios.model import scenario
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.words.i18n import N_, _


def value_keys(lesson: Lesson) -> Iterator[Key]:
    """What a step changed, and what is so at the end of a command."""
    for trace in traces(lesson):
        for step in trace.steps:
            for field in fields_of(lesson):
                at = Address(trace.scenario, trace.engine, step.number)
                if field.value(step) is not None and worth_asking(at, step, field):
                    yield "value", trace.scenario, trace.engine, step.number, field.name


def worth_asking(at: Address, step: Step, field: Field) -> bool:
    if field.message:
        return field.name == "proof"
    return field.name == "opened" or at_prompt(step) or changes(at, step, field)


def changes(at: Address, step: Step, field: Field) -> bool:
    return value_before(at, step, field) not in (None, field.value(step))


def value_before(at: Address, step: Step, field: Field) -> Says | None:
    """The field before the step: after the one before it, or at the start."""
    if step.number == 1:
        return field.value(replace(step, after=step.before, exchange=None))
    return field.value(played(at.scenario, at.engine).steps[step.number - 2])


def value_holds(at: Address, asks: Asks, says: Says) -> bool:
    name, number = asks
    step = played(at.scenario, at.engine).steps[int(str(number)) - 1]
    return FIELDS[str(name)].value(step) == says


def value_words(_lesson: Lesson, _at: Address, asks: Asks, says: Says) -> str:
    return FIELDS[str(asks[0])].shown(says)


def value_part(lesson: Lesson, at: Address, field: Field, label: str = "") -> Part | None:
    """The choice of a cell's value; the same for the same cell, in whatever question."""
    step, rng = step_at(at), cell_rng(at, field)
    asks: Asks = (field.name, at.step)
    says = field.value(step)
    assert says is not None
    right = Option(field.shown(says), says, why_so(lesson, at, field))
    wrong = chain(mutant_values(at, field, rng), other_values(lesson, at, field, rng))
    options = chosen(VALUE, lesson, at, asks, right, wrong)
    return Part(asks, options, label) if options else None


def why_so(lesson: Lesson, at: Address, field: Field) -> str:
    """What made it so: this step, or none."""
    step = step_at(at)
    if field.message or field.name == "opened" or changes(at, step, field):
        return right_words(lesson, step)
    return _("Right. {why}").format(why=left(field))


def left(field: Field) -> str:
    return _("This step leaves {label} as it was.").format(label=label_of(field))


def cell_rng(at: Address, field: Field) -> Random:
    return Random(key_of(at, field.name))


def mutant_values(at: Address, field: Field, rng: Random) -> Iterator[Wrong]:
    for mutant in mutants(rng):
        says = seen_by(mutant.name, at, field)
        if says is not None:
            yield Wrong(says, because(mutant), mutant.name)


def other_values(lesson: Lesson, at: Address, field: Field, rng: Random) -> Iterator[Wrong]:
    """What the field shows elsewhere in this run, in another run, or ever."""
    steps = played(at.scenario, at.engine).steps
    near = sorted(steps, key=lambda step: abs(step.number - at.step))
    here = set()
    for step in near:
        says = field.value(step)
        here.add(says)
        if says is not None:
            shown = headed(lesson, step)
            yield Wrong(says, _("That is so in step {step}, not here.").format(step=shown))
    for name in rng.sample(lesson.situations, len(lesson.situations)):
        found = in_other(at, name, naming_of(field))
        says = field.value(found) if found else None
        if says is not None:
            elsewhere = scenario(name).title
            yield Wrong(says, _("That is so at this point of “{other}”.").format(other=elsewhere))
    for says in values_of(lesson, field):
        if says not in here:
            yield Wrong(says, _("That is not so in any step of this run."))


@cache
def values_of(lesson: Lesson, field: Field) -> tuple[Says, ...]:
    """All that the field ever shows, in the order in which it does."""
    seen = (field.value(step) for trace in traces(lesson) for step in trace.steps)
    return tuple(dict.fromkeys(value for value in seen if value is not None))


def make_value(lesson: Lesson, key: Key) -> Question | None:
    at, field = place_of(key), FIELDS[key[4]]
    part = value_part(lesson, at, field)
    if part is None:
        return None
    step = step_at(at)
    where = request_shown(at) if field.message else moment(lesson, step, count_of(at))
    asked = _(field.prompt).format(label=label_of(field))
    objective = objective_of([part], step.name)
    return Question(
        key_of(key), "value", objective, at, situation(at), f"{where} {asked}", (part,),
        (look_at(lesson, step, field), rule(objective), worked_value(lesson, at, step, field)),
        typed(at), core=f"{field.name}/{step.name}/{field.value(step)}",
    )  # fmt: skip


def request_shown(at: Address) -> str:
    step = step_at(at)
    told = _("In step {number} of {count} this is sent: {request}.")
    return told.format(number=at.step, count=count_of(at), request=message(step))


def look_at(lesson: Lesson, step: Step, field: Field) -> str:
    """Where to look."""
    if field.message:
        return _("Open step {number} on the stage, and look at the message on the wire.").format(
            number=step.number
        )
    told = _("Open step {number} on the stage, and compare {label} before and after.")
    return told.format(number=step.number, label=label_of(field))


def worked_value(lesson: Lesson, at: Address, step: Step, field: Field) -> str:
    """The answer, with the way to it."""
    is_now = field.cell(step)
    before = value_before(at, step, field)
    if field.message or field.name == "opened":
        told = _("{text} So it is: {value}.")
        return told.format(text=text(lesson, step), value=is_now)
    if before is None or before == field.value(step):
        return _("{text} So it is still: {value}.").format(text=left(field), value=is_now)
    told = _("{text} So “{before}” becomes “{value}”.")
    return told.format(text=text(lesson, step), before=field.shown(before), value=is_now)


VALUE = Kind("value", N_("Value after a step"), value_keys, make_value, value_holds, value_words)
