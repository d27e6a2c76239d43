"""A network in memory for the real source: names, addresses, and servers that answer anything.

It is below the dialer: policy, HTTP, redirects, secrets and downloads are the real ones.
"""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpcore

from simulator.sources import dialer

NAMES = {
    "registry.example.com": "8.8.8.8",
    "auth.example.com": "8.8.4.4",
    "cdn.example.com": "1.1.1.1",
    "evil.example.net": "9.9.9.9",
    "inner.example.com": "10.0.0.7",
    "127.evil.example": "169.254.169.254",
    "localhost": "127.0.0.1",
}
TRUSTING = ssl.create_default_context()
"""Read once: the certificates of all authorities take longer than a run."""


@dataclass(frozen=True)
class Answered:
    """The answer: bytes, so many at a time, with seconds before each part."""

    data: bytes
    part: int = 1 << 16
    pause: float = 0.0


@dataclass
class Connection:
    """One connection, and all that was sent over it."""

    address: str
    port: int
    answer: Callable[["Connection", bytes], Answered]
    clock: "Clock"
    name: str = ""
    """The server name of TLS."""
    sent: bytes = b""
    left: bytes = b""
    plan: Answered = Answered(b"")
    answered: int = 0
    received: int = 0

    def read(self, most: int, timeout: float | None = None) -> bytes:
        if not self.left and self.answered < len(self.sent):
            self.plan = self.answer(self, self.sent[self.answered :])
            self.left, self.answered = self.plan.data, len(self.sent)
        if timeout is not None and self.plan.pause > timeout:
            self.clock.pass_by(timeout)
            raise httpcore.ReadTimeout
        self.clock.pass_by(self.plan.pause)
        size = min(most, self.plan.part)
        data, self.left = self.left[:size], self.left[size:]
        self.received += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.sent += buffer

    def close(self) -> None:
        """Nothing is held."""

    def start_tls(self, context: object, name: str | None, timeout: float | None) -> "Connection":
        self.name = name or ""
        return self

    def get_extra_info(self, info: str) -> object:
        """No other protocol was agreed on, and the connection is not closed."""
        return False if info == "is_readable" else None


@dataclass
class Clock:
    """The real one, and what servers make pass."""

    passed: float = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.passed

    def pass_by(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class Network:
    """Every connection that was opened, and every name that was looked up."""

    answer: Callable[[Connection, bytes], Answered]
    clock: Clock = field(default_factory=Clock)
    connections: list[Connection] = field(default_factory=list)

    def connect_tcp(self, address: str, port: int, *_: object) -> Connection:
        made = Connection(address, port, self.answer, self.clock)
        self.connections.append(made)
        return made

    def lookup(self, host: str, port: object, **_: object) -> list[Any]:
        address = NAMES.get(host) or (host if host.replace(".", "").isdecimal() else "")
        if not address:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    def patch(self, monkeypatch: Any) -> None:
        """Put in place of sockets, names and the clock of a run."""

        monkeypatch.setattr(httpcore, "SyncBackend", lambda: self)
        monkeypatch.setattr(ssl, "create_default_context", lambda: TRUSTING)
        monkeypatch.setattr(socket, "getaddrinfo", self.lookup)
        monkeypatch.setattr(dialer, "time", SimpleNamespace(monotonic=self.clock.monotonic))
