"""The mock registry beside a recorded one: distribution 2.8.3, asked by hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest

from simulator.protocol.authorization import Authorization
from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import OCI_MANIFEST
from simulator.protocol.message import Request, Response
from simulator.registry import tokens
from simulator.registry.answer import DEVIATIONS
from simulator.registry.model import (
    Auth,
    Blob,
    Fault,
    Part,
    Registry,
    Repository,
    StoredManifest,
    User,
)
from tests.registry.answers import handle

ANSWERS = {
    answer["title"]: answer
    for answer in json.loads(
        (Path(__file__).parent / "data" / "registry_answers.json").read_text("utf-8")
    )
}
TOKEN_REGISTRY = "token registry: "
HOSTS = {True: "private.example.com", False: "registry.example.com"}


def stored(title: str) -> tuple[str, StoredManifest]:
    """The manifest that was recorded: its bytes are in the answer."""
    answer = ANSWERS[title]
    data = answer["body"].encode()
    assert digest_of(data) == answer["response_headers"]["Docker-Content-Digest"]
    return digest_of(data), StoredManifest(answer["response_headers"]["Content-Type"], data)


def repositories() -> dict[str, Repository]:
    """What the recorded registry held, as far as it was asked for."""
    manifest, index = stored("manifest by tag"), stored("index")
    blob = ANSWERS["blob"]["path"].rpartition("/")[2]
    size = int(ANSWERS["blob"]["response_headers"]["Content-Length"])
    oci = b'{"schemaVersion":2}'
    tags = dict.fromkeys(("latest", "1.1", "rolling", "1.0"), manifest[0])
    return {
        "alice/app": Repository(),
        "library/hello": Repository(),
        "other/secret": Repository(),
        "team/app": Repository(tags, dict([manifest]), {blob: Blob(blob, bytes(size))}),
        "team/multi": Repository({"latest": index[0]}, dict([index])),
        "team/oci": Repository(
            {"latest": digest_of(oci)}, {digest_of(oci): StoredManifest(OCI_MANIFEST, oci)}
        ),
    }


USERS = {"alice": User("s3cret", ("*",))}
BASIC = Registry(realm="Lab Registry", repositories=repositories(), users=USERS)
REALM = "https://auth.example.com/token"
BEARER = Registry(Auth.BEARER, REALM, HOSTS[True], repositories(), USERS)


def played(answer: dict[str, Any]) -> Response:
    """Our answer to the recorded request."""
    bearer = answer["title"].startswith(TOKEN_REGISTRY)
    headers = dict(answer["request_headers"])
    sent = Authorization.parse(headers.pop("Authorization", None))
    url = f"https://{HOSTS[bearer]}{answer['path']}"
    request = Request(answer["method"], url, tuple(headers.items()), sent)
    return handle(request, BEARER if bearer else BASIC)


def agrees(answer: dict[str, Any], ours: Response) -> bool:
    """Status, every recorded header and the body are the same; a blob's body in its size."""
    recorded, body = answer["body"], ours.body.decode("utf-8", "replace")
    if recorded.endswith(" bytes>"):
        recorded, body = recorded.strip("<>"), f"{len(ours.body)} bytes"
    return (
        ours.status == answer["status"]
        and sorted(ours.headers) == sorted(answer["response_headers"].items())
        and body == recorded
    )


@pytest.mark.parametrize("title", [title for title in ANSWERS if title not in DEVIATIONS])
def test_the_mock_answers_as_recorded(title: str) -> None:
    """Status, headers and body of every request that a login or a pull can make."""
    answer, ours = ANSWERS[title], played(ANSWERS[title])
    assert ours.status == answer["status"]
    assert dict(ours.headers) == answer["response_headers"]
    assert agrees(answer, ours)


@pytest.mark.parametrize("title", list(DEVIATIONS))
def test_a_deviation_is_one(title: str) -> None:
    """A listed difference was recorded, and is a difference."""
    assert not agrees(ANSWERS[title], played(ANSWERS[title]))


# -- the token service ------------------------------------------------------------------------


def asked_for(scope: str, *credentials: str) -> Response:
    sent = Authorization.basic(*credentials) if credentials else None
    return handle(Request("GET", f"{REALM}?service={HOSTS[True]}&scope={scope}", (), sent), BEARER)


