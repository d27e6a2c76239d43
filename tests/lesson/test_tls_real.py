"""The lesson "Whom does the daemon trust?" against a real engine, a real registry, openssl and
skopeo.

The registry listens at the machine's own address: for 127.0.0.0/8 an engine checks nothing.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.lesson.library import find_lesson
from simulator.lesson.project import project
from tests.dockerd import Docker, dockerd
from tests.need import need
from tests.pages import PATIENCE, free_port
from tests.registries import RealRegistry, push, served

CERTS = Path("/etc/docker/certs.d")
CONFIG = """\
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {storage}}}}}
http: {{addr: "{host}", tls: {{certificate: {folder}/registry.crt, key: {folder}/registry.key}}}}
"""


def own_address() -> str:
    """An address of this machine that is not a loopback one."""
    known = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True)
    for one in known.stdout.split():
        if "." in one and not one.startswith("127."):
            return one
    pytest.skip("this machine has no address but the loopback one")


@dataclass(frozen=True)
class Authority:
    """What the commands of the project make: an authority, and a certificate of the registry."""

    folder: Path

    def make(self, names: str, days: int = 30) -> None:
        """As in the project's first step, for other names; negative days are in the past."""
        for line in project(find_lesson("whom-does-the-daemon-trust")).steps[0].commands[1:]:
            line = line.replace("DNS:registry.test", names).replace(
                "-days 30 -extfile", f"-days {days} -extfile"
            )
            subprocess.run(["bash", "-c", line], cwd=self.folder, capture_output=True, check=True)


@contextmanager
def secure(folder: Path, host: str) -> Iterator[None]:
    """The registry with the certificate in this folder."""
    config = folder / "tls.yml"
    config.write_text(CONFIG.format(storage=folder / "storage", host=host, folder=folder))
    process = subprocess.Popen(
        ["docker-registry", "serve", str(config)], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    name, _, port = host.partition(":")
    try:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with socket.socket() as one:
                if one.connect_ex((name, int(port))) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class World:
    host: str
    folder: Path
    docker: Docker

    def pull(self) -> str:
        """What `docker pull` says of an image in this registry."""
        told = self.docker("pull", f"{self.host}/public/hello:latest")
        return told.stdout + told.stderr

    @contextmanager
    def trusting(self, folder: str, name: str) -> Iterator[None]:
        """With the authority's certificate in certs.d, under this name."""
        place = CERTS / folder
        place.mkdir(parents=True)
        try:
            shutil.copy(self.folder / "ca.crt", place / name)
            yield
        finally:
            shutil.rmtree(place)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    need("openssl", "docker-registry")
    with served(tmp_path) as open_one:
        fill(open_one)
    with dockerd() as docker:
        yield World(f"{own_address()}:{free_port()}", tmp_path, docker)


def fill(registry: RealRegistry) -> None:
    push(registry.host)


def test_what_an_engine_says_of_each_certificate(world: World) -> None:
    """Authority, folder, file name, name and time: the words of the lesson."""
    authority, address = Authority(world.folder), world.host.partition(":")[0]
    authority.make(f"IP:{address}")
    with secure(world.folder, world.host):
        assert "x509: certificate signed by unknown authority" in world.pull()
        with world.trusting(address, "ca.crt"):
            assert "signed by unknown authority" in world.pull(), "a folder without the port"
        with world.trusting(world.host, "ca.cert"):
            assert "missing key ca.key for client certificate ca.cert" in world.pull()
        with world.trusting(world.host, "ca.crt"):
            assert "Downloaded newer image" in world.pull()
    authority.make("DNS:registry.office.example")
    with secure(world.folder, world.host), world.trusting(world.host, "ca.crt"):
        assert f"cannot validate certificate for {address}" in world.pull()
    authority.make(f"IP:{address}", days=-1)
    with secure(world.folder, world.host), world.trusting(world.host, "ca.crt"):
        assert "certificate has expired or is not yet valid" in world.pull()


def test_plain_http_at_another_host_ends_the_pull(world: World) -> None:
    (world.folder / "plain.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{world.host}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: {world.folder / 'storage'}}}}}\n"
    )
    with subprocess.Popen(
        ["docker-registry", "serve", str(world.folder / "plain.yml")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            said, deadline = world.pull(), time.monotonic() + PATIENCE
            while "refused" in said and time.monotonic() < deadline:
                time.sleep(0.1)
                said = world.pull()
            assert "server gave HTTP response to HTTPS client" in said
        finally:
            process.terminate()


def test_skopeo_reads_such_a_folder_too(world: World) -> None:
    need("skopeo")
    Authority(world.folder).make(f"IP:{world.host.partition(':')[0]}")
    image = f"docker://{world.host}/public/hello:latest"
    lone = world.folder / "certs"
    lone.mkdir()
    with secure(world.folder, world.host):
        refused = subprocess.run(["skopeo", "inspect", image], capture_output=True, text=True)
        assert "signed by unknown authority" in refused.stderr
        shutil.copy(world.folder / "ca.crt", lone)
        seen = subprocess.run(["skopeo", "inspect", f"--cert-dir={lone}", image])
        assert seen.returncode == 0
