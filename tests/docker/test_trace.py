"""Traces as data."""

import json
from itertools import pairwise

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from simulator.docker.engines import engines
from simulator.docker.trace import InvalidTrace, Trace, masked_steps, steps
from simulator.docker.trace import run as run_trace
from simulator.scenarios.model import scenario, scenarios
from simulator.scenarios.play import trace as run
from simulator.sources.mock import mock
from tests.cases import each


@each("name", scenarios())
def test_a_trace_reads_back_equal(name: str) -> None:
    """JSON loses nothing that a view needs."""
    trace = run(name)
    assert Trace.from_json(trace.to_json()) == trace


@each("engine", engines())
@each("name", scenarios())
def test_a_scenario_is_the_same_run_each_time(name: str, engine: str) -> None:
    """No clock and no chance decides: two plays in two new worlds are equal, byte by byte."""
    known = scenario(name)
    first, second = (run_trace(known.state(engine), mock(known.world())) for _again in range(2))
    assert first.to_json() == second.to_json()


@each("text", ["", "[]", "{}", '{"schema": "pullscope-trace/9", "steps": []}'])
def test_foreign_json_is_refused_in_one_sentence(text: str) -> None:
    """A file that is no trace is named as such, with the place."""
    with pytest.raises(InvalidTrace, match="not a pullscope-trace/2 trace") as refused:
        Trace.from_json(text)
    assert "\n" not in str(refused.value)


def test_a_step_is_masked_alike_whatever_is_beside_it() -> None:
    """Two steps share the state between them; where a step does not begin with what the one before
    it left, it keeps its own."""
    known = scenario("works")
    taken = list(steps(known.state("29"), mock(known.world())))
    whole, apart = list(masked_steps(taken)), list(masked_steps(taken[::3]))
    assert whole == [step.masked() for step in taken]
    assert apart == [step.masked() for step in taken[::3]]
    assert all(one.after is other.before for one, other in pairwise(whole))


def test_steps_are_self_contained() -> None:
    """Each step starts where the one before ended, and is numbered from 1."""
    steps = run("works").steps
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert all(a.after == b.before for a, b in pairwise(steps))


def test_the_format_has_a_schema_that_tells_events_apart() -> None:
    """A reader of another language learns from it what each event holds."""
    schema = TypeAdapter(Trace).json_schema()
    document = json.loads(run("works").to_json())
    assert not list(Draft202012Validator(schema).iter_errors(document))
    document["steps"][0]["event"]["event"] = "LoginTipped"
    assert list(Draft202012Validator(schema).iter_errors(document))


def test_an_event_that_nobody_knows_is_refused_by_name() -> None:
    """The sentence says where it is; it does not list all events."""
    text = run("works").to_json().replace('"LoginTyped"', '"LoginTipped"')
    with pytest.raises(InvalidTrace, match=r"event must be the name of a known Event$"):
        Trace.from_json(text)
