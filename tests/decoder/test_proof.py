"""What the decoder says holds in the runs whose messages are known: situations and recordings."""

from collections.abc import Iterator
from functools import cache

import pytest

from simulator.authoring.sentences import further_runs
from simulator.decoder.causes import Cause, causes, rules
from simulator.decoder.decode import decode
from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.lesson.library import USUAL, find_lesson, folders
from simulator.scenarios import play
from simulator.views.point import Point, point_of
from simulator.views.sentences import Variant, faults
from tests.spoiled import survivors

pytestmark = pytest.mark.xdist_group(USUAL)  # its proof has played all that was recorded
Shown = tuple[str, str, Variant, Point]
"""The run, the place, and the sentence where the run ends."""


@cache
def failing() -> dict[str, Trace]:
    """Every run that fails: the situations of all lessons, and all that was recorded."""
    own = (
        (f"{name}@{engine}", play.trace(name, engine))
        for lesson in map(find_lesson, folders()) for engine in engines()
        for name in lesson.situations
    )
    more = ((f"{n}@{engine}", run) for engine in engines() for n, run in further_runs(engine))
    return {name: run for name, run in (*own, *more) if run.failed}


def printed(trace: Trace) -> str:
    """What a learner would paste."""
    lines = (line for step in trace.steps for line in step.terminal)
    return "\n".join(line.text for line in lines if line.kind != "command")


def known_causes(run: str) -> list[Cause]:
    return [one for one in causes().values() if run.partition("@")[0] in one.played_by]


@cache
def shown() -> tuple[Shown, ...]:
    return tuple(one for run, trace in failing().items() for one in told(run, trace))


def told(run: str, trace: Trace) -> Iterator[Shown]:
    """How far the command came, as the decoder reads it, and the cause that is known."""
    at, table, verdict = point_of(trace.steps[-1]), rules(), decode(printed(trace)).verdict
    if verdict.rule:
        name = table.rules[verdict.rule].stage
        stage = table.stages[name]
        reason = Variant(text=stage.reason, claims=dict(stage.claims), source=stage.source)
        yield run, f"stage.{name}", reason, at
    for cause in known_causes(run):
        yield run, f"cause.{cause.name}", Variant(text=cause.what_happened,
                                                  claims=dict(cause.claims)), at  # fmt: skip


def test_what_is_said_of_a_recorded_message_holds_in_its_run() -> None:
    wrong = [(run, place, what) for run, place, one, at in shown() for what in faults((one,), at)]
    assert wrong == []


def test_each_spoiled_claim_is_noticed() -> None:
    first = {place: (one, at) for _run, place, one, at in reversed(shown())}
    assert [place for place, (one, at) in first.items() if survivors((one,), at)] == []


def test_every_stage_and_every_played_cause_is_proven_in_some_run() -> None:
    """What no recorded message shows names its source."""
    places = {place for _run, place, _one, _at in shown()}
    stages = {f"stage.{name}" for name, one in rules().stages.items() if not one.source}
    assert {place for place in places if place.startswith("stage.")} == stages
    played = {f"cause.{name}" for name, one in causes().items() if one.claims}
    assert played == {place for place in places if place.startswith("cause.")}


def test_a_message_does_not_exclude_its_cause() -> None:
    """Whatever the decoder says of a run, its true cause stays possible. A situation may play
    one cause on one engine and another one on the other."""
    for run, trace in failing().items():
        excluded = {one.cause.name for one in decode(printed(trace)).verdict.excluded}
        known = {one.name for one in known_causes(run)}
        assert not known or known - excluded, run
