"""Two engines, one machine: what differs between them is data.

`29` keeps images in containerd's store (today's default), `26` in the classic store. Their words
are in `simulator.docker.output`.
"""

from collections.abc import Mapping

from simulator.docker.engines import docker26, docker29
from simulator.docker.engines.profile import Profile


class UnknownEngine(ValueError):
    """No engine has this name."""


PROFILES: Mapping[str, Profile] = {"29": docker29.PROFILE, "26": docker26.PROFILE}


def engine(name: str) -> Profile:
    """The engine of this name. Raises UnknownEngine."""
    if name not in PROFILES:
        raise UnknownEngine(f"unknown engine {name!r}: choose one of {', '.join(PROFILES)}")
    return PROFILES[name]


def engines() -> Mapping[str, Profile]:
    """All engines by name, the default first."""
    return PROFILES
