"""What a session of the terminal is, as values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.docker.machine import Client
from simulator.docker.output.line import Line
from simulator.docker.trace import Trace
from simulator.shell.syntax import Script
from simulator.sources.world import World

HOME = "/home/alice"
CONFIG = f"{HOME}/.docker/config.json"
DAEMON = "/etc/docker/daemon.json"
CERTIFICATES = re.compile(r"/etc/docker/certs\.d/(?P<host>[^/]+)/ca\.crt")
AUTHORITY = f"{HOME}/company-ca.crt"
"""The certificate of whoever signed the registry's, where the world has one."""
KEPT_LINES = 2000
"""Lines of the terminal that are kept, and lines of its history."""
SCREEN = 400_000
"""Characters of the lines that are kept."""
UNDONE = 30
"""Lines that can be undone: each earlier state may have a disk of its own."""
LONGEST = 4000
"""Characters of a line that is typed."""
LARGEST = 65_536
"""Characters of the words of one command, of its errors, and of one line of the screen."""
DISK = 1_000_000
"""Characters of all files together, of all variables, and of what a program prints, which may be a
layer: one line can double a text many times."""


@dataclass(frozen=True)
class Prompt:
    """A command that waits for an answer; a secret one is not shown as it is typed.

    `script` is what is to be done once it is answered, the waiting command first; `printed` the
    number of lines that this command has printed already.
    """

    answers: tuple[str, ...] = field(repr=False)
    text: str
    secret: bool
    printed: int = 0
    script: Script = ()


@dataclass(frozen=True)
class Shell:
    """All that a session of the terminal is. Nothing here is shared or changed.

    `files` are texts by path; alice's `config.json` is the client's store, and is there only where
    Docker cannot read it. `folders` were made and may be empty. `pending` holds lines of a command
    that is not finished. `trace` is the last command that the machine played. `before`
    are the states that `undo` goes back to, the latest last.
    """

    world: World
    client: Client
    files: Mapping[str, str] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    folder: str = HOME
    user: str = "alice"
    variables: Mapping[str, str] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    lines: tuple[Line, ...] = ()
    history: tuple[str, ...] = ()
    pending: str = ""
    prompt: Prompt | None = None
    trace: Trace | None = None
    status: int = 0
    commands: int = 0
    before: "tuple[Shell, ...]" = field(default=(), repr=False)
    first: "Shell | None" = field(default=None, repr=False)

    @property
    def asks(self) -> tuple[str, bool]:
        """The text before the cursor, and whether what is typed stays hidden."""
        if self.prompt:
            return self.prompt.text, self.prompt.secret
        return ("> " if self.pending else "$ "), False


@dataclass(frozen=True)
class Ran:
    """What a program did. `printed` are output and errors in their order, where that is known."""

    shell: Shell
    out: str = ""
    error: str = ""
    status: int = 0
    printed: tuple[Line, ...] = ()


def with_end(text: str) -> str:
    """The text with a line's end, if there is any text."""
    return text if not text or text.endswith("\n") else f"{text}\n"
