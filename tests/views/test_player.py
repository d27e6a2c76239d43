"""What the stage is given: words for everything it shows, and nothing twice."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from simulator.assets import component
from simulator.docker.trace import Took, Trace
from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run
from simulator.views import player
from simulator.views import stage as views
from simulator.views.player import STRINGS
from simulator.views.rows import process_table
from tests.bench.long_run import long_run

LESSON = load(HOME / "pulling-from-private-registries")
KEYS = {"kbd"}  # The name of a key is the same in every language.


class Words(HTMLParser):
    """The texts of a page, those for the eye and those for the ear."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.literal: list[str] = []
        self.named: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        known = dict(attrs)
        self.named |= {known[name] or "" for name in ("data-say", "data-label") if name in known}
        self.literal += [v or "" for k, v in attrs if k in ("aria-label", "title", "placeholder")]
        if tag in ("input", "path"):
            self.inside.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("input", "path"):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if data.strip(" \n…?") and self.inside[-1] not in KEYS:
            self.literal.append(data)


def words() -> Words:
    parsed = Words()
    parsed.feed(component("stage").html)
    return parsed


def test_the_page_of_the_stage_has_no_words_of_its_own() -> None:
    """Every text and every label is in `STRINGS`, and can be translated."""
    assert words().literal == []


def test_every_name_of_a_text_is_known_and_used() -> None:
    """What the stage asks for is there, and nothing is there that it does not ask for."""
    script = component("stage").js
    said = set(re.findall(r"""(?:say|half|section|fold)\(\s*"(\w+)\"""", script))
    chosen = set(re.findall(r"""[?:[,=] ?"(\w+)\"""", script))
    assert words().named | said <= STRINGS.keys()
    assert STRINGS.keys() - words().named - said - chosen == set()


def test_a_run_of_500_steps_is_sent_small() -> None:
    """A long run repeats itself: packed it is a tenth, and comes out equal."""
    trace = long_run()
    given = player.payload(LESSON, trace)
    packed = player.packed(given)
    assert len(trace.steps) > 480
    assert player.unpacked(packed) == given
    assert len(packed) < len(json.dumps(given)) / 10


def test_of_many_layers_those_around_the_present_one_are_shown() -> None:
    """Five bars have room; the others are counted."""
    shown = [step["layers"] for step in views.stage(LESSON, long_run())["steps"]]
    assert max(len(one["bars"]) for one in shown) == views.SHOWN_LAYERS
    assert all(one["more"] for one in shown if one["bars"])
    assert all(not step["layers"]["more"] for step in views.stage(LESSON, run("works"))["steps"])


def test_a_timed_layer_has_its_seconds_where_it_arrives() -> None:
    """In a run that was measured, each layer once; in one that was not, none."""
    trace = run("works")
    manifest = trace.steps[-1].after.run.image.manifest
    assert manifest
    arrivals = [
        step.number
        for step in trace.steps
        if step.name == "BlobReceived" and step.event.blob in manifest.layers
    ]
    took = tuple(Took(step.number, 1, 1 + step.number) for step in trace.steps if step.exchange)
    assert len(arrivals) == len(manifest.layers)
    assert timed(replace(trace, took=took)) == [(number, number) for number in arrivals]
    assert timed(trace) == []


def timed(trace: Trace) -> list[tuple[int, float]]:
    """Each step that shows how long a layer took, and how long that was."""
    return [
        (step["number"], bar["seconds"])
        for step in views.stage(LESSON, trace)["steps"]
        for bar in step["layers"]["bars"]
        if "seconds" in bar
    ]


@pytest.mark.parametrize("engine", ["29", "26"])
def test_no_row_claims_what_failed(engine: str) -> None:
    """The row in which a run fails comes to nothing; every other keeps its words."""
    for name in scenarios():
        trace = run(name, engine)
        rows = views.stage(LESSON, trace)["rows"]
        reached = [row["number"] for row in rows if row["first"] and not row["branch"]]
        broken = reached[-1:] if trace.failed else []
        assert [row["number"] for row in rows if row["broken"]] == broken, name
        told = [row[3] for row in process_table(LESSON, trace).rows]
        assert [text != "–" for text in told] == [row["complete"] for row in rows], name
        assert [row["number"] for row in rows if row["complete"] and row["broken"]] == [], name


def test_another_language_is_another_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same run in other words is drawn anew: its id differs."""
    given = player.payload(LESSON, run("works"))
    assert given["language"] == "en" and given["strings"].keys() == STRINGS.keys()
    monkeypatch.setitem(STRINGS, "player", "Spieler")
    assert player.payload(LESSON, run("works"))["id"] != given["id"]
