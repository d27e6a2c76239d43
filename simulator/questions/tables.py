"""Excerpts of the tracker and of the messages: fill the blank cells, and find the false one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.questions.fields import FIELDS, TRACKER, Field, fields_of
from simulator.questions.misconceptions import MUTANTS
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.offer import Key, Kind, Wrong, chosen, label_of, objective_of, rule
from simulator.questions.runs import (
    headed,
    key_of,
    message,
    seen_by,
    situation,
    step_at,
    text,
    traces,
)
from simulator.questions.steps import VARIANTS, typed_all
from simulator.questions.values import (
    cell_rng,
    changes,
    mutant_values,
    other_values,
    value_holds,
    value_part,
    value_words,
)
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.views.table import Table
from simulator.words.i18n import N_, _

WIRE = (FIELDS["proof"], FIELDS["answered"])
ROWS = 4


def table_keys(kind: str) -> Callable[[Lesson], Iterator[Key]]:
    """Excerpts of the tracker, and of the messages under the process table."""

    def keys(lesson: Lesson) -> Iterator[Key]:
        whole = set(TRACKER) <= set(fields_of(lesson))
        for trace in traces(lesson):
            tracked = len(trace.steps) if whole else 0
            for fields, most in ((TRACKER, tracked), (WIRE, sent_in(trace))):
                if most >= ROWS:
                    name = "wire" if fields is WIRE else "tracker"
                    for variant in range(VARIANTS):
                        yield (
                            kind,
                            trace.scenario,
                            trace.engine,
                            len(trace.steps),
                            f"{name}{variant}",
                        )

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
    return Table((first, *(_(field.head or field.label) for field in shown.fields)), rows)


def make_blank(lesson: Lesson, key: Key) -> Question | None:
    rng = Random(key_of(key))
    shown = excerpt(key, rng)
    blanks = blank_parts(lesson, key, shown, rng)
    if len(blanks) < 2:
        return None
    names = {part.asks: part.label for part in blanks}

    def cell(field: Field, step: Step) -> str:
        hidden = names.get((field.name, step.number))
        return hidden or field.cell(step)

    at = Address(key[1], key[2], int(str(blanks[-1].asks[1])))
    objective = objective_of(blanks, step_at(at).name)
    return Question(
        blank_name(key, shown, blanks), "blank", objective,
        at, situation(at), _("Fill the blank cells of this table."), tuple(blanks),
        blank_hints(lesson, blanks, at, objective), typed_all(at),
        table_of(lesson, shown, cell), core="/".join(cores(blanks, at)),
    )  # fmt: skip


def blank_name(key: Key, shown: Excerpt, blanks: list[Part]) -> str:
    rows = tuple(step.number for step in shown.steps)
    return key_of("blank", key[1], key[2], rows, tuple(part.asks for part in blanks))


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
        part = value_part(lesson, at, field) if step.number not in rows else None
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


def cell_asked(asks: Asks, says: Says) -> tuple[str, int, Says]:
    cell = asks[int(str(says))]
    assert isinstance(cell, tuple)
    name, number, shown = cell
    return str(name), int(str(number)), shown


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
    found = next(false_cells(lesson, key, cells, rng), None)
    if found is None:
        return None
    place, lie = found
    asks = told_cells(cells, place, lie)
    field, step = cells[place]
    at, name = Address(key[1], key[2], step.number), key_of("false", key[1], key[2], asks)
    options = false_options(lesson, at, asks, cells, place, lie, Random(name))
    if options is None:
        return None
    part = Part(asks, options)
    objective = objective_of([part], step.name)
    return Question(
        name, "false", objective, at, situation(at),
        _("One cell of this table is false. Which one?"), (part,),
        false_hints(lesson, field, step, objective), typed_all(at),
        false_table(lesson, shown, asks), core=f"{field.name}/{step.name}/{lie.says}",
    )  # fmt: skip


def value_of(field: Field, step: Step) -> Says:
    """Fields of an excerpt always have a value there."""
    says = field.value(step)
    assert says is not None
    return says


def told_cells(cells: list[tuple[Field, Step]], place: int, lie: Wrong) -> Asks:
    """What each cell shows: the truth, but for the one at this place."""
    told = [value_of(field, step) for field, step in cells]
    told[place] = lie.says
    both = zip(cells, told, strict=True)
    return tuple((field.name, step.number, said) for (field, step), said in both)


def false_options(
    lesson: Lesson, at: Address, asks: Asks, cells: list[tuple[Field, Step]],
    place: int, lie: Wrong, rng: Random,
) -> tuple[Option, ...] | None:  # fmt: skip
    field, step = cells[place]
    told = _("Right: after this step it is “{value}”. {why}")
    truly = told.format(value=field.cell(step), why=lie.feedback)
    right = Option(false_words(lesson, at, asks, place), place, truly, lie.mutant)
    others = rng.sample(range(len(cells)), len(cells))
    wrong = (Wrong(other, is_true(lesson, *cells[other])) for other in others)
    return chosen(FALSE, lesson, at, asks, right, wrong)


def false_table(lesson: Lesson, shown: Excerpt, asks: Asks) -> Table:
    cells = {cell[:2]: cell[2] for cell in asks if isinstance(cell, tuple)}
    return table_of(lesson, shown, lambda field, step: field.shown(cells[field.name, step.number]))


def false_hints(lesson: Lesson, field: Field, step: Step, objective: str) -> tuple[str, str, str]:
    told = _("After step {step}, {label} is “{value}”.")
    return (
        _("Look for a cell that does not go with the rows above and below it."),
        rule(objective),
        told.format(
            step=headed(lesson, step),
            label=label_of(field),
            value=field.cell(step),
        ),
    )


def false_cells(
    lesson: Lesson, key: Key, cells: list[tuple[Field, Step]], rng: Random
) -> Iterator[tuple[int, Wrong]]:
    """What could stand in a cell and is false: what a mutant shows there, else a neighbour."""
    places = rng.sample(range(len(cells)), len(cells))
    for place in places:
        field, step = cells[place]
        at = Address(key[1], key[2], step.number)
        found = mutant_values(at, field, cell_rng(at, field))
        yield from ((place, one) for one in found if one.says != field.value(step))
    for place in places:
        field, step = cells[place]
        at = Address(key[1], key[2], step.number)
        found = other_values(lesson, at, field, cell_rng(at, field))
        yield from ((place, one) for one in found if one.says != field.value(step))


def is_true(lesson: Lesson, field: Field, step: Step) -> str:
    told = _("This cell is true: step {step}. {why}")
    return told.format(step=headed(lesson, step), why=text(lesson, step))


BLANK = Kind(
    "blank", N_("Fill the blank cells"), table_keys("blank"), make_blank, value_holds, value_words
)
FALSE = Kind(
    "false", N_("Find the false cell"), table_keys("false"), make_false, false_holds, false_words
)
