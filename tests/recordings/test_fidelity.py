"""The machine against real Docker: every recorded situation, field by field."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from simulator.docker.trace import EndlessRun
from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import OCI_MANIFEST
from simulator.recordings import fidelity, lab
from simulator.recordings.document import (
    RECORDED,
    SETUP,
    InvalidRecording,
    Recording,
    read,
    scene_of,
)
from simulator.recordings.fidelity import (
    FIELDS,
    NORMALISED,
    UNREACHED,
    Situation,
    compare,
    compare_all,
    played_outcome,
    recorded_outcome,
    situations,
    table,
)
from tests.cases import each

DATA = RECORDED
"""The recordings, without what is not compared."""
SITUATIONS = situations(DATA)
PLAYED = [one for one in SITUATIONS if one.recording.name not in UNREACHED]


def named(situation: Situation) -> str:
    return f"{situation.recording.name}-{situation.engine}"


@each("situation", PLAYED)
def test_the_machine_does_what_docker_did(situation: Situation) -> None:
    """Output, exit status, requests, config.json and images are those of the recording."""
    assert compare(situation).differences == ()


def test_every_recording_is_compared_on_both_engines() -> None:
    """Nothing is left out: what is not reached is in the table, and says why."""
    rows = table(compare_all(DATA))
    assert len(rows) == 2 * len({row[0] for row in rows}) == 2 * len(list(DATA.glob("*.json")))
    unreached = {name: note for name, _, verdict, note in rows if verdict == "unreached"}
    assert unreached == UNREACHED
    assert all(verdict in ("agrees", "unreached") for _, _, verdict, _ in rows)


def spoiled(situation: Situation, **told: object) -> Situation:
    recording, engine = situation.recording, situation.engine
    other = recording.engines[engine].model_copy(update=told)
    return replace(situation, recording=recording.model_copy(update={"engines": {engine: other}}))


SPOILED = {
    "stdout": {"stdout": "Login Succeeded?\n"},
    "stderr": {"stderr": "WARNING!\n"},
    "exit_status": {"exit_code": 2},
    "requests": {"http": ()},
    "config": {"config_json_text_after": "{}"},
    "images": {"images_after": ({"Repository": "registry.example.com/team/app"},)},
}


@each("field", FIELDS)
def test_a_recording_that_tells_otherwise_is_noticed(field: str) -> None:
    """A comparison that could not fail would prove nothing."""
    honest = next(one for one in PLAYED if one.recording.name == "login_basic_ok_stdin")
    differences = compare(spoiled(honest, **SPOILED[field])).differences
    assert [one.field for one in differences] == [field]


def test_a_layer_that_did_not_come_is_noticed() -> None:
    """What is normalised about parallel layers hides their order, not their absence."""
    pull = next(one for one in PLAYED if one.recording.name == "pull_after_login")
    told = pull.recording.engines[pull.engine]
    blob = next(line for line in told.http if "/blobs/" in line.path)
    fewer = tuple(line for line in told.http if line is not blob)
    layer = "6e82452ee273: Pull complete\n"
    assert layer in told.stdout
    less = spoiled(pull, http=fewer, stdout=told.stdout.replace(layer, ""))
    assert [one.field for one in compare(less).differences] == ["stdout", "requests"]


def test_what_is_normalised_is_needed() -> None:
    """Each normalisation changes some recording's outcome: one that no longer does must go."""
    outcomes = [
        (recorded_outcome(one.recording, one.engine), played_outcome(one.recording, scene))
        for one in PLAYED
        if not one.recording.recorder
        for scene in [scene_of(one.recording, one.engine)]
    ]
    idle = [name for name, (_why, change) in NORMALISED.items()
            if all(change(*pair) == pair for pair in outcomes)]  # fmt: skip
    assert idle == []


def test_a_line_of_the_setup_that_nobody_understands_is_named() -> None:
    """A world is not guessed."""
    strange = PLAYED[0].recording.model_copy(update={"setup": ("the moon is full",)})
    with pytest.raises(InvalidRecording, match="'the moon is full'"):
        scene_of(strange, "29")
    told = compare(Situation(strange, "29"))
    assert not told.agreed
    assert "the moon is full" in told.differences[0].recorded


def test_every_pattern_of_the_setup_is_used() -> None:
    """The grammar of setups is no larger than the recordings, and what is told beside them."""
    told = [one.recording for one in SITUATIONS] + [made for made, *_ in VARIATIONS.values()]
    lines = {line for recording in told for line in recording.setup}
    unused = [p for p, _ in SETUP if not any(re.fullmatch(p, line) for line in lines)]
    assert unused == []


