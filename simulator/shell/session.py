"""A session of the terminal in a world: opened, and typed into."""

from collections.abc import Iterable

from simulator.scenarios.model import Setting, Typed
from simulator.shell import enter
from simulator.shell.values import Shell


def terminal(setting: Setting, engine: str = "29") -> Shell:
    """The terminal in this world, before anything was typed. Raises InvalidWorld."""
    document = setting.document()
    client = document.engine_client(engine)
    return Shell(document.network(), client, files=document.client.files)


def typed(shell: Shell, commands: Iterable[Typed]) -> Shell:
    """The shell after these commands and the answers to their prompts."""
    for command in commands:
        for text in (command.run, *command.typed):
            shell = enter(shell, text)
    return shell
