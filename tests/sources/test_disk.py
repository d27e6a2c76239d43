"""A disk that takes no more: one sentence that says so, and nothing is left behind."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry
from simulator.registry.serving import running
from tests.cases import each
from tests.pages import PATIENCE, ROOT

MOST = 100
"""Bytes that a file may have."""
SCRIPTS = {
    "a pull": ("run", "--source", "real", "--image", "team/app:1.0", "--output", "{place}",
               "--registry", "{host}"),
    "an export": ("export", "--format", "md", "--count", "0", "--output", "{place}"),
    "a new lesson": ("lesson", "new", "{place}"),
}  # fmt: skip


def full() -> None:
    """No file of this process may grow any more, as if the disk were full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, MOST))


@pytest.mark.skipif(sys.platform == "win32", reason="has no limits of a process")
@each("case", SCRIPTS)
def test_a_full_disk_is_named(case: str, tmp_path: Path) -> None:
    """Not the registry, which answered."""
    folder = tmp_path / case
    folder.mkdir()
    place = folder / "place"
    with running(Registry(Auth.NONE, repositories=repositories())) as served:
        words = [word.format(place=place, host=served.host) for word in SCRIPTS[case]]
        command = [sys.executable, "-m", "simulator", *words]
        done = subprocess.run(command, preexec_fn=full, capture_output=True, text=True, cwd=ROOT,
                              timeout=PATIENCE, check=False)  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    said = done.stderr.strip().splitlines()[-1]
    assert "File too large" in said and "Pullscope's own" not in said and "Traceback" not in said
    if case == "a pull":
        assert not list(folder.iterdir())
