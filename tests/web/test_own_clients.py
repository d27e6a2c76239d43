"""Your own docker, with other clients: podman, ctr and a Kubernetes secret; tabs and garbage."""

import base64
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import expect

from tests.dockerd import Docker
from tests.web.own_docker import LOGIN, Join, Learner, tool

pytestmark = pytest.mark.xdist_group("docker")
PULLED = ".stage .terminal"


def tells(me: Learner, client: str, command: str) -> None:
    """The page names this client, and what must have been typed; Docker is named nowhere."""
    expect(me.page.locator(".client")).to_contain_text(client)
    expect(me.page.locator(PULLED)).to_contain_text(command)
    expect(me.page.locator(".stage")).not_to_contain_text("docker login")


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short name: podman refuses a runroot of more than 50 characters."""
    with TemporaryDirectory(prefix="pullscope-") as name:
        yield Path(name)


def test_podman(join: Join, short: Path) -> None:
    """Wrong and right login, a pull, an unknown tag, for which the coach names the others."""
    me, podman = join(), tool("podman", short)
    assert podman(*LOGIN, "-u", me.name, "-p", "wrong", me.host).returncode != 0
    me.reaches("TokenRefused")
    assert podman(*LOGIN, "-u", me.name, "-p", me.password, me.host).returncode == 0
    me.reaches("CredentialsStored")
    tells(me, "Podman", f"podman login {me.host}")
    pulled = podman("pull", "--tls-verify=false", me.image("app:1.0"))
    assert pulled.returncode == 0, pulled.stderr
    me.reaches("SessionEnded")
    tells(me, "Podman", f"podman pull {me.image('app:1.0')}")
    assert podman("pull", "--tls-verify=false", me.image("app:9.9")).returncode != 0
    me.reaches("ManifestUnknown")
    expect(me.page.locator(".coach")).to_contain_text("It has: 1.0, 1.1, latest")


def test_ctr(join: Join, docker: Docker) -> None:
    """It sends no GET /v2/, and stores nothing; three wrong passwords bring the coach."""
    me = join()
    where = docker.socket.parent / "exec" / "containerd" / "containerd.sock"

    def pull(image: str, password: str) -> int:
        command = ["ctr", "--address", str(where), "images", "pull", "--plain-http", "--user",
                   f"{me.name}:{password}", me.image(image)]  # fmt: skip
        return subprocess.run(command, capture_output=True).returncode

    assert pull("app:1.0", me.password) == 0
    me.reaches("SessionEnded")
    tells(me, "containerd", f"ctr images pull {me.image('app:1.0')}")
    assert pull("app:nope", me.password) != 0
    me.reaches("ManifestUnknown")
    assert pull("app:1.1", me.password) == 0
    me.reaches("SessionEnded")
    expect(me.page.locator(".runs li")).to_have_count(3)
    for _ in range(3):
        assert pull("app:1.0", "wrong") != 0
    expect(me.page.locator(".coach")).to_contain_text("wrong password came three times")
    expect(me.page.locator(".coach")).not_to_contain_text("docker login")


def secret(server: str, name: str, password: str) -> str:
    """What a Kubernetes secret of type `kubernetes.io/dockerconfigjson` holds (Kubernetes
    documentation, "Pull an Image from a Private Registry"), and what kubectl makes, if it is
    here."""
    auth = base64.b64encode(f"{name}:{password}".encode()).decode()
    entry = {"username": name, "password": password, "auth": auth}
    documented = json.dumps({"auths": {server: entry}}, separators=(",", ":"))
    if shutil.which("kubectl"):
        command = ["kubectl", "create", "secret", "docker-registry", "pullscope",
                   f"--docker-server={server}", f"--docker-username={name}",
                   f"--docker-password={password}", "--dry-run=client", "-o", "json"]  # fmt: skip
        made = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        held = base64.b64decode(made["data"][".dockerconfigjson"]).decode()
        assert json.loads(held) == json.loads(documented)
        return held
    return documented


def test_the_secret_that_kubectl_makes_pulls(join: Join, tmp_path: Path) -> None:
    """By the recipe of the page; a client that reads the same file shows that it is right."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    (tmp_path / "auth.json").write_text(secret(me.host, me.name, me.password))
    source, target = f"docker://{me.image('app:1.0')}", f"dir:{tmp_path / 'copy'}"
    assert skopeo("copy", "--src-tls-verify=false", source, target).returncode == 0
    me.reaches("SessionEnded")
    tells(me, "skopeo", f"skopeo copy docker://{me.image('app:1.0')}")


GARBAGE = (
    b"\x00" * 64, b"\x16\x03\x01\x02\x00\x01\x00", b"SSH-2.0-OpenSSH_9.2\r\n",
    b"GET /v2/<script>alert(1)</script>/manifests/x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /v2/ HTTP/1.1\r\nHost: x\r\nUser-Agent: <img src=x onerror=alert(1)>\r\n\r\n",
    b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n%%%=&&&=;",
)  # fmt: skip


def test_garbage_and_a_second_tab(join: Join, tmp_path: Path) -> None:
    """No page breaks, a login goes to the tab of its account, and a stray TLS hello shows a hint on
    the tab that was opened last."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    host, _, port = me.host.rpartition(":")
    for data in GARBAGE:
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
    other = join()
    assert other.name != me.name
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        context = ssl.create_default_context()
        with suppress(OSError):  # it speaks no TLS
            context.wrap_socket(connection, server_hostname="localhost")
    expect(other.page.locator(".coach")).to_contain_text("without https://")
    assert skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host).returncode == 0
    me.reaches("CredentialsStored")
    expect(other.stage).to_have_attribute("data-event", "Listening")
