"""The nouns of the OCI and Docker image specs: reference, descriptor, manifest, index."""

import json
import re
from dataclasses import dataclass, field

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFESTS = (DOCKER_MANIFEST, OCI_MANIFEST)
INDEXES = (DOCKER_INDEX, OCI_INDEX)
CONFIGS = (DOCKER_CONFIG, OCI_CONFIG)
LAYERS = (DOCKER_LAYER, OCI_LAYER, "application/vnd.oci.image.layer.v1.tar+zstd",
          "application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar",
          "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")  # fmt: skip

NAME = re.compile(
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
)
"""A repository's name (distribution spec, "Pulling manifests")."""
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
HOST = re.compile(r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")

HUB = "docker.io"
HUB_HOST = "registry-1.docker.io"
HUB_KEY = "https://index.docker.io/v1/"
"""Docker Hub has a name in references, a host to talk to, and a key in `config.json`."""


class InvalidReference(ValueError):
    """Docker's own sentence about a reference that it does not take."""


@dataclass(frozen=True)
class Reference:
    """A parsed image reference; `tag` or `digest` says which manifest."""

    domain: str
    repository: str
    tag: str | None
    digest: str | None = None

    @property
    def host(self) -> str:
        """Where the registry listens."""
        return HUB_HOST if self.domain == HUB else self.domain

    @property
    def key(self) -> str:
        """The registry's key in the credential store."""
        return HUB_KEY if self.domain == HUB else self.domain

    @property
    def identifier(self) -> str:
        """What stands after `/manifests/`."""
        return self.digest or self.tag or "latest"

    @property
    def familiar_name(self) -> str:
        """The repository as Docker prints it: Docker Hub's prefixes left out."""
        if self.domain != HUB:
            return f"{self.domain}/{self.repository}"
        return self.repository.removeprefix("library/")

    @property
    def familiar(self) -> str:
        return f"{self.familiar_name}{self._suffix}"

    @property
    def canonical(self) -> str:
        return f"{self.domain}/{self.repository}{self._suffix}"

    @property
    def whole(self) -> str:
        """As `canonical`, with the tag even where a digest decides."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.domain}/{self.repository}{tag}{digest}"

    @property
    def _suffix(self) -> str:
        if self.digest:
            return f"@{self.digest}"
        return f":{self.tag}" if self.tag else ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Parse as Docker does (distribution/reference): domain, repository, tag, digest.

        Raises InvalidReference with Docker's words.
        """
        if re.fullmatch(r"[0-9a-f]{64}", text):
            raise InvalidReference(
                f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
            )
        domain, rest = split_domain(text)
        if domain == HUB and "/" not in rest:
            rest = f"library/{rest}"
        before_colon = rest.partition(":")[0]
        if before_colon.lower() != before_colon:
            raise InvalidReference(f"{INVALID}: repository name ({before_colon}) must be lowercase")
        name, at, digest = rest.partition("@")
        repository, tag = split_tag(name)
        if not (HOST.fullmatch(domain) and NAME.fullmatch(repository)):
            raise InvalidReference(INVALID)
        if (tag is not None and not TAG.fullmatch(tag)) or (
            at and not ANY_DIGEST.fullmatch(digest)
        ):
            raise InvalidReference(INVALID)
        if len(repository) > LONGEST:
            raise InvalidReference(f"repository name must not be more than {LONGEST} characters")
        if at:
            check_digest(digest)
        elif tag is None:
            tag = "latest"
        return cls(domain, repository, tag, digest or None)


INVALID = "invalid reference format"
LONGEST = 255
"""Characters of a repository's name, as Docker counts (the host does not)."""
ANY_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
"""What Docker's reference grammar takes for a digest, of any algorithm."""
LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}


def check_digest(digest: str) -> None:
    """Docker's own checks of a digest (OCI image spec, digests). Raises InvalidReference."""
    algorithm, _, encoded = digest.partition(":")
    if algorithm not in LENGTHS:
        raise InvalidReference("unsupported digest algorithm")
    if len(encoded) != LENGTHS[algorithm]:
        raise InvalidReference("invalid checksum digest length")
    if encoded.lower() != encoded:
        raise InvalidReference("invalid checksum digest format")


def split_domain(text: str) -> tuple[str, str]:
    """The first part is a domain if it has a dot, a port or capitals, or is `localhost`."""
    first, slash, rest = text.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        return (HUB if first in ("index.docker.io", HUB) else first), rest
    return HUB, text  # also where the text is no reference at all


def split_tag(text: str) -> tuple[str, str | None]:
    """Split `repository:tag`; the tag is what follows the last colon after the last slash."""
    head, colon, tag = text.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (text, None)


SYSTEMS = frozenset({"linux", "windows", "darwin", "freebsd"})
ARCHITECTURES = frozenset({"386", "amd64", "arm", "arm64", "ppc64le", "riscv64", "s390x"})
ALIASES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386"}


class InvalidPlatform(ValueError):
    """Docker's own sentence about a platform that it does not take."""


@dataclass(frozen=True)
class Platform:
    """Operating system and processor, as an index names them."""

    os: str = "linux"
    architecture: str = "amd64"
    variant: str | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    @property
    def plain(self) -> "Platform":
        """Without the variant of the processor."""
        return Platform(self.os, self.architecture)

    @classmethod
    def parse(cls, text: str) -> "Platform":
        """Parse as Docker does (containerd's `platforms`): `os/architecture/variant`, or one word
        of these. Raises InvalidPlatform with Docker's words."""
        words = text.split("/")
        odd = next((word for word in words if not re.fullmatch(r"[A-Za-z0-9_.-]+", word)), None)
        if odd is not None:
            raise InvalidPlatform(
                f'"{odd}" is an invalid component of "{text}": platform specifier component must '
                'match "^[A-Za-z0-9_.-]+$": invalid argument'
            )
        match words:
            case [os] if os in SYSTEMS:
                return cls(os)
            case [architecture] if ALIASES.get(architecture, architecture) in ARCHITECTURES:
                return cls("linux", ALIASES.get(architecture, architecture))
            case [os, architecture]:
                return cls(os, ALIASES.get(architecture, architecture))
            case [os, architecture, variant]:
                return cls(os, ALIASES.get(architecture, architecture), variant)
        what = "unknown operating system or architecture" if len(words) == 1 else (
            "cannot parse platform specifier"
        )  # fmt: skip
        raise InvalidPlatform(f'"{text}": {what}: invalid argument')

    def matches(self, wanted: "Platform") -> bool:
        return (self.os, self.architecture) == (wanted.os, wanted.architecture) and (
            wanted.variant is None or self.variant in (None, wanted.variant)
        )


@dataclass(frozen=True)
class ImageConfig:
    """What an image's configuration says (OCI image spec, config). `settings` are those for
    its containers, as JSON."""

    digest: str
    platform: Platform = field(default_factory=Platform)
    created: str = ""
    diff_ids: tuple[str, ...] = ()
    settings: str = "{}"

    @classmethod
    def read(cls, data: bytes, digest: str) -> "ImageConfig | None":
        """None for what is not an image's configuration."""
        try:
            document = json.loads(data)
            where = document["os"], document["architecture"], document.get("variant")
            layers = document.get("rootfs", {}).get("diff_ids", ())
            return cls(
                digest,
                Platform(*where),
                document.get("created") or "",
                tuple(map(str, layers)),
                json.dumps(document.get("config") or {}),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


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
        return self.digest.removeprefix("sha256:")[:12]


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
