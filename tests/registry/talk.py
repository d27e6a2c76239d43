"""Conversations with a writable registry: in process, and over a socket."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import OCI_MANIFEST
from simulator.protocol.message import Request
from simulator.registry.answer import respond
from simulator.registry.model import Auth, Registry

U, B, M = "/v2/a/b/blobs/uploads/", "/v2/a/b/blobs/", "/v2/a/b/manifests/"
EMPTY = digest_of(b"{}")


@dataclass(frozen=True)
class Told:
    """An answer, with small letters in the names of its headers."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["errors"][0]["code"])

    def referrers(self) -> list[dict[str, object]]:
        found = json.loads(self.body)["manifests"]
        assert isinstance(found, list)
        return found


Ask = Callable[[str, str, bytes, dict[str, str]], Told]


@dataclass
class Talk:
    """A conversation with one registry."""

    ask: Ask
    last: Told = field(default_factory=lambda: Told(0, {}, b""))

    def __call__(
        self, method: str, path: str, expected: int, data: bytes = b"", **headers: str
    ) -> Told:
        """Ask; `@` in the path is the last answer's Location."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self.last = self.ask(method, self.at(path), data, sent)
        assert self.last.status == expected, (method, path, self.last)
        return self.last

    def at(self, path: str) -> str:
        if not path.startswith("@"):
            return path
        parts = urlsplit(self.last.headers["location"])
        joint = "&" if parts.query and "?" in path else ""
        query = parts.query + joint + path[1:].lstrip("?")
        return f"{parts.path}?{query}" if query else parts.path

    def push(self, data: bytes, name: str = "", kind: str = OCI_MANIFEST) -> Told:
        """A manifest under its digest, or a tag, with what it needs."""
        self("POST", U, 202)
        self("PUT", f"@?digest={EMPTY}", 201, b"{}")
        where = M + (name or digest_of(data))
        return self("PUT", where, 201, data, Content_Type=kind)


def writable() -> Registry:
    return Registry(Auth.NONE, writable=True, referrers=True)


def in_process() -> Ask:
    held = [writable()]

    def ask(method: str, path: str, data: bytes, headers: dict[str, str]) -> Told:
        request = Request(method, f"http://h{path}", tuple(headers.items()), payload=data)
        told = respond(request, held[0])
        held[0] = told.registry
        answer = told.delivered
        return Told(answer.status, {k.lower(): v for k, v in answer.headers}, answer.body)

    return ask


def over_a_socket(host: str) -> Ask:
    def ask(method: str, path: str, data: bytes, headers: dict[str, str]) -> Told:
        connection = HTTPConnection(host, timeout=10)
        try:
            connection.request(method, path, data or None, headers)
            answer = connection.getresponse()
            about = {name.lower(): value for name, value in answer.getheaders()}
            return Told(answer.status, about, answer.read())
        finally:
            connection.close()

    return ask
