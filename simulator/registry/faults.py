"""What a fault does to an answer."""

from dataclasses import replace
from functools import lru_cache

from simulator.protocol.digest import digest_of
from simulator.protocol.message import Response
from simulator.registry.model import Fault
from simulator.registry.replies import TEXT, error, reply


def error_of(fault: Fault | None) -> Response | None:
    """The error that this fault answers with; None where it is not an error."""
    if fault is None or fault.status is None:
        return None
    if fault.body is not None:
        return reply(fault.status, fault.media_type, fault.body.encode())
    if fault.code is None:
        return reply(fault.status, TEXT, b"")
    message = fault.message or fault.code.lower().replace("_", " ")
    return error(fault.code, message=message, status=fault.status)


def corrupted(answer: Response) -> Response:
    """One byte differs; the announced length stays."""
    if answer.content:
        other = digest_of(answer.content.digest.encode())
        return replace(answer, content=replace(answer.content, digest=other))
    return replace(answer, body=flipped(answer.body))


@lru_cache(maxsize=4)
def flipped(data: bytes) -> bytes:
    """With its last byte changed. Kept, for many may pull the same corrupted layer at once."""
    return data[:-1] + bytes([data[-1] ^ 1]) if data else data


def cut_short(answer: Response, window: slice, limit: int) -> tuple[Response, slice]:
    """The answer, of which only so many bytes are sent before the connection ends.

    The announced length stays that of the whole.
    """
    if answer.content:
        kept = replace(answer.content, size=min(limit, answer.content.size))
        return replace(answer, content=kept, cut=limit < answer.content.size), window
    first, stop, _ = window.indices(len(answer.body))
    if first + limit >= stop:
        return answer, window
    return replace(answer, cut=True), slice(first, first + limit)
