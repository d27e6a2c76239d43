"""What crosses the network, as values. No socket is opened here.

A transport is one function: it takes the requests that may be in flight together and
yields an `Exchange` for each as its answer arrives. The mock, a real registry and a
recording are three such functions. A transport never follows a redirect: the machine
must see it, because the credential must not follow.

Secrets have two homes, `Authorization` and `Request.form`; both hide them from `repr`,
and `masked` replaces them before anything is kept.
"""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

MASK = "••••••"
SECRET_FIELDS = frozenset(
    {"token", "access_token", "refresh_token", "device_code", "password", "auth"}
)
"""Names whose values are secrets, in token answers, forms and `config.json`."""

Headers = tuple[tuple[str, str], ...]


class Scheme(StrEnum):
    """How a registry wants to be convinced (RFC 7235)."""

    BASIC = "Basic"
    BEARER = "Bearer"


@dataclass(frozen=True)
class Authorization:
    """The `Authorization` header of a request; the secret never prints."""

    scheme: Scheme
    secret: str = field(repr=False)

    @classmethod
    def basic(cls, username: str, password: str) -> "Authorization":
        """Credentials as RFC 7617 wants them: base64 of `user:password`."""
        pair = f"{username}:{password}".encode()
        return cls(Scheme.BASIC, base64.b64encode(pair).decode())

    @classmethod
    def bearer(cls, token: str) -> "Authorization":
        """A token as RFC 6750 wants it."""
        return cls(Scheme.BEARER, token)

    @classmethod
    def parse(cls, header: str | None) -> "Authorization | None":
        """The header's value, or None where it is absent or of an unknown scheme."""
        scheme, _, secret = (header or "").partition(" ")
        known = {s.value.lower(): s for s in Scheme}.get(scheme.lower())
        return cls(known, secret.strip()) if known else None

    @property
    def header(self) -> str:
        return f"{self.scheme} {self.secret}"

    def pair(self) -> tuple[str, str] | None:
        """User name and password of a Basic header; None if it is not one."""
        if self.scheme is not Scheme.BASIC:
            return None
        try:
            text = base64.b64decode(self.secret, validate=True).decode()
        except ValueError:
            return None
        username, colon, password = text.partition(":")
        return (username, password) if colon else None


@dataclass(frozen=True)
class Request:
    """One HTTP request. `form` is what a token POST sends, url-encoded."""

    method: str
    url: str
    headers: Headers = ()
    authorization: Authorization | None = None
    form: Headers = field(default=(), repr=False)

    @property
    def host(self) -> str:
        """Host and, where it is not the scheme's own, port."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> str:
        return urlsplit(self.url).query

    @property
    def body(self) -> bytes:
        return urlencode(self.form).encode()

    def header(self, name: str) -> str | None:
        return find(self.headers, name)

    def masked(self) -> "Request":
        """The same request without its secrets."""
        form = tuple((k, MASK if k in SECRET_FIELDS else v) for k, v in self.form)
        kept = self.authorization and replace(self.authorization, secret=MASK)
        return replace(self, authorization=kept, form=form)


@dataclass(frozen=True)
class Content:
    """What arrived of a blob: bytes held so far (resumed downloads add up), their digest."""

    size: int
    digest: str
    unpacked: int | None = None
    """The bytes of the files in a layer, where somebody unpacked it."""


@dataclass(frozen=True)
class Response:
    """One HTTP answer. A blob's bytes are not in `body`: `content` says what arrived.

    `cut` is true where the connection ended before the announced length.
    """

    status: int
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)
    content: Content | None = None
    cut: bool = False

    def header(self, name: str) -> str | None:
        return find(self.headers, name)

    def json(self) -> object:
        """The body as JSON, or None where it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def masked(self) -> "Response":
        """The same answer with the values of secret fields replaced."""
        parsed = self.json()
        if not isinstance(parsed, dict) or not SECRET_FIELDS & parsed.keys():
            return self
        kept = {k: MASK if k in SECRET_FIELDS else v for k, v in parsed.items()}
        return replace(self, body=json.dumps(kept, ensure_ascii=False).encode())


class Obstacle(StrEnum):
    """Why no HTTP answer came."""

    REFUSED = "connection refused"
    NO_HOST = "no such host"
    TIMEOUT = "timeout"
    UNTRUSTED = "certificate signed by unknown authority"
    WRONG_NAME = "certificate is for another name"
    PLAIN_HTTP = "server gave HTTP response to HTTPS client"
    RESET = "connection reset"
    TOO_LARGE = "the answer is larger than any that is expected"
    REFUSED_BY_US = "not sent: the address is not one a secret may go to"
    NOT_RECORDED = "the recording has no answer to this request"


@dataclass(frozen=True)
class NetworkFailure:
    """No answer. `detail` is the address or the name that failed, where known."""

    obstacle: Obstacle
    detail: str = ""


Answer = Response | NetworkFailure


@dataclass(frozen=True)
class Exchange:
    """A request and what came of it."""

    request: Request
    answer: Answer

    def masked(self) -> "Exchange":
        kept = self.answer.masked() if isinstance(self.answer, Response) else self.answer
        return Exchange(self.request.masked(), kept)


Transport = Callable[[Sequence[Request]], Iterator[Exchange]]
"""Sends requests that may be in flight together; yields each exchange as it completes."""


def find(headers: Headers, name: str) -> str | None:
    """The header's value (repeated ones joined, RFC 9110 section 5.3), or None."""
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def digest_of(data: bytes) -> str:
    """`sha256:<hex>` (OCI image spec, descriptor, digests)."""
    return f"sha256:{sha256(data).hexdigest()}"
