"""What changes answers between client and registry: a proxy, a load balancer, a line that breaks.

An `Interference` says for which requests it holds and what then happens to the answer. The
registry behind it knows nothing of it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from simulator.protocol.message import Content, Headers, Request, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle

Answer = Response | NetworkFailure
Respond = Callable[[Request], Answer]


@dataclass(frozen=True)
class Reply:
    """An answer that is given in place of the registry's. `size` is the length that it announces,
    in bytes, if not that of its body. With a `digest`, so many bytes of it arrive, and `body` is
    what is known of them."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    size: int | None = None
    digest: str = ""

    def response(self, request: Request) -> Response:
        data = self.body.encode()
        size = len(data) if self.size is None else self.size
        headers = (*self.headers, ("Content-Length", str(size)))
        content = Content(size, self.digest) if self.digest else None
        return Response(self.status, headers, b"" if request.method == "HEAD" else data, content)


@dataclass(frozen=True)
class Edit:
    """Headers that are set or dropped; with `status`, only in answers of that status.

    A header with several values is sent several times.
    """

    set: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    status: int | None = None

    def applied(self, answer: Response) -> Response:
        if self.status not in (None, answer.status):
            return answer
        gone = {name.lower() for name in (*self.set, *self.drop)}
        kept = [entry for entry in answer.headers if entry[0].lower() not in gone]
        added = [(name, value) for name, values in self.set.items() for value in values]
        return replace(answer, headers=(*kept, *added))


@dataclass(frozen=True)
class Redirect:
    """A redirect to the same path with `found` replaced by `other`, or to another `host`."""

    status: int = 307
    found: str = ""
    other: str = ""
    host: str = ""

    def response(self, request: Request) -> Response:
        query = f"?{request.query}" if request.query else ""
        path = request.path.replace(self.found, self.other) if self.found else request.path
        start = f"https://{self.host}" if self.host else ""
        headers = (("Location", f"{start}{path}{query}"), ("Content-Length", "0"))
        return Response(self.status, headers)


@dataclass(frozen=True)
class Interference:
    """What happens to some requests.

    `path` is a regular expression that is searched in path and query, `methods` empty are all.
    `which` are the matching requests that it holds for, counted from 1; empty are all. `seen` is
    how many there were. One of the others says what happens: `reply` or `redirect` in place of
    the registry, `challenge` for a request without credentials, `closes` without an answer,
    `delay` of so many seconds before the answer, `cut_after` so many bytes of the body (`resets`:
    the connection is reset then, not closed), `edit` of
    headers, `document` fields in place of those of a JSON answer (None drops one), `body_of`
    another path in place of its own.
    """

    path: str = ""
    methods: tuple[str, ...] = ()
    which: tuple[int, ...] = ()
    seen: int = 0
    reply: Reply | None = None
    redirect: Redirect | None = None
    challenge: str = ""
    closes: bool = False
    delay: int = 0
    cut_after: int | None = None
    resets: bool = False
    edit: Edit | None = None
    document: Mapping[str, object] = field(default_factory=dict)
    body_of: str = ""

    def concerns(self, request: Request) -> bool:
        """Whether this is one of its requests, counted or not."""
        target = request.path + (f"?{request.query}" if request.query else "")
        known = not self.methods or request.method in self.methods
        return known and re.search(self.path, target) is not None

    @property
    def strikes(self) -> bool:
        """Whether the request that was counted last is one that it changes."""
        return not self.which or self.seen in self.which

    def answer(self, request: Request, respond: Respond) -> Answer:
        """The answer that arrives at the client."""
        instead = self.instead(request)
        if instead is not None:
            return instead
        answer = respond(request)
        if self.body_of and isinstance(answer, Response) and answer.status == 200:
            answer = with_body_of(answer, respond(at_path(request, self.body_of)))
        return self.changed(answer) if isinstance(answer, Response) else answer

    def instead(self, request: Request) -> Answer | None:
        if self.closes:
            return NetworkFailure(Obstacle.RESET)
        if request.patience and self.delay > request.patience:
            return NetworkFailure(Obstacle.NO_ANSWER)
        if self.challenge and request.authorization is None:
            return Response(401, (("Www-Authenticate", self.challenge), ("Content-Length", "0")))
        instead = self.reply or self.redirect
        return instead.response(request) if instead else None

    def changed(self, answer: Response) -> Response:
        if self.document and answer.status == 200:
            answer = with_fields(answer, self.document)
        if self.edit:
            answer = self.edit.applied(answer)
        short = answer if self.cut_after is None else cut(answer, self.cut_after)
        return replace(short, reset_by="?") if self.resets and short.cut else short


def at_path(request: Request, path: str) -> Request:
    """The same request for another path of this host."""
    return replace(request, url=urljoin(request.url, path))


def with_body_of(answer: Response, other: Answer) -> Response:
    """The answer with the body of another one, and its length."""
    if not isinstance(other, Response) or other.status != 200:
        return answer
    size = other.header("Content-Length") or "0"
    headers = tuple({**dict(answer.headers), "Content-Length": size}.items())
    return replace(answer, headers=headers, body=other.body, content=other.content)


def with_fields(answer: Response, fields: Mapping[str, object]) -> Response:
    """The JSON answer with these fields."""
    document = {**json.loads(answer.body), **fields}
    body = json.dumps({k: v for k, v in document.items() if v is not None}).encode()
    return replace(answer, headers=sized(answer.headers, len(body)), body=body)


def sized(headers: Headers, size: int) -> Headers:
    return tuple({**dict(headers), "Content-Length": str(size)}.items())


def cut(answer: Response, limit: int) -> Response:
    """The answer whose connection ends after so many bytes of the body."""
    if answer.content:
        kept = replace(answer.content, size=min(limit, answer.content.size))
        return replace(answer, content=kept, cut=limit < answer.content.size)
    return replace(answer, body=answer.body[:limit], cut=limit < len(answer.body))


def counted(front: tuple[Interference, ...], request: Request) -> tuple[Interference, ...]:
    """The front once it has seen this request."""
    return tuple(replace(one, seen=one.seen + 1) if one.concerns(request) else one for one in front)


def through(front: tuple[Interference, ...], request: Request, respond: Respond) -> Answer:
    """The answer through this front, which has counted the request."""
    found = (one for one in front if one.concerns(request) and one.strikes)
    struck = next(found, None)
    return struck.answer(request, respond) if struck else respond(request)
