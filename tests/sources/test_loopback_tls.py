"""On this machine Docker takes any certificate; elsewhere each is verified."""

import ssl
from pathlib import Path

import pytest

from simulator.protocol.message import Request, Trust
from simulator.registry.asgi import RegistryApp
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry
from simulator.registry.serving import Served, address, bound, in_thread, server
from simulator.scenarios.real_run import run_real
from simulator.sources.dialer import ALONE, Allowance, Dialer
from simulator.sources.http_client import HttpClient
from tests.sources.servers import certificate


@pytest.mark.parametrize("engine", ["29", "26"])
def test_docker_pulls_from_here_whatever_the_certificate(engine: str, tmp_path: Path) -> None:
    """A self-signed one, for another name."""
    pem = certificate(tmp_path, "elsewhere.example")
    registry = Registry(Auth.NONE, repositories=repositories())
    with bound("127.0.0.1", 0) as listening:
        host = address(listening)
        app = RegistryApp(Served(registry, host).handle)
        with in_thread(server(app, ssl_certfile=pem), listening):
            trace = run_real(host, "", "", "team/app:1.0", engine=engine)
    assert not trace.failed, trace.steps[-1].terminal
    asked = [step.exchange.request.url for step in trace.steps if step.exchange]
    assert asked and all(url.startswith("https://") for url in asked)


@pytest.mark.parametrize(
    ("url", "verifies", "lenient"),
    [
        ("https://127.0.0.1:5000/v2/", False, True), ("https://127.0.0.1:5000/v2/", True, False),
        ("https://registry.example.com/v2/", False, False),
    ],
)  # fmt: skip
def test_only_here_a_certificate_is_not_verified(url: str, verifies: bool, lenient: bool) -> None:
    """Whatever a client asks for: bytes from elsewhere are never taken unverified."""
    dialer = Dialer("r.example", ALONE, Allowance(ALONE))
    client = HttpClient(dialer, ssl.create_default_context(), 1)
    chosen = client.pool_for(Request("GET", url, trust=Trust(verifies)))
    assert (chosen is client.lenient) == lenient
