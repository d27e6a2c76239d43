"""The recorder: what it writes down, what it masks, and a real Docker recorded."""

import base64
import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import httpx
import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator.cli import main
from simulator.docker.events import Failure
from simulator.protocol.secrets import MASK
from simulator.recordings import proxy as proxies
from simulator.recordings import recorder
from simulator.recordings.document import Recording, parsed, read
from simulator.recordings.fidelity import Situation, compare
from simulator.recordings.proxy import Entry, Proxy
from simulator.recordings.recorder import CannotRecord, Order
from simulator.recordings.replayed import replayed
from simulator.registry import serving as server
from simulator.registry.asgi import RegistryApp
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, User
from tests.cases import each
from tests.dockerd import Docker
from tests.need import need
from tests.pages import free_port
from tests.registries import RealRegistry, basic_registry, token_registry
from tests.sources.servers import certificate

ALICE = ("alice", "s3cret")
USERS = {"alice": User("s3cret", ("myimage", "team/*"))}


# -- masking ----------------------------------------------------------------------------------

secrets = st.text(
    st.characters(categories=("L", "N", "P", "S"), exclude_characters=MASK[0]), min_size=8,
    max_size=40,
)  # fmt: skip


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"alice:{password}".encode()).decode()


def told(**more: Any) -> dict[str, Any]:
    """What the recorder collects of one run."""
    return {"stdout": "", "stderr": "", "exit_code": 0, "config_json_text_after": None,
            "images_after": []} | more  # fmt: skip


def entry(**more: Any) -> Entry:
    return Entry("https://r.example", "GET", "/v2/", status=200, **more)


PLACES: dict[str, Callable[[str], tuple[Order, list[Entry], dict[str, Any]]]] = {
    "the standard input": lambda s: (order(typed=f"{s}\n"), [], told(stderr=f"bad {s}!")),
    "stored beforehand": lambda s: (order(username="alice", password=s), [], told(stdout=s)),
    "a Basic header": lambda s: (
        order(), [entry(sent=[("authorization", basic(s))], body=f"no {s}".encode())], told(),
    ),
    "a Bearer header": lambda s: (
        order(), [entry(sent=[("authorization", f"Bearer {s}")])], told(stderr=f"token {s}"),
    ),
    "a header of another scheme": lambda s: (
        order(), [entry(sent=[("Authorization", s), ("X-Api-Key", s)])], told(),
    ),
    "a cookie": lambda s: (
        order(), [entry(received=[
            ("set-cookie", f"id={quote(s, safe='')}; Path=/"), ("x-echo", quote(s, safe=""))
        ])], told(),
    ),
    "a form": lambda s: (
        order(), [entry(form=urlencode({"password": s, "username": "alice"}).encode())],
        told(stderr=f"POST password={quote(s)}"),
    ),
    "a refresh token": lambda s: (
        order(), [entry(form=urlencode({"refresh_token": s}).encode())], told(stdout=s),
    ),
    "a token": lambda s: (
        order(), [entry(body=json.dumps({"token": s, "access_token": s}).encode()),
                  entry(body=json.dumps({"data": [{"id_token": s}]}).encode())], told(),
    ),
    "a query": lambda s: (
        order(), [Entry("https://r.example", "GET", "/t?" + urlencode({"access_token": s}))],
        told(),
    ),
    "a signed redirect": lambda s: (
        order(), [entry(received=[
            ("location", "https://s.example/b?" + urlencode({"X-Amz-Signature": s}))
        ])], told(stderr=f"Get https://s.example/b?X-Amz-Signature={quote(s, safe='')}"),
    ),
    "config.json": lambda s: (order(), [], told(config_json_text_after=json.dumps(
        {"auths": {"r.example": {"auth": basic(s)[6:], "identitytoken": s}}}
    ))),
    "an identity token": lambda s: (order(), [], told(config_json_text_after=json.dumps(
        {"auths": {"r.example": {"identitytoken": s}}, "proxies": {"default": {"password": s}}}
    ), stdout=s)),
}  # fmt: skip
"""Where a secret may be -> an order, a log and an outcome that have it there."""


