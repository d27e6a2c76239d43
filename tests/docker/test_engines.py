"""Where the two engines differ in a pull: what is asked again, what waits, what is printed."""

from dataclasses import replace

import pytest

from simulator.docker import events as e
from simulator.docker.cli.parse import parse
from simulator.docker.engines import engine
from simulator.docker.machine import Phase, State, evolve, next_move
from simulator.docker.trace import Trace
from simulator.docker.trace import run as run_trace
from simulator.registry.model import Auth, Fault, Part
from simulator.scenarios.model import scenario
from simulator.scenarios.play import trace as run
from simulator.sources.mock import mock

WAITS = {
    ("29", 0, "layer"): False, ("29", 2, "layer"): False, ("29", 1, "config"): False,
    ("26", 0, "layer"): True, ("26", 1, "layer"): False, ("26", 2, "layer"): True,
    ("26", 2, "config"): False,
}  # fmt: skip
"""Engine, failures so far (0: the download was cut), kind -> whether other blobs go first."""


@pytest.mark.parametrize(("case", "expected"), WAITS.items(), ids=map(str, WAITS))
def test_a_blob_that_failed_waits_where_the_engine_backs_off(
    case: tuple[str, int, str], expected: bool
) -> None:
    """Docker 26 waits 5 seconds after each second failure of a layer; Docker 29 asks at once."""
    name, failed, kind = case
    assert engine(name).backs_off(failed, kind) is expected


def fetching(name: str) -> State:
    """A pull that has asked for all its layers."""
    steps = run("works", name).steps
    return next(s.before for s in steps if s.name == "BlobReceived" and s.event.kind == "layer")


@pytest.mark.parametrize(("name", "at_once"), [("29", True), ("26", False)])
def test_a_download_that_was_cut_is_resumed_by_range(name: str, at_once: bool) -> None:
    """At once, or when the other blobs are here; either way only the rest is asked for."""
    state = fetching(name)
    blob = next(b for b in state.run.download.waiting if b in state.run.image.manifest.layers)
    after = evolve(state, e.DownloadCut(blob, 3))
    asked = {request.url: request.header("Range") for request in next_move(after)}
    url = next(url for url in asked_urls(state) if url.endswith(blob.digest))
    assert (url in asked) is at_once
    alone = replace(after.run.download, waiting=(blob,))
    (last,) = next_move(replace(after, run=replace(after.run, download=alone)))
    assert (last.url, last.header("Range")) == (url, "bytes=3-")


def asked_urls(state: State) -> list[str]:
    return [request.url for request in next_move(state)]


def without_config(trace: Trace) -> State:
    """A client that pulled the image, and lost the image's config."""
    state = scenario("up-to-date").state(trace.engine)
    images = state.client.images
    config = next(one for one in images.manifests if hasattr(one, "config")).config.digest
    blobs = tuple(blob for blob in images.blobs if blob != config)
    assert len(blobs) == len(images.blobs) - 1
    client = replace(state.client, images=replace(images, blobs=blobs))
    return replace(state, client=client)


@pytest.mark.parametrize("name", ["29", "26"])
def test_an_image_without_its_config_is_not_up_to_date(name: str) -> None:
    """All blobs count, also the config: it is downloaded again, the layers are not."""
    complete = run("up-to-date", name)
    assert any(isinstance(step.event, e.AlreadyUpToDate) for step in complete.steps)
    world = scenario("up-to-date").model_copy(update={"auth": Auth.NONE}).world()
    trace = run_trace(without_config(complete), mock(world))
    received = [s.event.kind for s in trace.steps if isinstance(s.event, e.BlobReceived)]
    assert not any(isinstance(step.event, e.AlreadyUpToDate) for step in trace.steps)
    assert received == ["config"]


def printed(trace: Trace) -> list[str]:
    return [line.text for step in trace.steps for line in step.terminal]


def test_docker_26_verifies_a_layer_before_it_is_complete() -> None:
    """The recordings are compared without this pair, for Docker may leave out one of them."""
    lines = printed(run("works", "26"))
    layers = [line.split(":")[0] for line in lines if line.endswith(": Pulling fs layer")]
    assert layers
    for layer in layers:
        place = lines.index(f"{layer}: Verifying Checksum")
        assert lines[place + 1] == f"{layer}: Download complete"


def test_docker_26_does_not_complete_a_layer_that_is_corrupted() -> None:
    """The digest is wrong: it was verified, and that is all."""
    layer = fetching("26").run.image.manifest.layers[0]
    fault = Fault(Part.BLOB, corrupt=True, digest=layer.digest)
    broken = scenario("works").model_copy(update={"faults": (fault,)})
    trace = run_trace(broken.state("26"), mock(broken.world()))
    mismatch = trace.steps[-1].event
    assert isinstance(mismatch, e.DigestMismatch)
    assert mismatch.expected == layer.digest
    lines = printed(trace)
    assert f"{layer.short}: Verifying Checksum" in lines
    assert f"{layer.short}: Download complete" not in lines


def test_a_platform_is_for_one_pull() -> None:
    """`--platform` of one pull says nothing about the next one."""
    known = scenario("multi-platform")
    image = known.commands[-1].run.split()[-1]
    typed = (f"docker pull --platform linux/arm64 {image}", f"docker pull {image}")
    commands = tuple(parse(line) for line in typed)
    trace = run_trace(replace(known.state(), commands=commands), mock(known.world()))
    chosen = [s.event.entry for s in trace.steps if isinstance(s.event, e.PlatformSelected)]
    assert [str(entry.platform) for entry in chosen] == ["linux/arm64", "linux/amd64"]
    assert trace.steps[-1].after.phase is Phase.DONE
