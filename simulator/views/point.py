"""A point of a run, and the value at a path of it: what claims and conditions are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from inspect import getmembers
from typing import Any, Protocol

from simulator.docker.trace import Step
from simulator.views.computed import Computed
from simulator.views.facts import Value as Fact
from simulator.views.facts import facts_of
from simulator.views.probes import PROBES, Value


@dataclass(frozen=True)
class Point:
    """What a path starts from."""

    name: str
    before: Any
    event: Any
    after: Any
    exchange: Any
    facts: Mapping[str, Fact]
    tracker: Mapping[str, Value]
    row: int | None
    terminal: str
    changed: Mapping[str, Any] = field(default_factory=dict)
    """Values at paths that are not those of the run: what a proof is tried with."""


class At(Protocol):
    """A point that texts are filled from: one of a run, or of two runs that are compared."""

    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def changed(self) -> Mapping[str, Any]: ...


def point_of(step: Step, row: int | None = None, start: bool = False) -> Point:
    """The point after this step, or before it for `start`."""
    after = step.before if start else step.after
    tracked = Computed(TRACKED, after)
    said = "\n".join(line.text for line in step.terminal)
    return Point(
        step.name, step.before, step.event, after, step.exchange, facts_of(step), tracked, row, said
    )


TRACKED = {name: probe.value for name, probe in PROBES.items()}
"""The tracker's values by name; a claim needs few of them, so they are computed when asked for."""


def resolve(root: Any, path: str) -> Any:
    """The value at a dotted path: fields, keys, the place in a list, `count`, and `type` of an
    event; a list of texts as YAML has it. Raises LookupError with a sentence."""
    changed = getattr(root, "changed", {})
    if path in changed:
        return changed[path]
    value = root
    for name in path.split("."):
        value = step_into(value, name, path)
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return list(value)
    return str(value) if isinstance(value, StrEnum) else value


@cache
def readable(kind: type[Any]) -> frozenset[str]:
    """The names of the fields and properties of a dataclass; none of another type."""
    if not is_dataclass(kind):
        return frozenset()
    properties = {name for name, one in getmembers(kind) if isinstance(one, property)}
    return frozenset(properties | {field.name for field in fields(kind)})


def step_into(value: Any, name: str, path: str) -> Any:
    if name == "type":
        return type(value).__name__
    kind: Any = type(value)
    if name in readable(kind):
        return getattr(value, name)
    if isinstance(value, tuple):
        if name == "count":
            return len(value)
        if name.isdecimal() and int(name) < len(value):
            return value[int(name)]
    elif isinstance(value, Mapping) and name in value:
        return value[name]
    raise LookupError(f"there is no {name!r} in {path!r}")
