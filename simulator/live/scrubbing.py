"""What may be kept of a request: no secret, wherever it came, and only so much."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from simulator.live.seen import presented
from simulator.protocol.message import Headers, Request, Response
from simulator.protocol.secrets import MASK, SECRET_FIELDS

LONGEST_VALUE = 400
MOST_VALUES = 30
"""Characters of a header or a form's field that are kept, and how many of these."""
HEADERS = frozenset({
    "accept", "accept-encoding", "connection", "content-length", "content-type", "if-none-match",
    "range", "user-agent",
})  # fmt: skip
"""Headers of a request that are kept: none of them can hold a secret."""


def scrubbed(request: Request) -> Request:
    """The request with only the headers that the story needs, and no secret in its address."""
    parts = urlsplit(request.url)
    query = [(k, MASK if k in SECRET_FIELDS else v) for k, v in parse_qsl(parts.query, True)]
    found = secrets_of(request)
    texts = urlunsplit(parts._replace(query=urlencode(query)))
    headers = tuple((k, v) for k, v in request.headers if k.lower() in HEADERS)
    return replace(
        request,
        url=masked_text(texts, found),
        headers=clipped(headers, found),
        form=clipped(request.form, found),
    )


def clipped(values: Headers, found: tuple[str, ...]) -> Headers:
    """Some values, each no longer than it may be, without these secrets."""
    return tuple(
        (name[:LONGEST_VALUE], masked_text(value, found)[:LONGEST_VALUE])
        for name, value in values[:MOST_VALUES]
    )


def echoless(response: Response, request: Request) -> Response:
    """An error names what was asked for, and that may be a secret in the wrong place."""
    body, found = response.body, secrets_of(request)
    if response.status < 400 or not found:
        return response
    for secret in found:
        body = body.replace(secret.encode(), MASK.encode())
    headers = tuple((k, masked_text(v, found)) for k, v in response.headers)
    return replace(response, headers=headers, body=body)


def secrets_of(request: Request) -> tuple[str, ...]:
    """The secrets that the request itself brings: they might be elsewhere in it too."""
    pair = presented(request)
    given = (request.authorization.secret,) if request.authorization else ()
    return tuple(filter(None, (*given, pair[1] if pair else "")))


def masked_text(text: str, found: Iterable[str]) -> str:
    for secret in found:
        text = text.replace(secret, MASK)
    return text
