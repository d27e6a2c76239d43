"""Docker's engine 26 met these answers from a registry of ours, and said so: the machine says it
too."""

from typing import Any

from simulator.protocol.media_types import DOCKER_MANIFEST, OCI_MANIFEST
from tests.cases import each
from tests.recordings.worlds import fault, made, outcome, stored

HOST, IMAGE, LINK = "registry.example.com", "registry.example.com/team/app", "Location"
DAEMON, HTML, JSON = "Error response from daemon: ", "<html>no</html>", "application/json"
DENIED = '{"errors": [{"code": "DENIED", "message": "suspended"}]}'
REFUSED = f"pull access denied for {IMAGE}, repository does not exist or may require 'docker login'"
CONFIG, LAYER = "/blobs/sha256:165eb", "/blobs/sha256:6e82"
PAGE = "invalid character '<' looking for beginning of value"
ATTEMPTS = "error pulling image configuration: download failed after attempts="
UNVERIFIED = "image config verification failed for digest sha256:165eb1918b28cf691f18398c79b759cc2f"
PULLED = f"{IMAGE}:1.0"


def acted(path: str, times: tuple[int, ...] = (), **action: Any) -> dict[str, Any]:
    return {"faults": [{"host": HOST, "path": path, "times": times, "action": action}]}


def moved(path: str, where: str, times: tuple[int, ...] = ()) -> dict[str, Any]:
    headers = {"Content-Type": "text/plain"} | ({LINK: where} if where else {})
    answer = {"status": 302, "headers": headers, "body": ""}
    return acted(path, times, respond=answer)


BY_DIGEST, ALL = "/manifests/sha256", "/manifests/"
CASES: tuple[tuple[dict[str, Any], str], ...] = (
    # a refusal of the digest: where it says "not there" or "not for you", the tag is asked for
    (fault(BY_DIGEST, 402, DENIED, JSON), PULLED),
    (fault(BY_DIGEST, 403, HTML, "text/html"), PULLED),
    (fault(BY_DIGEST, 404, HTML, "text/html"), f"{DAEMON}unknown: {HTML}"),
    (moved(BY_DIGEST, "/login"), f"{DAEMON}unknown: 404 page not found"),
    # manifests that are none
    (fault(ALL, 200, "{}", JSON), f"{DAEMON}missing signature key"),
    (fault(ALL, 200, HTML, OCI_MANIFEST), f"{DAEMON}{PAGE}"),
    (fault(ALL, 200, "{}", DOCKER_MANIFEST),
     f"{DAEMON}mediaType in manifest should be '{DOCKER_MANIFEST}' not ''"),
    (fault(ALL, 204), f"{DAEMON}error unmarshalling content: unexpected end of JSON input"),
    (moved(ALL, ""), f"{DAEMON}error unmarshalling content: unexpected end of JSON input"),
    (acted(BY_DIGEST, edit_headers={"drop": ["Content-Type"]}), f"{DAEMON}missing signature key"),
    (acted(ALL, truncate=100), f"{DAEMON}unexpected EOF"),
    # blobs
    (acted(LAYER, (1,), close=True), PULLED),
    (acted(LAYER, (1, 2), close=True), PULLED),
    (acted(CONFIG, (1,), close=True), PULLED),
    (moved(LAYER, "/login", (1,)), PULLED),
    (moved(LAYER, "https://nowhere.example.com/x", (1,)), PULLED),
    (fault(LAYER, 403, DENIED, JSON), f"{REFUSED}: denied: suspended"),
    (fault(CONFIG, 403, DENIED, JSON), f"{ATTEMPTS}1: denied: suspended"),
    (fault(CONFIG, 204), f"error pulling image configuration: {UNVERIFIED}"),
    (moved(CONFIG, "https://nowhere.example.com/x"),
     f"{ATTEMPTS}6: dial tcp: lookup nowhere.example.com on 127.0.0.53:53: no such host"),
    (acted(CONFIG, reset_after=100),
     f"{ATTEMPTS}6: read tcp 192.0.2.1:52814->192.0.2.10:443: read: connection reset by peer"),
)  # fmt: skip
"""What the front does, and the last line."""


@each("front, last", CASES)
def test_what_the_engine_was_seen_to_say(front: dict[str, Any], last: str) -> None:
    told = outcome(made(f"docker pull {IMAGE}:1.0", stored(HOST), front), "26")
    said = told.stdout if last == PULLED else told.stderr
    assert said and said[-1].startswith(last), said
    assert told.exit_status == (0 if last == PULLED else 1)


def test_credentials_follow_a_redirect_only_below_v2() -> None:
    """The classic client sends them to what it has pinged: that host, below `/v2/`."""
    told = outcome(made(f"docker pull {IMAGE}:1.0", stored(HOST), moved(ALL, "/login")), "26")
    assert f"HEAD https://{HOST}/login (none) -> 404" in told.requests


def test_what_is_said_is_trimmed() -> None:
    """Docker's CLI takes the spaces off the ends of what the engine says."""
    front = fault("^/token", 520, host="auth.example.com")
    line = "docker login -u alice --password-stdin private.example.com"
    told = outcome(made(line, front, stdin="s3cret\n"), "26")
    assert told.stderr[-1].endswith("received unexpected HTTP status: 520")


@each("engine", ("29", "26"))
def test_a_manifest_of_schema_1_is_not_pulled(engine: Any) -> None:
    """The engine of 26 begins to pull it; containerd refuses it by its type."""
    kind = "application/vnd.docker.distribution.manifest.v1+prettyjws"
    front = fault(ALL, 200, '{"schemaVersion": 1, "signatures": []}', kind)
    front["faults"][0]["action"]["respond"]["headers"]["Docker-Content-Digest"] = (
        f"sha256:{'a' * 64}"
    )
    told = outcome(made(f"docker pull {IMAGE}:1.0", stored(HOST), front), engine)
    said = told.stderr[-1]
    assert "schema 1 support is disabled" in said if engine == "26" else "not implemented" in said
    assert (told.stdout == ("1.0: Pulling from team/app",)) == (engine == "26")


def test_containerd_asks_for_the_rest_while_some_of_it_comes() -> None:
    """A connection that breaks over and over does not end a pull, one that is reset does."""
    line = f"docker pull {IMAGE}:1.0"
    slowly = outcome(made(line, stored(HOST), acted(LAYER, truncate=500_000)), "29")
    assert slowly.exit_status == 0
    assert sum(LAYER in one for one in slowly.requests) == 7
    stuck = outcome(made(line, stored(HOST), acted(ALL, truncate=100)), "29")
    assert stuck.stderr[-1] == "short read: expected 945 bytes but got 100: unexpected EOF"
    assert sum(one.startswith("GET") for one in stuck.requests) == 5  # the first is challenged
    reset = outcome(made(line, stored(HOST), acted(LAYER, reset_after=100)), "29")
    assert reset.stderr[-1].startswith("failed to copy: read tcp ")


def test_what_a_push_is_told_is_not_trimmed() -> None:
    """The heading was printed before, so the words come as they are, with the line's end."""
    pushed = f"docker push {HOST}/team/new:1"
    hello = "localhost:5001/public/hello:latest"
    before = {"commands_before": [f"docker pull {hello}", f"docker tag {hello} {HOST}/team/new:1"]}
    page = fault("/blobs/uploads/", 403, f"{HTML}\n", "text/html", method="POST")
    told = outcome(made(pushed, stored(HOST), before, page), "26")
    assert told.stderr == (f"denied: {HTML}", "")
