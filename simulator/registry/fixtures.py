"""Small images of our own: the same bytes each time, real enough for `docker` to load.

Layers are stored in gzip without compression, so that digests do not depend on the zlib in use.
"""

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import (
    DOCKER_CONFIG,
    DOCKER_INDEX,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
)
from simulator.protocol.platform import Platform
from simulator.registry.model import Blob, Repository, StoredManifest

CREATED = "2025-12-10T12:00:00Z"
EPOCH = 1767225600


@dataclass(frozen=True)
class Layer:
    """A layer as a plain tar and as it is sent (gzip)."""

    plain: bytes
    packed: bytes


@dataclass(frozen=True)
class Image:
    """A manifest with the blobs it names."""

    manifest: StoredManifest
    blobs: tuple[bytes, ...]
    platform: Platform

    @property
    def digest(self) -> str:
        return digest_of(self.manifest.data)


def layer(files: Mapping[str, bytes]) -> Layer:
    """A layer that adds these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(data), 0o755, EPOCH
            archive.addfile(entry, io.BytesIO(data))
    plain = buffer.getvalue()
    return Layer(plain, gzip.compress(plain, compresslevel=0, mtime=0))


@lru_cache(maxsize=64)
def unpacked_size(packed: bytes) -> int | None:
    """The bytes of all files in a packed layer; None for what is none, or is not whole."""
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            return sum(entry.size for entry in archive)
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return None


def image(layers: tuple[Layer, ...], platform: Platform, *, as_oci: bool = False) -> Image:
    """An image of these layers, in Docker's or in OCI's media types."""
    config = dumps(config_of(layers, platform))
    kinds = (
        (OCI_MANIFEST, OCI_CONFIG, OCI_LAYER)
        if as_oci
        else (DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER)
    )
    document = {
        "schemaVersion": 2,
        "mediaType": kinds[0],
        "config": pointer(kinds[1], config),
        "layers": [pointer(kinds[2], one.packed) for one in layers],
    }
    blobs = (config, *(one.packed for one in layers))
    return Image(StoredManifest(kinds[0], dumps(document)), blobs, platform)


def config_of(layers: tuple[Layer, ...], platform: Platform) -> dict[str, object]:
    """The image's configuration (OCI image spec, config)."""
    history = [
        {"created": CREATED, "created_by": f"pullscope layer {number}"}
        for number, _ in enumerate(layers)
    ]
    return {
        "architecture": platform.architecture,
        "os": platform.os,
        "created": CREATED,
        "config": {"Env": ["PATH=/usr/bin:/bin"], "Cmd": ["/app"]},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(one.plain) for one in layers]},
        "history": history,
    }


def pointer(media_type: str, data: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "size": len(data), "digest": digest_of(data)}


def dumps(document: object) -> bytes:
    return json.dumps(document, indent=3).encode()


def index(images: tuple[Image, ...]) -> StoredManifest:
    """One name for several platforms."""
    entries = [entry(one) for one in images]
    document = {"schemaVersion": 2, "mediaType": DOCKER_INDEX, "manifests": entries}
    return StoredManifest(DOCKER_INDEX, dumps(document))


def of_platforms(tags: Mapping[str, tuple[Image, ...]]) -> Repository:
    """A repository whose tags name an index each, of these images."""
    indexes = {tag: index(images) for tag, images in tags.items()}
    held = repository({}, *(one for images in tags.values() for one in images))
    tops = {digest_of(one.data): one for one in indexes.values()}
    named = {tag: digest_of(one.data) for tag, one in indexes.items()}
    return Repository(named, {**held.manifests, **tops}, held.blobs)


def repository(tags: Mapping[str, Image], *more: Image) -> Repository:
    """A repository that holds these images, tagged or not."""
    held = (*tags.values(), *more)
    return Repository(
        {tag: one.digest for tag, one in tags.items()},
        {one.digest: one.manifest for one in held},
        {digest_of(data): Blob(digest_of(data), data) for one in held for data in one.blobs},
    )


