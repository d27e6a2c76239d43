"""Descriptors, manifests and indexes (OCI image spec; Docker image spec v2.2)."""

import json
from dataclasses import dataclass

from simulator.protocol.digest import DIGEST, short_digest
from simulator.protocol.platform import Platform


@dataclass(frozen=True)
class Descriptor:
    """A pointer by content (OCI image spec, descriptor). `size` is in bytes."""

    media_type: str
    digest: str
    size: int
    platform: Platform | None = None

    @property
    def short(self) -> str:
        """The twelve digits that Docker prints."""
        return short_digest(self.digest)


@dataclass(frozen=True)
class Manifest:
    """One image: its configuration and its layers, base first."""

    media_type: str
    digest: str
    size: int
    config: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True)
class Index:
    """One name for several platforms (a "manifest list" in Docker's older words)."""

    media_type: str
    digest: str
    size: int
    manifests: tuple[Descriptor, ...]


class InvalidManifest(ValueError):
    """The bytes are not a manifest or an index."""


def parse_manifest(data: bytes, digest: str, media_type: str = "") -> Manifest | Index:
    """Read a manifest or an index. Raises InvalidManifest with what is wrong."""
    try:
        document = json.loads(data)
        kind = document.get("mediaType") or media_type
        if "manifests" in document:
            entries = tuple(descriptor(entry) for entry in document["manifests"])
            return Index(kind, digest, len(data), entries)
        layers = tuple(descriptor(layer) for layer in document["layers"])
        return Manifest(kind, digest, len(data), descriptor(document["config"]), layers)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidManifest(f"not a manifest: {error}") from None


def descriptor(entry: dict[str, object]) -> Descriptor:
    """A descriptor from its JSON form."""
    digest, size = entry["digest"], entry["size"]
    if not (isinstance(digest, str) and DIGEST.fullmatch(digest) and isinstance(size, int)):
        raise ValueError(f"bad descriptor {entry!r}")
    where = entry.get("platform")
    platform = None
    if isinstance(where, dict):
        platform = Platform(
            where.get("os", ""), where.get("architecture", ""), where.get("variant")
        )
    return Descriptor(str(entry.get("mediaType", "")), digest, size, platform)
