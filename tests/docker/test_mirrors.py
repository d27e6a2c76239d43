"""Mirrors: `registry-mirrors` with both engines, `hosts.toml` with containerd."""

from typing import Any

import pytest

from simulator.docker.cli.parse import parse
from simulator.docker.hosts_file import CAPABILITIES, Endpoint, InvalidHosts, endpoints_of, folders
from simulator.docker.machine import State
from simulator.docker.trace import Trace
from simulator.docker.trace import run as run_trace
from simulator.protocol.message import Response
from simulator.scenarios.world import WorldDocument
from simulator.sources.mock import mock

HOST = "registry.example.com"
MIRROR = "mirror.example.com"
REGISTRY = {
    "auth": "basic", "images": "lesson",
    "users": {"alice": {"password": "s3cret", "may_pull": ["*"]}},
}  # fmt: skip
OPEN = {"auth": "none", "images": "lesson"}
STORED = {"auths": {HOST: {"auth": "YWxpY2U6czNjcmV0"}}}
TOML = f'[host."https://{MIRROR}"]\n  capabilities = ["pull", "resolve"]\n'


def pulled(
    mirror: dict[str, Any] | None, toml: str = TOML, engine: str = "29", **client: Any
) -> Trace:
    sites: dict[str, Any] = {HOST: REGISTRY} | ({MIRROR: mirror} if mirror else {})
    known = {"config": STORED, "hosts_files": {HOST: toml}, **client}
    document = WorldDocument.model_validate({"sites": sites, "client": known})
    command = parse(f"docker pull {HOST}/myimage:latest")
    return run_trace(State(document.engine_client(engine), (command,)), mock(document.network()))


def asked(run: Trace) -> list[str]:
    """`METHOD HOST -> STATUS`, of each request that was answered."""
    return [
        f"{x.request.method} {x.request.host} -> {x.answer.status}"
        for x in (step.exchange for step in run.steps)
        if x and isinstance(x.answer, Response)
    ]


def said(run: Trace) -> str:
    lines = [line.text for step in run.steps for line in step.terminal if line.kind == "error"]
    return "\n".join(lines)


def test_a_mirror_gives_all_and_gets_no_credentials() -> None:
    """The registry itself is not asked; the request names the registry that is meant."""
    run = pulled(OPEN)
    assert not run.failed
    assert {line.split()[1] for line in asked(run)} == {MIRROR}
    requests = [step.exchange.request for step in run.steps if step.exchange]
    assert all(one.url.endswith(f"?ns={HOST}") for one in requests)
    assert not any(one.authorization for one in requests)


def test_the_classic_engine_does_not_read_hosts_toml() -> None:
    assert MIRROR not in str(asked(pulled(OPEN, engine="26")))


def test_what_a_mirror_lacks_comes_from_the_registry() -> None:
    """Each object anew: the mirror is asked first again for the next one."""
    missing = {**OPEN, "front": [{"path": "/manifests/", "reply": {"status": 404}}]}
    run = pulled(missing)
    assert not run.failed
    assert asked(run)[:3] == [f"HEAD {MIRROR} -> 404", f"HEAD {HOST} -> 401", f"HEAD {HOST} -> 200"]
    assert asked(run)[-1] == f"GET {MIRROR} -> 200"


def test_a_mirror_that_only_pulls_does_not_resolve() -> None:
    only = f'[host."https://{MIRROR}"]\n  capabilities = ["pull"]\n'
    assert asked(pulled(OPEN, only))[:3] == [
        f"HEAD {HOST} -> 401", f"HEAD {HOST} -> 200", f"GET {MIRROR} -> 200",
    ]  # fmt: skip


def test_a_mirror_with_a_token_service_is_asked_for_an_anonymous_token() -> None:
    tokens = {**OPEN, "auth": "bearer", "realm": "https://tokens.example.com/token",
              "public": ["*"]}  # fmt: skip
    issuer = {"role": "tokens", "of": MIRROR}
    sites = {HOST: REGISTRY, MIRROR: tokens, "tokens.example.com": issuer}
    client = {"config": STORED, "hosts_files": {HOST: TOML}}
    document = WorldDocument.model_validate({"sites": sites, "client": client})
    command = parse(f"docker pull {HOST}/myimage:latest")
    run = run_trace(State(document.engine_client("29"), (command,)), mock(document.network()))
    assert not run.failed and HOST not in {line.split()[1] for line in asked(run)}
    asks = [one for one in asked(run) if "tokens." in one]
    assert asks == ["GET tokens.example.com -> 200"] * 2  # resolver and fetcher
    secrets = [x.request.authorization for x in (s.exchange for s in run.steps)
               if x and x.request.host == "tokens.example.com"]  # fmt: skip
    assert secrets == [None, None]


