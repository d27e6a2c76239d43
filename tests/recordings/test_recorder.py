"""The recorder: what it writes down, what it masks, and a real Docker recorded."""

import base64
import gzip
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator.cli import main
from simulator.protocol.secrets import MASK
from simulator.protocol.target import Kind
from simulator.recordings import recorder, recording_file, user_docker
from simulator.recordings.document import parsed
from simulator.recordings.masking import Masker
from simulator.recordings.proxy import Entry, Proxy
from simulator.recordings.user_docker import CannotRecord, Order
from tests.cases import each
from tests.examples import EXAMPLES
from tests.need import need

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
    proxy = Proxy("https://r.example", "127.0.0.1:1", log)
    return recording_file.masked(planned, proxy, "26", outcome)


@settings(max_examples=2 * EXAMPLES)
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
    document = recording_file.masked(order(), Proxy("https://r.example", "h:1", log), "29", told())
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
    document = recording_file.masked(order(), Proxy("https://r.example", "h:1", log), "29", told())
    first, second = document["engines"]["29"]["http"]
    assert "UNAUTHORIZED" in first["response_body"]
    assert first["request_headers"]["Accept"] == ["a", "b"]
    assert first["request_headers"]["Authorization"] == basic(MASK)
    assert first["response_headers"] == {
        "Www-Authenticate": 'Bearer realm="https://a.example/token"'
    }
    assert second["response_body"] == manifest.decode() and second["path"].endswith("?scope=x")


SIGNATURE = "q7Zr3kT9vB1xLw5Hd8Ys2NfPc6Jm4GaQeUoRiKtXzVbE0"


@pytest.mark.parametrize("where", [f"/store/a?sig={SIGNATURE}", f"/{SIGNATURE}/store/a"])
def test_what_a_redirect_leads_to_is_masked_as_the_redirect_is(where: str) -> None:
    """So a replay asks for just the recorded address."""
    log = [Entry("https://r.example", "GET", "/v2/a/manifests/1", status=307,
                 received=[("location", where)]),
           Entry("https://r.example", "GET", where, status=200, moved=Kind.MANIFEST)]  # fmt: skip
    document = recording_file.masked(order(), Proxy("https://r.example", "h:1", log), "29", told())
    first, second = document["engines"]["29"]["http"]
    assert first["response_headers"]["Location"] == second["path"]
    assert SIGNATURE not in json.dumps(document) and MASK in second["path"]


def test_a_manifest_that_came_packed_is_written_down_unpacked() -> None:
    """As the client reads it."""
    log = [Entry("https://r.example", "GET", "/v2/a/manifests/1", status=200,
                 received=[("content-encoding", "gzip")], body=gzip.compress(b"{}"))]  # fmt: skip
    document = recording_file.masked(order(), Proxy("https://r.example", "h:1", log), "29", told())
    assert document["engines"]["29"]["http"][0]["response_body"] == "{}"


def test_a_user_name_may_have_a_colon() -> None:
    """The order says where the name ends."""
    given = base64.b64encode(b"al:ice:swordfish").decode()
    log = [entry(sent=[("authorization", f"Basic {given}")])]
    typed = Order(("docker", "login", "-u", "al:ice", "r.example"))
    document = recording_file.masked(typed, Proxy("https://r.example", "h:1", log), "29", told())
    sent = document["engines"]["29"]["http"][0]["request_headers"]["Authorization"]
    assert base64.b64decode(sent.partition(" ")[2]).decode() == f"al:ice:{MASK}"


# -- bad input --------------------------------------------------------------------------------


def called(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, words, input=typed, prog_name="pullscope")


HERE = "127.0.0.1:1"
BAD_INPUT = {
    "no command": ((), "Missing argument"),
    "no Docker command": (("oras", "pull", "a"), "a command starts with docker"),
    "another verb": (("docker", "push", f"{HERE}/a"), "use one of docker login, docker logout"),
    "a password in sight": (("docker", "login", "-u", "a", "-p", "b", HERE), "--password-stdin"),
    "a password in sight of another client": (
        ("skopeo", "inspect", "--creds", "a:b", f"docker://{HERE}/a"), "--password-stdin",
    ),
    "a password within the name": (
        ("ctr", "images", "pull", "--user", "a:b", f"{HERE}/a:1"), "--password-stdin",
    ),
    "no registry": (("podman", "pull", "alpine"), "names no registry"),
    "content trust": (
        ("docker", "pull", "--disable-content-trust=false", f"{HERE}/a"), "notary server",
    ),
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
        recording_file.write(path, {})


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
