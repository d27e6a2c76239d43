"""Two runs as two lanes: a comparison as data for the page, the terminal and JSON.

Where the lanes read as one, a row is `joined`: the same kind of step, told in the same words,
and so was everything before it.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from simulator.compare.align import Comparison, Supposed, facts
from simulator.compare.sentences import how, why
from simulator.docker.engines import engines
from simulator.docker.machine import Phase, State
from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.protocol.digest import digest_of
from simulator.protocol.message import Response
from simulator.scenarios.changes import changes
from simulator.scenarios.model import find_scenario
from simulator.views.message import asked, outcome
from simulator.views.outline import Words
from simulator.words.i18n import N_, _

SCHEMA = "pullscope-lanes/1"
DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")
"""A whole digest, and as much of it as Docker shows."""

WORDS = {
    "player": N_("Two runs side by side"),
    "controls": N_("Controls"),
    "first": N_("First row"),
    "back": N_("Back"),
    "play": N_("Play"),
    "pause": N_("Pause"),
    "next": N_("Next"),
    "last": N_("Last row"),
    "jump": N_("First difference"),
    "keys": N_("Keys"),
    "close": N_("Close"),
    "row": N_("Row"),
    "rows": N_("Every row"),
    "differs": N_("What differs there"),
    "parted": N_("First difference here"),
    "part": N_("they differ"),
    "both": N_("Both"),
    "variable": N_("Variable"),
    "value": N_("Now"),
    "terminal": N_("Terminal"),
    "local": N_("No message: this step happens on this machine alone."),
    "unlike": N_("different"),
    "beside": N_("The other run has no step beside this one."),
    "ended": N_("This run has ended."),
    "done": N_("succeeds"),
    "failed": N_("fails"),
    "at": N_("Row {row} of {count}"),
    "key_step": N_("next row, row back"),
    "key_ends": N_("first row, last row"),
    "key_play": N_("play, pause"),
    "key_jump": N_("to the first difference"),
    "key_help": N_("this help"),
}
"""What the component says around the runs."""


def lanes(lesson: Lesson, comparison: Comparison) -> dict[str, Any]:
    """Both runs row by row, where they part, and why."""
    return {
        "schema": SCHEMA,
        "left": lane(lesson, comparison.left, titled(comparison.left, comparison)),
        "right": lane(lesson, comparison.right, right_title(comparison)),
        "change": comparison.change,
        "parted": None if comparison.parted is None else comparison.parted + 1,
        "verdict": verdict(lesson, comparison),
        "variables": [probe.name for probe in lesson.probes],
        "rows": list(joined_rows(lesson, comparison)),
    }


def staged(lesson: Lesson, comparison: Comparison, address: dict[str, str]) -> dict[str, Any]:
    """The lanes for the component, with its words, and what it writes into the address."""
    shown, address = lanes(lesson, comparison), {"lesson": lesson.id, **address}
    words = {name: _(text) for name, text in WORDS.items()}
    told = json.dumps([shown, words, address])
    return shown | {"words": words, "address": address, "id": digest_of(told.encode())}


def lane(lesson: Lesson, trace: Trace, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "scenario": trace.scenario,
        "engine": trace.engine,
        "steps": len(trace.steps),
        "outcome": "failed" if trace.failed else "done",
        "start": tracked(lesson, trace.steps[0].before),
    }


def right_title(comparison: Comparison) -> str:
    """The misconception, or the title of the change; without either, that of the situation."""
    if comparison.supposed:
        return comparison.supposed.title
    if comparison.change:
        return changes()[comparison.change].title
    return titled(comparison.right, comparison)


def titled(trace: Trace, comparison: Comparison) -> str:
    """The situation, with the engine where the engines differ; for a nameless run its source."""
    known = find_scenario(trace.scenario)
    situation = known.title if known else trace.source
    if comparison.left.engine == comparison.right.engine:
        return situation
    engine = _(engines()[trace.engine].title)
    same = comparison.left.scenario == comparison.right.scenario
    return engine if same else f"{situation} · {engine}"


# -- rows ---------------------------------------------------------------------------------------


def joined_rows(lesson: Lesson, comparison: Comparison) -> Iterator[dict[str, Any]]:
    joined = True
    for pair in comparison.pairs:
        ours = told(lesson, pair.left) if pair.left else None
        theirs = told(lesson, pair.right) if pair.right else None
        joined = joined and pair.alike and ours == theirs
        yield {"alike": pair.alike, "joined": joined, "left": ours, "right": theirs}


def told(lesson: Lesson, step: Step) -> dict[str, Any]:
    """A step as a lane shows it."""
    words = lesson.words(step.name, step)
    return {
        "number": step.number,
        "event": step.name,
        "title": words.title,
        "text": words.text,
        "failed": step.after.phase is Phase.FAILED,
        "exchange": exchanged(step),
        "terminal": [{"kind": line.kind, "text": line.text} for line in step.terminal],
        "tracker": tracked(lesson, step.after),
    }


def tracked(lesson: Lesson, state: State) -> dict[str, str]:
    return {probe.name: probe.cell(state) for probe in lesson.probes}


def exchanged(step: Step) -> dict[str, Any] | None:
    """The message on the wire in one line; None for a local step."""
    if step.exchange is None:
        return None
    request, answer = step.exchange.request, step.exchange.answer
    proof = str(request.authorization.scheme) if request.authorization else ""
    refused = not isinstance(answer, Response) or answer.status >= 400
    return {
        "asked": DIGEST.sub(r"\1…", asked(request)),
        "proof": proof,
        "came": outcome(answer),
        "refused": refused,
    }


# -- why ----------------------------------------------------------------------------------------


def verdict(lesson: Lesson, comparison: Comparison) -> dict[str, Any]:
    """Where they part, in which way, and why."""
    pair = comparison.parting
    differing = [
        {"what": _(fact.what), "left": fact.left or NONE, "right": fact.right or NONE}
        for fact in (facts(pair) if pair else ())
    ]
    return {
        "heading": heading(lesson, comparison),
        "how": told_of(comparison.supposed) or how(comparison),
        "why": causes(comparison) or told_by_both(lesson, comparison),
        "facts": differing,
    }


def heading(lesson: Lesson, comparison: Comparison) -> str:
    """Where they part, and what happens there on either side, as far as that has two names."""
    pair = comparison.parting
    if pair is None:
        same = comparison.change or comparison.supposed
        return _("It makes no difference") if same else _("They do not differ")
    sides = ((comparison.left, pair.left), (comparison.right, pair.right))
    titles = dict.fromkeys(words_of(lesson, s).title for trace, s in sides if s)
    number = min(step.number for _trace, step in sides if step)
    part = _("They differ from step {number} on").format(number=number)
    return f"{part}: {_(' or ').join(map(quoted, titles))}"


def quoted(title: str) -> str:
    return _("“{title}”").format(title=title)


def told_of(supposed: Supposed | None) -> str:
    """Which of the runs is Docker's, where the other one is supposed."""
    told = _("The first run is what Docker does. The second is what this misconception expects.")
    return told if supposed else ""


def causes(comparison: Comparison) -> list[str]:
    """The truth about a misconception, the change's own sentence, or what each situation says of
    itself."""
    if comparison.supposed:
        return [comparison.supposed.truth]
    if comparison.change:
        return [why(comparison)]
    names = dict.fromkeys((comparison.left.scenario, comparison.right.scenario))
    known = [one for one in map(find_scenario, names) if one]
    return [f"{one.title}: {one.cause}" for one in known if one.cause] if len(known) > 1 else []


def told_by_both(lesson: Lesson, comparison: Comparison) -> list[str]:
    """Two engines on the same situation: what the lesson says of the step of each."""
    pair = comparison.parting
    if pair is None or not (pair.left and pair.right):
        return []
    sides = ((comparison.left, pair.left), (comparison.right, pair.right))
    return [
        f"{titled(trace, comparison)}: {words_of(lesson, step).text}"
        for trace, step in sides
    ]


def words_of(lesson: Lesson, step: Step) -> Words:
    return lesson.words(step.name, step)


NONE = "–"
