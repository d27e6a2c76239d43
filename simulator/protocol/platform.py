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
        typed = text.split("/")
        words = [word.lower() for word in typed]
        odd = next((word for word in typed if not re.fullmatch(r"[A-Za-z0-9_.-]+", word)), None)
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

    def rank(self, wanted: "Platform") -> int | None:
        """The place of this platform among those that run where `wanted` is meant, the best at 0;
        None for one that does not run there (containerd's `platforms.Only`)."""
        if self.os != wanted.os:
            return None
        own, known = normal(self), runnable(*normal(wanted))
        return known.index(own) if own in known else None

    def matches(self, wanted: "Platform") -> bool:
        return self.rank(wanted) is not None


Processor = tuple[str, str]
"""Architecture and variant."""
USUAL = {("amd64", "v1"): "", ("arm64", "v8"): "", ("arm64", "8"): "", ("arm", ""): "v7"}
"""Variants that mean another spelling (containerd, `normalizeArch`)."""
OLDEST_ARM = 5


def normal(platform: Platform) -> Processor:
    variant = platform.variant or ""
    return platform.architecture, USUAL.get((platform.architecture, variant), variant)


def runnable(architecture: str, variant: str) -> list[Processor]:
    """What runs on this processor, the best first (containerd, `platformVector`)."""
    match architecture:
        case "amd64":
            older = [usual("amd64", n) for n in range(number(variant) - 1, 0, -1)]
            return [("amd64", variant), *older, ("386", "")]
        case "arm":
            older = [("arm", f"v{n}") for n in range(number(variant) - 1, OLDEST_ARM - 1, -1)]
            return [("arm", variant), *older]
        case "arm64" if variant in ("", "v9"):
            return [("arm64", one) for one in dict.fromkeys((variant, ""))] + runnable("arm", "v8")
        case "arm64" if not variant.startswith(("v8.", "v9.")):
            return []
        case _:
            return [(architecture, variant)]


def usual(architecture: str, version: int) -> Processor:
    return architecture, USUAL.get((architecture, f"v{version}"), f"v{version}")


def number(variant: str) -> int:
    digits = variant.removeprefix("v")
    return int(digits) if digits.isdecimal() and len(digits) < 3 else 0


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
