"""The images that a store holds, as engine and CLI tell them, and how names find them.

The engines differ in what an image's id is: `by_config` says that it is its config's digest.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from simulator.docker.image_store import (
    NAMELESS,
    ImageStore,
    chain_ids,
    familiar,
    parts,
    repository_of,
)
from simulator.protocol.digest import short_digest
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, Manifest
from simulator.protocol.media_types import INDEXES, LAYERS, MANIFESTS
from simulator.protocol.platform import Platform
from simulator.protocol.reference import InvalidReference, Reference, split_tag

Kind = Literal["image", "attestation", "unknown"]


@dataclass(frozen=True)
class HeldManifest:
    """One manifest of an image (moby, `ManifestSummary`): of an index, each that it names.

    `content` is the size of what is here of it, `unpacked` what its layers take besides.
    """

    descriptor: Descriptor
    kind: Kind
    platform: Platform
    available: bool = False
    content: int = 0
    unpacked: int = 0
    config: ImageConfig | None = None

    @property
    def size(self) -> int:
        return self.content + self.unpacked


@dataclass(frozen=True)
class HeldImage:
    """One image with all its names, as engine and CLI tell it.

    `names` are the names in the store, `tags` and `digests` those that are shown. `content` is
    the size of what was downloaded, `size` what it takes on disk, `own_size` that of the one
    platform that `config` is of.
    """

    id: str
    digest: str
    names: tuple[str, ...]
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    descriptor: Descriptor
    size: int = 0
    content: int = 0
    config: ImageConfig | None = None
    listed: tuple[str, ...] = ()
    """Those of the digests that a table of images knows."""
    own_size: int = 0
    manifests: tuple[HeldManifest, ...] = ()

    @property
    def short(self) -> str:
        return short_digest(self.id)

    def matching(self, pattern: str) -> "HeldImage":
        """With those names alone that match, whole or without their tag."""
        if not pattern:
            return self
        tags = tuple(one for one in self.tags if fits(pattern, one))
        digests = tuple(one for one in self.digests if fits(pattern, one))
        listed = tuple(one for one in self.listed if fits(pattern, one))
        return replace(self, tags=tags, digests=digests, listed=listed)

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Repository, tag and digest of each row of a table: a digest has a row of its own only
        where its repository has no tag."""
        digests = {repository_of(one): one.partition("@")[2] for one in self.listed}
        tagged = [split_tag(tag) for tag in self.tags if "@" not in tag]
        rows = [(name, tag or NAMELESS, digests.get(name, NAMELESS)) for name, tag in tagged]
        lone = [name for name in digests if name not in {name for name, _ in tagged}]
        rows += [(name, NAMELESS, digests[name]) for name in lone]
        return tuple(rows) or ((NAMELESS, NAMELESS, NAMELESS),)


def fits(pattern: str, name: str) -> bool:
    """A star stands for anything but a slash."""
    wild = re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return any(re.fullmatch(wild, one) for one in (name, repository_of(name)))


def held(
    store: ImageStore, by_config: bool, host: Platform | None = None
) -> tuple[HeldImage, ...]:
    """All images, those made last first. Of several platforms, it is that of the host."""
    names: dict[str, list[tuple[str, str]]] = {}
    for name, digest in store.images:
        manifest = store.image_manifest(digest)
        if manifest is not None:
            ident = manifest.config.digest if by_config else digest
            names.setdefault(ident, []).append((name, digest))
    make = classic_image if by_config else containerd_image
    found = [make(store, ident, known, host or Platform()) for ident, known in names.items()]
    found.sort(key=lambda image: image.tags or image.digests)
    return tuple(sorted(found, key=made, reverse=True))


def made(image: HeldImage) -> str:
    return image.config.created if image.config else ""


