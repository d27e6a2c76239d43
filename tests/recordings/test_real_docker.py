"""The recorder beside a real docker: what it writes, and what it leaves alone."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from simulator.docker.events import Failure
from simulator.recordings import recorder
from simulator.recordings.document import Recording, parsed, read
from simulator.recordings.fidelity import Situation, compare
from simulator.recordings.proxy import Proxy
from simulator.recordings.replayed import replayed
from simulator.recordings.user_docker import CannotRecord, Order
from simulator.registry import serving as server
from simulator.registry.asgi import RegistryApp
from simulator.registry.model import Auth
from tests.dockerd import Docker
from tests.pages import free_port
from tests.recordings.test_proxy import registry
from tests.recordings.test_recorder import basic, called
from tests.registries import RealRegistry, basic_registry, token_registry
from tests.sources.servers import certificate


@pytest.fixture(scope="module", params=[basic_registry, token_registry],
                ids=["basic", "token"])  # fmt: skip
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
         ) -> Iterator[RealRegistry]:  # fmt: skip
    with request.param(tmp_path_factory.mktemp("registry")) as started:
        yield started


@dataclass(frozen=True)
class Case:
    """The command, the stored credentials, and how Docker ends."""

    words: tuple[str, ...]
    password: str
    status: int
    says: str
    stored: bool = False


LOGIN = ("docker", "login", "-u", "alice", "--password-stdin", "HOST")


CASES = {
    "login": Case(LOGIN, "s3cret", 0, "Login Succeeded"),
    "wrong password": Case(LOGIN, "wrong-horse", 1, "unauthorized"),
    "pull": Case(("docker", "pull", "HOST/team/app:1.0"), "s3cret", 0, "Downloaded newer", True),
    "unknown tag": Case(("docker", "pull", "HOST/team/app:9.9"), "s3cret", 1, "not found", True),
    "no login": Case(("docker", "pull", "HOST/team/app:1.0"), "", 1, "", False),
}


def recorded(
    docker: Docker, real: RealRegistry, case: Case, path: Path, patch: pytest.MonkeyPatch
) -> Recording:
    """Record it by the command line, with the tests' own Docker."""
    patch.setenv("DOCKER_HOST", f"unix://{docker.socket}")
    patch.setenv("PATH", f"{Path(docker.program).parent}{os.pathsep}{os.environ['PATH']}")
    stored = ("--username", "alice", "--password-stdin") if case.stored else ()
    words = [word.replace("HOST", real.host) for word in case.words]
    typed = f"{case.password}\n" if case.password else ""
    result = called("record", "--output", str(path), *stored, "--", *words, typed=typed)
    assert result.exit_code == 0, result.output
    assert "Secrets are masked" in result.stdout
    return read(path)


