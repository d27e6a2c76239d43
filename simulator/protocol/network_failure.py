"""Why no HTTP answer came."""

from dataclasses import dataclass
from enum import StrEnum


class Obstacle(StrEnum):
    """Why no HTTP answer came."""

    REFUSED = "connection refused"
    NO_HOST = "no such host"
    DNS_SILENT = "no answer from the DNS server"
    DNS_FAILED = "server misbehaving"
    NO_NETWORK = "network is unreachable"
    NO_ROUTE = "no route to host"
    DROPPED = "no connection in time"
    TIMEOUT = "timeout"
    NO_ANSWER = "no answer in time"
    UNTRUSTED = "certificate signed by unknown authority"
    WRONG_NAME = "certificate is for another name"
    EXPIRED = "certificate has expired or is not yet valid"
    ALERT = "the server ended the TLS handshake"
    NOT_TLS = "first record does not look like a TLS handshake"
    PLAIN_HTTP = "server gave HTTP response to HTTPS client"
    RESET = "connection reset by peer"
    CLOSED = "connection closed"
    BROKEN_OFF = "unexpected EOF"
    PROXY_REFUSED = "the proxy refuses to connect"
    TOO_LARGE = "the answer is larger than any that is expected"
    NO_SCHEME = "unsupported protocol scheme"
    NO_NAME = "no Host in request URL"
    ENDLESS = "stopped after 10 redirects"
    LIMIT_REACHED = "Pullscope ended the run"
    REFUSED_BY_US = "Pullscope did not send this request"
    NOT_RECORDED = "the recording has no answer to this request"


OF_NAMES = frozenset({Obstacle.NO_HOST, Obstacle.DNS_SILENT, Obstacle.DNS_FAILED})
"""Failures that are about the name, before there is an address."""


@dataclass(frozen=True)
class NetworkFailure:
    """No answer. `detail` is the address or the name that failed, where known; of a certificate
    what is wrong with it, of a TLS alert its name, both in Go's words; of a proxy's refusal its
    reason phrase. `at_proxy`: the connection failed on the way to a proxy."""

    obstacle: Obstacle
    detail: str = ""
    at_proxy: bool = False
