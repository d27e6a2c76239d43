"""The image store: images by name, what they are made of, and how names find them.

Both engines keep the same things; they differ in what an image's id is, and in what they call
an image that lost its name. `held` and `find_image` are told which by `by_config`.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from simulator.protocol.digest import digest_of, short_digest
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, Manifest
from simulator.protocol.reference import HUB, InvalidReference, Reference, split_tag

NAMELESS = "<none>"


@dataclass(frozen=True)
class ImageStore:
    """What this machine holds: images by name, blobs by digest, manifests and configs.

    `unpacked` are the bytes of the files in a layer, where they are known.
    """

    images: tuple[tuple[str, str], ...] = ()
    blobs: tuple[str, ...] = ()
    manifests: tuple[Manifest | Index, ...] = ()
    configs: tuple[ImageConfig, ...] = ()
    unpacked: tuple[tuple[str, int], ...] = ()
    given: tuple[str, ...] = ()
    """Names that `docker tag` gave: no registry has said anything about them yet."""
    repacked: tuple[tuple[str, Descriptor], ...] = ()
    """What becomes of a layer that the classic engine packs again, where that is known: Go's
    gzip decides."""

    def origins(self, blob: str) -> tuple[str, ...]:
        """The repositories that have this blob, as far as this machine knows."""
        known = (name for name, top in self.images
                 if name not in self.given and blob in self.needed(top))  # fmt: skip
        return tuple(dict.fromkeys(map(repository_of, known)))

    def repacked_layer(self, layer: Descriptor) -> Descriptor:
        """The layer packed again. Where nobody knows the result, a digest that stands for it."""
        other = Descriptor(layer.media_type, digest_of(f"repacked {layer.digest}".encode()),
                           layer.size)  # fmt: skip
        return dict(self.repacked).get(layer.digest, other)

    def known_there(self, name: str) -> "ImageStore":
        """A registry has the image under this name."""
        return replace(self, given=tuple(one for one in self.given if one != name))

    def tagged(self, name: str, digest: str) -> "ImageStore":
        """With one more name for this image, which was not pulled."""
        named = self.with_image(name, digest, ())
        return replace(named, given=(*named.given, name))

    def find(self, name: str) -> str | None:
        """The digest under this name; a name by digest is held if any tag there has it."""
        repository, at, digest = name.partition("@")
        if at and any(d == digest and repository_of(n) == repository for n, d in self.images):
            return digest
        return dict(self.images).get(name)

    def manifest(self, digest: str) -> Manifest | Index | None:
        return next((one for one in self.manifests if one.digest == digest), None)

    def config(self, digest: str) -> ImageConfig | None:
        return next((one for one in self.configs if one.digest == digest), None)

    def image_manifest(self, digest: str) -> Manifest | None:
        """The image's own manifest: of an index, the one that is here."""
        found = self.manifest(digest)
        if isinstance(found, Index):
            entries = (self.image_manifest(entry.digest) for entry in found.manifests)
            return next((one for one in entries if one), None)
        return found

    def with_image(
        self, name: str, digest: str, blobs: tuple[str, ...], *manifests: Manifest | Index
    ) -> "ImageStore":
        images = {**dict(self.images), name: digest}
        held = {one.digest: one for one in (*self.manifests, *manifests)}
        return replace(
            self,
            images=tuple(images.items()),
            blobs=tuple(dict.fromkeys(self.blobs + blobs)),
            manifests=tuple(held.values()),
        ).known_there(name)

    def with_content(
        self, config: ImageConfig | None, unpacked: Iterable[tuple[str, int]]
    ) -> "ImageStore":
        known = {one.digest: one for one in (*self.configs, *((config,) if config else ()))}
        sizes = {**dict(self.unpacked), **dict(unpacked)}
        return replace(self, configs=tuple(known.values()), unpacked=tuple(sizes.items()))

    def without(self, names: Iterable[str]) -> "ImageStore":
        """Without these names, and without what no other image needs."""
        gone = set(names)
        left = tuple((name, digest) for name, digest in self.images if name not in gone)
        kept = {digest for _, top in left for digest in self.needed(top)}
        return ImageStore(
            left,
            tuple(blob for blob in self.blobs if blob in kept),
            tuple(one for one in self.manifests if one.digest in kept),
            tuple(one for one in self.configs if one.digest in kept),
            tuple((blob, size) for blob, size in self.unpacked if blob in kept),
            tuple(name for name in self.given if name not in gone),
            self.repacked,
        )

    def needed(self, digest: str) -> tuple[str, ...]:
        """A manifest or index with all below it, as digests."""
        match self.manifest(digest):
            case Index() as index:
                below = [d for entry in index.manifests for d in self.needed(entry.digest)]
                return (digest, *below)
            case Manifest() as manifest:
                return (digest, *(blob.digest for blob in parts(manifest)))
            case _:
                return ()


def parts(manifest: Manifest) -> tuple[Descriptor, ...]:
    return (manifest.config, *manifest.layers)


def repository_of(name: str) -> str:
    """An image's name without its tag or digest."""
    return split_tag(name.partition("@")[0])[0]


