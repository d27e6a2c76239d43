"""`pullscope app --workers N`: a process for each part of the pages, and one that minds them all.

Pages, rooms and everyone's docker are in processes of their own, each at an address of its own; a
proxy in front sends each request to the right one (`docs/hosting.md`). What they share is in the
database, and the secret in their environment. A process that ends is started again.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event

from simulator.registry.serving import SECRET, address, bound, signer
from simulator.web.worker import Work

LOOK = 0.1
"""Seconds after which one looks again whether all are there."""
SOON = 5.0
"""A process that lived less seconds is started again only after as many."""
PATIENCE = 10.0
"""Seconds that a process has to end by itself."""

Log = Callable[[str], object]


@dataclass
class Minded:
    """A process, what it does, and since when."""

    work: Work
    process: "subprocess.Popen[bytes]"
    since: float

    @classmethod
    def started(cls, work: Work) -> "Minded":
        command = [sys.executable, "-m", "simulator.web.worker", work.told()]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[work.socket])
        return cls(work, process, time.monotonic())

    def look(self, log: Log) -> "Minded":
        """The same, or the one that takes its place."""
        status = self.process.poll()
        failed_at_once = status is not None and status >= 0 and self.age < SOON
        if status is None or failed_at_once:
            return self
        log(f"{self.work.kind} {self.work.number} ended ({ending(status)}): started again")
        return Minded.started(self.work)

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self.since

    def end(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def ending(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"status {status}"


def serve_workers(host: str, port: int, public_url: str, counts: "Counts", log: Log) -> None:
    """Serve until interrupted. Raises PortInUse, or InvalidSecret."""
    os.environ.setdefault(SECRET, secrets.token_urlsafe(32))
    signer()
    stop = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    with ExitStack() as open_now:
        listening = [open_now.enter_context(bound(host, port and port + place))
                     for place in range(len(counts.kinds))]  # fmt: skip
        planned = list(plan(listening, public_url, counts))
        for work, at in zip(planned, listening, strict=True):
            log(f"{work.kind} {work.number} at {address(at)}")
        log(f"Pullscope is at {public_url}; stop with Ctrl-C")
        with minded(planned) as all_of_them:
            while not stop.wait(LOOK):
                all_of_them[:] = [one.look(log) for one in all_of_them]


@dataclass(frozen=True)
class Counts:
    """How many processes there are for pages and for rooms; for everyone's docker there is one."""

    pages: int
    rooms: int = 1

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """In the order of their ports."""
        numbered = [("pages", self.pages), ("rooms", self.rooms), ("docker", 1)]
        return [(kind, number) for kind, count in numbered for number in range(count)]


def plan(listening: Sequence[socket.socket], public_url: str, counts: Counts) -> Iterator[Work]:
    """What each process does, at its socket."""
    docker = f"http://{address(listening[-1])}"
    for (kind, number), at in zip(counts.kinds, listening, strict=True):
        yield Work(kind, number, at.fileno(), public_url, docker)


@contextmanager
def minded(planned: list[Work]) -> Iterator[list[Minded]]:
    """All of them, started; they end with this."""
    running = [Minded.started(work) for work in planned]
    try:
        yield running
    finally:
        for one in running:
            one.end()
