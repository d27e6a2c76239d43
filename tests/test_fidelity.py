"""The machine against real Docker: every recorded situation, field by field."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from simulator.fidelity import (
    FIELDS,
    NORMALISED,
    UNREACHED,
    Situation,
    compare,
    compare_all,
    played_outcome,
    situations,
    table,
)
from simulator.recordings import (
    RECORDED,
    SETUP,
    InvalidRecording,
    Recording,
    read,
    scene_of,
)

DATA = RECORDED
"""The recordings, without what is not compared."""
SITUATIONS = situations(DATA)
PLAYED = [one for one in SITUATIONS if one.recording.name not in UNREACHED]


def named(situation: Situation) -> str:
    return f"{situation.recording.name}-{situation.engine}"


@pytest.mark.parametrize("situation", PLAYED, ids=named)
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


@pytest.mark.parametrize("field", FIELDS)
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


def test_what_is_normalised_has_a_reason() -> None:
    """Whatever is not compared as it is says why."""
    assert all(reason for reason, _ in NORMALISED.values())


def test_a_line_of_the_setup_that_nobody_understands_is_named() -> None:
    """A world is not guessed."""
    strange = PLAYED[0].recording.model_copy(update={"setup": ("the moon is full",)})
    with pytest.raises(InvalidRecording, match="'the moon is full'"):
        scene_of(strange, "29")
    told = compare(Situation(strange, "29"))
    assert not told.agreed
    assert "the moon is full" in told.differences[0].recorded


def test_every_pattern_of_the_setup_is_used() -> None:
    """The grammar of setups is no larger than the recordings."""
    lines = {line for one in SITUATIONS for line in one.recording.setup}
    unused = [p for p, _ in SETUP if not any(re.fullmatch(p, line) for line in lines)]
    assert unused == []


def test_a_directory_of_recordings_may_be_named_by_its_parent(tmp_path: Path) -> None:
    """Both `DIR/*.json` and `DIR/recordings/*.json` are read."""
    with pytest.raises(InvalidRecording, match="no recordings"):
        situations(tmp_path)
    (tmp_path / "recordings").symlink_to(DATA)
    assert len(situations(tmp_path)) == len(SITUATIONS)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 1}'])
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

VARIATIONS = {
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
}
"""What happens -> the situation, the last line of 29, the last line of 26."""


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("name", VARIATIONS)
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
