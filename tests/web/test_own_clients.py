"""Your own docker, with other clients: podman, buildah, ctr and a Kubernetes secret."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import expect

from simulator.live.view import SHOWN
from tests.dockerd import Docker
from tests.web.own_docker import LOGIN, Join, Learner, Tool, tool

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


def test_one_account_in_other_clients(
    join: Join, docker: Docker, short: Path, tmp_path: Path
) -> None:
    """The page names each client as it comes."""
    me = join()
    podman_all_the_way(me, tool("podman", short))
    buildah_keeps_images(me, tool("buildah", tmp_path))
    secret_of_kubectl_pulls(me, tmp_path)
    ctr_stores_nothing(me, docker)


def podman_all_the_way(me: Learner, podman: Tool) -> None:
    """Wrong and right login, a pull, an unknown tag, for which the coach names the others."""
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


def buildah_keeps_images(me: Learner, buildah: Tool) -> None:
    """The second pull leaves out the layers that it holds; without the right there is none."""

    def pull(image: str) -> int:
        return buildah("pull", "--policy=always", "--tls-verify=false", me.image(image)).returncode

    assert buildah(*LOGIN, "-u", me.name, "-p", "wrong", me.host).returncode != 0
    me.reaches("TokenRefused")
    assert buildah(*LOGIN, "-u", me.name, "-p", me.password, me.host).returncode == 0
    me.reaches("CredentialsStored")
    assert pull("app:1.0") == 0
    me.reaches("SessionEnded")
    assert pull("app:1.1") == 0
    expect(me.page.locator(".layers li", has_text="Already exists")).to_have_count(2)
    me.reaches("SessionEnded")
    me.switch("Take away the right")
    assert pull("app:1.0") != 0
    me.reaches("AccessDenied")
    me.switch("Put everything right")


def ctr_stores_nothing(me: Learner, docker: Docker) -> None:
    """It sends no GET /v2/; three wrong passwords bring the coach."""
    where = docker.socket.parent / "exec" / "containerd" / "containerd.sock"
    runs = me.page.locator(".runs li")
    before = runs.count()

    def pull(image: str, password: str) -> int:
        command = ["ctr", "--address", str(where), "images", "pull", "--plain-http", "--user",
                   f"{me.name}:{password}", me.image(image)]  # fmt: skip
        return subprocess.run(command, capture_output=True).returncode

    assert pull("app:1.0", me.password) == 0
    tells(me, "containerd", f"ctr images pull {me.image('app:1.0')}")
    me.reaches("SessionEnded")
    assert pull("app:nope", me.password) != 0
    me.reaches("ManifestUnknown")
    assert pull("app:1.1", me.password) == 0
    me.reaches("SessionEnded")
    expect(runs).to_have_count(min(before + 3, SHOWN))
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


def secret_of_kubectl_pulls(me: Learner, folder: Path) -> None:
    """By the recipe of the page; a client that reads the same file shows that it is right."""
    skopeo = tool("skopeo", folder)
    (folder / "auth.json").write_text(secret(me.host, me.name, me.password))
    source, target = f"docker://{me.image('app:1.0')}", f"dir:{folder / 'copy'}"
    assert skopeo("copy", "--src-tls-verify=false", source, target).returncode == 0
    tells(me, "skopeo", f"skopeo copy docker://{me.image('app:1.0')}")
    me.reaches("SessionEnded")
