"""A registry, or the app, in a process of its own: impatient, and watched from outside."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.registry.odd_requests import HANG


@dataclass(frozen=True)
class Alone:
    """A registry in a process of its own, and what the kernel says of it."""

    host: str
    pid: int

    def memory(self) -> float:
        """MB that are held now."""
        pages = Path(f"/proc/{self.pid}/statm").read_text("utf-8").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def open(self) -> tuple[int, int]:
        """Files and threads."""
        folder = Path(f"/proc/{self.pid}")
        return len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir()))


REGISTRY_ALONE = """
from simulator.registry import asgi, connections, serving
from tests.registry.odd_requests import REGISTRY
asgi.REQUEST_SECONDS, connections.PIECE_SECONDS = 0.3, 1.0
serving.serve(REGISTRY, port=0, log=lambda line: "Serving" in line and print(line, flush=True))
"""
APP = """
from simulator.registry import asgi, connections
from simulator.web import serve
asgi.REQUEST_SECONDS, connections.PIECE_SECONDS = 0.3, 1.0
serve.serve_app("127.0.0.1", 0, "", log=lambda line: print(line, flush=True))
"""


@contextmanager
def alone(program: str) -> Iterator[Alone]:
    """It must have nothing to complain about."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdout=pipe, stderr=pipe) as process:
        assert process.stdout and process.stderr
        try:
            said = process.stdout.readline().decode()
            host = re.search(r"127\.0\.0\.1:\d+", said)
            assert host, said
            yield Alone(host[0], process.pid)
        finally:
            process.terminate()
            complaints = process.stderr.read().decode()
    assert complaints == ""


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + HANG
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def works(host: str, path: str = "/v2/", status: int = 401) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://{host}{path}", verify=False).status_code == status
    return False
