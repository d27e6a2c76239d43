"""The commands that are played, as values."""

from dataclasses import dataclass, field, replace
from typing import Literal, Self

from simulator.protocol.secrets import MASK


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command line. `text` is the line as it is kept, without a password."""

    text: str = field(kw_only=False)
    config: str = ""
    """The directory after `docker --config`."""
    engine: str = ""
    """Where the engine is to be looked for (`docker --host`, `DOCKER_HOST`); empty for here."""
    misdirected: str = ""
    """The CLI's complaint about a context, an address or a file by which it would find its
    engine; empty where it finds it."""

    def masked(self) -> Self:
        """The same command without its secrets."""
        return self


@dataclass(frozen=True)
class Login(Command):
    """`docker login`; the password comes from a prompt, from standard input or from `-p`."""

    server: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    source: str = "prompt"
    named: bool = False
    """The name was given with `-u`; without it, the CLI asks."""
    terminal: bool = False
    """Standard input is a terminal: prompts are answered."""
    wrong: str = ""
    """The fault in the options themselves; empty for none."""
    patience: int = 0
    """How often Docker's CLI may ask about the browser before the user interrupts it."""

    def masked(self) -> Self:
        return replace(self, password=MASK)


@dataclass(frozen=True)
class Pull(Command):
    """`docker pull`, or another command that pulls; `image` as typed, not yet parsed."""

    image: str
    platform: str = ""
    all_tags: bool = False
    quiet: bool = False
    deprecated: tuple[str, ...] = ()
    by: Literal["", "run", "create", "compose", "imagetools"] = ""
    """The command that asks for the image; empty for `docker pull` itself. `imagetools` (of
    buildx) asks the registry itself, and reads no more than the manifest."""
    policy: Literal["missing", "always", "never"] = "missing"
    """When `docker run` and `docker create` pull."""
    service: str = ""
    """The service of `compose.yaml` that the image is for."""


@dataclass(frozen=True)
class Push(Command):
    """`docker push`; `image` as typed, not yet parsed."""

    image: str
    platform: str = ""
    quiet: bool = False
    all_tags: bool = False


@dataclass(frozen=True)
class Tag(Command):
    """`docker tag`: a name or id, and the name that the image gets besides."""

    source: str
    target: str


@dataclass(frozen=True)
class Logout(Command):
    """`docker logout`."""

    server: str = ""


@dataclass(frozen=True)
class Images(Command):
    """`docker images`, of those that match a pattern."""

    pattern: str = ""
    every: bool = False
    quiet: bool = False
    digests: bool = False
    whole: bool = False
    short_form: bool = True
    """`docker images`, and not `docker image ls`."""
    width: int = 0
    """Characters in a line of the terminal, 0 without a terminal."""
    tree: bool = False
    """Shows the platforms below each image."""
    format: str = ""
    """Go's template for each row."""
    filters: tuple[tuple[str, str], ...] = ()
    """Names and values of `--filter`."""


@dataclass(frozen=True)
class Remove(Command):
    """`docker rmi`."""

    names: tuple[str, ...] = ()
    force: bool = False


@dataclass(frozen=True)
class Inspect(Command):
    """`docker inspect` or `docker image inspect`."""

    names: tuple[str, ...] = ()
    any_kind: bool = True
    """`docker inspect`, which looks for containers too."""
    format: str = ""
    """Go's template for each image; `json` for one line."""

    @property
    def nothing(self) -> str:
        """The output where no image is found: an empty list, or no text of the template."""
        return "[]" if self.format in ("", "json") else ""


@dataclass(frozen=True)
class Prune(Command):
    """`docker image prune`: images without a name, or `every` image, since nothing runs here."""

    every: bool = False
    sure: bool = True
    """Given `--force`, or confirmed. Docker does nothing without it, and asks no engine."""

    @property
    def warning(self) -> str:
        """What the CLI says before it asks (docker/cli, `image/prune.go`)."""
        which = "without at least one container associated to them" if self.every else ""
        return f"WARNING! This will remove all {f'images {which}' if which else 'dangling images'}."


SURE = "Are you sure you want to continue? [y/N] "
"""The CLI's question before it prunes; only y means yes."""


@dataclass(frozen=True)
class DiskUsage(Command):
    """`docker system df`: what images take on disk; with `verbose`, each of them."""

    verbose: bool = False
    format: str = ""
    """Go's template for each kind of object."""


@dataclass(frozen=True)
class Compose(Command):
    """`docker compose pull`: services and their images, as in the compose file at `file`."""

    file: str = ""
    services: tuple[tuple[str, str], ...] = ()
    quiet: bool = False


@dataclass(frozen=True)
class Search(Command):
    """`docker search`: what a registry of the first version finds; `limit` is how many."""

    term: str
    limit: int = 25
    whole: bool = False


@dataclass(frozen=True)
class ManifestInspect(Command):
    """`docker manifest inspect`: Docker's CLI asks the registry itself, and no engine."""

    image: str
    verbose: bool = False
    insecure: bool = False
    """Takes any certificate, and plain HTTP where the registry does not speak TLS."""


@dataclass(frozen=True)
class Unusable(Command):
    """A command line that Docker's CLI does not take: why, and its exit status."""

    why: str = ""
    status: int = 1
