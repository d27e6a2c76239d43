"""A question as data. Which option is right is not written down: the machine says so."""

from dataclasses import dataclass

from simulator.views.address import Address
from simulator.views.probes import Value
from simulator.views.table import Table

Says = str | int | tuple[int, ...] | Value
"""What an option claims, free of language: a value, a step, an event, an order, a scenario."""
Asks = tuple[Says | tuple[Says, ...], ...]
"""What a part asks about, free of language."""


@dataclass(frozen=True)
class Option:
    """An answer to choose: its words, what it claims, and what to say to who chose it.

    `mutant` names the misconception that leads here, if one does.
    """

    text: str
    says: Says
    feedback: str
    mutant: str = ""


@dataclass(frozen=True)
class Part:
    """One choice. A question with several blanks has a part for each, labelled."""

    asks: Asks
    options: tuple[Option, ...]
    label: str = ""


@dataclass(frozen=True)
class Question:
    """`id` is the same for the same question in every set and language.

    `situation` and `code` (a terminal) are what one must know, `hints` three levels: where to
    look, the rule, the worked answer. `items` are what an ordering question lets one order.
    Questions with the same `core` teach the same in different situations.
    """

    id: str
    kind: str
    objective: str
    at: Address
    situation: str
    prompt: str
    parts: tuple[Part, ...]
    hints: tuple[str, str, str]
    code: str = ""
    table: Table | None = None
    items: tuple[str, ...] = ()
    core: str = ""

    @property
    def options(self) -> tuple[Option, ...]:
        """The options of a question with one part."""
        (part,) = self.parts
        return part.options
