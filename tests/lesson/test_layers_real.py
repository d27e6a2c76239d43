"""The lesson "Layers and the store" against a real engine and a real registry."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from simulator.registry.fixtures import repositories
from tests.dockerd import Docker, dockerd
from tests.registries import open_registry

APP = repositories()["team/app"]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    with open_registry(tmp_path) as registry:
        yield registry.host


def ids(docker: Docker, *words: str) -> list[str]:
    return docker("images", "-q", *words).stdout.split()


def test_layers_are_shared_and_go_with_the_last_image(host: str) -> None:
    """Two layers are here for the next version; rmi leaves them, and a pull finds them again."""
    image = f"{host}/team/app"
    with dockerd() as docker:
        assert "Already exists" not in docker("pull", f"{image}:1.0").stdout
        assert docker("pull", f"{image}:1.1").stdout.count("Already exists") == 2
        removed = docker("rmi", f"{image}:1.0").stdout
        assert removed.count("Untagged: ") == 2 and removed.count("Deleted: ") == 2
        assert docker("pull", f"{image}:1.0").stdout.count("Already exists") == 2
        docker("rmi", f"{image}:1.0", f"{image}:1.1")
        assert ids(docker) == []
        assert "Already exists" not in docker("pull", f"{image}:1.0").stdout


def test_names_and_images_without_one(host: str) -> None:
    """A second tag is one more name; a tag that moves leaves an image that prune deletes."""
    image = f"{host}/team/app"
    with dockerd() as docker:
        docker("pull", f"{image}:1.0")
        assert "Pull complete" not in docker("pull", f"{image}:latest").stdout
        assert len(set(ids(docker))) == 1
        removed = docker("rmi", f"{image}:1.0").stdout
        assert "Untagged: " in removed and "Deleted: " not in removed
        move_latest(host)
        docker("pull", image)
        assert len(ids(docker, "--filter", "dangling=true")) == 1
        assert "Deleted Images" in docker("image", "prune", "-f").stdout
        assert len(ids(docker)) == 1
        assert docker("rmi", f"{image}:9.9").returncode == 1


def move_latest(host: str) -> None:
    stored = APP.manifests[APP.tags["1.1"]]
    address, kind = f"http://{host}/v2/team/app/manifests/latest", stored.media_type
    httpx.put(address, content=stored.data, headers={"Content-Type": kind}).raise_for_status()
