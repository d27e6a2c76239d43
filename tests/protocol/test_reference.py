"""Image references, as Docker reads and prints them."""

import re

import pytest

from simulator.protocol.reference import InvalidReference, Reference
from tests.cases import each

DIGEST = "sha256:" + "a" * 64
PRINTED = [
    ("myimage", "myimage:latest", "docker.io/library/myimage:latest"),
    ("docker.io/team/app:1.0", "team/app:1.0", "docker.io/team/app:1.0"),
    ("r.example/app:1.0", "r.example/app:1.0", "r.example/app:1.0"),
    (f"r.example/app@{DIGEST}", f"r.example/app@{DIGEST}", f"r.example/app@{DIGEST}"),
    (f"r.example/app:1.0@{DIGEST}", f"r.example/app@{DIGEST}", f"r.example/app@{DIGEST}"),
    (f"myimage:1.0@{DIGEST}", f"myimage@{DIGEST}", f"docker.io/library/myimage@{DIGEST}"),
    ("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"),
]
"""The typed text, and the familiar and the canonical name of it."""


@each(("typed", "familiar", "canonical"), PRINTED)
def test_a_reference_is_printed_as_docker_does(typed: str, familiar: str, canonical: str) -> None:
    """Where a tag and a digest are given, the digest decides and the tag is not printed."""
    reference = Reference.parse(typed)
    assert (reference.familiar, reference.canonical) == (familiar, canonical)


def test_the_digest_decides_and_the_tag_is_known() -> None:
    """`name:tag@digest` asks for the digest; the whole name still holds both."""
    both = Reference.parse(f"r.example/app:1.0@{DIGEST}")
    assert (both.identifier, both.tag) == (DIGEST, "1.0")
    assert both.whole == f"r.example/app:1.0@{DIGEST}"
    assert Reference.parse("r.example/app:1.0").whole == "r.example/app:1.0"


@each("host", ["docker.io", "index.docker.io"])
def test_docker_hub_has_three_names(host: str) -> None:
    """One in references, one to talk to, and one in `config.json`."""
    hub = Reference.parse(f"{host}/team/app")
    assert (hub.domain, hub.host) == ("docker.io", "registry-1.docker.io")
    assert hub.key == "https://index.docker.io/v1/"


LONG = "a" * 255
REFUSED = [
    ("a" * 64, "cannot specify 64-byte hexadecimal strings"),
    ("r.example/App", "repository name (App) must be lowercase"),
    ("r.example/app:" + "t" * 129, "invalid reference format"),
    ("r.example/app@sha256:abc", "invalid"),
    (f"r.example/{LONG}b", "must not be more than 255 characters"),
    ("r.example/app:1.0:2.0", "invalid reference format"),
]


@each(("typed", "words"), REFUSED)
def test_what_docker_refuses_is_refused(typed: str, words: str) -> None:
    """In Docker's own words."""
    with pytest.raises(InvalidReference, match=re.escape(words)):
        Reference.parse(typed)


def test_the_longest_name_and_tag_are_taken() -> None:
    """255 characters of a repository, 128 of a tag."""
    longest = Reference.parse(f"r.example/{LONG}:{'t' * 128}")
    assert (len(longest.repository), len(longest.tag or "")) == (255, 128)
