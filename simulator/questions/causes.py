"""Which cause for this output, and which other situation ends with the very same."""

from collections.abc import Iterator
from itertools import chain
from random import Random

from simulator.docker.engines import engines
from simulator.lesson.document import Lesson
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.offer import Key, Kind, Wrong, chosen, objective_of, place_of, rule
from simulator.questions.runs import (
    because,
    ending_of,
    key_of,
    mutants,
    step_at,
    text,
    title,
    traces,
)
from simulator.scenarios.model import scenario
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.words.i18n import N_, _


def cause_keys(lesson: Lesson) -> Iterator[Key]:
    """Ends that not many situations share; and, where some do, who else ends so."""
    for trace in traces(lesson):
        said = ending_of("", trace.scenario, trace.engine)
        alike = [n for n in lesson.situations if ending_of("", n, trace.engine) == said]
        if not said or len(alike) > max(1, len(lesson.situations) // 5):
            continue
        yield "cause", trace.scenario, trace.engine, len(trace.steps), ""
        for other in alike:
            if other != trace.scenario:
                yield "cause", trace.scenario, trace.engine, len(trace.steps), other


def cause_holds(_at: Address, asks: Asks, says: Says) -> bool:
    engine, output = asks
    return ending_of("", str(says), str(engine)) == output


def cause_words(_lesson: Lesson, _at: Address, _asks: Asks, says: Says) -> str:
    return scenario(str(says)).title


def make_cause(lesson: Lesson, key: Key) -> Question | None:
    """With another situation named, the question is which one else ends with the same words."""
    at, rng, same_as = place_of(key), Random(key_of(key)), key[4]
    output = ending_of("", at.scenario, at.engine)
    asks: Asks = (at.engine, output)
    right = Option(cause_words(lesson, at, asks, at.scenario), at.scenario, cause_right(at))
    wrong = chain(mutant_causes(lesson, at, output, rng), other_causes(lesson, at, rng))
    options = chosen(CAUSE, lesson, at, asks, right, wrong)
    if options is None:
        return None
    part = Part(asks, options)
    last = step_at(at)
    led = [option for option in options if option.mutant]
    many = same_as or not led
    objective = "one-message-many-causes" if many else objective_of([part], last.name)
    prompt = _("In which of these situations does Docker print this? IMAGE stands for what was "
               "pulled. Where nothing else is said, the account may pull it, and the registry "
               "uses tokens.")  # fmt: skip
    if same_as:
        prompt = _("“{other}” ends like this. In which of these situations does Docker print the "
                   "very same? IMAGE stands for what was pulled.").format(
                       other=scenario(same_as).title)  # fmt: skip
    return Question(
        key_of(key), "cause", objective, at, f"{_(engines()[at.engine].title)}.", prompt, (part,),
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
    cause = scenario(at.scenario).cause
    return _("Right. {why}").format(why=cause) if cause else _("Right.")


TRIED = 8
"""Situations of which every mutant's end is looked at: a limit to what a first set costs."""


def mutant_causes(lesson: Lesson, at: Address, output: str, rng: Random) -> Iterator[Wrong]:
    """Situations that end like this for somebody with a misconception. Two will do."""
    found = 0
    names = [n for n in lesson.situations if ending_of("", n, at.engine) != output]
    failing = sorted(
        rng.sample(names, len(names)), key=lambda name: not played(name, at.engine).failed
    )
    for name in failing[:TRIED]:
        for mutant in mutants(rng):
            if mutant.speaks and ending_of(mutant.name, name, at.engine) == output:
                yield Wrong(name, because(mutant), mutant.name)
                found += 1
                break
        if found == 2:
            return


def other_causes(lesson: Lesson, at: Address, rng: Random) -> Iterator[Wrong]:
    """Situations that fail, and print something else."""
    failing = [name for name in lesson.situations if played(name, at.engine).failed]
    for name in rng.sample(failing, len(failing)):
        told = _("There Docker prints: {output}")
        yield Wrong(name, told.format(output=ending_of("", name, at.engine)))


CAUSE = Kind("cause", N_("Which cause"), cause_keys, make_cause, cause_holds, cause_words)
