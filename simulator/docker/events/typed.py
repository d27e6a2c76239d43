"""The commands that were typed: an event a command, since each leads to a phase of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.docker.cli.commands import (
    Command,
    Compose,
    DiskUsage,
    Images,
    Inspect,
    Login,
    Logout,
    ManifestInspect,
    Prune,
    Pull,
    Push,
    Remove,
    Search,
    Tag,
)
from simulator.docker.events.base import Event


@dataclass(frozen=True)
class CommandTyped(Event):
    """A command was typed."""

    command: Command


@dataclass(frozen=True)
class LoginTyped(CommandTyped):
    command: Login


@dataclass(frozen=True)
class PullTyped(CommandTyped):
    command: Pull


@dataclass(frozen=True)
class LogoutTyped(CommandTyped):
    command: Logout


@dataclass(frozen=True)
class ImagesTyped(CommandTyped):
    command: Images


@dataclass(frozen=True)
class RemoveTyped(CommandTyped):
    command: Remove


@dataclass(frozen=True)
class InspectTyped(CommandTyped):
    command: Inspect


@dataclass(frozen=True)
class PruneTyped(CommandTyped):
    command: Prune


@dataclass(frozen=True)
class DiskUsageTyped(CommandTyped):
    command: DiskUsage


@dataclass(frozen=True)
class TagTyped(CommandTyped):
    command: Tag


@dataclass(frozen=True)
class PushTyped(CommandTyped):
    command: Push


@dataclass(frozen=True)
class ContainerTyped(CommandTyped):
    command: Pull


@dataclass(frozen=True)
class ComposeTyped(CommandTyped):
    command: Compose


@dataclass(frozen=True)
class ServiceTaken(CommandTyped):
    """Compose asks the engine to pull the image of a service."""

    command: Pull


@dataclass(frozen=True)
class ImagetoolsTyped(CommandTyped):
    command: Pull


@dataclass(frozen=True)
class SearchTyped(CommandTyped):
    command: Search


@dataclass(frozen=True)
class ManifestInspectTyped(CommandTyped):
    command: ManifestInspect


TYPED: Mapping[type[Command], Callable[[Any], CommandTyped]] = {
    Login: LoginTyped, Pull: PullTyped, Logout: LogoutTyped, Images: ImagesTyped,
    Remove: RemoveTyped, Inspect: InspectTyped, Tag: TagTyped, Push: PushTyped,
    Prune: PruneTyped, DiskUsage: DiskUsageTyped, Compose: ComposeTyped, Search: SearchTyped,
    ManifestInspect: ManifestInspectTyped,
}  # fmt: skip
BY: Mapping[str, Callable[[Pull], CommandTyped]] = {
    "run": ContainerTyped, "create": ContainerTyped, "compose": ServiceTaken,
    "imagetools": ImagetoolsTyped,
}  # fmt: skip
"""Commands that pull beside `docker pull`."""


def typed(command: Command) -> CommandTyped:
    """The event for this command."""
    if isinstance(command, Pull) and command.by:
        return BY[command.by](command)
    return TYPED[type(command)](command)