def classic_image(
    store: ImageStore, ident: str, known: list[tuple[str, str]], host: Platform
) -> HeldImage:
    """Tags and digests apart. A name that `docker tag` gave has no digest yet."""
    digest = known[0][1]
    top, manifest = store.manifest(digest), store.image_manifest(digest)
    assert top is not None and manifest is not None
    named = [(name, top) for name, top in known if repository_of(name) != NAMELESS]
    tags = sorted(name for name, _ in named if "@" not in name)
    told = [one for one in named if one[0] not in store.given]
    digests = tuple(familiar(one) for one in sorted(digested(told)))
    size = unpacked_size(store, manifest)
    return HeldImage(
        ident,
        digest,
        tuple(sorted(name for name, _ in known)),
        tuple(map(familiar, tags)),
        digests,
        Descriptor(top.media_type, top.digest, top.size),
        size,
        present_size(store, manifest),
        store.config(manifest.config.digest),
        digests,
        size,
    )


def containerd_image(
    store: ImageStore, ident: str, known: list[tuple[str, str]], host: Platform
) -> HeldImage:
    """Every name as a tag; all names make one row, with the digest of the last one alone."""
    digest = known[0][1]
    top = store.manifest(digest)
    assert top is not None
    named = [(name, top) for name, top in known if repository_of(name) != NAMELESS]
    descriptor = Descriptor(top.media_type, top.digest, top.size)
    manifests = tuple(held_manifests(store, descriptor))
    size, best = sum(one.size for one in manifests), preferred(manifests, host)
    last = max(named, default=None) if best else None
    return HeldImage(
        ident,
        digest,
        tuple(sorted(name for name, _ in known)),
        tuple(familiar(name) for name in sorted(name for name, _ in named)),
        tuple(familiar(one) for one in sorted(digested(named))),
        descriptor,
        size,
        sum(one.content for one in manifests),
        best.config if best else None,
        tuple(map(familiar, digested([last] if last else []))),
        best.size if best else size,
        manifests,
    )


def digested(named: list[tuple[str, str]]) -> set[str]:
    return {f"{repository_of(name)}@{top}" for name, top in named}


def preferred(manifests: tuple[HeldManifest, ...], host: Platform) -> HeldManifest | None:
    """The image for the host, be it here or not; without one, the first image."""
    images = [one for one in manifests if one.kind == "image"]
    return next((one for one in images if one.platform.matches(host)), next(iter(images), None))


def held_manifests(store: ImageStore, to: Descriptor) -> Iterator[HeldManifest]:
    """Every manifest below this descriptor that is here, or that an index here names."""
    found = store.manifest(to.digest)
    if to.media_type in INDEXES or isinstance(found, Index):
        for entry in found.manifests if isinstance(found, Index) else ():
            yield from held_manifests(store, entry)
    elif to.media_type in MANIFESTS or isinstance(found, Manifest):
        yield held_manifest(store, to, found if isinstance(found, Manifest) else None)


def held_manifest(store: ImageStore, to: Descriptor, manifest: Manifest | None) -> HeldManifest:
    kind = kind_of(to, manifest)
    config = store.config(manifest.config.digest) if manifest and kind == "image" else None
    platform = to.platform or (config.platform if config else Platform("", ""))
    if manifest is None:
        return HeldManifest(to, kind, platform)
    available = all(blob.digest in store.blobs for blob in parts(manifest))
    unpacked = space(store, manifest) if config and available else 0
    return HeldManifest(
        to, kind, platform, available, present_size(store, manifest), unpacked, config
    )


def kind_of(to: Descriptor, manifest: Manifest | None) -> Kind:
    """What a manifest is of. One that has layers, and none that an image has, is something else
    that uses the form of an image."""
    if to.subject:
        return "attestation"
    layers = manifest.layers if manifest else ()
    foreign = bool(layers) and not any(layer.media_type in LAYERS for layer in layers)
    return "unknown" if foreign or to.platform == UNKNOWN else "image"


UNKNOWN = Platform("unknown", "unknown")


def present_size(store: ImageStore, manifest: Manifest) -> int:
    """Bytes of the manifest and of its blobs that are here; a blob counts as often as named."""
    here = [blob.size for blob in parts(manifest) if blob.digest in store.blobs]
    return manifest.size + sum(here)