def noise(name: str, size: int) -> bytes:
    """Bytes that look like content and are the same each time."""
    line = f"{name} of a small image made by Pullscope\n".encode()
    return (line * (size // len(line) + 1))[:size]


AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


@cache
def repositories() -> Mapping[str, Repository]:
    """The repositories of the ordinary world's private registry, by name."""
    release = b'NAME="Small Linux"\n'
    base = layer({"etc/os-release": release, "usr/lib/base": noise("base", 300_000)})
    libs = layer({"usr/lib/libs": noise("libs", 120_000)})
    first = layer({"app": b"#!/bin/sh\necho 1.0\n"})
    second = layer({"app": b"#!/bin/sh\necho 1.1\n", "CHANGES": b"1.1: two layers as in 1.0\n"})
    app = image((base, libs, first), AMD64)
    newer = image((base, libs, second), AMD64)
    mine = image((base, libs, layer({"app": b"#!/bin/sh\necho mine\n"})), AMD64)
    pair = (image((base, first), AMD64), image((layer({"app": b"arm64\n"}),), ARM64))
    return {
        "myimage": repository({"latest": mine}),
        "team/app": repository({"1.0": app, "latest": app, "1.1": newer}),
        "team/multi": of_platforms({"latest": pair}),
        "team/oci": repository({"latest": image((base, first), AMD64, as_oci=True)}),
        "public/hello": repository({"latest": image((layer({"hello": b"hello\n"}),), AMD64)}),
        "other/secret": repository({"latest": image((layer({"s": b"other team\n"}),), AMD64)}),
    }


@cache
def hub_repositories() -> Mapping[str, Repository]:
    """The repositories of the ordinary world's Docker Hub, by name."""
    return {"library/alpine": of_platforms({
        "3.22": alpine("3.22"), "latest": alpine("3.22"), "3.23": alpine("3.23"),
    })}  # fmt: skip


def alpine(version: str) -> tuple[Image, ...]:
    """A small image in place of the real one of this name, for two platforms."""
    return tuple(
        image((layer({
            "etc/alpine-release": f"{version}.0\n".encode(),
            "usr/lib/base": noise(f"{version} {platform}", 80_000),
        }),), platform)
        for platform in (AMD64, ARM64)
    )  # fmt: skip


@cache
def built_repositories() -> Mapping[str, Repository]:
    """Images that were built on the client, by name: two layers of `team/app`, and one more.

    No registry has the last layer.
    """
    held = repositories()["team/app"]
    packed = [held.blobs[digest].data for digest in layers_of(held, "1.0")[:2]]
    base = [Layer(gzip.decompress(one), one) for one in packed]
    web = layer({"srv/index.html": b"<h1>Hello</h1>\n", "srv/style": noise("style", 60_000)})
    return dict.fromkeys(("library/web", "team/web"),
                         repository({"1.0": image((*base, web), AMD64)}))  # fmt: skip


def layers_of(held: Repository, tag: str) -> list[str]:
    """The digests of an image's layers, the base first."""
    document = json.loads(held.manifests[held.tags[tag]].data)
    return [one["digest"] for one in document["layers"]]


@cache
def platform_repositories() -> Mapping[str, Repository]:
    """Repositories for several platforms as BuildKit makes them, with attestations, and one
    without an index, by name."""
    base = layer({"usr/lib/base": noise("base", 200_000)})
    web = tuple(
        image((base, layer({"app": f"web for {one}\n".encode()})), one, as_oci=True)
        for one in (AMD64, ARM64)
    )
    old = image((base, layer({"app": b"#!/bin/sh\necho old\n"})), AMD64)
    board = image((layer({"app": b"for a board\n"}),), ARM64)
    return {
        "team/tool": attested(web),
        "team/old": repository({"latest": old}),
        "team/board": of_platforms({"latest": (board,)}),
    }


def attested(images: tuple[Image, ...]) -> Repository:
    """A repository whose tag latest names an index of these images, with an attestation each."""
    entries, statements = [], []
    for one in images:
        said = attestation(one)
        about = {"vnd.docker.reference.type": "attestation-manifest",
                 "vnd.docker.reference.digest": one.digest}  # fmt: skip
        entries.append(entry(one))
        entries.append(entry(said) | {"annotations": about})
        statements.append(said)
    entries.sort(key=lambda one: "annotations" in one)
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
    top = StoredManifest(OCI_INDEX, dumps(document))
    held = repository({}, *images, *statements)
    digest = digest_of(top.data)
    return Repository({"latest": digest}, {**held.manifests, digest: top}, held.blobs)


def attestation(one: Image) -> Image:
    """A statement about this image (in-toto), as an image for the platform unknown/unknown."""
    subject = [{"digest": {"sha256": one.digest.partition(":")[2]}}]
    statement = dumps({"_type": "https://in-toto.io/Statement/v0.1", "subject": subject,
                       "predicateType": "https://slsa.dev/provenance/v0.2"})  # fmt: skip
    config = dumps({"architecture": "unknown", "os": "unknown", "config": {},
                    "rootfs": {"type": "layers", "diff_ids": [digest_of(statement)]}})  # fmt: skip
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST,
                "config": pointer(OCI_CONFIG, config),
                "layers": [pointer("application/vnd.in-toto+json", statement)]}  # fmt: skip
    stored = StoredManifest(OCI_MANIFEST, dumps(document))
    return Image(stored, (config, statement), Platform("unknown", "unknown"))


def entry(one: Image) -> dict[str, object]:
    """A line of an index."""
    platform = {"architecture": one.platform.architecture, "os": one.platform.os}
    return pointer(one.manifest.media_type, one.manifest.data) | {"platform": platform}


@cache
def all_repositories() -> Mapping[str, Repository]:
    """Every repository of the ordinary world by name, wherever it is."""
    return {**repositories(), **hub_repositories(), **platform_repositories()}


@cache
def known_blobs() -> Mapping[str, bytes]:
    """Every blob of the project's own images by digest."""
    held = (*all_repositories().values(), *built_repositories().values())
    return {digest: blob.data for one in held for digest, blob in one.blobs.items()}
