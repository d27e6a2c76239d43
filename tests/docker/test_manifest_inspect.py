"""`docker manifest inspect`, as Docker's CLI 28.2.2 and 29 were seen to answer."""

from simulator.recordings.document import ENGINES
from tests.cases import each
from tests.recordings.worlds import fault, made, outcome, stored

HOST, TOKENS = "registry.example.com", "private.example.com"
APP = f"{HOST}/team/app"
INSPECT = "docker manifest inspect "
DENIED = '{"errors":[{"code":"DENIED","message":"no way"}]}'
PING = "failed to configure transport: error pinging v2 registry: "
MANIFEST = f"https://{HOST}/v2/team/app/manifests/1.0"
BOTH = (
    "errors:\ndenied: requested access to the resource is denied\n"
    "unauthorized: authentication required\n"
)
LOCAL = "localhost:5001/team/app:1.0"
SAID = {
    "no login": (
        made(f"{INSPECT}{APP}:1.0"), f'Get "{MANIFEST}": no basic auth credentials', 2,
    ),
    "a wrong password": (
        made(f"{INSPECT}{APP}:1.0", stored(HOST, "alice:nope")), f"no such manifest: {APP}:1.0", 4,
    ),
    "no such tag": (made(f"{INSPECT}{APP}:9.9", stored(HOST)), f"no such manifest: {APP}:9.9", 4),
    "no login, with tokens": (
        made(f"{INSPECT}{TOKENS}/team/app:1.0"), BOTH, 6,
    ),
    "a wrong password, with tokens": (
        made(f"{INSPECT}{TOKENS}/team/app:1.0", stored(TOKENS, "alice:nope")),
        f'Get "{MANIFEST.replace(HOST, TOKENS)}": unauthorized: incorrect username or password', 4,
    ),
    "the registry refuses": (
        made(f"{INSPECT}{APP}:1.0", stored(HOST),
             fault("/manifests/", 403, DENIED, "application/json")),
        "denied: no way", 4,
    ),
    "the registry fails": (
        made(f"{INSPECT}{APP}:1.0", stored(HOST), fault("/manifests/", 500)),
        "received unexpected HTTP status: 500 Internal Server Error", 4,
    ),
    "a page in place of a manifest": (
        made(f"{INSPECT}{APP}:1.0", stored(HOST), fault("/manifests/", 200, "hi", "text/html")),
        "unsupported manifest media type and no default available: text/html", 4,
    ),
    "no such host, in capital letters": (
        made(f"{INSPECT}UPPER/app:1.0"),
        f'{PING}Get "https://UPPER/v2/": dial tcp: lookup UPPER on 127.0.0.53:53: no such host', 0,
    ),
}  # fmt: skip
"""For each failure: the message, and the number of requests."""


@each("engine", ENGINES)
@each("name", SAID)
def test_a_failure_is_told_by_the_cli_itself(name: str, engine: str) -> None:
    """Everything is tried twice; the second failure counts, and no engine speaks."""
    recording, said, requests = SAID[name]
    found = outcome(recording, "29" if engine == "29" else "26")
    assert (found.stdout, found.stderr, found.exit_status) == (
        (), tuple(said.split("\n")), 1,
    )  # fmt: skip
    assert len(found.requests) == requests


def test_an_index_is_read_entry_by_entry() -> None:
    """The CLI asks for each manifest and its config, and writes an index of its own."""
    found = outcome(made(f"{INSPECT}{HOST}/team/multi:latest", stored(HOST)), "29")
    assert found.exit_status == 0
    assert found.stdout[:3] == (
        "{", '   "schemaVersion": 2,',
        '   "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",',
    )  # fmt: skip
    assert sum('"platform": {' in line for line in found.stdout) == 2
    blobs = [line for line in found.requests if "/blobs/" in line]
    assert len(blobs) == 2
    assert all("Accept" not in line for line in blobs)


def test_a_single_manifest_is_shown_as_it_is() -> None:
    """The manifest is indented by tabs; `--verbose` adds what names it, and its bytes."""
    short = outcome(made(f"{INSPECT}{APP}:1.0", stored(HOST)), "26").stdout
    long = outcome(made(f"{INSPECT}-v {APP}:1.0", stored(HOST)), "26").stdout
    assert short[1] == '\t"schemaVersion": 2,'
    assert long[1] == f'\t"Ref": "{APP}:1.0",'
    assert any(line.startswith('\t"Raw": "') for line in long)


@each("engine", ENGINES)
def test_plain_http_needs_an_option(engine: str) -> None:
    """On this machine the older CLI looks whether there is plain HTTP, and neither uses it."""
    known = "29" if engine == "29" else "26"
    refused = outcome(made(INSPECT + LOCAL), known)
    assert refused.stderr == (f"no such manifest: {LOCAL}",)
    plain = [line for line in refused.requests if line.startswith("GET http:")]
    assert len(plain) == (0 if engine == "29" else 4)
    assert outcome(made(f"{INSPECT}--insecure {LOCAL}"), known).exit_status == 0


def test_a_config_that_is_missing_is_told_in_gos_own_form() -> None:
    """The second attempt finds a manifest where it wants an index, and prints it byte by byte."""
    gone = fault("/blobs/", 404, '{"errors":[{"code":"BLOB_UNKNOWN"}]}', "application/json")
    found = outcome(made(f"{INSPECT}{APP}:1.0", stored(HOST), gone), "26")
    assert found.stderr[0].startswith("unsupported manifest format: &{{{2 application/vnd.docker.")
    assert found.stderr[0].endswith("]}")
