"""The lesson "Limits and mirrors" against a real engine and a real registry as a cache.

The registry with the limit is ours and takes the place of Docker Hub: no other one has it.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from simulator.protocol.media_types import DOCKER_INDEX, DOCKER_MANIFEST
from simulator.registry.fixtures import hub_repositories
from simulator.registry.model import Auth, PullLimit, Registry, User
from simulator.registry.serving import running
from tests.dockerd import dockerd
from tests.registries import served

ALPINE = hub_repositories()["library/alpine"]
MANIFESTS = "/v2/library/alpine/manifests/"


@dataclass(frozen=True)
class Office:
    """The addresses of the limited registry, and of a cache of it."""

    upstream: str
    cache: str

    def remaining(self) -> str:
        """What the limited registry says is left; to ask does not count."""
        return httpx.head(f"{self.upstream}{MANIFESTS}3.22").headers["ratelimit-remaining"]


def fetch(address: str, identifier: str) -> httpx.Response:
    """A manifest or an index: without this header distribution turns an index into a manifest."""
    kinds = {"Accept": ", ".join((DOCKER_INDEX, DOCKER_MANIFEST))}
    return httpx.get(f"{address}{MANIFESTS}{identifier}", headers=kinds)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Two pulls are allowed."""
    hub = Registry(auth=Auth.NONE, repositories=hub_repositories(), limit=PullLimit(address=2))
    with running(hub) as upstream:
        address = f"http://{upstream.host}"
        with served(tmp_path, f"proxy: {{remoteurl: '{address}'}}\n") as cache:
            yield Office(address, f"http://{cache.host}")


def test_an_engine_pulls_through_a_cache_and_only_the_first_pull_counts(office: Office) -> None:
    """`registry-mirrors`: the names are those of Docker Hub."""
    with dockerd(f"--registry-mirror={office.cache}") as docker:
        assert f" {office.cache}/" in docker("info").stdout
        for _ in range(2):
            pulled = docker("pull", "alpine:3.22")
            assert "Downloaded newer image for alpine:3.22" in pulled.stdout, pulled.stderr
            assert f"Digest: {ALPINE.tags['3.22']}" in pulled.stdout
            assert office.remaining() == "1;w=21600"
            docker("rmi", "alpine:3.22")


def test_a_classic_engine_sends_a_mirror_the_login_for_docker_hub() -> None:
    """The mirror gives nothing without it; a login that is stored for the mirror is not used."""
    alice = {"alice": User("s3cret", may_pull=("*",))}
    guarded = Registry(auth=Auth.BASIC, users=alice, repositories=hub_repositories())
    with running(guarded) as mirror, dockerd(f"--registry-mirror=http://{mirror.host}") as docker:
        classic = "io.containerd" not in docker("info", "--format", "{{.DriverStatus}}").stdout
        for key, here in ((mirror.host, False), ("https://index.docker.io/v1/", True)):
            auths = {key: {"auth": "YWxpY2U6czNjcmV0"}}
            (docker.config / "config.json").write_text(json.dumps({"auths": auths}), "utf-8")
            docker("pull", "alpine:3.22")
            assert ("alpine" in docker("images").stdout) == (here and classic)


def test_what_a_cache_says_when_no_pull_is_left(office: Office) -> None:
    """As our cache: 500 with the reason in its details, and what it has is given."""
    for tag in ("3.22", "3.23"):
        assert fetch(office.cache, tag).status_code == 200
    for digest in ALPINE.manifests:
        fetch(office.upstream, digest)
    assert office.remaining() == "0;w=21600"
    assert fetch(office.cache, "3.22").status_code == 200
    unknown = next(one for one in ALPINE.manifests if one not in ALPINE.tags.values())
    refused = fetch(office.cache, unknown)
    assert refused.status_code == 500
    (error,) = refused.json()["errors"]
    assert error["code"] == "UNKNOWN"
    assert error["detail"]["errors"][0]["code"] == "TOOMANYREQUESTS"
    assert fetch(office.cache, "9.9").status_code == 404
    pushed = httpx.post(f"{office.cache}/v2/library/alpine/blobs/uploads/")
    assert pushed.status_code == 405


def test_a_cache_gives_what_it_has_when_its_upstream_is_down(tmp_path: Path) -> None:
    hub = Registry(auth=Auth.NONE, repositories=hub_repositories())
    with ExitStack() as stack:
        upstream = stack.enter_context(running(hub))
        with served(tmp_path, f"proxy: {{remoteurl: 'http://{upstream.host}'}}\n") as cache:
            address = f"http://{cache.host}"
            assert fetch(address, "3.22").status_code == 200
            stack.close()
            assert fetch(address, "3.22").status_code == 200
            assert fetch(address, "3.23").status_code == 404
