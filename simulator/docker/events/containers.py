"""Facts of commands that need an image: `docker run`, `docker create`, buildx's `imagetools`."""

from dataclasses import dataclass

from simulator.docker.events.base import Event


@dataclass(frozen=True)
class ImageDue(Event):
    """A container needs the image: it is `absent`, or is to be pulled in any case."""

    name: str
    absent: bool = True


@dataclass(frozen=True)
class ContainerCreated(Event):
    """The image is here, and the engine made a container of it."""

    image: str


@dataclass(frozen=True)
class ManifestDescribed(Event):
    """The registry's manifest or index is here, which is all that was asked for."""