@pytest.mark.parametrize("name", CASES)
def test_a_real_docker_is_recorded(
    name: str, docker: Docker, real: RealRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording has what Docker printed and the registry's true name, and no secret; our
    machine, asking the recording, asks the same requests and ends the same way."""
    case = CASES[name]
    recording = recorded(docker, real, case, tmp_path / "mine.json", monkeypatch)
    (engine, told), *none = recording.engines.items()
    assert (engine, none) == ("26", [])
    assert told.exit_code == case.status
    assert case.says.lower() in (told.stdout + told.stderr).lower()
    written = (tmp_path / "mine.json").read_text("utf-8")
    secret = case.password or "s3cret"
    assert not [way for way in (secret, basic(secret)[6:]) if way in written]
    assert "pullscope-origin" not in written
    assert {line.url for line in told.http if not line.event} <= {
        f"http://{real.host}",
        *tokens_of(written),
    }
    run = replayed(recording, engine)
    assert run.deviations == ()
    assert run.trace.failed == bool(case.status)
    assert isinstance(run.trace.steps[-1].event, Failure) == bool(case.status)
    assert shown(run, "output") == told.stdout.removesuffix("\n").split("\n")
    compared = compare(Situation(recording, engine))
    # Debian 12's client is older than the recorded 28, and warns in other words
    assert {one.field for one in compared.differences} <= ({"stderr"} if name == "login" else set())


def tokens_of(written: str) -> set[str]:
    """The token service's address, as the challenge names it."""
    document = json.loads(written)
    challenges = [
        line.get("response_headers", {}).get("Www-Authenticate", "")
        for line in document["engines"]["26"]["http"]
    ]
    return {one.split('"')[1].removesuffix("/token") for one in challenges if "Bearer" in one}


def shown(run: Any, kind: str) -> list[str]:
    lines = [x.text for step in run.trace.steps for x in step.terminal if x.kind == kind]
    return lines or [""]


def test_the_users_docker_is_left_as_it_was(
    docker: Docker, real: RealRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their `config.json` is not read for credentials, not changed, and no image stays."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    mine = '{"auths": {"r.example": {"auth": "YWxpY2U6bXktb3duLXBhc3N3b3Jk"}}}'
    (theirs / "config.json").write_text(mine)
    monkeypatch.setenv("DOCKER_CONFIG", str(theirs))
    recording = recorded(docker, real, CASES["pull"], tmp_path / "mine.json", monkeypatch)
    assert (theirs / "config.json").read_text() == mine
    assert [path.name for path in theirs.iterdir()] == ["config.json"]
    assert "r.example" not in (tmp_path / "mine.json").read_text()
    assert docker("image", "ls", "--quiet").stdout == ""
    (image,) = recording.engines["26"].images_after
    assert image["RepoTags"] == [f"{real.host}/team/app:1.0"]


def test_an_engine_that_cannot_reach_us_is_told(
    docker: Docker, real: RealRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with an engine in a virtual machine: there is no recording of our own doing."""
    elsewhere = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker.socket}")
    monkeypatch.setattr(recorder, "proxied", lambda words, proxy: moved(words, proxy, elsewhere))
    command = ("docker", "pull", f"{real.host}/team/app:1.0")
    with pytest.raises(CannotRecord, match="did not reach the recorder at"):
        recorder.record(Order(command))


def moved(words: Any, proxy: Proxy, elsewhere: str) -> list[str]:
    proxy.address = elsewhere
    return [word.replace(proxy.upstream.partition("//")[2], elsewhere) for word in words]


def test_what_the_engine_had_already_is_in_the_recording(
    docker: Docker, real: RealRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who records the image that they use has pulled it before: the manifest is not asked for,
    and of the next tag only the layer that is new."""
    (docker.config / "config.json").unlink(missing_ok=True)
    docker("login", "-u", "alice", "--password-stdin", real.host, typed="s3cret\n")
    assert docker("pull", f"{real.host}/team/app:1.0").returncode == 0
    for tag, blobs in (("1.0", 0), ("1.1", 2)):
        case = replace(CASES["pull"], words=("docker", "pull", f"HOST/team/app:{tag}"))
        path = tmp_path / f"{tag}.json"
        recording = recorded(docker, real, case, path, monkeypatch)
        assert sum("/blobs/" in line.path for line in recording.engines["26"].http) == blobs
        run = replayed(recording, "26")
        assert (run.deviations, run.differences) == ((), ())
    docker("image", "rm", f"{real.host}/team/app:1.0")


@contextmanager
def with_tls(pem: Path) -> Iterator[str]:
    """The mock registry behind TLS, with Basic authentication."""
    with server.bound("127.0.0.1", 0) as listening:
        host = server.address(listening).replace("127.0.0.1", "localhost")
        app = RegistryApp(server.Served(registry(Auth.BASIC), host).handle)
        with server.in_thread(server.server(app, ssl_certfile=pem), listening):
            yield host


def test_a_registry_with_tls_is_recorded_under_its_own_name(
    docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Docker speaks plain HTTP to us, which the recording does not show; a user who does not trust
    the registry learns how to."""
    pem = certificate(tmp_path, "localhost")
    with with_tls(pem) as host:
        command = ("docker", "pull", f"{host}/team/app:1.0")
        planned = Order(command, f"https://{host}", "alice", "s3cret")
        monkeypatch.setenv("DOCKER_HOST", f"unix://{docker.socket}")
        with pytest.raises(CannotRecord, match=r"unknown authority; name its .* --ca"):
            recorder.record(planned)
        with pytest.raises(CannotRecord, match="no certificate of an authority"):
            recorder.record(replace(planned, authority=__file__))
        document = recorder.record(replace(planned, authority=str(pem)))
    recording = parsed(json.dumps(document).encode(), "mine")
    told = recording.engines["26"]
    assert told.exit_code == 0 and f"Downloaded newer image for {host}/team/app:1.0" in told.stdout
    assert {line.url for line in told.http} == {f"https://{host}"}
    assert compare(Situation(recording, "26")).differences == ()
