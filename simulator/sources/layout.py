"""An OCI image layout on disk (image spec, "OCI Image Layout"): where a real pull puts things.

Blobs are named by their digest. One that is still arriving has a name of its own, so that
nothing under `blobs/` is ever unverified.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
)

NAME = "org.opencontainers.image.ref.name"
"""The annotation by which `oci:DIR:NAME` finds an image."""


@dataclass(frozen=True)
class Layout:
    """The layout in this directory; it is made on first use, and grows with each image."""

    path: Path

    def __post_init__(self) -> None:
        self.blobs.mkdir(parents=True, exist_ok=True)
        (self.path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}', "utf-8")

    @property
    def blobs(self) -> Path:
        return self.path / "blobs" / "sha256"

    def blob(self, digest: str) -> Path:
        return self.blobs / digest.removeprefix("sha256:")

    def part(self, digest: str) -> Path:
        """Where a blob is kept until its digest is known to be right."""
        return self.path / f"{digest.removeprefix('sha256:')}.part"

    def keep(self, digest: str) -> None:
        """What arrived is what was promised."""
        os.replace(self.part(digest), self.blob(digest))

    def put(self, data: bytes) -> str:
        """Store a small blob, such as a manifest; its digest."""
        digest = digest_of(data)
        self.blob(digest).write_bytes(data)
        return digest

    def name(self, name: str, digest: str, media_type: str) -> None:
        """Give an image its name in `index.json`; the images before it stay.

        A layout names OCI manifests only, so one of Docker's is stored in both forms: as it came,
        under its own digest, and as OCI. Config and layers are the same bytes.
        """
        data = self.blob(digest).read_bytes()
        if media_type == DOCKER_MANIFEST:
            data = as_oci(data)
            digest, media_type = self.put(data), OCI_MANIFEST
        entry = {
            "mediaType": media_type, "digest": digest, "size": len(data),
            "annotations": {NAME: name},
        }  # fmt: skip
        others = [known for known in self.manifests() if known["annotations"].get(NAME) != name]
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [*others, entry]}
        (self.path / "index.json").write_text(json.dumps(index, indent=1), "utf-8")

    def manifests(self) -> list[dict[str, Any]]:
        """The descriptors in `index.json`."""
        index = self.path / "index.json"
        if not index.exists():
            return []
        return list(json.loads(index.read_text("utf-8"))["manifests"])


OCI_NAMES = {
    DOCKER_MANIFEST: OCI_MANIFEST, DOCKER_CONFIG: OCI_CONFIG, DOCKER_LAYER: OCI_LAYER
}  # fmt: skip


def as_oci(manifest: bytes) -> bytes:
    """The same image in OCI's media types (image spec, "Compatibility matrix")."""
    document = json.loads(manifest)
    for part in (document, document["config"], *document["layers"]):
        part["mediaType"] = OCI_NAMES.get(part["mediaType"], part["mediaType"])
    return json.dumps(document, separators=(",", ":")).encode()
