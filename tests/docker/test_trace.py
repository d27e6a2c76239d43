"""Traces as data."""

from itertools import pairwise

import pytest

from simulator.docker.trace import InvalidTrace, Trace
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run


@pytest.mark.parametrize("name", scenarios())
def test_a_trace_reads_back_equal(name: str) -> None:
    """JSON loses nothing that a view needs."""
    trace = run(name)
    assert Trace.from_json(trace.to_json()) == trace


def test_the_same_scenario_gives_the_same_trace() -> None:
    """A run has no clock and no chance in it."""
    assert run("works").to_json() == run("works").to_json()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "pullscope-trace/9", "steps": []}'])
def test_foreign_json_is_refused_in_one_sentence(text: str) -> None:
    """A file that is no trace is named as such, with the place."""
    with pytest.raises(InvalidTrace, match="not a pullscope-trace/2 trace") as refused:
        Trace.from_json(text)
    assert "\n" not in str(refused.value)


def test_steps_are_self_contained() -> None:
    """Each step starts where the one before ended, and is numbered from 1."""
    steps = run("works").steps
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert all(a.after == b.before for a, b in pairwise(steps))
