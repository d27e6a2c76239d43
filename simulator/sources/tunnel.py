"""Connections through the user's own proxy, where they ask for that (RFC 9110 section 9.3.6)."""

import base64
import os
import ssl
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from urllib.parse import SplitResult, unquote

import httpcore

from simulator.protocol.hosts import split_url
from simulator.protocol.proxies import Proxies
from simulator.sources.dialer import Allowance, Dialer, Guarded, NotConnected, Policy

DEFAULT_PORTS = {"http": 80, "https": 443}
LARGEST_HEAD = 16 << 10
"""Bytes of a proxy's answer to CONNECT."""


class AtProxy(Exception):
    """The proxy itself was not reached."""

    def __init__(self, name: str, reason: Exception) -> None:
        super().__init__(name)
        self.reason = reason
        """What happened there. (httpcore drops the cause of an exception.)"""


class ProxyRefused(Exception):
    """The proxy does not connect to the host; the message is the phrase of its status."""


def of_environment(known: Mapping[str, str] = os.environ) -> Proxies:
    """The proxies that `HTTPS_PROXY` and `NO_PROXY` name, in capitals or not, as Go reads them."""

    def named(name: str) -> str:
        return known.get(name) or known.get(name.lower(), "")

    return Proxies(https=named("HTTPS_PROXY"), no=named("NO_PROXY"))


class Tunnels(Dialer):
    """Opens connections through proxies. The proxy looks up the names behind it; whoever asks for
    it knows where it may lead."""

    def __init__(
        self, registry: str, policy: Policy, allowance: Allowance, proxies: Proxies
    ) -> None:
        super().__init__(registry, policy, allowance)
        self.proxies = proxies

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """Raises AtProxy or ProxyRefused, and what a dialer raises."""
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        proxy = self.proxies.of(f"https://{where}")
        if not proxy:
            return super().connect_tcp(host, port, timeout, local_address, socket_options)
        parts = split_url(proxy)
        stream = self.to_proxy(parts, timeout)
        opened(stream, where, parts, self.allowance.wait(timeout))
        return Guarded(stream, self.allowance, host, plain=False)

    def to_proxy(self, parts: SplitResult, timeout: float | None) -> httpcore.NetworkStream:
        name, port = parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 80)
        left = self.allowance.wait(timeout)
        try:
            addresses = self.resolved(name)
            stream = self.sockets.connect_tcp(addresses[0], port, left)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise AtProxy(name, NotConnected(addresses[0], port, error)) from error
        except OSError as error:
            raise AtProxy(name, error) from error
        if parts.scheme != "https":
            return stream
        return stream.start_tls(ssl.create_default_context(), name, left)


def opened(stream: httpcore.NetworkStream, where: str, parts: SplitResult, timeout: float) -> None:
    """Ask the proxy to connect. Raises ProxyRefused where it does not."""
    stream.write(f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n{login(parts)}\r\n".encode(),
                 timeout)  # fmt: skip
    head = b""
    while b"\r\n\r\n" not in head and len(head) < LARGEST_HEAD:
        part = stream.read(LARGEST_HEAD, timeout)
        if not part:
            break
        head += part
    first = head.partition(b"\r\n")[0].decode("latin-1")
    _version, status, phrase = [*first.split(" ", 2), "", ""][:3]
    if status != str(HTTPStatus.OK.value):
        stream.close()
        raise ProxyRefused(phrase or status or "EOF")


def login(parts: SplitResult) -> str:
    """The header with the user and password of the proxy's address, if it has them."""
    if not parts.username:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}\r\n"
