"""The same machine on real registries, and what the transport refuses to do."""

import http.server
import ipaddress
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from simulator.docker.trace import Trace
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Exchange, Request
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, User
from simulator.registry.serving import running
from simulator.scenarios.real_run import real_state, run_real
from simulator.sources import real as transport
from simulator.sources.layout import Layout
from simulator.sources.real import Progress, real, realm_objection
from tests.need import need
from tests.registries import RealRegistry, basic_registry, open_registry, token_registry

USERS = {"alice": User("s3cret", ("myimage", "team/*"))}
Opening = Callable[[Path], AbstractContextManager[RealRegistry]]


def names(trace: Trace, command: str = "") -> list[str]:
    """What happened, but for the fall back to HTTP that only this machine's registries need."""
    found = [step.name for step in trace.steps if step.name != "FellBackToHttp"]
    return found[found.index(command) :] if command else found


# -- a real docker-registry -------------------------------------------------------------------


@pytest.fixture(scope="module", params=["basic", "token"])
def registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, RealRegistry]]:
    kinds: dict[str, Opening] = {"basic": basic_registry, "token": token_registry}
    with kinds[request.param](tmp_path_factory.mktemp(request.param)) as started:
        yield request.param, started


def mocked(auth: str, username: str, password: str, image: str, *faults: Fault) -> Trace:
    """The same run on our own registry, served, so that both fall back to HTTP alike."""
    kind = Auth.BASIC if auth == "basic" else Auth.BEARER
    known = Registry(auth=kind, repositories=repositories(), users=USERS, faults=faults)
    with running(known) as served:
        return run_real(served.host, username, password, image)


PULLS = {
    "right": ("alice", "s3cret", "team/app:1.0"),
    "an index": ("alice", "s3cret", "team/multi:latest"),
    "OCI": ("alice", "s3cret", "team/oci:latest"),
    "wrong password": ("alice", "wrong", "team/app:1.0"),
    "not logged in": ("", "", "team/app:1.0"),
    "unknown tag": ("alice", "s3cret", "team/app:9.9"),
    "unknown repository": ("alice", "s3cret", "team/nosuch:1.0"),
}


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("name", PULLS)
def test_the_machine_meets_the_same_on_a_real_registry(
    registry: tuple[str, RealRegistry], name: str, engine: str
) -> None:
    """Event for event, docker-registry and our mock lead the machine the same way."""
    auth, started = registry
    username, password, image = PULLS[name]
    trace = run_real(started.host, username, password, image, engine=engine)
    kind = Auth.BASIC if auth == "basic" else Auth.BEARER
    known = Registry(auth=kind, repositories=repositories(), users=USERS)
    with running(known) as served:
        expected = run_real(served.host, username, password, image, engine=engine)
    assert names(trace) == names(expected)
    assert trace.failed == (name not in ("right", "an index", "OCI"))
    assert trace.source == "real"
    assert "s3cret" not in trace.to_json() and "YWxpY2U6" not in trace.to_json()


def test_no_right_to_the_repository(registry: tuple[str, RealRegistry]) -> None:
    """The token service leaves the scope out; the registry says insufficient_scope."""
    auth, started = registry
    if auth == "basic":  # htpasswd knows no rights
        assert not run_real(started.host, "alice", "s3cret", "other/secret:latest").failed
        return
    trace = run_real(started.host, "alice", "s3cret", "other/secret:latest")
    assert names(trace)[-1] == "AccessDenied"


@pytest.mark.parametrize("image", ["team/app:1.0", "team/multi:latest", "team/oci:latest"])
def test_what_was_pulled_is_an_image_layout(
    registry: tuple[str, RealRegistry], image: str, tmp_path: Path
) -> None:
    """skopeo accepts the layout, and its layers are those of the registry."""
    need("skopeo")
    reports: list[Progress] = []
    run_real(registry[1].host, "alice", "s3cret", image, reports.append, tmp_path)
    tag = image.rpartition(":")[2]
    inspect = ["skopeo", "inspect", f"oci:{tmp_path}:{tag}"]
    inspected = json.loads(subprocess.run(inspect, capture_output=True, check=True).stdout)
    credentials = ["--creds", "alice:s3cret", "--tls-verify=false"]
    there = ["skopeo", "inspect", *credentials, f"docker://{registry[1].host}/{image}"]
    original = json.loads(subprocess.run(there, capture_output=True, check=True).stdout)
    assert inspected["Layers"] == original["Layers"]
    assert {report.digest for report in reports} >= set(original["Layers"])
    assert not list(tmp_path.glob("*.part"))


