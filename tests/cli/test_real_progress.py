"""A run against a real registry tells on a terminal how far it is, from the first second."""

import os
import pty
import subprocess
import sys

import pytest

from simulator.cli.real import bars
from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry
from simulator.registry.serving import running
from simulator.scenarios.real_run import run_real
from simulator.sources.downloads import Progress


def on_a_terminal(*words: str) -> tuple[int, str]:
    """The exit status of `pullscope`, and what it wrote to the terminal on its standard error."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "simulator", *words]
    environment = {**os.environ, "TERM": "xterm"}
    done = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux says so that the other side is closed
            part = b""
        if not part:
            return done.wait(), written.decode("utf-8", "replace")
        written += part


def test_each_blob_has_a_bar() -> None:
    """First that the registry is asked, then each blob by its digest."""
    with running(Registry(Auth.NONE, repositories=repositories())) as served:
        words = ("run", "--source", "real", "--registry", served.host, "--image", "team/app:1.0")
        status, written = on_a_terminal(*words)
    assert status == 0
    assert f"Asking {served.host}" in written


def test_all_blobs_are_known_before_the_first_byte_arrives() -> None:
    """With their sizes, from the manifest: a total that grows while blobs begin is none."""
    told: list[Progress] = []
    with running(Registry(Auth.NONE, repositories=repositories())) as served:
        trace = run_real(served.host, "", "", "team/app:1.0", told.append)
    assert not trace.failed
    held = repositories()["team/app"]
    (manifest,) = [parse_manifest(one.data, digest, one.media_type)
                   for digest, one in held.manifests.items() if digest == held.tags["1.0"]]
    assert isinstance(manifest, Manifest)
    sizes = {blob.digest: blob.size for blob in (manifest.config, *manifest.layers)}
    first = told[: len(sizes)]
    assert {one.digest: one.total for one in first} == sizes
    assert [one.done for one in first] == [0] * len(sizes)


def test_without_a_terminal_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Piped output stays clean."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: False)
    with bars("r.example") as told:
        assert told is None
