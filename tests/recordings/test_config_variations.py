"""Config files, answers at prompts and logins beside what was recorded."""

import json

import pytest

from simulator.recordings.document import Engine
from tests.recordings.worlds import config, made, outcome, stored

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


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("text", CONFIGS)
def test_a_config_that_cannot_be_read_is_told_in_gos_words(
    text: str, engine: Engine
) -> None:
    """A warning, and the pull goes on without credentials."""
    broken = made("docker pull localhost:5001/team/app:1.0", {"config_json_before": text})
    told = outcome(broken, engine)
    said = CONFIGS[text]
    said = said if engine == "29" else said.replace("invalid auth", "Invalid auth")
    why = f"WARNING: Error parsing config file (/home/alice/.docker/config.json): {said}"
    assert told.stderr == ((why,) if CONFIGS[text] else ())
    assert told.exit_status == 0


ANSWERS = {
    "no name": (("\r",), ("Username:",), ("error: username is required",
                                           "Error: Non-null Username Required")),
    "no password": (("alice\r", "\r"), ("Username: alice", "Password:"),
                    ("error: password is required", "Error: Password Required")),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("case", ANSWERS)
def test_an_empty_answer_ends_the_login(case: str, engine: Engine) -> None:
    """The terminal shows what was asked, and then what is missing."""
    answers, asked, said = ANSWERS[case]
    login = made("docker login registry.example.com", interactive_input=answers)
    told = outcome(login, engine)
    assert told.stdout == (*asked, said[0 if engine == "29" else 1])


@pytest.mark.parametrize("engine", ["29", "26"])
def test_the_stored_name_is_offered(engine: Engine) -> None:
    """After stored credentials failed, Enter means the same user again."""
    login = made(
        "docker login registry.example.com",
        stored("registry.example.com", "alice:old"),
        interactive_input=("\r", "s3cret\r"),
    )
    told = outcome(login, engine)
    assert "Username (alice):" in told.stdout
    assert told.stdout[-1] == "Login Succeeded"


@pytest.mark.parametrize("engine", ["29", "26"])
def test_a_password_on_the_command_line_leaves_the_name_to_be_asked(
    engine: Engine,
) -> None:
    """On a terminal the name alone is asked for; elsewhere there is no user to ask."""
    command = "docker login -p s3cret registry.example.com"
    asked = made(command, interactive_input=("alice\r",))
    told = outcome(asked, engine)
    assert "Username: alice" in told.stdout
    assert "Password:" not in told.stdout
    nobody = made(command)
    assert outcome(nobody, engine).exit_status == 1


def test_a_login_keeps_other_settings() -> None:
    """What Docker's CLI knows stays, in its order; what it does not know is lost."""
    login = made(
        "docker login -u alice --password-stdin registry.example.com",
        config('{"currentContext": "x", "credStore": "typo", "HttpHeaders": {"A": "b"}}'),
        stdin="s3cret\n",
    )
    written = json.loads(outcome(login, "29").config or "")
    assert list(written) == ["auths", "HttpHeaders", "currentContext"]


def test_a_password_in_plain_text_is_read() -> None:
    """An old `config.json` has name and password as they are."""
    entry = '{"username": "alice", "password": "s3cret"}'
    pull = made(
        "docker pull registry.example.com/team/web:latest",
        config(f'{{"auths": {{"registry.example.com": {entry}}}}}'),
    )
    assert outcome(pull, "29").exit_status == 0


SCRIPT = """#!/bin/sh
cat >/dev/null
case "$1" in {verb}) echo "locked"; exit 2;; *) echo "{{}}";; esac
"""
AT_ONE_VERB = {
    ("get", "docker pull registry.example.com/team/app:1.0"): (
        "error getting credentials - err: exit status 2, out: `locked`"),
    ("get", "docker login -u alice --password-stdin registry.example.com"): "",
    ("store", "docker login -u alice --password-stdin registry.example.com"): (
        "error saving credentials: error storing credentials - err: exit status 2, out: `locked`"),
}  # fmt: skip
"""The verb that a helper fails at, the command, and the last line on standard error."""


@pytest.mark.parametrize("case", AT_ONE_VERB)
def test_a_helper_may_fail_at_one_verb_alone(case: tuple[str, str]) -> None:
    """Docker asks it by verbs; what it can do, it does."""
    verb, line = case
    helper = {"helpers": {"docker-credential-lab": SCRIPT.format(verb=verb)}}
    told = outcome(made(line, config('{"credsStore": "lab"}'), helper, stdin="s3cret\n"), "29")
    assert told.stderr[-1:] == ((AT_ONE_VERB[case],) if AT_ONE_VERB[case] else ())
