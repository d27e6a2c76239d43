"""What a run costs: sizes and order from the trace, and times that real Docker agrees with."""

from itertools import pairwise

import pytest

from simulator.docker.engines import engines
from simulator.lesson.library import find_lesson
from simulator.recordings import document as recordings
from simulator.recordings.situations import run_situation
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run
from simulator.views.timing import MB, Bar, Link, in_parallel, timeline, total
from tests.cases import each

DATA = recordings.RECORDED


@each("engine", list(engines()))
@each("name", list(scenarios()))
def test_every_request_has_a_bar(name: str, engine: str) -> None:
    """None is lost, none takes less than no time, and layers are unpacked one at a time."""
    trace = run(name, engine)
    bars = timeline(trace, Link())
    asked = sum(1 for step in trace.steps if step.exchange)
    unpacked = [bar for bar in bars if bar.kind == "unpack"]
    assert len(bars) == asked + len(unpacked)
    assert all(0 <= bar.start <= bar.end for bar in bars)
    for before, after in pairwise(unpacked):
        assert before.end <= after.start


def at_once(bars: tuple[Bar, ...]) -> int:
    """The most blobs that are on their way at the same time."""
    blobs = [bar for bar in bars if bar.kind == "download"]
    return max(sum(x.start <= bar.start < x.end for x in blobs) for bar in blobs)


@each("parallel", [1, 2, 3, 10])
def test_no_more_at_once_than_allowed(parallel: int) -> None:
    """Three layers: at most so many of them together."""
    bars = timeline(run("works"), Link(parallel=parallel))
    assert at_once(bars) == min(parallel, 3)


def test_a_link_is_shared_and_no_faster_than_it_is() -> None:
    """However many at once, the bytes need their time; in parallel only the waiting is saved."""
    slow = Link(rate=0.1 * MB, each=0.1 * MB, latency=0, unpack=1e12)
    bytes_sent = sum(bar.size for bar in timeline(run("works"), slow) if bar.kind != "unpack")
    for parallel in (1, 3, 10):
        bars = timeline(run("works"), Link(0.1 * MB, 0.1 * MB, 0, parallel, 1e12))
        assert total(bars) == pytest.approx(bytes_sent / (0.1 * MB), rel=1e-3)
    waiting = Link(latency=1.0)
    assert total(timeline(run("works"), Link(latency=1.0, parallel=1))) > total(
        timeline(run("works"), waiting)
    )


def test_what_is_here_costs_nothing() -> None:
    """A second pull costs one request; a shared base saves its layers."""
    first, second = (total(timeline(run(n), Link())) for n in ("logged-in", "up-to-date"))
    assert second < first / 2
    shared = timeline(run("shared-layers"), Link())
    assert sum(bar.kind == "download" for bar in shared) == 1


THROTTLED = Link(rate=1000 * MB, each=2 * MB, latency=0.01, parallel=3, unpack=1e12)
"""The recordings' proxy: 2 MB/s a connection, and as good as no latency."""
# In which order, and after how many ms, the requests for the layers of `pull_big` reached the
# registry. Which of the layers begin is chance on engine 29.
RECORDED = {
    "29": {"03474b04": 71, "f22e3158": 81, "92bbcbb5": 82, "a5567b68": 523, "00dbaa1f": 874},
    "26": {"a5567b68": 49, "92bbcbb5": 51, "00dbaa1f": 52, "03474b04": 1389, "f22e3158": 2177},
}


@pytest.mark.parametrize("engine", list(engines()))
def test_a_real_pull_began_its_downloads_then(engine: str) -> None:
    """Five layers of 0.8 to 6 MB, three at once: the fourth and the fifth begin when one of the
    others has arrived, as they did when it was recorded."""
    recorded = RECORDED[engine]
    trace = run_situation(recordings.read(DATA / "pull_big.json"), engine)
    asked = {
        step.exchange.request.path[-8:]: step
        for step in trace.steps
        if step.exchange and "/blobs/" in step.exchange.request.path
    }
    began = min(recorded.values()) / 1000
    bars = in_parallel([asked[name] for name in recorded], THROTTLED, began)
    ours = sorted(bar.start for bar in bars)
    assert ours == pytest.approx([start / 1000 for start in recorded.values()], abs=0.15)


def test_a_second_command_begins_when_the_first_has_ended() -> None:
    """Its requests are drawn after the downloads of the first, whose layers are unpacked."""
    lesson = find_lesson("limits-and-mirrors")
    bars = timeline(run(lesson.scenario), Link())
    firsts = [at for at, bar in enumerate(bars) if bar.what == "HEAD manifests/3.22"]
    assert len(firsts) > 1 and firsts[-1] > max(
        at for at, bar in enumerate(bars) if bar.kind in ("config", "download", "unpack")
    )
    assert [bar.kind for bar in bars].count("unpack") > 0
