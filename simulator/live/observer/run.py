"""A run of a client, as its registry saw it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.docker.cli.commands import Command, Pull
from simulator.docker.machine import Phase
from simulator.docker.trace import Trace
from simulator.live.seen import Client, Seen


@dataclass(frozen=True)
class Run:
    """A command, or a login with the pull after it, as steps of the machine.

    `number` is that of its first exchange; `inferred` are the numbers of the steps that no
    request shows; `notes` are words for single steps, by number.
    """

    number: int
    client: Client
    host: str
    trace: Trace
    inferred: frozenset[int] = frozenset()
    notes: Mapping[int, str] = field(default_factory=dict)
    pushed: str = ""
    """The repository that it tried to push to."""
    seen: tuple[tuple[Seen, ...], ...] = ()
    """The exchanges, by command."""

    @property
    def title(self) -> str:
        if self.pushed:
            return f"docker push {self.host}/{self.pushed}"
        first = self.trace.steps[0].before
        return " · ".join(command.text for command in first.commands) or str(self.client)

    @property
    def short(self) -> str:
        """The title without what all titles share: the program, the host, the namespace."""
        commands = self.trace.steps[0].before.commands
        if self.pushed or not commands:
            return f"push {self.pushed}" if self.pushed else str(self.client)
        return " · ".join(map(brief, commands))

    @property
    def outcome(self) -> str:
        """`failed`, `done` (back at the prompt) or `going on`."""
        last = self.trace.steps[-1].after
        if last.failure:
            return "failed"
        return "done" if last.phase in (Phase.READY, Phase.DONE) else "going on"


def brief(command: Command) -> str:
    return f"pull {command.image.partition('/')[2]}" if isinstance(command, Pull) else "login"
