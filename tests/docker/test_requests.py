"""How engines differ in their requests, and where a credential goes."""

from simulator.docker.trace import run as run_trace
from simulator.registry.model import Auth
from simulator.scenarios.client import auth_entry
from simulator.scenarios.play import trace as run
from simulator.sources.mock import mock
from tests.cases import each
from tests.docker.odd_worlds import at_front, mirrored


def test_a_redirected_blob_is_asked_for_without_the_credential() -> None:
    """What another host stores, it must not be told our token."""
    asked = [step.exchange.request for step in run("redirected-blobs").steps if step.exchange]
    elsewhere = [request for request in asked if request.host == "blobs.storage-provider.example"]
    assert len(elsewhere) == 4
    assert all(request.authorization is None for request in elsewhere)


def test_a_mirror_never_gets_a_credential() -> None:
    """Credentials for Docker Hub are not for its mirrors."""
    stored = {"auths": {"https://index.docker.io/v1/": auth_entry("alice:s3cret")}}
    world = mirrored(auth=Auth.NONE).changed({"client": {"config": stored}})
    for engine in ("29", "26"):
        trace = run_trace(world.state(engine), mock(world.world()))
        asked = [step.exchange.request for step in trace.steps if step.exchange]
        assert not trace.failed and asked
        assert all(one.authorization is None for one in asked)


@each(
    ("host", "sent"),
    [("myprivateregistry.com", True), ("eu.myprivateregistry.com", False), ("other.org", False)],
)
def test_a_redirect_takes_the_proof_along_on_the_same_host_only(host: str, sent: bool) -> None:
    """The classic client has credentials for hosts that it has pinged, and for no other."""
    moves = at_front({"path": "/manifests/", "redirect": {"host": host}})
    trace = run_trace(moves.state("26"), mock(moves.world()))
    step = next(x for x in trace.steps if x.before.run.access.moved and x.exchange)
    assert step.exchange and step.exchange.request.host == host
    assert (step.exchange.request.authorization is not None) == sent


def test_engines_differ_in_the_order_of_requests() -> None:
    """29 asks HEAD of the tag and authorizes twice; 26 pings and authorizes once."""

    def pulls(engine: str) -> list[str]:
        trace = run("works", engine)
        after = [s for s in trace.steps if s.number > 6 and s.exchange]
        return [f"{s.exchange.request.method} {s.name}" for s in after if s.exchange]

    twice = ["Challenged", "TokenPostRefused", "TokenIssued"]
    assert [x.split()[1] for x in pulls("29")][:8] == [
        *twice, "Resolved", *twice, "ManifestReceived",
    ]  # fmt: skip
    assert pulls("26")[:4] == [
        "GET Challenged", "GET TokenIssued", "HEAD Resolved", "GET ManifestReceived",
    ]  # fmt: skip
