"""What the OCI distribution specification asks of pulling and listing, one request a row.

Sections: of the specification 1.1, or of RFC 9110 where it refers to that.
"""

from dataclasses import dataclass, field

from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.protocol.media_types import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    INDEXES,
    MANIFESTS,
    OCI_MANIFEST,
)
from simulator.registry.fixtures import repositories

APP = repositories()["team/app"]
DIGEST = APP.tags["1.0"]
MANIFEST = APP.manifests[DIGEST].data
LAYERS = parse_manifest(MANIFEST, DIGEST)
assert isinstance(LAYERS, Manifest)
BLOB, CONFIG = LAYERS.layers[1].digest, LAYERS.config.digest
DATA = APP.blobs[BLOB].data
SIZE = len(DATA)
MULTI, OCI_IMAGE = repositories()["team/multi"], repositories()["team/oci"]
NONE = "sha256:" + "0" * 64
OTHER = "sha512:" + "0" * 128
ACCEPT = {"Accept": ", ".join((*MANIFESTS, *INDEXES))}

M, B = "/v2/team/app/manifests/", "/v2/team/app/blobs/"
T, C = "/v2/team/app/tags/list", "/v2/_catalog"
TAGS = ["1.0", "1.1", "latest"]
NAMES = sorted(repositories())