def order(**more: Any) -> Order:
    return Order(("docker", "pull", "r.example/team/app"), **more)


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, part in value.items():
                yield from (name, *strings(part))
        case list():
            for part in value:
                yield from strings(part)


def as_go_might(secret: str) -> str:
    """In a URL, with hexadecimal digits in lower case."""
    return re.sub("%..", lambda found: found[0].lower(), quote_plus(secret))


def masked(place: str, secret: str) -> dict[str, Any]:
    """Recorded with the secret in its place, and repeated by Docker in several spellings."""
    planned, log, outcome = PLACES[place](secret)
    said = (secret, quote(secret), as_go_might(secret), json.dumps({"said": secret}))
    outcome |= {"stdout": " ".join(said)} if place != "a cookie" else {}
    return recorder.masked(planned, Proxy("https://r.example", "127.0.0.1:1", log), "26", outcome)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(list(PLACES)), secrets)
def test_a_planted_secret_is_nowhere_in_the_recording(place: str, secret: str) -> None:
    """Neither as it is, nor in base64, in a URL or in JSON; and the recording reads back."""
    document = masked(place, secret)
    written = json.dumps(document, ensure_ascii=False)
    assume(secret not in json.dumps(masked(place, "another-secret"), ensure_ascii=False))
    ways = (secret, quote(secret, safe=""), quote(secret), as_go_might(secret),
            basic(secret)[6:], base64.b64encode(secret.encode()).decode(),
            json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])  # fmt: skip
    for text in (written, *strings(document)):
        assert not [way for way in ways if way in text]
    assert "26" in parsed(written.encode(), "mine").engines


def test_a_jwt_is_masked_wherever_it_stands() -> None:
    """Also in a field that nobody knows."""
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
    log = [entry(body=json.dumps({"odd": token}).encode())]
    document = recorder.masked(order(), Proxy("https://r.example", "h:1", log), "29", told())
    assert token not in json.dumps(document) and "eyJzdWIi" not in json.dumps(document)


def test_what_is_no_secret_stays() -> None:
    """An error's code, a manifest's bytes, a scope, the user's name and other headers."""
    manifest = b'{"config": {"digest": "sha256:1"},\n "auth": "x"}'
    log = [
        entry(body=b'{"errors": [{"code": "UNAUTHORIZED"}]}',
              sent=[("authorization", basic("swordfish")), ("accept", "a"), ("accept", "b")],
              received=[("www-authenticate", 'Bearer realm="https://a.example/token"')]),
        Entry("https://r.example", "GET", "/v2/a/manifests/1?scope=x", status=200, body=manifest),
    ]  # fmt: skip
    document = recorder.masked(order(), Proxy("https://r.example", "h:1", log), "29", told())
    first, second = document["engines"]["29"]["http"]
    assert "UNAUTHORIZED" in first["response_body"]
    assert first["request_headers"]["Accept"] == ["a", "b"]
    assert first["request_headers"]["Authorization"] == basic(MASK)
    assert first["response_headers"] == {
        "Www-Authenticate": 'Bearer realm="https://a.example/token"'
    }
    assert second["response_body"] == manifest.decode() and second["path"].endswith("?scope=x")


# -- the proxy --------------------------------------------------------------------------------


def registry(auth: Auth, *faults: Fault, **more: Any) -> Registry:
    return Registry(auth=auth, realm="Private", repositories=repositories(), users=USERS,
                    faults=faults, **more)  # fmt: skip


def first_blob() -> str:
    return next(iter(repositories()["team/app"].blobs))


