"""The exit status of a command that failed, as Docker's CLI and its plugins end."""

from simulator.docker import events as e
from simulator.docker.cli.commands import Command, Pull
from simulator.docker.go_faults import FAILS
from simulator.docker.machine.state import State

OF_A_PULL = {"run": 125, "compose": 18}
"""By the command that asks for the image: docker/cli's `toStatusError`, compose's `PullFailure`."""
NOT_FOUND = ("executable file not found", "no such file or directory")
OURS = "pullscope: "
"""How this terminal begins what it says itself."""
NOT_ALLOWED = ("permission denied", "is a directory")
"""Words after which `docker run` ends as a shell does, wherever they come from."""


def exit_status(state: State, printed: str) -> int:
    """0 for a run without a failure, unless a template could not be filled. `printed` is what is
    on standard error."""
    match state.failure:
        case None:
            return int(printed.startswith((FAILS, OURS)) or f"\n{FAILS}" in printed)
        case e.UsageRefused(status=status):
            return status
        case e.EngineUnreachable(socket=""):
            return 1
        case _:
            return of_command(state.run.command, printed)


def of_command(command: Command | None, printed: str) -> int:
    by = command.by if isinstance(command, Pull) else ""
    if by == "run" and any(words in printed for words in NOT_FOUND):
        return 127
    if by == "run" and any(words in printed for words in NOT_ALLOWED):
        return 126
    return OF_A_PULL.get(by, 1)
