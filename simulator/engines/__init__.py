"""Two engines, one machine: what differs between them is data and words.

`29` keeps images in containerd's store (today's default), `26` in the classic store.
The machine reads the fields; the terminal asks `explain` and `progress` for the words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.wire import Headers

if TYPE_CHECKING:
    from simulator.events import Event, Failure
    from simulator.machine import State


class UnknownEngine(ValueError):
    """No engine has this name."""


@dataclass(frozen=True)
class Engine:
    """How one Docker engine pulls.

    `pings`: asks `GET /v2/` first. `heads_digests`: asks HEAD even where the digest is known.
    `shares_authorization`: one authorization for the whole pull, else the fetcher starts anew.
    `posts_for_tokens`: tries the OAuth2 POST before GET. `reads_errors`: failed HEADs of these
    statuses are repeated as GET. `asks_again(answers, basic)`: whether to repeat a request that
    was answered with these statuses.
    """

    name: str
    title: str
    pings: bool
    heads_digests: bool
    shares_authorization: bool
    posts_for_tokens: bool
    images_only: bool
    helper_required: bool
    http_after_refused: bool
    accept: Headers
    reads_errors: frozenset[int]
    asks_again: Callable[[tuple[int, ...], bool], bool]
    explain: "Callable[[Failure, State], tuple[str, ...]]"
    progress: "Callable[[Event, State], tuple[str, ...]]"


def engine(name: str) -> Engine:
    """The engine of this name. Raises UnknownEngine."""
    known = engines()
    if name not in known:
        raise UnknownEngine(f"unknown engine {name!r}: choose one of {', '.join(known)}")
    return known[name]


def engines() -> Mapping[str, Engine]:
    """All engines by name, the default first."""
    from simulator.engines import classic, containerd

    return {"29": containerd.ENGINE, "26": classic.ENGINE}
