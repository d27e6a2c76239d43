"""Every digest is verified by its own algorithm; an unknown algorithm is refused."""

import pytest

from simulator.protocol.digest import LENGTHS, digest_of
from simulator.scenarios.real_run import run_real
from tests.sources.network import Answered, Connection, Network
from tests.sources.odd_answers import REGISTRY, RIGHT, Odd, kind_of, right

RIGHT_DIGESTS = {name: digest_of(RIGHT, name) for name in LENGTHS}


def ended(digest: str, engine: str, named: str = "") -> tuple[str, str]:
    """The last event of a pull by digest, and what is printed, whatever the digest. The registry
    names the digest that was asked for, or another one."""
    media = ("Content-Type", "application/vnd.oci.image.manifest.v1+json")
    manifest = Odd(200, (media, ("Docker-Content-Digest", named or digest)), RIGHT)

    def answer(_connection: Connection, request: bytes) -> Answered:
        method, path = request.decode().split(" ")[:2]
        kind = kind_of(path)
        odd = manifest if kind == "manifests" else right(kind, path, allowed=True)
        return odd.answered(method.encode())

    network = Network(answer)
    with pytest.MonkeyPatch.context() as patched:
        network.patch(patched)
        trace = run_real(REGISTRY, "", "", f"a/b@{digest}", engine=engine)
    return trace.steps[-1].name, str([step.terminal for step in trace.steps])


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("algorithm", RIGHT_DIGESTS)
def test_a_pull_by_digest_is_verified(algorithm: str, engine: str) -> None:
    """The right one is taken, one of other content is not."""
    known = RIGHT_DIGESTS[algorithm]
    assert ended(known, engine)[0] == "SessionEnded"
    wrong = known[:-1] + ("0" if known[-1] != "0" else "1")
    name, printed = ended(wrong, engine)
    assert name == "DigestMismatch" and "Downloaded newer" not in printed
    name, printed = ended(wrong, engine, named=RIGHT_DIGESTS["sha256"])
    assert name == "DigestMismatch" and "Downloaded newer" not in printed