def test_requests_for_tokens_pass_too_and_the_log_has_true_addresses() -> None:
    """The realm is rewritten on the way, and written down as it was."""
    with server.running(registry(Auth.BEARER)) as served:
        true = f"http://{served.host}"
        with proxies.running(true) as proxy:
            url = f"http://{proxy.address}/v2/team/app/manifests/1.0"
            challenge = httpx.get(url).headers["www-authenticate"]
            realm = challenge.split('"')[1]
            assert realm.startswith(f"http://{proxy.address}/pullscope-tokens-0/")
            asked = {"service": "pullscope", "scope": "repository:team/app:pull"}
            token = httpx.get(realm, params=asked, auth=ALICE).json()["token"]
            answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert [(x.method, x.url, x.path.partition("?")[0], x.status) for x in proxy.log] == [
            ("GET", true, "/v2/team/app/manifests/1.0", 401),
            ("GET", true, "/token", 200),
            ("GET", true, "/v2/team/app/manifests/1.0", 200),
        ]
        headers = dict(proxy.log[0].received)
        assert headers["www-authenticate"].split('"')[1] == f"{true}/token"
        assert dict(proxy.log[0].sent)["host"] == served.host
        assert proxy.unproxied(f'Get "{realm}?x": no') == f'Get "{true}/token?x": no'
        assert proxy.unproxied(f"{proxy.address}/a") == f"{served.host}/a"


def test_a_blob_passes_whole_and_is_logged_by_size_and_digest() -> None:
    """A download that is cut is cut here as well; the rest is hashed on."""
    digest, data = first_blob(), repositories()["team/app"].blobs[first_blob()].data
    cut = Fault(Part.BLOB, cut_after=10, times=1)
    with (
        server.running(registry(Auth.NONE, cut)) as served,
        proxies.running(f"http://{served.host}") as proxy,
    ):
        url = f"http://{proxy.address}/v2/team/app/blobs/{digest}"
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(url)
        rest = httpx.get(url, headers={"Range": "bytes=10-"})
        whole = httpx.get(url)
    assert (rest.status_code, rest.content, whole.content) == (206, data[10:], data)
    lines = [recorder.blob(x) for x in proxy.log]
    assert [line["response_bytes"] for line in lines] == [10, len(data) - 10, len(data)]
    assert [line["response_digest"] for line in lines] == ["", digest, digest]
    assert all(x.blob for x in proxy.log)


def test_a_redirect_is_passed_on_as_it_is() -> None:
    """What is asked there, nobody here sees."""
    away = "https://storage.example.com/b/"
    with (
        server.running(registry(Auth.NONE, blobs_at=away)) as served,
        proxies.running(f"http://{served.host}") as proxy,
    ):
        answer = httpx.get(f"http://{proxy.address}/v2/team/app/blobs/{first_blob()}")
    assert answer.headers["location"].startswith(away)
    assert len(proxy.log) == 1 and 300 <= proxy.log[0].status < 400


def test_head_is_answered_with_its_headers() -> None:
    """The length is that of what GET would send."""
    with (
        server.running(registry(Auth.NONE)) as served,
        proxies.running(f"http://{served.host}") as proxy,
    ):
        path = "/v2/team/app/manifests/1.0"
        through, direct = (httpx.head(f"http://{at}{path}") for at in (proxy.address, served.host))
    assert through.headers["content-length"] == direct.headers["content-length"]
    assert through.headers["docker-content-digest"] == direct.headers["docker-content-digest"]


@pytest.mark.parametrize(("scheme", "events"), [("http", 1), ("https", 0)])
def test_an_attempt_at_tls_is_logged_where_the_registry_would_have_seen_it(
    scheme: str, events: int
) -> None:
    """Before a registry with TLS it is only the proxy that has none."""
    with proxies.running(f"{scheme}://localhost:{free_port()}") as proxy:
        host, _, port = proxy.address.rpartition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"\x16\x03\x01\x00\x05hello")
            connection.recv(1000)
    assert [x.event for x in proxy.log] == ["tls_client_hello_on_plain_http_port"] * events


