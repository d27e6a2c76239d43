"""Behaviour that is not recorded, but written in Docker's sources: the machine in worlds beside the
recordings."""

from typing import Any

import pytest

from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import OCI_MANIFEST
from simulator.recordings import lab
from simulator.recordings.document import Engine
from tests.recordings.worlds import config, fault, made, outcome, stored

DAEMON = "Error response from daemon: "
HERE, TOKEN = "registry.example.com/team/app", "private.example.com/team/app"
RESOLVE = f'failed to resolve reference "{HERE}:1.0": '
HEAD = f'Head "https://{TOKEN.replace("/", "/v2/", 1)}/manifests/1.0": '
AUTH = "https://auth.example.com/token"
EXPIRED = "Your authorization token has expired. Reauthenticate and try again."
WORDS = f'{{"errors":[{{"code":"DENIED","message":"{EXPIRED}"}}]}}'
DENIED = f"pull access denied for {HERE}, repository does not exist or may require 'docker login'"

IDENTITY: dict[str, Any] = {
    "token_server": {"identity_tokens": {"idtok": "alice"}, "post_ok": True},
    "config_json_before": {
        "auths": {"private.example.com": {"auth": "YWxpY2U6", "identitytoken": "idtok"}}
    },
}
PRIVATE = stored("private.example.com")
MANIFEST = "https://registry.example.com/v2/team/app/manifests/1.0"
AUTHORIZE = f'failed to resolve reference "{TOKEN}:1.0": failed to authorize: failed to fetch '
UNDECODABLE = (
    "unable to decode token response: invalid character '<' looking for beginning of value"
)
NO_TOKEN = "authorization server did not include a token in the response"


TOKEN_PATH, MANIFESTS, BLOBS = "^/token", "/manifests/", "/blobs/"
PAGE = fault(TOKEN_PATH, 200, "<html>Welcome!</html>", "text/html", "auth.example.com")
WELCOME = "<html>Welcome!</html>"
PAGE_DIGEST = digest_of(WELCOME.encode())

