"""Where a learner is stuck, from what their requests show, and what helps.

`coach.yaml` has the hints with their conditions and claims. A hint asserts only what the requests
prove; where they prove nothing, none is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.live.coach_facts import Facts, Value, values_of
from simulator.views.sentences import Variant, applying, filled, variants_by_place
from simulator.words.data_file import read
from simulator.words.i18n import per_language

HINTS = Path(__file__).with_name("coach.yaml")


class InvalidHints(ValueError):
    """`coach.yaml` is not right; the message says where."""


@per_language
def hints() -> Mapping[str, tuple[Variant, ...]]:
    """The variants by hint; the first hint with one that applies is shown."""
    return variants_by_place(read(HINTS, InvalidHints), InvalidHints)


@dataclass(frozen=True)
class Hint:
    """A hint for these facts: what its texts are filled from. Without a name there is none."""

    name: str
    facts: Mapping[str, Value]
    changed: Mapping[str, Any] = field(default_factory=dict)
    """Values at paths that are not those of the requests: what a proof is tried with."""

    @property
    def variants(self) -> tuple[Variant, ...]:
        return hints()[self.name]

    @property
    def text(self) -> str:
        return filled(applying(self.variants, self)[0].text, self) if self.name else ""


def hint(facts: Facts) -> Hint:
    """The hint that is shown just now."""
    possible = (Hint(name, values_of(facts)) for name in hints())
    found = (one for one in possible if applying(one.variants, one))
    return next(found, Hint("", {}))


def advice(facts: Facts) -> str:
    """One or two sentences for the learner; empty while all goes well."""
    return hint(facts).text
