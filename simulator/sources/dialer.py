"""The one place that opens connections to real registries, token services and storage.

A name is resolved once a run. All its addresses must be allowed; the connection goes to one of
them, and TLS still verifies the name. Without TLS, bytes leave for loopback addresses only.
"""

import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpcore

from simulator.protocol.hosts import Address, address_of, bare, public, split_url


@dataclass(frozen=True)
class Policy:
    """Where a run may connect, and how much it may take.

    `inside`: a registry in the own network may be asked. `ports`: these only; empty for all.
    `seconds` is the time for the whole run, `most` the bytes that may arrive in it.
    """

    inside: bool = True
    ports: frozenset[int] = frozenset()
    seconds: float = 3600.0
    most: int = 1 << 40


ALONE = Policy()
"""On one's own machine: private addresses only if the registry itself has one."""
CLASS = Policy(inside=False, ports=frozenset({443}), seconds=120.0, most=200_000_000)
"""On a server for others: public addresses and HTTPS only."""


class NotAllowed(Exception):
    """The policy does not allow this connection; the message says why."""


class LimitReached(Exception):
    """The run took all the time or all the bytes that it may take."""


class NotConnected(Exception):
    """No address of the host took the connection. The message is the first one, with the port."""

    def __init__(self, address: str, port: int, reason: Exception) -> None:
        super().__init__(f"[{address}]:{port}" if ":" in address else f"{address}:{port}")
        self.reason = reason
        """What happened there. (httpcore drops the cause of an exception.)"""


@dataclass
class Allowance:
    """The time and bytes that a run has left. Threads may share it."""

    policy: Policy
    taken: int = 0
    began: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, timeout: float | None) -> float:
        """The seconds to wait at most, this timeout at most. Raises LimitReached."""
        left = self.began + self.policy.seconds - time.monotonic()
        if left <= 0:
            raise LimitReached(f"it took longer than {self.policy.seconds:.0f} seconds")
        return left if timeout is None else min(timeout, left)

    def take(self, count: int) -> None:
        """Raises LimitReached."""
        with self.lock:
            self.taken += count
        self.check(0)

    def check(self, more: int) -> None:
        """Whether this many more bytes may arrive. Raises LimitReached."""
        if self.taken + more > self.policy.most:
            raise LimitReached(f"it is larger than {self.policy.most / 1e6:.0f} MB")


class Dialer(httpcore.NetworkBackend):
    """Opens a run's connections. `registry` is the host that the run is about."""

    def __init__(self, registry: str, policy: Policy, allowance: Allowance) -> None:
        self.registry, self.policy, self.allowance = bare(registry), policy, allowance
        self.sockets = httpcore.SyncBackend()
        self.known: dict[str, tuple[str, ...]] = {}
        self.lock = threading.RLock()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """Raises NotAllowed, NotConnected, LimitReached or socket.gaierror."""
        failed: Exception | None = None
        for address in self.allowed(host, port):
            try:
                left = self.allowance.wait(timeout)
                stream = self.sockets.connect_tcp(address, port, left, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = failed or NotConnected(address, port, error)
            else:
                return Guarded(stream, self.allowance, host, plain=is_here(address))
        assert failed is not None
        raise failed

    def allowed(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a host, if all of them may be asked. Raises NotAllowed."""
        if self.policy.ports and port not in self.policy.ports:
            known = ", ".join(map(str, sorted(self.policy.ports)))
            raise NotAllowed(f"port {port} is not among those that are asked here ({known})")
        found = self.resolved(host)
        if not all(map(is_public, found)) and not self.registry_is_inside:
            where = "inside this network" if self.policy.inside else "not on the internet"
            also = ", and the registry is not" if self.policy.inside else ""
            raise NotAllowed(f"{host} is {where}{also}")
        return found

    @cached_property
    def registry_is_inside(self) -> bool:
        """Whether the registry has inner addresses only, and may be asked there."""
        if not self.policy.inside:
            return False
        try:
            return not any(map(is_public, self.resolved(self.registry)))
        except OSError:
            return False

    def resolved(self, host: str) -> tuple[str, ...]:
        """All addresses of a host; asked for once a run, so that no later answer counts."""
        with self.lock:
            if host not in self.known:
                entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
                self.known[host] = tuple(dict.fromkeys(str(entry[4][0]) for entry in entries))
            return self.known[host]


def is_public(address: str) -> bool:
    known = inner_address(address)
    return known is not None and public(known)


def is_here(address: str) -> bool:
    known = inner_address(address)
    return known is not None and known.is_loopback


def inner_address(address: str) -> Address | None:
    """The address without the name of a network interface (`fe80::1%eth0`)."""
    return address_of(address.partition("%")[0])


PIECE = 1 << 20
"""Bytes that are read at a time: with the 64 kB of the client, a large pull takes twice as long."""


class Guarded(httpcore.NetworkStream):
    """A connection that counts what arrives, and sends nothing in the clear that it may not."""

    def __init__(
        self, stream: httpcore.NetworkStream, allowance: Allowance, host: str, plain: bool
    ) -> None:
        self.stream, self.allowance, self.host, self.plain = stream, allowance, host, plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self.stream.read(max(max_bytes, PIECE), self.allowance.wait(timeout))
        self.allowance.take(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not self.plain:
            raise NotAllowed(f"plain HTTP to {self.host}: only this machine is asked without TLS")
        self.stream.write(buffer, self.allowance.wait(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self.allowance.wait(timeout)
        secure = self.stream.start_tls(ssl_context, server_hostname, left)
        return Guarded(secure, self.allowance, self.host, plain=True)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def objection(url: str, registry: str) -> str:
    """Why a user on their own machine may not ask this URL for a registry; empty if they may.

    A registry on the internet could point at a service inside the own network.
    """
    parts = split_url(url)
    dialer = Dialer(registry, ALONE, Allowance(ALONE))
    try:
        found = dialer.allowed(parts.hostname or "", parts.port or 443)
    except NotAllowed as error:
        return str(error)
    except (OSError, ValueError):  # there is no answer there
        found = ()
    here = bool(found) and all(map(is_here, found))
    secure = parts.scheme == "https" or (parts.scheme == "http" and here)
    return "" if secure else f"{parts.scheme}://{parts.netloc} is not HTTPS"
