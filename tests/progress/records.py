"""Records of two learners, as the tests keep them."""

from datetime import UTC, datetime, timedelta

from simulator.progress.records import (
    Answer,
    Place,
    Solution,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA, BOB = "learner-ada".ljust(32, "-"), "learner-bob".ljust(32, "-")


def answer(key: str = "k1", right: bool = True, minutes: int = 0, **more: object) -> Answer:
    told = {
        "key": key, "at": NOW + timedelta(minutes=minutes), "question": f"q-{key}",
        "objective": "challenge", "chosen": "a 401", "right": right, **more,
    }  # fmt: skip
    return Answer.model_validate(told)


def solution(key: str, commands: int) -> Solution:
    return Solution(key=key, at=NOW, challenge="stale", commands=commands)


PLACE = Place(address="/visual?scenario=works&step=4", at=NOW)