def test_two_images_share_a_layout(registry: tuple[str, RealRegistry], tmp_path: Path) -> None:
    """The second pull keeps the first image."""
    for image in ("team/app:1.0", "team/app:1.1", "team/app:1.1"):
        run_real(registry[1].host, "alice", "s3cret", image, output=tmp_path)
    assert len(Layout(tmp_path).manifests()) == 2


def test_a_corrupted_blob_is_not_kept(tmp_path: Path) -> None:
    """A byte changed in the real registry's storage ends the pull."""
    with open_registry(tmp_path) as started:
        digest = next(iter(repositories()["public/hello"].blobs))
        path = started.blob(digest)
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        trace = run_real(started.host, "", "", "public/hello:latest", output=tmp_path / "out")
    assert names(trace)[-1] == "DigestMismatch"
    assert not Layout(tmp_path / "out").blob(digest).exists()
    assert not list((tmp_path / "out").glob("*.part"))


# -- our own registry, with faults ------------------------------------------------------------


def test_a_cut_download_is_resumed() -> None:
    """The rest is asked for by range, and the whole has the right digest."""
    trace = mocked(
        "basic", "alice", "s3cret", "team/app:1.0", Fault(Part.BLOB, cut_after=50, times=1)
    )
    assert "DownloadCut" in names(trace) and not trace.failed
    ranges = [s.exchange.request.header("Range") for s in trace.steps if s.exchange]
    assert any(ranges)


