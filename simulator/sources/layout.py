"""An OCI image layout on disk (image spec, "OCI Image Layout"): where a real pull puts things.

Blobs are named by their digest. One that is still arriving has a name of its own, so that
nothing under `blobs/` is ever unverified. A pull that fails leaves nothing behind, and nothing
is written through a symbolic link.
"""

import errno
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from simulator.protocol.digest import algorithm_of, digest_of
from simulator.protocol.json_text import json_of
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
VERSION = b'{"imageLayoutVersion":"1.0.0"}'


class InvalidLayout(ValueError):
    """The directory can take no image; the message says why."""


class CannotStore(ValueError):
    """This machine's disk did not take what arrived; the message says why."""

    @classmethod
    def because(cls, error: OSError) -> "CannotStore":
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        return cls(f"cannot store the image on this machine: {why}; give another --output")


@contextmanager
def adding(path: Path) -> Iterator["Layout"]:
    """The layout in this directory, for one more image. Unless that gets its name (`name`),
    everything that was added is removed again.

    Raises InvalidLayout for a directory with other things in it, or that cannot be written.
    """
    layout = Layout(path)
    layout.check()
    try:
        yield layout
    finally:
        if not layout.complete:
            layout.discard()


class Layout:
    """The layout in this directory; it is made on first use, and grows with each image."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.complete = False
        self.manifest_data: dict[str, bytes] = {}
        self.made: list[Path] = []
        """Files and directories that were not there before, in order."""

    # -- before the first request -------------------------------------------------------------

    def check(self) -> None:
        """Raises InvalidLayout unless an image can be added here."""
        try:
            self.check_place()
        except OSError as error:
            raise InvalidLayout(f"--output {self.path}: {error.strerror or error}") from None
        self.manifests()

    def check_place(self) -> None:
        inner = [self.path / "blobs", *(self.path / "blobs").glob("*"), self.path / "index.json"]
        linked = next((one for one in inner if one.is_symlink()), None)
        if linked:
            raise InvalidLayout(f"--output {self.path}: {linked.name} is a link: remove it")
        names = {one.name for one in self.path.iterdir()} if self.path.exists() else set()
        if names and "oci-layout" not in names:
            raise InvalidLayout(
                f"--output {self.path}: the directory is neither empty nor an image layout: "
                "give a new directory"
            )
        existing = next(one for one in (self.path, *self.path.absolute().parents) if one.exists())
        with tempfile.TemporaryFile(dir=existing):
            pass

    # -- blobs --------------------------------------------------------------------------------

    def blob(self, digest: str) -> Path:
        """Where the blob with this digest is."""
        return self.path / "blobs" / algorithm_of(digest) / digest.partition(":")[2]

    def arriving(self, digest: str) -> Path:
        """Where a blob is until its digest is known to be right."""
        return self.path / f"{digest.partition(':')[2]}.part"

    def part(self, digest: str, resumed: bool) -> BinaryIO:
        """The file for a blob that arrives, new or to add to. Raises CannotStore."""
        path = self.arriving(digest)
        try:
            self.make(path.parent)
            self.made.append(path)
            how = "ab" if resumed else "wb"
            return cast(BinaryIO, open(path, how, buffering=0, opener=no_link))
        except OSError as error:
            raise CannotStore.because(error) from None

    def keep(self, digest: str) -> None:
        """What arrived is what was promised. Raises CannotStore."""
        try:
            self.replace(self.arriving(digest), self.blob(digest))
        except OSError as error:
            raise CannotStore.because(error) from None

    # -- the image's name ---------------------------------------------------------------------

    def remember(self, digest: str, data: bytes) -> None:
        """A manifest that arrived: it is written once the image is complete."""
        self.manifest_data[digest] = data

    def name(self, name: str, digest: str, media_type: str) -> None:
        """Give an image its name in `index.json`; the images before it stay. Raises CannotStore.

        A layout names OCI manifests only, so one of Docker's is stored in both forms: as it came,
        under its own digest, and as OCI. Config and layers are the same bytes.
        """
        try:
            self.put_name(name, digest, media_type)
        except OSError as error:
            raise CannotStore.because(error) from None
        self.complete = True

    def put_name(self, name: str, digest: str, media_type: str) -> None:
        data = self.manifest_data[digest]
        self.write(self.blob(digest), data)
        if media_type == DOCKER_MANIFEST:
            data, media_type = as_oci(data), OCI_MANIFEST
            digest = digest_of(data)
            self.write(self.blob(digest), data)
        entry = {
            "mediaType": media_type, "digest": digest, "size": len(data),
            "annotations": {NAME: name},
        }  # fmt: skip
        others = [one for one in self.manifests() if named(one) != name]
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [*others, entry]}
        self.write(self.path / "oci-layout", VERSION)
        self.write(self.path / "index.json", json.dumps(index, indent=1).encode())

    def manifests(self) -> list[dict[str, Any]]:
        """The descriptors in `index.json`. Raises InvalidLayout."""
        index = self.path / "index.json"
        if not index.exists():
            return []
        try:
            entries = json_of(index.read_bytes())["manifests"]
            known = [one for one in entries if isinstance(one, dict)]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidLayout(f"{index} is no index of an image layout: {error}") from None
        return known

    # -- files --------------------------------------------------------------------------------

    def make(self, directory: Path) -> None:
        """The directory and those above it, remembering which are new."""
        missing = [one for one in (directory, *directory.parents) if not one.exists()]
        directory.mkdir(parents=True, exist_ok=True)
        self.made += reversed(missing)

    def write(self, path: Path, data: bytes) -> None:
        """Whole or not at all, and in the place of a link, not through it."""
        self.make(path.parent)
        with tempfile.NamedTemporaryFile(dir=self.path, delete=False) as file:
            self.made.append(Path(file.name))
            file.write(data)
        os.chmod(file.name, 0o644)
        self.replace(Path(file.name), path)

    def replace(self, written: Path, path: Path) -> None:
        self.make(path.parent)
        if not path.exists():
            self.made.append(path)
        os.replace(written, path)

    def discard(self) -> None:
        """Remove what was added: files, then the directories that are empty again."""
        for path in reversed(self.made):
            try:
                path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
            except OSError:
                continue


def no_link(path: str, flags: int) -> int:
    """Open a file, but not through a link (Windows has no such flag)."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o644)


def named(entry: dict[str, Any]) -> str | None:
    """The name of an index's entry, if it has one."""
    annotations = entry.get("annotations")
    return annotations.get(NAME) if isinstance(annotations, dict) else None


OCI_NAMES = {
    DOCKER_MANIFEST: OCI_MANIFEST, DOCKER_CONFIG: OCI_CONFIG, DOCKER_LAYER: OCI_LAYER
}  # fmt: skip


def as_oci(manifest: bytes) -> bytes:
    """The same image in OCI's media types (image spec, "Compatibility matrix")."""
    document = json_of(manifest)
    for part in (document, document["config"], *document["layers"]):
        if "mediaType" in part:
            part["mediaType"] = OCI_NAMES.get(str(part["mediaType"]), part["mediaType"])
    return json.dumps(document, separators=(",", ":")).encode()