def test_a_registry_that_goes_away_is_no_recording() -> None:
    """Docker would have met something else than our 502."""
    upstream = f"http://localhost:{free_port()}"
    with proxies.running(upstream) as proxy:
        assert httpx.get(f"http://{proxy.address}/v2/").status_code == 502
    assert proxy.log == []
    assert proxy.troubles[0].startswith(f"{upstream} did not answer: connection refused")


# -- bad input --------------------------------------------------------------------------------


def called(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, words, input=typed, prog_name="pullscope")


HERE = "127.0.0.1:1"
BAD_INPUT = {
    "no command": ((), "Missing argument"),
    "no Docker command": (("podman", "pull", "a"), "a command starts with docker"),
    "another verb": (("docker", "push", f"{HERE}/a"), "use one of docker login, docker logout"),
    "a password in sight": (("docker", "login", "-u", "a", "-p", "b", HERE), "--password-stdin"),
    "another configuration": (("docker", "--config", "x", "pull", f"{HERE}/a"), "--username"),
    "Docker Hub": (("docker", "pull", "alpine"), "Docker Hub cannot be recorded"),
    "a bad reference": (("docker", "pull", f"{HERE}/A"), "must be lowercase"),
    "a registry that is none": (
        ("--registry", "ftp://x", "docker", "pull", f"{HERE}/a"), "give https://HOST",
    ),
    "another registry": (
        ("--registry", "https://r.example", "docker", "pull", f"{HERE}/a"), "the same registry",
    ),
    "a user without a password": (
        ("--username", "alice", "docker", "pull", f"{HERE}/a"), "--password-stdin",
    ),
}  # fmt: skip


@each("case", BAD_INPUT)
def test_bad_input_is_one_sentence_and_status_2(case: str, tmp_path: Path) -> None:
    """Nothing is run, and no file is made."""
    words, sentence = BAD_INPUT[case]
    result = called("record", "--output", str(tmp_path / "mine.json"), *words)
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_overwritten(tmp_path: Path) -> None:
    """Before anything is run."""
    path = tmp_path / "mine.json"
    path.write_text("mine")
    result = called("record", "--output", str(path), "docker", "pull", f"{HERE}/a")
    assert (result.exit_code, path.read_text()) == (2, "mine")
    assert "is there already: choose another --output, or add --force" in result.stderr
    with pytest.raises(CannotRecord, match="there already"):
        recorder.write(path, {})


def test_without_docker_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It says what is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRecord, match="no docker on the PATH"):
        recorder.record(Order(("docker", "pull", f"{HERE}/a")))


def test_without_an_engine_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker's own first words are in it."""
    need("docker")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with pytest.raises(CannotRecord, match=r"engine does not answer \(.*\): start it"):
        recorder.record(Order(("docker", "pull", f"{HERE}/a")))


@pytest.mark.parametrize(
    ("status", "kind"),
    [([["driver-type", "io.containerd.snapshotter.v1"]], "29"), ([["Backing", "xfs"]], "26"),
     (None, "26")],
)  # fmt: skip
def test_the_image_store_says_whose_ways_the_engine_has(
    status: object, kind: str, tmp_path: Path
) -> None:
    """Not the version: a new engine may keep the classic store, and an old one containerd's."""
    said = {"ServerVersion": "30.1", "Driver": "overlayfs", "DriverStatus": status,
            "OSType": "linux", "Architecture": "aarch64"}  # fmt: skip
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(said)}\nEND\n")
    program.chmod(0o755)
    engine = recorder.Docker(str(program), {"PATH": os.defpath}).engine()
    assert (engine.kind, engine.platform) == (kind, "linux/arm64")
    assert engine.title == "Docker Engine 30.1, overlayfs"


