"""The CLI's way to its engine: most commands need it, and a login can do without."""

from simulator.docker import events as e
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase

AT_ENGINE = (Phase.AT_IMAGE_STORE, Phase.PINGING, Phase.FINDING_IMAGE)
"""The phases that begin with the CLI's first question to the engine."""


def unreachable(state: State) -> e.EngineUnreachable | None:
    """The failure where the engine is not there. The CLI then logs in by itself (docker/cli,
    `loginClientSide`), but does not try what is stored."""
    reusing = state.phase is Phase.CHECKING and state.run.login.reusing
    needed = state.phase in AT_ENGINE or reusing
    return e.EngineUnreachable(state.client.socket) if needed and state.client.socket else None
