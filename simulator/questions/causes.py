"""Which cause for this output, and which other situation ends with the same."""

from collections.abc import Iterator
from itertools import chain
from random import Random

from simulator.docker.engines import engines
from simulator.lesson.document import Lesson
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.objectives import about
from simulator.questions.offer import Key, Kind, Wrong, chosen, place_of, rule
from simulator.questions.runs import (
    ending_of,
    key_of,
    mutants,
    step_at,
    traces,
)
from simulator.scenarios.model import scenario
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.words.i18n import N_, _


def cause_keys(lesson: Lesson) -> Iterator[Key]:
    """Ends that not many situations share; and, where some do, who else ends so. Where Docker
    asks no server, cannot store, or succeeds, its message names the situation."""
    for trace in traces(lesson):
        last = trace.steps[-1].name
        if last == "StoreFailed" or not (trace.failed and any(one.exchange for one in trace.steps)):
            continue
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


def cause_objective(_lesson: Lesson, key: Key) -> str:
    """Of an end that several situations share, the message; else what ended the run."""
    return "one-message-many-causes" if key[4] else about(step_at(place_of(key)).name)


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
    objective = cause_objective(lesson, key)
    prompt = _(
        "In which of these situations does Docker print this? Unless a situation names an"
        " exception, the account may pull, and the registry asks for a token."
    )  # fmt: skip
    if same_as:
        prompt = _("“{other}” ends like this. In which of these situations does Docker print the "
                   "same?").format(other=scenario(same_as).title)  # fmt: skip
    if "IMAGE" in output:
        prompt += " " + _("IMAGE stands for what was pulled.")
    return Question(
        key_of(key), "cause", objective, at, f"{_(engines()[at.engine].title)}.", prompt, (part,),
        (
            _("Which step ended the run, and who spoke: this machine, the registry or its token "
              "service?"),
            rule(objective),
            _("It is not “{option}”. {why}").format(
                option=options[-1].text, why=options[-1].feedback),
        ),
        output, core=output,
    )  # fmt: skip


def cause_right(at: Address) -> str:
    cause = scenario(at.scenario).cause
    return _("Right. {why}").format(why=cause) if cause else _("Right.")


TRIED = 8
"""Situations of which every mutant's end is looked at: a limit to what a first set costs."""


def mutant_causes(lesson: Lesson, at: Address, output: str, rng: Random) -> Iterator[Wrong]:
    """Situations that end like this for a learner with a misconception. Two will do."""
    found = 0
    names = [n for n in lesson.situations if ending_of("", n, at.engine) != output]
    failing = sorted(
        rng.sample(names, len(names)), key=lambda name: not played(name, at.engine).failed
    )
    for name in failing[:TRIED]:
        for mutant in mutants(rng):
            if mutant.speaks and ending_of(mutant.name, name, at.engine) == output:
                yield Wrong(name, printed(name, at.engine), mutant.name)
                found += 1
                break
        if found == 2:
            return


def other_causes(lesson: Lesson, at: Address, rng: Random) -> Iterator[Wrong]:
    """Situations that fail, and print something else."""
    failing = [name for name in lesson.situations if played(name, at.engine).failed]
    for name in rng.sample(failing, len(failing)):
        yield Wrong(name, printed(name, at.engine))


def printed(name: str, engine: str) -> str:
    """What Docker prints there: the differences that can be seen."""
    said = ending_of("", name, engine)
    if not said:
        return _("There Docker ends without such a message.")
    return _("There Docker prints: {output}").format(output=said)


CAUSE = Kind(
    "cause", N_("Which cause"), cause_keys, make_cause, cause_holds, cause_words, cause_objective
)
