"""Error codes of registries, each with its status and standard message.

Sources: distribution spec, "Error Codes"; messages as in distribution's `errcode/register.go`
and `api/v2/errors.go`, which Docker's engines know as well.
"""

from typing import NamedTuple


class Standard(NamedTuple):
    """The message for a code where a registry gives no other."""

    status: int
    message: str


CODES = {
    "UNKNOWN": Standard(500, "unknown error"),
    "UNSUPPORTED": Standard(405, "The operation is unsupported."),
    "UNAUTHORIZED": Standard(401, "authentication required"),
    "DENIED": Standard(403, "requested access to the resource is denied"),
    "UNAVAILABLE": Standard(503, "service unavailable"),
    "TOOMANYREQUESTS": Standard(429, "too many requests"),
    "DIGEST_INVALID": Standard(400, "provided digest did not match uploaded content"),
    "SIZE_INVALID": Standard(400, "provided length did not match content length"),
    "NAME_INVALID": Standard(400, "invalid repository name"),
    "TAG_INVALID": Standard(400, "manifest tag did not match URI"),
    "NAME_UNKNOWN": Standard(404, "repository name not known to registry"),
    "MANIFEST_UNKNOWN": Standard(404, "manifest unknown"),
    "MANIFEST_INVALID": Standard(400, "manifest invalid"),
    "MANIFEST_BLOB_UNKNOWN": Standard(400, "blob unknown to registry"),
    "BLOB_UNKNOWN": Standard(404, "blob unknown to registry"),
    "BLOB_UPLOAD_UNKNOWN": Standard(404, "blob upload unknown to registry"),
    "BLOB_UPLOAD_INVALID": Standard(404, "blob upload invalid"),
}


def standard_message(code: str) -> str:
    """The standard message of a code; empty for a code that there is not."""
    return CODES[code].message if code in CODES else ""
