"""The calls of the distribution specification, asked three times: in process, over a socket, and of
Debian's `docker-registry`.

Where the latter does not do what a row asks, `DOES_INSTEAD` says what it does; nothing else may
differ.
"""


import json
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from simulator.docker.config_file import Credential, CredentialStore
from simulator.protocol.authorization import Authorization
from simulator.protocol.digest import digest_of
from simulator.protocol.message import Request
from simulator.registry import tokens
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.routes import PULL_ONLY
from simulator.registry.serving import running
from tests.cases import each
from tests.dockerd import Docker
from tests.need import need
from tests.registries import open_registry
from tests.registry.answers import handle
from tests.registry.calls import BLOB, NAMES, PUSHES, ROWS, Answer, C, Row

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
    """The differences from the row, or from the specification for every answer."""
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


@each("title", [*ROWS, *PUSHES])
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


@each("title", ROWS)
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


def test_where_everything_is_open_credentials_hide_nothing() -> None:
    """They may come along, since a client has them for this host."""
    registry = Registry(Auth.NONE, repositories=repositories(), users=USERS)
    for given in (None, Authorization.basic("alice", "s3cret"), Authorization.basic("x", "y")):
        assert json.loads(catalog(registry, given).body)["repositories"] == NAMES


@pytest.mark.parametrize(
    ("name", "password", "hidden"),
    [("alice", "s3cret", {"other/secret"}), ("root", "r00t", set()), ("", "", None)],
)
def test_with_tokens_the_catalog_is_a_right(
    name: str, password: str, hidden: set[str] | None
) -> None:
    """The scope `registry:catalog:*` is asked for, and granted to who logged in rightly."""
    registry = Registry(Auth.BEARER, "http://h/token", "h", repositories(), USERS)
    refused = catalog(registry, None)
    assert 'scope="registry:catalog:*"' in refused.headers["www-authenticate"]
    url = "http://h/token?scope=registry:catalog:*"
    given = Authorization.basic(name, password) if name else None
    token = handle(Request("GET", url, (), given), registry).json()
    assert isinstance(token, dict)
    answer = catalog(registry, Authorization.bearer(token["token"]))
    if hidden is None:
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    else:
        listed = set(json.loads(answer.body)["repositories"])
        assert set(NAMES) - listed == hidden


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
    """The same sentence is at the end of skopeo's message."""
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
