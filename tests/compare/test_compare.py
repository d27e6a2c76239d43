"""What if: where two runs part, and that nothing is lost on the way."""

import json
import re
from functools import cache
from typing import Any

import pytest

from simulator.assets import component
from simulator.authoring.comparisons import comparisons
from simulator.compare.align import (
    Comparison,
    compare,
    facts,
    makes_sense,
    offers,
    partings,
    what_if,
)
from simulator.compare.lanes import WORDS, lanes, staged
from simulator.compare.sentences import how, why
from simulator.docker.engines import engines
from simulator.docker.trace import Step, Trace
from simulator.docker.trace import run as trace_of
from simulator.lesson.library import USUAL, find_lesson
from simulator.protocol.message import Response
from simulator.scenarios.changes import UnknownChange, changes
from simulator.scenarios.model import UnknownScenario, scenario, scenarios
from simulator.scenarios.play import trace as run
from simulator.sources.mock import mock
from tests.cases import each

LESSON = find_lesson()

PARTS = {
    "password": ("works", "TokenIssued", "TokenRefused"),
    "right-password": ("wrong-password", "TokenRefused", "TokenIssued"),
    "no-terminal": ("works", "CredentialsEntered", "InputMissing"),
    "stored": ("no-login", "CredentialMissing", "CredentialFound"),
    "not-stored": ("logged-in", "CredentialFound", "CredentialMissing"),
    "stale": ("logged-in", "TokenIssued", "TokenRefused"),
    "helper": ("works", "CredentialsStored", "StoreFailed"),
    "read-only": ("works", "CredentialsStored", "StoreFailed"),
    "rights": ("logged-in", "TokenIssued", "TokenIssued"),
    "allowed": ("no-right", "TokenIssued", "TokenIssued"),
    "tag": ("logged-in", "Resolved", "ManifestUnknown"),
    "repository": ("logged-in", "TokenIssued", "TokenIssued"),
    "host": ("logged-in", "CredentialFound", "CredentialMissing"),
    "capital": ("logged-in", "ReferenceParsed", "ReferenceRejected"),
    "platform": ("multi-platform", "PlatformSelected", "PlatformMissing"),
    "down": ("works", "Challenged", "Unreachable"),
    "tls": ("works", "Challenged", "Unreachable"),
    "plain": ("works", "Challenged", "Unreachable"),
    "basic": ("works", "Challenged", "Challenged"),
    "tokens": ("basic", "Challenged", "Challenged"),
    "open": ("works", "Challenged", "AccessOpen"),
    "post": ("works", "TokenPostRefused", "TokenIssued"),
    "token-service": ("works", "TokenIssued", "ServerFailed"),
    "limited": ("logged-in", "Challenged", "AskedAgain"),
    "server": ("logged-in", "Challenged", "AskedAgain"),
    "held": ("logged-in", "LayersPlanned", "LayersPlanned"),
    "up-to-date": ("logged-in", "UpdateNeeded", "AlreadyUpToDate"),
    "corrupted": ("logged-in", "BlobReceived", "DigestMismatch"),
    "missing": ("logged-in", "BlobReceived", "BlobUnknown"),
    "cut": ("logged-in", "BlobReceived", "DownloadCut"),
    "redirect": ("logged-in", "BlobReceived", "Redirected"),
    "mended": ("corrupted-layer", "DigestMismatch", "BlobReceived"),
}
"""Change -> the run it is tried on, and what happens where the runs part (Docker 29)."""


@each("change", PARTS)
def test_a_change_parts_the_runs_where_it_matters(change: str) -> None:
    """One thing changed: the first step at which something else happens."""
    base, left, right = PARTS[change]
    pair = what_if(base, change).parting
    assert pair and pair.left and pair.right
    assert (pair.left.name, pair.right.name) == (left, right)


def test_every_change_is_in_the_table() -> None:
    """A change without a stated parting is untested."""
    assert set(PARTS) == set(changes())
    assert all(change.title for change in changes().values())


ran = cache(run)

# -- every pair ---------------------------------------------------------------------------------

HEALTHY = [name for name in scenarios() if not ran(name, "29").failed]
FAULTY = [name for name in scenarios() if ran(name, "29").failed]


def whole(comparison: Comparison) -> None:
    """Each step of each run is in one row, in order."""
    for side in ("left", "right"):
        shown = [getattr(pair, side) for pair in comparison.pairs if getattr(pair, side)]
        assert shown == list(getattr(comparison, side).steps)


def told(trace: Trace) -> list[tuple[object, ...]]:
    """All that a step says of itself: event, messages and terminal, without the state."""
    return [(step.event, step.exchange, step.terminal) for step in trace.steps]


def outline(step: Step) -> tuple[str, str, object]:
    """The event, the method and the status or obstacle."""
    if step.exchange is None:
        return (step.name, "", None)
    answer = step.exchange.answer
    came = answer.status if isinstance(answer, Response) else answer.obstacle
    return (step.name, step.exchange.request.method, came)