VARIATIONS = {
    "a web page in place of a manifest": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            fault(MANIFESTS, 200, WELCOME, "text/html; charset=utf-8"),
            fault(BLOBS, 200, WELCOME, "text/html"),
        ),
        "failed to unpack image on snapshotter overlayfs: unexpected media type text/html for "
        f"{PAGE_DIGEST}: not found",
        DAEMON + "error unmarshalling content: " + UNDECODABLE.partition(": ")[2],
    ),
    "a web page for the manifest alone": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            fault(MANIFESTS, 200, WELCOME, "text/html"),
        ),
        f"{DAEMON}failed to copy: httpReadSeeker: failed open: could not fetch content descriptor "
        f"{PAGE_DIGEST} (text/html) from remote: not found",
        DAEMON + "error unmarshalling content: " + UNDECODABLE.partition(": ")[2],
    ),
    "a page that calls itself a manifest": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            fault(MANIFESTS, 200, WELCOME, OCI_MANIFEST),
        ),
        f"children: invalid desc {PAGE_DIGEST}: {UNDECODABLE.partition(': ')[2]}",
        DAEMON + UNDECODABLE.partition(": ")[2],
    ),
    "a stale password at a token service": (
        made(f"docker pull {TOKEN}:1.0", stored("private.example.com", "alice:old")),
        DAEMON + "authentication required - incorrect username or password",
        DAEMON + HEAD + "unauthorized: incorrect username or password",
    ),
    "a gateway that fails": (
        made(f"docker pull {HERE}:1.0", stored("registry.example.com"), fault(MANIFESTS, 502)),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to "
        f"https://registry.example.com/v2/team/app/manifests/1.0: 502 Bad Gateway",
        DAEMON + "received unexpected HTTP status: 502 Bad Gateway",
    ),
    "a refusal in the registry's own words": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            fault(MANIFESTS, 403, WORDS, "application/json"),
        ),
        f"{DAEMON}error from registry: {EXPIRED}",
        f"{DAEMON}{DENIED}: denied: {EXPIRED}",
    ),
    "a token service that is busy, and nobody is logged in": (
        made(
            "docker pull private.example.com/public/hello:1",
            fault(TOKEN_PATH, 503, host="auth.example.com"),
        ),
        DAEMON + 'unknown: failed to resolve reference "private.example.com/public/hello:1": '
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request "
        f"to {AUTH}?scope=repository%3Apublic%2Fhello%3Apull&service=private.example.com: "
        "503 Service Unavailable",
        DAEMON + 'Head "https://private.example.com/v2/public/hello/manifests/1": '
        "received unexpected HTTP status: 503 Service Unavailable",
    ),
    "blobs that do not come": (
        made(f"docker pull {HERE}:1.0", stored("registry.example.com"), fault(BLOBS, 503)),
        "unknown: failed to copy: httpReadSeeker: failed open: unexpected status from GET request "
        "to https://registry.example.com/v2/team/app/blobs/sha256:165eb1918b28cf691f18398c79b759cc"
        "2f68ebb8fde2489159b4be8a9db0b628: 503 Service Unavailable",
        "error pulling image configuration: download failed after attempts=6: "
        "received unexpected HTTP status: 503 Service Unavailable",
    ),
    "all tags of nothing": (
        made("docker pull -a registry.example.com/team/no", stored("registry.example.com")),
        DAEMON + "repository registry.example.com/team/no not found: "
        "name unknown: repository name not known to registry",
        DAEMON + "repository registry.example.com/team/no not found: "
        "name unknown: repository name not known to registry",
    ),
    "a short name in capitals": (
        made("docker pull Hello"),
        "invalid reference format: repository name (library/Hello) must be lowercase",
        "invalid reference format: repository name (library/Hello) must be lowercase",
    ),
    "stored for the other name of this machine": (
        made("docker pull localhost:5000/team/app:1.0", stored("127.0.0.1:5000")),
        DAEMON + 'failed to resolve reference "localhost:5000/team/app:1.0": pull access denied, '
        "repository does not exist or may require authorization: authorization failed: "
        "no basic auth credentials",
        DAEMON
        + 'Head "http://localhost:5000/v2/team/app/manifests/1.0": no basic auth credentials',
    ),
    "a token service that answers with a web page": (
        made(f"docker pull {TOKEN}:1.0", PRIVATE, PAGE),
        f"{DAEMON}{AUTHORIZE}oauth token: {UNDECODABLE}",
        DAEMON + HEAD + UNDECODABLE,
    ),
    "a web page in place of a token, at login": (
        made(
            "docker login -u alice --password-stdin private.example.com",
            PAGE,
            stdin="s3cret\n",
        ),
        f'{DAEMON}Get "https://private.example.com/v2/": {UNDECODABLE}',
        f'{DAEMON}Get "https://private.example.com/v2/": {UNDECODABLE}',
    ),
    "a token service that forgets the token": (
        made(
            f"docker pull {TOKEN}:1.0",
            PRIVATE,
            fault(TOKEN_PATH, 200, "{}", "application/json", "auth.example.com"),
        ),
        f"{DAEMON}{AUTHORIZE}oauth token: {NO_TOKEN}",
        DAEMON + HEAD + NO_TOKEN,
    ),
    "a token service whose clock is behind": (
        made(f"docker pull {TOKEN}:1.0", PRIVATE, {"token_server": {"exp": -3300}}),
        f"{DAEMON}pull access denied for {TOKEN}, repository does not exist or may require "
        "'docker login'",
        DAEMON + "unauthorized: authentication required",
    ),
    "a firewall's page": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            fault(MANIFESTS, 403, "<html>no</html>", "text/html"),
        ),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to {MANIFEST}: "
        "403 Forbidden",
        f"{DAEMON}{DENIED}: denied: <html>no</html>",
    ),
    "a page that is said to be JSON": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            fault(MANIFESTS, 403, "<html>no</html>", "application/json"),
        ),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to {MANIFEST}: "
        "403 Forbidden",
        DAEMON + "error parsing HTTP 403 response body: "
        "invalid character '<' looking for beginning of value: \"<html>no</html>\"",
    ),
    "a refusal without a word": (
        made(f"docker pull {HERE}:1.0", stored("registry.example.com"), fault(MANIFESTS, 403)),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to {MANIFEST}: "
        "403 Forbidden",
        f"{DAEMON}{DENIED}: denied:",
    ),
    "a status that is a joke": (
        made(
            f"docker pull {HERE}:9.9",
            stored("registry.example.com"),
            fault(MANIFESTS, 418, "short and stout"),
        ),
        f"{DAEMON}unknown: {RESOLVE}".replace("1.0", "9.9")
        + f"unexpected status from HEAD request to {MANIFEST}: ".replace("1.0", "9.9")
        + "418 I'm a teapot",
        DAEMON + "unknown: short and stout",
    ),
    "an identity token": (
        made(
            "docker pull private.example.com/team/nosuch:1.0",
            IDENTITY,
        ),
        DAEMON + 'failed to resolve reference "private.example.com/team/nosuch:1.0": '
        "private.example.com/team/nosuch:1.0: not found",
        DAEMON + "manifest for private.example.com/team/nosuch:1.0 not found: "
        "manifest unknown: manifest unknown",
    ),
    "a config.json that is a directory": (
        made(f"docker pull {HERE}:1.0", {"config_json_before": {"kind": "directory"}}),
        f"{DAEMON}{RESOLVE}pull access denied, repository does not exist or may require "
        "authorization: authorization failed: no basic auth credentials",
        f'{DAEMON}Head "{MANIFEST}": no basic auth credentials',
    ),
    "a helper that keeps another password": (
        made(
            f"docker pull {TOKEN}:1.0",
            config('{"credHelpers": {"private.example.com": "lab"}}'),
            {"helpers": {"docker-credential-lab": {"private.example.com": "alice:old"}}},
        ),
        DAEMON + "authentication required - incorrect username or password",
        DAEMON + HEAD + "unauthorized: incorrect username or password",
    ),
    "nobody at IPv6's loopback": (
        made("docker login -u alice --password-stdin [::1]:5999", stdin="s3cret\n"),
        f'{DAEMON}Get "http://[::1]:5999/v2/": dial tcp [::1]:5999: connect: connection refused',
        f'{DAEMON}Get "https://[::1]:5999/v2/": dial tcp [::1]:5999: connect: connection refused',
    ),
    "nobody at this machine's port": (
        made("docker login -u alice --password-stdin localhost:5999", stdin="s3cret\n"),
        DAEMON + 'Get "http://localhost:5999/v2/": dial tcp 127.0.0.1:5999: connect: '
        "connection refused",
        DAEMON + 'Get "http://localhost:5999/v2/": dial tcp 127.0.0.1:5999: connect: '
        "connection refused",
    ),
    "a platform that does not exist": (
        made(f"docker pull --platform beos {HERE}:1.0"),
        '"beos": unknown operating system or architecture: invalid argument',
        f'{DAEMON}"beos": unknown operating system or architecture: invalid argument',
    ),
    "a processor alone is a platform": (
        made(
            "docker pull --platform s390x registry.example.com/team/multi",
            stored("registry.example.com"),
        ),
        DAEMON + "no matching manifest for linux/s390x in the manifest list entries: "
        "no match for platform in manifest: not found",
        "no matching manifest for linux/s390x in the manifest list entries",
    ),
    "a name that is reserved": (
        made("docker pull scratch"),
        DAEMON + "'scratch' is a reserved name",
        DAEMON + "'scratch' is a reserved name",
    ),
    "a file that is not looked into, for a helper is named": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            {"config_json_before": {"credsStore": "lab"}, "helpers": {"docker-credential-lab": {}}},
        ),
        f"{DAEMON}{RESOLVE}pull access denied, repository does not exist or may require "
        "authorization: authorization failed: no basic auth credentials",
        f'{DAEMON}Head "{MANIFEST}": no basic auth credentials',
    ),
    "a helper that keeps nothing for this host": (
        made(
            f"docker pull {HERE}:1.0",
            config('{"credsStore": "lab"}'),
            {"helpers": {"docker-credential-lab": {"private.example.com": "alice:s3cret"}}},
        ),
        f"{DAEMON}{RESOLVE}pull access denied, repository does not exist or may require "
        "authorization: authorization failed: no basic auth credentials",
        f'{DAEMON}Head "{MANIFEST}": no basic auth credentials',
    ),
    "a config.json of somebody else's": (
        made(f"docker pull {HERE}:1.0", {"config_problem": "permission denied"}),
        f"{DAEMON}{RESOLVE}pull access denied, repository does not exist or may require "
        "authorization: authorization failed: no basic auth credentials",
        f'{DAEMON}Head "{MANIFEST}": no basic auth credentials',
    ),
    "another user's home": (
        made(f"docker pull {HERE}:1.0", stored("registry.example.com"), env={"HOME": "/root"}),
        f"{DAEMON}{RESOLVE}pull access denied, repository does not exist or may require "
        "authorization: authorization failed: no basic auth credentials",
        f'{DAEMON}Head "{MANIFEST}": no basic auth credentials',
    ),
}
"""What happens -> the situation, the last line of 29, the last line of 26."""


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("name", VARIATIONS)
def test_a_variation_is_told_in_dockers_words(name: str, engine: Engine) -> None:
    """The words follow from what happens, so they are right beside the recordings too."""
    recording, *expected = VARIATIONS[name]
    told = outcome(recording, engine)
    assert told.stderr[-1] == expected[0 if engine == "29" else 1]
    assert told.exit_status == 1


