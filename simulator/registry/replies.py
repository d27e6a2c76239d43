"""How the registry words an answer: headers and error bodies as distribution 2.8.3 has them."""

import json

from simulator.protocol.errors import CODES
from simulator.protocol.message import Response

VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")
SNIFF = ("X-Content-Type-Options", "nosniff")
JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


def reply(status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> Response:
    about = (
        ("Content-Type", kind),
        VERSION,
        *headers,
        SNIFF,
        ("Content-Length", str(len(body))),
    )
    return Response(status, about, body)


def error(
    code: str,
    *more: tuple[str, str],
    message: str | None = None,
    status: int | None = None,
    detail: object = None,
) -> Response:
    """The specification's error body. Status and message are the code's own unless given."""
    return failed(code, message, status, {"detail": detail}, more)


def error_without_detail(code: str, message: str | None = None) -> Response:
    """As some of distribution's errors are written."""
    return failed(code, message, None, {}, ())


def failed(
    code: str,
    message: str | None,
    status: int | None,
    about: dict[str, object],
    more: tuple[tuple[str, str], ...],
) -> Response:
    standard = CODES.get(code, CODES["UNKNOWN"])
    said = standard.message if message is None else message
    entry = {"code": code, "message": said, **about}
    body = json.dumps({"errors": [entry]}, separators=(",", ":")) + "\n"
    return reply(status or standard.status, JSON, body.encode(), *more)


NOT_FOUND = reply(404, TEXT, b"404 page not found\n")
