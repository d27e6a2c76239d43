"""The lesson "Pushing an image" against a real engine, a real registry with tokens, and skopeo."""

import gzip
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from simulator.docker.trace import Trace
from simulator.lesson.library import find_lesson
from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.registry.fixtures import built_repositories
from simulator.registry.model import User
from simulator.registry.serving import Served
from simulator.scenarios import play
from tests.dockerd import Docker, dockerd
from tests.need import need
from tests.registries import RealRegistry, tokens_and_registry

WEB = built_repositories()["library/web"]
LESSON = find_lesson("pushing-an-image").id
USERS = {
    "alice": User("s3cret", ("team/*",), ("team/*",)),
    "reader": User("s3cret", ("team/*",)),
}


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[tuple[RealRegistry, Served]]:
    with tokens_and_registry(tmp_path, USERS) as both:
        yield both


def manifest() -> Manifest:
    digest = WEB.tags["1.0"]
    found = parse_manifest(WEB.manifests[digest].data, digest)
    assert isinstance(found, Manifest)
    return found


def archive() -> bytes:
    """web:1.0 as `docker save` would write it."""
    layers = [gzip.decompress(WEB.blobs[one.digest].data) for one in manifest().layers]
    names = [f"{place}.tar" for place, _ in enumerate(layers)]
    index = [{"Config": "config.json", "RepoTags": ["web:1.0"], "Layers": names}]
    files = {
        "config.json": WEB.blobs[manifest().config.digest].data,
        "manifest.json": json.dumps(index).encode(),
        **dict(zip(names, layers, strict=True)),
    }
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return written.getvalue()


def built(docker: Docker, folder: Path, host: str) -> str:
    """The image on this engine, with its base pulled from the registry."""
    (folder / "web.tar").write_bytes(archive())
    docker("login", host, "-u", "alice", "--password-stdin", typed="s3cret")
    assert docker("pull", f"{host}/team/app:1.0").returncode == 0
    assert docker("load", "-i", str(folder / "web.tar")).returncode == 0
    image = f"{host}/team/web:1.0"
    docker("tag", "web:1.0", image)
    return image


def scopes(tokens: Served) -> list[list[str]]:
    """What each token was asked for."""
    asked = (parse_qsl(one.request.query) for one in tokens.exchanges)
    return [[value for name, value in query if name == "scope"] for query in asked]


def in_machine(trace: Trace) -> list[list[str]]:
    asked = (s.exchange.request for s in trace.steps if s.exchange)
    queries = (parse_qsl(one.query) for one in asked if one.path == "/token")
    return [[value for name, value in query if name == "scope"] for query in queries]


def lines(said: str) -> set[str]:
    """What became of each layer, and the digest; in which order is up to the engine."""
    found = re.findall(r"(?m)^(\w+: (?:Mounted|Pushed|Layer).*|1\.0: digest: .*)$", said)
    return set(found)


def told(situation: str, command: int) -> set[str]:
    """The same of the machine's classic engine, for this push of the run."""
    trace = play.trace(f"{LESSON}/{situation}", "26")
    pushes = [s.number for s in trace.steps if s.name == "PushTyped"] + [len(trace.steps)]
    steps = trace.steps[pushes[command] : pushes[command + 1]]
    return lines("\n".join(line.text for step in steps for line in step.terminal))


def test_both_pushes_do_what_the_lesson_says(
    registry: tuple[RealRegistry, Served], tmp_path: Path
) -> None:
    """Mounted, pushed, skipped, the digest, and the scopes of all tokens."""
    real, tokens = registry
    with dockerd() as docker:
        image = built(docker, tmp_path, real.host)
        tokens.exchanges.clear()
        first = docker("push", image)
        assert lines(first.stdout) == told("new-image", 0), first.stderr
        second = docker("push", image)
        assert lines(second.stdout) == told("new-image", 1)
    expected = in_machine(play.trace(f"{LESSON}/new-image", "26"))
    assert scopes(tokens) == expected
    assert expected[1] == ["repository:team/web:push,pull", "repository:team/app:pull"]


def test_what_is_refused(registry: tuple[RealRegistry, Served], tmp_path: Path) -> None:
    """Without a name, without a login, and without the right; the login itself succeeds."""
    real, _tokens = registry
    with dockerd() as docker:
        image = built(docker, tmp_path, real.host)
        lone = docker("push", f"{real.host}/team/none:1.0")
        assert "An image does not exist locally with the tag" in lone.stderr
        docker("logout", real.host)
        assert "denied" in docker("push", image).stderr
        login = docker("login", real.host, "-u", "reader", "--password-stdin", typed="s3cret")
        assert login.returncode == 0
        assert "denied: requested access to the resource is denied" in docker("push", image).stderr


def test_skopeo_reads_what_was_pushed(
    registry: tuple[RealRegistry, Served], tmp_path: Path
) -> None:
    """The pushed image is whole: skopeo reads the manifest and the config from the registry."""
    need("skopeo")
    real, _tokens = registry
    with dockerd() as docker:
        docker("push", built(docker, tmp_path, real.host))
    seen = subprocess.run(
        ["skopeo", "inspect", "--tls-verify=false", "--creds=alice:s3cret", "--raw",
         f"docker://{real.host}/team/web:1.0"], capture_output=True, check=True,
    )  # fmt: skip
    pushed = parse_manifest(seen.stdout, "")
    assert isinstance(pushed, Manifest)
    assert pushed.config.digest == manifest().config.digest
    assert pushed.layers[:2] == manifest().layers[:2]