@pytest.mark.parametrize("engine", ["29", "26"])
def test_stored_credentials_that_fail_lead_to_the_prompt(engine: Engine) -> None:
    """Docker's CLI tries what is stored, and asks where that does not get in."""
    command, old = "docker login registry.example.com", stored("registry.example.com", "alice:old")
    typed = made(command, old, interactive_input=("alice\r", "s3cret\r"))
    told = outcome(typed, engine)
    assert "Username (alice): alice" in told.stdout
    assert told.stdout[-1] == "Login Succeeded"
    nobody = made(command, old)
    assert outcome(nobody, engine).exit_status == 1


@pytest.mark.parametrize("engine", ["29", "26"])
def test_a_quiet_pull_prints_the_name_alone(engine: Engine) -> None:
    """`--quiet` throws away the engine's progress, not the name."""
    quiet = made(f"docker pull -q {HERE}", stored("registry.example.com"))
    told = outcome(quiet, engine)
    assert (told.stdout, told.stderr) == ((f"{HERE}:latest",), ())


@pytest.mark.parametrize("engine", ["29", "26"])
def test_an_identity_token_takes_the_passwords_place(engine: Engine) -> None:
    """It is stored beside the name, without a warning, and later sent as a form."""
    options = {"token_server": {"identity_tokens": {"idtok": "alice"}}}
    command = "docker login -u alice --password-stdin private.example.com"
    login = made(command, options, stdin="s3cret\n")
    told = outcome(login, engine)
    assert told.stderr == ()
    assert '"auth": "YWxpY2U6"' in (told.config or "")
    assert '"identitytoken": ' in (told.config or "")


