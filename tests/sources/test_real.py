"""The same machine on real registries, and on our own with faults."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from simulator.docker.trace import Trace
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, User
from simulator.registry.serving import running
from simulator.scenarios.real_run import real_state, run_real
from simulator.sources.downloads import Progress
from simulator.sources.layout import Layout
from tests.cases import each
from tests.need import need
from tests.registries import RealRegistry, basic_registry, open_registry, token_registry
from tests.sources.servers import Elsewhere, listening

USERS = {"alice": User("s3cret", ("myimage", "team/*"))}
Opening = Callable[[Path], AbstractContextManager[RealRegistry]]


def names(trace: Trace, command: str = "") -> list[str]:
    """What happened, but for the fall back to HTTP that only this machine's registries need."""
    found = [step.name for step in trace.steps if step.name != "FellBackToHttp"]
    return found[found.index(command) :] if command else found


# -- a real docker-registry -------------------------------------------------------------------


@pytest.fixture(scope="module", params=["basic", "token"])
def registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, RealRegistry]]:
    kinds: dict[str, Opening] = {"basic": basic_registry, "token": token_registry}
    with kinds[request.param](tmp_path_factory.mktemp(request.param)) as started:
        yield request.param, started


def mocked(auth: str, username: str, password: str, image: str, *faults: Fault) -> Trace:
    """The same run on our own registry, served, so that both fall back to HTTP alike."""
    kind = Auth.BASIC if auth == "basic" else Auth.BEARER
    known = Registry(auth=kind, repositories=repositories(), users=USERS, faults=faults)
    with running(known) as served:
        return run_real(served.host, username, password, image)


PULLS = {
    "right": ("alice", "s3cret", "team/app:1.0"),
    "an index": ("alice", "s3cret", "team/multi:latest"),
    "OCI": ("alice", "s3cret", "team/oci:latest"),
    "wrong password": ("alice", "wrong", "team/app:1.0"),
    "not logged in": ("", "", "team/app:1.0"),
    "unknown tag": ("alice", "s3cret", "team/app:9.9"),
    "unknown repository": ("alice", "s3cret", "team/nosuch:1.0"),
}


@each("engine", ["29", "26"])
@each("name", PULLS)
def test_the_machine_meets_the_same_on_a_real_registry(
    registry: tuple[str, RealRegistry], name: str, engine: str
) -> None:
    """Event for event, docker-registry and our mock lead the machine the same way."""
    auth, started = registry
    username, password, image = PULLS[name]
    trace = run_real(started.host, username, password, image, engine=engine)
    kind = Auth.BASIC if auth == "basic" else Auth.BEARER
    known = Registry(auth=kind, repositories=repositories(), users=USERS)
    with running(known) as served:
        expected = run_real(served.host, username, password, image, engine=engine)
    assert names(trace) == names(expected)
    assert trace.failed == (name not in ("right", "an index", "OCI"))
    assert trace.source == "real"
    assert "s3cret" not in trace.to_json() and "YWxpY2U6" not in trace.to_json()


def test_no_right_to_the_repository(registry: tuple[str, RealRegistry]) -> None:
    """The token service leaves the scope out; the registry says insufficient_scope."""
    auth, started = registry
    if auth == "basic":  # htpasswd knows no rights
        assert not run_real(started.host, "alice", "s3cret", "other/secret:latest").failed
        return
    trace = run_real(started.host, "alice", "s3cret", "other/secret:latest")
    assert names(trace)[-1] == "AccessDenied"


@each("image", ["team/app:1.0", "team/multi:latest", "team/oci:latest"])
def test_what_was_pulled_is_an_image_layout(
    registry: tuple[str, RealRegistry], image: str, tmp_path: Path
) -> None:
    """skopeo accepts the layout, and its layers are those of the registry."""
    need("skopeo")
    reports: list[Progress] = []
    run_real(registry[1].host, "alice", "s3cret", image, reports.append, tmp_path)
    tag = image.rpartition(":")[2]
    inspect = ["skopeo", "inspect", f"oci:{tmp_path}:{tag}"]
    inspected = json.loads(subprocess.run(inspect, capture_output=True, check=True).stdout)
    credentials = ["--creds", "alice:s3cret", "--tls-verify=false"]
    there = ["skopeo", "inspect", *credentials, f"docker://{registry[1].host}/{image}"]
    original = json.loads(subprocess.run(there, capture_output=True, check=True).stdout)
    assert inspected["Layers"] == original["Layers"]
    assert {report.digest for report in reports} >= set(original["Layers"])
    assert not list(tmp_path.glob("*.part"))


def test_two_images_share_a_layout(registry: tuple[str, RealRegistry], tmp_path: Path) -> None:
    """The second pull keeps the first image."""
    for image in ("team/app:1.0", "team/app:1.1", "team/app:1.1"):
        run_real(registry[1].host, "alice", "s3cret", image, output=tmp_path)
    assert len(Layout(tmp_path).manifests()) == 2


def test_a_corrupted_blob_is_not_kept(tmp_path: Path) -> None:
    """A byte changed in the real registry's storage ends the pull."""
    with open_registry(tmp_path) as started:
        digest = next(iter(repositories()["public/hello"].blobs))
        path = started.blob(digest)
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        trace = run_real(started.host, "", "", "public/hello:latest", output=tmp_path / "out")
    assert names(trace)[-1] == "DigestMismatch"
    assert not Layout(tmp_path / "out").blob(digest).exists()
    assert not list((tmp_path / "out").glob("*.part"))


# -- our own registry, with faults ------------------------------------------------------------


def test_a_cut_download_is_resumed() -> None:
    """The rest is asked for by range, and the whole has the right digest."""
    trace = mocked(
        "basic", "alice", "s3cret", "team/app:1.0", Fault(Part.BLOB, cut_after=50, times=1)
    )
    assert "DownloadCut" in names(trace) and not trace.failed
    ranges = [s.exchange.request.header("Range") for s in trace.steps if s.exchange]
    assert any(ranges)


def test_a_download_that_is_always_cut_is_given_up() -> None:
    """Five times, then it is a failure."""
    trace = mocked("basic", "alice", "s3cret", "team/app:1.0", Fault(Part.BLOB, cut_after=0))
    assert trace.failed


def test_a_redirected_blob_is_fetched_without_the_credential() -> None:
    """The storage host serves the blobs and learns nothing."""
    Elsewhere.told = []
    with listening(Elsewhere) as storage:
        known = Registry(
            auth=Auth.BASIC, repositories=repositories(), users=USERS,
            blobs_at=f"http://{storage}/blobs/",
        )  # fmt: skip
        with running(known) as served:
            trace = run_real(served.host, "alice", "s3cret", "team/app:1.0")
    assert not trace.failed and names(trace).count("Redirected") == 4
    assert Elsewhere.told == [None] * 4


def test_the_password_is_nowhere_afterwards(caplog: pytest.LogCaptureFixture) -> None:
    """Not in the trace, its JSON, its repr, or a log at any level."""
    caplog.set_level(0)
    trace = mocked("token", "alice", "s3cret", "team/app:1.0")
    state = real_state("localhost:5000", "alice", "s3cret", "team/app:1.0", "29")
    for text in (trace.to_json(), repr(trace), caplog.text, repr(state)):
        assert "s3cret" not in text and "YWxpY2U6czNjcmV0" not in text
