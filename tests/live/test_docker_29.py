"""Docker 29 and containerd send no GET /v2/: another tag, or the same one anew, begins a command.

The requests are those that the machine sends in the ways of Docker 29, which recordings confirm.
"""

from dataclasses import replace

import pytest

from simulator.live.observer.observe import observe
from simulator.live.observer.run import Run
from simulator.live.seen import Seen
from simulator.live.trouble import known
from simulator.recordings.situations import trace as trace_of
from tests.live.learner import LATER
from tests.live.test_observer import later, seen_by_registry


def requests(scenario: str) -> list[Seen]:
    return seen_by_registry(trace_of(scenario, "29"))


def pulls(scenario: str) -> list[Seen]:
    """Only the pull, without the login before it."""
    every = requests(scenario)
    first = next(n for n, one in enumerate(every) if "/manifests/" in one.request.path)
    return every[first:]


def by(agent: str, seen: list[Seen]) -> list[Seen]:
    """The same requests from another client."""
    return [
        replace(one, exchange=replace(one.exchange, request=replace(
            one.request, headers=(("User-Agent", agent),))))
        for one in seen
    ]  # fmt: skip


def outcomes(runs: tuple[Run, ...]) -> list[tuple[str, str]]:
    return [(run.short.split(" · ")[-1], run.outcome) for run in runs]


@pytest.mark.parametrize("pause", [0.7, 1.0, 2.5, 6.0, 30.0])
@pytest.mark.parametrize("agent", ["docker/29.0.1 go/go1", "containerd/2.3.4"])
def test_a_corrected_pull_is_a_command_of_its_own(agent: str, pause: float) -> None:
    """However soon it comes after the one that failed."""
    first = by(agent, pulls("unknown-tag"))
    seen = first + by(agent, later(pulls("works"), pause))
    found = outcomes(observe(seen, LATER, known))
    assert [outcome for _title, outcome in found] == ["failed", "done"]
    assert found[0] != found[1]


@pytest.mark.parametrize("pause", [0.7, 5.0, 50.0])
def test_two_good_pulls_stay_whole(pause: float) -> None:
    """The second one's challenge and token are not the first one's."""
    first = pulls("works")
    seen = first + later(first, pause)
    whole, again = observe(seen, LATER, known)
    assert (whole.outcome, again.outcome) == ("done", "done")
    assert sum(map(len, whole.seen)) == len(first)


def test_only_containerd_is_not_docker() -> None:
    """Docker 29 has its tokens fetched by containerd; containerd alone is not Docker."""
    mixed = [by("containerd/2.3.4", [one])[0] if "/token" in one.request.path else one
             for one in pulls("works")]  # fmt: skip
    (docker,) = observe(mixed, LATER, known)
    (alone,) = observe(by("containerd/2.3.4", mixed), LATER, known)
    assert (docker.client.name, alone.client.name) == ("Docker", "containerd")
    assert docker.trace.steps[0].terminal[0].text.startswith("docker pull ")
    assert alone.trace.steps[0].terminal[0].text.startswith("ctr images pull ")
    printed = [line.text for step in alone.trace.steps for line in step.terminal]
    assert len(printed) == 1


def test_a_stale_token_is_asked_for_again_within_the_pull() -> None:
    """Repeated questions with credentials belong to the command that was refused."""
    runs = observe(pulls("stale-credentials"), LATER, known)
    assert [run.outcome for run in runs] == ["failed"]
