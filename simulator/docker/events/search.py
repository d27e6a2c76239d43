"""Facts of `docker search`, which speaks the registry API of the first version."""

from dataclasses import dataclass

from simulator.docker.events.base import Event, Refused


@dataclass(frozen=True)
class SearchHit:
    """A repository that was found."""

    name: str
    description: str = ""
    stars: int = 0
    official: bool = False


@dataclass(frozen=True)
class RegistryProbed(Event):
    """`GET /v1/_ping` was answered, with whatever status."""

    status: int


@dataclass(frozen=True)
class SearchAnswered(Event):
    """The registry found these repositories."""

    hits: tuple[SearchHit, ...]


@dataclass(frozen=True)
class SearchRefused(Refused):
    """The registry has no search, or does not let this user search."""
