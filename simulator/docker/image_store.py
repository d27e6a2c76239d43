"""The image store: images by name, and what they are made of.

Both engines keep the same things; they differ in what an image's id is, and in what they call
an image that lost its name (`by_config`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from simulator.protocol.digest import digest_of
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, Manifest
from simulator.protocol.reference import HUB, split_tag

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
    on_disk: tuple[tuple[str, int], ...] = ()
    """What an unpacked layer takes on disk (whole blocks, directories), where that is known."""

    def origins(self, blob: str) -> tuple[str, ...]:
        """The repositories that have this blob, as far as this machine knows."""
        known = (name for name, top in self.images
                 if name not in self.given and blob in self.needed(top))  # fmt: skip
        return tuple(dict.fromkeys(map(repository_of, known)))

    def repacked_layer(self, layer: Descriptor) -> Descriptor:
        """The layer packed again. Where the result is unknown, a digest in its place."""
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
            self.on_disk,
        )

    def told(self, before: "ImageStore", gone: Iterable[str]) -> "ImageStore":
        """The classic store after these names went: it keeps the digest that a registry told for
        as long as the repository has a tag, unless that name went too."""
        taken = {(repository_of(name), name.partition("@")[2]) for name in gone}
        known = {(repository_of(name), digest) for name, digest in before.images
                 if name not in before.given} - taken  # fmt: skip
        given = (name for name, digest in self.images
                 if (repository_of(name), digest) not in known)  # fmt: skip
        return replace(self, given=tuple(given))

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
