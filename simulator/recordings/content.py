"""The content that a recording tells of: manifests and blobs, held before or received."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from simulator.docker.engines import engine as known_engine
from simulator.docker.image_store import ImageStore
from simulator.protocol.manifest import Index, InvalidManifest, Manifest, parse_manifest
from simulator.protocol.target import Kind as Target
from simulator.protocol.target import Target as Asked
from simulator.protocol.target import target
from simulator.recordings import lab
from simulator.recordings.document import Exchanged, Told
from simulator.recordings.scene import Scene


def known_config(digest: str) -> bytes:
    """The lab's image configurations are known, though a log has only their sizes."""
    data = str(lab.content()["blobs"].get(digest, {}).get("data", ""))
    return data.encode() if data.startswith("{") else b""


def known_digest(digest: str) -> str:
    """What truly arrives under this name; the lab has blobs that are corrupted."""
    entry = lab.content()["blobs"].get(digest, {})
    return str(entry.get("actual") or digest)


def known_unpacked(digest: str) -> int | None:
    """The bytes of the files in a layer of the lab."""
    size = lab.content()["blobs"].get(digest, {}).get("unpacked")
    return int(size) if size is not None else None


def promised(manifest: Any) -> Iterator[tuple[str, int]]:
    """Digests and sizes of the blobs that a manifest names."""
    known = manifest if isinstance(manifest, dict) else {}
    layers = known.get("layers")
    for entry in [known.get("config"), *(layers if isinstance(layers, list) else [])]:
        if isinstance(entry, dict) and isinstance(entry.get("size"), int):
            yield str(entry.get("digest", "")), entry["size"]


EXISTS = re.compile(r"(?P<id>[0-9a-f]{12}): Already exists")


MANIFEST = re.compile(r".*/manifests/(?P<digest>sha256:[0-9a-f]{64})")


def line_target(line: Exchanged) -> Asked:
    """What a recorded request asks for."""
    return target(line.method, line.path)


def held(scene: Scene) -> ImageStore:
    """What the recorded engine held before: beside the setup, what it said exists already, and
    what it did not ask for although the pull went well."""
    images = scene.client.images
    manifests = [*received(scene.told), *kept(scene)]
    blobs = dict.fromkeys(images.blobs)
    for manifest in manifests:
        if isinstance(manifest, Manifest):
            blobs |= dict.fromkeys(held_blobs(manifest, scene.told))
    known = {one.digest: one for one in (*images.manifests, *kept(scene))}
    return replace(images, blobs=tuple(blobs), manifests=tuple(known.values()))


def received(told: Told) -> Iterator[Manifest | Index]:
    """The manifests in the recording."""
    for line in told.http:
        if line_target(line).kind is Target.MANIFEST and line.status == 200 and line.response_body:
            yield from readable(line.response_body, digest_in(line), media_type(line))


def readable(text: str, digest: str, kind: str) -> Iterator[Manifest | Index]:
    """This manifest, if it is one."""
    with suppress(InvalidManifest):
        yield parse_manifest(text.encode(), digest, kind)


def digest_in(line: Exchanged) -> str:
    named = {name.lower(): value for name, value in line.response_headers.items()}
    return str(named.get("docker-content-digest", ""))


def media_type(line: Exchanged) -> str:
    named = {name.lower(): value for name, value in line.response_headers.items()}
    return str(named.get("content-type", ""))


def kept(scene: Scene) -> Iterator[Manifest | Index]:
    """Manifests that engine 26 resolved and did not ask for: it had them from earlier. The
    recorder wrote them down, and the lab's are known."""
    for one in scene.told.manifests_held:
        yield from readable(one.data, one.digest, one.media_type)
    if scene.told.exit_code or not known_engine(scene.engine).keeps_manifests:
        return
    asked = {found["digest"] for line in scene.told.http if line.method == "GET"
             if (found := MANIFEST.fullmatch(line.path))}  # fmt: skip
    named = [digest_in(line) for line in scene.told.http if line.method == "HEAD"]
    yield from unasked_manifests([digest for digest in named if digest], asked)


def unasked_manifests(digests: Sequence[str], asked: set[str]) -> Iterator[Manifest | Index]:
    for digest in digests:
        entry = lab.content()["manifests"].get(digest)
        if entry is None or digest in asked:
            continue
        manifest = parse_manifest(entry["data"].encode(), digest, entry["type"])
        yield manifest
        if isinstance(manifest, Index):
            yield from unasked_manifests([one.digest for one in manifest.manifests], asked)


def held_blobs(manifest: Manifest, told: Told) -> Iterator[str]:
    exist = {found["id"] for found in EXISTS.finditer(told.stdout)}
    targets = map(line_target, told.http)
    asked = {one.identifier for one in targets if one.kind is Target.BLOB}
    for blob in (manifest.config, *manifest.layers):
        unasked = told.exit_code == 0
        if blob.digest not in asked and (blob.short in exist or unasked):
            yield blob.digest
