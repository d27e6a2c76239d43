"""A pull-through cache in a world: what it asks its upstream, and what it answers.

`tests/lesson/test_limits_real.py` has the same of a real one.
"""

from dataclasses import replace
from typing import Any

from simulator.protocol.digest import digest_of
from simulator.protocol.message import Request, Response
from simulator.registry.fixtures import hub_repositories
from simulator.registry.pull_limit import left
from simulator.scenarios.world import WorldDocument
from simulator.sources.mock import Mock, mock

HUB, CACHE = "hub.example.com", "cache.example.com"
ALPINE = hub_repositories()["library/alpine"]
INDEX = ALPINE.tags["3.22"]
BLOB = next(iter(ALPINE.blobs))
OPEN: dict[str, Any] = {"auth": "none"}


def world(hub: dict[str, Any] | None = None, **cache: Any) -> Mock:
    """A limited registry, and a cache of it."""
    upstream = {**OPEN, "images": "hub", "limit": {"address": 1}, **(hub or {})}
    sites = {HUB: upstream, CACHE: {**OPEN, "caches": HUB, **cache}}
    if upstream["auth"] == "bearer":
        sites["tokens.example.com"] = {"role": "tokens", "of": HUB}
    return mock(WorldDocument.model_validate({"sites": sites}).network())


def ask(world: Mock, path: str, method: str = "GET") -> Response:
    (exchange,) = world([Request(method, f"https://{CACHE}/v2/library/alpine/{path}")])
    assert isinstance(exchange.answer, Response)
    return exchange.answer


def pulls_left(world: Mock, who: str = "") -> int:
    registry = world.sites[HUB].registry
    assert registry and registry.limit
    return left(registry.limit, who)


def down(world: Mock) -> None:
    world.sites[HUB] = replace(world.sites[HUB], registry=None)


def test_it_fetches_once() -> None:
    """The second time costs no pull; a blob never costs one."""
    one = world()
    for _ in range(2):
        assert ask(one, "manifests/3.22").status == 200
        assert ask(one, f"blobs/{BLOB}").status == 200
        assert pulls_left(one) == 0


def test_a_head_for_what_it_lacks_is_a_get_at_the_upstream() -> None:
    one = world()
    assert ask(one, "manifests/3.22", "HEAD").status == 200
    assert pulls_left(one) == 0


def test_it_gives_what_it_has_when_the_upstream_is_down() -> None:
    one = world()
    assert ask(one, "manifests/3.22").status == ask(one, f"blobs/{BLOB}").status == 200
    down(one)
    assert ask(one, "manifests/3.22").status == ask(one, f"blobs/{BLOB}").status == 200
    assert ask(one, f"manifests/{INDEX}").status == 200
    assert ask(one, "manifests/3.23").status == 404


def test_an_error_of_the_upstream_is_a_500_and_a_404_is_a_404() -> None:
    one = world({"limit": {"used": {"": 100}}})
    answer = ask(one, "manifests/3.22")
    assert answer.status == 500 and b"TOOMANYREQUESTS" in answer.body
    head = ask(one, "manifests/3.22", "HEAD")
    assert (head.status, head.body) == (500, b"")
    assert ask(one, "manifests/9.9").status == 404
    assert ask(one, f"blobs/{digest_of(b'another')}").status == 404


def test_a_tag_that_moves_moves_in_the_cache() -> None:
    one = world({"limit": None})
    before = ask(one, "manifests/latest").header("Docker-Content-Digest")
    registry = one.sites[HUB].registry
    assert registry and before == INDEX
    moved = replace(ALPINE, tags={**ALPINE.tags, "latest": ALPINE.tags["3.23"]})
    held = {**registry.repositories, "library/alpine": moved}
    one.sites[HUB] = replace(one.sites[HUB], registry=replace(registry, repositories=held))
    assert ask(one, "manifests/latest").header("Docker-Content-Digest") == ALPINE.tags["3.23"]


def test_its_account_counts_and_not_the_address() -> None:
    """With tokens, and with a password."""
    users = {"office": {"password": "s3cret", "may_pull": ["*"]}}
    for auth in ("bearer", "basic"):
        hub = {"auth": auth, "users": users, "limit": {"used": {"": 100}}}
        one = world(hub, caches_as="office:s3cret")
        assert ask(one, "manifests/3.22").status == 200, auth
        assert (pulls_left(one), pulls_left(one, "office")) == (0, 199)


def test_a_cache_that_wants_a_login_fetches_only_after_it() -> None:
    one = world(auth="basic", users={"alice": {"password": "s3cret", "may_pull": ["*"]}})
    assert ask(one, "manifests/3.22").status == 401
    assert pulls_left(one) == 1
