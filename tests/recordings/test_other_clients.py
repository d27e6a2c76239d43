"""The recorder beside real podman, skopeo, buildah and ctr."""

import json
from pathlib import Path

import pytest

from simulator.protocol.secrets import MASK
from simulator.recordings.document import Recording, read
from simulator.recordings.fidelity import Situation, compare
from tests.dockerd import Docker
from tests.need import need
from tests.recordings.test_recorder import called
from tests.registries import RealRegistry, token_registry

RIGHT, WRONG = "s3cret", "wrong-horse"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    with token_registry(tmp_path_factory.mktemp("registry")) as started:
        yield started


def recorded(real: RealRegistry, path: Path, words: str, password: str = "") -> Recording:
    """Record it by the command line, as a situation."""
    need(words.partition(" ")[0])
    typed = words.replace("HOST", real.host).split()
    stored = ("--username", "alice", "--password-stdin") if password else ()
    result = called(
        "record", "--as-situation", "--output", str(path), *stored, "--", *typed,
        typed=f"{password}\n" if password else "",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "does not play it" in result.stdout
    text = path.read_text("utf-8")
    assert not [one for one in (RIGHT, WRONG, "pullscope-origin") if one in text]
    return read(path)


def asked(recording: Recording, name: str) -> list[str]:
    """The requests, by method, path and status."""
    lines = [line for line in recording.engines[name].http if not line.event]
    return [f"{line.method} {line.path.partition('?')[0]} {line.status}" for line in lines]


@pytest.mark.parametrize(("client", "words"), [
    ("podman", "podman pull -q HOST/team/app:1.0"),
    ("buildah", "buildah --storage-driver vfs pull -q HOST/team/app:1.0"),
    ("skopeo", "skopeo inspect docker://HOST/team/app:1.0"),
])  # fmt: skip
def test_a_client_is_recorded_with_what_it_has_stored(
    client: str, words: str, real: RealRegistry, tmp_path: Path
) -> None:
    """Without --tls-verify, under the registry's true name, and with its own version."""
    recording = recorded(real, tmp_path / "mine.json", words, RIGHT)
    (name, told), = recording.engines.items()
    assert name.startswith(f"{client}-") and told.exit_code == 0
    assert asked(recording, name)[:3] == [
        "GET /v2/ 401", "GET /token 200", "GET /v2/team/app/manifests/1.0 200",
    ]  # fmt: skip
    config = json.loads(told.config_json_text_after or "")
    assert list(config["auths"]) == [real.host]
    (only,) = compared(recording, name)
    assert "shown, not played" in only


def compared(recording: Recording, name: str) -> list[str]:
    return [compare(Situation(recording, name)).unreached]


def test_a_wrong_password_is_the_worlds_too(real: RealRegistry, tmp_path: Path) -> None:
    """The world has another password, and the refusal is the token service's own."""
    words = "skopeo inspect docker://HOST/team/app:1.0"
    recording = recorded(real, tmp_path / "mine.json", words, WRONG)
    (name, told), = recording.engines.items()
    assert told.exit_code != 0 and asked(recording, name)[-1] == "GET /token 401"
    assert recording.world and recording.world.users["alice"] != MASK


def test_ctr_is_asked_for_its_password_on_a_terminal(
    docker: Docker, real: RealRegistry, tmp_path: Path
) -> None:
    """It stores nothing; so its password is typed."""
    where = docker.socket.parent / "exec" / "containerd" / "containerd.sock"
    words = f"ctr --address {where} images pull HOST/team/app:1.0"
    recording = recorded(real, tmp_path / "mine.json", words, RIGHT)
    (name, told), = recording.engines.items()
    assert name.startswith("ctr") and told.exit_code == 0, told.stderr
    assert asked(recording, name)[0] == "HEAD /v2/team/app/manifests/1.0 401"
    assert told.config_json_text_after is None
