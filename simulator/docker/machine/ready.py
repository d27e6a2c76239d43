"""Between two commands: the next tag, a late complaint, or the next command."""

from collections.abc import Iterator
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import (
    SURE,
    Command,
    Compose,
    Login,
    Logout,
    Prune,
    Pull,
    Push,
    Search,
    Unusable,
)
from simulator.docker.config_file import registry_key
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.requests import ref
from simulator.docker.machine.search import parts
from simulator.docker.machine.state import Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Manifest
from simulator.protocol.media_types import LAYERS
from simulator.protocol.reference import HUB_HOST, HUB_KEY


def type_next(state: State) -> Move:
    """The move after a command that ended: its next tag, a late complaint, or the next command."""
    if state.run.tags.left:
        following = replace(ref(state), tag=state.run.tags.left[0])
        pushing = isinstance(state.run.command, Push)
        return e.NextTagDue(following) if pushing else e.NextTagTaken(following)
    late = platform_mismatch(state) or unpack_refused(state)
    if late:
        return late
    if state.run.refused:
        return e.ImagesRefused(state.run.refused)
    if creates_container(state):
        return e.ContainerCreated(state.run.image.resolved or "")
    return started(state.commands[0]) if state.commands else e.SessionEnded()


def started(command: Command) -> e.CommandTyped | e.UsageRefused:
    """The command that is typed next, unless the command line cannot be run."""
    match command:
        case Unusable(text, why=why, status=status):
            return e.UsageRefused(text, why, status)
        case Compose(text, services=()):
            return e.UsageRefused(text, "no configuration file provided: not found", 14)
        case Prune(text, sure=False):
            return e.UsageRefused(text, f"{command.warning}\n{SURE}", 0)
        case _:
            return e.typed(command)


def creates_container(state: State) -> bool:
    """Whether the image that was pulled is for a container."""
    command = state.run.command
    container = isinstance(command, Pull) and command.by in ("run", "create")
    return container and state.run.reference is not None and not state.run.created


def platform_mismatch(state: State) -> e.PlatformMismatched | None:
    """The classic engine compares the platform of a lone image only after the pull, be the image
    new or here before."""
    command, image = state.run.command, state.run.image
    config = image.config or held_config(state)
    actual = config.platform if config else None
    if not (isinstance(command, Pull) and command.platform and state.profile.checks_platform):
        return None
    if image.index or actual is None or actual.matches(state.platform):
        return None
    return e.PlatformMismatched(state.platform, actual)


def held_config(state: State) -> ImageConfig | None:
    """The config of a lone image that was here before the pull."""
    found = state.client.images.manifest(state.run.image.resolved or "")
    if not isinstance(found, Manifest):
        return None
    return state.client.images.config(found.config.digest)


def unpack_refused(state: State) -> e.UnpackRefused | None:
    """containerd unpacks last what has no layers of an image; a configuration that counts layers
    does not fit that."""
    image = state.run.image
    if state.profile.images_only or not (image.manifest and image.config):
        return None
    layers = [one for one in image.manifest.layers if one.media_type in LAYERS]
    return e.UnpackRefused() if image.config.diff_ids and not layers else None


def begin(state: State, command: Command) -> State:
    """A new command starts with the client and nothing of the command before."""
    host = ""
    if isinstance(command, Login | Logout):
        host = host_of(registry_key(command.server))
    if isinstance(command, Search):
        host = parts(command.term)[0]
    rest = state.commands[1:]
    if isinstance(command, Compose):
        rest = (*services(command), *rest)
    return replace(state, commands=rest, run=Run(command, host))


def services(command: Compose) -> Iterator[Pull]:
    """A pull for each service; two services with the same image are one pull."""
    known = {image: service for service, image in reversed(command.services)}
    for image, service in sorted(known.items(), key=lambda one: one[1]):
        yield Pull(command.text, image, config=command.config, engine=command.engine,
                   misdirected=command.misdirected, quiet=command.quiet, by="compose",
                   service=service)  # fmt: skip


def host_of(key: str) -> str:
    """Where to log in: Docker Hub's names all mean one host."""
    return HUB_HOST if key in (HUB_KEY, "index.docker.io") else key


PART = Part(moves={Phase.READY: type_next})
