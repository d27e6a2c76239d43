"""What a request asks for, and which bytes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.protocol.byte_range import UNSATISFIABLE, ByteRange
from simulator.protocol.target import Kind, Target, target

DIGEST = "sha256:" + "0" * 64
PATHS = {
    "/v2/": Target(Kind.PING),
    "/v2/_catalog": Target(Kind.CATALOG),
    "/token": Target(Kind.TOKEN),
    "/v2/team/app/manifests/1.0": Target(Kind.MANIFEST, "team/app", "1.0"),
    "/v2/team%2Fapp/manifests/1.0": Target(Kind.MANIFEST, "team/app", "1.0"),
    "/v2/a/manifests/b/manifests/1.0": Target(Kind.MANIFEST, "a/manifests/b", "1.0"),
    "/v2/manifests/manifests/manifests": Target(Kind.MANIFEST, "manifests", "manifests"),
    f"/v2/app/blobs/{DIGEST}": Target(Kind.BLOB, "app", DIGEST),
    "/v2/app/blobs/sha256%3Aabc": Target(Kind.BLOB, "app", "sha256:abc"),
    "/v2/app/blobs/uploads/": Target(Kind.UPLOAD, "app"),
    "/v2/app/blobs/uploads": Target(Kind.UPLOAD, "app"),
    "/v2/app/blobs/uploads/7": Target(Kind.UPLOAD, "app", "7"),
    "/v2/app/tags/list": Target(Kind.TAGS, "app"),
    f"/v2/app/referrers/{DIGEST}": Target(Kind.REFERRERS, "app", DIGEST),
    f"/storage/{DIGEST}": Target(Kind.BLOB, "", DIGEST),
    "/v2": Target(Kind.OTHER),
    "/v2/manifests/1.0": Target(Kind.OTHER),
    "/v2/App/manifests/1.0": Target(Kind.OTHER),
    "/v2//manifests/1.0": Target(Kind.OTHER),
    "/v2/app/manifests/": Target(Kind.OTHER),
    "/v1/_ping": Target(Kind.OTHER),
    "": Target(Kind.OTHER),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_says_what_is_asked_for(path: str) -> None:
    """The calls of the distribution specification; anything else is OTHER."""
    assert target("GET", path) == PATHS[path]


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE", "get"])
def test_other_methods_than_get_and_head_do_not_only_read(method: str) -> None:
    """HTTP's methods are written in capitals (RFC 9110 section 9.1)."""
    found = target(method, "/v2/app/manifests/1.0")
    assert (found.kind, found.reads) == (Kind.MANIFEST, False)
    assert target("HEAD", "/v2/app/manifests/1.0").reads


@given(st.text(max_size=60))
def test_no_path_is_too_odd(path: str) -> None:
    """Any text is a target, and only a repository's name is one."""
    found = target("GET", path)
    assert found.kind is not Kind.MANIFEST or (found.repository and found.identifier)


RANGES: dict[str | None, ByteRange | None] = {
    None: None, "": None, "lines=1-2": None, "bytes=0-1,3-4": None,
    "bytes=0-4": ByteRange(0, 4), "bytes=5-": ByteRange(5), "bytes=-5": ByteRange(None, 5),
    "bytes=": UNSATISFIABLE, "bytes=-": UNSATISFIABLE, "bytes=x-": UNSATISFIABLE,
    f"bytes={'9' * 99}-": UNSATISFIABLE,
}  # fmt: skip


@pytest.mark.parametrize("header", RANGES)
def test_one_range_of_bytes_is_read(header: str | None) -> None:
    """Several ranges and other units are ignored; a malformed one cannot be satisfied."""
    assert ByteRange.parse(header) == RANGES[header]


WITHIN = {
    ByteRange(0, 4): slice(0, 5), ByteRange(3): slice(3, 10), ByteRange(None, 4): slice(6, 10),
    ByteRange(None, 99): slice(0, 10), ByteRange(9, 99): slice(9, 10), ByteRange(10): None,
    ByteRange(5, 3): None, ByteRange(None, 0): None, UNSATISFIABLE: None,
}  # fmt: skip


@pytest.mark.parametrize("wanted", WITHIN)
def test_a_range_is_narrowed_to_what_there_is(wanted: ByteRange) -> None:
    """Of ten bytes; None where nothing is left."""
    assert wanted.within(10) == WITHIN[wanted]
