"""Why no HTTP answer came."""

from dataclasses import dataclass
from enum import StrEnum


class Obstacle(StrEnum):
    """Why no HTTP answer came."""

    REFUSED = "connection refused"
    NO_HOST = "no such host"
    TIMEOUT = "timeout"
    UNTRUSTED = "certificate signed by unknown authority"
    WRONG_NAME = "certificate is for another name"
    EXPIRED = "certificate has expired or is not yet valid"
    ALERT = "the server ended the TLS handshake"
    PLAIN_HTTP = "server gave HTTP response to HTTPS client"
    RESET = "connection reset"
    TOO_LARGE = "the answer is larger than any that is expected"
    NO_SCHEME = "unsupported protocol scheme"
    NO_NAME = "no Host in request URL"
    ENDLESS = "stopped after 10 redirects"
    LIMIT_REACHED = "Pullscope ended the run"
    REFUSED_BY_US = "Pullscope did not send this request"
    NOT_RECORDED = "the recording has no answer to this request"


@dataclass(frozen=True)
class NetworkFailure:
    """No answer. `detail` is the address or the name that failed, where known; of a certificate
    what is wrong with it, of a TLS alert its name, both in Go's words."""

    obstacle: Obstacle
    detail: str = ""
