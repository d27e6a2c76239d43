"""A command line of docker, taken apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """A command line taken apart: the options by key, the other words, and what is typed when
    the command asks."""

    text: str
    name: str
    options: Mapping[str, str]
    rest: tuple[str, ...]
    typed: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    """The variables that the command finds."""
