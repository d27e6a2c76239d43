"""Where a run may connect, and where a secret may go."""

import socket
import ssl
from pathlib import Path
from typing import Any

import httpcore
import pytest

from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.sources.dialer import ALONE, CLASS, Allowance, Dialer, NotAllowed, Policy, objection
from tests.sources.servers import Elsewhere, certificate, listening, sent, tls_server

NAMES = {
    "registry.example.com": ("8.8.8.8",),
    "auth.example.com": ("8.8.4.4", "2606:4700::1111"),
    "inner.example.com": ("10.0.0.7",),
    "mixed.example.com": ("8.8.8.8", "10.0.0.7"),
    "127.evil.example": ("169.254.169.254",),
    "here.example.com": ("127.0.0.1",),
    "mapped.example.com": ("::ffff:10.0.0.7",),
}


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names lead where `NAMES` says; every lookup is noted."""
    real_lookup: Any = socket.getaddrinfo
    asked: list[str] = []

    def lookup(host: str, port: object, *rest: object, **more: object) -> list[object]:
        asked.append(host)
        found: list[object] = []
        for address in NAMES.get(host, (host,)):
            found += real_lookup(address, port, *rest, **more)
        return found

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


INNER = [
    "localhost", "127.0.0.1", "127.1", "0", "2130706433", "0x7f000001", "10.0.0.1", "172.16.0.9",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fd00::1",
    "::ffff:127.0.0.1", "64:ff9b::a00:1", "inner.example.com", "mixed.example.com",
    "127.evil.example", "mapped.example.com",
]  # fmt: skip


@pytest.mark.parametrize("host", INNER)
@pytest.mark.parametrize("policy", [ALONE, CLASS])
def test_a_registry_on_the_internet_leads_nowhere_inside(
    host: str, policy: Policy, lookups: list[str]
) -> None:
    """Whatever it names, and however the address is written."""
    dialer = Dialer("registry.example.com", policy, Allowance(policy))
    with pytest.raises(NotAllowed):
        dialer.connect_tcp(host, 443)
    assert dialer.allowed("auth.example.com", 443) == NAMES["auth.example.com"]


@pytest.mark.parametrize("host", INNER)
def test_a_class_asks_no_registry_inside(host: str, lookups: list[str]) -> None:
    """Not even the one that was typed."""
    with pytest.raises(NotAllowed):
        Dialer(host, CLASS, Allowance(CLASS)).connect_tcp(host, 443)


@pytest.mark.parametrize("port", [22, 80, 5000, 8443])
def test_a_class_asks_chosen_ports_only(port: int, lookups: list[str]) -> None:
    with pytest.raises(NotAllowed, match="port"):
        Dialer("registry.example.com", CLASS, Allowance(CLASS)).allowed("auth.example.com", port)


def test_a_name_is_looked_up_once(lookups: list[str]) -> None:
    """A second answer of the name service cannot lead elsewhere than the one that was checked."""
    dialer = Dialer("registry.example.com", ALONE, Allowance(ALONE))
    for _ in range(3):
        dialer.allowed("registry.example.com", 443)
        dialer.allowed("auth.example.com", 443)
    assert sorted(lookups) == ["auth.example.com", "registry.example.com"]


def test_a_private_registry_may_name_a_private_service(lookups: list[str]) -> None:
    """On one's own machine, that is the ordinary case."""
    dialer = Dialer("inner.example.com:5000", ALONE, Allowance(ALONE))
    assert dialer.allowed("10.0.0.2", 5001) == ("10.0.0.2",)


class Anywhere(httpcore.SyncBackend):
    """Connects to this machine, whatever the address."""

    def connect_tcp(self, host: str, *rest: Any, **more: Any) -> httpcore.NetworkStream:
        return super().connect_tcp("127.0.0.1", *rest, **more)


