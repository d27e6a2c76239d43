"""The kinds of questions. Each lists what it can ask, makes one of them, and says what holds.

A kind's `holds` looks at a run, not at the question: it is the answer key. Wrong options come
from mutants first; where those see nothing else, from the machine's own other ways, other steps
and other situations. Every one is put to `holds` before it is offered.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from random import Random

from simulator.engines import engines
from simulator.i18n import N_, _
from simulator.lesson import Lesson
from simulator.machine import TRANSITIONS, Phase
from simulator.mutants import MUTANTS, imagined
from simulator.questions.fields import FIELDS, TRACKER, Field
from simulator.questions.model import Address, Asks, Option, Part, Question, Says, Table
from simulator.questions.objectives import OBJECTIVES, about
from simulator.questions.runs import (
    at_prompt,
    because,
    by_event,
    command_of,
    ending_of,
    headed,
    key_of,
    message,
    moment,
    mutants,
    naming_of,
    played,
    seen_by,
    situation,
    step_at,
    text,
    title,
    traces,
    twin,
    typed,
    untwin,
)
from simulator.scenario import scenarios
from simulator.trace import Step, Trace

MOST = 4
LEAST = 3
"""How many options a part has."""

Key = tuple[str, str, str, int, str]
"""What can be asked: kind, scenario, engine, step, and what else tells it from others."""


@dataclass(frozen=True)
class Kind:
    """One way to ask. `holds` is the answer key; `words` shows what an option claims."""

    name: str
    title: str
    keys: Callable[[], Iterable[Key]]
    make: Callable[[Lesson, Key], Question | None]
    holds: Callable[[Address, Asks, Says], bool]
    words: Callable[[Lesson, Address, Asks, Says], str]


@dataclass(frozen=True)
class Wrong:
    """Something that could be believed, and why it is not so."""

    says: Says
    feedback: str
    mutant: str = ""


def chosen(
    kind: Kind, lesson: Lesson, at: Address, asks: Asks, right: Option, wrong: Iterable[Wrong]
) -> tuple[Option, ...] | None:
    """The right option and the first wrong ones that are wrong, and look like no other."""
    options = [right]
    for one in wrong:
        shown = kind.words(lesson, at, asks, one.says)
        if shown not in [option.text for option in options] and not kind.holds(at, asks, one.says):
            options.append(Option(shown, one.says, one.feedback, one.mutant))
        if len(options) == MOST:
            break
    return tuple(options) if len(options) >= LEAST else None


def objective_of(parts: Iterable[Part], otherwise: str) -> str:
    """What the first misconception among the options is about."""
    led = (option.mutant for part in parts for option in part.options if option.mutant)
    first = next(led, "")
    return MUTANTS[first].objective if first else about(otherwise)


def rule(objective: str) -> str:
    return _(OBJECTIVES[objective].rule)


def right_words(lesson: Lesson, step: Step) -> str:
    return _("Right. {why}").format(why=text(lesson, step))


def label_of(field: Field) -> str:
    return _(field.label)


def place_of(key: Key) -> Address:
    _kind, name, engine, step, _more = key
    return Address(name, engine, step)


def count_of(at: Address) -> int:
    return len(played(at.scenario, at.engine).steps)


# -- value after a step -----------------------------------------------------------------------


def value_keys() -> Iterator[Key]:
    """Fields of steps that changed them, and fields that some mutant sees otherwise."""
    for trace in traces():
        for step in trace.steps:
            for field in FIELDS.values():
                at = Address(trace.scenario, trace.engine, step.number)
                if field.value(step) is not None and worth_asking(at, step, field):
                    yield "value", trace.scenario, trace.engine, step.number, field.name


def worth_asking(at: Address, step: Step, field: Field) -> bool:
    if field.message:
        return field.name == "proof"
    return field.name == "opened" or changes(at, step, field)


def changes(at: Address, step: Step, field: Field) -> bool:
    return value_before(at, step, field) != field.value(step)


def value_before(at: Address, step: Step, field: Field) -> str | None:
    steps = played(at.scenario, at.engine).steps
    return field.value(steps[step.number - 2]) if step.number > 1 else None


def value_holds(at: Address, asks: Asks, says: Says) -> bool:
    name, number = asks
    step = played(at.scenario, at.engine).steps[int(str(number)) - 1]
    return FIELDS[str(name)].value(step) == says


def value_words(_lesson: Lesson, _at: Address, asks: Asks, says: Says) -> str:
    return FIELDS[str(asks[0])].shown(str(says))


def value_part(lesson: Lesson, at: Address, field: Field, rng: Random, label: str = "") -> Part | None:
    step = step_at(at)
    asks: Asks = (field.name, at.step)
    says = field.value(step)
    assert says is not None
    right = Option(field.shown(says), says, right_words(lesson, step))
    wrong = chain(mutant_values(at, field, rng), other_values(lesson, at, field, rng))
    options = chosen(KINDS["value"], lesson, at, asks, right, wrong)
    return Part(asks, options, label) if options else None


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
    for name in rng.sample(list(scenarios()), len(scenarios())):
        found = marked_like(at, name, field)
        says = field.value(found) if found else None
        if says is not None:
            elsewhere = _(scenarios()[name].title)
            yield Wrong(says, _("That is so at this point of “{other}”.").format(other=elsewhere))
    for says in values_of(field):
        if says not in here:
            yield Wrong(says, _("That is not so in any step of this run."))


def marked_like(at: Address, name: str, field: Field) -> Step | None:
    """The same step of another situation."""
    other = Address(name, at.engine, at.step)
    naming = naming_of(field)
    from simulator.questions.runs import marked, numbered

    mark = numbered("", at.scenario, at.engine, naming)[at.step]
    return marked("", other.scenario, other.engine, naming).get(mark)


@cache
def values_of(field: Field) -> tuple[str, ...]:
    """All that the field ever shows, in the order in which it does."""
    seen = (field.value(step) for trace in traces() for step in trace.steps)
    return tuple(dict.fromkeys(value for value in seen if value is not None))


def make_value(lesson: Lesson, key: Key) -> Question | None:
    at, field = place_of(key), FIELDS[key[4]]
    part = value_part(lesson, at, field, Random(key_of(key)))
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
    is_now = field.shown(str(field.value(step)))
    before = value_before(at, step, field)
    if field.message or before is None or before == field.value(step):
        told = _("{text} So it is: {value}.")
        return told.format(text=text(lesson, step), value=is_now)
    told = _("{text} So “{before}” becomes “{value}”.")
    return told.format(text=text(lesson, step), before=field.shown(before), value=is_now)


# -- which step, given a change ---------------------------------------------------------------


def which_keys() -> Iterator[Key]:
    """Changes that happen once in a run."""
    for trace in traces():
        for field in FIELDS.values():
            if field.message or field.name == "opened":
                continue
            found = changed(trace, field)
            for number, was, now in found:
                if [(a, b) for _n, a, b in found].count((was, now)) == 1:
                    yield "which", trace.scenario, trace.engine, number, field.name


def changed(trace: Trace, field: Field) -> list[tuple[int, str, str]]:
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
    before = value_before(at, step, field)
    was, now = str(before), str(field.value(step))
    asks: Asks = (field.name, was, now)
    right = Option(headed(lesson, step), at.step, right_words(lesson, step))
    wrong = chain(mutant_changes(at, field, was, now, rng), near_steps(lesson, at, field))
    options = chosen(KINDS["which"], lesson, at, asks, right, wrong)
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


def mutant_changes(at: Address, field: Field, was: str, now: str, rng: Random) -> Iterator[Wrong]:
    """Where a mutant makes this change, or comes to this value otherwise."""
    for mutant in mutants(rng):
        trace = imagined(mutant.name, at.scenario, at.engine)
        found = [number for number, _was, then in changed(trace, field) if then == now]
        own = untwin(mutant.name, at, trace.steps[found[0] - 1]) if found else None
        if own is not None and own != at.step:
            yield Wrong(own, because(mutant), mutant.name)


def near_steps(lesson: Lesson, at: Address, field: Field) -> Iterator[Wrong]:
    steps = played(at.scenario, at.engine).steps
    for step in sorted(steps, key=lambda step: abs(step.number - at.step)):
        yield Wrong(step.number, what_it_does(at, step, field))


def what_it_does(at: Address, step: Step, field: Field) -> str:
    was, now = value_before(at, step, field), str(field.value(step))
    if was is None or was == now:
        told = _("After step {number}, {label} is “{value}”: as before it.")
        return told.format(number=step.number, label=label_of(field), value=field.shown(now))
    told = _("Step {number} changes {label}, but from “{was}” to “{now}”.")
    return told.format(
        number=step.number, label=label_of(field), was=field.shown(was), now=field.shown(now)
    )


# -- what next --------------------------------------------------------------------------------


def next_keys() -> Iterator[Key]:
    """Steps whose next one follows from them, and is not for the user to say."""
    for trace in traces():
        for step, after in pairwise(trace.steps):
            if not at_prompt(step) and after.name not in UNFORESEEABLE:
                yield "next", trace.scenario, trace.engine, step.number, ""


UNFORESEEABLE = frozenset({"TokenPostRefused", "CredentialsEntered", "WebLoginChosen"})
"""What depends on the kind of server or on the user, and cannot be known from what is told."""


def next_holds(at: Address, _asks: Asks, says: Says) -> bool:
    return played(at.scenario, at.engine).steps[at.step].name == says


def next_words(lesson: Lesson, at: Address, _asks: Asks, says: Says) -> str:
    after = played(at.scenario, at.engine).steps[at.step]
    return lesson.words(str(says), command_of(after)).title


def make_next(lesson: Lesson, key: Key) -> Question | None:
    at, rng = place_of(key), Random(key_of(key))
    step, after = step_at(at), played(at.scenario, at.engine).steps[at.step]
    right = Option(title(lesson, after), after.name, right_words(lesson, after))
    wrong = chain(mutant_moves(at, rng), other_exits(lesson, at, step, after, rng))
    options = chosen(KINDS["next"], lesson, at, (), right, wrong)
    if options is None:
        return None
    part = Part((), options)
    objective = objective_of([part], after.name)
    prompt = f"{moment(lesson, step, count_of(at))} {_('What happens next?')}"
    sent = message(after) or _("nothing: Docker decides this on its own")
    return Question(
        key_of(key), "next", objective, at, situation(at), prompt, (part,),
        (
            _("What does Docker know after this step, and what does it lack? {text}").format(
                text=text(lesson, step)
            ),
            rule(objective),
            _("Next is sent: {request}. {text}").format(request=sent, text=text(lesson, after)),
        ),
        typed(at), core=f"{step.name}/{after.name}/{at.engine}",
    )  # fmt: skip


def mutant_moves(at: Address, rng: Random) -> Iterator[Wrong]:
    """What a mutant does next."""
    for mutant in mutants(rng):
        found = twin(mutant.name, at)
        steps = imagined(mutant.name, at.scenario, at.engine).steps
        if found and found.number < len(steps):
            follows = steps[found.number]
            if follows.name not in UNFORESEEABLE and follows.after.command == found.after.command:
                yield Wrong(follows.name, because(mutant), mutant.name)


def other_exits(
    lesson: Lesson, at: Address, step: Step, after: Step, rng: Random
) -> Iterator[Wrong]:
    """The other ways out of this phase, where some situation takes them; then later steps."""
    walked = exits()
    ways = [event.__name__ for event in TRANSITIONS[step.after.phase]]
    for name in rng.sample(ways, len(ways)):
        elsewhere = walked.get((step.after.phase, name))
        if elsewhere and name not in UNFORESEEABLE:
            told = _("That can come next, as in “{other}”. Here: {text}")
            other = _(scenarios()[elsewhere].title)
            yield Wrong(name, told.format(other=other, text=text(lesson, after)))
    for later in played(at.scenario, at.engine).steps[at.step + 1 :]:
        if later.after.command == after.after.command and later.name not in UNFORESEEABLE:
            told = _("That comes later, in step {step}. Before it: {text}")
            shown = headed(lesson, later)
            yield Wrong(later.name, told.format(step=shown, text=text(lesson, after)))
    for earlier in played(at.scenario, at.engine).steps[: at.step]:
        if earlier.after.command == after.after.command:
            told = _("That has happened already, in step {step}.")
            yield Wrong(earlier.name, told.format(step=headed(lesson, earlier)))


@cache
def exits() -> Mapping[tuple[Phase, str], str]:
    """Every edge that some situation walks, with the first one that does."""
    walked: dict[tuple[Phase, str], str] = {}
    for trace in traces():
        for step in trace.steps:
            walked.setdefault((step.before.phase, step.name), trace.scenario)
    return walked


# -- order the steps --------------------------------------------------------------------------

VARIANTS = 4
"""How many questions of a kind are asked of one run, where a run could give many."""


def order_keys() -> Iterator[Key]:
    for trace in traces():
        if len(single_steps(trace)) >= MOST + 2:
            for variant in range(VARIANTS):
                yield "order", trace.scenario, trace.engine, len(trace.steps), str(variant)


def single_steps(trace: Trace) -> list[Step]:
    """Steps of a kind that comes once in this run, and is not what the user types."""
    names = [step.name for step in trace.steps]
    typed_or_end = {"LoginTyped", "PullTyped", "LogoutTyped", "SessionEnded"}
    return [s for s in trace.steps if names.count(s.name) == 1 and s.name not in typed_or_end]


def order_holds(_at: Address, _asks: Asks, says: Says) -> bool:
    assert isinstance(says, tuple)
    return says == tuple(sorted(says))


def order_words(lesson: Lesson, at: Address, _asks: Asks, says: Says) -> str:
    assert isinstance(says, tuple)
    steps = played(at.scenario, at.engine).steps
    return " → ".join(title(lesson, steps[number - 1]) for number in says)


def make_order(lesson: Lesson, key: Key) -> Question | None:
    at, rng = place_of(key), Random(key_of(key))
    trace = played(at.scenario, at.engine)
    steps = sorted(rng.sample(single_steps(trace), MOST), key=lambda step: step.number)
    right_order = tuple(step.number for step in steps)
    titles = [title(lesson, step) for step in steps]
    if len(set(titles)) < len(titles):
        return None
    whole = _("Right: steps {numbers}.").format(numbers=", ".join(map(str, right_order)))
    right = Option(order_words(lesson, at, (), right_order), right_order, whole)
    wrong = chain(mutant_orders(at, steps, rng), swapped(lesson, steps, rng))
    options = chosen(KINDS["order"], lesson, at, (right_order,), right, wrong)
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


# -- the blank cells, and the false one -------------------------------------------------------

WIRE = (FIELDS["proof"], FIELDS["answered"])
ROWS = 4


def table_keys(kind: str) -> Callable[[], Iterator[Key]]:
    """Excerpts of the tracker, and of the messages under the process table."""

    def keys() -> Iterator[Key]:
        for trace in traces():
            for fields, most in ((TRACKER, len(trace.steps)), (WIRE, sent_in(trace))):
                if most >= ROWS:
                    name = "wire" if fields is WIRE else "tracker"
                    for variant in range(VARIANTS):
                        yield kind, trace.scenario, trace.engine, len(trace.steps), f"{name}{variant}"

    return keys


def sent_in(trace: Trace) -> int:
    return sum(1 for step in trace.steps if step.exchange)


@dataclass(frozen=True)
class Excerpt:
    """Some steps, and some fields of each."""

    fields: tuple[Field, ...]
    steps: tuple[Step, ...]

    def cells(self) -> list[tuple[Field, Step]]:
        return [(field, step) for step in self.steps for field in self.fields]


def excerpt(key: Key, rng: Random) -> Excerpt:
    trace, wire = played(key[1], key[2]), key[4].startswith("wire")
    known = [step for step in trace.steps if step.exchange] if wire else list(trace.steps)
    telling = sorted(known, key=lambda step: (not moves_anything(trace, step), rng.random()))
    steps = sorted(telling[:ROWS], key=lambda step: step.number)
    return Excerpt(WIRE if wire else TRACKER, tuple(steps))


def moves_anything(trace: Trace, step: Step) -> bool:
    at = Address(trace.scenario, trace.engine, step.number)
    return any(changes(at, step, field) for field in TRACKER)


def row_head(lesson: Lesson, shown: Excerpt, step: Step) -> str:
    return f"{step.number} · {message(step)}" if shown.fields is WIRE else headed(lesson, step)


def table_of(lesson: Lesson, shown: Excerpt, cell: Callable[[Field, Step], str]) -> Table:
    first = _("Message") if shown.fields is WIRE else _("After step")
    rows = tuple(
        (row_head(lesson, shown, step), *(cell(field, step) for field in shown.fields))
        for step in shown.steps
    )
    return Table((first, *(label_of(field) for field in shown.fields)), rows)


def make_blank(lesson: Lesson, key: Key) -> Question | None:
    rng = Random(key_of(key))
    shown = excerpt(key, rng)
    blanks = blank_parts(lesson, key, shown, rng)
    if len(blanks) < 2:
        return None
    names = {part.asks: part.label for part in blanks}

    def cell(field: Field, step: Step) -> str:
        hidden = names.get((field.name, step.number))
        return hidden or field.shown(str(field.value(step)))

    at = Address(key[1], key[2], int(str(blanks[-1].asks[1])))
    objective = objective_of(blanks, step_at(at).name)
    return Question(
        key_of("blank", key[1], key[2], tuple(part.asks for part in blanks)), "blank", objective,
        at, situation(at), _("Fill the blank cells of this table."), tuple(blanks),
        blank_hints(lesson, blanks, at, objective), typed_all(at),
        table_of(lesson, shown, cell), core="/".join(cores(blanks, at)),
    )  # fmt: skip


def cores(parts: list[Part], at: Address) -> Iterator[str]:
    for part in parts:
        name, number = str(part.asks[0]), int(str(part.asks[1]))
        step = played(at.scenario, at.engine).steps[number - 1]
        yield f"{name}/{step.name}/{FIELDS[name].value(step)}"


def blank_parts(lesson: Lesson, key: Key, shown: Excerpt, rng: Random) -> list[Part]:
    """Two cells in different rows; those that a mutant sees otherwise come first."""
    parts: list[Part] = []
    rows: set[int] = set()
    cells = rng.sample(shown.cells(), len(shown.cells()))
    for field, step in sorted(cells, key=lambda cell: not seen_otherwise(key, *cell)):
        at = Address(key[1], key[2], step.number)
        part = value_part(lesson, at, field, rng) if step.number not in rows else None
        if part:
            parts.append(part)
            rows.add(step.number)
        if len(parts) == 2:
            break
    parts.sort(key=lambda part: int(str(part.asks[1])))
    return [Part(part.asks, part.options, f"({n})") for n, part in enumerate(parts, 1)]


def seen_otherwise(key: Key, field: Field, step: Step) -> bool:
    at = Address(key[1], key[2], step.number)
    seen = (seen_by(mutant, at, field) for mutant in MUTANTS)
    return any(says not in (None, field.value(step)) for says in seen)


def blank_hints(
    lesson: Lesson, parts: list[Part], at: Address, objective: str
) -> tuple[str, str, str]:
    numbers = [int(str(part.asks[1])) for part in parts]
    answers = [
        f"{part.label} {part.options[0].text}" for part in parts
    ]  # before they are shuffled, the right one is the first
    return (
        _("Open the steps {numbers} on the stage.").format(numbers=", ".join(map(str, numbers))),
        rule(objective),
        _("The cells are: {cells}.").format(cells="; ".join(answers)),
    )


def false_holds(at: Address, asks: Asks, says: Says) -> bool:
    """Whether the cell at this place shows what the run does not."""
    name, number, shown = cell_asked(asks, says)
    return not value_holds(at, (name, number), shown)


def cell_asked(asks: Asks, says: Says) -> tuple[str, int, str]:
    cell = asks[int(str(says))]
    assert isinstance(cell, tuple)
    name, number, shown = cell
    return str(name), int(str(number)), str(shown)


def false_words(_lesson: Lesson, _at: Address, asks: Asks, says: Says) -> str:
    name, number, shown = cell_asked(asks, says)
    field = FIELDS[name]
    return _("Step {number}, {label}: “{value}”").format(
        number=number, label=label_of(field), value=field.shown(shown)
    )


def make_false(lesson: Lesson, key: Key) -> Question | None:
    rng = Random(key_of(key))
    shown = excerpt(key, rng)
    cells = shown.cells()
    lies = list(false_cells(lesson, key, cells, rng))
    if not lies:
        return None
    place, lie = lies[0]
    told = [str(field.value(step)) for field, step in cells]
    told[place] = str(lie.says)
    asks: Asks = tuple(
        (field.name, step.number, said)
        for (field, step), said in zip(cells, told, strict=True)
    )
    field, step = cells[place]
    at = Address(key[1], key[2], step.number)
    truly = _("Right: after this step it is “{value}”. {why}").format(
        value=field.shown(str(field.value(step))), why=lie.feedback
    )
    right = Option(false_words(lesson, at, asks, place), place, truly, lie.mutant)
    wrong = (Wrong(other, is_true(lesson, *cells[other])) for other in rng.sample(
        range(len(cells)), len(cells)))  # fmt: skip
    options = chosen(KINDS["false"], lesson, at, asks, right, wrong)
    if options is None:
        return None
    part = Part(asks, options)
    objective = objective_of([part], step.name)
    names = {(field.name, step.number): said for (field, step), said in zip(cells, told, strict=True)}
    table = table_of(lesson, shown, lambda field, step: field.shown(names[field.name, step.number]))
    return Question(
        key_of("false", key[1], key[2], asks), "false", objective, at, situation(at),
        _("One cell of this table is false. Which one?"), (part,),
        (
            _("Look for a cell that does not go with the rows above and below it."),
            rule(objective),
            _("After step {step}, {label} is “{value}”.").format(
                step=headed(lesson, step), label=label_of(field),
                value=field.shown(str(field.value(step)))),
        ),
        typed_all(at), table, core=f"{field.name}/{step.name}/{told[place]}",
    )  # fmt: skip


def false_cells(
    lesson: Lesson, key: Key, cells: list[tuple[Field, Step]], rng: Random
) -> Iterator[tuple[int, Wrong]]:
    """What could stand in a cell and is false: a mutant's value, or a neighbour's."""
    places = rng.sample(range(len(cells)), len(cells))
    for source in (mutant_values, None):
        for place in places:
            field, step = cells[place]
            at = Address(key[1], key[2], step.number)
            found = source(at, field, rng) if source else other_values(lesson, at, field, rng)
            for one in found:
                if one.says != field.value(step):
                    yield place, one
                    break


def is_true(lesson: Lesson, field: Field, step: Step) -> str:
    told = _("This cell is true: step {step}. {why}")
    return told.format(step=headed(lesson, step), why=text(lesson, step))


# -- which cause for this output --------------------------------------------------------------


def cause_keys() -> Iterator[Key]:
    """Ends that not many situations share; and, where some do, who else ends so."""
    for trace in traces():
        said = ending_of("", trace.scenario, trace.engine)
        alike = [n for n in scenarios() if ending_of("", n, trace.engine) == said]
        if not said or len(alike) > len(scenarios()) // 5:
            continue
        yield "cause", trace.scenario, trace.engine, len(trace.steps), ""
        for other in alike:
            if other != trace.scenario:
                yield "cause", trace.scenario, trace.engine, len(trace.steps), other


def cause_holds(_at: Address, asks: Asks, says: Says) -> bool:
    engine, output = asks
    return ending_of("", str(says), str(engine)) == output


def cause_words(_lesson: Lesson, _at: Address, _asks: Asks, says: Says) -> str:
    return _(scenarios()[str(says)].title)


def make_cause(lesson: Lesson, key: Key) -> Question | None:
    """With another situation named, the question is which one else ends with the same words."""
    at, rng, same_as = place_of(key), Random(key_of(key)), key[4]
    output = ending_of("", at.scenario, at.engine)
    asks: Asks = (at.engine, output)
    right = Option(cause_words(lesson, at, asks, at.scenario), at.scenario, cause_right(at))
    wrong = chain(mutant_causes(at, output, rng), other_causes(at, rng))
    options = chosen(KINDS["cause"], lesson, at, asks, right, wrong)
    if options is None:
        return None
    part = Part(asks, options)
    last = step_at(at)
    objective = "one-message-many-causes" if same_as else objective_of([part], last.name)
    prompt = _("In which of these situations does Docker print this? IMAGE stands for what was "
               "pulled. Where nothing else is said, the account may pull it, and the registry "
               "uses tokens.")  # fmt: skip
    if same_as:
        prompt = _("“{other}” ends like this. In which of these situations does Docker print the "
                   "very same? IMAGE stands for what was pulled.").format(
                       other=_(scenarios()[same_as].title))  # fmt: skip
    return Question(
        key_of(key), "cause", objective, at, f"{engines()[at.engine].title}.", prompt, (part,),
        (
            _("Which step ended the run, and who spoke: this machine, the registry or its token "
              "service?"),
            rule(objective),
            _("The run ends with “{title}”: {text}").format(
                title=title(lesson, last), text=text(lesson, last)),
        ),
        output, core=f"{at.scenario}/{same_as}",
    )  # fmt: skip


def cause_right(at: Address) -> str:
    cause = _(scenarios()[at.scenario].cause)
    return _("Right. {why}").format(why=cause) if cause else _("Right.")


def mutant_causes(at: Address, output: str, rng: Random) -> Iterator[Wrong]:
    """Situations that end like this for somebody with a misconception. Two will do."""
    found = 0
    names = [name for name in scenarios() if ending_of("", name, at.engine) != output]
    for name in rng.sample(names, len(names)):
        for mutant in mutants(rng):
            if ending_of(mutant.name, name, at.engine) == output:
                yield Wrong(name, because(mutant), mutant.name)
                found += 1
                break
        if found == 2:
            return


def other_causes(at: Address, rng: Random) -> Iterator[Wrong]:
    """Situations that fail, and print something else."""
    failing = [name for name in scenarios() if played(name, at.engine).failed]
    for name in rng.sample(failing, len(failing)):
        told = _("There Docker prints: {output}")
        yield Wrong(name, told.format(output=ending_of("", name, at.engine)))


# -- all of them ------------------------------------------------------------------------------

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("value", N_("Value after a step"), value_keys, make_value, value_holds, value_words),
        Kind("which", N_("Which step"), which_keys, make_which, which_holds, which_words),
        Kind("next", N_("What next"), next_keys, make_next, next_holds, next_words),
        Kind("order", N_("Order the steps"), order_keys, make_order, order_holds, order_words),
        Kind("blank", N_("Fill the blank cells"), table_keys("blank"), make_blank, value_holds,
             value_words),
        Kind("cause", N_("Which cause"), cause_keys, make_cause, cause_holds, cause_words),
        Kind("false", N_("Find the false cell"), table_keys("false"), make_false, false_holds,
             false_words),
    )
}  # fmt: skip
"""By name."""
