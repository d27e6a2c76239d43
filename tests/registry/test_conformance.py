"""What the OCI distribution specification asks of pulling and listing, one request a row.

The rows are asked three times: in process, over a socket, and of Debian's `docker-registry`. Where
the latter does not do what a row asks, `DOES_INSTEAD` says what it does; nothing else may differ.
Sections: of the specification 1.1, or of RFC 9110 where it refers to that.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from simulator.docker.config_file import Credential, CredentialStore
from simulator.protocol.authorization import Authorization
from simulator.protocol.digest import digest_of
from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.protocol.media_types import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    INDEXES,
    MANIFESTS,
    OCI_MANIFEST,
)
from simulator.protocol.message import Request
from simulator.registry import tokens
from simulator.registry.answer import PULL_ONLY, handle
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import running
from tests.dockerd import Docker
from tests.need import need
from tests.registries import open_registry

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

    `tells` are headers, None for one that must be absent; `code` is that of the error body;
    `lists` is what stands under the key in the JSON body.
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
    """A range that cannot be served: the size is told."""
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


# -- asked in three ways ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with running(Registry(Auth.NONE, repositories=repositories())) as served:
        yield served.host


@pytest.fixture(scope="module")
def distribution() -> Iterator[str]:
    with TemporaryDirectory() as folder, open_registry(Path(folder)) as registry:
        yield registry.host


def in_process(row: Row) -> Answer:
    registry = Registry(Auth.NONE, repositories=repositories())
    request = Request(row.method, f"http://h{row.path}", tuple(row.sends.items()))
    answer = handle(request, registry)
    return Answer(answer.status, {k.lower(): v for k, v in answer.headers}, answer.body)


def over_a_socket(row: Row, host: str) -> Answer:
    connection = HTTPConnection(host, timeout=10)
    try:
        connection.request(row.method, row.path, headers=row.sends)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        try:
            return Answer(answer.status, headers, answer.read())
        except IncompleteRead as cut:  # distribution announces more than it sends
            return Answer(answer.status, headers, cut.partial)
    finally:
        connection.close()


def faults(row: Row, answer: Answer) -> list[str]:
    """What is not as the row, or the specification for every answer, says."""
    found = [f"{answer.status}, not {row.status}"] if answer.status != row.status else []
    for name, value in row.tells.items():
        if answer.headers.get(name) != value:
            found.append(f"{name}: {answer.headers.get(name)}, not {value}")
    if row.body is not None and answer.body != row.body:
        found.append(f"{len(answer.body)} other bytes than the {len(row.body)} expected")
    if row.lists and json.loads(answer.body or b"{}").get(row.lists[0]) != row.lists[1]:
        found.append(f"{answer.body.decode()} does not list {row.lists[1]}")
    if row.code and row.code not in codes(answer):
        found.append(f"{codes(answer)}, not {row.code}")
    return found + always(row, answer)


def codes(answer: Answer) -> list[str]:
    """Codes of the error body; each entry must have one, and a message."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return []
    return [entry["code"] for entry in json.loads(answer.body)["errors"] if entry["message"]]


def always(row: Row, answer: Answer) -> list[str]:
    """What holds of every answer."""
    found = []
    length = answer.headers.get("content-length")
    if row.method == "HEAD" or answer.status == 304:
        found += ["a body where there must be none"] if answer.body else []
    elif length != str(len(answer.body)):
        found.append(f"{length} bytes announced, {len(answer.body)} sent")
    digest = answer.headers.get("docker-content-digest")
    if (answer.status, row.method) == (200, "GET") and digest not in (None, digest_of(answer.body)):
        found.append(f"the digest {digest} is not that of the body")
    return found


@pytest.mark.parametrize("title", [*ROWS, *PUSHES])
def test_our_registry_conforms(title: str, host: str) -> None:
    """Every row, in process and over a socket; and both answer the same."""
    row = (ROWS | PUSHES)[title]
    inside, outside = in_process(row), over_a_socket(row, host)
    assert faults(row, inside) == []
    assert faults(row, outside) == []
    added = {"date", "connection"}
    assert inside.headers == {k: v for k, v in outside.headers.items() if k not in added}
    assert inside.body == outside.body


UNORDERED = "tags are listed in the order of the storage"
DOES_INSTEAD = {
    UNORDERED: ("tags", "tags n, all", "tags n, more"),
    "tags are always listed whole": (
        "tags n", "tags n=0", "tags last", "tags n and last", "tags n and last, the end",
        "tags after one that is not there", "tags after the last",
    ),
    "without its media type in Accept, a manifest is converted to schema 1": (
        "manifest, no Accept", "manifest, Accept of anything", "manifest, Accept of JSON",
    ),
    "500 UNKNOWN": ("a blob is no manifest", "manifest, bad digest", "name too long"),
    "only one entity tag is read": ("manifest unchanged, one of two",),
    "416 announces the length of the blob": (
        "backwards", "beyond the end", "far beyond the end", "no number", "no numbers",
        "a number of many digits",
    ),
    "206 with no bytes": ("last no bytes",),
    "416, where RFC 9110 (14.2) wants the unit ignored": ("other units",),
    "all of them, as multipart; RFC 9110 (14.2) lets us ignore them": ("several ranges",),
    "BLOB_UPLOAD_INVALID: it is no id of an upload": ("an upload that was not begun",),
}  # fmt: skip
DEVIATIONS = {title: said for said, titles in DOES_INSTEAD.items() for title in titles}
"""Rows that distribution 2.8 does not fulfil, and what it does instead."""


