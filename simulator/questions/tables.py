"""Messages of a run as a table: fill the blank cells, and find the false one."""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.questions.acts import STORAGE, role
from simulator.questions.fields import FIELDS
from simulator.questions.misconceptions import MUTANTS
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.offer import Key, Kind, Wrong, chosen, place_of, rule
from simulator.questions.reasons import right
from simulator.questions.runs import (
    because,
    key_of,
    message,
    mutants,
    seen_by,
    situation,
    step_at,
    traces,
    typed,
)
from simulator.questions.values import (
    core_of,
    proof_objective,
    value_holds,
    value_part,
    value_words,
)
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.views.table import Table
from simulator.words.i18n import N_, _

PROOF, ANSWER = FIELDS["proof"], FIELDS["answered"]
ROWS = 4
VARIANTS = 2
"""How many tables are made of one run."""


def table_keys(kind: str, lesson: Lesson) -> Iterator[Key]:
    for trace in traces(lesson):
        if len(messages(trace)) >= ROWS:
            for variant in range(VARIANTS):
                key = (kind, trace.scenario, trace.engine, len(trace.steps), str(variant))
                yield kind, trace.scenario, trace.engine, excerpt(key)[-1].number, str(variant)


def asked_step(key: Key) -> Step:
    """The step that a table is about: the last row that a misconception sees differently, of those
    with the objective of the last one. It plays every misconception in this run."""
    last = step_at(place_of(key))
    alike = [step for step in excerpt(key) if step_objective(step) == step_objective(last)]
    return next((step for step in reversed(alike) if seen_otherwise(key, step)), last)


def asked_place(key: Key) -> Address:
    return Address(key[1], key[2], asked_step(key).number)


def messages(trace: Trace) -> list[Step]:
    """The steps that send something; of layers from one host only the first."""
    blobs: set[str] = set()
    found = []
    for step in trace.steps:
        if step.exchange is None:
            continue
        blob = step.name in ("BlobReceived", "Redirected")
        if not blob or role(step) not in blobs:
            found.append(step)
        if blob:
            blobs.add(role(step))
    return found


def excerpt(key: Key) -> tuple[Step, ...]:
    """Some messages of the run, those that differ in their credentials first."""
    rng = Random(key_of(key[1], key[2], key[4]))
    known = messages(played(key[1], key[2]))
    seen: set[object] = set()
    telling = []
    for step in rng.sample(known, len(known)):
        sort = (PROOF.value(step), role(step))
        telling.append((sort in seen, step))
        seen.add(sort)
    telling.sort(key=lambda one: one[0])
    return tuple(sorted((step for _seen, step in telling[:ROWS]), key=lambda one: one.number))


def seen_otherwise(key: Key, step: Step) -> bool:
    at = Address(key[1], key[2], step.number)
    seen = (seen_by(mutant, at, PROOF) for mutant in MUTANTS)
    return any(says not in (None, PROOF.value(step)) for says in seen)


def table_of(steps: tuple[Step, ...], cell: Callable[[Step], str]) -> Table:
    rows = tuple(
        (f"{n} · {message(step)}", cell(step), ANSWER.cell(step)) for n, step in enumerate(steps, 1)
    )
    return Table((_("Message"), _(PROOF.head), _(ANSWER.head)), rows)


def table_objective(_lesson: Lesson, key: Key) -> str:
    """Known without a misconception being played: every key of a lesson is asked for it."""
    return step_objective(step_at(place_of(key)))


def step_objective(step: Step) -> str:
    return "challenge-and-scope" if role(step) == STORAGE else proof_objective(step)


# -- blanks -----------------------------------------------------------------------------------


def make_blank(lesson: Lesson, key: Key) -> Question | None:
    steps = excerpt(key)
    blanks = blank_parts(lesson, key, steps)
    if len(blanks) < 2:
        return None
    names = {part.asks[1]: part.label for part in blanks}
    at, objective = asked_place(key), table_objective(lesson, key)
    return Question(
        key_of("blank", key[1], key[2], tuple(step.number for step in steps), tuple(names)),
        "blank", objective, at, situation(at),
        _("Which credentials do these requests carry? Fill the blank cells."), tuple(blanks),
        (
            _("Begin with what each request was answered, and what Docker was asked for then."),
            rule(objective),
            first_wrong(at, blanks[0]),
        ),
        typed(last(at)), table_of(steps, lambda step: names.get(step.number) or PROOF.cell(step)),
        core="/".join(core_of(step, PROOF) for step in steps if step.number in names),
    )  # fmt: skip


def last(at: Address) -> Address:
    return Address(at.scenario, at.engine, len(played(at.scenario, at.engine).steps))


