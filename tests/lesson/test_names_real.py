"""The lesson "Names, tags and digests" against a real engine, a real registry and skopeo."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from simulator.protocol.digest import digest_of, short_digest
from simulator.protocol.manifest import Index, Manifest, parse_manifest
from simulator.protocol.platform import Platform
from simulator.registry.fixtures import hub_repositories
from tests.dockerd import Docker, dockerd
from tests.need import need
from tests.registries import open_registry, push

ALPINE = hub_repositories()["library/alpine"]
OLD, NEW = ALPINE.tags["3.22"], ALPINE.tags["3.23"]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    with open_registry(tmp_path) as registry:
        push(registry.host, hub_repositories())
        yield registry.host


def move_latest(host: str, digest: str) -> None:
    stored = ALPINE.manifests[digest]
    address = f"http://{host}/v2/library/alpine/manifests/latest"
    sent = httpx.put(address, content=stored.data, headers={"Content-Type": stored.media_type})
    sent.raise_for_status()


def manifest_of(index_digest: str) -> Manifest:
    """The manifest for this machine's platform in the index."""
    index = parse_manifest(ALPINE.manifests[index_digest].data, index_digest)
    assert isinstance(index, Index)
    entry = next(one for one in index.manifests if one.platform == Platform("linux", "amd64"))
    found = parse_manifest(ALPINE.manifests[entry.digest].data, entry.digest)
    assert isinstance(found, Manifest)
    return found


def listed(docker: Docker) -> set[tuple[str, str, str]]:
    """Tag, digest and image ID of each line."""
    lines = docker("images", "--digests", "--format", "{{.Tag}} {{.Digest}} {{.ID}}").stdout
    rows = [line.split() for line in lines.splitlines()]
    return {(tag, digest, ident) for tag, digest, ident in rows}


def config_id(index_digest: str) -> str:
    return short_digest(manifest_of(index_digest).config.digest)


def test_a_tag_that_moves_and_a_digest_that_does_not(host: str) -> None:
    """Nothing changes before the second pull; then the old image has no tag, and its digest."""
    image = f"{host}/library/alpine"
    with dockerd() as docker:
        assert f"Digest: {OLD}" in docker("pull", image).stdout
        move_latest(host, NEW)
        assert listed(docker) == {("latest", OLD, config_id(OLD))}
        again = docker("pull", image).stdout
        assert f"Digest: {NEW}" in again and "Downloaded newer image" in again
        assert listed(docker) == {
            ("latest", NEW, config_id(NEW)), ("<none>", OLD, config_id(OLD)),
        }  # fmt: skip
        pinned = docker("pull", f"{image}@{OLD}").stdout
        assert f"Digest: {OLD}" in pinned and "Image is up to date" in pinned
        both = docker("pull", f"{image}:3.23@{OLD}").stdout
        assert f"Digest: {OLD}" in both


def test_names_that_find_nothing(host: str) -> None:
    """An unknown tag, an unknown digest, a config's digest, and a capital letter."""
    image = f"{host}/library/alpine"
    wrong = OLD.replace("sha256:0", "sha256:1")
    with dockerd() as docker:
        for name in (f"{image}:3.99", f"{image}@{wrong}"):
            assert "manifest unknown" in docker("pull", name).stderr, name
        # this registry takes the config for a broken manifest, and answers 500
        assert docker("pull", f"{image}@{manifest_of(OLD).config.digest}").returncode == 1
        assert "must be lowercase" in docker("pull", f"{host}/library/Alpine").stderr
        assert listed(docker) == set()


def test_the_three_digests_are_of_the_bytes_that_the_registry_sends(host: str) -> None:
    """skopeo gets index, manifest and config as bytes; each has the digest that the lesson says."""
    need("skopeo")
    image, manifest = f"docker://{host}/library/alpine", manifest_of(OLD)

    def raw(*words: str) -> bytes:
        command = ["skopeo", "inspect", "--tls-verify=false", "--raw", *words]
        return subprocess.run(command, capture_output=True, check=True).stdout

    assert digest_of(raw(f"{image}:latest")) == OLD
    assert digest_of(raw(f"{image}@{manifest.digest}")) == manifest.digest
    assert digest_of(raw("--config", f"{image}:latest")) == manifest.config.digest
    assert json.loads(raw(f"{image}@{manifest.digest}"))["config"]["digest"] == (
        manifest.config.digest
    )
