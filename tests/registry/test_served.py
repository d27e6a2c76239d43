"""Real clients on our registry: what skopeo and Docker do, and what our machine says they do."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from simulator.protocol.message import Exchange, Request, Response
from simulator.registry.asgi import Client
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, User
from simulator.registry.serving import PortInUse, Served, running
from tests.need import need
from tests.registry.worlds import registry


def copied(served: Served, image: str, folder: Path, *credentials: str) -> int:
    """The exit status of `skopeo copy` to an OCI layout."""
    command = [
        "skopeo", "copy", "--quiet", "--src-tls-verify=false", *credentials,
        f"docker://{served.host}/{image}", f"oci:{folder}:copied",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True).returncode


ALICE = ("--src-creds", "alice:s3cret")


@pytest.mark.parametrize("image", ["team/app:1.0", "team/oci:latest", "team/multi:latest"])
@pytest.mark.parametrize("auth", list(Auth))
def test_skopeo_copies(auth: Auth, image: str, tmp_path: Path) -> None:
    """Docker and OCI images and an index, open, with Basic and with tokens."""
    need("skopeo")
    with running(registry(auth)) as served:
        assert copied(served, image, tmp_path, *ALICE) == 0
    inspected = subprocess.run(["skopeo", "inspect", f"oci:{tmp_path}:copied"], capture_output=True)
    assert json.loads(inspected.stdout)["Architecture"] == "amd64"


@pytest.mark.parametrize("auth", [Auth.BASIC, Auth.BEARER])
def test_skopeo_is_denied(auth: Auth, tmp_path: Path) -> None:
    """No credentials, wrong ones, and no right to the repository."""
    need("skopeo")
    with running(registry(auth)) as served:
        assert copied(served, "team/app:1.0", tmp_path) != 0
        assert copied(served, "team/app:1.0", tmp_path, "--src-creds", "alice:wrong") != 0
        assert copied(served, "other/secret:latest", tmp_path, *ALICE) != 0


def answered(exchange: Exchange) -> Response:
    assert isinstance(exchange.answer, Response)
    return exchange.answer


def test_skopeo_notices_a_corrupted_layer(tmp_path: Path) -> None:
    """A flipped byte does not pass."""
    need("skopeo")
    with running(registry(Auth.NONE, Fault(Part.BLOB, corrupt=True))) as served:
        assert copied(served, "team/app:1.0", tmp_path) != 0


def a_blob() -> str:
    return next(iter(repositories()["team/app"].blobs))


def test_a_cut_answer_breaks_the_connection() -> None:
    """More is announced than comes; a limited fault is over after its times."""
    fault = Fault(Part.BLOB, cut_after=10, times=1)
    with running(registry(Auth.NONE, fault)) as served:
        url = f"http://{served.host}/v2/team/app/blobs/{a_blob()}"
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(url)
        assert httpx.get(url).status_code == 200


def test_head_has_the_headers_of_get() -> None:
    """HEAD announces the length and sends no body."""
    with running(registry(Auth.NONE)) as served:
        url = f"http://{served.host}/v2/team/app/manifests/1.0"
        head, get = httpx.head(url), httpx.get(url)
        assert head.headers["content-length"] == get.headers["content-length"] != "0"
        assert head.content == b"" and head.status_code == 200


def test_part_of_a_blob_is_served() -> None:
    """Range answers 206 with just these bytes."""
    with running(registry(Auth.NONE)) as served:
        url = f"http://{served.host}/v2/team/app/blobs/{a_blob()}"
        whole, part = httpx.get(url), httpx.get(url, headers={"Range": "bytes=3-9"})
        assert (part.status_code, part.content) == (206, whole.content[3:10])


def test_a_port_in_use_is_one_sentence() -> None:
    """The program in the way is named, and what to do."""
    with running(registry(Auth.NONE)) as served:
        port = int(served.host.rpartition(":")[2])
        with pytest.raises(PortInUse, match=f"{port}: address already in use; choose another"):
            running(registry(Auth.NONE), port=port).__enter__()


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [("127.0.0.1", 70_000, "a port is a number from 0"), ("", 0, "no address of this machine"),
     ("no..such", 0, "no address of this machine"),
     ("nosuch.invalid", 0, "no address of this machine"), ("192.0.2.7", 0, "cannot assign")],
)  # fmt: skip
def test_an_address_that_cannot_be_had_is_one_sentence(host: str, port: int, why: str) -> None:
    """The message names the choice, why it fails, and which options choose another."""
    with pytest.raises(PortInUse, match=rf"^cannot listen at {host}:{port}: .*{why}.*--port"):
        running(registry(Auth.NONE), host, port).__enter__()


def raw(served: Served, request: str) -> tuple[list[str], bytes]:
    """Status line and headers, and the body, of one request that is sent as it is."""
    host, _, port = served.host.rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return head.decode().split("\r\n"), body


def test_the_headers_are_those_of_the_registry() -> None:
    """The server adds a date and whether the connection stays, no more, and repeats nothing."""
    with running(registry(Auth.BASIC)) as served:
        head, _ = raw(served, "GET /v2/ HTTP/1.1\nHost: h\nConnection: close\n\n")
    (exchange,) = served.exchanges
    names = [line.partition(":")[0].lower() for line in head[1:]]
    ours = [name.lower() for name, _ in answered(exchange).headers]
    assert sorted(names) == sorted([*ours, "date", "connection"])


def test_the_path_stays_as_it_was_sent() -> None:
    """Per cent signs and dots are not tidied away before the registry sees them."""
    path = "/v2/team%2Fapp/../x%20y/manifests/1.0"
    with running(registry(Auth.NONE)) as served:
        raw(served, f"GET {path}?n=%31 HTTP/1.1\nHost: h\nConnection: close\n\n")
    assert served.exchanges[0].request.url == f"http://h{path}?n=%31"


def test_a_host_that_is_none_is_not_believed() -> None:
    """A value in the challenge cannot break out of its quotes."""
    with running(registry(Auth.BEARER)) as served:
        raw(served, 'GET /v2/ HTTP/1.1\nHost: a",x="b\nConnection: close\n\n')
    challenge = answered(served.exchanges[0]).header("Www-Authenticate") or ""
    assert challenge.startswith('Bearer realm="http://localhost/token",service=')


def test_ctrl_c_ends_it_quietly() -> None:
    """`serve` says where it serves and what it answers, and returns when it is interrupted."""
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from simulator.registry.model import Registry\n"
        "from simulator.registry.serving import serve\n"
        "serve(Registry(), port=0, log=lambda line: print(line, flush=True)); print('ended')"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout and process.stderr
        host = process.stdout.readline().split()[2].rstrip(";")
        httpx.get(f"http://{host}/v2/?password=s3cret")
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "GET /v2/ -> 401\nended\n"
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_what_is_remembered_has_no_secret() -> None:
    """Neither password nor token is in the served registry's memory or its log."""
    with running(registry(Auth.BEARER)) as served:
        lines: list[str] = []
        served.log = lines.append
        realm = f"http://{served.host}/token?scope=repository:myimage:pull"
        token = httpx.get(realm, auth=("alice", "s3cret")).json()["token"]
        url = f"http://{served.host}/v2/myimage/manifests/latest"
        assert httpx.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        known = repr(served.exchanges) + repr(lines)
    assert token not in known and "YWxpY2U6czNjcmV0" not in known and "s3cret" not in known


def test_behind_a_proxy_the_token_service_has_the_public_address() -> None:
    """With TLS before it, the challenge names https and the public name, whatever the Host."""
    registry = Registry(Auth.BEARER, users={"alice": User("s3cret", ("*",))})
    served = Served(registry, "127.0.0.1:1", public="https://registry.example.com")
    told = asyncio.run(served.handle(Request("GET", "http://127.0.0.1:1/v2/"), Client()))
    challenge = told.response.header("Www-Authenticate") or ""
    assert 'realm="https://registry.example.com/token"' in challenge
