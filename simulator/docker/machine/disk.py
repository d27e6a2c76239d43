"""The disk of the image store: what arrives is written there, and unpacked beside it.

A disk that is full ends the pull. Which layer was being written then is chance in a real engine;
here it is the first for which there is no room.
"""

from simulator.docker import events as e
from simulator.docker.machine.requests import is_image
from simulator.docker.machine.state import State
from simulator.protocol.manifest import Descriptor


def no_room_for(state: State, blob: Descriptor) -> e.DiskFull | None:
    """The failure where this blob does not fit beside those that are here."""
    full = state.client.disk and packed(state) + blob.size > state.client.disk
    return e.DiskFull(blob) if full else None


def packed(state: State) -> int:
    return sum(one.size for one in state.run.download.received)


def no_room_to_unpack(state: State) -> e.DiskFull | None:
    """The failure at the first layer whose files do not fit; the layers are unpacked in order."""
    manifest = state.run.image.manifest
    if not (state.client.disk and manifest and is_image(state)):
        return None
    used, files = packed(state), dict(state.run.download.unpacked)
    for layer in manifest.layers:
        used += files.get(layer.digest, 0)
        if used > state.client.disk:
            return e.DiskFull(layer, unpacking=True)
    return None
