"""Reasons: why an option of a prediction is wrong, as a sentence with its condition and claims.

`reasons.yaml` has the sentences. A reason is about the step that is asked about and, where there
is one, a step at which the option would be right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.docker.trace import Step, Trace
from simulator.scenarios.model import scenario
from simulator.views.point import Point, point_of
from simulator.views.sentences import Variant, chosen, filled, variants_by_place
from simulator.words.data_file import read
from simulator.words.i18n import per_language

REASONS = Path(__file__).with_name("reasons.yaml")


class InvalidReasons(ValueError):
    """`reasons.yaml` is not right; the message says where."""


@per_language
def sentences() -> Mapping[str, tuple[Variant, ...]]:
    """The variants by kind of prediction: `event`, `value` or `row`."""
    return variants_by_place(read(REASONS, InvalidReasons), InvalidReasons)


@dataclass(frozen=True)
class Reason:
    """Why an option is wrong. `there` is None where no step shows the option."""

    kind: str
    here: Point
    there: Point | None
    facts: Mapping[str, bool | str]
    changed: Mapping[str, Any] = field(default_factory=dict)
    """Values at paths that are not those of the runs: what a proof is tried with."""

    @property
    def variants(self) -> tuple[Variant, ...]:
        return sentences()[self.kind]

    @property
    def text(self) -> str:
        return filled(chosen(self.variants, self).text, self)


@dataclass(frozen=True)
class Shown:
    """A step of a run at which an option is right. `moment`: it is the run's first step that
    leaves the phase that is asked about; `start`: the option is the value before that step;
    `lasts`: the value stays to the end."""

    trace: Trace
    step: Step
    right: bool
    moment: bool = False
    start: bool = False
    lasts: bool = False
    title: str = ""


def reason(
    kind: str, trace: Trace, step: Step, shown: Shown | None = None, **told: bool | str
) -> Reason:
    """The reason against an option at this step; `told` are facts for a text without `shown`."""
    here = point_of(step)
    if shown is None:
        return Reason(kind, here, None, {**NOTHING, **told})
    known = scenario(shown.trace.scenario) if shown.trace is not trace else None
    facts: dict[str, bool | str] = {
        "same_run": shown.trace is trace,
        "later": shown.trace is trace and shown.step.number > step.number,
        "same_moment": shown.moment, "shows": shown.right, "start": shown.start,
        "lasts": shown.lasts, "title": shown.title,
        "situation": known.title if known else "", "cause": known.cause if known else "",
    }  # fmt: skip
    return Reason(kind, here, point_of(shown.step, start=shown.start), {**NOTHING, **facts})


NOTHING: Mapping[str, bool | str] = {
    "same_run": False, "later": False, "same_moment": False, "shows": False, "start": False,
    "lasts": False, "reachable": False, "title": "", "situation": "", "cause": "", "ways": "",
    "meaning": "",
}  # fmt: skip
"""The facts of a reason; empty or False where there is no such thing."""
