"""From a cause to the situation that plays it, at the step where it fails."""

from simulator.decoder.causes import Cause
from simulator.recordings.situations import trace
from simulator.scenarios.model import UnknownScenario, per_own_scenarios
from simulator.views.address import Address

ENGINES = ("29", "26")


@per_own_scenarios
def address_of(situation: str) -> str:
    """The failing step of a situation in the player, as an address from its root; empty where the
    situation is unknown or does not fail."""
    for engine in ENGINES:
        try:
            run = trace(situation, engine)
        except UnknownScenario:
            return ""
        if run.failed:
            return "?" + Address(situation, engine, run.steps[-1].number).query
    return ""


def address(cause: Cause) -> str:
    """The first situation that plays this cause; empty where none does."""
    return next(filter(None, map(address_of, cause.played_by)), "")
