"""Scenarios played on the mock network."""

from functools import cache

from simulator.docker.trace import MACHINE, Machine, Trace
from simulator.docker.trace import run as run_trace
from simulator.scenarios.model import Scenario, scenario
from simulator.sources.mock import mock


@cache
def trace(name: str, engine: str = "29") -> Trace:
    """The run of the scenario of this name: the same value each time, for nothing in it is random.

    Raises UnknownScenario, and UnknownEngine.
    """
    return run(scenario(name), engine)


def run(one: Scenario, engine: str = "29", machine: Machine = MACHINE) -> Trace:
    """A run of a scenario, also of one that stands in no file."""
    return run_trace(one.state(engine), mock(one.world()), scenario=one.name, machine=machine)
