"""Challenges and token services that are odd: what the machine makes of them, on both engines."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator.docker import events as e
from simulator.docker.go_json import misfit, not_time
from simulator.docker.trace import Trace
from simulator.docker.trace import run as run_trace
from simulator.protocol.message import Request
from simulator.scenarios.model import Scenario, first_registry, ordinary
from simulator.sources.mock import mock
from tests.cases import each

HOST = first_registry()
ISSUER = next(host for host, site in ordinary()["sites"].items() if site.get("role") == "tokens")
REALM = f"https://{ISSUER}/token"
PULL = f"docker pull {HOST}/myimage:latest"
BEARER = f'Bearer realm="{REALM}",service="{HOST}"'
FIELDS = {"token": "string", "expires_in": "int", "issued_at": "time"}


def ran(
    engine: str, host: str, front: dict[str, Any], stored: str | None = "alice:s3cret"
) -> Trace:
    """A pull, with this interference before one of the hosts."""
    case = Scenario.model_validate({
        "name": "odd", "title": "", "commands": [{"run": PULL}], "stored": stored,
        "sites": {host: {"front": [front]}},
    })  # fmt: skip
    return run_trace(case.state(engine), mock(case.world()))


def challenge(*headers: str) -> dict[str, Any]:
    return {"edit": {"status": 401, "set": {"WWW-Authenticate": list(headers)}}}


def requests(trace: Trace) -> list[Request]:
    return [step.exchange.request for step in trace.steps if step.exchange]


def stderr(trace: Trace) -> str:
    lines = [line.text for step in trace.steps for line in step.terminal if line.kind == "error"]
    return "\n".join(lines)


@each("engine", ["26", "29"])
def test_a_challenge_without_a_realm_is_the_end(engine: str) -> None:
    """Docker does not know where to ask for a token, and asks no host."""
    trace = ran(engine, HOST, challenge(f'Bearer service="{HOST}"'))
    assert isinstance(trace.steps[-1].event, e.ChallengeIncomplete)
    assert stderr(trace).endswith("no realm specified for token auth challenge")
    assert {request.host for request in requests(trace)} == {HOST}


@each("realm, said", [
    ("/token", 'unsupported protocol scheme ""'), ("ftp://a/token", 'protocol scheme "ftp"'),
    ("https:///token", "http: no Host in request URL"),
])  # fmt: skip
@each("engine", ["26", "29"])
def test_a_realm_that_is_no_address_of_the_web(engine: str, realm: str, said: str) -> None:
    """Go's client refuses it before it sends anything."""
    trace = ran(engine, HOST, challenge(f'Bearer realm="{realm}"'))
    assert stderr(trace).endswith(said)
    assert {request.host for request in requests(trace)} == {HOST}


@each("engine", ["26", "29"])
def test_a_service_that_is_not_named_is_not_asked_for(engine: str) -> None:
    """Neither `service=` nor anything else stands for it in the address."""
    trace = ran(engine, HOST, challenge(f'Bearer realm="{REALM}"'))
    asked = [one for one in requests(trace) if one.host == ISSUER and one.method == "GET"]
    assert asked and not any("service" in one.query for one in asked)


def test_containerd_asks_for_the_access_that_the_challenge_names_too() -> None:
    """29 asks for both, 26 only for what it needs itself."""
    other = challenge(f'{BEARER},scope="repository:a/b:pull"')
    scopes = {
        engine: next(parse_qs(urlsplit(one.url).query)["scope"] for one in requests(trace)
                     if one.host == ISSUER and one.method == "GET")
        for engine in ("26", "29") for trace in [ran(engine, HOST, other)]
    }  # fmt: skip
    own = "repository:myimage:pull"
    assert scopes == {"26": [own], "29": ["repository:a/b:pull", own]}


def test_of_two_schemes_the_classic_engine_sends_basic() -> None:
    """It fetches a token and then sends the password: the last scheme overwrites the first."""
    trace = ran("26", HOST, challenge(BEARER, 'Basic realm="x"'))
    heads = [one for one in requests(trace) if one.method == "HEAD"]
    assert [one.authorization and one.authorization.scheme for one in heads] == ["Basic"]
    assert ran("29", HOST, challenge(BEARER, 'Basic realm="x"')).failed is False


def test_of_two_schemes_the_classic_engine_needs_credentials() -> None:
    """The token that it got does not help without a password for the other scheme."""
    trace = ran("26", HOST, challenge(BEARER, 'Basic realm="x"'), stored=None)
    assert isinstance(trace.steps[-1].event, e.NoCredentials)


@each("engine", ["26", "29"])
def test_a_redirect_of_the_token_service_is_followed(engine: str) -> None:
    """The credentials stay behind where the redirect leads to another domain."""
    there = {"path": "^/token", "redirect": {"status": 302, "host": HOST}}
    trace = ran(engine, ISSUER, there)
    moved = [one for one in requests(trace) if one.host == HOST and one.path == "/token"]
    assert moved and all(one.authorization is None and not one.form for one in moved)


def test_a_redirect_that_never_ends_is_left_after_ten() -> None:
    """As Go's HTTP client does."""
    trace = ran("26", ISSUER, {"path": "^/token", "redirect": {"status": 307, "host": ISSUER}})
    assert stderr(trace).endswith("stopped after 10 redirects")


@each("value, said", [
    ({"token": "t", "expires_in": 300}, ""),
    ({"token": None, "issued_at": None, "other": 1}, ""),
    (None, ""),
    ({"expires_in": "300"}, "string into Go struct field T.expires_in of type int"),
    ({"expires_in": 1.5}, "number 1.5 into Go struct field T.expires_in of type int"),
    ({"Token": 1}, "number into Go struct field T.token of type string"),
    ([], "array into Go value of type auth.T"),
])  # fmt: skip
def test_a_value_that_does_not_fit_is_named_as_go_names_it(value: object, said: str) -> None:
    """The first field whose value has another kind than Docker reads."""
    assert misfit(value, "auth", "T", FIELDS) == (f"json: cannot unmarshal {said}" if said else "")


def test_a_time_that_is_none_is_named_as_go_names_it() -> None:
    """Go says which part of its layout it looked for."""
    layout = '"2006-01-02T15:04:05Z07:00"'
    assert not_time("2026-01-01T00:00:00Z") == ""
    assert not_time("soon") == f'parsing time "soon" as {layout}: cannot parse "soon" as "2006"'
    assert not_time(1) == "Time.UnmarshalJSON: input is not a JSON string"
