"""Scenarios played on the mock network."""

from collections.abc import Iterator
from dataclasses import replace

from simulator.docker.engines import engine as known_engine
from simulator.docker.events import WorldChanged
from simulator.docker.machine import State
from simulator.docker.output.line import Line
from simulator.docker.trace import MACHINE, Machine, Step, Trace, masked_steps, steps
from simulator.scenarios.model import Act, Scenario, per_own_scenarios, scenario
from simulator.scenarios.world import carried, changed_world
from simulator.sources.mock import Mock, mock


@per_own_scenarios
def trace(name: str, engine: str = "29") -> Trace:
    """The run of the scenario of this name: the same value each time, for nothing in it is random.

    Raises UnknownScenario, and UnknownEngine.
    """
    return run(scenario(name), engine)


def traces(names: tuple[str, ...], engine: str = "29") -> tuple[Trace, ...]:
    """The runs of these scenarios, in their order. Raises as `trace`."""
    return tuple(trace(name, engine) for name in names)


def run(one: Scenario, engine: str = "29", machine: Machine = MACHINE) -> Trace:
    """A run of a scenario, also of one that is in no file. Raises InvalidWorld."""
    taken = masked_steps(acts(one, engine, machine))
    counted = (replace(step, number=place) for place, step in enumerate(taken, 1))
    return Trace(tuple(counted), known_engine(engine).name, "mock", one.name)


def acts(one: Scenario, engine: str, machine: Machine) -> Iterator[Step]:
    """The steps of each act, and the change of the world before each but the first."""
    network, state = mock(one.world()), one.state(engine)
    setting: Scenario = one
    for act in (None, *one.then):
        if act is not None:
            network, step = change(act, setting, network, state)
            setting, state = setting.changed(act.meanwhile), step.after
            yield step
        for step in steps(state, network, machine):
            state = step.after
            yield step


def change(act: Act, setting: Scenario, network: Mock, state: State) -> tuple[Mock, Step]:
    """The network after what happened meanwhile, and the step in which it did.

    That is no transition of the machine: a run has ended, and another one begins.
    """
    documents = setting.document(), setting.changed(act.meanwhile).document()
    before, after = (document.network() for document in documents)
    world = changed_world(before, after, network.world).later(act.later)
    was, becomes = (one.engine_client(state.client.engine) for one in documents)
    client = replace(carried(was, becomes, state.client), now=world.now)
    after_change = State(client, act.parsed())
    said = (Line("command", f"# {act.say}"),)
    return mock(world), Step(0, state, WorldChanged(act.say), after_change, terminal=said)
