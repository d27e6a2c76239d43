"""A run of almost 500 steps: the ordinary pull, of an image of 470 layers."""

from dataclasses import replace
from functools import cache

from simulator.docker.trace import Trace, run
from simulator.registry.fixtures import AMD64, image, layer, repository
from simulator.scenarios.model import HOSTNAME, scenario
from simulator.sources.mock import mock
from simulator.sources.world import World

LAYERS = 470


@cache
def long_run() -> Trace:
    known = scenario("works")
    sites = dict(known.world().sites)
    registry = sites[HOSTNAME].registry
    assert registry is not None
    many = tuple(layer({f"file-{number}": b"x\n"}) for number in range(LAYERS))
    held = {**registry.repositories, "myimage": repository({"latest": image(many, AMD64)})}
    sites[HOSTNAME] = replace(sites[HOSTNAME], registry=replace(registry, repositories=held))
    return run(known.state(), mock(World(sites)), scenario="works")
