"""`docker push` and `docker tag`: as recorded, and what a push leaves in the registry."""

from typing import get_args

import pytest

from simulator.docker.cli.parse import parse
from simulator.docker.machine import State
from simulator.docker.trace import run
from simulator.protocol.digest import digest_of
from simulator.recordings.document import Engine
from simulator.recordings.fidelity import Situation, compare
from simulator.recordings.scene import scene_of
from simulator.sources.mock import mock
from tests.docker.pushes import situations

ENGINES = get_args(Engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted(situations()))
def test_a_push_does_what_was_recorded(name: str, engine: Engine) -> None:
    compared = compare(Situation(situations()[name], engine))
    differ = [one.field for one in compared.differences]
    assert differ == []
    assert not compared.unreached


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_pushed_is_in_the_registry(engine: Engine) -> None:
    """The manifest under its tag, and every blob that it names."""
    scene = scene_of(situations()["push_new"], engine)
    network = mock(scene.world)
    line = "docker push registry.example.com/team/new:1.0"
    trace = run(State(scene.client, (parse(line),)), network)
    registry = network.world.sites["registry.example.com"].registry
    assert registry is not None
    held = registry.repositories["team/new"]
    digest = held.tags["1.0"]
    said = [line.text for step in trace.steps for line in step.terminal]
    assert digest == digest_of(held.manifests[digest].data)
    assert any(text.startswith(f"1.0: digest: {digest}") for text in said)
    assert len(held.blobs) == 3
    assert registry.uploads == {}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_tag_is_one_more_name(engine: Engine) -> None:
    """By name or id; what is not here cannot be tagged; `docker images` shows both names."""
    scene = scene_of(situations()["push_new"], engine)
    client = scene.client
    lines = ("docker tag registry.example.com/team/new:1.0 mine", "docker images mine")
    trace = run(State(client, tuple(map(parse, lines))), mock(scene.world))
    assert not trace.failed
    assert any("mine" in line.text for line in trace.steps[-2].terminal)
    failed = run(State(client, (parse("docker tag nothing x"),)), lambda requests: iter(()))
    assert failed.steps[-1].terminal[0].text.endswith("No such image: nothing:latest")
