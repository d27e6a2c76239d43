"""`pullscope app --workers 2` for a class, behind the proxies of `docs/hosting.md`."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from simulator.progress.store import VARIABLE
from tests.pages import PATIENCE, ROOT, free_port, wait_for
from tests.web.proxies import PROXIES

STARTING = 3 * PATIENCE
"""Seconds in which all processes have started, at the same time."""
PROCESSES = ("pages 0", "pages 1", "rooms 0", "docker 0")


def free_ports(count: int) -> int:
    """The first of so many free ports that follow each other."""
    while True:
        first = free_port()
        try:
            with ExitStack() as tried:
                for port in range(first, first + count):
                    tried.enter_context(socket.create_server(("127.0.0.1", port)))
                return first
        except OSError:
            continue


@dataclass(frozen=True)
class ClassSite:
    """A class's address, the folder of the proxy in front, the port of the first process, and the
    parent of all."""

    url: str
    folder: Path
    first: int
    parent: "subprocess.Popen[bytes]"

    @contextmanager
    def behind(self, proxy: str) -> Iterator[None]:
        """The address is this proxy's. It ends only after the pages that are open there."""
        ports = range(self.first, self.first + len(PROCESSES))
        port = int(self.url.rpartition(":")[2])
        inner = " ".join(f"http://127.0.0.1:{one}" for one in ports)
        with PROXIES[proxy](self.folder, port, inner):
            yield

    def client(self) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.folder / "server.pem"))
        return httpx.Client(base_url=self.url, verify=trusted, timeout=PATIENCE)

    def waits(self, path: str, **cookies: str) -> None:
        """Until a process that was killed is there again: who asks meanwhile waits, too."""
        with self.client() as client:
            client.cookies.update(cookies)
            assert client.get(path, timeout=STARTING).status_code in (200, 401)

    def kill(self, name: str) -> int:
        """End this process at once; its id was this."""
        kind, number = name.split()
        found = subprocess.run(
            ["pgrep", "-P", str(self.parent.pid), "-f", f'"kind": "{kind}", "number": {number},'],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        (process,) = map(int, found.stdout.split())
        os.kill(process, signal.SIGKILL)
        return process


@contextmanager
def class_site(folder: Path, database: str) -> Iterator[ClassSite]:
    first, port = free_ports(len(PROCESSES)), free_port()
    url = f"https://localhost:{port}"
    command = [sys.executable, "-m", "simulator", "app", "--class", "--public-url", url,
               "--port", str(first), "--workers", "2"]  # fmt: skip
    about = {**os.environ, VARIABLE: database}
    parent = subprocess.Popen(command, cwd=ROOT, env=about, stdout=subprocess.DEVNULL)
    try:
        for place in (0, 1):
            wait_for(f"http://127.0.0.1:{first + place}/_stcore/health", patience=STARTING)
        yield ClassSite(url, folder, first, parent)
    finally:
        parent.terminate()
        parent.wait(PATIENCE)
