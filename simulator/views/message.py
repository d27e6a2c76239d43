"""A message on the wire, as the stage shows it: its lines, what they mean, and its body."""

import json
from collections.abc import Iterator
from typing import Any

from simulator.docker.trace import Step
from simulator.protocol.digest import digest_of
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.network_failure import NetworkFailure
from simulator.protocol.secrets import SECRET_FIELDS
from simulator.protocol.status import reason
from simulator.protocol.target import Kind
from simulator.views.explain import (
    STATUSES,
    Note,
    body_rows,
    curl,
    of_answer_header,
    of_request_header,
)
from simulator.words.i18n import _


def summary(exchange: Exchange) -> str:
    """`HEAD /v2/app/manifests/1.0 → 401`, or what kept the answer away."""
    return f"{asked(exchange.request)} → {outcome(exchange.answer)}"


def brief(exchange: Exchange) -> str:
    """`HEAD manifests/1.0, 401`: a message where there is room for a few words."""
    return f"{asked_for(exchange.request)}, {outcome(exchange.answer)}"


LONGEST_PATH = 22
"""Characters of a path that no rule makes brief."""


def asked_for(request: Request) -> str:
    """`HEAD manifests/1.0`: a request where there is room for a few words."""
    target, path = request.target, request.path
    named = target.identifier if len(target.identifier) < 20 else f"{target.identifier[:11]}…"
    parts = {
        Kind.MANIFEST: f"manifests/{named}", Kind.BLOB: f"blobs/{named}",
        Kind.UPLOAD: "blobs/uploads/", Kind.TAGS: "tags/list",
    }  # fmt: skip
    short = path if len(path) <= LONGEST_PATH else f"…{path[-LONGEST_PATH + 1 :]}"
    return f"{request.method} {parts.get(target.kind, short)}"


def asked(request: Request) -> str:
    return f"{request.method} {request.host}{request.path}"


def outcome(answer: Response | NetworkFailure) -> str:
    return str(answer.status) if isinstance(answer, Response) else str(answer.obstacle)


MARKED = frozenset({
    "authorization", "www-authenticate", "docker-content-digest", "location", "range",
    "content-range", "retry-after", "allow",
})  # fmt: skip
"""Headers that matter to the story; shown with emphasis."""


def sent(request: Request) -> list[dict[str, Any]]:
    target = request.path + (f"?{request.query}" if request.query else "")
    headers = [("Host", request.host), *request.headers]
    if request.authorization:
        headers.append(("Authorization", request.authorization.header))
    form = "&".join(f"{key}={value}" for key, value in request.form)
    secret = bool(SECRET_FIELDS & {key for key, _value in request.form})
    body = [plain(""), noted(form, None, secret)] if form else []
    lines = [header_line(header, of_request_header(header[0], request)) for header in headers]
    return [plain(f"{request.method} {target} HTTP/1.1"), *lines, *body]


def answer_lines(answer: Response | NetworkFailure) -> list[dict[str, Any]]:
    if isinstance(answer, NetworkFailure):
        return [plain(f"{_('No answer')}: {answer.obstacle} {answer.detail}".strip())]
    status = noted(f"HTTP/1.1 {answer.status} {reason(answer.status)}", STATUSES.get(answer.status))
    return [
        status,
        *(header_line(header, of_answer_header(header[0])) for header in answer.headers),
    ]


def notes(exchange: Exchange) -> Iterator[tuple[str, Note]]:
    """The notes on the lines of a message, each with the name of its line."""
    request, answer = exchange.request, exchange.answer
    secret = ["Authorization"] if request.authorization else []
    for name in ("Host", *dict(request.headers), *secret):
        note = of_request_header(name, request)
        yield from [(f"request.{name}", note)] if note else []
    if isinstance(answer, Response):
        found = {str(answer.status): STATUSES.get(answer.status)}
        found |= {name: of_answer_header(name) for name, _value in answer.headers}
        yield from ((f"answer.{name}", note) for name, note in found.items() if note)


def plain(text: str) -> dict[str, Any]:
    return noted(text, None)


def noted(text: str, note: Note | None, mark: bool = False) -> dict[str, Any]:
    told = {"note": _(note.text), "source": note.source} if note else {}
    return {"text": text, "mark": mark, **told}


def header_line(header: tuple[str, str], note: Note | None) -> dict[str, Any]:
    return noted(f"{header[0]}: {header[1]}", note, header[0].lower() in MARKED)


def body_text(answer: Response | NetworkFailure) -> str:
    """A JSON body laid out; of a blob, what arrived."""
    if isinstance(answer, NetworkFailure):
        return ""
    document = answer.json()
    if document is not None and answer.body.strip() not in (b"{}", b""):
        return json.dumps(document, indent=2, ensure_ascii=False)
    if answer.content:
        size, digest = answer.content.size, answer.content.digest
        return _("{size} bytes, digest {digest}").format(size=size, digest=digest)
    return ""


def digested(exchange: Exchange) -> dict[str, str] | None:
    """A manifest's very bytes and the digest that they must have, for the learner to check."""
    answer = exchange.answer
    if not isinstance(answer, Response) or exchange.request.target.kind is not Kind.MANIFEST:
        return None
    if answer.status != 200 or not answer.body:
        return None
    return {"text": answer.body.decode("utf-8", "replace"), "digest": digest_of(answer.body)}


def wire(step: Step, number: int, count: int) -> dict[str, Any] | None:
    """The step's exchange for the stage, or None for a local step."""
    if step.exchange is None:
        return None
    request, answer = step.exchange.request, step.exchange.answer
    username = step.before.run.credential.username if step.before.run.credential else ""
    return {
        "number": number,
        "count": count,
        "summary": asked(request),
        "method": request.method,
        "came": outcome(answer),
        "status": answer.status if isinstance(answer, Response) else 0,
        "sent": sent(request),
        "answer": answer_lines(answer),
        "body": body_text(answer),
        "rows": [[row.what, row.value, _(row.note)] for row in body_rows(step)],
        "digested": digested(step.exchange),
        "curl": curl(request, username),
    }
