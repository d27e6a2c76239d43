"""Real clients on our registry: what skopeo and Docker do, and what our machine says they do."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from simulator.docker.cli.commands import parse
from simulator.docker.config_file import Credential, CredentialStore
from simulator.docker.machine import Client, State
from simulator.docker.trace import Trace, run
from simulator.protocol.digest import digest_of
from simulator.protocol.message import Exchange, Response
from simulator.registry import rate_limit as limits
from simulator.registry import serving as server
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Blob, Fault, Part, Registry, Repository, User
from simulator.registry.rate_limit import Limiter, Rate
from simulator.registry.serving import PortInUse, Served, limiter_for, running
from simulator.sources.mock import mock
from simulator.sources.world import Site, Tls, World
from tests.dockerd import Docker
from tests.need import need

USERS = {"alice": User("s3cret", ("myimage", "team/*"))}


def registry(auth: Auth, *faults: Fault) -> Registry:
    return Registry(
        auth=auth, realm="Private", repositories=repositories(), users=USERS, faults=faults
    )


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
    """Who is in the way is named, and what to do."""
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
    """What was asked for is named, why not, and which options choose another."""
    with pytest.raises(PortInUse, match=rf"^cannot listen at {host}:{port}: .*{why}.*--port"):
        running(registry(Auth.NONE), host, port).__enter__()


def raw(served: Served, request: str) -> tuple[list[str], bytes]:
    """Status line and headers, and the body, of one request that is sent as it stands."""
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
    """What is put into the challenge cannot break out of its quotes."""
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


# -- a real Docker engine ---------------------------------------------------------------------
# Debian 12 has engine 20.10: older than the recorded 26, with the same classic image store. In
# these situations it asks the same requests in the same order.


@dataclass(frozen=True)
class Situation:
    """What is stored, what is typed, and how it ends."""

    auth: Auth = Auth.BEARER
    stored: str | None = "alice:s3cret"
    image: str = "team/app:1.0"
    login: str | None = None
    faults: tuple[Fault, ...] = ()
    status: int = 0
    says: str = ""
    skew: int = 0
    """Seconds by which the token service's clock is ahead."""


HTML = "<html>Welcome!</html>"


def layer(repository: str, tag: str) -> str:
    """The digest of the image's first layer."""
    held = repositories()[repository]
    return str(json.loads(held.manifests[held.tags[tag]].data)["layers"][0]["digest"])


# The engine keeps a manifest that it has seen, so each pull here is of another image.
SITUATIONS = {
    "pull": Situation(says="Status: Downloaded newer image"),
    "pull, Basic": Situation(
        Auth.BASIC, image="myimage:latest", says="Status: Downloaded newer image"
    ),
    "pull, open": Situation(
        Auth.NONE, None, image="team/app:1.1", says="Status: Downloaded newer image"
    ),
    "an index": Situation(image="team/multi:latest", says="Status: Downloaded newer image"),
    "login": Situation(stored=None, login="s3cret", says="Login Succeeded"),
    "login, Basic": Situation(Auth.BASIC, None, login="s3cret", says="Login Succeeded"),
    "wrong password": Situation(
        stored=None, login="wrong", status=1, says="unauthorized: incorrect username or password"
    ),
    "wrong password, Basic": Situation(
        Auth.BASIC, None, login="wrong", status=1, says="failed with status: 401 Unauthorized"
    ),
    "no login": Situation(stored=None, status=1, says="pull access denied"),
    "no login, Basic": Situation(Auth.BASIC, None, status=1, says="no basic auth credentials"),
    "stale credentials": Situation(stored="alice:old", status=1, says="incorrect username"),
    "no right": Situation(image="other/secret:latest", status=1, says="pull access denied"),
    "no right, Basic": Situation(
        Auth.BASIC, image="other/secret:latest", status=1, says="access to the resource is denied"
    ),
    "unknown tag": Situation(image="team/app:9.9", status=1, says="manifest unknown"),
    "corrupted layer": Situation(
        faults=(Fault(Part.BLOB, corrupt=True, digest=layer("team/app", "1.0")),),
        status=1,
        says="filesystem layer verification failed",
    ),
    "a web page for a token": Situation(
        faults=(Fault(Part.TOKEN, status=200, body=HTML, media_type="text/html"),),
        status=1,
        says="unable to decode token response: invalid character '<' looking for",
    ),
    "an answer without a token": Situation(
        faults=(Fault(Part.TOKEN, status=200, body="{}", media_type="application/json"),),
        status=1,
        says="authorization server did not include a token in the response",
    ),
    "a clock that is behind": Situation(
        skew=-3600, status=1, says="unauthorized: authentication required"
    ),
    "a web page for a manifest": Situation(
        Auth.BASIC,
        faults=(Fault(Part.MANIFEST, status=200, body=HTML, media_type="text/html"),),
        status=1,
        says="error unmarshalling content: invalid character '<' looking for",
    ),
    "a web page that is said to be JSON": Situation(
        Auth.BASIC,
        faults=(Fault(Part.MANIFEST, status=403, body=HTML, media_type="application/json"),),
        status=1,
        says="error parsing HTTP 403 response body: invalid character '<' looking for",
    ),
    "cut layer": Situation(
        faults=(Fault(Part.BLOB, cut_after=250_000, digest=layer("team/app", "1.0"), times=1),),
        says="Status: Downloaded newer image",
    ),
}


def typed(situation: Situation, host: str) -> list[str]:
    if situation.login:
        return ["login", host, "--username", "alice", "--password-stdin"]
    return ["pull", f"{host}/{situation.image}"]


