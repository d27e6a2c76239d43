"""Credential helpers that work, fail, or print garbage, and credentials from elsewhere."""

import json
from dataclasses import replace
from typing import Any

from simulator.docker import events as e
from simulator.docker.config_file import Credential, CredentialStore
from simulator.docker.trace import Trace
from simulator.docker.trace import run as run_trace
from simulator.scenarios.client import auth_entry
from simulator.scenarios.model import Scenario, first_registry
from simulator.sources.mock import mock
from tests.cases import each
from tests.docker.test_login import piped, shown

HOST = first_registry()
PULL = f"docker pull {HOST}/myimage"
FAILS = {"broken_helpers": {"lab": {"output": "locked", "status": 2}}}
GARBAGE = {"broken_helpers": {"lab": {"output": "Segmentation fault", "status": 0}}}
KEEPS = {"helpers": {"lab": {HOST: "alice:s3cret"}}}
SAYS = "credentials - err: exit status 2, out: `locked`"


def ran(engine: str, command: dict[str, Any], client: dict[str, Any], auths: Any = None) -> Trace:
    config = {"auths": auths or {}, "credsStore": "lab"}
    case = Scenario.model_validate({
        "name": "odd", "title": "", "auth": "basic", "commands": [command],
        "client": {"config": config, **client},
    })  # fmt: skip
    return run_trace(case.state(engine), mock(case.world()))


@each("client, said", [
    (FAILS, f"error getting {SAYS}"),
    (GARBAGE, "invalid character 'S' looking for beginning of value"),
    ({}, 'error getting credentials - err: exec: "docker-credential-lab": executable file not '
         "found in $PATH, out: ``"),
    (KEEPS, ""),
])  # fmt: skip
def test_the_cli_of_29_stops_at_a_helper_that_fails(client: dict[str, Any], said: str) -> None:
    """It passes the helper's words on, and asks no registry."""
    trace = ran("29", {"run": PULL}, client)
    assert shown(trace, "error") == said
    assert any(step.exchange for step in trace.steps) is (said == "")


@each("client", [FAILS, GARBAGE, {}])
def test_the_cli_of_26_takes_what_the_file_has_where_the_helper_fails(
    client: dict[str, Any],
) -> None:
    """It says nothing about the helper; without an entry in the file there is no login."""
    auths = {HOST: auth_entry("alice:s3cret")}
    assert not ran("26", {"run": PULL}, client, auths).failed
    assert isinstance(ran("26", {"run": PULL}, client).steps[-1].event, e.NoCredentials)


@each("engine", ["26", "29"])
def test_a_helper_that_works_hides_the_file(engine: str) -> None:
    """What it does not keep counts as not stored."""
    trace = ran(engine, {"run": PULL}, {"helpers": {"lab": {}}}, {HOST: auth_entry("alice:s3cret")})
    assert isinstance(trace.steps[-1].event, e.NoCredentials)


@each("engine", ["26", "29"])
def test_a_login_fails_where_the_helper_does_not_store(engine: str) -> None:
    """The registry took the credentials before."""
    trace = ran(engine, piped("s3cret"), FAILS)
    assert any(isinstance(step.event, e.LoginAccepted) for step in trace.steps)
    assert shown(trace, "error").endswith(f"error storing {SAYS}")


@each("scheme", ["basic", "bearer"])
@each("engine", ["26", "29"])
def test_a_registry_token_is_sent_as_it_is(engine: str, scheme: str) -> None:
    """No token service is asked, and the classic engine sends it only where tokens are wanted."""
    case = Scenario.model_validate({
        "name": "odd", "title": "", "auth": scheme, "commands": [{"run": PULL}],
        "client": {"config": {"auths": {HOST: {"registrytoken": "t0ken"}}}},
    })  # fmt: skip
    trace = run_trace(case.state(engine), mock(case.world()))
    asked = [step.exchange.request for step in trace.steps if step.exchange]
    assert trace.failed and {request.host for request in asked} == {HOST}
    sent = {str(request.authorization.scheme) for request in asked if request.authorization}
    assert sent == (set() if (engine, scheme) == ("26", "basic") else {"Bearer"})
    assert "t0ken" not in json.dumps(repr(trace))


def test_the_environment_comes_before_file_and_helper() -> None:
    """DOCKER_AUTH_CONFIG holds for its own keys; a helper that fails is not asked for them."""
    bob = Credential("bob", "pw")
    store = CredentialStore(((HOST, Credential("alice", "pw")),), "lab", installed=())
    given = replace(store, environment=((HOST, bob),))
    assert given.find(HOST) == bob and store.find(HOST) != bob
    assert given.complaint(HOST, "getting") == "" != store.complaint(HOST, "getting")


def test_tokens_stay_in_the_file_when_it_is_written() -> None:
    """An entry may have nothing but a token."""
    text = json.dumps({"auths": {"a": {"registrytoken": "x"}, "b": {"identitytoken": "y"}}})
    assert json.loads(CredentialStore.from_json(text).to_json()) == json.loads(text)