# -- a real Docker ----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[basic_registry, token_registry],
                ids=["basic", "token"])  # fmt: skip
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
         ) -> Iterator[RealRegistry]:  # fmt: skip
    with request.param(tmp_path_factory.mktemp("registry")) as started:
        yield started


@dataclass(frozen=True)
class Case:
    """What is typed, what is stored, and how Docker ends."""

    words: tuple[str, ...]
    password: str
    status: int
    says: str
    stored: bool = False


LOGIN = ("docker", "login", "-u", "alice", "--password-stdin", "HOST")
CASES = {
    "login": Case(LOGIN, "s3cret", 0, "Login Succeeded"),
    "wrong password": Case(LOGIN, "wrong-horse", 1, "unauthorized"),
    "pull": Case(("docker", "pull", "HOST/team/app:1.0"), "s3cret", 0, "Downloaded newer", True),
    "unknown tag": Case(("docker", "pull", "HOST/team/app:9.9"), "s3cret", 1, "not found", True),
    "no login": Case(("docker", "pull", "HOST/team/app:1.0"), "", 1, "", False),
}


def recorded(
    docker: Docker, real: RealRegistry, case: Case, path: Path, patch: pytest.MonkeyPatch
) -> Recording:
    """Record it by the command line, with the tests' own Docker."""
    patch.setenv("DOCKER_HOST", f"unix://{docker.socket}")
    patch.setenv("PATH", f"{Path(docker.program).parent}{os.pathsep}{os.environ['PATH']}")
    stored = ("--username", "alice", "--password-stdin") if case.stored else ()
    words = [word.replace("HOST", real.host) for word in case.words]
    typed = f"{case.password}\n" if case.password else ""
    result = called("record", "--output", str(path), *stored, "--", *words, typed=typed)
    assert result.exit_code == 0, result.output
    assert "Secrets are masked" in result.stdout
    return read(path)


