"""How often, and where, a class's pages may ask real registries."""

import pytest

from simulator.sources.dialer import ALONE, CLASS
from simulator.web import real_runs, registry
from simulator.web.real_runs import InvalidSwitch, NotAdmitted, Turns, admitted, class_policy


def test_two_at_once() -> None:
    """A third one has to wait, and gets its turn afterwards."""
    turns = Turns()
    with turns.turn("ada"), turns.turn("bob"), pytest.raises(NotAdmitted), turns.turn("eve"):
        pass
    with turns.turn("eve"):
        pass


def test_twenty_an_hour_for_each_learner() -> None:
    now = [0.0]
    turns = Turns(clock=lambda: now[0])
    for _ in range(20):
        with turns.turn("ada"):
            now[0] += 1
    with pytest.raises(NotAdmitted, match="20"), turns.turn("ada"):
        pass
    with turns.turn("bob"):
        now[0] += 3600
    with turns.turn("ada"):
        pass


def test_who_comes_as_another_learner_each_time_is_bounded_too() -> None:
    turns = Turns(in_all=50)
    for number in range(50):
        with turns.turn(str(number)):
            pass
    with pytest.raises(NotAdmitted), turns.turn("another"):
        pass


def test_a_run_that_fails_gives_its_turn_back() -> None:
    turns = Turns(at_once=1)
    with pytest.raises(RuntimeError), turns.turn("ada"):
        raise RuntimeError
    assert turns.running == 0


def test_the_hosts_switch() -> None:
    assert class_policy("") == CLASS and class_policy("off") is None
    ports = class_policy("443, 5000")
    assert ports is not None and ports.ports == {443, 5000} and not ports.inside
    for wrong in ("on", "443,", "0", "99999", "443;5000", "-1", "４４３x"):
        with pytest.raises(InvalidSwitch):
            class_policy(wrong)


def test_alone_there_are_no_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """For others there are, and the class's policy."""
    for _ in range(30):
        with admitted("ada") as policy:
            assert policy is ALONE
    monkeypatch.setattr(registry, "public", lambda: True)
    monkeypatch.setattr(real_runs, "TURNS", Turns())
    monkeypatch.delenv(real_runs.VARIABLE, raising=False)
    with admitted("ada") as policy:
        assert policy == CLASS
    monkeypatch.setenv(real_runs.VARIABLE, "off")
    with pytest.raises(NotAdmitted), admitted("ada"):
        pass
