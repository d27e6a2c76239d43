"""`docker login` in all its forms: what is typed, piped in, remembered, or broken off."""

from typing import Any

from simulator.docker import events as e
from simulator.docker.go_json import not_config
from simulator.docker.trace import Trace
from simulator.docker.trace import run as run_trace
from simulator.scenarios.client import auth_entry
from simulator.scenarios.model import Scenario, first_registry
from simulator.sources.mock import mock
from tests.cases import each

HOST = first_registry()
IDENTITY = {"auth": auth_entry("alice:")["auth"], "identitytoken": "t0ken"}


def ran(engine: str, *commands: dict[str, Any], **setting: Any) -> Trace:
    told = {"name": "odd", "title": "", "auth": "basic", "commands": commands}
    case = Scenario.model_validate(told | setting)
    return run_trace(case.state(engine), mock(case.world()))


def shown(trace: Trace, *kinds: str) -> str:
    return "\n".join(
        line.text for step in trace.steps for line in step.terminal if line.kind in kinds
    )


def piped(password: str, host: str = HOST) -> dict[str, Any]:
    return {"run": f"docker login -u alice --password-stdin {host}", "typed": [password]}


@each("password, goes_in", [
    ("s3cret", ("26", "29")), ("s3cret\n", ("26", "29")), ("s3cret\r\n", ("26", "29")),
    (" s3cret\n", ("26",)), ("s3cret \n", ("26",)), ("\n", ()), ("  \n", ()),
])  # fmt: skip
def test_the_cli_of_26_takes_spaces_off_a_password(password: str, goes_in: tuple[str, ...]) -> None:
    """That of 29 takes only the end of the line off."""
    accepted = tuple(engine for engine in ("26", "29") if not ran(engine, piped(password)).failed)
    assert accepted == goes_in


@each("host, pulls", [
    (HOST, True), (f"{HOST}/", True), (f"https://{HOST}", True), (f"http://{HOST}/v1/", True),
    (HOST.upper(), False), (f"{HOST}:443", False), (f"{HOST}.", False),
])  # fmt: skip
@each("engine", ["26", "29"])
def test_a_login_counts_for_the_host_as_it_was_spelled(
    engine: str, host: str, pulls: bool
) -> None:
    """Scheme and path are dropped; another spelling is another key, though the same host."""
    trace = ran(engine, piped("s3cret", host), {"run": f"docker pull {HOST}/myimage"})
    assert any(isinstance(step.event, e.LoginAccepted) for step in trace.steps)
    assert trace.failed is not pulls


@each("engine", ["26", "29"])
def test_an_identity_token_is_not_tried_but_its_name_is_offered(engine: str) -> None:
    """Only a password can be checked; Enter takes the name that is offered."""
    login = {"run": f"docker login {HOST}", "typed": ["", "s3cret"]}
    trace = ran(engine, login, client={"config": {"auths": {HOST: IDENTITY}}})
    assert "Username (alice): " in shown(trace, "input")
    assert not trace.failed
    assert not any(isinstance(step.event, e.StoredCredentialsReused) for step in trace.steps)


@each("engine", ["26", "29"])
def test_ctrl_c_at_a_prompt_ends_well_and_sends_nothing(engine: str) -> None:
    """Docker's CLI exits with 0; the terminal shows the key."""
    trace = ran(engine, {"run": f"docker login {HOST}", "typed": ["\x03"]})
    assert shown(trace, "input", "output", "error") == "Username: ^C"
    assert not trace.failed and not any(step.exchange for step in trace.steps)


@each("text, said", [
    ("null", ""), ("", ""), ('{"auths": null}', ""),
    ("\ufeff{}", "invalid character 'ï' looking for beginning of value"),
    ("é", "invalid character 'Ã' looking for beginning of value"),
    ("\udcff{", "invalid character 'ÿ' looking for beginning of value"),
    ("{\x01}", r"invalid character '\x01' looking for beginning of object key string"),
    ("{'a': 1}", r"invalid character '\'' looking for beginning of object key string"),
])  # fmt: skip
def test_a_config_that_is_no_json_is_told_by_its_first_wrong_byte(text: str, said: str) -> None:
    """Go looks at bytes, not at characters."""
    assert not_config(text) == said
