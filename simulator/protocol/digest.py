"""Digests: content named by its hash (OCI image spec, descriptor, digests)."""

import hashlib
import re

DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
ANY_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
"""What Docker's reference grammar takes for a digest, of any algorithm."""
LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
"""Hexadecimal digits of a digest, by algorithm."""
SHORT = 12
"""Digits of a digest that Docker prints."""


class InvalidDigest(ValueError):
    """Docker's own sentence about a digest that it does not take."""


def check_digest(digest: str) -> None:
    """Docker's own checks of a digest (OCI image spec, digests). Raises InvalidDigest."""
    algorithm, _, encoded = digest.partition(":")
    if algorithm not in LENGTHS:
        raise InvalidDigest("unsupported digest algorithm")
    if len(encoded) != LENGTHS[algorithm]:
        raise InvalidDigest("invalid checksum digest length")
    if encoded.lower() != encoded:
        raise InvalidDigest("invalid checksum digest format")


def parse_digest(digest: str) -> None:
    """As a header's value is read: a text without the form of a digest is reported first. Raises
    InvalidDigest."""
    if not re.fullmatch(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+", digest):
        raise InvalidDigest("invalid checksum digest format")
    check_digest(digest)


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    """`sha256:` (or another algorithm) and the hash of the data in hexadecimal digits."""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def algorithm_of(digest: str) -> str:
    """The algorithm that verifies this digest; `sha256` for one that Docker does not know, which
    then matches no content."""
    algorithm = digest.partition(":")[0]
    return algorithm if algorithm in LENGTHS else "sha256"


def short_digest(digest: str) -> str:
    """The twelve digits that Docker prints, without the algorithm."""
    return digest.rpartition(":")[2][:SHORT]
