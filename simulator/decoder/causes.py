"""Causes: the seventy things that go wrong, and which of them a message allows.

`causes.yaml` has the causes, how to check and how to mend them; which readings lead to which
causes, and what they exclude, in `rules.yaml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from simulator.decoder.grammar import Entry
from simulator.words.data_file import read_as, read_named
from simulator.words.i18n import per_language

CAUSES = Path(__file__).with_name("causes.yaml")
RULES = Path(__file__).with_name("rules.yaml")

Standing = Literal["certain", "likely", "possible"]


class InvalidCauses(ValueError):
    """`causes.yaml` or `rules.yaml` is not right; the message says where."""


class Cause(Entry):
    """One thing that goes wrong: its home. `layer` is where the fault lies and is mended,
    `played_by` names the situations that play it, at whose end the `claims` hold."""

    name: str
    title: str
    layer: str
    what_happened: str
    how_to_check: str
    how_to_mend: str
    played_by: tuple[str, ...] = ()
    claims: Mapping[str, Any] = {}


class Stage(Entry):
    """How far a command came; `open` are the causes that may show themselves there. The `claims`
    prove the reason where a run ends at this stage; where none does, it has a `source`."""

    reason: str
    open: frozenset[str]
    claims: Mapping[str, Any] = {}
    source: str = ""


class Conditions(Entry):
    """The readings that must be there, and those of which none may be."""

    when: frozenset[str]
    unless: frozenset[str] = frozenset()
    reason: str

    def hold(self, readings: frozenset[str]) -> bool:
        """Whether these readings fit."""
        return self.when <= readings and not self.unless & readings


class Rule(Conditions):
    """The causes that some readings leave, in order."""

    stage: str
    certain: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()


class Change(Conditions):
    """What other readings change about the causes of a rule of these stages."""

    stages: frozenset[str]
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    replace: frozenset[str] = frozenset()


class Rules(Entry):
    """`rules.yaml`."""

    stages: Mapping[str, Stage]
    rules: Mapping[str, Rule]
    also: Mapping[str, Change]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every reading that some rule asks for."""
        every = (*self.rules.values(), *self.also.values())
        return frozenset().union(*(one.when | one.unless for one in every))


@dataclass(frozen=True)
class Candidate:
    """A cause that the message allows, whether it is certain, and why."""

    cause: Cause
    standing: Standing
    why: str


@dataclass(frozen=True)
class Excluded:
    """A cause that the message rules out, with the reason."""

    cause: Cause
    why: str


@dataclass(frozen=True)
class Verdict:
    """What the message allows, the best first, and what it excludes."""

    candidates: tuple[Candidate, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    rule: str = ""


@per_language
def causes() -> Mapping[str, Cause]:
    """Every cause by its name, in the chosen language. Raises InvalidCauses."""
    return read_named(Cause, CAUSES, InvalidCauses)


@per_language
def rules() -> Rules:
    """The rules, with their words in the chosen language. Raises InvalidCauses."""
    return read_as(Rules, RULES, InvalidCauses)


def judged(readings: frozenset[str]) -> Verdict:
    """The causes that these readings leave, and those that they exclude."""
    table = rules()
    for name, rule in table.rules.items():
        if rule.hold(readings):
            return verdict(name, rule, readings)
    return Verdict()


def verdict(name: str, rule: Rule, readings: frozenset[str]) -> Verdict:
    known, stage = causes(), rules().stages[rule.stage]
    listed = changed(rule, readings)
    candidates = tuple(Candidate(known[one], *stands) for one, stands in listed.items())
    if "*" in stage.open:
        return Verdict(candidates, (), name)
    out = (one for one in known.values() if one.name not in stage.open | listed.keys())
    return Verdict(candidates, tuple(Excluded(one, stage.reason) for one in out), name)


def changed(rule: Rule, readings: frozenset[str]) -> dict[str, tuple[Standing, str]]:
    """The rule's causes with their standing and reason, after every change that fits."""
    listed = dict(of_rule(rule))
    for change in rules().also.values():
        if rule.stage in change.stages and change.hold(readings):
            listed = dict(changes(listed, change))
    return listed


def of_rule(rule: Rule) -> Iterator[tuple[str, tuple[Standing, str]]]:
    yield from ((one, ("certain", rule.reason)) for one in rule.certain)
    yield from ((one, ("likely", rule.reason)) for one in rule.likely)
    yield from ((one, ("possible", rule.reason)) for one in rule.possible)


def changes(
    listed: Mapping[str, tuple[Standing, str]], change: Change
) -> Iterator[tuple[str, tuple[Standing, str]]]:
    """A cause that is moved up is likely; nothing is certain any more where one is added."""
    added = {*change.first, *change.second, *change.last}
    kept: list[tuple[str, tuple[Standing, str]]] = [
        (name, ("likely", why) if standing == "certain" and added else (standing, why))
        for name, (standing, why) in listed.items()
        if name not in change.without | change.replace | added
    ]  # fmt: skip
    yield from ((name, ("likely", change.reason)) for name in change.first)
    yield from kept[:1]
    yield from ((name, ("likely", change.reason)) for name in change.second)
    yield from kept[1:]
    yield from ((name, ("possible", change.reason)) for name in change.last)