def taken_over(images: ImageStore, name: str, digest: str, by_config: bool) -> ImageStore:
    """The store before this name gets another meaning: the image that had it keeps none."""
    before = images.find(name)
    if before in (None, digest):
        return images
    lost = repository_of(name) if by_config else NAMELESS
    return images.with_image(f"{lost}@{before}", before or "", ())


def familiar(name: str) -> str:
    """A name as Docker prints it: Docker Hub's prefixes left out."""
    return name.removeprefix(f"{HUB}/").removeprefix("library/")


@dataclass(frozen=True)
class HeldImage:
    """One image with all its names, as engine and CLI tell it.

    `names` are the names in the store, `tags` and `digests` those that are shown. `content` is
    the size of what was downloaded, `size` what it takes on disk.
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
        shown = self.listed if self.config else ()
        digests = {repository_of(one): one.partition("@")[2] for one in shown}
        tagged = [split_tag(tag) for tag in self.tags if "@" not in tag]
        rows = [(name, tag or NAMELESS, digests.get(name, NAMELESS)) for name, tag in tagged]
        lone = [name for name in digests if name not in {name for name, _ in tagged}]
        rows += [(name, NAMELESS, digests[name]) for name in lone]
        return tuple(rows) or ((NAMELESS, NAMELESS, NAMELESS),)


def fits(pattern: str, name: str) -> bool:
    """A star stands for anything but a slash."""
    wild = re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return any(re.fullmatch(wild, one) for one in (name, repository_of(name)))


def held(store: ImageStore, by_config: bool) -> tuple[HeldImage, ...]:
    """All images, those made last first; `by_config`: an image's id is its config's digest."""
    names: dict[str, list[tuple[str, str]]] = {}
    for name, digest in store.images:
        manifest = store.image_manifest(digest)
        if manifest is not None:
            ident = manifest.config.digest if by_config else digest
            names.setdefault(ident, []).append((name, digest))
    found = [held_image(store, by_config, ident, known) for ident, known in names.items()]
    found.sort(key=lambda image: image.tags or image.digests)
    return tuple(sorted(found, key=made, reverse=True))


def made(image: HeldImage) -> str:
    return image.config.created if image.config else ""


def held_image(
    store: ImageStore, by_config: bool, ident: str, known: list[tuple[str, str]]
) -> HeldImage:
    """The classic store shows tags and digests apart; containerd's shows every name as a tag."""
    digest = known[0][1]
    top, manifest = store.manifest(digest), store.image_manifest(digest)
    assert top is not None and manifest is not None
    named = [(name, top) for name, top in known if repository_of(name) != NAMELESS]
    tags = [name for name, _ in named if not (by_config and "@" in name)]
    told = [one for one in named if not (by_config and one[0] in store.given)]
    digests = {f"{repository_of(name)}@{top}" for name, top in told}
    here = {blob.digest for blob in parts(manifest)} & set(store.blobs)
    content = manifest.size + sum(b.size for b in set(parts(manifest)) if b.digest in here)
    unpacked = unpacked_size(store, manifest)
    return HeldImage(
        ident,
        digest,
        tuple(sorted(name for name, _ in known)),
        tuple(familiar(name) for name in sorted(tags)),
        tuple(familiar(name) for name in sorted(digests)),
        Descriptor(top.media_type, top.digest, top.size),
        unpacked if by_config else content + unpacked,
        content,
        store.config(manifest.config.digest),
        listed_digests(digests, named, by_config),
    )


def listed_digests(
    digests: set[str], named: list[tuple[str, str]], by_config: bool
) -> tuple[str, ...]:
    """containerd's engine makes one row of all names, with the digest of the last one alone."""
    if by_config or not named:
        return tuple(familiar(name) for name in sorted(digests))
    name, top = max(named)
    return (f"{familiar(repository_of(name))}@{top}",)


def unpacked_size(store: ImageStore, manifest: Manifest) -> int:
    """The bytes of all files in all layers. What a layer really takes depends on the storage
    driver (blocks, directories, copies), so this is the least that any driver takes; for a
    layer that nobody unpacked it is the size that was downloaded."""
    known = dict(store.unpacked)
    return sum(known.get(layer.digest, layer.size) for layer in manifest.layers)


# -- finding one ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    """Why nothing was done: `missing`, `invalid`, or `referenced` by several names (`detail`
    is the image's id)."""

    name: str
    why: Literal["missing", "invalid", "referenced"]
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


def find_image(store: ImageStore, by_config: bool, text: str) -> HeldImage | Refusal:
    """The image of this name, digest or beginning of an id."""
    images = held(store, by_config)
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


def chain_ids(diff_ids: tuple[str, ...]) -> tuple[str, ...]:
    """How the classic store names a layer together with all below it (OCI image spec)."""
    found: list[str] = []
    for diff in diff_ids:
        found.append(digest_of(f"{found[-1]} {diff}".encode()) if found else diff)
    return tuple(found)


# -- what `docker inspect` tells --------------------------------------------------------------


def settings(config: ImageConfig | None) -> dict[str, object]:
    """The image's own settings (OCI image spec, config)."""
    found = json.loads(config.settings) if config else {}
    return dict(found)
