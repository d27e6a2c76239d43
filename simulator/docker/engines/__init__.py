"""Two engines, one machine: what differs between them is data and words.

`29` keeps images in containerd's store (today's default), `26` in the classic store.
The machine reads the fields; the terminal asks `explain` and `progress` for the words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.docker.image_store import HeldImage, ImageStore, Refusal, Removal
from simulator.protocol.message import Headers

if TYPE_CHECKING:
    from simulator.docker.cli.commands import Images
    from simulator.docker.events import Event, Failure
    from simulator.docker.machine import State


class UnknownEngine(ValueError):
    """No engine has this name."""


@dataclass(frozen=True)
class Engine:
    """How one Docker engine pulls.

    `pings`: asks `GET /v2/` first, and takes challenges from there only. `heads_digests`: asks
    HEAD even where the digest is known. `shares_authorization`: one authorization for the whole
    pull, else the fetcher starts anew. `posts_for_tokens`: tries the OAuth2 POST before GET.
    `http_after_refused`: plain HTTP is tried on this machine also where nothing listens;
    `ipv6_loopback`: `[::1]` is this machine. `reads_errors`: failed HEADs of these statuses are
    repeated as GET. `seeks_blobs`: a digest that no manifest has is sought among the blobs;
    `goes_by_type`: what is no manifest by its media type is fetched from there.
    `trusts_tags`: takes what a tag gives without comparing its digest. `chains_layers`: a layer
    is held only on top of the same ones. `config_first`: layers wait for the config.
    `image_is_config`: an image's id is its config's digest, else its manifest's.
    `parses_platform`: the CLI hands `--platform` on as it is.
    `checks_platform`: a lone image for another platform is an error once it is stored.
    `hides_nameless`: images without a name are listed only with `--all`.
    `asks_again(answers, kind, way_in)`: whether to repeat a request for a `manifest`, `config`
    or `layer` that was answered with these statuses; `way_in` if a 401 still names one.
    `rests(failed, kind)`: whether a blob waits for the others after so many failures, or (0)
    after a download that was cut.
    `remove(store, name, force)`: what `docker rmi` does. `listing(images, command, now)`: what
    `docker images` prints. `inspected(image)`: what `docker inspect` knows of an image.
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
    ipv6_loopback: bool
    seeks_blobs: bool
    goes_by_type: bool
    trusts_tags: bool
    chains_layers: bool
    config_first: bool
    image_is_config: bool
    parses_platform: bool
    checks_platform: bool
    hides_nameless: bool
    accept: Headers
    reads_errors: frozenset[int]
    asks_again: Callable[[tuple[int | None, ...], str, bool], bool]
    rests: Callable[[int, str], bool]
    explain: "Callable[[Failure, State], tuple[str, ...]]"
    progress: "Callable[[Event, State], tuple[str, ...]]"
    conclusion: "Callable[[Event, State], tuple[str, ...]]"
    remove: Callable[[ImageStore, str, bool], Removal | Refusal]
    listing: "Callable[[tuple[HeldImage, ...], Images, int], tuple[str, ...]]"
    inspected: Callable[[HeldImage], dict[str, object]]


def engine(name: str) -> Engine:
    """The engine of this name. Raises UnknownEngine."""
    known = engines()
    if name not in known:
        raise UnknownEngine(f"unknown engine {name!r}: choose one of {', '.join(known)}")
    return known[name]


def engines() -> Mapping[str, Engine]:
    """All engines by name, the default first."""
    # An engine's words are about the machine's state, and the machine asks for its engine.
    from simulator.docker.engines import classic, containerd  # noqa: PLC0415

    return {"29": containerd.ENGINE, "26": classic.ENGINE}
