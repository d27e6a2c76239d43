"""One learner, and a clock that the test sets."""


import pytest

from simulator.live.sessions import Sessions
from tests.live.learner import Clock, Learner


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ada(clock: Clock) -> Learner:
    return Learner(Sessions(clock=clock))
