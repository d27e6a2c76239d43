"""One request, one answer: over the dialer's connections, without redirects and cookies."""

import errno
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore
import httpx

from simulator import __version__
from simulator.protocol.hosts import is_loopback, spelled
from simulator.protocol.message import Headers, Request
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.sources import certificates
from simulator.sources.dialer import Dialer, LimitReached, NotAllowed, NotConnected
from simulator.sources.tunnel import AtProxy, ProxyRefused

PATIENCE = 30.0
"""Seconds without a byte until a connection is given up."""
IDLE = 5.0
"""Seconds that a connection without a request is kept for the next one."""
LONGEST_HEADER = 8 << 10
"""Bytes of one header of an answer."""
LARGEST_HEAD = 32 << 10
"""Bytes of all headers of an answer."""
OURS = (("User-Agent", f"pullscope/{__version__}"), ("Accept-Encoding", "identity"))


class TooLarge(Exception):
    """The answer is larger than any that a registry has to give; the message says how large."""


@dataclass(frozen=True)
class Streamed:
    """An answer whose head is here; `chunks` is its body as it arrives."""

    status: int
    headers: Headers
    chunks: Iterator[bytes]


class HttpClient:
    """Sends requests; threads may share it."""

    def __init__(self, dialer: Dialer, context: ssl.SSLContext, at_once: int) -> None:
        self.dialer = dialer
        context.hostname_checks_common_name = False  # as Go: a name in the subject alone is none
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self.pool, self.lenient = (
            httpcore.ConnectionPool(
                one, max_connections=at_once, keepalive_expiry=IDLE, network_backend=dialer
            )
            for one in (context, unverified())
        )

    def close(self) -> None:
        self.pool.close()
        self.lenient.close()

    def pool_for(self, request: Request) -> httpcore.ConnectionPool:
        """On this machine Docker takes any certificate; elsewhere each is verified, whatever the
        client asks for."""
        here = not request.trust.verifies and is_loopback(request.host)
        return self.lenient if here else self.pool

    def failure(self, error: BaseException, request: Request) -> NetworkFailure:
        """Why no answer came."""
        for cause in causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                return certificates.refused(self.dialer, request.url, cause)
        return failure(error, request)

    @contextmanager
    def stream(self, request: Request) -> Iterator[Streamed]:
        """The answer while it arrives. Raises whatever `failure` tells apart, and TooLarge."""
        waits = dict.fromkeys(("connect", "read", "write", "pool"), PATIENCE)
        with self.pool_for(request).stream(
            request.method, url_of(request.url), headers=sent_headers(request),
            content=request.body if request.form else None, extensions={"timeout": waits},
        ) as got:  # fmt: skip
            yield Streamed(got.status, readable(got.headers), got.iter_stream())


def unverified() -> ssl.SSLContext:
    """TLS with whoever answers."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def url_of(url: str) -> httpcore.URL:
    """The URL with everything percent-encoded that HTTP does not take as it is."""
    known = httpx.URL(url)
    if known.scheme not in ("http", "https"):
        raise NotAllowed(f"{known.scheme or 'nothing'} is not asked, only http and https")
    return httpcore.URL(
        scheme=known.raw_scheme, host=known.raw_host, port=known.port, target=known.raw_path
    )


def sent_headers(request: Request) -> list[tuple[bytes, bytes]]:
    headers = [*OURS, *request.headers]
    if request.authorization:
        headers.append(("Authorization", request.authorization.header))
    return [(name.encode(), value.encode()) for name, value in headers]


def readable(headers: list[tuple[bytes, bytes]]) -> Headers:
    """Headers as registries write their names: `Docker-Content-Digest`. Raises TooLarge."""
    sizes = [len(name) + len(value) for name, value in headers]
    if max(sizes, default=0) > LONGEST_HEADER or sum(sizes) > LARGEST_HEAD:
        raise TooLarge(f"{sum(sizes)} bytes of headers")
    return tuple((as_text(name).title(), as_text(value)) for name, value in headers)


def as_text(data: bytes) -> str:
    return data.decode(errors="replace")


# -- why no answer came -------------------------------------------------------------------------

NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


CERTIFICATE = {9: Obstacle.EXPIRED, 10: Obstacle.EXPIRED, 62: Obstacle.WRONG_NAME,
               64: Obstacle.WRONG_NAME}  # fmt: skip
"""Verdicts on a certificate by OpenSSL's number (X509_V_ERR_*), where it is not the signer."""


def failure(error: BaseException, request: Request) -> NetworkFailure:
    """The obstacle behind an exception, looked for along its causes."""
    chain = list(causes(error))
    found = next(filter(None, map(obstacle, chain)), Obstacle.CLOSED)
    at_proxy = any(isinstance(one, AtProxy) for one in chain)
    return NetworkFailure(found, detail(found, chain, request), at_proxy)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        reason = error.reason if isinstance(error, NotConnected | AtProxy) else None
        error = reason or error.__cause__ or error.__context__


def obstacle(error: BaseException) -> Obstacle | None:
    match error:
        case NotAllowed():
            return Obstacle.REFUSED_BY_US
        case ProxyRefused():
            return Obstacle.PROXY_REFUSED
        case LimitReached():
            return Obstacle.LIMIT_REACHED
        case TooLarge():
            return Obstacle.TOO_LARGE
        case ssl.SSLCertVerificationError(verify_code=code):
            return CERTIFICATE.get(code, Obstacle.UNTRUSTED)
        case ssl.SSLError(reason=reason) if any(known in str(reason) for known in NOT_TLS):
            return Obstacle.PLAIN_HTTP
        case socket.gaierror(errno=number):
            return Obstacle.DNS_FAILED if number == socket.EAI_AGAIN else Obstacle.NO_HOST
        case OSError(errno=errno.ENETUNREACH):
            return Obstacle.NO_NETWORK
        case OSError(errno=errno.EHOSTUNREACH):
            return Obstacle.NO_ROUTE
        case ConnectionRefusedError():
            return Obstacle.REFUSED
        case ConnectionResetError():
            return Obstacle.RESET
        case httpcore.ReadTimeout():
            return Obstacle.NO_ANSWER
        case NotConnected(reason=httpcore.ConnectTimeout()):
            return Obstacle.DROPPED
        case TimeoutError() | httpcore.TimeoutException() | httpx.TimeoutException():
            return Obstacle.TIMEOUT
        case httpx.InvalidURL() | httpcore.LocalProtocolError() | UnicodeError():
            return Obstacle.REFUSED_BY_US
        case _:
            return None


SAID = frozenset(
    {
        Obstacle.REFUSED,
        Obstacle.DROPPED,
        Obstacle.NO_NETWORK,
        Obstacle.NO_ROUTE,
        Obstacle.REFUSED_BY_US,
        Obstacle.LIMIT_REACHED,
        Obstacle.TOO_LARGE,
        Obstacle.PROXY_REFUSED,
    }
)
"""Obstacles that come with words of their own."""


def detail(found: Obstacle, chain: list[BaseException], request: Request) -> str:
    """The address or name that failed, as the mock tells it, or why it was Pullscope's doing."""
    told = (NotAllowed, LimitReached, TooLarge, NotConnected, ProxyRefused)
    said = next((str(error) for error in chain if isinstance(error, told)), "")
    match found:
        case Obstacle.NO_HOST | Obstacle.DNS_FAILED:
            proxy = next((str(error) for error in chain if isinstance(error, AtProxy)), "")
            return proxy or spelled(request.url)
        case Obstacle.REFUSED_BY_US if not said:
            return "the address or a header is not valid"
        case _ if found in SAID:
            return said
        case _:
            return ""
