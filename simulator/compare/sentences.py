"""The comparison's sentences: in which way two runs differ, and why one change matters.

`sentences.yaml` has them with their conditions and claims. They are about the first steps that
differ, one of each run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.compare.align import Comparison, Pair, facts
from simulator.docker.events import CommandTyped, SessionEnded, WorldChanged
from simulator.docker.machine import Phase
from simulator.docker.trace import Step
from simulator.protocol.message import Response
from simulator.views.point import Point, point_of
from simulator.views.sentences import Variant, chosen, filled, variants_by_place
from simulator.words.data_file import read
from simulator.words.i18n import per_language

SENTENCES = Path(__file__).with_name("sentences.yaml")


class InvalidSentences(ValueError):
    """`sentences.yaml` is not right; the message says where."""


@per_language
def sentences() -> Mapping[str, tuple[Variant, ...]]:
    """The variants by place: `how`, `none`, or the name of a change."""
    return variants_by_place(read(SENTENCES, InvalidSentences), InvalidSentences)


@dataclass(frozen=True)
class Pairing:
    """What paths start from in a comparison: the points of the two steps, and their facts."""

    left: Point | None
    right: Point | None
    facts: Mapping[str, bool]
    changed: Mapping[str, Any] = field(default_factory=dict)
    """Values at paths that are not those of the runs: what a proof is tried with."""


def pairing(comparison: Comparison) -> Pairing:
    """Where two runs differ first; without points where they do not."""
    pair = comparison.parting or Pair(None, None)
    left, right = (point_of(one) if one else None for one in (pair.left, pair.right))
    return Pairing(left, right, {name: fact(comparison) for name, fact in FACTS.items()})


def how(comparison: Comparison) -> str:
    """In which way the runs differ: what was the same, and what was not."""
    return said("how", comparison)


def why(comparison: Comparison) -> str:
    """Why the change makes a difference, or what can be the reason why it makes none."""
    return said(why_place(comparison), comparison)


def why_place(comparison: Comparison) -> str:
    return "none" if comparison.parted is None else comparison.change


def said(place: str, comparison: Comparison) -> str:
    at = pairing(comparison)
    return filled(chosen(sentences()[place], at).text, at)


# -- facts --------------------------------------------------------------------------------------

KNOWN = {"Typed", "Credential store", "Image store"}


def differing(comparison: Comparison) -> set[str]:
    """The facts that differ between the two steps, by name."""
    return {fact.what for fact in facts(comparison.parting)} if comparison.parting else set()


def steps(comparison: Comparison) -> list[Step]:
    """The first steps that differ: two, one, or none."""
    pair = comparison.parting
    return [step for step in (pair.left, pair.right) if step] if pair else []


def differ(comparison: Comparison) -> bool:
    return comparison.parted is not None


def alone(comparison: Comparison) -> bool:
    """Only one of the runs has a step there."""
    return len(steps(comparison)) == 1


def command_begins(comparison: Comparison) -> bool:
    """One of the steps begins a command, ends the last one, or changes the world."""
    borders = CommandTyped | SessionEnded | WorldChanged
    return any(isinstance(one.event, borders) for one in steps(comparison))


def same_engine(comparison: Comparison) -> bool:
    return comparison.left.engine == comparison.right.engine


def known_differs(comparison: Comparison) -> bool:
    """The typed command or the stored state is different."""
    return bool(KNOWN & differing(comparison))


def by_engine(comparison: Comparison) -> bool:
    """The engines are different, and nothing that was typed or stored."""
    return not same_engine(comparison) and not known_differs(comparison)


def sent_differs(comparison: Comparison) -> bool:
    return "Sent" in differing(comparison)


def came_differs(comparison: Comparison) -> bool:
    """The answers differ, or what Docker learns from them."""
    return bool({"Answered", "Learned"} & differing(comparison))


def message(comparison: Comparison) -> bool:
    """Both steps have a message."""
    return len(steps(comparison)) == 2 and all(one.exchange for one in steps(comparison))


def sent(comparison: Comparison) -> bool:
    """The right run's request carries credentials."""
    pair = comparison.parting
    return bool(pair and pair.right and point_of(pair.right).facts["credentials_sent"])


def by_mirror(comparison: Comparison) -> bool:
    """The right run's request goes to a mirror of the registry."""
    pair = comparison.parting
    known = point_of(pair.right).facts if pair and pair.right else {}
    return bool(known.get("mirror")) and known["mirror"] == known["sent_to"]


def refused_credentials(comparison: Comparison) -> bool:
    """Both requests carry credentials, and one of them is refused."""
    exchanges = [one.exchange for one in steps(comparison) if one.exchange]
    answers = [one.answer for one in exchanges]
    refused = any(isinstance(one, Response) and one.status in (401, 403) for one in answers)
    return refused and all(one.request.authorization for one in exchanges)


def prompted(comparison: Comparison) -> bool:
    """Docker waits at a prompt, and what was known before is the same."""
    waits = any(one.before.phase is Phase.PROMPTING for one in steps(comparison)[:1])
    return waits and not known_differs(comparison)


FACTS: Mapping[str, Callable[[Comparison], bool]] = {
    fact.__name__: fact
    for fact in (
        differ, alone, command_begins, same_engine, known_differs, by_engine, sent_differs,
        came_differs, message, sent, by_mirror, refused_credentials, prompted,
    )
}  # fmt: skip
"""By name: `facts.NAME` in a condition or a claim."""
