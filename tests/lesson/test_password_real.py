"""The lesson "Who keeps the password?" against a real engine, registry and helper script."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dockerd import Docker, dockerd
from tests.registries import basic_registry

HELPER = """\
#!/bin/sh
kept="{folder}/kept"; said=$(cat); echo "$1" >> "{folder}/calls"
case "$1" in
  store) printf %s "$said" > "$kept";;
  get) cat "$kept" 2>&- || {{ echo "credentials not found in native keychain"; exit 1; }};;
  erase) rm -f "$kept";;
  *) echo "{{}}";;
esac
"""
LOCKED = "#!/bin/sh\necho 'User interaction is not allowed. (-25308)'\nexit 1\n"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    with basic_registry(tmp_path) as registry:
        yield registry.host


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the PATH with the helpers `lab`, which works, and `locked`, which does not."""
    folder = tmp_path / "helpers"
    folder.mkdir()
    scripts = {"lab": HELPER.format(folder=folder), "locked": LOCKED}
    for name, script in scripts.items():
        program = folder / f"docker-credential-{name}"
        program.write_text(script, "utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def config(docker: Docker, **document: object) -> None:
    (docker.config / "config.json").write_text(json.dumps(document), "utf-8")


def written(docker: Docker) -> dict[str, object]:
    document: dict[str, object] = json.loads((docker.config / "config.json").read_text("utf-8"))
    return document


def login(docker: Docker, host: str) -> str:
    ran = docker("login", "-u", "alice", "--password-stdin", host, typed="s3cret")
    return ran.stdout + ran.stderr


def test_who_keeps_the_password(host: str, programs: Path) -> None:
    """The file, a helper for all, a helper for one registry; and a helper that hides the file."""
    image = f"{host}/team/app:1.0"
    with dockerd() as docker:
        assert "Login Succeeded" in login(docker, host)
        in_the_file = {"auths": {host: {"auth": "YWxpY2U6czNjcmV0"}}}
        assert written(docker) == in_the_file
        mode = (docker.config / "config.json").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
        assert docker("pull", image).returncode == 0

        config(docker, **in_the_file, credsStore="lab")  # the helper is empty
        hidden = docker("pull", image)
        assert hidden.returncode == 1 and "no basic auth credentials" in hidden.stderr

        assert "Login Succeeded" in login(docker, host)
        assert written(docker) == {"auths": {host: {}}, "credsStore": "lab"}
        kept = json.loads((programs / "kept").read_text("utf-8"))
        assert kept == {"ServerURL": host, "Username": "alice", "Secret": "s3cret"}
        assert docker("pull", image).returncode == 0
        assert docker("logout", host).returncode == 0
        assert not (programs / "kept").exists() and written(docker)["auths"] in ({}, None)

        config(docker, credHelpers={host: "lab"}, credsStore="locked")
        assert "Login Succeeded" in login(docker, host)  # credHelpers comes before credsStore
        assert docker("pull", image).returncode == 0


def test_a_helper_that_does_not_work(host: str, programs: Path) -> None:
    """The registry accepts the login, and then it fails: nothing is stored."""
    with dockerd() as docker:
        helpers = (("locked", "interaction is not allowed"), ("moon", "docker-credential-moon"))
        for name, said in helpers:
            config(docker, credsStore=name)
            failed = login(docker, host)
            assert "error storing credentials" in failed and said in failed, failed
            assert not written(docker).get("auths")