@dataclass(frozen=True)
class Answer:
    """What came back: headers with small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Row:
    """A request, and what must be true of the answer.

    `tells` are headers, None for one that must be absent; `code` is that of the error body; `lists`
    is the value under the key in the JSON body.
    """

    section: str
    path: str
    status: int = 200
    method: str = "GET"
    sends: dict[str, str] = field(default_factory=dict)
    tells: dict[str, str | None] = field(default_factory=dict)
    body: bytes | None = None
    code: str | None = None
    lists: tuple[str, list[str]] | None = None


def manifest(digest: str, data: bytes, kind: str) -> dict[str, str | None]:
    return {"content-type": kind, "docker-content-digest": digest, "content-length": str(len(data))}


OURS = manifest(DIGEST, MANIFEST, DOCKER_MANIFEST)
WHOLE: dict[str, str | None] = {"docker-content-digest": BLOB, "content-length": str(SIZE)}
ETAG = f'"{BLOB}"'


def part(first: int, last: int) -> dict[str, str | None]:
    length, of = str(last - first + 1), f"bytes {first}-{last}/{SIZE}"
    kind = "application/octet-stream"
    return {"content-range": of, "content-length": length, "content-type": kind}


def ranged(wanted: str, first: int, last: int, **sends: str) -> Row:
    """A part of the blob, from `first` to `last`."""
    return Row(
        "RFC 9110, 14.2", B + BLOB, 206, sends={"Range": wanted} | sends,
        tells=part(first, last), body=DATA[first : last + 1],
    )  # fmt: skip


def whole(wanted: str, **sends: str) -> Row:
    """A range that is left aside."""
    tells = WHOLE | {"content-range": None}
    return Row("RFC 9110, 14.2", B + BLOB, sends={"Range": wanted} | sends, tells=tells, body=DATA)


def nothing(wanted: str, method: str = "GET") -> Row:
    """A range that cannot be served: the size is known."""
    tells: dict[str, str | None] = {"content-range": f"bytes */{SIZE}"}
    return Row("RFC 9110, 15.5.17", B + BLOB, 416, method, {"Range": wanted}, tells)


def ours(identifier: str, method: str = "GET", body: bytes | None = None, **sends: str) -> Row:
    """The manifest of `team/app:1.0`."""
    section = "Pulling manifests" if method == "GET" else "Checking"
    return Row(section, M + identifier, 200, method, sends or ACCEPT, OURS, body)


def missing(section: str, path: str, code: str | None, status: int = 404) -> Row:
    return Row(section, path, status, sends=ACCEPT, code=code)


def pushed(method: str, path: str) -> Row:
    """Nothing is pushed or deleted: 405, with what is allowed and one clear sentence."""
    tells: dict[str, str | None] = {"allow": "GET, HEAD"}
    return Row("Push, Content Management", path, 405, method, tells=tells, code="UNSUPPORTED")


def unchanged(path: str, etag: str, method: str = "GET") -> Row:
    sends = ACCEPT | {"If-None-Match": etag}
    return Row("RFC 9110, 13.1.2", path, 304, method, sends, body=b"")


def listed(path: str, key: str, names: list[str], link: str | None = None) -> Row:
    return Row("Listing Tags", path, tells={"link": link}, lists=(key, names))


ROWS = {
    "ping": Row(
        "Determining Support", "/v2/", tells={"docker-distribution-api-version": "registry/2.0"}
    ),
    "ping HEAD": Row("Determining Support", "/v2/", method="HEAD"),
    "ping without its slash": Row("Determining Support", "/v2", 301, tells={"location": "/v2/"}),
    # manifests
    "manifest by tag": ours("1.0", body=MANIFEST),
    "manifest by digest": ours(DIGEST, body=MANIFEST),
    "manifest HEAD by tag": ours("1.0", "HEAD"),
    "manifest HEAD by digest": ours(DIGEST, "HEAD"),
    "manifest by digest, Accept of anything": ours(DIGEST, body=MANIFEST, Accept="*/*"),
    "manifest, Accept of anything": ours("1.0", body=MANIFEST, Accept="*/*"),
    "manifest, Accept of JSON": ours("1.0", body=MANIFEST, Accept="application/json"),
    "manifest, no Accept": Row("Pulling manifests", M + "1.0", tells=OURS, body=MANIFEST),
    "manifest, a quality in Accept": ours("1.0", Accept=f"a/b, {DOCKER_MANIFEST};q=0.5"),
    "manifest with a namespace": ours("1.0?ns=docker.io"),
    "manifest, part of it": ours("1.0", body=MANIFEST, **ACCEPT, Range="bytes=0-4"),
    "manifest, escaped": ours(DIGEST.replace(":", "%3A")),
    "tag, escaped": ours("%31.0"),
    "slash, escaped": Row(
        "Pulling manifests", "/v2/team%2Fapp/manifests/1.0", 200, "GET", ACCEPT, OURS
    ),
    "OCI manifest": Row(
        "Pulling manifests", "/v2/team/oci/manifests/latest", sends={"Accept": OCI_MANIFEST},
        tells={"content-type": OCI_MANIFEST, "docker-content-digest": OCI_IMAGE.tags["latest"]},
    ),
    "OCI manifest, Accept of Docker": Row(
        "Pulling manifests", "/v2/team/oci/manifests/latest", 404,
        sends={"Accept": DOCKER_MANIFEST}, code="MANIFEST_UNKNOWN",
    ),
    "index": Row(
        "Pulling manifests", "/v2/team/multi/manifests/latest", sends=ACCEPT,
        tells={"content-type": DOCKER_INDEX, "docker-content-digest": MULTI.tags["latest"]},
    ),
    "manifest of an index": Row(
        "Pulling manifests",
        f"/v2/team/multi/manifests/{next(d for d in MULTI.manifests if d != MULTI.tags['latest'])}",
        sends=ACCEPT, tells={"content-type": DOCKER_MANIFEST},
    ),
    "unknown tag": missing("Pulling manifests", M + "9.9", "MANIFEST_UNKNOWN"),
    "unknown digest": missing("Pulling manifests", M + NONE, "MANIFEST_UNKNOWN"),
    "unknown algorithm of a manifest": missing("Pulling manifests", M + OTHER, "MANIFEST_UNKNOWN"),
    "unknown repository": missing(
        "Pulling manifests", "/v2/no/such/manifests/1.0", "MANIFEST_UNKNOWN"
    ),
    "unknown tag HEAD": Row("Checking", M + "9.9", 404, "HEAD", ACCEPT),
    "unknown digest HEAD": Row("Checking", M + NONE, 404, "HEAD", ACCEPT),
    "a blob is no manifest": missing("Pulling manifests", M + BLOB, "MANIFEST_UNKNOWN"),
    "manifest, bad digest": missing(
        "Pulling manifests", M + "sha256:baddigest", "DIGEST_INVALID", 400
    ),
    "longest tag": missing("Pulling manifests", M + "a" * 128, "MANIFEST_UNKNOWN"),
    "tag too long": missing("Pulling manifests", M + "a" * 129, None),
    "tag begins with a dot": missing("Pulling manifests", M + ".x", None),
    "no tag": missing("Pulling manifests", M, None),
    "longest name": missing(
        "Pulling manifests", f"/v2/{'a' * 255}/manifests/1.0", "MANIFEST_UNKNOWN"
    ),
    "name too long": missing("Error Codes", f"/v2/{'a' * 256}/manifests/1.0", "NAME_INVALID", 400),
    "name with two dots": missing("Pulling manifests", "/v2/a..b/manifests/1.0", None),
    "a repository called manifests": missing(
        "Pulling manifests", "/v2/manifests/manifests/1.0", "MANIFEST_UNKNOWN"
    ),
    "manifest unchanged": unchanged(M + "1.0", f'"{DIGEST}"'),
    "manifest unchanged HEAD": unchanged(M + "1.0", f'"{DIGEST}"', "HEAD"),
    "manifest unchanged, one of two": unchanged(M + "1.0", f'"x", "{DIGEST}"'),
    "manifest changed": ours("1.0", body=MANIFEST, **ACCEPT, **{"If-None-Match": '"x"'}),
    # blobs
    "blob": Row("Pulling blobs", B + BLOB, tells=WHOLE | {"accept-ranges": "bytes"}, body=DATA),
    "blob HEAD": Row("Checking", B + BLOB, method="HEAD", tells=WHOLE),
    "blob, escaped": Row("Pulling blobs", B + BLOB.replace(":", "%3A"), tells=WHOLE, body=DATA),
    "config": Row("Pulling blobs", B + CONFIG, tells={"docker-content-digest": CONFIG}),
    "unknown blob": missing("Pulling blobs", B + NONE, "BLOB_UNKNOWN"),
    "unknown blob HEAD": Row("Checking", B + NONE, 404, "HEAD"),
    "unknown algorithm of a blob": missing("Pulling blobs", B + OTHER, "BLOB_UNKNOWN"),
    "blob of another repository": missing(
        "Pulling blobs", f"/v2/other/secret/blobs/{BLOB}", "BLOB_UNKNOWN"
    ),
    "a manifest is no blob": missing("Pulling blobs", B + DIGEST, "BLOB_UNKNOWN"),
    "blob, bad digest": missing("Error Codes", B + "sha256:baddigest", "DIGEST_INVALID", 400),
    "blob, capitals in the digest": missing(
        "Error Codes", B + "sha256:" + "A" * 64, "DIGEST_INVALID", 400
    ),
    "blob by a tag": missing("Pulling blobs", B + "latest", None),
    "no digest": missing("Pulling blobs", B, None),
    "blob unchanged": unchanged(B + BLOB, ETAG),
    "blob unchanged, weakly": unchanged(B + BLOB, f"W/{ETAG}"),
    "blob unchanged, any": unchanged(B + BLOB, "*"),
    "blob unchanged HEAD": unchanged(B + BLOB, ETAG, "HEAD"),
    "blob changed": Row("RFC 9110, 13.1.2", B + BLOB, sends={"If-None-Match": '"x"'}, tells=WHOLE),
    # ranges
    "first and last": ranged("bytes=500-1499", 500, 1499),
    "first byte": ranged("bytes=0-0", 0, 0),
    "open": ranged("bytes=500-", 500, SIZE - 1),
    "last byte": ranged(f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
    "suffix": ranged("bytes=-500", SIZE - 500, SIZE - 1),
    "longer than there is": ranged(f"bytes=2000-{SIZE + 5}", 2000, SIZE - 1),
    "suffix longer than all": ranged(f"bytes=-{SIZE + 5}", 0, SIZE - 1),
    "with spaces": ranged("bytes= 0-4", 0, 4),
    "if it is still the same": ranged("bytes=0-4", 0, 4, **{"If-Range": ETAG}),
    "if it is another": whole("bytes=0-4", **{"If-Range": '"x"'}),
    "if it is weakly the same": whole("bytes=0-4", **{"If-Range": f"W/{ETAG}"}),
    "if it is of a date": whole("bytes=0-4", **{"If-Range": "Wed, 01 Jan 2031 00:00:00 GMT"}),
    "range HEAD": Row("RFC 9110, 14.2", B + BLOB, 206, "HEAD", {"Range": "bytes=0-4"}, part(0, 4)),
    "backwards": nothing("bytes=500-0"),
    "beyond the end": nothing(f"bytes={SIZE}-"),
    "far beyond the end": nothing(f"bytes={SIZE + 5}-{SIZE + 9}"),
    "beyond the end HEAD": nothing(f"bytes={SIZE}-", "HEAD"),
    "last no bytes": nothing("bytes=-0"),
    "no number": nothing("bytes=x-"),
    "no numbers": nothing("bytes=-"),
    "a number of many digits": nothing(f"bytes={'9' * 50}-"),
    "other units": whole("lines=1-2"),
    "several ranges": whole("bytes=0-1,3-4"),
    "unchanged before range": Row(
        "RFC 9110, 13.2.2", B + BLOB, 304, sends={"If-None-Match": ETAG, "Range": f"bytes={SIZE}-"}
    ),
    # lists
    "tags": listed(T, "tags", TAGS),
    "tags n": listed(T + "?n=2", "tags", TAGS[:2], f'<{T}?last=1.1&n=2>; rel="next"'),
    "tags n=0": listed(T + "?n=0", "tags", []),
    "tags n, all": listed(T + "?n=3", "tags", TAGS),
    "tags n, more": listed(T + "?n=30", "tags", TAGS),
    "tags last": listed(T + "?last=1.0", "tags", TAGS[1:]),
    "tags n and last": listed(
        T + "?n=1&last=1.0", "tags", ["1.1"], f'<{T}?last=1.1&n=1>; rel="next"'
    ),
    "tags n and last, the end": listed(T + "?n=1&last=1.1", "tags", ["latest"]),
    "tags after one that is not there": listed(T + "?last=1.05", "tags", TAGS[1:]),
    "tags after the last": listed(T + "?last=zzz", "tags", []),
    "tags of an unknown repository": missing(
        "Listing Tags", "/v2/no/such/tags/list", "NAME_UNKNOWN"
    ),
    "catalog": listed(C, "repositories", NAMES),
    "catalog n": listed(
        C + "?n=2", "repositories", NAMES[:2], f'<{C}?last=other%2Fsecret&n=2>; rel="next"'
    ),
    "catalog n and last": listed(
        C + "?n=2&last=other%2Fsecret", "repositories", NAMES[2:4],
        f'<{C}?last=team%2Fapp&n=2>; rel="next"',
    ),
    "catalog, the last page": listed(C + "?n=2&last=team%2Fapp", "repositories", NAMES[4:]),
    "catalog n=0": listed(C + "?n=0", "repositories", []),
    "catalog n is no number": listed(C + "?n=x", "repositories", NAMES),
    # what is not there
    "referrers": missing("Unavailable Referrers API", f"/v2/team/app/referrers/{DIGEST}", None),
    "referrers' tag": missing(
        "Referrers Tag Schema", M + DIGEST.replace(":", "-"), "MANIFEST_UNKNOWN"
    ),
    "an upload that was not begun": missing(
        "Endpoints, end-13", B + "uploads/1", "BLOB_UPLOAD_UNKNOWN"
    ),
    "nothing": missing("Endpoints", "/nosuch", None),
    "a repository alone": missing("Endpoints", "/v2/team/app", None),
    "version 1": missing("Endpoints", "/v1/_ping", None),
    "capitals": missing("Endpoints", "/V2/", None),
    "bytes that are no text": missing("Endpoints", "/v2/team/%ff/manifests/1.0", None),
    "a blob by its digest alone": missing("Endpoints", f"/x/{NONE}", None),
}  # fmt: skip
PUSHES = {
    "begin an upload": pushed("POST", B + "uploads/"),
    "upload in one": pushed("POST", f"{B}uploads/?digest={NONE}"),
    "mount": pushed("POST", f"/v2/new/blobs/uploads/?mount={BLOB}&from=team/app"),
    "upload a piece": pushed("PATCH", B + "uploads/1"),
    "end an upload": pushed("PUT", f"{B}uploads/1?digest={NONE}"),
    "cancel an upload": pushed("DELETE", B + "uploads/1"),
    "push a manifest": pushed("PUT", M + "2.0"),
    "delete a tag": pushed("DELETE", M + "1.0"),
    "delete a manifest": pushed("DELETE", M + DIGEST),
    "delete a blob": pushed("DELETE", B + BLOB),
    "post to a manifest": pushed("POST", M + "1.0"),
    "post to the tags": pushed("POST", T),
    "put a blob": pushed("PUT", B + BLOB),
    "unknown method": pushed("BREW", B + BLOB),
}  # fmt: skip
