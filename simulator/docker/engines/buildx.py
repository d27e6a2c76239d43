"""buildx, where it asks a registry itself: containerd's client, in the release that it vendors.

It runs as the user, not in the engine, and knows no images.
"""

from dataclasses import replace

from simulator.docker.engines import docker29
from simulator.docker.events import Refused

MOST_ANSWERS = 6
REPEATED = frozenset({408, 429})


def asks_again(
    answers: tuple[int | None, ...], kind: str, way_in: bool, refused: Refused
) -> bool:
    """408, 429, and 401 with a challenge that reports no error (containerd 1.7, `retryRequest`)."""
    again = answers[-1] in REPEATED or (answers[-1] == 401 and way_in)
    return again and len(answers) < MOST_ANSWERS


PROFILE = replace(
    docker29.PROFILE,
    name="buildx",
    shares_authorization=True,
    adds_scopes=False,
    asks_again=asks_again,
    reads_errors=frozenset({200}),
    fetches_attestations=False,
    largest_manifest=0,
)
