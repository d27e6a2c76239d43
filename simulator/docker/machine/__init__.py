"""What a Docker engine does next, and what it learns: the map of phases, the state, the drive.

`table` is the map, `state` the values, `drive` the three functions; a module each for the
commands. Where the engines differ, they differ in data (`simulator.docker.engines`).
"""

from simulator.docker.machine.drive import evolve, interpret, keep, next_move
from simulator.docker.machine.state import Attempt, Client, Run, State
from simulator.docker.machine.table import TRANSITIONS, IllegalTransition, Phase

__all__ = [
    "TRANSITIONS",
    "Attempt",
    "Client",
    "IllegalTransition",
    "Phase",
    "Run",
    "State",
    "evolve",
    "interpret",
    "keep",
    "next_move",
]
