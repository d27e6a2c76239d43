"""Guards of a served registry: slow clients, large requests, too many of them."""

import socket
import time
from contextlib import suppress

import httpx
import pytest

from simulator.protocol.digest import digest_of
from simulator.registry import asgi, connections
from simulator.registry import rate_limit as limits
from simulator.registry import serving as server
from simulator.registry.model import Auth, Blob, Registry, Repository
from simulator.registry.rate_limit import Limiter, Rate, network_of
from simulator.registry.serving import Served, limiter_for, running
from tests.registry.worlds import registry


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second is long."""
    monkeypatch.setattr(asgi, "REQUEST_SECONDS", 0.1)
    monkeypatch.setattr(connections, "PIECE_SECONDS", 0.2)


def hung_up(served: Served, sent: bytes, wait: float = 10) -> bytes:
    """The bytes until the registry ends the connection, which it must."""
    host, _, port = served.host.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        connection.sendall(sent)
        with suppress(ConnectionResetError):
            return b"".join(iter(lambda: connection.recv(65_536), b""))
    return b""


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "sent", [b"", b"GET /v2/ HTTP/1.1\r\nHos", b"GET / HTTP/1.1\r\nHost: h\r\n\r\nGET"]
)
def test_who_sends_no_whole_request_is_hung_up_on(sent: bytes) -> None:
    """Nothing, a part of a request, and a whole one with a part of another."""
    with running(registry(Auth.NONE)) as served:
        assert hung_up(served, sent).count(b"HTTP/1.1 ") == sent.count(b"\r\n\r\n")


FORM = b"POST /token HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.usefixtures("impatient")
def test_a_body_that_does_not_come_is_waited_for_a_while() -> None:
    """408, and a sentence."""
    with running(registry(Auth.BEARER)) as served:
        answer = hung_up(served, FORM + b"Content-Length: 10\r\n\r\na=b")
    assert answer.startswith(b"HTTP/1.1 408 ") and b"did not arrive within" in answer


def test_a_body_that_is_too_large_is_refused() -> None:
    """413, and how large one may be; a push is refused as a push, whatever it sends."""
    with running(registry(Auth.BEARER)) as served:
        form = {"password": "x" * 70_000}
        answer = httpx.post(f"http://{served.host}/token", data=form)
        pushed = httpx.put(f"http://{served.host}/v2/a/manifests/1", content=b"x" * 200_000)
    assert answer.status_code == 413 and "65536 bytes" in answer.json()["errors"][0]["message"]
    assert pushed.status_code == 405


def test_a_head_that_is_too_large_is_refused() -> None:
    """431, and how large it may be; nothing of it is kept."""
    with running(registry(Auth.NONE)) as served:
        sent = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: " + b"a" * 40_000
        answer = hung_up(served, sent + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ") and not served.exchanges


@pytest.mark.usefixtures("impatient")
def test_who_does_not_take_the_answer_is_hung_up_on() -> None:
    """The rest of a large blob does not wait for ever, and the registry goes on."""
    data = bytes(30_000_000)
    held = Repository(blobs={digest_of(data): Blob(digest_of(data), data)})
    with running(Registry(Auth.NONE, repositories={"big": held})) as served:
        host, _, port = served.host.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            path = f"/v2/big/blobs/{digest_of(data)}"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            time.sleep(1)
            received = 0
            with suppress(ConnectionResetError):
                received = sum(map(len, iter(lambda: connection.recv(65_536), b"")))
            assert received < len(data)
        assert httpx.get(f"http://{served.host}{path}").content == data


def test_only_so_much_is_remembered() -> None:
    """The last exchanges; older ones are forgotten."""
    with running(registry(Auth.NONE)) as served, httpx.Client() as client:
        for _ in range(server.REMEMBERED + 5):
            client.get(f"http://{served.host}/")
    assert len(served.exchanges) == server.REMEMBERED


def test_who_asks_too_often_is_told_to_wait() -> None:
    """429 with the specification's code, and for how long; docker says the sentence."""
    with running(registry(Auth.NONE), rate=Rate(0.5, burst=2)) as served:
        answers = [httpx.get(f"http://{served.host}/v2/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "2"
    assert answers[2].json()["errors"][0]["code"] == "TOOMANYREQUESTS"


@pytest.mark.parametrize(
    ("host", "limited"), [("127.0.0.1", False), ("::1", False), ("localhost", False),
                          ("0.0.0.0", True), ("192.0.2.1", True), ("registry.example", True)],
)  # fmt: skip
def test_strangers_are_limited_and_this_machine_is_not(host: str, limited: bool) -> None:
    """By default; with a rate, every client is."""
    assert (limiter_for(host, None) is not None) == limited
    assert limiter_for(host, Rate()) is not None


def test_a_bucket_fills_again() -> None:
    """At once as many as the burst, then as many as the rate gives; each client its own."""
    now = [0.0]
    limiter = Limiter(Rate(per_second=2, burst=3), lambda: now[0])
    assert [limiter.wait("192.0.2.1") for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
    assert limiter.wait("192.0.2.2") == 0
    now[0] = 1.0
    assert [limiter.wait("192.0.2.1") for _ in range(3)] == [0, 0, 0.5]


def test_one_network_is_one_client_and_the_oldest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An IPv6 client chooses among 2^64 addresses; and memory is bounded."""
    monkeypatch.setattr(limits, "CLIENTS", 2)
    assert network_of("2001:db8::1") == network_of("2001:db8::2") == "2001:db8::/64"
    assert network_of("::1") == network_of("127.0.0.9") == "127.0.0.1"
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    limiter = Limiter(Rate(burst=1))
    assert [limiter.wait(name) for name in ("a", "b", "c")] == [0, 0, 0]
    assert len(limiter.buckets) == 2 and limiter.wait("a") == 0


def test_behind_a_proxy_the_token_service_is_where_the_client_sees_it() -> None:
    """A proxy on this machine says that the client speaks HTTPS, and to which host."""
    with running(registry(Auth.BEARER)) as served:
        headers = {"X-Forwarded-Proto": "https", "Host": "class.example.org"}
        answer = httpx.get(f"http://{served.host}/v2/", headers=headers)
    assert 'realm="https://class.example.org/token"' in answer.headers["www-authenticate"]