def space(store: ImageStore, manifest: Manifest) -> int:
    """What the unpacked layers take on disk, where that is known; else the size of the files."""
    known = {**dict(store.unpacked), **dict(store.on_disk)}
    return sum(known.get(layer.digest, layer.size) for layer in manifest.layers)


def unpacked_size(store: ImageStore, manifest: Manifest) -> int:
    """The bytes of all files in all layers; of an image that was not unpacked, the downloaded
    bytes."""
    known = dict(store.unpacked)
    return sum(known.get(layer.digest, layer.size) for layer in manifest.layers)


def shared_sizes(
    store: ImageStore, images: Sequence[HeldImage], by_config: bool
) -> tuple[int, ...]:
    """The bytes of each image that another image has too: layers unpacked, and with containerd's
    store what was downloaded (moby, `computeSharedSize`)."""
    found = [dict(pieces(store, image, by_config)) for image in images]
    owners = Counter(name for one in found for name in one)
    return tuple(sum(n for name, n in one.items() if owners[name] > 1) for one in found)


def pieces(store: ImageStore, image: HeldImage, by_config: bool) -> Iterator[tuple[str, int]]:
    """Unpacked layers by their chain, and blobs by their digest, each with its size."""
    here = [one.descriptor.digest for one in image.manifests] or [image.digest]
    for manifest in filter(None, map(store.image_manifest, here)):
        config = store.config(manifest.config.digest)
        chains = chain_ids(config.diff_ids) if config else ()
        sizes = (
            dict(store.unpacked) if by_config else {**dict(store.unpacked), **dict(store.on_disk)}
        )
        for chain, layer in zip(chains, manifest.layers, strict=False):
            yield chain, sizes.get(layer.digest, layer.size)
        if not by_config:
            yield manifest.digest, manifest.size
            yield from ((one.digest, one.size) for one in parts(manifest)
                        if one.digest in store.blobs)  # fmt: skip


# -- finding one ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    """Why nothing was done: `missing`, `invalid`, `referenced` by several names (`detail`
    is the image's id), or Docker's CLI does not ask for it (`detail` says why)."""

    name: str
    why: Literal["missing", "invalid", "no reference", "referenced", "unsupported"]
    detail: str = ""


@dataclass(frozen=True)
class Removal:
    """What `docker rmi` did: `untagged` and `deleted` as they are told, and the store's `names`
    that are gone."""

    untagged: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def is_prefix(ident: str, text: str) -> bool:
    """Whether this is how the id begins, with or without its algorithm."""
    return ident.startswith(text) or ident.partition(":")[2].startswith(text)


SHORTEST = 4
"""Digits by which containerd's store takes a word for the beginning of an id."""


def find_image(
    store: ImageStore, by_config: bool, text: str, host: Platform | None = None
) -> HeldImage | Refusal:
    """The image of this name, digest or beginning of an id."""
    images = held(store, by_config, host)
    try:
        name = Reference.parse(text).canonical
    except InvalidReference as error:
        if not re.fullmatch(r"(sha256:)?[0-9a-f]{64}", text):
            return Refusal(text, "invalid", str(error))
        name = ""
    for image in images:
        if name in image.names or name in {canonical_digest(image, n) for n in image.names}:
            return image
    digits = text.removeprefix("sha256:")
    if re.fullmatch(r"[0-9a-f]+", digits) and len(digits) >= (1 if by_config else SHORTEST):
        matching = [image for image in images if is_prefix(image.id, text)]
        if len(matching) == 1:
            return matching[0]
    return Refusal(text, "missing")


def canonical_digest(image: HeldImage, name: str) -> str:
    return f"{repository_of(name)}@{image.digest}"


def sought(text: str) -> str:
    """The name as the engine looked for it: a tag is always there."""
    if re.fullmatch(r"(sha256:)?[0-9a-f]{64}", text):
        return f"sha256:{text.removeprefix('sha256:')}"
    return Reference.parse(text).familiar
