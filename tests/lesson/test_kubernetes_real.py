"""The lesson "The same pull in Kubernetes" against kubectl, and its secret against a real engine.

kubectl makes a secret without a cluster. What the kubelet does is documented and not tried here.
"""

import json
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from simulator.docker.config_file import CredentialStore
from simulator.lesson.chapters import chapters
from simulator.lesson.library import find_lesson
from simulator.lesson.project import project
from tests.dockerd import Docker, dockerd
from tests.need import need
from tests.registries import basic_registry

LESSON = find_lesson("the-same-pull-in-kubernetes")
SECRET = project(LESSON).steps[2].commands
HOST = "localhost:5002"
"""The registry in the commands of the project."""


@pytest.fixture(autouse=True)
def kubectl() -> None:
    need("kubectl")


def shell(line: str, folder: Path) -> str:
    """What this command of the project prints."""
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def test_the_secret_of_the_lesson_is_that_of_kubectl(tmp_path: Path) -> None:
    """Byte for byte: type, key and value."""
    printed = shell(SECRET[0].replace(HOST, "myprivateregistry.com"), tmp_path)
    files = dict(chapters(LESSON).learn[1].world.client)["files"]
    (value,) = files.values()
    assert f".dockerconfigjson: {value}" in printed
    assert "type: kubernetes.io/dockerconfigjson" in printed
    entry = json.loads(b64decode(value))["auths"]["myprivateregistry.com"]
    assert (entry["username"], entry["password"]) == ("alice", "s3cret")
    assert b64decode(entry["auth"]) == b"alice:s3cret"
    found = CredentialStore.from_json(b64decode(value).decode()).find("myprivateregistry.com")
    assert found and (found.username, found.password) == ("alice", "s3cret")


def test_without_a_server_it_is_for_docker_hub(tmp_path: Path) -> None:
    line = SECRET[2].partition(" | ")[0].replace(f"--docker-server={HOST}", "")
    document = json.loads(b64decode(shell(line, tmp_path)))
    assert list(document["auths"]) == ["https://index.docker.io/v1/"]


def test_an_engine_pulls_with_the_secret(tmp_path: Path) -> None:
    """As in the last step of the project: refused without the secret, pulled with it."""
    with basic_registry(tmp_path) as registry, dockerd() as docker:
        image = f"{registry.host}/team/app:1.0"
        assert "no basic auth credentials" in docker("pull", image).stderr
        for line in SECRET[1:]:
            shell(line.replace(HOST, registry.host), tmp_path)
        node = Docker(docker.socket, tmp_path / "node", docker.program)
        pulled = node("pull", image)
        assert "Downloaded newer image" in pulled.stdout, pulled.stderr
