"""The reason phrases of HTTP statuses."""

from http import HTTPStatus


def reason(status: int) -> str:
    """The reason phrase of a status, as Go's `net/http` has it (RFC 9110 section 15)."""
    renamed = {413: "Request Entity Too Large", 416: "Requested Range Not Satisfiable",
               418: "I'm a teapot", 422: "Unprocessable Entity"}  # fmt: skip
    try:
        return renamed.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return ""
