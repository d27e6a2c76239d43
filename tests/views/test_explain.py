"""On the wire: every header has its note, and the curl command repeats the request."""

import re
import shlex
import subprocess

import pytest

from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Exchange, Request, Response
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import running
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run
from simulator.scenarios.real_run import run_real
from simulator.views.explain import (
    ANSWER_HEADERS,
    AUTHORIZATIONS,
    REQUEST_HEADERS,
    STATUSES,
    body_rows,
    curl,
    of_answer_header,
    of_request_header,
)
from tests.need import need


def exchanges() -> list[Exchange]:
    runs = (run(name, engine) for name in scenarios() for engine in ("29", "26"))
    return [step.exchange for trace in runs for step in trace.steps if step.exchange]


def test_every_header_and_status_is_explained() -> None:
    """Nothing that a scenario shows on the wire is without a note and its source."""
    for exchange in exchanges():
        for name, _ in exchange.request.headers:
            assert of_request_header(name, exchange.request), name
        if isinstance(exchange.answer, Response):
            assert exchange.answer.status in STATUSES
            for name, _ in exchange.answer.headers:
                assert of_answer_header(name), name


def test_every_note_has_a_source() -> None:
    """An address of a specification, and at least a few words."""
    tables = (REQUEST_HEADERS, ANSWER_HEADERS, AUTHORIZATIONS, STATUSES)
    for note in (note for table in tables for note in table.values()):
        assert re.match(r"https://[a-z0-9.-]+/\S+$", note.source)
        assert note.text.endswith(".")


def test_no_secret_is_in_a_curl_command() -> None:
    """Secrets are shell variables, the user's name is not."""
    basic = Request("GET", "https://r.example/v2/", (), Authorization.basic("alice", "s3cret"))
    assert curl(basic, "alice").endswith('--user "alice:$PASSWORD"')
    assert curl(basic, "$(id)").endswith("""--user '$(id)':"$PASSWORD\"""")
    form = (("username", "alice"), ("password", "s3cret"))
    post = Request("POST", "https://r.example/token", (), None, form)
    assert "s3cret" not in curl(basic) + curl(post)
    assert '"password=$PASSWORD"' in curl(post)


def test_a_curl_command_is_one_shell_command() -> None:
    """Whatever is in a URL, the shell sees one command of curl."""
    odd = Request("GET", "https://r.example/v2/?scope=a&b='$(x)'", (("Accept", "*/*, a; b"),))
    words = shlex.split(curl(odd).replace("\\\n", " "))
    assert words[:3] == ["curl", "--include", "https://r.example/v2/?scope=a&b='$(x)'"]


@pytest.mark.parametrize("auth", [Auth.BASIC, Auth.BEARER])
def test_curl_gets_the_same_answer(auth: Auth) -> None:
    """Each request of a pull, sent again by curl to the same registry, has the same status."""
    need("curl", "sh")
    users = {"alice": User("s3cret", ("*",))}
    with running(Registry(auth=auth, repositories=repositories(), users=users)) as served:
        trace = run_real(served.host, "alice", "s3cret", "team/app:1.0")
        token = ""
        for step in trace.steps:
            if step.exchange is None or not step.exchange.request.url.startswith("http://"):
                continue
            command = curl(step.exchange.request, "alice") + " --silent"
            environment = {"PATH": "/usr/bin:/bin", "PASSWORD": "s3cret", "TOKEN": token}
            done = subprocess.run(["sh", "-c", command], capture_output=True, env=environment)
            status = int(done.stdout.split()[1])
            assert isinstance(step.exchange.answer, Response)
            assert status == step.exchange.answer.status, command
            if step.name == "TokenIssued":
                found = re.search(rb'"token": ?"([^"]+)"', done.stdout)
                assert found
                token = found[1].decode()


def test_a_manifest_and_a_token_are_taken_apart() -> None:
    """Config and layers with their digests; the claims of a token with what they mean."""
    steps = run("works").steps
    manifest = next(step for step in steps if step.name == "ManifestReceived")
    assert [row.what for row in body_rows(manifest)] == ["config", "layer 1", "layer 2", "layer 3"]
    token = [step for step in steps if step.name == "TokenIssued"][1]
    claims = {row.what: row for row in body_rows(token)}
    assert claims["sub"].value == "alice"
    assert "myimage" in claims["access"].value
    assert all(row.note for row in claims.values())
