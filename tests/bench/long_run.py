"""A run of almost 500 steps: the ordinary login, and pulls of four images of 105 layers each.

An image has 127 layers at most, so a long run is one of several images.
"""

from dataclasses import replace
from functools import cache

from simulator.docker.trace import Trace, run
from simulator.registry.fixtures import AMD64, image, layer, repository
from simulator.scenarios.model import Typed, first_registry, scenario
from simulator.sources.mock import mock
from simulator.sources.world import World

TAGS, LAYERS = ("a", "b", "c", "d"), 105


@cache
def long_run() -> Trace:
    known, host = scenario("works"), first_registry()
    login, _pull = known.commands
    pulls = (Typed(run=f"docker pull {host}/myimage:{tag}") for tag in TAGS)
    sites = dict(known.world().sites)
    registry = sites[host].registry
    assert registry is not None
    images = {tag: image(layers(tag), AMD64) for tag in TAGS}
    held = {**registry.repositories, "myimage": repository(images)}
    sites[host] = replace(sites[host], registry=replace(registry, repositories=held))
    typed = known.model_copy(update={"commands": (login, *pulls)})
    return run(typed.state(), mock(World(sites)), scenario="works")


def layers(tag: str) -> tuple[bytes, ...]:
    return tuple(layer({f"{tag}-{number}": b"x\n"}) for number in range(LAYERS))
