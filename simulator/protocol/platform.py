"""Operating system and processor of an image."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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


def platform_of(document: Mapping[str, object]) -> Platform:
    """The platform that an index or an image's configuration names. Raises TypeError where a
    name is no text."""
    known = [document.get(name) for name in ("os", "architecture", "variant")]
    os, architecture, variant = (None if one is None else text(one) for one in known)
    return Platform(os or "", architecture or "", variant)


def text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.200} is no text")
    return value
