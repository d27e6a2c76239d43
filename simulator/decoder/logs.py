"""A whole log: the requests before the failure, and the lines around it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulator.decoder.decode import Decoded

REQUEST = re.compile(
    r"(?:--> |> )?\b(?P<method>GET|HEAD|POST|PUT|PATCH|DELETE|Get|Head|Post) \"?"
    r"(?P<url>https?://[^\s\"]+)"
)
FIELDS = re.compile(r"\bmethod=(?P<method>\w+)\b[^\n]{0,200}?\burl=\"?(?P<url>https?://[^\s\"]+)")
STATUS = re.compile(
    r"<-- (?P<crane>[1-5]\d\d)\b|\b(?:status|StatusCode|status code)[=: \"]+(?P<code>[1-5]\d\d)\b"
    r"|HTTP/[\d.]+ (?P<http>[1-5]\d\d)\b"
)
MOST = 60
"""Requests that are listed: those nearest to the failure."""


@dataclass(frozen=True)
class Asked:
    """A request that a log tells of; the status is empty where the log does not say it."""

    line: int
    method: str
    url: str
    status: str = ""


def requests(decoded: Decoded) -> tuple[Asked, ...]:
    """The requests up to the failure, each once, in order."""
    lines = decoded.text.split("\n")
    end = decoded.main.line.number if decoded.main else len(lines)
    found = list(answered(told(lines[:end])))
    return tuple(found[-MOST:])


def told(lines: Iterable[str]) -> Iterator[Asked]:
    """A request or a status for each line that tells of one."""
    for number, line in enumerate(lines, 1):
        request = FIELDS.search(line) or REQUEST.search(line)
        status = STATUS.search(line)
        code = next(filter(None, status.groups()), "") if status else ""
        if request:
            yield Asked(number, request["method"].upper(), request["url"].rstrip(":"), code)
        elif code:
            yield Asked(number, "", "", code)


def answered(told_of: Iterable[Asked]) -> Iterator[Asked]:
    """Requests with the status of a later line; the same request again only with its answer."""
    open_request: Asked | None = None
    for one in told_of:
        if one.method:
            same = open_request and (open_request.method, open_request.url) == (one.method, one.url)
            if open_request and not same:
                yield open_request
            open_request = one
        elif open_request:
            yield Asked(open_request.line, open_request.method, open_request.url, one.status)
            open_request = None
    if open_request:
        yield open_request