def test_a_download_that_is_always_cut_is_given_up() -> None:
    """Five times, then it is a failure."""
    trace = mocked("basic", "alice", "s3cret", "team/app:1.0", Fault(Part.BLOB, cut_after=0))
    assert trace.failed


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A storage host: it has the blobs, and remembers what it was told."""

    told: list[str | None]

    def do_GET(self) -> None:
        self.told.append(self.headers.get("Authorization"))
        digest = self.path.rpartition("/")[2]
        data = next(r.blobs[digest].data for r in repositories().values() if digest in r.blobs)
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def listening(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_redirected_blob_is_fetched_without_the_credential() -> None:
    """The storage host serves the blobs and learns nothing."""
    Elsewhere.told = []
    with listening(Elsewhere) as storage:
        known = Registry(
            auth=Auth.BASIC, repositories=repositories(), users=USERS,
            blobs_at=f"http://{storage}/blobs/",
        )  # fmt: skip
        with running(known) as served:
            trace = run_real(served.host, "alice", "s3cret", "team/app:1.0")
    assert not trace.failed and names(trace).count("Redirected") == 4
    assert Elsewhere.told == [None] * 4


class Endless(http.server.BaseHTTPRequestHandler):
    """A registry whose manifest never ends."""

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(1 << 20))
        except OSError:
            self.close_connection = True

    log_message = Elsewhere.log_message


def sent(
    request: Request, registry: str, folder: Path, context: ssl.SSLContext | None = None
) -> Exchange:
    with real(Layout(folder), registry=registry, trusted=context) as send:
        return next(iter(send([request])))


@pytest.mark.parametrize("path", ["/v2/a/manifests/1", "/token"])
def test_no_more_is_read_than_is_sane(path: str, tmp_path: Path) -> None:
    """An answer without end is given up after its limit."""
    with listening(Endless) as host:
        answer = sent(Request("GET", f"http://{host}{path}"), host, tmp_path).answer
    assert isinstance(answer, NetworkFailure) and answer.obstacle is Obstacle.TOO_LARGE


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
]


@pytest.mark.parametrize(("realm", "registry", "may"), REALMS)
def test_credentials_go_to_no_odd_realm(
    realm: str, registry: str, may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPS or this machine; and nothing inside our network for a registry that is outside."""
    real_lookup = socket.getaddrinfo

    def lookup(host: str, *rest: object, **more: object) -> object:
        public = host.endswith("example.com")
        return real_lookup("8.8.8.8" if public else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert (realm_objection(realm, registry) == "") is may


@pytest.mark.parametrize(
    "url",
    [
        "http://registry.example.com/v2/",
        "https://unnamed.example.com/token",
    ],
)
def test_a_secret_is_not_sent_where_nobody_said(url: str, tmp_path: Path) -> None:
    """Plain HTTP to another machine, or a host that the registry did not name."""
    request = Request("GET", url, (), Authorization.basic("alice", "s3cret"))
    answer = sent(request, "registry.example.com", tmp_path).answer
    assert isinstance(answer, NetworkFailure) and answer.obstacle is Obstacle.REFUSED_BY_US
    assert "s3cret" not in answer.detail


# -- why no answer came -------------------------------------------------------------------------


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def certificate(folder: Path, host: str) -> Path:
    """A self-signed certificate for this host, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    try:
        known: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        known = x509.DNSName(host)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def tls_server(pem: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def obstacle(url: str, folder: Path, context: ssl.SSLContext | None = None) -> NetworkFailure:
    answer = sent(Request("GET", url), "registry.example.com", folder, context).answer
    assert isinstance(answer, NetworkFailure)
    return answer


def test_a_closed_port_is_refused(tmp_path: Path) -> None:
    """The detail is the address that was tried."""
    host = closed_port()
    for path in ("/v2/", f"/v2/a/blobs/sha256:{'0' * 64}"):
        found = obstacle(f"https://{host}{path}", tmp_path)
        assert found == NetworkFailure(Obstacle.REFUSED, host)


def test_a_name_that_nobody_has(tmp_path: Path) -> None:
    """The detail is the name."""
    found = obstacle("https://nosuch.invalid/v2/", tmp_path)
    assert found == NetworkFailure(Obstacle.NO_HOST, "nosuch.invalid")


@pytest.mark.parametrize("path", ["/v2/", f"/v2/a/blobs/sha256:{'0' * 64}"])
def test_a_server_without_tls(path: str, tmp_path: Path) -> None:
    """A server that answers HTTPS with plain HTTP is told from one that is down."""
    with running(Registry(auth=Auth.NONE)) as served:
        assert obstacle(f"https://{served.host}{path}", tmp_path).obstacle is Obstacle.PLAIN_HTTP


def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    """A self-signed certificate is not trusted; one that is trusted must have the right name."""
    pem = certificate(tmp_path, "127.0.0.1")
    with tls_server(pem) as host:
        assert obstacle(f"https://{host}/v2/", tmp_path).obstacle is Obstacle.UNTRUSTED
    wrong = certificate(tmp_path, "other.example.com")
    with tls_server(wrong) as host:
        trusting = ssl.create_default_context(cafile=str(wrong))
        assert obstacle(f"https://{host}/v2/", tmp_path, trusting).obstacle is Obstacle.WRONG_NAME


def test_a_server_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while without a byte it is a timeout."""
    monkeypatch.setattr(transport, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        assert obstacle(f"http://{host}/v2/", tmp_path).obstacle is Obstacle.TIMEOUT


def test_the_password_is_nowhere_afterwards(caplog: pytest.LogCaptureFixture) -> None:
    """Not in the trace, its JSON, its repr, or a log at any level."""
    caplog.set_level(0)
    trace = mocked("token", "alice", "s3cret", "team/app:1.0")
    state = real_state("localhost:5000", "alice", "s3cret", "team/app:1.0", "29")
    for text in (trace.to_json(), repr(trace), caplog.text, repr(state)):
        assert "s3cret" not in text and "YWxpY2U6czNjcmV0" not in text
