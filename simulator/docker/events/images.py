"""Facts of `docker images`, `rmi` and `inspect`."""

from dataclasses import dataclass

from simulator.docker.events.base import Event
from simulator.docker.held_images import HeldImage, Refusal, Removal


@dataclass(frozen=True)
class ImagesListed(Event):
    """What the image store holds of what was asked for. No registry was asked."""

    images: tuple[HeldImage, ...]


@dataclass(frozen=True)
class ImagesInspected(Event):
    """The details of these images, from the image store alone."""

    images: tuple[HeldImage, ...]
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class ImagesPruned(Event):
    """Images that nothing needs were deleted; `reclaimed` are the bytes that they took."""

    removals: tuple[Removal, ...]
    reclaimed: int = 0


@dataclass(frozen=True)
class DiskUsageListed(Event):
    """What all images take on disk, in bytes. `shared` is what each has in common with others."""

    images: tuple[HeldImage, ...]
    shared: tuple[int, ...] = ()
    total: int = 0
    reclaimable: int = 0


@dataclass(frozen=True)
class ImagesRemoved(Event):
    """Names were taken away; what has no name any more was deleted. `refused` are the rest."""

    removals: tuple[Removal, ...]
    refused: tuple[Refusal, ...] = ()
