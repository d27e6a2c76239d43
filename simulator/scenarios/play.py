"""Scenarios played on the mock network."""

from functools import cache
from pathlib import Path

from simulator.docker.trace import MACHINE, Machine, Trace
from simulator.docker.trace import run as run_trace
from simulator.scenarios.model import OWN, Scenario, scenario
from simulator.sources.mock import mock


def trace(name: str, engine: str = "29") -> Trace:
    """The run of the scenario of this name: the same value each time, for nothing in it is random.

    Raises UnknownScenario, and UnknownEngine.
    """
    path = OWN.get(name.partition("/")[0]) if "/" in name else None
    return kept(name, engine, path and (path, path.stat().st_mtime_ns))


@cache
def kept(name: str, engine: str, _written: tuple[Path, int] | None) -> Trace:
    """Played once, until the file of a lesson's own scenario changes."""
    return run(scenario(name), engine)


def run(one: Scenario, engine: str = "29", machine: Machine = MACHINE) -> Trace:
    """A run of a scenario, also of one that stands in no file."""
    return run_trace(one.state(engine), mock(one.world()), scenario=one.name, machine=machine)
