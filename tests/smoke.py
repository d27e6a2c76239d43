"""Each command and each page once, with the versions that are installed.

It needs Pullscope only, no test tools. `make versions` runs it with the oldest versions that
pyproject.toml allows, and with the newest.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from simulator.cli import main
from simulator.recordings.situations import recorded_situations
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry
from simulator.registry.serving import running
from simulator.web.pages import PAGES

COMMANDS = {
    "--version": 0, "run": 0, "run --scenario no-login --engine 26 --json": 1, "scenarios": 0,
    "run --source recording --recording {recording}": 0, "compare works no-login": 0,
    "decode 'no basic auth credentials'": 0, "questions --quiz": 0,
    "questions --quiz --format qti --output {folder}/q.zip": 0, "narrate works": 0,
    "export --format html --scenario works --output {folder}/l.html": 0,
    "lesson new {folder}/mine": 0, "check {folder}/mine": 0,
    "run --source real --registry {registry} --image team/app:1.0 --output {folder}/image": 0,
}  # fmt: skip
"""With the exit status of each."""
PATIENCE = 120.0
WEBSOCKET = (
    "GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def commands(folder: str) -> Iterator[str]:
    """What each command that ends with another status than it should says."""
    recording = next(iter(recorded_situations().values())).name
    with running(Registry(Auth.NONE, repositories=repositories())) as served:
        for command, status in COMMANDS.items():
            line = command.format(folder=folder, recording=recording, registry=served.host)
            done = CliRunner().invoke(main, shlex.split(line))
            if done.exit_code != status:
                yield f"pullscope {line}: {done.exit_code} {done.output[-2000:]} {done.exception!r}"


def draw(path: str) -> None:
    import streamlit as st  # noqa: PLC0415

    from simulator.web import pages  # noqa: PLC0415

    st.session_state.below = True  # as a browser that has drawn the stage says
    lesson = pages.proven("", "en")
    next(page for page in pages.PAGES if page.path == path).draw(lesson)


def pages() -> Iterator[str]:
    for page in PAGES:
        shown = AppTest.from_function(draw, args=(page.path,), default_timeout=PATIENCE).run()
        if shown.exception:
            yield f"/{page.path}: {shown.exception[0].value}"


@contextmanager
def app() -> Iterator[str]:
    """The host at which `pullscope app` serves."""
    command = [sys.executable, "-P", "-m", "simulator", "app", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            found = re.search(r"http://(\S+);", process.stdout.readline())
            assert found, "pullscope app does not start"
            yield found[1]
        finally:
            process.terminate()


def served() -> Iterator[str]:
    with app() as host:
        for path, status in (("/", 200), ("/_stcore/health", 200), ("/v2/", 401)):
            got = httpx.get(f"http://{host}{path}", timeout=PATIENCE).status_code
            if got != status:
                yield f"{path}: {got}"
        name, _, port = host.rpartition(":")
        with socket.create_connection((name, int(port)), timeout=PATIENCE) as connection:
            connection.sendall(WEBSOCKET.format(host=host).encode())
            answer = connection.recv(1000)
        if b" 101 " not in answer:
            yield f"the websocket: {answer!r}"


def tried() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PULLSCOPE_DATABASE"] = f"sqlite:///{folder}/progress.db"
        found = [*commands(folder), *pages(), *served()]
    print("\n".join(found) or f"{len(COMMANDS)} commands and {len(PAGES)} pages work")
    sys.exit(bool(found))


if __name__ == "__main__":
    tried()
