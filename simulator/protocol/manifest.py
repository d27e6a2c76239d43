"""Descriptors, manifests and indexes (OCI image spec; Docker image spec v2.2)."""

import json
from dataclasses import dataclass

from simulator.protocol.digest import DIGEST, short_digest
from simulator.protocol.json_text import json_of
from simulator.protocol.platform import Platform, platform_of


@dataclass(frozen=True)
class Descriptor:
    """A pointer by content (OCI image spec, descriptor). `size` is in bytes.

    An attestation's `subject` is the digest of the image that it is about (BuildKit)."""

    media_type: str
    digest: str
    size: int
    platform: Platform | None = None
    subject: str = ""
    annotations: tuple[tuple[str, str], ...] = ()

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


def written(manifest: Manifest) -> bytes:
    """The manifest as Docker's engines write it: Go's JSON, indented by three."""
    document = {
        "schemaVersion": 2,
        "mediaType": manifest.media_type,
        "config": pointer(manifest.config),
        "layers": [pointer(layer) for layer in manifest.layers],
    }
    return json.dumps(document, indent=3).encode()


def pointer(to: Descriptor) -> dict[str, object]:
    return {"mediaType": to.media_type, "size": to.size, "digest": to.digest}


class InvalidManifest(ValueError):
    """The bytes are not a manifest or an index."""


def parse_manifest(data: bytes, digest: str, media_type: str = "") -> Manifest | Index:
    """Read a manifest or an index. Raises InvalidManifest with what is wrong."""
    try:
        document = json_of(data)
        kind = str(document.get("mediaType") or media_type)
        if "manifests" in document:
            entries = descriptors(document["manifests"], LARGEST_INDEX)
            return Index(kind, digest, len(data), entries)
        layers = descriptors(document["layers"], MOST_LAYERS)
        return Manifest(kind, digest, len(data), descriptor(document["config"]), layers)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidManifest(f"not a manifest: {error}") from None


MOST_LAYERS = 127
"""Layers of an image, as many as Docker's storage driver stacks."""
LARGEST_INDEX = 500
"""Entries of an index; the largest public ones have some sixty."""


def descriptors(entries: list[dict[str, object]], most: int) -> tuple[Descriptor, ...]:
    """Raises ValueError for more than this many."""
    if len(entries) > most:
        raise ValueError(f"{len(entries)} entries, more than {most}")
    return tuple(map(descriptor, entries))


def descriptor(entry: dict[str, object]) -> Descriptor:
    """A descriptor from its JSON form. Raises ValueError, KeyError or TypeError."""
    digest, size = entry["digest"], entry["size"]
    named = isinstance(digest, str) and DIGEST.fullmatch(digest)
    if not (named and type(size) is int and 0 <= size < 1 << 63):
        raise ValueError(f"bad descriptor {entry!r:.200}")
    where = entry.get("platform")
    platform = platform_of(where) if isinstance(where, dict) else None
    kind = str(entry.get("mediaType", ""))
    notes = entry.get("annotations")
    known = notes if isinstance(notes, dict) else {}
    told = tuple(sorted((str(name), str(value)) for name, value in known.items()))
    return Descriptor(kind, str(digest), size, platform, subject_of(known), told)


def subject_of(known: dict[str, object]) -> str:
    """The image that an attestation is about, by BuildKit's annotations; empty for all else."""
    if known.get("vnd.docker.reference.type") != "attestation-manifest":
        return ""
    about = str(known.get("vnd.docker.reference.digest"))
    return about if DIGEST.fullmatch(about) else ""
