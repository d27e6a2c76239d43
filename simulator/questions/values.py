"""The value of a field at one step: what is stored, carried, opened, listed or downloaded."""

from collections.abc import Iterator
from itertools import chain
from random import Random

from simulator.docker.trace import Step
from simulator.lesson.document import Lesson
from simulator.questions.acts import PASSWORD, STORAGE, proof, role
from simulator.questions.fields import FIELDS, Field
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.offer import Key, Kind, Wrong, chosen, place_of, rule
from simulator.questions.reasons import begins_anew, right, why_none
from simulator.questions.runs import (
    at_prompt,
    because,
    in_other,
    key_of,
    message,
    mutants,
    naming_of,
    seen_by,
    shortened,
    situation,
    step_at,
    traces,
    typed,
)
from simulator.scenarios.play import trace as played
from simulator.views import facts
from simulator.views.address import Address
from simulator.views.message import summary
from simulator.words.i18n import N_, _

AT_THE_END = ("stored", "listed")
"""Fields that are asked about when a command has ended."""


def value_keys(lesson: Lesson) -> Iterator[Key]:
    for trace in traces(lesson):
        for step in trace.steps:
            for field in FIELDS.values():
                cut_short = field.name == "planned" and trace.failed
                if worth_asking(step, field) and not cut_short:
                    yield "value", trace.scenario, trace.engine, step.number, field.name


def worth_asking(step: Step, field: Field) -> bool:
    if field.name == "answered" or field.value(step) is None:
        return False
    if field.name in AT_THE_END:
        ended = at_prompt(step) and not step.name.startswith("Session")
        return ended and bool(facts.key(step)) and not facts.helper(step)
    return True


def value_holds(at: Address, asks: Asks, says: Says) -> bool:
    name, number = asks
    step = played(at.scenario, at.engine).steps[int(str(number)) - 1]
    return FIELDS[str(name)].value(step) == says


def value_words(_lesson: Lesson, _at: Address, asks: Asks, says: Says) -> str:
    return FIELDS[str(asks[0])].shown(says)


def value_part(lesson: Lesson, at: Address, field: Field, label: str = "") -> Part | None:
    """The choice of a value; the same for the same step, in whatever question."""
    step, rng = step_at(at), Random(key_of(at, field.name))
    asks: Asks = (field.name, at.step)
    says = field.value(step)
    assert says is not None
    key = Option(field.shown(says), says, right(field.so(step)))
    wrong = chain(mutant_values(at, field, rng), other_values(lesson, at, field, rng))
    options = chosen(VALUE, lesson, at, asks, key, wrong)
    return Part(asks, options, label) if options else None


def mutant_values(at: Address, field: Field, rng: Random) -> Iterator[Wrong]:
    for mutant in mutants(rng):
        says = seen_by(mutant.name, at, field)
        if says is not None:
            yield Wrong(says, because(mutant), mutant.name)


def other_values(lesson: Lesson, at: Address, field: Field, rng: Random) -> Iterator[Wrong]:
    """What may be believed anywhere, and what the field shows in other situations."""
    step = step_at(at)
    for says in field.choices(step):
        yield Wrong(says, field.against(step, says))
    for name in rng.sample(lesson.situations, len(lesson.situations)):
        found = in_other(at, name, naming_of(field))
        shown = field.value(found) if found else None
        if shown is not None:
            yield Wrong(shown, field.against(step, shown))


def value_objective(_lesson: Lesson, key: Key) -> str:
    step, name = step_at(place_of(key)), key[4]
    return proof_objective(step) if name == "proof" else ABOUT[name]


ABOUT = {
    "stored": "what-is-stored", "opened": "token-is-short-lived", "listed": "image-comes-last",
    "planned": "layers-are-shared", "meanwhile": "image-comes-last",
}  # fmt: skip
"""What a question about a field is about, by the field."""


def proof_objective(step: Step) -> str:
    if role(step) == STORAGE:
        return "challenge-and-scope"
    if facts.account(step) and begins_anew(step):
        return "engines-differ"
    known = step.before.run.access.challenge
    basic = known is not None and known.scheme == "Basic"
    sent = proof(step) == PASSWORD
    return "basic-vs-bearer" if basic or sent else "challenge-and-scope"


def make_value(lesson: Lesson, key: Key) -> Question | None:
    at, field = place_of(key), FIELDS[key[4]]
    part = value_part(lesson, at, field)
    if part is None:
        return None
    step, objective = step_at(at), value_objective(lesson, key)
    where = request_shown(at, step) if field.message else ""
    return Question(
        key_of(key), "value", objective, at, situation(at), f"{where}{_(field.prompt)}", (part,),
        (look_at(step, field), rule(objective), left_out(step, field, part)),
        shown_before(at, step, field), core=core_of(step, field),
    )  # fmt: skip


def core_of(step: Step, field: Field) -> str:
    why = why_none(step) if field.message else ""
    return f"{field.name}/{facts.command(step)}/{role(step)}/{field.value(step)}/{why}"


def request_shown(at: Address, step: Step) -> str:
    """The request, and what was answered before it: the same request may be sent again."""
    earlier = [one for one in played(at.scenario, at.engine).steps[: at.step - 1]
               if one.exchange and one.after.run.command == step.after.run.command]  # fmt: skip
    if not earlier or earlier[-1].exchange is None:
        return _("Docker begins with {request}.").format(request=message(step)) + " "
    told = _("After {before}, Docker sends {request}.")
    before = shortened(summary(earlier[-1].exchange))
    return told.format(before=before, request=message(step)) + " "


def shown_before(at: Address, step: Step, field: Field) -> str:
    """The commands so far; of a download, also the digests that it is about. Where none or all are
    held, a table would be the answer: the names of the images are shown in its place."""
    lines = [typed(at)]
    if field.name == "planned" and not mixed(step):
        names = [name for name, _digest in step.before.client.images.images]
        told = _("# the image store holds: {names}")
        lines.append(told.format(names=", ".join(names) or _("no image")))
    elif field.name == "planned" and step.after.run.image.manifest:
        held = {layer.digest for layer in step.after.run.download.present}
        lines.append(_("# layers of this image, and what the image store holds:"))
        for layer in dict.fromkeys(step.after.run.image.manifest.layers):
            there = _("held") if layer.digest in held else _("not held")
            lines.append(f"# {layer.digest[:19]}…  {there}")
    return "\n".join(lines)


def mixed(step: Step) -> bool:
    """Some layers of the image are held, and some are not."""
    manifest, present = step.after.run.image.manifest, step.after.run.download.present
    layers = {layer.digest for layer in manifest.layers} if manifest else set()
    return bool(present) and not layers <= {layer.digest for layer in present}


def look_at(step: Step, field: Field) -> str:
    """Where to look."""
    if field.message:
        return _("Ask what Docker has been asked for before, and which host this request goes to.")
    told = _("Ask what {command} changes on this machine, and what it only reads.")
    return told.format(command=facts.command(step))


def left_out(step: Step, field: Field, part: Part) -> str:
    """Why one of the wrong options is wrong: the choice among the others stays."""
    wrong = next(option for option in part.options if option.says != field.value(step))
    return _("It is not “{option}”: {why}").format(option=wrong.text, why=wrong.feedback)


VALUE = Kind(
    "value", N_("Facts"), value_keys, make_value, value_holds, value_words, value_objective
)