@pytest.mark.parametrize("path", ["/v2/", f"/v2/a/blobs/sha256:{'0' * 64}"])
def test_nothing_is_sent_in_the_clear_but_to_this_machine(
    path: str, lookups: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connected address decides, not the name: this one begins with 127."""
    monkeypatch.setattr(httpcore, "SyncBackend", Anywhere)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.evil.example:{server.getsockname()[1]}{path}"
        request = Request("GET", url, (), Authorization.basic("alice", "s3cret"))
        answer = sent(request).answer
        assert isinstance(answer, NetworkFailure) and answer.obstacle is Obstacle.REFUSED_BY_US
        assert "s3cret" not in answer.detail
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == b""


def test_tls_verifies_the_name_at_the_checked_address(tmp_path: Path, lookups: list[str]) -> None:
    """The connection goes to an address; certificate and server name are of the name."""
    pem = certificate(tmp_path, "here.example.com")
    trusting = ssl.create_default_context(cafile=str(pem))
    digest = f"sha256:{'0' * 64}"
    with tls_server(pem) as host:
        url = f"https://here.example.com:{host.rpartition(':')[2]}"
        Elsewhere.told = []
        answer = sent(Request("GET", f"{url}/v2/a/blobs/{digest}"), context=trusting).answer
        assert isinstance(answer, NetworkFailure) and Elsewhere.told == [None]
        other = sent(Request("GET", url.replace("here.", "other.")), context=trusting).answer
        assert isinstance(other, NetworkFailure)


def test_ipv6(lookups: list[str]) -> None:
    """An IPv6 address that refuses is printed with brackets."""
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        port = probe.getsockname()[1]
    answer = sent(Request("GET", f"http://[::1]:{port}/v2/")).answer
    assert answer == NetworkFailure(Obstacle.REFUSED, f"[::1]:{port}")


# -- whom a secret may go to --------------------------------------------------------------------

REALMS = [
    ("https://auth.example.com/token", "registry.example.com", True),
    ("http://auth.example.com/token", "registry.example.com", False),
    ("http://localhost:5001/token", "localhost:5000", True),
    ("http://127.0.0.1:5001/token", "localhost:5000", True),
    ("https://127.0.0.1/token", "registry.example.com", False),
    ("https://10.0.0.1/token", "registry.example.com", False),
    ("https://169.254.169.254/token", "registry.example.com", False),
    ("https://[::1]/token", "registry.example.com", False),
    ("https://10.0.0.2/token", "10.0.0.1:5000", True),
    ("ftp://localhost/token", "localhost:5000", False),
    ("http://[::1", "localhost:5000", False),
    ("https://auth.example.com:99999/", "registry.example.com", True),
]


@pytest.mark.parametrize(("realm", "registry", "may"), REALMS)
def test_credentials_go_to_no_odd_realm(
    realm: str, registry: str, may: bool, lookups: list[str]
) -> None:
    """HTTPS or this machine; and nothing inside our network for a registry that is outside."""
    assert (objection(realm, registry) == "") is may


def test_a_secret_goes_to_no_host_that_the_registry_did_not_name() -> None:
    request = Request("GET", "https://unnamed.example.com/token", (),
                      Authorization.basic("alice", "s3cret"))  # fmt: skip
    answer = sent(request, "registry.example.com").answer
    assert isinstance(answer, NetworkFailure) and answer.obstacle is Obstacle.REFUSED_BY_US
    assert "s3cret" not in answer.detail


class Naming(Elsewhere):
    """A registry that names another host as its token service, and moves its blobs there."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Bearer realm="http://10.0.0.1:9/secret"')
        self.end_headers()


def test_an_anonymous_run_asks_nothing_inside_either(lookups: list[str]) -> None:
    """A class's server would show the answer."""
    with listening(Naming) as host:
        request = Request("GET", f"http://{host}/v2/")
        answer = sent(request, policy=CLASS).answer
    assert isinstance(answer, NetworkFailure) and answer.obstacle is Obstacle.REFUSED_BY_US
