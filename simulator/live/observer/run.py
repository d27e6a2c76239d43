"""A run of a client, as its registry saw it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.docker.cli.commands import Command, Pull
from simulator.docker.machine import Phase
from simulator.docker.trace import Trace
from simulator.live.clients import Client
from simulator.live.seen import Seen
from simulator.protocol.target import Kind


class Aside(NamedTuple):
    """A request outside of the usual course: what it is called, and what is known of it."""

    title: str
    text: str


@dataclass(frozen=True)
class Run:
    """A command, or a login with the pull after it, as steps of the machine.

    `number` is that of its first exchange; `inferred` are the numbers of the steps that no
    request shows; `asides` are words for single steps, by number.
    """

    number: int
    client: Client
    host: str
    trace: Trace
    inferred: frozenset[int] = frozenset()
    asides: Mapping[int, Aside] = field(default_factory=dict)
    other: str = ""
    """The command, where it is neither a login nor a pull."""
    over: bool = False
    """Nothing came for a while."""
    seen: tuple[tuple[Seen, ...], ...] = ()
    """The exchanges, by command."""

    @property
    def title(self) -> str:
        if self.other:
            return self.other
        first = self.trace.steps[0].before
        return " · ".join(command.text for command in first.commands) or str(self.client)

    @property
    def short(self) -> str:
        """The title without what all titles share: the program, the host, the namespace."""
        commands = self.trace.steps[0].before.commands
        if self.other or not commands:
            return self.other.replace(f"{self.host}/", "").strip() or str(self.client)
        return " · ".join(brief(command, self.client.kind.typed) for command in commands)

    @property
    def refused(self) -> bool:
        """Whether a command that is neither a login nor a pull was. A greeting alone never is."""
        ended = self.seen[-1][-1]
        alone = ended.request.target.kind is Kind.PING and ended.status == 401
        return bool(self.other) and ended.status >= 400 and not alone

    @property
    def outcome(self) -> str:
        """`failed`, `done` (back at the prompt), `going on`, or `stopped` in the middle."""
        last = self.trace.steps[-1].after
        if last.failure or self.refused:
            return "failed"
        if self.other:
            return "done"
        if last.phase in (Phase.READY, Phase.DONE):
            return "done"
        return "stopped" if self.over else "going on"


def brief(command: Command, typed: Mapping[str, str]) -> str:
    if not isinstance(command, Pull):
        return "login"
    looks = typed.get("inspect", "").partition("{")[0]
    pulls = typed.get("pull", "").partition("{")[0]
    verb = "inspect" if looks != pulls and looks and command.text.startswith(looks) else "pull"
    return f"{verb} {command.image.partition('/')[2]}"
