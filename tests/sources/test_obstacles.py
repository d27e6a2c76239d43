"""Why no answer came: told apart as Docker tells it."""

import socket
import ssl
from pathlib import Path

import pytest

from simulator.protocol.message import Request
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.registry.model import Auth, Registry
from simulator.registry.serving import running
from simulator.sources import http_client
from tests.sources.servers import Endless, certificate, listening, sent, tls_server


@pytest.mark.parametrize("path", ["/v2/a/manifests/1", "/token"])
def test_no_more_is_read_than_is_sane(path: str) -> None:
    """An answer without end is given up after its limit."""
    with listening(Endless) as host:
        answer = sent(Request("GET", f"http://{host}{path}")).answer
    assert isinstance(answer, NetworkFailure) and answer.obstacle is Obstacle.TOO_LARGE


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def obstacle(url: str, context: ssl.SSLContext | None = None) -> NetworkFailure:
    answer = sent(Request("GET", url), context=context).answer
    assert isinstance(answer, NetworkFailure)
    return answer


def test_a_closed_port_is_refused() -> None:
    """The detail is the address that was tried."""
    host = closed_port()
    for path in ("/v2/", f"/v2/a/blobs/sha256:{'0' * 64}"):
        found = obstacle(f"https://{host}{path}")
        assert found == NetworkFailure(Obstacle.REFUSED, host)


def test_a_name_that_nobody_has() -> None:
    """The detail is the name."""
    found = obstacle("https://nosuch.invalid/v2/")
    assert found == NetworkFailure(Obstacle.NO_HOST, "nosuch.invalid")


@pytest.mark.parametrize("path", ["/v2/", f"/v2/a/blobs/sha256:{'0' * 64}"])
def test_a_server_without_tls(path: str) -> None:
    """A server that answers HTTPS with plain HTTP is not taken for one that is down."""
    with running(Registry(auth=Auth.NONE)) as served:
        assert obstacle(f"https://{served.host}{path}").obstacle is Obstacle.PLAIN_HTTP


def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    """A self-signed certificate is not trusted; one that is trusted must have the right name."""
    pem = certificate(tmp_path, "127.0.0.1")
    with tls_server(pem) as host:
        assert obstacle(f"https://{host}/v2/").obstacle is Obstacle.UNTRUSTED
    wrong = certificate(tmp_path, "other.example.com")
    with tls_server(wrong) as host:
        trusting = ssl.create_default_context(cafile=str(wrong))
        assert obstacle(f"https://{host}/v2/", trusting).obstacle is Obstacle.WRONG_NAME


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while without a byte it is a timeout."""
    monkeypatch.setattr(http_client, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        assert obstacle(f"http://{host}/v2/").obstacle is Obstacle.NO_ANSWER