@pytest.mark.parametrize("name", CASES)
def test_a_real_docker_is_recorded(
    name: str, docker: Docker, real: RealRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording has what Docker printed and the registry's true name, and no secret; our
    machine, asking the recording, asks the same requests and ends the same way."""
    case = CASES[name]
    recording = recorded(docker, real, case, tmp_path / "mine.json", monkeypatch)
    (engine, told), *none = recording.engines.items()
    assert (engine, none) == ("26", [])
    assert told.exit_code == case.status
    assert case.says.lower() in (told.stdout + told.stderr).lower()
    written = (tmp_path / "mine.json").read_text("utf-8")
    secret = case.password or "s3cret"
    assert not [way for way in (secret, basic(secret)[6:]) if way in written]
    assert "pullscope-tokens" not in written
    assert {line.url for line in told.http if not line.event} <= {
        f"http://{real.host}",
        *tokens_of(written),
    }
    run = replayed(recording, engine)
    assert run.deviations == ()
    assert run.trace.failed == bool(case.status)
    assert isinstance(run.trace.steps[-1].event, Failure) == bool(case.status)
    assert shown(run, "output") == told.stdout.removesuffix("\n").split("\n")
    compared = compare(Situation(recording, engine))
    # Debian 12's client is older than the recorded 28, and warns in other words
    assert {one.field for one in compared.differences} <= ({"stderr"} if name == "login" else set())


def tokens_of(written: str) -> set[str]:
    """The token service's address, as the challenge names it."""
    document = json.loads(written)
    challenges = [
        line.get("response_headers", {}).get("Www-Authenticate", "")
        for line in document["engines"]["26"]["http"]
    ]
    return {one.split('"')[1].removesuffix("/token") for one in challenges if "Bearer" in one}


def shown(run: Any, kind: str) -> list[str]:
    lines = [x.text for step in run.trace.steps for x in step.terminal if x.kind == kind]
    return lines or [""]


def test_the_users_docker_is_left_as_it_was(
    docker: Docker, real: RealRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their `config.json` is not read for credentials, not changed, and no image stays."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    mine = '{"auths": {"r.example": {"auth": "YWxpY2U6bXktb3duLXBhc3N3b3Jk"}}}'
    (theirs / "config.json").write_text(mine)
    monkeypatch.setenv("DOCKER_CONFIG", str(theirs))
    recording = recorded(docker, real, CASES["pull"], tmp_path / "mine.json", monkeypatch)
    assert (theirs / "config.json").read_text() == mine
    assert [path.name for path in theirs.iterdir()] == ["config.json"]
    assert "r.example" not in (tmp_path / "mine.json").read_text()
    assert docker("image", "ls", "--quiet").stdout == ""
    (image,) = recording.engines["26"].images_after
    assert image["RepoTags"] == [f"{real.host}/team/app:1.0"]


def test_an_engine_that_cannot_reach_us_is_told(
    docker: Docker, real: RealRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with an engine in a virtual machine: there is no recording of our own doing."""
    elsewhere = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker.socket}")
    monkeypatch.setattr(recorder, "proxied", lambda words, proxy: moved(words, proxy, elsewhere))
    command = ("docker", "pull", f"{real.host}/team/app:1.0")
    with pytest.raises(CannotRecord, match="did not reach the recorder at"):
        recorder.record(Order(command))


def moved(words: Any, proxy: Proxy, elsewhere: str) -> list[str]:
    proxy.address = elsewhere
    return [word.replace(proxy.upstream.partition("//")[2], elsewhere) for word in words]


def test_what_the_engine_had_already_is_in_the_recording(
    docker: Docker, real: RealRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who records the image that they use has pulled it before: the manifest is not asked for,
    and of the next tag only the layer that is new."""
    (docker.config / "config.json").unlink(missing_ok=True)
    docker("login", "-u", "alice", "--password-stdin", real.host, typed="s3cret\n")
    assert docker("pull", f"{real.host}/team/app:1.0").returncode == 0
    for tag, blobs in (("1.0", 0), ("1.1", 2)):
        case = replace(CASES["pull"], words=("docker", "pull", f"HOST/team/app:{tag}"))
        path = tmp_path / f"{tag}.json"
        recording = recorded(docker, real, case, path, monkeypatch)
        assert sum("/blobs/" in line.path for line in recording.engines["26"].http) == blobs
        run = replayed(recording, "26")
        assert (run.deviations, run.differences) == ((), ())
    docker("image", "rm", f"{real.host}/team/app:1.0")


@contextmanager
def with_tls(pem: Path) -> Iterator[str]:
    """The mock registry behind TLS, with Basic authentication."""
    with server.bound("127.0.0.1", 0) as listening:
        host = server.address(listening).replace("127.0.0.1", "localhost")
        app = RegistryApp(server.Served(registry(Auth.BASIC), host).handle)
        with server.in_thread(server.server(app, ssl_certfile=pem), listening):
            yield host


def test_a_registry_with_tls_is_recorded_under_its_own_name(
    docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Docker speaks plain HTTP to us, which nobody can tell from the recording; who does not
    trust the registry is told how to."""
    pem = certificate(tmp_path, "localhost")
    with with_tls(pem) as host:
        command = ("docker", "pull", f"{host}/team/app:1.0")
        planned = Order(command, f"https://{host}", "alice", "s3cret")
        monkeypatch.setenv("DOCKER_HOST", f"unix://{docker.socket}")
        with pytest.raises(CannotRecord, match=r"unknown authority; name its .* SSL_CERT_FILE"):
            recorder.record(planned)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        document = recorder.record(planned)
    recording = parsed(json.dumps(document).encode(), "mine")
    told = recording.engines["26"]
    assert told.exit_code == 0 and f"Downloaded newer image for {host}/team/app:1.0" in told.stdout
    assert {line.url for line in told.http} == {f"https://{host}"}
    assert compare(Situation(recording, "26")).differences == ()