def test_a_directory_of_recordings_may_be_named_by_its_parent(tmp_path: Path) -> None:
    """Both `DIR/*.json` and `DIR/recordings/*.json` are read."""
    with pytest.raises(InvalidRecording, match="no recordings"):
        situations(tmp_path)
    (tmp_path / "recordings").symlink_to(DATA)
    assert len(situations(tmp_path)) == len(SITUATIONS)


@each("text", ["", "[]", "{}", '{"name": 1}'])
def test_a_file_that_is_no_recording_is_one_sentence(tmp_path: Path, text: str) -> None:
    """The sentence names the file."""
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(InvalidRecording, match=r"odd\.json") as refused:
        read(path)
    assert "\n" not in str(refused.value)


# -- what nobody recorded, but Docker's sources say ------------------------------------------


def made(command: str, *setup: str, **more: object) -> Recording:
    """A situation in the lab that is in no recording."""
    told = {"stdout": "", "stderr": "", "exit_code": 0, "http": more.pop("http", [])}
    if "interactive_input" in more:
        told["tty_raw"] = ""
    return Recording.model_validate(
        {"name": "made", "setup": setup, "command": command, "engines": {"29": told, "26": told}}
        | more
    )


def stored(host: str, pair: str = "alice:s3cret") -> str:
    return f'~/.docker/config.json holds auths["{host}"] = base64("{pair}")'


PROXY = "fault injected by the proxy: "
DAEMON = "Error response from daemon: "
HERE, TOKEN = "registry.example.com/team/app", "private.example.com/team/app"
RESOLVE = f'failed to resolve reference "{HERE}:1.0": '
HEAD = f'Head "https://{TOKEN.replace("/", "/v2/", 1)}/manifests/1.0": '
AUTH = "https://auth.example.com/token"
EXPIRED = "Your authorization token has expired. Reauthenticate and try again."
WORDS = [{
    "url": "https://registry.example.com", "method": "GET", "status": 403,
    "path": "/v2/team/app/manifests/1.0", "response_headers": {"Content-Type": "application/json"},
    "response_body": f'{{"errors":[{{"code":"DENIED","message":"{EXPIRED}"}}]}}',
}]  # fmt: skip
DENIED = f"pull access denied for {HERE}, repository does not exist or may require 'docker login'"

PRIVATE = stored("private.example.com")
MANIFEST = "https://registry.example.com/v2/team/app/manifests/1.0"
AUTHORIZE = f'failed to resolve reference "{TOKEN}:1.0": failed to authorize: failed to fetch '
UNDECODABLE = (
    "unable to decode token response: invalid character '<' looking for beginning of value"
)
NO_TOKEN = "authorization server did not include a token in the response"


def logged(path: str, status: int, body: str, kind: str) -> list[dict[str, object]]:
    """One line of a registry's log."""
    host = "auth" if path == "/token" else "registry"
    return [{
        "url": f"https://{host}.example.com", "method": "GET", "path": path, "status": status,
        "response_headers": {"Content-Type": kind}, "response_body": body,
    }]  # fmt: skip


PAGE = logged("/token", 200, "<html>Welcome!</html>", "text/html")
MOOD = logged("/v2/team/app/manifests/9.9", 418, "short and stout", "text/plain")

WELCOME = "<html>Welcome!</html>"
PAGE_DIGEST = digest_of(WELCOME.encode())
APP = "/v2/team/app/manifests/1.0"

