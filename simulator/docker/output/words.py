"""What an engine and its CLI say, as values: `Words` holds what differs between engines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from simulator.docker.cli.commands import Images
from simulator.docker.events import Event, Failure
from simulator.docker.go_json import INVALID_AUTH
from simulator.docker.held_images import HeldImage
from simulator.docker.machine.state import State


@dataclass(frozen=True)
class CliWords:
    """The words of one version of Docker's CLI (docker/cli), where versions differ."""

    no_such_object: str
    """How `docker inspect` begins its complaint about a name."""
    parsing: str
    """How `docker tag` begins its complaint about a name."""
    saving: str
    """How `docker login` begins its complaint about `config.json`."""
    see_help: str
    """The verb before "'docker NAME --help'", where there are too many arguments."""
    invalid_auth: str
    """The error for an `auth` without a colon."""
    before_hint: tuple[str, ...]
    """Lines before a guess at what was meant."""
    asks_for_blank: bool
    """Whether `docker login` prompts for the password on a terminal that gave none as input."""
    reports_deprecated: bool
    """Whether `docker pull` warns about deprecated options."""
    no_engine: Mapping[str, str]
    """Why the engine is not reached, and what the CLI says; `{call}` is what it asked, `{path}`
    the socket, `{lookup}` what the DNS server said."""
    missing: Mapping[str, str]
    """What `docker login` lacks, and what the CLI says about it."""


MISSING = {
    "username": "the --password-stdin option requires --username to be set",
    "both passwords": "conflicting options: cannot specify both --password and --password-stdin",
    "empty username": "username is empty",
    "password flag": "password is empty",
}
"""The same in both versions."""

NO_DAEMON = "Cannot connect to the Docker daemon at {engine}. Is the docker daemon running?"

CLI_28 = CliWords(
    no_such_object="Error: No such object",
    parsing="Error parsing reference",
    saving="Error saving credentials",
    see_help="SRun",
    invalid_auth="Invalid auth configuration file",
    before_hint=("",),
    asks_for_blank=True,
    reports_deprecated=False,
    no_engine={
        "absent": NO_DAEMON,
        "refused": NO_DAEMON,
        "unknown": "error during connect: {call}: dial tcp: {lookup}",
        "denied": "permission denied while trying to connect to the Docker daemon socket at "
        "{engine}: {call}: dial unix {path}: connect: permission denied",
    },
    missing=MISSING
    | {
        "password": "Error: Cannot perform an interactive login from a non TTY device",
        "blank password": "inappropriate ioctl for device",
        "terminal": "Error: Cannot perform an interactive login from a non TTY device",
        "username answer": "Error: Non-null Username Required",
        "password answer": "Error: Password Required",
    },
)
CLI_29 = CliWords(
    no_such_object="error: no such object",
    parsing="error parsing reference",
    saving="error saving credentials",
    see_help="Run",
    invalid_auth=INVALID_AUTH,
    before_hint=(),
    asks_for_blank=False,
    reports_deprecated=True,
    no_engine={
        "absent": "failed to connect to the docker API at {engine}; check if the path is correct "
        "and if the daemon is running: dial unix {path}: connect: no such file or directory",
        "refused": NO_DAEMON,
        "unknown": "failed to connect to the docker API at {engine}: {lookup}",
        "denied": "permission denied while trying to connect to the docker API at {engine}",
    },
    missing=MISSING
    | {
        "password": "password is empty",
        "blank password": "password is empty",
        "terminal": "error: cannot perform an interactive login from a non-TTY device",
        "username answer": "error: username is required",
        "password answer": "error: password is required",
    },
)


@dataclass(frozen=True)
class Words:
    """What one engine says; functions where the words depend on the run."""

    cli: CliWords
    explain: Callable[[Failure, State], tuple[str, ...]]
    """Standard error of a pull that failed."""
    progress: Callable[[Event, State], tuple[str, ...]]
    """Standard output of a pull meanwhile, one line a change of state (no terminal)."""
    conclusion: Callable[[Event, State], tuple[str, ...]]
    """The last lines of a pull that ended well."""
    listing: Callable[[Sequence[HeldImage], Images, int], tuple[str, ...]]
    """What `docker images` prints; the number is the clock, in seconds since 1970."""
    time_is_up: str
    """What Go says when the time for a whole request is up."""
    unexpected_status: str
    """How `docker search` begins to tell a status."""
    inspected: Callable[[HeldImage], dict[str, object]]
    """What `docker inspect` prints about an image."""
