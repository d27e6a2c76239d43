"""Parts of a blob, and what the client has already (RFC 9110 sections 13 and 14)."""

from simulator.protocol.byte_range import ByteRange
from simulator.protocol.message import Headers, Request, Response
from simulator.registry.replies import TEXT

WHOLE = slice(None)


def ranged(request: Request, answer: Response) -> tuple[Response, slice]:
    """A blob's answer, narrowed to the range that is asked for, and which bytes to send.

    Several ranges and other units are answered with the whole, as RFC 9110 allows.
    """
    wanted = ByteRange.parse(request.header("Range"))
    condition = request.header("If-Range")
    if answer.header("Accept-Ranges") is None or answer.content or wanted is None:
        return answer, WHOLE
    if condition and condition != answer.header("Etag"):
        return answer, WHOLE
    size = int(answer.header("Content-Length") or 0)
    window = wanted.within(size)
    if window is None:
        return unsatisfiable(answer, size), WHOLE
    return partial(answer, window, size), window if answer.body else WHOLE


def partial(answer: Response, window: slice, size: int) -> Response:
    about = {
        "Content-Length": str(window.stop - window.start),
        "Content-Range": f"bytes {window.start}-{window.stop - 1}/{size}",
    }
    return Response(206, with_headers(answer, about), answer.body)


def unsatisfiable(answer: Response, size: int) -> Response:
    said = b"invalid range: failed to overlap\n"
    about = {"Content-Range": f"bytes */{size}", "Content-Type": TEXT}
    headers = with_headers(answer, about | {"Content-Length": str(len(said))})
    kept = tuple(entry for entry in headers if entry[0] != "Accept-Ranges")
    return Response(416, kept, said if answer.body else b"")


def with_headers(answer: Response, about: dict[str, str]) -> Headers:
    """The answer's headers with these in place of its own."""
    return tuple((dict(answer.headers) | about).items())


def unchanged(request: Request, digest: str) -> bool:
    """Whether the client has it already. (Distribution also takes a digest without quotes.)"""
    known = (request.header("If-None-Match") or "").split(",")
    tags = (tag.strip().removeprefix("W/") for tag in known)
    return any(tag in ("*", digest, f'"{digest}"') for tag in tags)
