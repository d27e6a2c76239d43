"""One learner, and a clock that the test sets."""


import pytest

from simulator.live import accounts
from simulator.live.sessions import Sessions
from tests.live.learner import Clock, Learner


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A password is checked in no time: these tests open thousands of accounts, whose hash is
    slow on purpose. Those of the accounts themselves have it as it is."""
    if request.path.stem != "test_accounts":
        monkeypatch.setitem(accounts.SCRYPT, "n", 2)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ada(clock: Clock) -> Learner:
    return Learner(Sessions(clock=clock))
