"""The content of the laboratories in which Docker was recorded.

The content (`lab.json`) is what its registries served: manifests and configs as bytes, other blobs
by size and digest, so that digests are the same.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from simulator.protocol.manifest import Descriptor
from simulator.protocol.media_types import DOCKER_LAYER
from simulator.protocol.platform import Platform
from simulator.registry.model import Blob, Repository, StoredManifest

CONTENT = Path(__file__).with_name("lab.json")
ALICE = "s3cret"
"""alice's password."""
NOW = 1767225600
"""The lab's clock: 1 January 2026, 00:00 UTC."""
SECOND_NOW = 1795617000
"""The second laboratory's clock: 25 November 2026, 14:30 UTC."""
HOST_PLATFORMS = {"29": Platform("linux", "amd64", "v4"), "26": Platform("linux", "amd64")}
"""The recording machine's processor, as each engine names it."""


@cache
def content() -> Any:
    return json.loads(CONTENT.read_text(encoding="utf-8"))


def repositories(storage: str) -> Mapping[str, Repository]:
    """The repositories of `lab` or `hub`, by name."""
    return {name: repository(entry) for name, entry in content()["repositories"][storage].items()}


def repository(entry: Any) -> Repository:
    known = content()
    parts = {part: {digest: known[part][digest] for digest in entry[part]} for part in PARTS}
    return Repository(entry["tags"], stored(parts["manifests"]), blobs(parts["blobs"]))


PARTS = ("manifests", "blobs")


def own(given: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> Mapping[str, Repository]:
    """Repositories of these names, each with all of this content."""
    held = Repository({}, stored(given.get("manifests", {})), blobs(given.get("blobs", {})))
    return dict.fromkeys(names, held)


def stored(manifests: Mapping[str, Any]) -> Mapping[str, StoredManifest]:
    return {d: StoredManifest(one["type"], one["data"].encode()) for d, one in manifests.items()}


def blobs(entries: Mapping[str, Any]) -> Mapping[str, Blob]:
    return {digest: blob(digest, entry) for digest, entry in entries.items()}


def blob(digest: str, entry: Any) -> Blob:
    """`data` are all bytes, `part` is what is known of them."""
    if "data" in entry:
        return Blob(digest, entry["data"].encode())
    known = entry.get("part", "").encode()
    return Blob(digest, known, entry["size"], entry.get("actual", ""), entry.get("unpacked"))


def repacked() -> tuple[tuple[str, Descriptor], ...]:
    """What the classic engine made of layers when it packed them again, where that is known."""
    known = content()["repacked"]
    return tuple((d, Descriptor(DOCKER_LAYER, one["digest"], one["size"]))
                 for d, one in known.items())  # fmt: skip


def on_disk() -> tuple[tuple[str, int], ...]:
    """What each layer took with the overlayfs of the second laboratory: blocks of 4096 bytes."""
    known = content()["blobs"]
    return tuple((d, one["on_disk"]) for d, one in known.items() if "on_disk" in one)


CONTENTS = {"lab": lambda: repositories("lab"), "hub": lambda: repositories("hub")}
"""By name, the repositories that a site of the laboratory can hold."""
