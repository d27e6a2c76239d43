"""Misconceptions as machines: each is wrong somewhere, and only where it says."""

from dataclasses import replace
from typing import Any

from simulator.docker.engines import engines
from simulator.docker.machine import evolve, interpret, next_move
from simulator.docker.trace import MACHINE, Machine
from simulator.questions import OBJECTIVES
from simulator.questions.misconceptions import KNOWN, MUTANTS, imagined
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as played
from tests.cases import each


@each("mutant", MUTANTS)
def test_a_mutant_is_wrong_somewhere(mutant: str) -> None:
    """It plays every scenario to an end, and what it shows differs from the machine."""
    differs = 0
    for name in scenarios():
        for engine in engines():
            steps = imagined(mutant, name, engine).steps
            assert steps[-1].after.finished
            differs += steps != played(name, engine).steps
    assert differs


@each("mutant", [known for known in KNOWN if known.when])
def test_a_mutant_matters_only_when_it_says(mutant: Any) -> None:
    """Where none of its events happens, it really does what the machine does."""
    for name in scenarios():
        if not mutant.matters(name, "29"):
            assert replace(mutant, when=()).run(name, "29").steps == played(name, "29").steps


def test_the_machine_is_not_a_mutant() -> None:
    """Without a mutant, a run uses the machine's own three functions."""
    assert Machine(next_move, interpret, evolve) == MACHINE


def test_every_mutant_belongs_to_an_objective() -> None:
    """A misconception says what is still to learn."""
    assert {mutant.objective for mutant in KNOWN} <= set(OBJECTIVES)
    assert len(KNOWN) >= 10
