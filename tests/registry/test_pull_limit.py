"""The limit of pulls: what counts, for whom, for how long, and what the answers say."""

from dataclasses import replace

from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request, Response
from simulator.registry.answer import respond
from simulator.registry.fixtures import hub_repositories
from simulator.registry.model import Auth, PullLimit, Registry, User

ALPINE = hub_repositories()["library/alpine"]
INDEX = ALPINE.tags["3.22"]
MANIFESTS = "https://registry-1.docker.io/v2/library/alpine/manifests/"
ALICE = Authorization.basic("alice", "s3cret")


def hub(address: int = 1, account: int = 2) -> Registry:
    return Registry(
        auth=Auth.NONE, repositories=hub_repositories(), users={"alice": User("s3cret")},
        limit=PullLimit(address, account, window=60), now=1000,
    )  # fmt: skip


def ask(
    registry: Registry, method: str = "GET", who: Authorization | None = None, what: str = INDEX
) -> tuple[Response, Registry]:
    told = respond(Request(method, MANIFESTS + what, (), who), registry)
    return told.response, told.registry


def remaining(answer: Response) -> str | None:
    return answer.header("RateLimit-Remaining")


def test_two_gets_are_one_pull_and_a_head_is_none() -> None:
    registry = hub(address=2)
    for method, expected in (("HEAD", "2"), ("GET", "1"), ("GET", "1"), ("HEAD", "1"),
                             ("GET", "0"), ("GET", "0"), ("HEAD", "0")):  # fmt: skip
        answer, registry = ask(registry, method)
        assert (answer.status, remaining(answer)) == (200, f"{expected};w=60")
    assert answer.header("RateLimit-Limit") == "2;w=60"
    assert answer.header("Docker-RateLimit-Source") == "203.0.113.7"


def test_without_a_pull_a_get_is_refused_and_changes_nothing() -> None:
    registry = hub(address=0)
    answer, after = ask(registry)
    assert (answer.status, remaining(answer)) == (429, "0;w=60")
    assert b"TOOMANYREQUESTS" in answer.body and b"unauthenticated pull rate limit" in answer.body
    assert after.limit and after.limit.asked == {"": 0}
    assert ask(registry, "HEAD")[0].status == 200


def test_an_account_has_pulls_of_its_own() -> None:
    """The address has none left; the text of the error is another one."""
    registry = hub(address=0, account=1)
    for status in (200, 200, 429):
        answer, registry = ask(registry, who=ALICE)
        assert answer.status == status
    assert b"authenticating and upgrading" in answer.body
    source = answer.header("Docker-RateLimit-Source")
    assert source and "alice" not in source and source != "203.0.113.7"


def test_a_new_window_begins_when_the_old_one_is_over() -> None:
    registry = hub(address=1)
    for _ in range(2):
        _answer, registry = ask(registry)
    assert ask(registry)[0].status == 429
    assert ask(replace(registry, now=1059))[0].status == 429
    answer, after = ask(replace(registry, now=1060))
    assert (answer.status, remaining(answer)) == (200, "0;w=60")
    assert after.limit and after.limit.since == {"": 1060}


def test_what_is_no_manifest_does_not_count() -> None:
    """Blobs, the version check, and a manifest that is not there."""
    registry = hub(address=0)
    blob = next(iter(ALPINE.blobs))
    for path in (f"/v2/library/alpine/blobs/{blob}", "/v2/"):
        told = respond(Request("GET", f"https://registry-1.docker.io{path}"), registry)
        assert told.response.status == 200 and remaining(told.response) is None
        assert told.registry == registry
    assert ask(registry, what="9.9")[0].status == 404


def test_a_registry_without_a_limit_says_nothing_about_one() -> None:
    assert remaining(ask(replace(hub(), limit=None))[0]) is None
