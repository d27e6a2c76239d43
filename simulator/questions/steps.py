"""Which step changes it, what comes next, and in which order."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, pairwise
from random import Random

from simulator.docker.machine import TRANSITIONS, Phase
from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.questions.fields import FIELDS, Field, fields_of
from simulator.questions.misconceptions import imagined
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.offer import (
    MOST,
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
    key_of,
    message,
    moment,
    mutants,
    situation,
    step_at,
    text,
    title,
    traces,
    twin,
    typed,
    untwin,
)
from simulator.questions.values import value_before, worked_value
from simulator.scenarios.model import scenario
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.words.i18n import N_, _, ngettext

# -- which step, given a change ---------------------------------------------------------------


def which_keys(lesson: Lesson) -> Iterator[Key]:
    """Changes that happen once in a run."""
    for trace in traces(lesson):
        for field in fields_of(lesson):
            if field.message or field.name == "opened":
                continue
            found = changed(trace, field)
            for number, was, now in found:
                if [(a, b) for _n, a, b in found].count((was, now)) == 1:
                    yield "which", trace.scenario, trace.engine, number, field.name


def changed(trace: Trace, field: Field) -> list[tuple[int, Says, Says]]:
    """Every step that changes the field: its number, from what, to what."""
    found = []
    for before, step in pairwise(trace.steps):
        was, now = field.value(before), field.value(step)
        if was is not None and now is not None and was != now:
            found.append((step.number, was, now))
    return found


def which_holds(at: Address, asks: Asks, says: Says) -> bool:
    name, was, now = asks
    return (says, was, now) in changed(played(at.scenario, at.engine), FIELDS[str(name)])


def which_words(lesson: Lesson, at: Address, _asks: Asks, says: Says) -> str:
    return headed(lesson, played(at.scenario, at.engine).steps[int(str(says)) - 1])


def make_which(lesson: Lesson, key: Key) -> Question | None:
    at, field, rng = place_of(key), FIELDS[key[4]], Random(key_of(key))
    step = step_at(at)
    was, now = value_before(at, step, field), field.value(step)
    assert was is not None and now is not None
    asks: Asks = (field.name, was, now)
    right = Option(headed(lesson, step), at.step, right_words(lesson, step))
    wrong = chain(mutant_changes(at, field, now, rng), near_steps(lesson, at, field))
    options = chosen(WHICH, lesson, at, asks, right, wrong)
    if options is None:
        return None
    part = Part(asks, options)
    objective = objective_of([part], step.name)
    prompt = _("In this run, {label} changes once from “{was}” to “{now}”. Which step does it?")
    prompt = prompt.format(label=label_of(field), was=field.shown(was), now=field.shown(now))
    return Question(
        key_of(key), "which", objective, at, situation(at), prompt, (part,),
        (
            _("Step through the run on the stage and watch {label}.").format(label=label_of(field)),
            rule(objective),
            worked_value(lesson, at, step, field),
        ),
        typed_all(at), core=f"{field.name}/{step.name}/{was}/{now}",
    )  # fmt: skip


def typed_all(at: Address) -> str:
    return typed(Address(at.scenario, at.engine, count_of(at)))


def mutant_changes(at: Address, field: Field, now: Says, rng: Random) -> Iterator[Wrong]:
    """Where a mutant comes to this value, and the machine does not."""
    truly = {n for n, _was, then in changed(played(at.scenario, at.engine), field) if then == now}
    for mutant in mutants(rng):
        trace = imagined(mutant.name, at.scenario, at.engine)
        found = [number for number, _was, then in changed(trace, field) if then == now]
        own = untwin(mutant.name, at, trace.steps[found[0] - 1]) if found else None
        if own is not None and own not in truly:
            yield Wrong(own, because(mutant), mutant.name)


def near_steps(lesson: Lesson, at: Address, field: Field) -> Iterator[Wrong]:
    steps = played(at.scenario, at.engine).steps
    for step in sorted(steps, key=lambda step: abs(step.number - at.step)):
        yield Wrong(step.number, what_it_does(at, step, field))


def what_it_does(at: Address, step: Step, field: Field) -> str:
    was, now = value_before(at, step, field), field.value(step)
    assert now is not None
    if was is None or was == now:
        told = _("After step {number}, {label} is “{value}”: as before it.")
        return told.format(number=step.number, label=label_of(field), value=field.shown(now))
    told = _("Step {number} changes {label}, but from “{was}” to “{now}”.")
    return told.format(
        number=step.number, label=label_of(field), was=field.shown(was), now=field.shown(now)
    )


# -- what next --------------------------------------------------------------------------------


def next_keys(lesson: Lesson) -> Iterator[Key]:
    """Steps whose next one follows from them, and is not for the user to say."""
    for trace in traces(lesson):
        for step, after in pairwise(trace.steps):
            if not at_prompt(step) and foreseeable(after.name):
                yield "next", trace.scenario, trace.engine, step.number, ""


UNFORESEEABLE = frozenset({
    "TokenPostRefused", "CredentialsEntered", "WebLoginChosen", "SessionEnded"
})  # fmt: skip
"""What depends on the kind of server or on the user, and cannot be known from what is told."""


def foreseeable(name: str) -> bool:
    """Whether an event follows from what came before; what is typed does not."""
    return name not in UNFORESEEABLE and not name.endswith("Typed")


def next_holds(at: Address, _asks: Asks, says: Says) -> bool:
    return played(at.scenario, at.engine).steps[at.step].name == says


def next_words(lesson: Lesson, at: Address, _asks: Asks, says: Says) -> str:
    after = played(at.scenario, at.engine).steps[at.step]
    return lesson.words(str(says), after).title


def make_next(lesson: Lesson, key: Key) -> Question | None:
    at, rng = place_of(key), Random(key_of(key))
    step, after = step_at(at), played(at.scenario, at.engine).steps[at.step]
    right = Option(title(lesson, after), after.name, right_words(lesson, after))
    wrong = chain(mutant_moves(at, rng), other_exits(lesson, at, step, after, rng))
    options = chosen(NEXT, lesson, at, (), right, wrong)
    if options is None:
        return None
    part = Part((), options)
    objective = objective_of([part], after.name)
    prompt = f"{moment(lesson, step, count_of(at))} {awaited(step)}{_('What happens next?')}"
    return Question(
        key_of(key), "next", objective, at, situation(at), prompt, (part,),
        (
            _("What does Docker know after this step, and what does it lack? {text}").format(
                text=text(lesson, step)
            ),
            rule(objective),
            worked_next(lesson, after),
        ),
        typed(at), core=f"{step.name}/{after.name}/{at.engine}",
    )  # fmt: skip


def awaited(step: Step) -> str:
    """How many blobs are still to come: whether one more follows must not be a guess."""
    count = len(step.after.run.download.waiting)
    if step.after.phase is not Phase.FETCHING_BLOBS:
        return ""
    return ngettext("{count} blob is awaited. ", "{count} blobs are awaited. ", count).format(
        count=count
    )


def worked_next(lesson: Lesson, after: Step) -> str:
    sent = message(after)
    if not sent:
        return _("Nothing is sent. {text}").format(text=text(lesson, after))
    return _("{request} is sent. {text}").format(request=sent, text=text(lesson, after))


def mutant_moves(at: Address, rng: Random) -> Iterator[Wrong]:
    """What a mutant does next."""
    for mutant in mutants(rng):
        found = twin(mutant.name, at)
        steps = imagined(mutant.name, at.scenario, at.engine).steps
        if found and found.number < len(steps):
            follows = steps[found.number]
            if same_command(follows, found):
                yield Wrong(follows.name, because(mutant), mutant.name)


def other_exits(
    lesson: Lesson, at: Address, step: Step, after: Step, rng: Random
) -> Iterator[Wrong]:
    """The other ways out of this phase, where some situation takes them; then later steps."""
    walked = exits(lesson)
    ways = [event.__name__ for event in TRANSITIONS[step.after.phase]]
    for name in rng.sample(ways, len(ways)):
        elsewhere = walked.get((step.after.phase, name))
        if elsewhere and foreseeable(name):
            told = _("That can come next, as in “{other}”. Here: {text}")
            other = scenario(elsewhere).title
            yield Wrong(name, told.format(other=other, text=text(lesson, after)))
    rest = played(at.scenario, at.engine).steps[at.step + 1 :]
    for later in sorted(rest, key=lambda one: not same_command(one, after)):
        if foreseeable(later.name):
            told = _("That comes later, in step {step}. Before it: {text}")
            shown = headed(lesson, later)
            yield Wrong(later.name, told.format(step=shown, text=text(lesson, after)))
    for earlier in played(at.scenario, at.engine).steps[: at.step]:
        if same_command(earlier, after):
            told = _("That has happened already, in step {step}.")
            yield Wrong(earlier.name, told.format(step=headed(lesson, earlier)))


def same_command(step: Step, other: Step) -> bool:
    return foreseeable(step.name) and step.after.run.command == other.after.run.command


@cache
def exits(lesson: Lesson) -> Mapping[tuple[Phase, str], str]:
    """Every edge that some situation walks, with the first one that does."""
    walked: dict[tuple[Phase, str], str] = {}
    for trace in traces(lesson):
        for step in trace.steps:
            walked.setdefault((step.before.phase, step.name), trace.scenario)
    return walked


# -- order the steps --------------------------------------------------------------------------

VARIANTS = 4
"""How many questions of a kind are asked of one run, where a run could give many."""


def order_keys(lesson: Lesson) -> Iterator[Key]:
    for trace in traces(lesson):
        if len(single_steps(trace)) >= MOST + 2:
            for variant in range(VARIANTS):
                yield "order", trace.scenario, trace.engine, len(trace.steps), str(variant)


def single_steps(trace: Trace) -> list[Step]:
    """Steps of a kind that comes once in this run, and is not what the user types."""
    names = [step.name for step in trace.steps]
    return [
        step
        for step in trace.steps
        if names.count(step.name) == 1
        and step.name != "SessionEnded"
        and not step.name.endswith("Typed")
    ]


def order_holds(_at: Address, _asks: Asks, says: Says) -> bool:
    assert isinstance(says, tuple)
    return says == tuple(sorted(says))


def order_words(lesson: Lesson, at: Address, _asks: Asks, says: Says) -> str:
    assert isinstance(says, tuple)
    steps = played(at.scenario, at.engine).steps
    return " → ".join(title(lesson, steps[number - 1]) for number in says)


def make_order(lesson: Lesson, key: Key) -> Question | None:
    at = place_of(key)
    trace = played(at.scenario, at.engine)
    steps = telling_steps(at, single_steps(trace), Random(key_of(key)))
    right_order = tuple(step.number for step in steps)
    name = key_of("order", at.scenario, at.engine, right_order)
    rng = Random(name)
    titles = [title(lesson, step) for step in steps]
    if len(set(titles)) < len(titles):
        return None
    whole = _("Right: steps {numbers}.").format(numbers=", ".join(map(str, right_order)))
    right = Option(order_words(lesson, at, (), right_order), right_order, whole)
    wrong = chain(mutant_orders(at, steps, rng), swapped(lesson, steps, rng))
    options = chosen(ORDER, lesson, at, (right_order,), right, wrong)
    if options is None:
        return None
    part = Part((right_order,), options)
    objective = objective_of([part], steps[-1].name)
    items = tuple(rng.sample(titles, len(titles)))
    return Question(
        key_of("order", at.scenario, at.engine, right_order), "order", objective, at,
        situation(at), _("In which order do these steps happen in this run?"), (part,),
        (
            _("Begin with the step that needs none of the others."),
            rule(objective),
            _("First comes “{first}”: {why}").format(first=titles[0], why=text(lesson, steps[0])),
        ),
        typed_all(at), items=items, core="/".join(step.name for step in steps),
    )  # fmt: skip


ATTEMPTS = 8


def telling_steps(at: Address, known: list[Step], rng: Random) -> list[Step]:
    """Some steps; if they can be found, such that a misconception puts them in another order."""
    for _attempt in range(ATTEMPTS):
        steps = sorted(rng.sample(known, MOST), key=lambda step: step.number)
        if any(not order_holds(at, (), one.says) for one in mutant_orders(at, steps, rng)):
            break
    return steps


def mutant_orders(at: Address, steps: list[Step], rng: Random) -> Iterator[Wrong]:
    """The same steps as a mutant comes by them."""
    for mutant in mutants(rng):
        twins = [
            (twin(mutant.name, Address(at.scenario, at.engine, step.number)), step.number)
            for step in steps
        ]
        found = sorted((there.number, number) for there, number in twins if there)
        if len(found) == len(steps):
            yield Wrong(tuple(number for _there, number in found), because(mutant), mutant.name)


def swapped(lesson: Lesson, steps: list[Step], rng: Random) -> Iterator[Wrong]:
    """Neighbours exchanged, then those further apart."""
    places = [*pairwise(range(len(steps))), (0, 2), (1, 3), (0, 3)]
    for left, right in rng.sample(places[:3], 3) + places[3:]:
        order = list(steps)
        order[left], order[right] = order[right], order[left]
        told = _("“{later}” is step {number}; “{earlier}” comes before it: {why}").format(
            later=title(lesson, steps[right]),
            number=steps[right].number,
            earlier=title(lesson, steps[left]),
            why=text(lesson, steps[left]),
        )
        yield Wrong(tuple(step.number for step in order), told)


WHICH = Kind("which", N_("Which step"), which_keys, make_which, which_holds, which_words)
NEXT = Kind("next", N_("What next"), next_keys, make_next, next_holds, next_words)
ORDER = Kind("order", N_("Order the steps"), order_keys, make_order, order_holds, order_words)
