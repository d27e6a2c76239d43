"""What engine 29 fetches beside an image, and what it prints where a manifest is an odd one."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from simulator.docker import events as e
from simulator.docker.cli.parse import parse
from simulator.docker.machine import Client, State
from simulator.docker.trace import Trace, run
from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from simulator.protocol.message import Exchange
from simulator.registry.model import Auth, Blob, Registry, Repository, StoredManifest
from simulator.sources.mock import mock
from simulator.sources.world import Site, World
from tests.docker.attested import (
    BUNDLE,
    HOST,
    INDEX,
    NAME,
    ODD_CONFIG,
    SIGNED,
    STATEMENT,
    TAG,
    states,
    world,
)


def pulled(engine: str, there: World) -> Trace:
    """One pull."""
    first = next(iter(states(engine)))
    return run(replace(first, commands=first.commands[:1]), mock(there))


def exchanges(trace: Trace) -> list[Exchange]:
    return [step.exchange for step in trace.steps if step.exchange]


def asked(trace: Trace) -> list[tuple[str, int]]:
    """Path and status of each request."""
    return [(x.request.path, getattr(x.answer, "status", 0)) for x in exchanges(trace)]


def test_a_signed_attestation_is_fetched_with_its_signature() -> None:
    """By the referrers API, which is not there, and then by the tag that stands for it."""
    trace = pulled("29", world())
    paths = [path for path, status in asked(trace) if status == 200]
    assert not trace.failed
    assert f"/v2/{NAME}/manifests/{TAG}" in paths
    assert f"/v2/{NAME}/manifests/{digest_of(SIGNED)}" in paths
    for data in (STATEMENT, ODD_CONFIG, BUNDLE, b"{}"):
        assert f"/v2/{NAME}/blobs/{digest_of(data)}" in paths


def test_referrers_are_asked_for_without_the_authorization_of_the_pull() -> None:
    """Each question is a fetcher of its own, which is challenged anew."""
    trace = pulled("29", world(signed=False))
    about = [(x.request.authorization is not None, getattr(x.answer, "status", 0))
             for x in exchanges(trace) if x.request.path.endswith(TAG)]  # fmt: skip
    assert about == [(False, 401), (True, 404)]
    assert not trace.failed


def test_the_classic_engine_does_not_look_at_attestations() -> None:
    trace = pulled("26", world())
    assert not any(TAG in path or "referrers" in path for path, _ in asked(trace))
    assert not trace.failed


def test_an_image_that_is_here_is_still_asked_for_signatures() -> None:
    both = run(next(iter(states("29"))), mock(world()))
    second = max(n for n, step in enumerate(both.steps) if isinstance(step.event, e.PullTyped))
    trace = replace(both, steps=both.steps[second:])
    assert any(path.endswith(TAG) for path, _ in asked(trace))
    assert not any(path.endswith(digest_of(INDEX)) for path, _ in asked(trace))
    told = "\n".join(line.text for step in trace.steps for line in step.terminal)
    assert "Status: Image is up to date" in told


# -- odd manifests ----------------------------------------------------------------------------

ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False)
    | st.text(max_size=8) | st.sampled_from([OCI_MANIFEST, digest_of(b"{}"), "sha256:0"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["digest", "size", "mediaType", "platform", "x"]), inner),
    max_leaves=6,
)  # fmt: skip
MANIFESTS = st.dictionaries(
    st.sampled_from(["schemaVersion", "mediaType", "config", "layers", "manifests", "fsLayers"]),
    ODD,
)
BODIES = st.one_of(st.binary(max_size=20), MANIFESTS.map(lambda one: json.dumps(one).encode()),
                   ODD.map(lambda one: json.dumps(one).encode()))  # fmt: skip
PYTHON = ("Error(", "Traceback", "NoneType", "KeyError", "not a manifest", "object has no", "dict",
          "bad descriptor", "'str'", "'int'", "'list'")  # fmt: skip
"""Words that are never Docker's."""


@given(body=BODIES, kind=st.sampled_from([OCI_MANIFEST, DOCKER_MANIFEST, OCI_INDEX, "text/html"]),
       engine=st.sampled_from(["29", "26"]))  # fmt: skip
def test_of_an_odd_manifest_docker_speaks_in_its_own_words(
    body: bytes, kind: str, engine: str
) -> None:
    """Whatever a registry serves as a manifest, the run ends, and no word is Python's."""
    held = Repository({"latest": digest_of(body)}, {digest_of(body): StoredManifest(kind, body)},
                      {digest_of(b"{}"): Blob(digest_of(b"{}"), b"{}")})  # fmt: skip
    there = World({HOST: Site(registry=Registry(auth=Auth.NONE, repositories={"x": held}))})
    trace = run(State(Client(engine), (parse(f"docker pull {HOST}/x:latest"),)), mock(there))
    said = "\n".join(line.text for step in trace.steps for line in step.terminal
                     if line.kind == "error")  # fmt: skip
    assert not [word for word in PYTHON if word in said], said
    assert trace.failed == isinstance(trace.steps[-1].event, e.Failure)
    assert said or not trace.failed