def first_difference(ours: list[Any], theirs: list[Any]) -> int:
    """The place of the first item that differs, or the end of the shorter list."""
    for place, (a, b) in enumerate(zip(ours, theirs, strict=False)):
        if a != b:
            return place
    return min(len(ours), len(theirs))


@each("engine", list(engines()))
@each("faulty", FAULTY)
def test_every_faulty_run_parts_from_every_healthy_one(faulty: str, engine: str) -> None:
    """At the first step that says something else of itself, and at none before it: proven
    without the comparison's own idea of alike. Where other names are typed, they do not count."""
    theirs = ran(faulty, engine)
    for healthy in HEALTHY:
        ours = ran(healthy, engine)
        comparison = compare(ours, theirs)
        whole(comparison)
        assert comparison.parted is not None
        if scenario(healthy).commands == scenario(faulty).commands:
            assert comparison.parted == first_difference(told(ours), told(theirs)), healthy
        else:
            outlines = [[*map(outline, one.steps)] for one in (ours, theirs)]
            assert comparison.parted <= first_difference(*outlines), healthy


@pytest.mark.xdist_group(USUAL)  # its proof has made all comparisons
def test_every_change_parts_at_the_first_difference() -> None:
    """Of the changes that leave the commands alone, the same is proven; and nothing is lost. Where
    the runs part, the heading says at which step, in which way, why, and what differs."""
    changed = [one for _name, one in comparisons(USUAL, True) if one.change]
    assert len(changed) > 1000
    for one in changed:
        whole(one)
        if one.parted is not None:
            names_its_cause(one)
        base = scenario(one.left.scenario)
        if changes()[one.change].apply(base).commands != base.commands:
            continue
        ours, theirs = told(one.left), told(one.right)
        same = ours == theirs
        assert same == (one.parted is None), one.change
        assert same or one.parted == first_difference(ours, theirs), one.change


@each("engine", list(engines()))
@each("name", list(scenarios())[::8])
def test_the_changes_that_matter_are_those_that_part_the_runs(name: str, engine: str) -> None:
    """Each with the step at which they part; those that make no sense are not among them."""
    made = {change: what_if(name, change, engine) for change in changes()
            if makes_sense(name, change)}  # fmt: skip
    parted = {change: min(one.parted + 1, len(one.left.steps)) for change, one in made.items()
              if one.parted is not None}  # fmt: skip
    assert partings(name, engine) == parted
    assert list(partings(name, engine).values()) == sorted(parted.values())


def names_its_cause(comparison: Comparison) -> None:
    verdict = lanes(LESSON, comparison)["verdict"]
    assert verdict["heading"].startswith("They differ from step")
    assert verdict["how"] and verdict["why"] == [why(comparison)]
    assert all(fact["left"] != fact["right"] for fact in verdict["facts"])


@each("left", HEALTHY)
def test_steps_beside_each_other_are_of_the_same_phase(left: str) -> None:
    """A login is never beside a pull, whatever was typed on either side and on any engine."""
    for right in scenarios():
        for engine in engines():
            for pair in compare(ran(left, "29"), ran(right, engine)).pairs:
                assert not (pair.left and pair.right) or same_phase(pair.left, pair.right)


def same_phase(left: Step, right: Step) -> bool:
    return left.before.phase is right.before.phase


def test_a_command_that_only_one_has_stands_alone() -> None:
    """Who logs in first and who does not meet again at the pull, step by step."""
    comparison = compare(run("works"), run("logged-in"))
    names = [(p.left and p.left.name, p.right and p.right.name) for p in comparison.pairs]
    assert names[:6] == [(step.name, None) for step in run("works").steps[:6]]
    assert all(pair.alike for pair in comparison.pairs[6:])
    assert comparison.parted == 0


@each("engine", list(engines()))
@each("name", list(scenarios()))
def test_a_run_does_not_part_from_itself(name: str, engine: str) -> None:
    """The same situation, played twice, is alike to the end."""
    known = scenario(name)
    again = trace_of(known.state(engine), mock(known.world()), scenario=name)
    comparison = compare(run(name, engine), again)
    assert comparison.parted is None
    assert all(pair.alike for pair in comparison.pairs)


def test_the_engines_part_at_the_ping() -> None:
    """Docker 29 goes straight to the tag, Docker 26 greets the registry."""
    comparison = compare(run("logged-in", "29"), run("logged-in", "26"))
    pair = comparison.parting
    assert pair and pair.left and pair.right
    assert (pair.left.name, pair.right.name) == ("PingSkipped", "Challenged")
    assert "engines" in how(comparison)


# -- a change makes sense, or not ---------------------------------------------------------------


def test_a_change_without_effect_says_so() -> None:
    """It is so already, or the run ends before it matters."""
    shown = lanes(LESSON, what_if("wrong-password", "corrupted"))
    assert shown["parted"] is None
    assert shown["verdict"]["heading"] == "It makes no difference"
    assert all(row["joined"] for row in shown["rows"])
    assert makes_sense("wrong-password", "corrupted")
    assert not makes_sense("works", "not-stored")
    assert not makes_sense("logged-in", "password")


