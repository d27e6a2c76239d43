"""A session of the terminal in a world: opened, and typed into."""

from collections.abc import Iterable

from simulator.scenarios.model import Typed
from simulator.scenarios.workbench import Workbench
from simulator.shell import enter
from simulator.shell.values import Shell


def terminal(world: Workbench, engine: str = "29") -> Shell:
    """The terminal in this world, before anything was typed."""
    return Shell(world.world(), world.state(engine).client, files=world.files)


def typed(shell: Shell, commands: Iterable[Typed]) -> Shell:
    """The shell after these commands and the answers to their prompts."""
    for command in commands:
        for text in (command.run, *command.typed):
            shell = enter(shell, text)
    return shell
