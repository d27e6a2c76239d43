"""The CLI's way to its engine: most commands need it, and a login can do without."""

from simulator.docker import events as e
from simulator.docker.cli.commands import Command, Pull, Tag
from simulator.docker.machine.images import misnamed, not_a_name
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase

AT_ENGINE = (Phase.AT_IMAGE_STORE, Phase.PINGING, Phase.FINDING_IMAGE, Phase.PREPARING_CONTAINER,
             Phase.SEARCHING)  # fmt: skip
"""The phases that begin with the CLI's first question to the engine."""


def unreachable(state: State) -> e.EngineUnreachable | None:
    """The failure where the engine is not there. The CLI then logs in by itself (docker/cli,
    `loginClientSide`), but does not try what is stored."""
    reusing = state.phase is Phase.CHECKING and state.run.login.reusing
    command = state.run.command
    needed = (state.phase in AT_ENGINE and not by_itself(command)) or reusing
    elsewhere = command.engine if command else ""
    if not needed:
        return None
    if elsewhere:
        return e.EngineUnreachable("absent" if elsewhere.startswith("unix:") else "refused")
    return e.EngineUnreachable(state.client.socket) if state.client.socket else None


def by_itself(command: Command | None) -> bool:
    """Whether the CLI asks no engine: buildx asks the registry, and a name that is none ends the
    command before."""
    match command:
        case Tag():
            return misnamed(command) is not None
        case Pull(by="imagetools"):
            return True
        case Pull(image=image):
            return not_a_name(image) is not None
        case _:
            return False
