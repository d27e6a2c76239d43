"""Docker Hub as a real registry: its name in references, its host, and its token service."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import httpcore
import pytest

from simulator.docker.trace import Trace
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import Served, address, bound, in_thread, server
from simulator.scenarios.real_run import run_real
from simulator.sources.dialer import ALONE, CLASS, Policy
from tests.cases import each
from tests.sources.servers import certificate

ADDRESSES = {"registry-1.docker.io": "54.227.20.253", "auth.docker.io": "98.85.153.80"}
"""Any public ones: connections to them end at the substitute."""
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry with Docker Hub's names and a certificate for both, at its port 443."""
    pem = certificate(tmp_path_factory.mktemp("hub"), *ADDRESSES)
    official = {"library/alpine": repositories()["public/hello"]}
    known = Registry(
        Auth.BEARER, "https://auth.docker.io/token", "registry.docker.io",
        official | {"alice/app": repositories()["team/app"]}, {"alice": User("s3cret", ("*",))},
        public=frozenset({"library/*"}),
    )  # fmt: skip
    with bound(HERE, 0) as listening, pytest.MonkeyPatch.context() as patched:
        served = Served(known, address(listening))
        lead_to(served.host, patched)
        trusting = ssl.create_default_context(cafile=str(pem))
        patched.setattr(ssl, "create_default_context", lambda: trusting)
        secure = server(served.app(None), ssl_certfile=pem)
        with in_thread(secure, listening):
            yield served


def lead_to(host: str, patched: pytest.MonkeyPatch) -> None:
    """Names of Docker Hub have addresses on the internet, which are those of this host."""
    _, _, port = host.rpartition(":")

    class Here(httpcore.SyncBackend):
        def connect_tcp(self, address: str, at: int, *rest: Any) -> httpcore.NetworkStream:
            assert (address in ADDRESSES.values()) and at == 443
            return super().connect_tcp(HERE, int(port), *rest)

    def lookup(name: str, *_: object, **__: object) -> list[Any]:
        known = HERE if name == HERE else ADDRESSES.get(name)
        if known is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        at = int(port) if name == HERE else 443
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known, at))]

    patched.setattr(httpcore, "SyncBackend", Here)
    patched.setattr(socket, "getaddrinfo", lookup)


def hosts(trace: Trace) -> set[str]:
    return {step.exchange.request.host for step in trace.steps if step.exchange}


PULLS = {
    "an official image, anonymously": ("docker.io", "", "alpine"),
    "with its prefix and tag": ("docker.io", "", "library/alpine:latest"),
    "as it is printed": ("docker.io", "", "docker.io/library/alpine:latest"),
    "one's own image": ("docker.io", "alice", "alice/app:1.0"),
    "an official image, logged in": ("docker.io", "alice", "alpine"),
    "by the older name": ("index.docker.io", "", "alpine"),
    "by its host": ("registry-1.docker.io", "alice", "library/alpine"),
}


@each("engine", ["29", "26"])
@each("policy", [ALONE, CLASS])
@each("case", PULLS)
def test_docker_hub_is_pulled_from(hub: Served, case: str, policy: Policy, engine: str) -> None:
    """Docker Hub's host is asked, and the token service that it names; nothing else is."""
    registry, user, image = PULLS[case]
    trace = run_real(registry, user, "s3cret" if user else "", image, engine=engine, policy=policy)
    assert not trace.failed, trace.steps[-1]
    assert hosts(trace) == set(ADDRESSES)
    assert "s3cret" not in trace.to_json()


@each("engine", ["29", "26"])
def test_a_wrong_password_at_docker_hub(hub: Served, engine: str) -> None:
    trace = run_real("docker.io", "alice", "wrong-one", "alpine", engine=engine)
    assert trace.failed and trace.steps[-1].name == "TokenRefused"
    assert "wrong-one" not in trace.to_json()
