"""Recordings as situations: real Docker with real and odd registries, played in worlds that were
read from what passed."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from simulator.protocol.secrets import MASK
from simulator.recordings.as_situation import ANOTHER, situation
from simulator.recordings.document import Recording, parsed
from simulator.recordings.fidelity import Comparison, Situation, compare
from tests.cases import each

DATA = Path(__file__).parent / "data" / "situations.jsonl.gz"
"""Recorded with `pullscope record --as-situation`: Docker CLI 28.2 and engine 20.10 with
docker-registry (htpasswd, tokens, open), with our own registry and its faults, and with servers
that redirect, pack or leave out headers."""


@cache
def documents() -> dict[str, dict[str, Any]]:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        return {one["name"]: one for one in map(json.loads, lines)}


def read(document: dict[str, Any]) -> Recording:
    return parsed(json.dumps(document).encode(), document["name"])


def played(document: dict[str, Any]) -> Comparison:
    return compare(Situation(read(document), "26"))


@each("name", documents())
def test_the_machine_does_in_this_world_what_docker_did(name: str) -> None:
    """Nothing that was recorded answers: only the world does."""
    assert not read(documents()[name]).recorder
    told = played(documents()[name])
    assert told.agreed, told.differences


def changed(name: str, **world: Any) -> dict[str, Any]:
    document = documents()[name]
    return {**document, "world": {**document["world"], **world}}


def spoiled() -> Iterator[tuple[dict[str, Any], str]]:
    """Situations with another world, and a field in which they must differ."""
    yield changed("basic_pull", users={"alice": "another"}), "exit_status"
    yield changed("basic_login_wrong", users={"alice": MASK}, faults=[]), "stdout"
    yield changed("fault_manifest_429", faults=[]), "stderr"
    yield changed("redirect_blob_elsewhere", faults=[]), "requests"
    yield changed("token_pull", config_json_before=None), "stderr"
    yield changed("open_pull", images_present={}), "stdout"


def test_another_world_makes_a_difference() -> None:
    """So what agrees above does so for its world."""
    for document, field in spoiled():
        told = played(document)
        assert field in [one.field for one in told.differences], document["name"]


def log(*lines: tuple[str, str, int, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"url": "https://r.example", "method": method, "path": path, "status": status,
             "request_headers": {}, "response_headers": {}, **more}
            for method, path, status, more in lines]  # fmt: skip


def made(*lines: tuple[str, str, int, dict[str, Any]]) -> dict[str, Any]:
    """The world of a recording with this log."""
    told = {"stdout": "", "stderr": "", "exit_code": 0, "http": log(*lines)}
    document = {
        "name": "mine", "recorder": "pullscope 1", "registry": "https://r.example",
        "command": "docker pull r.example/a/b:1", "engines": {"26": told},
        "world": {"config_json_before": None},
    }  # fmt: skip
    world = situation(document)["world"]
    assert isinstance(world, dict)
    return world


BASIC = {"response_headers": {"Www-Authenticate": 'Basic realm="x"'}}
GIVEN = {"request_headers": {"Authorization": "Basic YWRhOuKAouKAouKAouKAouKAouKAog=="}}


def test_the_world_names_what_the_log_shows() -> None:
    """A challenge is the registry's own; a refusal makes another password of the right one."""
    anonymous = made(("GET", "/v2/", 401, BASIC))
    assert anonymous["registries"] == {"r.example": {"transport": "https", "auth": "Basic"}}
    assert anonymous["faults"] == [] and anonymous["users"] == {}
    right = made(("GET", "/v2/", 401, BASIC), ("GET", "/v2/", 200, GIVEN))
    assert right["users"] == {"ada": MASK} and right["faults"] == []
    wrong = made(("GET", "/v2/", 401, BASIC), ("GET", "/v2/", 401, {**BASIC, **GIVEN}))
    assert wrong["users"] == {"ada": ANOTHER}


@pytest.mark.parametrize("status", [301, 403, 429, 503])
def test_what_no_registry_does_by_itself_is_a_fault_at_its_request(status: int) -> None:
    """The second of two equal requests is the second."""
    asked = ("GET", "/v2/a/b/manifests/1")
    (fault,) = made((*asked, 401, BASIC), (*asked, status, GIVEN))["faults"]
    assert (fault["times"], fault["action"]["respond"]["status"]) == ([2], status)
    assert fault["path"] == r"^/v2/a/b/manifests/1$"


def test_a_token_service_that_issues_no_token_is_a_fault() -> None:
    """Docker ends there: its own service would have issued one."""
    asked = ("GET", "/token?service=x", 200)
    (fault,) = made((*asked, {"response_body": "{}"}))["faults"]
    assert fault["action"]["respond"]["body"] == "{}"
    assert made((*asked, {"response_body": '{"token": "secret"}'}))["faults"] == []


def test_what_always_went_wrong_goes_wrong_however_often_it_is_asked() -> None:
    """The number of a client's attempts may be chance; what came right once keeps its number."""
    lost = ("GET", f"/v2/a/b/blobs/sha256:{'1' * 64}", 503, {})
    (always,) = made(lost, lost)["faults"]
    assert "times" not in always and always["action"]["respond"]["status"] == 503
    (once,) = made(lost, (*lost[:2], 200, {}))["faults"]
    assert once["times"] == [1]


def test_a_body_that_breaks_off_breaks_off_in_the_world() -> None:
    """At the byte at which it did."""
    digest = "sha256:" + "1" * 64
    cut = {"response_headers": {"Content-Length": "100"}, "response_bytes": 10}
    (fault,) = made(("GET", f"/v2/a/b/blobs/{digest}", 200, cut))["faults"]
    assert fault["action"] == {"truncate": 10}