@pytest.mark.parametrize("title", ROWS)
def test_distribution_conforms_but_for_what_is_listed(title: str, distribution: str) -> None:
    """The real registry does what a row says, exactly where no deviation of its is listed."""
    found = faults(ROWS[title], over_a_socket(ROWS[title], distribution))
    if DEVIATIONS.get(title) != UNORDERED:  # by chance they may be in order
        assert bool(found) == (title in DEVIATIONS), found


def test_only_rows_have_deviations() -> None:
    """A deviation is one of a row that there is."""
    assert DEVIATIONS.keys() <= ROWS.keys()


# -- who may see the list ---------------------------------------------------------------------

USERS = {"alice": User("s3cret", ("myimage", "team/*")), "root": User("r00t", ("*",))}


def catalog(registry: Registry, authorization: Authorization | None) -> Answer:
    answer = handle(Request("GET", f"http://h{C}", (), authorization), registry)
    return Answer(answer.status, {k.lower(): v for k, v in answer.headers}, answer.body)


def test_the_catalog_names_what_the_user_may_pull() -> None:
    """With Basic: others' repositories are not told; who has no password sees none."""
    registry = Registry(repositories=repositories(), users=USERS)
    seen = [
        json.loads(catalog(registry, Authorization.basic(*pair)).body)["repositories"]
        for pair in (("alice", "s3cret"), ("root", "r00t"))
    ]
    assert seen == [[name for name in NAMES if name != "other/secret"], NAMES]
    assert catalog(registry, None).status == 401


@pytest.mark.parametrize(
    ("name", "password", "status"), [("alice", "s3cret", 401), ("root", "r00t", 200)]
)
def test_with_tokens_the_catalog_is_a_right(name: str, password: str, status: int) -> None:
    """The scope `registry:catalog:*` is asked for, and granted to who may pull everything."""
    registry = Registry(Auth.BEARER, "http://h/token", "h", repositories(), USERS)
    refused = catalog(registry, None)
    assert 'scope="registry:catalog:*"' in refused.headers["www-authenticate"]
    url = "http://h/token?scope=registry:catalog:*"
    token = handle(Request("GET", url, (), Authorization.basic(name, password)), registry).json()
    assert isinstance(token, dict)
    answer = catalog(registry, Authorization.bearer(token["token"]))
    assert answer.status == status
    if status == 401:
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("auth", [Auth.BASIC, Auth.BEARER])
def test_no_path_leads_around_the_rights(auth: Auth) -> None:
    """A blob is given by its digest alone only where everything is open."""
    registry = Registry(auth, "http://h/token", "h", repositories(), USERS)
    token = tokens.issue(registry, "alice", (), int(time.time()))
    for sent in (None, Authorization.basic("alice", "s3cret"), Authorization.bearer(token)):
        answer = handle(Request("GET", f"http://h/x/{BLOB}", (), sent), registry)
        assert answer.status in (401, 404)


# -- pushing, with the real programs ----------------------------------------------------------

CLEAR = f"unsupported: {PULL_ONLY}"


@pytest.mark.parametrize("auth", list(Auth))
def test_docker_push_is_refused_clearly(auth: Auth, docker: Docker) -> None:
    """One sentence, at once: for an image that is there, and for one that is new."""
    registry = Registry(auth, "Private", repositories=repositories(), users=USERS)
    with running(registry) as served:
        store = CredentialStore(((served.host, Credential("alice", "s3cret")),))
        (docker.config / "config.json").write_text(store.to_json(), "utf-8")
        image = f"{served.host}/team/app:1.0"
        docker("pull", image)
        docker("tag", image, f"{served.host}/team/new:1")
        said = [docker("push", f"{served.host}/team/{name}") for name in ("app:1.0", "new:1")]
    docker("image", "prune", "--all", "--force")
    assert [(one.returncode, one.stderr.strip()) for one in said] == [(1, CLEAR)] * 2


@pytest.mark.parametrize("auth", list(Auth))
def test_skopeo_copy_to_us_is_refused_clearly(auth: Auth, tmp_path: Path) -> None:
    """The same sentence stands at the end of what skopeo says."""
    need("skopeo")
    registry = Registry(auth, "Private", repositories=repositories(), users=USERS)
    with running(registry) as served:
        here, there = f"oci:{tmp_path}:1", f"docker://{served.host}/team/"
        copy = [
            "skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false",
            "--src-creds", "alice:s3cret", "--dest-creds", "alice:s3cret",
        ]  # fmt: skip
        subprocess.run([*copy, f"{there}oci:latest", here], check=True, capture_output=True)
        done = subprocess.run([*copy, here, f"{there}new:1"], capture_output=True, timeout=60)
    assert done.returncode != 0
    assert done.stderr.decode().strip().strip('"').endswith(CLEAR)
