"""A mutant machine: right but for one misconception, and so wrong for a reason.

A mutant plays the same scenario as the machine. What it then shows is what a learner with this
misconception expects: a wrong answer that comes with its own explanation. A mutant may replace
one of the machine's three functions, the world, the engine, or the order and sight of the steps.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from simulator.docker.events import Event, Failure
from simulator.docker.machine import Phase, State, evolve, interpret, keep, next_move
from simulator.docker.trace import MACHINE, Machine, Step, Trace
from simulator.protocol.message import Exchange, Request
from simulator.scenarios import play
from simulator.scenarios.model import Scenario, scenario

P = Phase
Moves = tuple[Request, ...] | Event


def same(value: str) -> str:
    return value


def same_world(scenario: Scenario) -> Scenario:
    return scenario


def same_trace(trace: Trace) -> Trace:
    return trace


@dataclass(frozen=True)
class Mutant:
    """One misconception. The texts complete "This is what you would see if {belief}. But {truth}".

    `objective` names what a learner who believes this has still to learn.
    """

    name: str
    objective: str
    belief: str
    truth: str
    machine: Machine = MACHINE
    world: Callable[[Scenario], Scenario] = same_world
    engine: Callable[[str], str] = same
    rewrite: Callable[[Trace], Trace] = same_trace
    when: tuple[type[Event], ...] = ()
    """Where none of these happens to the machine, the mutant does the same; empty: it may not."""

    def run(self, name: str, engine: str) -> Trace:
        """The scenario as a learner with this misconception imagines it."""
        known = scenario(name)
        world, other = self.world(known), self.engine(engine)
        if world == known and (self.machine is MACHINE or not self.matters(name, other)):
            return self.rewrite(play.trace(name, other))
        return self.rewrite(play.run(world, other, self.machine))

    def matters(self, name: str, engine: str) -> bool:
        steps = play.trace(name, engine).steps
        return not self.when or any(isinstance(step.event, self.when) for step in steps)

    @property
    def speaks(self) -> bool:
        """Whether Docker could end a run with other words for this mutant."""
        return self.rewrite is same_trace and self.engine is same


# -- replacing one function -------------------------------------------------------------------


def bent(state: State, event: Event, phase: Phase) -> State:
    """The state after an event that the table sends elsewhere, or does not know."""
    return keep(state, event, phase)


def leading(edges: Mapping[tuple[Phase, type[Event]], Phase]) -> Machine:
    """The machine with these edges in its table; it may fail anywhere."""

    def changed(state: State, event: Event) -> State:
        failed = P.FAILED if isinstance(event, Failure) else None
        phase = edges.get((state.phase, type(event)), failed)
        return evolve(state, event) if phase is None else bent(state, event, phase)

    return Machine(evolve=changed)


def evolving(change: Callable[[State, Event, State], State]) -> Machine:
    """The machine that keeps something else after an event."""
    return Machine(evolve=lambda state, event: change(state, event, evolve(state, event)))


def meaning(change: Callable[[State, Exchange, Event], Event]) -> Machine:
    """The machine that takes an answer for something else."""

    def understood(state: State, exchange: Exchange) -> Event:
        return change(state, exchange, interpret(state, exchange))

    return replace(leading({}), interpret=understood)


def moving(change: Callable[[State], Moves | None]) -> Machine:
    """The machine that does something else next, where `change` says so."""

    def moved(state: State) -> Moves:
        return change(state) or next_move(state)

    return Machine(next_move=moved)


# -- seeing the run with a misconception --------------------------------------------------------


def each_step(change: Callable[[Step], Step]) -> Callable[[Trace], Trace]:
    return lambda trace: replace(trace, steps=tuple(map(change, trace.steps)))


def each_state(change: Callable[[State], State]) -> Callable[[Trace], Trace]:
    def changed(step: Step) -> Step:
        return replace(step, before=change(step.before), after=change(step.after))

    return each_step(changed)


def in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(replace(step, number=number) for number, step in enumerate(steps, 1))


def replayed(start: State, steps: tuple[Step, ...]) -> Iterator[Step]:
    """The same events and messages in this order, each evolved from the one before."""
    state = start
    for number, step in zip(count(1), steps, strict=False):
        after = bent(state, step.event, step.after.phase)
        yield replace(step, number=number, before=state, after=after)
        state = after
