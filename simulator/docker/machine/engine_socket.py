"""The CLI's way to its engine: most commands need it, and a login can do without."""

from simulator.docker import events as e
from simulator.docker.cli.commands import Command, Pull, Tag
from simulator.docker.machine.images import misnamed, not_a_name
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase
from simulator.protocol.hosts import address_of, bare, is_loopback

AT_ENGINE = (Phase.AT_IMAGE_STORE, Phase.PINGING, Phase.FINDING_IMAGE, Phase.PREPARING_CONTAINER,
             Phase.SEARCHING)  # fmt: skip
"""The phases that begin with the CLI's first question to the engine."""


def unreachable(state: State) -> e.EngineUnreachable | None:
    """The failure where the engine is not there. The CLI then logs in by itself (docker/cli,
    `loginClientSide`), but does not try what is stored."""
    command = state.run.command
    checking, misdirected = state.phase is Phase.CHECKING, bool(command and command.misdirected)
    tried = checking and (state.run.login.reusing or misdirected)
    if not tried and (state.phase not in AT_ENGINE or by_itself(command)):
        return None
    if misdirected:
        return e.EngineUnreachable("")
    why = obstacle(command.engine if command else "", state.client.socket)
    return e.EngineUnreachable(why) if why else None


def obstacle(elsewhere: str, socket: str) -> str:
    """Why nothing answers at this address, or at the usual socket; empty where the engine does.
    `socket` is the client's own obstacle. No engine listens at another address."""
    if not elsewhere:
        return socket
    if elsewhere.startswith("unix:"):
        return "absent"
    host = bare(elsewhere.partition("://")[2].partition("/")[0])
    return "refused" if is_loopback(host) or address_of(host) else "unknown"


def by_itself(command: Command | None) -> bool:
    """Whether the CLI asks no engine: buildx asks the registry, and a name that is none ends the
    command before."""
    match command:
        case Tag(misdirected=""):
            return misnamed(command) is not None
        case Pull(by="imagetools"):
            return True
        case Pull(image=image):
            return not_a_name(image) is not None
        case _:
            return False