def test_a_mirror_that_wants_a_password_is_passed_by() -> None:
    assert asked(pulled({**REGISTRY}))[:2] == [f"HEAD {MIRROR} -> 401", f"HEAD {HOST} -> 401"]


def test_the_error_that_got_furthest_is_told() -> None:
    """A status counts more than a 404, and that more than no connection (containerd)."""
    gone = {"front": [{"reply": {"status": 404}}], "auth": "none", "empty": True}
    broken = {"front": [{"reply": {"status": 502}}], "auth": "none", "empty": True}
    down = {"obstacle": "connection refused", "auth": "none", "empty": True}

    def end(mirror: dict[str, Any], registry: dict[str, Any]) -> str:
        sites = {MIRROR: mirror, HOST: registry}
        client = {"hosts_files": {HOST: TOML}}
        document = WorldDocument.model_validate({"sites": sites, "client": client})
        state = State(document.engine_client("29"), (parse(f"docker pull {HOST}/a:1"),))
        return said(run_trace(state, mock(document.network())))

    assert end(down, gone).endswith(f"{HOST}/a:1: not found")
    assert end(gone, down).endswith(f"{HOST}/a:1: not found")
    unexpected = f"https://{MIRROR}/v2/a/manifests/1?ns={HOST}: 502 Bad Gateway"
    assert end(broken, gone).endswith(unexpected)
    assert end(down, down).endswith("connection refused") and MIRROR in end(down, down)


def test_another_server_takes_the_place_of_the_registry() -> None:
    run = pulled(OPEN, f'server = "https://{MIRROR}"\n')
    assert not run.failed and {line.split()[1] for line in asked(run)} == {MIRROR}


def test_a_certificate_is_verified_unless_the_file_says_no() -> None:
    selfsigned = {**OPEN, "tls": "untrusted"}
    assert f"HEAD {HOST} -> 401" in asked(pulled(selfsigned))
    for line in ("skip_verify = true", 'ca = "/etc/ssl/mirror.crt"'):
        assert not [one for one in asked(pulled(selfsigned, TOML + line)) if HOST in one.split()[1]]


def test_a_broken_file_counts_as_none() -> None:
    assert MIRROR not in str(asked(pulled(OPEN, "server = ")))
    assert MIRROR not in str(asked(pulled(OPEN, f'{TOML}  capabilities = ["fetch"]')))


def test_a_file_is_read_as_containerd_reads_it() -> None:
    text = (
        'server = "https://registry.example.com"\n[host."http://a:5000"]\n[host."b/images"]\n'
        'override_path = true\n[host."https://c/x/v2"]\n'
    )
    assert [one.prefix for one in endpoints_of(text)] == [
        "http://a:5000/v2", "https://b/images", "https://c/x/v2", "https://registry.example.com/v2",
    ]  # fmt: skip
    assert endpoints_of("") == (Endpoint(),) and endpoints_of("")[0].capabilities == CAPABILITIES
    with pytest.raises(InvalidHosts):
        endpoints_of('[host."a"]\ncapabilities = ["all"]\n')
    assert list(folders("a:5000")) == ["a_5000_", "a:5000", "_default"]


@pytest.mark.parametrize(("engine", "sent"), [("29", set()), ("26", {"Basic"})])
def test_docker_26_sends_a_mirror_the_login_for_docker_hub(engine: str, sent: set[str]) -> None:
    """The login that is stored for the mirror itself is sent by none. For a real engine see
    tests/lesson/test_limits_real.py."""
    login = {"auth": "YWxpY2U6czNjcmV0"}
    for stored_for, schemes in (("https://index.docker.io/v1/", sent), (MIRROR, set())):
        sites = {MIRROR: {**REGISTRY, "images": "hub"}}
        client = {"mirrors": [f"https://{MIRROR}"], "config": {"auths": {stored_for: login}}}
        document = WorldDocument.model_validate({"sites": sites, "client": client})
        state = State(document.engine_client(engine), (parse("docker pull alpine:3.22"),))
        run = run_trace(state, mock(document.network()))
        requests = [step.exchange.request for step in run.steps if step.exchange]
        assert {x.authorization.scheme.value for x in requests if x.authorization} == schemes


def test_a_mirror_of_docker_hub_may_speak_plain_http() -> None:
    """Both engines take the scheme from daemon.json."""
    for engine in ("29", "26"):
        sites = {"mirror.lan:5000": {**OPEN, "images": "hub", "tls": "plain"}}
        client = {"mirrors": ["http://mirror.lan:5000"]}
        document = WorldDocument.model_validate({"sites": sites, "client": client})
        state = State(document.engine_client(engine), (parse("docker pull alpine"),))
        run = run_trace(state, mock(document.network()))
        assert not run.failed, said(run)
        assert {line.split()[1] for line in asked(run)} == {"mirror.lan:5000"}