def first_wrong(at: Address, part: Part) -> str:
    wrong = next(one for one in part.options if not value_holds(at, part.asks, one.says))
    return _("In {label} it is not “{option}”: {why}").format(
        label=part.label, option=wrong.text, why=wrong.feedback
    )


def blank_parts(lesson: Lesson, key: Key, steps: tuple[Step, ...]) -> list[Part]:
    """Two cells whose values differ: no cell can be read off another one."""
    asked = asked_step(key)
    others = [step for step in steps if PROOF.value(step) != PROOF.value(asked)]
    chosen_steps = sorted([asked, *others[:1]], key=lambda step: step.number)
    parts = [value_part(lesson, Address(key[1], key[2], step.number), PROOF)
             for step in chosen_steps]  # fmt: skip
    known = [part for part in parts if part]
    return [Part(part.asks, part.options, f"({n})") for n, part in enumerate(known, 1)]


# -- one false cell ---------------------------------------------------------------------------


def cell_asked(asks: Asks, says: Says) -> tuple[str, int, Says]:
    cell = asks[int(str(says))]
    assert isinstance(cell, tuple)
    name, number, shown = cell
    return str(name), int(str(number)), shown


def false_holds(at: Address, asks: Asks, says: Says) -> bool:
    """Whether the cell at this place shows what the run does not."""
    name, number, shown = cell_asked(asks, says)
    return not value_holds(at, (name, number), shown)


def false_words(_lesson: Lesson, _at: Address, asks: Asks, says: Says) -> str:
    name, _number, shown = cell_asked(asks, says)
    return _("Row {number}: “{value}”").format(
        number=int(str(says)) + 1, value=FIELDS[name].shown(shown)
    )


def make_false(lesson: Lesson, key: Key) -> Question | None:
    steps, at, asked = excerpt(key), asked_place(key), asked_step(key)
    lie = next(lies(at, asked), None)
    if lie is None:
        return None
    place = steps.index(asked)
    asks: Asks = tuple(
        ("proof", step.number, lie.says if step is asked else PROOF.value(step) or "")
        for step in steps
    )
    options = false_options(lesson, at, asks, steps, place, lie)
    if options is None:
        return None
    objective = table_objective(lesson, key)
    shown = {
        number: PROOF.shown(says)
        for _name, number, says in (cell_asked(asks, place) for place, _step in enumerate(steps))
    }
    return Question(
        key_of("false", key[1], key[2], asks), "false", objective, at, situation(at),
        _("One of these requests carries other credentials than the table says. Which one?"),
        (Part(asks, options),),
        (
            _("Look for a request that carries what Docker does not have yet, or what the host "
              "is not to see."),
            rule(objective),
            is_true(next(step for step in steps if step is not asked), steps),
        ),
        typed(last(at)), table_of(steps, lambda step: shown[step.number]),
        core=f"{core_of(asked, PROOF)}/{lie.says}",
    )  # fmt: skip


def lies(at: Address, step: Step) -> Iterator[Wrong]:
    """False values for the cell: those that a misconception leads to come first."""
    for mutant in mutants(Random(key_of(at, "false"))):
        says = seen_by(mutant.name, at, PROOF)
        if says not in (None, PROOF.value(step)):
            yield Wrong(str(says), because(mutant), mutant.name)
    for says in PROOF.choices(step):
        if says != PROOF.value(step):
            yield Wrong(says, PROOF.against(step, says))


def false_options(
    lesson: Lesson, at: Address, asks: Asks, steps: tuple[Step, ...], place: int, lie: Wrong,
) -> tuple[Option, ...] | None:  # fmt: skip
    told = _("The cell is false: the request carries “{value}”. {why}").format(
        value=PROOF.cell(steps[place]), why=PROOF.so(steps[place])
    )
    key = Option(false_words(lesson, at, asks, place), place, right(told), lie.mutant)
    wrong = (Wrong(n, is_true(step, steps)) for n, step in enumerate(steps) if n != place)
    return chosen(FALSE, lesson, at, asks, key, wrong)


def is_true(step: Step, steps: tuple[Step, ...]) -> str:
    told = _("Row {number} is true. {why}")
    return told.format(number=steps.index(step) + 1, why=PROOF.so(step))


BLANK = Kind(
    "blank", N_("Fill the blank cells"), partial(table_keys, "blank"), make_blank, value_holds,
    value_words, table_objective,
)  # fmt: skip
FALSE = Kind(
    "false", N_("Find the false cell"), partial(table_keys, "false"), make_false, false_holds,
    false_words, table_objective,
)  # fmt: skip
