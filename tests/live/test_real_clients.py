"""Real podman, ctr and skopeo with a Kubernetes secret drive a live session."""

import base64
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.live import view
from simulator.live.asgi import Live
from simulator.live.learners import Session
from simulator.registry.model import Signer
from simulator.registry.serving import address, bound, in_thread, server
from tests.dockerd import Docker
from tests.need import need

pytestmark = pytest.mark.xdist_group("docker")
LATER = 30.0
"""Seconds of silence after which a command is over."""


@dataclass
class Page:
    """A learner whose page is open; what it would show now."""

    host: str
    session: Session
    password: str

    @property
    def name(self) -> str:
        return self.session.name

    def image(self, image: str) -> str:
        return f"{self.host}/{self.name}/{image}"

    def told(self, later: float = LATER) -> dict[str, Any]:
        return view.message(self.session, self.host, time.time() + later)

    def shows(self, client: str, command: str, event: str) -> None:
        """The newest run is this client's, of this command, and ends so; Docker is not named."""
        told = self.told()
        assert client in told["runs"][-1]["client"]
        lines = [line["text"] for step in told["run"]["steps"] for line in step["terminal"]]
        assert command in lines and not [line for line in lines if "docker " in line]
        assert told["run"]["steps"][-1]["event"] == event


@pytest.fixture
def live() -> Iterator[Live]:
    with bound("127.0.0.1", 0) as listening:
        made = Live(address(listening), Signer(b"tests"))
        watched = server(made, made.sessions.hello, proxy_headers=False)
        with in_thread(watched, listening):
            yield made


def opened(live: Live) -> Page:
    session, password = live.sessions.open("127.0.0.1")
    session.watchers.add(lambda: None)
    return Page(live.host, session, password)


def program(name: str, folder: Path, *before: str) -> Callable[..., int]:
    """The program with credentials of its own; its exit status."""
    need(name)
    environment = {**os.environ, "REGISTRY_AUTH_FILE": str(folder / "auth.json")}

    def run(*words: str) -> int:
        command = [name, *before, *words]
        return subprocess.run(command, capture_output=True, env=environment).returncode

    return run


@pytest.fixture
def short() -> Iterator[str]:
    """A folder whose path is short: podman takes no long one."""
    with tempfile.TemporaryDirectory(prefix="p-") as folder:
        yield folder


def stores(folder: str) -> tuple[str, ...]:
    return ("--root", f"{folder}/r", "--runroot", f"{folder}/n")


def test_podman(live: Live, tmp_path: Path, short: str) -> None:
    """Wrong and right login, a pull, an unknown tag, for which the coach names the others."""
    me = opened(live)
    podman = program("podman", tmp_path, *stores(short), "--storage-driver", "vfs")
    login = ("login", "--tls-verify=false", "-u", me.name, "-p")
    assert podman(*login, "wrong", me.host) != 0
    me.shows("Podman", f"podman login {me.host}", "TokenRefused")
    assert podman(*login, me.password, me.host) == 0
    me.shows("Podman", f"podman login {me.host}", "CredentialsStored")
    assert podman("pull", "--tls-verify=false", me.image("app:1.0")) == 0
    me.shows("Podman", f"podman pull {me.image('app:1.0')}", "SessionEnded")
    assert podman("pull", "--tls-verify=false", me.image("app:9.9")) != 0
    me.shows("Podman", f"podman pull {me.image('app:9.9')}", "ManifestUnknown")
    assert "It has: 1.0, 1.1, latest" in me.told(1.0)["coach"]


def test_ctr(live: Live, docker: Docker) -> None:
    """It sends no GET /v2/ and stores nothing; three wrong passwords bring the coach."""
    me = opened(live)
    where = docker.socket.parent / "exec" / "containerd" / "containerd.sock"
    ctr = program("ctr", docker.config, "--address", str(where))

    def pull(image: str, password: str) -> int:
        user = ("--user", f"{me.name}:{password}")
        return ctr("images", "pull", "--plain-http", *user, me.image(image))

    for image, event in (("app:1.0", "SessionEnded"), ("app:nope", "ManifestUnknown"),
                         ("app:1.1", "SessionEnded")):  # fmt: skip
        assert (pull(image, me.password) == 0) == (event == "SessionEnded")
        me.shows("containerd", f"ctr images pull {me.image(image)}", event)
    assert len(me.told()["runs"]) == 3
    for _ in range(3):
        assert pull("app:1.0", "wrong") != 0
    coach = me.told(1.0)["coach"]
    assert "wrong password came three times" in coach and "docker login" not in coach


def secret(page: Page) -> str:
    """What a secret of type `kubernetes.io/dockerconfigjson` holds (Kubernetes documentation,
    "Pull an Image from a Private Registry"); as kubectl makes it, where it is installed."""
    auth = base64.b64encode(f"{page.name}:{page.password}".encode()).decode()
    entry = {"username": page.name, "password": page.password, "auth": auth}
    documented = {"auths": {page.host: entry}}
    if not shutil.which("kubectl"):
        return json.dumps(documented)
    words = (f"--docker-server={page.host}", f"--docker-username={page.name}",
             f"--docker-password={page.password}", "--dry-run=client", "-o", "json")  # fmt: skip
    command = ["kubectl", "create", "secret", "docker-registry", "pullscope", *words]
    made = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    held = base64.b64decode(made["data"][".dockerconfigjson"]).decode()
    assert json.loads(held) == documented
    return held


def test_the_secret_that_kubectl_makes_pulls(live: Live, tmp_path: Path) -> None:
    """A client that reads the same file shows that the recipe of the page is right."""
    me, skopeo = opened(live), program("skopeo", tmp_path)
    (tmp_path / "auth.json").write_text(secret(me))
    source, target = f"docker://{me.image('app:1.0')}", f"dir:{tmp_path / 'copy'}"
    assert skopeo("copy", "--src-tls-verify=false", source, target) == 0
    me.shows("skopeo", f"skopeo copy docker://{me.image('app:1.0')} …", "SessionEnded")


GARBAGE = (
    b"\x00" * 64, b"SSH-2.0-OpenSSH_9.2\r\n",
    b"GET /v2/<script>alert(1)</script>/manifests/x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n%%%=&&&=;",
)  # fmt: skip


def test_garbage_and_a_second_tab(live: Live, tmp_path: Path) -> None:
    """The newest tab shows a hint for a TLS hello, and a login goes to the tab of its account."""
    me, skopeo = opened(live), program("skopeo", tmp_path)
    host, _, port = me.host.rpartition(":")
    for data in GARBAGE:
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
    other = opened(live)
    context = ssl.create_default_context()
    with suppress(OSError), socket.create_connection((host, int(port)), 10) as connection:
        context.wrap_socket(connection, server_hostname="localhost")  # it speaks no TLS
    assert "without https://" in other.told(5.0)["coach"]
    login = ("login", "--tls-verify=false", "-u", me.name, "-p", me.password, me.host)
    assert skopeo(*login) == 0
    me.shows("skopeo", f"skopeo login {me.host}", "CredentialsStored")
    assert not [run for run in other.told()["runs"] if "skopeo" in run["client"]]
