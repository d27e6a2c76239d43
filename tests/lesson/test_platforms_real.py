"""The lesson "One name, many platforms" against a real engine, a real registry and skopeo."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.protocol.manifest import Index, Manifest, parse_manifest
from simulator.protocol.platform import Platform
from simulator.registry.fixtures import platform_repositories
from tests.dockerd import Docker, dockerd
from tests.need import need
from tests.registries import open_registry, push

WEB = platform_repositories()["team/tool"]
TOP = WEB.tags["latest"]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    with open_registry(tmp_path) as registry:
        push(registry.host, platform_repositories())
        yield registry.host


def manifest_for(architecture: str) -> Manifest:
    index = parse_manifest(WEB.manifests[TOP].data, TOP)
    assert isinstance(index, Index)
    wanted = Platform("linux", architecture)
    digest = next(one.digest for one in index.manifests if one.platform == wanted)
    found = parse_manifest(WEB.manifests[digest].data, digest)
    assert isinstance(found, Manifest)
    return found


def image_id(docker: Docker, image: str) -> str:
    """What the name means: a list of images may have the one before, too."""
    return docker("image", "inspect", "--format", "{{.Id}}", image).stdout.strip()


def test_the_engine_picks_its_platform_or_the_one_that_is_asked_for(host: str) -> None:
    """Both pulls name the digest of the index, and the images have other configs."""
    image = f"{host}/team/tool"
    with dockerd() as docker:
        for words, architecture in (((), "amd64"), (("--platform", "linux/arm64"), "arm64")):
            said = docker("pull", *words, image).stdout
            assert f"Digest: {TOP}" in said, said
            config = manifest_for(architecture).config.digest
            assert image_id(docker, image) == config


def test_a_platform_that_is_not_there(host: str) -> None:
    """An index without the entry, and a manifest for another platform."""
    with dockerd() as docker:
        missing = docker("pull", "--platform", "linux/s390x", f"{host}/team/tool").stderr
        assert "no matching manifest for linux/s390x in the manifest list entries" in missing
        board = docker("pull", f"{host}/team/board").stderr
        assert "no matching manifest for linux/amd64 in the manifest list entries" in board
        old = docker("pull", "--platform", "linux/arm64", f"{host}/team/old")
        # Docker 20.10 warns; from 23.0 on it ends with this as an error
        assert "does not match the specified platform" in old.stdout + old.stderr
        assert image_id(docker, f"{host}/team/old")


def test_skopeo_reads_the_same_index(host: str) -> None:
    """It gets the config of the platform that is asked for, and sees the attestations."""
    need("skopeo")

    def inspected(*words: str) -> dict[str, object]:
        command = ["skopeo", *words[:-1], "--tls-verify=false", f"docker://{host}/{words[-1]}"]
        ran = subprocess.run(command, capture_output=True, check=True, text=True)
        document: dict[str, object] = json.loads(ran.stdout)
        return document

    for architecture in ("amd64", "arm64"):
        config = inspected("--override-arch", architecture, "inspect", "--config", "team/tool")
        assert config["architecture"] == architecture
    entries = inspected("inspect", "--raw", "team/tool")["manifests"]
    assert isinstance(entries, list)
    platforms = [one["platform"] for one in entries]
    named = [f"{one['os']}/{one['architecture']}" for one in platforms]
    assert named == ["linux/amd64", "linux/arm64", "unknown/unknown", "unknown/unknown"]