def claims(answer: Response) -> dict[str, Any]:
    document = answer.json()
    assert isinstance(document, dict)
    return dict(jwt.decode(document["token"], options={"verify_signature": False}))


def test_a_token_is_signed_and_for_one_service() -> None:
    """A JWT of ES256 whose certificate verifies it, for this audience, subject and scope."""
    answer = asked_for("repository:team/app:pull", "alice", "s3cret")
    document = answer.json()
    assert isinstance(document, dict)
    assert jwt.get_unverified_header(document["token"])["alg"] == "ES256"
    assert jwt.get_unverified_header(document["token"])["x5c"]
    assert tokens.verify(document["token"], BEARER, BEARER.clock)
    told = claims(answer)
    assert (told["aud"], told["sub"], told["exp"] - told["iat"]) == (HOSTS[True], "alice", 300)
    assert told["access"] == [{"type": "repository", "name": "team/app", "actions": ["pull"]}]


@pytest.mark.parametrize(
    "scope", ["repository:team/app:push", "registry:other:*", "", "nonsense", "repository:x:pull"]
)
def test_what_may_not_be_had_is_left_out(scope: str) -> None:
    """A scope that is not granted is no error: the token just does not have it."""
    users = {"alice": User("s3cret", ("team/*",))}
    registry = Registry(Auth.BEARER, REALM, HOSTS[True], repositories(), users)
    sent = Authorization.basic("alice", "s3cret")
    answer = handle(Request("GET", f"{REALM}?scope={scope}", (), sent), registry)
    assert (answer.status, claims(answer)["access"]) == (200, [])


def test_a_wrong_password_gets_no_token() -> None:
    """401, with the words that Docker prints."""
    answer = asked_for("repository:team/app:pull", "alice", "wrong")
    assert answer.status == 401
    assert b"incorrect username or password" in answer.body


def pull_with(token: str, now: int) -> int:
    registry = Registry(Auth.BEARER, REALM, HOSTS[True], repositories(), USERS, now=now)
    url = f"https://{HOSTS[True]}/v2/team/app/manifests/1.0"
    return handle(Request("GET", url, (), Authorization.bearer(token)), registry).status


def test_a_token_opens_for_its_time_only() -> None:
    """Before and after its lifetime, and for another key, a token is worth nothing."""
    now = 1_000_000
    access = (("repository", "team/app", ("pull",)),)
    token = tokens.issue(BEARER, "alice", access, now)
    assert [pull_with(token, at) for at in (now - 60, now, now + 299, now + 300)] == [
        401, 200, 200, 401,
    ]  # fmt: skip
    forged = jwt.encode({"aud": HOSTS[True]}, "k" * 32, algorithm="HS256")
    assert pull_with(forged, now) == 401


def test_post_is_taken_only_where_the_registry_says_so() -> None:
    """The OAuth2 form; distribution's own service answers 405."""
    form = (("username", "alice"), ("password", "s3cret"), ("scope", "repository:team/app:pull"))
    request = Request("POST", REALM, (), None, form)
    taking = Registry(Auth.BEARER, REALM, HOSTS[True], repositories(), USERS, token_post=True)
    assert handle(request, BEARER).status == 405
    assert claims(handle(request, taking))["access"][0]["name"] == "team/app"


def test_an_identity_token_is_given_and_cannot_be_guessed() -> None:
    """It opens as the password does, until that is changed; a made-up one opens nothing."""
    giving = replace(BEARER, refresh=True)
    sent = Authorization.basic("alice", "s3cret")
    answer = handle(Request("GET", f"{REALM}?offline_token=true", (), sent), giving).json()
    assert isinstance(answer, dict)
    changed = replace(giving, users={"alice": User("another", ("*",))})

    def opens(token: str, registry: Registry) -> int:
        form = (("grant_type", "refresh_token"), ("refresh_token", token))
        return handle(Request("POST", REALM, (), None, form), registry).status

    token = answer["refresh_token"]
    assert [opens(token, giving), opens(token, changed)] == [200, 401]
    assert opens("identity-of-alice", giving) == opens("", giving) == 401