HELLO = tuple(lab.repositories("lab")["public/hello"].blobs)
CDN = "https://cdn.example.com"
MOVED = [
    {"registries": {"cdn.example.com": {"transport": "https", "auth": "none"}}},
    *({"faults": [{"host": "localhost:5001", "path": f"/blobs/{digest}", "action": {"respond": {
        "status": 307, "headers": {"Location": f"{CDN}/v2/public/hello/blobs/{digest}?signed"}}}}]}
    for digest in HELLO),
]  # fmt: skip
PLAIN = "tls_client_hello_on_plain_http_port ort"

REQUESTS = {
    "a token whose claims say that it is old": (
        made(f"docker pull {TOKEN}:1.0", PRIVATE, {"token_server": {"exp": -3300}}),
        ("HEAD 401", "POST 405", "GET 200", "HEAD 401"),
        ("GET 401", "GET 200", "HEAD 401", "GET 401"),
    ),
    "an identity token goes as a form": (
        made(
            "docker pull private.example.com/team/nosuch:1.0",
            IDENTITY,
        ),
        ("HEAD 401", "POST 200", "HEAD 404"),
        ("GET 401", "POST 200", "HEAD 404", "GET 404"),
    ),
    "a fault that strikes once": (
        made(
            f"docker pull {HERE}:9.9",
            stored("registry.example.com"),
            fault(MANIFESTS, 503, times=[1]),
        ),
        ("HEAD 503", "HEAD 401", "HEAD 404"),
        ("GET 401", "HEAD 503", "GET 404"),
    ),
    "blobs at another host": (
        made(
            "docker pull localhost:5001/public/hello:latest",
            *MOVED,
        ),
        (PLAIN, "HEAD 200", PLAIN, "GET 200", "GET 307", "GET 200", "GET 307", "GET 200"),
        (PLAIN, "GET 200", "HEAD 200", "GET 200", "GET 307", "GET 307", "GET 200", "GET 200"),
    ),
    "a host in capitals": (
        made("docker login -u alice --password-stdin Registry.Example.Com", stdin="s3cret\n"),
        ("GET 401", "GET 200"),
        ("GET 401", "GET 200"),
    ),
}
"""What happens -> the situation, methods and statuses of 29, and of 26."""


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("name", REQUESTS)
def test_a_variation_asks_as_docker_does(name: str, engine: Engine) -> None:
    """Which requests follow from what is answered, beside the recordings too."""
    recording, *expected = REQUESTS[name]
    asked = outcome(recording, engine).requests
    brief = tuple(f"{line.split()[0]} {line[-3:]}" for line in asked)
    assert brief == expected[0 if engine == "29" else 1]
