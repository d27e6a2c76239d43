"""How one Docker engine differs from another, as data. Nothing here knows of a run."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.docker.events import Refused
from simulator.docker.held_images import Refusal, Removal
from simulator.docker.image_store import ImageStore
from simulator.protocol.message import Headers


@dataclass(frozen=True)
class Profile:
    """What one Docker engine does where engines differ."""

    name: str
    title: str
    recorded: str
    """Which engine and command line were recorded; to be translated where it is shown."""
    pings: bool
    """Sends `GET /v2/` before a pull, and takes challenges from its answer only."""
    heads_digests: bool
    """Sends HEAD for a manifest even where the digest is known."""
    shares_authorization: bool
    """Uses one authorization for the whole pull; without it the fetcher starts anew."""
    posts_for_tokens: bool
    """Tries the OAuth2 POST for a token before GET."""
    adds_scopes: bool
    """Asks for the access that the challenge names, besides what it needs."""
    answers_all_schemes: bool
    """Answers each scheme of a challenge, where the last answer counts: Basic. Without it, the
    first scheme is answered that it knows: Bearer."""
    images_only: bool
    """Refuses to pull a manifest whose config is not that of an image."""
    helper_required: bool
    """Fails where a credential helper is configured and not installed."""
    reads_environment: bool
    """Takes credentials from `DOCKER_AUTH_CONFIG`, too."""
    trims_passwords: bool
    """`docker login` takes spaces off both ends of a password."""
    http_after_failure: bool
    """Tries plain HTTP on this machine after any failure of TLS, not only where there is none."""
    ipv6_loopback: bool
    """Counts `[::1]` as this machine."""
    cli_lenient_here: bool
    """Docker's CLI, where it asks a registry itself, may do without TLS on this machine."""
    seeks_blobs: bool
    """Looks among the blobs for a digest that no manifest has."""
    goes_by_type: bool
    """Fetches from the blobs what is no manifest by its media type."""
    trusts_tags: bool
    """Takes what a tag gives without comparing its digest."""
    chains_layers: bool
    """Counts a layer as present only on top of the same layers."""
    config_first: bool
    """Asks for layers only when the config is here."""
    resumes_all: bool
    """Asks for the rest of all that was cut, for as long as some of it comes; without it, for the
    rest of layers only, and a number of times."""
    image_is_config: bool
    """An image's id is the digest of its config; without it, of its manifest or index."""
    parses_platform: bool
    """Parses `--platform` itself: the CLI hands it on as it is."""
    checks_platform: bool
    """Fails once it has stored a lone image for another platform."""
    hides_nameless: bool
    """Lists images without a name only with `--all`."""
    measures_files: bool
    """The size of an image is that of its files; without it, it depends on the storage driver."""
    compares_types: bool
    """Refuses a manifest that its answer announces as another type."""
    largest_manifest: int
    """Bytes above which a manifest is refused; 0 for no limit."""
    keeps_manifests: bool
    """Keeps manifests after their image is gone, and does not ask for them again."""
    repacks: bool
    """Keeps layers unpacked, and packs them again for a push: it sends them with PATCH, and looks
    for them afterwards."""
    lists_platforms: bool
    """Lists the platforms of an image (`docker images --tree`)."""
    disk_used: Callable[[ImageStore], int]
    """Bytes that images take, as `docker image prune` counts them."""
    fetches_attestations: bool
    """Fetches the attestation of an image from an index, and asks who signed it."""
    samples_progress: bool
    """May leave out one of two progress lines that follow at once for a layer."""
    accept: Headers
    """The headers `Accept` of a request for a manifest."""
    succeeds: range
    """Statuses of an answer about a manifest or tags that count as success."""
    reads_errors: frozenset[int]
    """Statuses of a HEAD after which it sends GET to read the reason."""
    digest_lost: Callable[[Refused], bool]
    """Whether an answer for a digest that a HEAD named means to go on by the tag."""
    asks_again: Callable[[tuple[int | None, ...], str, bool, Refused], bool]
    """Whether to repeat a request: from all statuses it was answered with (None for a download
    that was cut), what it is for (`manifest`, `config` or `layer`), whether the last answer has a
    challenge that reports no error, and what that answer says."""
    backs_off: Callable[[int, str], bool]
    """Whether a blob lets the others go first: from how often it failed (0 after a download that
    was cut), and what it is (`config` or `layer`)."""
    remove: Callable[[ImageStore, str, bool], Removal | Refusal]
    """What `docker rmi` does: from the store, a name, and whether `--force` was given."""
