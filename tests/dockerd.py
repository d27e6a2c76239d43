"""A real Docker engine for the tests: it pulls, and runs no containers."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.need import need
from tests.pages import PATIENCE

FLAGS = (
    "--storage-driver=vfs", "--iptables=false", "--ip-forward=false", "--bridge=none",
)  # fmt: skip


@dataclass(frozen=True)
class Docker:
    """A Docker CLI with its own `config.json`, talking to an engine of its own."""

    socket: Path
    config: Path
    program: str

    def __call__(self, *words: str, typed: str | None = None) -> "subprocess.CompletedProcess[str]":
        """Run `docker WORDS`; `typed` goes to its standard input."""
        environment = {**os.environ, "DOCKER_CONFIG": str(self.config), "LC_ALL": "C"}
        environment |= {"DOCKER_HOST": f"unix://{self.socket}"}
        return subprocess.run(
            [self.program, *words], input=typed, capture_output=True, text=True, env=environment
        )

    def server_version(self) -> str:
        return self("version", "--format", "{{.Server.Version}}").stdout.strip()


@contextmanager
def dockerd(*options: str) -> Iterator[Docker]:
    """An engine that was started for us, with these options of its own. It needs root; without,
    the test skips (fails in CI)."""
    need("dockerd", "docker")
    if os.geteuid() != 0:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("dockerd starts for root only")
    with tempfile.TemporaryDirectory(prefix="pullscope-") as name:
        folder = Path(name)
        docker = Docker(folder / "s", folder / "config", debian_docker())
        docker.config.mkdir()
        command = [
            "dockerd", f"--data-root={folder / 'data'}", f"--exec-root={folder / 'exec'}",
            f"--pidfile={folder / 'pid'}", f"--host=unix://{docker.socket}", *FLAGS, *options,
        ]  # fmt: skip
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                wait(docker, process, folder / "log")
                yield docker
            finally:
                process.terminate()
                process.wait()


def debian_docker() -> str:
    """The client of Debian's package where there is one: it fits its engine."""
    return shutil.which("docker", path="/usr/bin") or shutil.which("docker") or "docker"


def wait(docker: Docker, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if docker.socket.exists() and docker.server_version():
            return
        time.sleep(0.2)
    pytest.fail(f"dockerd did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