def test_a_limited_fault_ends() -> None:
    """A fault with `times` strikes that often."""
    fault = Fault(Part.MANIFEST, status=503, times=1)
    registry = Registry(faults=(fault,))
    assert registry.after(fault).fault(Part.MANIFEST) is None


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_we_did_not_sign_opens_nothing(algorithm: str) -> None:
    """All claims right, but unsigned or signed with a shared secret: 401."""
    told = claims(asked_for("repository:team/app:pull", "alice", "s3cret"))
    forged = jwt.encode(told, "" if algorithm == "none" else "k" * 32, algorithm=algorithm)
    assert pull_with(forged, told["iat"]) == 401


@pytest.mark.parametrize("header", ["Basic YWxpY2U=", "Basic ???", "Basic", "Basic 4pI6", "X y"])
def test_malformed_credentials_are_no_credentials(header: str) -> None:
    """Anything but base64 of `user:password` is answered with the challenge."""
    sent = Authorization.parse(header)
    assert handle(Request("GET", "https://h/v2/", (), sent), BASIC).status == 401


# -- faults and odd requests ------------------------------------------------------------------

LAYER = ANSWERS["blob"]["path"].rpartition("/")[2]


def blob(*faults: Fault, path: str = LAYER, **headers: str) -> Response:
    """The answer of an open registry with these faults."""
    registry = Registry(Auth.NONE, repositories=repositories(), faults=faults)
    url = f"https://h/v2/team/app/blobs/{path}"
    return handle(Request("GET", url, tuple(headers.items())), registry)


def test_a_corrupted_blob_keeps_its_length() -> None:
    """One byte differs: only the digest can tell."""
    whole, damaged = blob(), blob(Fault(Part.BLOB, corrupt=True))
    assert damaged.headers == whole.headers
    assert sum(a != b for a, b in zip(damaged.body, whole.body, strict=True)) == 1


def test_a_cut_blob_announces_what_it_does_not_send() -> None:
    """The length stays, the bytes end early; a cut at the end is none."""
    cut = blob(Fault(Part.BLOB, cut_after=10))
    assert (cut.cut, len(cut.body), cut.header("Content-Length")) == (True, 10, "117")
    assert not blob(Fault(Part.BLOB, cut_after=117)).cut


def test_a_fault_strikes_only_where_it_is_laid() -> None:
    """Its digest is recognized in the URL, whether escaped or not; others are left alone."""
    fault = Fault(Part.BLOB, status=429, code="TOOMANYREQUESTS", digest=LAYER)
    assert blob(fault).status == 429
    assert blob(fault, path=LAYER.replace(":", "%3A")).status == 429
    assert blob(replace(fault, digest="sha256:" + "0" * 64)).status == 200
    assert blob(replace(fault, part=Part.MANIFEST)).status == 200


RANGES = {
    "bytes=0-0": 206, "bytes=116-": 206, "bytes=0-999999999999999999": 206,
    "bytes=-5": 206, "bytes=117-": 416, "bytes=5-3": 416, f"bytes={'9' * 5000}-": 416,
    "bytes=0-1,3-4": 200, "lines=1-2": 200,
}  # fmt: skip


@pytest.mark.parametrize("wanted", RANGES)
def test_one_range_is_served(wanted: str) -> None:
    """One of bytes; several, or other units, are ignored (RFC 9110 section 14.2)."""
    answer = blob(Range=wanted)
    assert answer.status == RANGES[wanted]
    assert answer.header("Content-Length") == str(len(answer.body))


@pytest.mark.parametrize("size", ["0", "-1", "x", "9" * 5000])
def test_an_odd_page_size_is_no_error_of_ours(size: str) -> None:
    """A value that is no number, or a huge one, is left aside."""
    registry = Registry(Auth.NONE, repositories=repositories())
    url = f"https://h/v2/team/app/tags/list?n={size}"
    assert handle(Request("GET", url), registry).status == 200


def test_pages_are_linked_to_the_end() -> None:
    """Following the links lists each tag once, in order (distribution spec, end-8b)."""
    registry = Registry(Auth.NONE, repositories=repositories())
    path, found = "/v2/team/app/tags/list?n=3", []
    while path:
        answer = handle(Request("GET", f"https://h{path}"), registry)
        found += json.loads(answer.body)["tags"]
        path = (answer.header("Link") or "").partition(">")[0].removeprefix("<")
    assert found == ["1.0", "1.1", "latest", "rolling"]
