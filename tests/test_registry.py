"""The mock registry beside a recorded one: distribution 2.8.3, asked by hand."""

import json
from pathlib import Path
from typing import Any

import jwt
import pytest

from simulator import tokens
from simulator.oci import OCI_MANIFEST
from simulator.registry import DEVIATIONS, handle
from simulator.wire import Authorization, Request, Response, digest_of
from simulator.world import Auth, Blob, Fault, Part, Registry, Repository, StoredManifest, User

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
    """What is listed as answered otherwise was recorded, and is answered otherwise."""
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
    assert tokens.verify(document["token"], BEARER, tokens.clock(BEARER))
    told = claims(answer)
    assert (told["aud"], told["sub"], told["exp"] - told["iat"]) == (HOSTS[True], "alice", 300)
    assert told["access"] == [{"type": "repository", "name": "team/app", "actions": ["pull"]}]


@pytest.mark.parametrize(
    "scope", ["repository:team/app:push", "registry:catalog:*", "", "nonsense", "repository:x:pull"]
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
    access = (("team/app", ("pull",)),)
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
    taking = Registry(
        Auth.BEARER, REALM, HOSTS[True], repositories(), USERS, token_post=True
    )
    assert handle(request, BEARER).status == 405
    assert claims(handle(request, taking))["access"][0]["name"] == "team/app"


def test_a_limited_fault_ends() -> None:
    """A fault with `times` strikes that often."""
    fault = Fault(Part.MANIFEST, status=503, times=1)
    registry = Registry(faults=(fault,))
    assert registry.after(fault).fault(Part.MANIFEST) is None
