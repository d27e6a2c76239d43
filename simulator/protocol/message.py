"""What crosses the network, as values. No socket is opened here.

A transport is one function: it takes the requests that may be in flight together and
yields an `Exchange` for each as its answer arrives. The mock, a real registry and a
recording are three such functions. A transport never follows a redirect: the machine
must see it, because the credential must not follow.

Secrets have two homes, `Authorization` and `Request.form`; both hide them from `repr`,
and `masked` replaces them before anything is kept.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from simulator.protocol.authorization import Authorization
from simulator.protocol.hosts import split_url
from simulator.protocol.json_text import json_of
from simulator.protocol.network_failure import NetworkFailure
from simulator.protocol.secrets import MASK, PLAIN_FIELDS, SECRET_FIELDS
from simulator.protocol.target import Target, target

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Trust:
    """How the client meets a host in TLS: whether it verifies certificates, whether it has the
    file of that host's own authority, and whether it shows a certificate of its own."""

    verifies: bool = True
    authority: bool = False
    identity: bool = False


@dataclass(frozen=True)
class Request:
    """One HTTP request. `form` is what a token POST sends, url-encoded."""

    method: str
    url: str
    headers: Headers = ()
    authorization: Authorization | None = None
    form: Headers = field(default=(), repr=False)
    promised: int | None = None
    """The size of the blob that is asked for, in bytes, where a manifest names it."""
    payload: bytes = field(default=b"", repr=False)
    """The content that is sent: a manifest, or a part of a blob."""
    content: "Content | None" = None
    """The blob that is sent, where its bytes are unknown."""
    trust: Trust = Trust()
    proxy: str = ""
    """The address of the proxy that it goes through (RFC 9110 section 9.3.6); empty without."""
    patience: int = 0
    """Seconds after which the client gives up waiting for the answer; 0 where it never does."""

    @property
    def host(self) -> str:
        """Host and port as they are spelled in the URL; Go sends them so in `Host`."""
        return split_url(self.url).netloc

    @property
    def listener(self) -> str:
        """The host that is asked: the host in lower case and without the dot of the root of names,
        with its port where it is not the scheme's own."""
        own = ":443" if self.url.lower().startswith("https:") else ":80"
        name, colon, port = self.host.lower().removesuffix(own).rpartition(":")
        return f"{name.removesuffix('.')}{colon}{port}" if colon else port.removesuffix(".")

    @property
    def path(self) -> str:
        return split_url(self.url).path or "/"

    @property
    def query(self) -> str:
        return split_url(self.url).query

    @property
    def target(self) -> Target:
        """The target of the request."""
        return target(self.method, self.path)

    @property
    def body(self) -> bytes:
        return urlencode(self.form).encode()

    def header(self, name: str) -> str | None:
        return find(self.headers, name)

    def masked(self) -> "Request":
        """The same request without its secrets."""
        if not (self.authorization or self.form):
            return self
        form = tuple((k, v if k in PLAIN_FIELDS else MASK) for k, v in self.form)
        kept = self.authorization and replace(self.authorization, secret=MASK)
        return replace(self, authorization=kept, form=form)


@dataclass(frozen=True)
class Content:
    """What arrived of a blob: bytes held so far (resumed downloads add up), their digest."""

    size: int
    digest: str
    unpacked: int | None = None
    """The bytes of the files in a layer, where it was unpacked."""


@dataclass(frozen=True)
class Response:
    """One HTTP answer. A blob's bytes are not in `body`: `content` says what arrived.

    `cut` is true where the connection ended before the announced length; `reset_by` is the address
    that reset it then, empty where it was closed.
    """

    status: int
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)
    content: Content | None = None
    cut: bool = False
    reset_by: str = ""

    def header(self, name: str) -> str | None:
        return find(self.headers, name)

    def json(self) -> object:
        """The body as JSON, or None where it is not JSON."""
        try:
            return json_of(self.body)
        except ValueError:
            return None

    def masked(self) -> "Response":
        """The same answer with the values of secret fields replaced."""
        parsed = self.json()
        if not isinstance(parsed, dict) or not SECRET_FIELDS & parsed.keys():
            return self
        kept = {k: MASK if k in SECRET_FIELDS else v for k, v in parsed.items()}
        return replace(self, body=json.dumps(kept, ensure_ascii=False).encode())


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
