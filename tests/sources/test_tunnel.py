"""The real source through a proxy, and with a certificate authority of the user's own."""

import http.server
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.docker.events import Failure, Unreachable
from simulator.docker.trace import Trace
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.proxies import Proxies
from simulator.registry import serving as server
from simulator.registry.asgi import RegistryApp
from simulator.registry.model import Auth
from simulator.registry.serving import Served
from simulator.scenarios.real_run import run_real
from simulator.sources.certificates import InvalidAuthority
from simulator.sources.tunnel import of_environment
from tests.pages import free_port
from tests.registry.worlds import registry
from tests.sources.servers import certificate, listening

NAME = "registry.test"
"""A name that this machine does not look up: only the proxy knows it."""


class Proxy(http.server.BaseHTTPRequestHandler):
    """It leads to this machine, whatever the name."""

    asked: list[tuple[str, str]]
    wants = ""

    def do_CONNECT(self) -> None:
        login = self.headers.get("Proxy-Authorization", "")
        self.asked.append((self.path, login))
        if login != self.wants:
            self.send_error(407)
            return
        with socket.create_connection(("127.0.0.1", int(self.path.rpartition(":")[2]))) as there:
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            passed_on(self.connection, there)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


def passed_on(one: socket.socket, other: socket.socket) -> None:
    """Bytes both ways, until one side ends."""
    ways = {one: other, other: one}
    while True:
        for ready in select.select(list(ways), [], [])[0]:
            data = ready.recv(65_536)
            if not data:
                return
            ways[ready].sendall(data)


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path, NAME)


@contextmanager
def secure(pem: Path) -> Iterator[str]:
    """The registry behind TLS; its port, under its name."""
    with server.bound("127.0.0.1", 0) as listening_here:
        port = server.address(listening_here).rpartition(":")[2]
        app = RegistryApp(Served(registry(Auth.BASIC), f"{NAME}:{port}").handle)
        with server.in_thread(server.server(app, ssl_certfile=pem), listening_here):
            yield f"{NAME}:{port}"


@contextmanager
def proxied(wants: str = "") -> Iterator[str]:
    Proxy.asked, Proxy.wants = [], wants
    with listening(Proxy) as host:
        yield host


def pulled(host: str, pem: Path, proxy: str, no: str = "") -> Trace:
    proxies = Proxies(https=proxy, no=no)
    image = "team/app:1.0"
    return run_real(host, "alice", "s3cret", image, authority=pem, proxies=proxies)


def test_a_registry_behind_a_proxy_is_pulled_from(pem: Path) -> None:
    """TLS goes through to the registry, with the name that the user gave."""
    with secure(pem) as host, proxied("Basic dTpwdw==") as proxy:
        trace = pulled(host, pem, f"http://u:pw@{proxy}")
        assert not trace.failed, trace.steps[-1].event
        assert {path for path, _login in Proxy.asked} == {host}
        refused = pulled(host, pem, f"http://{proxy}").steps[-1].event
    assert isinstance(refused, Unreachable) and refused.obstacle is Obstacle.PROXY_REFUSED
    assert refused.detail == "Proxy Authentication Required"
    assert "pw" not in trace.to_json()


def said(trace: Trace) -> str:
    assert isinstance(trace.steps[-1].event, Failure)
    return trace.steps[-1].terminal[-1].text


def test_a_proxy_that_is_not_there_is_told_as_docker_tells_it(pem: Path) -> None:
    port = free_port()
    trace = pulled(f"{NAME}:443", pem, f"http://127.0.0.1:{port}")
    assert said(trace).endswith(
        f"proxyconnect tcp: dial tcp 127.0.0.1:{port}: connect: connection refused"
    )


def test_hosts_in_no_proxy_are_asked_directly(pem: Path) -> None:
    with proxied() as proxy:
        trace = pulled(f"{NAME}:443", pem, f"http://{proxy}", no="other.example, .test")
        assert Proxy.asked == []
    assert "no such host" in said(trace) or "server misbehaving" in said(trace)


def test_the_environment_names_proxies_in_capitals_or_not() -> None:
    """Capitals come first, as in Go."""
    both = {"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:1", "no_proxy": "c"}
    assert of_environment(both) == Proxies(https="http://a:1", no="c")


def test_only_the_file_that_is_named_is_trusted_besides(pem: Path, tmp_path: Path) -> None:
    with secure(pem) as host, proxied() as proxy:
        proxies = Proxies(https=proxy)
        unknown = run_real(host, "alice", "s3cret", "team/app:1.0", proxies=proxies)
    assert said(unknown).endswith("x509: certificate signed by unknown authority")
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(InvalidAuthority, match=r"none\.pem: no certificate of an authority"):
        run_real(host, "", "", "team/app:1.0", authority=tmp_path / "none.pem")
    with pytest.raises(InvalidAuthority, match="No such file"):
        run_real(host, "", "", "team/app:1.0", authority=tmp_path / "absent.pem")


def test_the_command_line_takes_both(pem: Path) -> None:
    with secure(pem) as host, proxied() as proxy:
        done = subprocess.run(
            [sys.executable, "-m", "simulator", "run", "--source", "real", "--registry", host,
             "--image", "team/app:1.0", "--username", "alice", "--password-stdin",
             "--ca", str(pem), "--proxy"],
            input="s3cret\n", capture_output=True, text=True, env={"HTTPS_PROXY": proxy},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert Proxy.asked