def config_json(situation: Situation, host: str) -> str:
    """`config.json` as it is before the command."""
    if situation.stored is None:
        return CredentialStore().to_json()
    username, _, password = situation.stored.partition(":")
    return CredentialStore(((host, Credential(username, password)),)).to_json()


def predicted(situation: Situation, served: Served) -> Trace:
    """What our machine does in the same world, in the ways of the classic image store."""
    host = served.host
    known = replace(
        registry(situation.auth, *situation.faults),
        token_skew=situation.skew,
        realm=f"http://{host}/token" if situation.auth is Auth.BEARER else "Private",
        service="pullscope",
    )
    words = " ".join(["docker", *typed(situation, host)])
    command = parse(words, (situation.login,) if situation.login else ())
    store = CredentialStore.from_json(config_json(situation, host))
    state = State(Client("26", int(time.time()), store), (command,))
    return run(state, mock(World({host: Site(known, Tls.PLAIN, address="127.0.0.1")})))


Seen = tuple[str, str, str, int]


def seen(exchanges: Iterable[Exchange]) -> tuple[list[Seen], set[Seen]]:
    """What was asked, how it was authorized, and the answer; blobs as a set, for they race."""
    ordered: list[Seen] = []
    blobs: set[Seen] = set()
    for exchange in exchanges:
        request, answer = exchange.request, exchange.answer
        assert isinstance(answer, Response)
        scheme = str(request.authorization.scheme) if request.authorization else ""
        entry = (request.method, request.path, scheme, answer.status)
        if "/blobs/" in request.path:
            blobs.add(entry)
        else:
            ordered.append(entry)
    return ordered, blobs


@pytest.mark.parametrize("name", SITUATIONS)
def test_docker_does_what_our_machine_says(name: str, docker: Docker) -> None:
    """The real engine ends as predicted, and the registry saw the requests that we predict."""
    situation = SITUATIONS[name]
    world = replace(registry(situation.auth, *situation.faults), token_skew=situation.skew)
    with running(world) as served:
        (docker.config / "config.json").write_text(config_json(situation, served.host), "utf-8")
        password = situation.login and situation.login + "\n"
        done = docker(*typed(situation, served.host), typed=password)
        trace = predicted(situation, served)
        happened = list(served.exchanges)
    docker("image", "prune", "--all", "--force")
    assert done.returncode == situation.status, done.stderr
    assert situation.says in done.stdout + done.stderr
    assert situation.says in " ".join(line.text for s in trace.steps for line in s.terminal)
    assert trace.failed == bool(situation.status)
    ours = [s.exchange for s in trace.steps if s.exchange]
    answered = [exchange for exchange in ours if isinstance(exchange.answer, Response)]
    assert seen(happened)[0] == seen(answered)[0]
    if name != "corrupted layer":  # which blobs are asked for before the failure is a race
        assert seen(happened)[1] == seen(answered)[1]
    assert "s3cret" not in repr(happened)


def test_docker_stores_what_our_machine_stores(docker: Docker) -> None:
    """After a login `config.json` is, byte for byte, what our credential store writes."""
    with running(registry(Auth.BEARER)) as served:
        (docker.config / "config.json").unlink(missing_ok=True)
        docker("login", served.host, "-u", "alice", "--password-stdin", typed="s3cret\n")
        written = (docker.config / "config.json").read_text("utf-8")
        ours = CredentialStore(((served.host, Credential("alice", "s3cret")),))
    assert written == ours.to_json()


# -- what a stranger may not do ---------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second is long."""
    monkeypatch.setattr(server, "PATIENCE", 0.1)
    monkeypatch.setattr(server, "STALLED", 0.2)


def hung_up(served: Served, sent: bytes, wait: float = 10) -> bytes:
    """What comes back until the registry ends the connection; it must."""
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
    """431 or 400, depending on how much arrives at once; nothing of it is kept."""
    with running(registry(Auth.NONE)) as served:
        sent = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: " + b"a" * 40_000
        answer = hung_up(served, sent + b"\r\n\r\n")
    assert re.match(rb"HTTP/1.1 4(31|00) ", answer) and not served.exchanges


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


def test_docker_says_that_it_asked_too_often(docker: Docker) -> None:
    """The registry's own sentence, on the terminal."""
    with running(registry(Auth.NONE), rate=Rate(0.1, burst=0)) as served:
        done = docker("pull", f"{served.host}/team/app:1.0")
    assert done.returncode == 1
    assert "toomanyrequests: too many requests: wait" in done.stderr


@pytest.mark.parametrize(
    ("host", "limited"), [("127.0.0.1", False), ("::1", False), ("localhost", False),
                          ("0.0.0.0", True), ("192.0.2.1", True), ("registry.example", True)],
)  # fmt: skip
def test_strangers_are_limited_and_this_machine_is_not(host: str, limited: bool) -> None:
    """By default; with a rate, everybody is."""
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
    limiter = Limiter(Rate(burst=1))
    assert limiter.wait("2001:db8::1") == 0 < limiter.wait("2001:db8::2")
    assert [limiter.wait(name) for name in ("a", "b")] == [0, 0]
    assert len(limiter.buckets) == 2 and limiter.wait("2001:db8::1") == 0


def test_behind_a_proxy_the_token_service_is_where_the_client_sees_it() -> None:
    """A proxy on this machine says that the client speaks HTTPS, and to which host."""
    with running(registry(Auth.BEARER)) as served:
        headers = {"X-Forwarded-Proto": "https", "Host": "class.example.org"}
        answer = httpx.get(f"http://{served.host}/v2/", headers=headers)
    assert 'realm="https://class.example.org/token"' in answer.headers["www-authenticate"]