def test_a_change_is_of_one_thing() -> None:
    """Other faults and other commands stay: the change comes on top."""
    changed = changes()["limited"].apply(scenario("corrupted-layer"))
    assert len(changed.faults) == 2
    command = changes()["tag"].apply(scenario("no-platform")).commands[0].run
    assert command == "docker pull --platform linux/s390x myprivateregistry.com/team/multi:9.9"


def test_what_is_broken_is_broken_as_in_its_scenario() -> None:
    """On the run that the scenario itself changes, the change gives that very run."""
    for change, name in (
        ("corrupted", "corrupted-layer"), ("missing", "missing-layer"), ("cut", "cut-download"),
        ("limited", "rate-limited"), ("server", "server-error"), ("post", "token-post"),
        ("token-service", "token-service-down"), ("redirect", "redirected-blobs"),
        ("rights", "no-right"), ("not-stored", "no-login"), ("tls", "untrusted-certificate"),
        ("down", "down"), ("plain", "plain-http"), ("up-to-date", "up-to-date"),
    ):  # fmt: skip
        assert told(what_if("logged-in", change).right) == told(run(name)), change


# -- here ---------------------------------------------------------------------------------------


def test_a_step_knows_what_would_part_there() -> None:
    """The changes that matter at this step; at many steps none does."""
    known = {step: [one["change"] for one in changes] for step, changes in
             offers("l", run("logged-in")).items()}  # fmt: skip
    assert known[3] == ["not-stored", "helper", "host"]
    assert 4 not in known
    assert "down" in known[5]
    assert len(run("logged-in").steps) not in known


@pytest.mark.parametrize("engine", list(engines()))
def test_offers_lead_to_where_they_say(engine: str) -> None:
    """Each is a link to the comparison that parts at this very step."""
    trace = run("works", engine)
    offered = offers("names", trace)
    assert {one["change"] for step in offered.values() for one in step} == set(
        partings("works", engine)
    )
    for step, found in offered.items():
        for one in found:
            pair = what_if("works", one["change"], engine).parting
            assert pair and pair.left and pair.left.number == step
            assert one["href"] == (
                f"compare?lesson=names&source=mock&engine={engine}&scenario=works&change={one['change']}"
            )


def test_a_run_of_nobodys_scenario_offers_nothing() -> None:
    """Changes are known for scenarios only."""
    trace = run("works")
    assert offers("l", trace)
    assert offers("l", Trace(trace.steps, source="real")) == {}


# -- why ----------------------------------------------------------------------------------------

WHY = {
    "password": ("The requests look the same, but carry credentials", "Answered"),
    "down": ("The requests are the same; the answers differ", "Answered"),
    "not-stored": ("what is known on this machine decides", "Credential store"),
    "up-to-date": ("what is known on this machine decides", "Image store"),
    "no-terminal": ("what is typed, or not typed, decides", None),
    "tag": ("The requests differ", "Sent"),
    "rights": ("The requests are the same; the answers differ", "Learned"),
}


@each("change", WHY)
def test_why_is_told_by_the_two_steps(change: str) -> None:
    """What each side knew, sent and got; the first that differs decides the sentence."""
    comparison = what_if(PARTS[change][0], change)
    sentence, what = WHY[change]
    pair = comparison.parting
    assert pair
    assert sentence in how(comparison)
    assert next((fact.what for fact in facts(pair)), None) == what


def test_lanes_read_as_one_until_something_differs() -> None:
    """Joined rows are told in the same words; after the first that is not, none is joined."""
    rows = lanes(LESSON, what_if("works", "corrupted"))["rows"]
    joined = [row["joined"] for row in rows]
    assert joined == sorted(joined, reverse=True) and joined.count(True) == 21
    assert all(row["left"] == row["right"] for row in rows if row["joined"])


def test_no_secret_is_in_the_lanes() -> None:
    """Neither password reaches the page or the JSON."""
    for change in changes():
        text = json.dumps(staged(LESSON, what_if("works", change), {}))
        assert "s3cret" not in text and "oldpass" not in text
        assert '"wrong"' not in text


def test_the_component_has_its_words() -> None:
    """Every word that its files ask for is in the payload, and no other is."""
    files = component("comparison")
    source = files.html + files.js
    asked = re.findall(r'(?:data-word|data-label)="(\w+)"|say\("(\w+)"', source)
    either = re.findall(r'say\(ended \? "(\w+)" : "(\w+)"', source)
    used = {word for pair in (*asked, *either) for word in pair if word}
    outcomes = {"done", "failed"}
    assert used | outcomes | {"variable", "value"} == set(WORDS)


@pytest.mark.parametrize(
    ("base", "change", "error"),
    [
        ("works", "weather", "unknown change 'weather': choose one of password"),
        ("nowhere", "password", "unknown scenario 'nowhere': choose one of works"),
    ],
)
def test_an_unknown_name_is_one_sentence(base: str, change: str, error: str) -> None:
    """It names what there is."""
    with pytest.raises((UnknownChange, UnknownScenario), match=error):
        what_if(base, change)
