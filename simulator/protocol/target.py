"""What a request to a registry or a token service asks for, read from its method and path."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from simulator.protocol.digest import DIGEST
from simulator.protocol.reference import NAME


class Kind(StrEnum):
    """The calls of the distribution specification, and that of a token service."""

    PING = "ping"
    CATALOG = "catalog"
    MANIFEST = "manifest"
    BLOB = "blob"
    UPLOAD = "upload"
    TAGS = "tags"
    REFERRERS = "referrers"
    TOKEN = "token"
    OTHER = "other"


class Target(NamedTuple):
    """`identifier` is a tag, a digest or the id of an upload. `reads` is true of GET and HEAD.

    `repository` is empty where the path names none: a storage host has blobs by digest alone.
    """

    kind: Kind
    repository: str = ""
    identifier: str = ""
    reads: bool = True


READING = ("GET", "HEAD")


@lru_cache(maxsize=256)
def target(method: str, path: str) -> Target:
    """What this path (per cent signs and all) is for. OTHER is anything else."""
    kind, name, identifier = parsed(unquote(path.partition("?")[0]))
    repository = "/".join(name)
    if name and not NAME.fullmatch(repository):
        return Target(Kind.OTHER, reads=method in READING)
    return Target(kind, repository, identifier, method in READING)


def parsed(path: str) -> tuple[Kind, list[str], str]:
    """The kind, the segments of the repository's name, and the identifier."""
    match path.split("/"):
        case ["", "v2", ""]:
            return Kind.PING, [], ""
        case ["", "v2", "_catalog"]:
            return Kind.CATALOG, [], ""
        case ["", "token"]:
            return Kind.TOKEN, [], ""
        case ["", "v2", first, *rest, "manifests", identifier] if identifier:
            return Kind.MANIFEST, [first, *rest], identifier
        case ["", "v2", first, *rest, "blobs", "uploads", identifier]:
            return Kind.UPLOAD, [first, *rest], identifier
        case ["", "v2", first, *rest, "blobs", identifier] if identifier:
            kind = Kind.UPLOAD if identifier == "uploads" else Kind.BLOB
            return kind, [first, *rest], identifier if kind is Kind.BLOB else ""
        case ["", "v2", first, *rest, "tags", "list"]:
            return Kind.TAGS, [first, *rest], ""
        case ["", "v2", first, *rest, "referrers", identifier] if identifier:
            return Kind.REFERRERS, [first, *rest], identifier
        case [*_, identifier] if DIGEST.fullmatch(identifier):
            return Kind.BLOB, [], identifier
    return Kind.OTHER, [], ""
