"""The recorder: what it writes down, what it masks, and a real Docker recorded."""

import base64
import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import httpx
import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator.cli import main
from simulator.protocol.secrets import MASK
from simulator.recordings import proxy as proxies
from simulator.recordings import recorder, user_docker
from simulator.recordings.document import parsed
from simulator.recordings.masking import Masker
from simulator.recordings.proxy import Entry, Proxy
from simulator.recordings.user_docker import CannotRecord, Order
from simulator.registry import serving as server
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, User
from tests.cases import each
from tests.need import need
from tests.pages import free_port

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
    said = (secret, quote(secret), as_go_might(secret), json.dumps({"said": secret}),
            quote(quote(secret, safe=""), safe=""), secret.encode().hex(),
            secret[::-1], secret.upper(), secret.lower())  # fmt: skip
    outcome |= {"stdout": " ".join(said)} if place != "a cookie" else {}
    return recorder.masked(planned, Proxy("https://r.example", "127.0.0.1:1", log), "26", outcome)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(list(PLACES)), secrets)
def test_a_planted_secret_is_nowhere_in_the_recording(place: str, secret: str) -> None:
    """Neither as it is, nor in base64, in a URL or in JSON; and the recording reads back."""
    document = masked(place, secret)
    written = json.dumps(document, ensure_ascii=False)
    other = json.dumps(masked(place, "another-secret"), ensure_ascii=False)
    turned = (secret, secret[::-1], secret.upper(), secret.lower())
    assume(not any(way in other for way in turned))
    ways = (secret, quote(secret, safe=""), quote(secret), as_go_might(secret),
            basic(secret)[6:], base64.b64encode(secret.encode()).decode(),
            json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1],
            quote(quote(secret, safe=""), safe=""), secret.encode().hex(), *turned)  # fmt: skip
    for text in (written, *strings(document)):
        assert not [way for way in ways if way in text]
    assert "26" in parsed(written.encode(), "mine").engines


SIGNATURE = "ABx5fjM2t9-qPZ71uKkLd0aa_Rw=="


@each("place", ["/downloads/{}", "/exp=1~hmac={}/b", "/s/{}/data?x=1"])
def test_a_signature_in_the_path_of_a_redirect_is_masked(place: str) -> None:
    """There, and where Docker repeats it; what was asked for stays."""
    hexed = "5f" * 32
    path = f"/v2/a-company-of-1234567890-teams/app/blobs/sha256:{hexed}"
    url = f"https://s.example/a-company-of-1234567890-teams/sha256/{hexed}" + place
    received = [("location", url.format(SIGNATURE))]
    log = [Entry("https://r.example", "GET", path, status=307, received=received)]
    document = recorder.masked(
        order(), Proxy("https://r.example", "h:1", log), "29", told(stderr=url.format(SIGNATURE))
    )
    written = json.dumps(document)
    assert SIGNATURE not in written and path in written
    assert f"s.example/a-company-of-1234567890-teams/sha256/{hexed}/" in written


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_within_a_longer_text_in_base64_is_masked(
    before: str, encode: Callable[[bytes], bytes]
) -> None:
    """Wherever it begins in the groups of three bytes: no more than a character is left."""
    masker = Masker({"s3cr/t?>+pw"})
    text = encode(f"{before}s3cr/t?>+pw".encode()).decode()
    kept = masker.everywhere([text])[0].partition(MASK)
    assert kept[1] and len(kept[0]) <= len(before) + 1 and len(kept[2].rstrip("=")) <= 1


def test_a_jwt_is_masked_wherever_it_stands() -> None:
    """Also in an unknown field."""
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
    """Requests to that host are not seen here."""
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
    engine = user_docker.Docker(str(program), {"PATH": os.defpath}).engine()
    assert (engine.kind, engine.platform) == (kind, "linux/arm64")
    assert engine.title == "Docker Engine 30.1, overlayfs"
