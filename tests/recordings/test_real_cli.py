"""The real command line of docker, without an engine: what it says, the machine says."""

import subprocess
from pathlib import Path

import pytest

from tests.cases import each
from tests.need import need
from tests.recordings.worlds import made, outcome

NOWHERE = "unix:///tmp/pullscope-no-engine.sock"
NOBODY = "tcp://127.0.0.1:2399"
CONFIGS = (
    '{"auths": {},}', "[]", "5", '"x"', "true", "null", "   ", "\x00", "{}{}", "// mine\n{}",
    '{"auths": []}', '{"auths": "x"}', '{"auths": {"r": "x"}}', '{"auths": {"r": null}}',
    '{"auths": {"r": {"auth": 5}}}', '{"auths": {"r": {"Auth": 5}}}', '{"AUTHS": []}',
    '{"auths": {"r": {"username": ["a"]}}}', '{"auths": {"r": {"email": true}}}',
    '{"auths": {"r": {"auth": null}}}', '{"auths": {"r": {"auth": ""}}}',
    '{"auths": {"r": {"auth": "YWxpY2U6czNjcmV0Pz8_"}}}',
    '{"auths": {"r": {"auth": "OnMzY3JldA=="}}}', '{"auths": {"r": {"auth": "YWxpY2U6"}}}',
    '{"auths": {"r": {"identitytoken": 5}}}', '{"credsStore": 5}', '{"credHelpers": []}',
    '{"credHelpers": {"r": 5}}', '{"HttpHeaders": 5}', '{"plugins": []}', '{"psFormat": {}}',
    '{"proxies": 5}', '{"experimental": 5}', "{'auths': {}}", '{"auths": {',
)  # fmt: skip
"""Texts of `config.json`."""
LINES = (
    f"docker -H {NOBODY} images", f"docker -H {NOWHERE} rmi x", "docker -H 127.0.0.1 images",
    f"docker -D --host={NOBODY} inspect x", f"docker -H {NOBODY} search x",
    f"docker -H {NOWHERE} run x", f"docker -H {NOWHERE} create x", "docker run a/Upper",
    "docker run --pull often x", "docker run", "docker run --foo x", "docker create a/Upper",
    "docker search", "docker search --limit ten x", "docker tag a Upper/x:y:z",
    "docker tag a:b:c d", f"docker tag a x@sha256:{'a' * 64}", "docker -l foo images",
    "docker tag x", "docker --context nosuch images", "docker logout https://nosuch.example.com/v2/",
    "docker push a/Upper", "docker pull -a a/b:c",
)  # fmt: skip
"""Command lines that no engine answers."""


def real(line: str, home: Path) -> tuple[str, int]:
    """What docker prints on standard error, and its exit status; `home` keeps its files."""
    done = subprocess.run(
        line.split(), capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home)},
    )  # fmt: skip
    said = done.stderr.replace(f"{home}/.docker", "/home/alice/.docker")
    return said.rstrip("\n"), done.returncode


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of docker's release 28, whose words engine 26 has here."""
    need("docker")
    version = subprocess.run(["docker", "--version"], capture_output=True, text=True).stdout
    if not version.startswith("Docker version 28."):
        pytest.skip(f"needs Docker's command line 28, not {version.strip()}")
    (tmp_path / ".docker").mkdir()
    return tmp_path


def test_the_real_command_line_reads_a_config_as_ours(home: Path) -> None:
    """Its warning is the same, for whatever is wrong."""
    different = {}
    for text in CONFIGS:
        (home / ".docker" / "config.json").write_text(text)
        theirs, _status = real(f"docker -H {NOWHERE} images", home)
        ours = outcome(made(f"docker -H {NOWHERE} images", {"config_json_before": text}), "26")
        if theirs != "\n".join(ours.stderr):
            different[text] = (theirs, ours.stderr)
    assert different == {}


@each("line", LINES)
def test_the_real_command_line_complains_as_ours(line: str, tmp_path: Path) -> None:
    """The same words, and the same exit status."""
    need("docker")
    ours = outcome(made(line, {"socket": "absent"}), "26")
    assert real(line, tmp_path) == ("\n".join(ours.stderr), ours.exit_status)