VARIATIONS = {
    "a web page in place of a manifest": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            PROXY + "manifests -> 200",
            PROXY + "blobs -> 200",
            http=logged(APP, 200, WELCOME, "text/html; charset=utf-8")
            + logged(f"/v2/team/app/blobs/{PAGE_DIGEST}", 200, WELCOME, "text/html"),
        ),
        "failed to unpack image on snapshotter overlayfs: unexpected media type text/html for "
        f"{PAGE_DIGEST}: not found",
        DAEMON + "error unmarshalling content: " + UNDECODABLE.partition(": ")[2],
    ),
    "a web page for the manifest alone": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            PROXY + "manifests -> 200",
            http=logged(APP, 200, WELCOME, "text/html"),
        ),
        f"{DAEMON}failed to copy: httpReadSeeker: failed open: could not fetch content descriptor "
        f"{PAGE_DIGEST} (text/html) from remote: not found",
        DAEMON + "error unmarshalling content: " + UNDECODABLE.partition(": ")[2],
    ),
    "a page that calls itself a manifest": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            PROXY + "manifests -> 200",
            http=logged(APP, 200, WELCOME, OCI_MANIFEST)
            + logged(f"/v2/team/app/manifests/{PAGE_DIGEST}", 200, WELCOME, OCI_MANIFEST),
        ),
        f"children: invalid desc {PAGE_DIGEST}: {UNDECODABLE.partition(': ')[2]}",
        DAEMON + "error unmarshalling content: " + UNDECODABLE.partition(": ")[2],
    ),
    "a stale password at a token service": (
        made(f"docker pull {TOKEN}:1.0", stored("private.example.com", "alice:old")),
        DAEMON + "authentication required - incorrect username or password",
        DAEMON + HEAD + "unauthorized: incorrect username or password",
    ),
    "a gateway that fails": (
        made(f"docker pull {HERE}:1.0", stored("registry.example.com"), PROXY + "manifests -> 502"),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to "
        f"https://registry.example.com/v2/team/app/manifests/1.0: 502 Bad Gateway",
        DAEMON + "received unexpected HTTP status: 502 Bad Gateway",
    ),
    "a refusal in the registry's own words": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            PROXY + "manifests -> 403",
            http=WORDS,
        ),
        f"{DAEMON}error from registry: {EXPIRED}",
        f"{DAEMON}{DENIED}: denied: {EXPIRED}",
    ),
    "a token service that is busy, and nobody is logged in": (
        made("docker pull private.example.com/public/hello:1", PROXY + "token server -> 503"),
        DAEMON + 'unknown: failed to resolve reference "private.example.com/public/hello:1": '
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request "
        f"to {AUTH}?scope=repository%3Apublic%2Fhello%3Apull&service=private.example.com: "
        "503 Service Unavailable",
        DAEMON + 'Head "https://private.example.com/v2/public/hello/manifests/1": '
        "received unexpected HTTP status: 503 Service Unavailable",
    ),
    "blobs that do not come": (
        made(f"docker pull {HERE}:1.0", stored("registry.example.com"), PROXY + "blobs -> 503"),
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
        made(f"docker pull {TOKEN}:1.0", PRIVATE, PROXY + "token server -> 200", http=PAGE),
        f"{DAEMON}{AUTHORIZE}oauth token: {UNDECODABLE}",
        DAEMON + HEAD + UNDECODABLE,
    ),
    "a web page in place of a token, at login": (
        made(
            "docker login -u alice --password-stdin private.example.com",
            PROXY + "token server -> 200",
            http=PAGE,
            stdin="s3cret\n",
        ),
        f'{DAEMON}Get "https://private.example.com/v2/": {UNDECODABLE}',
        f'{DAEMON}Get "https://private.example.com/v2/": {UNDECODABLE}',
    ),
    "a token service that forgets the token": (
        made(
            f"docker pull {TOKEN}:1.0",
            PRIVATE,
            PROXY + "token server -> 200",
            http=logged("/token", 200, "{}", "application/json"),
        ),
        f"{DAEMON}{AUTHORIZE}oauth token: {NO_TOKEN}",
        DAEMON + HEAD + NO_TOKEN,
    ),
    "a token service whose clock is behind": (
        made(f"docker pull {TOKEN}:1.0", PRIVATE, "token server options: {'skew': '-3600'}"),
        f"{DAEMON}pull access denied for {TOKEN}, repository does not exist or may require "
        "'docker login'",
        DAEMON + "unauthorized: authentication required",
    ),
    "a firewall's page": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            PROXY + "manifests -> 403 html",
            http=logged("/v2/team/app/manifests/1.0", 403, "<html>no</html>", "text/html"),
        ),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to {MANIFEST}: "
        "403 Forbidden",
        f"{DAEMON}{DENIED}: denied: <html>no</html>",
    ),
    "a page that is said to be JSON": (
        made(
            f"docker pull {HERE}:1.0",
            stored("registry.example.com"),
            PROXY + "manifests -> 403",
            http=logged("/v2/team/app/manifests/1.0", 403, "<html>no</html>", "application/json"),
        ),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to {MANIFEST}: "
        "403 Forbidden",
        DAEMON + "error parsing HTTP 403 response body: "
        "invalid character '<' looking for beginning of value: \"<html>no</html>\"",
    ),
    "a refusal without a word": (
        made(f"docker pull {HERE}:1.0", stored("registry.example.com"), PROXY + "manifests -> 403"),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to {MANIFEST}: "
        "403 Forbidden",
        f"{DAEMON}{DENIED}: denied: ",
    ),
    "a fault of which only the log tells": (
        made(
            f"docker pull {HERE}:9.9",
            stored("registry.example.com"),
            PROXY + "the registry is in a bad mood",
            http=[line | {"method": method} for line in MOOD for method in ("HEAD", "GET")],
        ),
        f"{DAEMON}unknown: {RESOLVE}".replace("1.0", "9.9")
        + f"unexpected status from HEAD request to {MANIFEST}: ".replace("1.0", "9.9")
        + "418 I'm a teapot",
        DAEMON + "unknown: short and stout",
    ),
    "an identity token": (
        made(
            "docker pull private.example.com/team/nosuch:1.0",
            'config.json = {"auths": {"private.example.com": '
            '{"auth": "YWxpY2U6", "identitytoken": "abc"}}}',
        ),
        DAEMON + 'failed to resolve reference "private.example.com/team/nosuch:1.0": '
        "private.example.com/team/nosuch:1.0: not found",
        DAEMON + "manifest for private.example.com/team/nosuch:1.0 not found: "
        "manifest unknown: manifest unknown",
    ),
    "a config.json that is a directory": (
        made(f"docker pull {HERE}:1.0", "config.json is a directory"),
        f"{DAEMON}{RESOLVE}pull access denied, repository does not exist or may require "
        "authorization: authorization failed: no basic auth credentials",
        f'{DAEMON}Head "{MANIFEST}": no basic auth credentials',
    ),
    "a helper that keeps another password": (
        made(
            f"docker pull {TOKEN}:1.0",
            'config.json = {"credHelpers": {"private.example.com": "lab"}}; '
            "docker-credential-lab on PATH keeps private.example.com alice:old",
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
    "a platform that nobody knows": (
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
            'config.json = {"auths": {"registry.example.com": {"auth": "YWxpY2U6czNjcmV0"}}, '
            '"credsStore": "lab"}; docker-credential-lab is a small shell script on PATH',
        ),
        f"{DAEMON}{RESOLVE}pull access denied, repository does not exist or may require "
        "authorization: authorization failed: no basic auth credentials",
        f'{DAEMON}Head "{MANIFEST}": no basic auth credentials',
    ),
    "a helper that keeps nothing for this host": (
        made(
            f"docker pull {HERE}:1.0",
            '~/.docker/config.json = {"credsStore": "lab"}',
            "docker-credential-lab holds private.example.com = alice:s3cret",
        ),
        f"{DAEMON}{RESOLVE}pull access denied, repository does not exist or may require "
        "authorization: authorization failed: no basic auth credentials",
        f'{DAEMON}Head "{MANIFEST}": no basic auth credentials',
    ),
    "a config.json of somebody else's": (
        made(f"docker pull {HERE}:1.0", "config.json cannot be read: mode 0600, owner root"),
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


@each("engine", ["29", "26"])
@each("name", VARIATIONS)
def test_a_variation_is_told_in_dockers_words(name: str, engine: Literal["29", "26"]) -> None:
    """The words follow from what happens, so they are right beside the recordings too."""
    recording, *expected = VARIATIONS[name]
    outcome = played_outcome(recording, scene_of(recording, engine))
    assert outcome.stderr[-1] == expected[0 if engine == "29" else 1]
    assert outcome.exit_status == 1


@pytest.mark.parametrize("engine", ["29", "26"])
def test_stored_credentials_that_fail_lead_to_the_prompt(engine: Literal["29", "26"]) -> None:
    """Docker's CLI tries what is stored, and asks where that does not get in."""
    command, old = "docker login registry.example.com", stored("registry.example.com", "alice:old")
    typed = made(command, old, interactive_input=("alice\r", "s3cret\r"))
    outcome = played_outcome(typed, scene_of(typed, engine))
    assert "Username (alice): alice" in outcome.stdout
    assert outcome.stdout[-1] == "Login Succeeded"
    nobody = made(command, old)
    assert played_outcome(nobody, scene_of(nobody, engine)).exit_status == 1


@pytest.mark.parametrize("engine", ["29", "26"])
def test_a_quiet_pull_prints_the_name_alone(engine: Literal["29", "26"]) -> None:
    """`--quiet` throws away the engine's progress, not the name."""
    quiet = made(f"docker pull -q {HERE}", stored("registry.example.com"))
    outcome = played_outcome(quiet, scene_of(quiet, engine))
    assert (outcome.stdout, outcome.stderr) == ((f"{HERE}:latest",), ())


@pytest.mark.parametrize("engine", ["29", "26"])
def test_an_identity_token_takes_the_passwords_place(engine: Literal["29", "26"]) -> None:
    """It is stored beside the name, without a warning, and later sent as a form."""
    options = "token server options: {'refresh': 'yes'}"
    command = "docker login -u alice --password-stdin private.example.com"
    login = made(command, options, stdin="s3cret\n")
    outcome = played_outcome(login, scene_of(login, engine))
    assert outcome.stderr == ()
    assert '"auth": "YWxpY2U6"' in (outcome.config or "")
    assert '"identitytoken": ' in (outcome.config or "")


HELLO = tuple(lab.repositories("lab")["public/hello"].blobs)
PLAIN = "tls_client_hello_on_plain_http_port ort"

REQUESTS = {
    "a second token where the first is old by the client's clock": (
        made(f"docker pull {TOKEN}:1.0", PRIVATE, "token server options: {'skew': '-3600'}"),
        ("HEAD 401", "POST 405", "GET 200", "HEAD 401"),
        ("GET 401", "GET 200", "HEAD 401", "GET 200", "GET 401"),
    ),
    "an identity token goes as a form": (
        made(
            "docker pull private.example.com/team/nosuch:1.0",
            '~/.docker/config.json holds auths["private.example.com"] = base64("alice:") with '
            "an identity token",
        ),
        ("HEAD 401", "POST 200", "HEAD 404"),
        ("GET 401", "POST 200", "HEAD 404", "GET 404"),
    ),
    "a fault that strikes once": (
        made(
            f"docker pull {HERE}:9.9",
            stored("registry.example.com"),
            PROXY + "manifests -> 503 once",
        ),
        ("HEAD 503", "HEAD 401", "HEAD 404"),
        ("GET 401", "HEAD 503", "GET 404"),
    ),
    "blobs at an address that says nothing": (
        made(
            "docker pull localhost:5001/public/hello:latest",
            PROXY + "blobs -> 307",
            http=[
                {
                    "url": "http://localhost:5001",
                    "method": "GET",
                    "path": f"/v2/public/hello/blobs/{digest}",
                    "status": 307,
                    "response_headers": {"Location": f"https://cdn.example.com/{place}?signed"},
                }
                for place, digest in enumerate(HELLO)
            ],
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


@each("engine", ["29", "26"])
@each("name", REQUESTS)
def test_a_variation_asks_as_docker_does(name: str, engine: Literal["29", "26"]) -> None:
    """Which requests follow from what is answered, beside the recordings too."""
    recording, *expected = REQUESTS[name]
    asked = played_outcome(recording, scene_of(recording, engine)).requests
    brief = tuple(f"{line.split()[0]} {line[-3:]}" for line in asked)
    assert brief == expected[0 if engine == "29" else 1]


CONFIGS = {
    '{"auths": {},}': "invalid character '}' looking for beginning of object key string",
    '{"auths": {}': "unexpected EOF",
    '{"auths": {"a': "unexpected EOF",
    "{'auths': {}}": r"invalid character '\'' looking for beginning of object key string",
    "// mine": "invalid character '/' looking for beginning of value",
    '{"auths": "x"}': "json: cannot unmarshal string into Go struct field ConfigFile.auths of "
    "type map[string]types.AuthConfig",
    "[]": "json: cannot unmarshal array into Go value of type configfile.ConfigFile",
    '{"auths": {"h": {"auth": "not-base64!!"}}}': "illegal base64 data at input byte 3",
    '{"auths": {"h": {"auth": "YWxpY2U"}}}': "illegal base64 data at input byte 4",
    '{"auths": {"h": {"auth": "YWxpY2U="}}}': "invalid auth configuration file",
    '{"auths": {}} // mine': "",
    '{"credStore": "desktop"}': "",
    "": "",
}
"""Text of `config.json` -> why Docker's CLI does not take it; empty if it does."""


@each("engine", ["29", "26"])
@each("text", CONFIGS)
def test_a_config_that_cannot_be_read_is_told_in_gos_words(
    text: str, engine: Literal["29", "26"]
) -> None:
    """A warning, and the pull goes on as a stranger's."""
    broken = made("docker pull localhost:5001/team/app:1.0", "config.json is broken")
    for told in broken.engines.values():
        object.__setattr__(told, "config_json_text_after", text)
    outcome = played_outcome(broken, scene_of(broken, engine))
    why = f"WARNING: Error parsing config file (/home/alice/.docker/config.json): {CONFIGS[text]}"
    assert outcome.stderr == ((why,) if CONFIGS[text] else ())
    assert outcome.exit_status == 0


ANSWERS = {
    "no name": (("\r",), ("Username:",), ("error: username is required",
                                           "Error: Non-null Username Required")),
    "no password": (("alice\r", "\r"), ("Username: alice", "Password:"),
                    ("error: password is required", "Error: Password Required")),
}  # fmt: skip


@each("engine", ["29", "26"])
@each("case", ANSWERS)
def test_an_empty_answer_ends_the_login(case: str, engine: Literal["29", "26"]) -> None:
    """The terminal shows what was asked, and then what is missing."""
    answers, asked, said = ANSWERS[case]
    login = made("docker login registry.example.com", interactive_input=answers)
    outcome = played_outcome(login, scene_of(login, engine))
    assert outcome.stdout == (*asked, said[0 if engine == "29" else 1])


@pytest.mark.parametrize("engine", ["29", "26"])
def test_the_stored_name_is_offered(engine: Literal["29", "26"]) -> None:
    """After stored credentials failed, Enter means the same user again."""
    login = made(
        "docker login registry.example.com",
        stored("registry.example.com", "alice:old"),
        interactive_input=("\r", "s3cret\r"),
    )
    outcome = played_outcome(login, scene_of(login, engine))
    assert "Username (alice):" in outcome.stdout
    assert outcome.stdout[-1] == "Login Succeeded"


@pytest.mark.parametrize("engine", ["29", "26"])
def test_a_password_on_the_command_line_leaves_the_name_to_be_asked(
    engine: Literal["29", "26"],
) -> None:
    """On a terminal the name alone is asked for; elsewhere nobody is there to ask."""
    command = "docker login -p s3cret registry.example.com"
    asked = made(command, interactive_input=("alice\r",))
    outcome = played_outcome(asked, scene_of(asked, engine))
    assert "Username: alice" in outcome.stdout
    assert "Password:" not in outcome.stdout
    nobody = made(command)
    assert played_outcome(nobody, scene_of(nobody, engine)).exit_status == 1


def test_a_fault_without_a_log_is_an_error() -> None:
    """Where neither words nor log say what was wrong, nothing is guessed."""
    silent = made(f"docker pull {HERE}:1.0", PROXY + "something else")
    with pytest.raises(InvalidRecording, match="neither words nor log"):
        scene_of(silent, "29")


def test_a_login_keeps_other_settings() -> None:
    """What Docker's CLI knows stays, in its order; what it does not know is lost."""
    login = made(
        "docker login -u alice --password-stdin registry.example.com",
        'config.json = {"currentContext": "x", "credStore": "typo", "HttpHeaders": {"A": "b"}}',
        stdin="s3cret\n",
    )
    config = json.loads(played_outcome(login, scene_of(login, "29")).config or "")
    assert list(config) == ["auths", "HttpHeaders", "currentContext"]


def test_a_password_in_plain_text_is_read() -> None:
    """An old `config.json` has name and password as they are."""
    entry = '{"username": "alice", "password": "s3cret"}'
    pull = made(
        "docker pull registry.example.com/team/web:latest",
        f'config.json = {{"auths": {{"registry.example.com": {entry}}}}}',
    )
    assert played_outcome(pull, scene_of(pull, "29")).exit_status == 0


def test_a_run_that_breaks_off_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of ours is told for its situation; the others are still compared."""

    def endless(*_: object) -> None:
        raise EndlessRun("no end after 500 steps")

    monkeypatch.setattr(fidelity, "played_outcome", endless)
    told = compare(PLAYED[0])
    assert (told.verdict, told.differences[0].ours) == ("differs", "no end after 500 steps")


def test_an_option_that_we_do_not_know_is_as_logged() -> None:
    """The token service answers what it answered; whoever asks is still our machine."""
    options = "token server options: {'mood': 'bad'}"
    refused = logged("/token", 403, '{"errors":[{"code":"DENIED","message":"no"}]}', "")
    refused[0]["path"] = "/token?" + "&".join((
        "account=alice", "client_id=docker", "offline_token=true", "service=private.example.com"
    ))  # fmt: skip
    command = "docker login -u alice --password-stdin private.example.com"
    login = made(command, options, stdin="s3cret\n", http=refused)
    outcome = played_outcome(login, scene_of(login, "29"))
    assert outcome.requests[-1].endswith("-> 403")
    assert outcome.exit_status == 1
