"""The project: its file, and its checklist against Debian's real registry."""

from pathlib import Path

import pytest

from simulator.lesson.checklist import ITEMS, check, probe, scheme
from simulator.lesson.project import InvalidProject, project
from simulator.protocol.authorization import Scheme
from simulator.protocol.reference import InvalidReference
from simulator.scenarios.real_run import InvalidRegistry
from tests.lessons import beside
from tests.registries import basic_registry, open_registry, token_registry


def verdicts(host: str, image: str = "team/app:1.0", password: str = "s3cret") -> dict[str, bool]:
    return {one.item.name: one.passed for one in check(probe(host, "alice", password, image))}


ALL = dict.fromkeys((item.name for item in ITEMS), True)


def test_a_registry_with_passwords_passes(tmp_path: Path) -> None:
    """htpasswd: everything is as it should be."""
    with basic_registry(tmp_path) as registry:
        assert verdicts(registry.host) == ALL
        assert scheme(probe(registry.host, "alice", "s3cret", "team/app:1.0")) is Scheme.BASIC


def test_a_registry_with_tokens_passes(tmp_path: Path) -> None:
    """A token service: the same, with tokens."""
    with token_registry(tmp_path) as registry:
        found = probe(registry.host, "alice", "s3cret", "team/app:1.0")
        assert {one.item.name: one.passed for one in check(found)} == ALL
        assert scheme(found) is Scheme.BEARER
        assert "s3cret" not in repr(found)


def test_an_open_registry_does_not(tmp_path: Path) -> None:
    """It asks for no credentials, so anonymous users and wrong passwords get in."""
    with open_registry(tmp_path) as registry:
        told = verdicts(registry.host)
    assert [name for name, passed in told.items() if not passed] == [
        "challenges", "strangers", "wrong",
    ]  # fmt: skip


def test_each_thing_that_is_wrong_is_seen(tmp_path: Path) -> None:
    """The wrong password, an image that is not there, a layer that is damaged."""
    with basic_registry(tmp_path) as registry:
        told = verdicts(registry.host, password="wrong")
        assert not (told["login"] or told["pull"] or told["again"]) and told["strangers"]
        told = verdicts(registry.host, "team/app:9.9")
        assert told["login"] and not told["pull"]


def test_nobody_there_says_nothing_about_the_rest() -> None:
    """It does not answer; nothing else can be checked. Each item says what it saw."""
    found = check(probe("127.0.0.1:1", "alice", "s3cret", "team/app:1.0"))
    assert {one.item.name: one.passed for one in found} == dict.fromkeys(ALL) | {"answers": False}
    assert {one.step.name for one in found} == {"Unreachable"}


@pytest.mark.parametrize(
    ("registry", "image", "error"),
    [("https://x", "a", InvalidRegistry), ("localhost:1", "Bad", InvalidReference)],
)
def test_bad_input_is_one_sentence(registry: str, image: str, error: type[ValueError]) -> None:
    """Nothing is asked of anybody."""
    with pytest.raises(error):
        probe(registry, "alice", "s3cret", image)


BAD = {
    "no title": ("steps: [{text: t, commands: []}]", "steps.0.title: Field required"),
    "no such item": (
        "{steps: [{title: t, text: t, commands: [], checks: [moon]}], hosted: []}",
        "steps.0.checks: Value error, there is no item 'moon'",
    ),
    "no mapping": ("- a", "the document: "),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_sentence(case: str, tmp_path: Path) -> None:
    """It says where."""
    written, sentence = BAD[case]
    (tmp_path / "project.yaml").write_text(written, "utf-8")
    with pytest.raises(InvalidProject) as error:
        project(beside(tmp_path))
    assert f"project.yaml:1: {sentence}" in str(error.value)
    assert "\n" not in str(error.value)
