"""What if: where two runs part, and that nothing is lost on the way."""

import pytest

from simulator.compare import CHANGES, Comparison, UnknownChange, compare, kind, what_if
from simulator.engines import engines
from simulator.scenario import run, scenarios

PARTS = {
    "password": ("works", "TokenIssued", "TokenRefused"),
    "not-stored": ("logged-in", "CredentialFound", "CredentialMissing"),
    "stale": ("logged-in", "TokenIssued", "TokenRefused"),
    "rights": ("logged-in", "TokenIssued", "TokenIssued"),
    "tag": ("logged-in", "Resolved", "ManifestUnknown"),
    "host": ("logged-in", "CredentialFound", "CredentialMissing"),
    "down": ("works", "Challenged", "Unreachable"),
    "tls": ("works", "Challenged", "Unreachable"),
    "plain": ("works", "Challenged", "Unreachable"),
    "basic": ("works", "TokenIssued", "CredentialAttached"),
    "open": ("works", "Challenged", "AccessOpen"),
    "post": ("works", "TokenPostRefused", "TokenIssued"),
    "corrupted": ("logged-in", "BlobReceived", "DigestMismatch"),
    "missing": ("logged-in", "BlobReceived", "BlobUnknown"),
    "cut": ("logged-in", "BlobReceived", "DownloadCut"),
    "held": ("logged-in", "LayersPlanned", "LayersPlanned"),
    "up-to-date": ("logged-in", "UpdateNeeded", "AlreadyUpToDate"),
    "limited": ("logged-in", "Challenged", "AskedAgain"),
    "server": ("logged-in", "Challenged", "AskedAgain"),
    "token-service": ("works", "TokenIssued", "ServerFailed"),
    "redirect": ("logged-in", "BlobReceived", "Redirected"),
    "helper": ("works", "CredentialsStored", "StoreFailed"),
}
"""Change -> the run it is tried on, and what happens where the runs part (Docker 29)."""


@pytest.mark.parametrize("change", PARTS)
def test_a_change_parts_the_runs_where_it_matters(change: str) -> None:
    """One thing changed: the first step at which something else happens."""
    base, left, right = PARTS[change]
    comparison = what_if(base, change)
    assert comparison.parted is not None
    pair = comparison.pairs[comparison.parted]
    assert pair.left and pair.right
    assert (pair.left.name, pair.right.name) == (left, right)


def test_every_change_is_in_the_table() -> None:
    """A change without a stated parting is untested."""
    assert set(PARTS) == set(CHANGES)
    assert all(change.title and change.why for change in CHANGES.values())


HEALTHY = [name for name in scenarios() if not run(name).failed]
FAULTY = [name for name in scenarios() if run(name).failed]


def whole(comparison: Comparison) -> None:
    """Each step of each run stands in one row, in order."""
    for side in ("left", "right"):
        shown = [getattr(pair, side) for pair in comparison.pairs if getattr(pair, side)]
        assert shown == list(getattr(comparison, side).steps)


@pytest.mark.parametrize("engine", list(engines()))
@pytest.mark.parametrize("faulty", FAULTY)
def test_every_faulty_run_parts_from_every_healthy_one(faulty: str, engine: str) -> None:
    """At the first step of another kind, and at none before it."""
    for healthy in HEALTHY:
        left, right = run(healthy, engine), run(faulty, engine)
        comparison = compare(left, right)
        whole(comparison)
        assert comparison.parted is not None
        place = 0
        while kind(left.steps[place]) == kind(right.steps[place]):
            place += 1
        assert comparison.parted == place


@pytest.mark.parametrize("name", list(scenarios()))
def test_a_run_does_not_part_from_itself(name: str) -> None:
    """The same world twice is alike to the end."""
    comparison = compare(run(name), run(name))
    assert comparison.parted is None
    assert all(pair.alike for pair in comparison.pairs)


def test_a_change_without_effect_says_so() -> None:
    """A login stores its credentials anew, so it does not matter that none were stored."""
    assert what_if("works", "not-stored").parted is None


def test_an_unknown_change_is_one_sentence() -> None:
    """It names what there is."""
    with pytest.raises(UnknownChange, match="unknown change 'weather': choose one of password"):
        what_if("works", "weather")
