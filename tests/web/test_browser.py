"""The page as a learner uses it: a real Chromium on the real app."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulator.docker.engines import engines
from simulator.lesson.claims import right_answer
from simulator.lesson.library import find_lesson
from simulator.recordings.document import RECORDED, recorded
from simulator.recordings.situations import trace as trace_of
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import running
from simulator.scenarios.model import scenarios
from simulator.views.stage import stage
from tests.conftest import Open
from tests.pages import choose
from tests.web.watching import at_rest, seen_values, turn_dark, watch

LESSON = find_lesson()
SHOTS = Path(os.environ.get("PULLSCOPE_SCREENSHOTS", "build/screenshots"))


def at_step(page: Page, number: int) -> None:
    expect(page.locator(".stage")).to_have_attribute("data-step", str(number))


def test_keys_and_buttons_step(learner: Open) -> None:
    """Arrows, Home, End, digits and buttons all lead where they say."""
    page, count = learner(), len(trace_of("works").steps)
    at_step(page, 1)
    page.keyboard.press("ArrowRight")
    at_step(page, 2)
    page.get_by_role("button", name="Next").click()
    at_step(page, 3)
    page.get_by_role("button", name="Back").click()
    at_step(page, 2)
    page.keyboard.press("End")
    at_step(page, count)
    page.get_by_role("button", name="Next").click(force=True)
    at_step(page, count)
    page.keyboard.press("Home")
    at_step(page, 1)
    page.keyboard.press("4")
    expect(page.locator(".table tr.now th").first).to_have_text("4")


def test_no_fast_key_press_is_lost(learner: Open) -> None:
    """Twelve presses, as fast as they come, are twelve steps."""
    page = learner()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    at_step(page, 13)


def test_keys_typed_into_a_field_stay_there(learner: Open) -> None:
    """Who types into a field does not step."""
    page = learner()
    page.get_by_role("combobox", name="What happens").focus()
    page.keyboard.type("4")
    at_step(page, 1)


def test_a_step_shows_what_the_machine_did(learner: Open) -> None:
    """At each step of the run the page shows that step's words, box, row, tracker and status."""
    page, trace = learner(), trace_of("works")
    for step in stage(LESSON, trace)["steps"]:
        at_step(page, step["number"])
        expect(page.locator(".account h3")).to_have_text(f"{step['number']} · {step['title']}")
        expect(page.locator(f".rail [data-node={step['node']}]")).to_have_class("now")
        expect(page.locator(".talk .now .no")).to_have_text(str(step["number"]))
        expect(page.locator(".sentence p")).to_have_text(step["talk"]["said"])
        expect(page.locator(".table tr.now th").first).to_have_text(str(step["row"]))
        for name, value in step["tracker"].items():
            row = page.locator(".tracker tr", has_text=name)
            shown = "mark" if name in step["changed"] else "td"
            expect(row.locator(shown)).to_have_text(value)
        if step["exchange"]:
            expect(page.locator(".wire .status")).to_contain_text(str(step["exchange"]["status"]))
        page.keyboard.press("ArrowRight")


def test_play_goes_on_by_itself(learner: Open) -> None:
    """Play goes from step to step, and leaves out none, until it is paused."""
    page = learner(speed=3)
    watch(page, ".stage", "data-step")
    page.keyboard.press("Space")
    seen_values(page, 3)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    seen = seen_values(page)
    assert seen == [str(number) for number in range(1, len(seen) + 1)]


def test_a_failing_scenario_takes_the_branch(learner: Open) -> None:
    """A scenario chosen on the page ends at the failure box, with Docker's own words."""
    page = learner()
    choose(page, "What happens", scenarios()["no-right"].title)
    expect(page.locator(".stage")).to_have_attribute("data-step", "1")
    expect(page).to_have_url(re.compile("scenario=no-right"))
    page.keyboard.press("End")  # the keys step at once: the focus has left the list
    expect(page.locator(".rail [data-node=denied]")).to_have_class("failure now")
    expect(page.locator(".flow .branch")).to_have_attribute("data-from", "verify")
    expect(page.locator(".talk .now .cross")).to_be_visible()
    expect(page.locator(".terminal .error").first).to_contain_text("pull access denied")


def test_any_step_is_an_address(learner: Open) -> None:
    """A permalink lands on its scenario, engine and step, and so does a reload."""
    page = learner("?scenario=corrupted-layer&engine=26&step=5")
    at_step(page, 5)
    engine = page.get_by_test_id("stSelectbox").first
    expect(engine.get_by_role("combobox")).to_have_value(engines()["26"].title)
    page.keyboard.press("ArrowRight")
    at_step(page, 6)
    expect(page).to_have_url(re.compile("step=6"))  # it is written a frame later
    page.reload()
    page.wait_for_selector(".stage[data-step]")
    at_step(page, 6)
    assert "scenario=corrupted-layer" in page.url


def test_an_address_of_nothing_is_told(learner: Open) -> None:
    """An unknown scenario is one sentence; a step beyond the end is the last one."""
    page = learner("?scenario=nonsense&step=999")
    expect(page.get_by_text("There is no scenario 'nonsense'")).to_be_visible()
    at_step(page, len(trace_of("works").steps))


def test_the_quiz_answers(learner: Open) -> None:
    """The right option is praised, each other one gets its own feedback: all of one question, and
    one of each other. (What each option says is in tests/export too, of the same questions.)"""
    page = learner()
    for number, question in enumerate(LESSON.document.quiz):
        right = right_answer(LESSON, question)
        wrong = [place for place in range(len(question.options)) if place != right]
        for place in [*(wrong if number == 0 else wrong[:1]), right]:
            option = question.options[place]
            page.get_by_role("radiogroup", name=question.prompt).get_by_text(
                option.text, exact=True
            ).click()
            kind = "alertContentSuccess" if place == right else "alertContentError"
            told = page.get_by_test_id(f"stA{kind[1:]}").filter(has_text=option.feedback)
            expect(told).to_be_visible()
    count = len(LESSON.document.quiz)
    expect(page.get_by_text(f"{count} of {count} right.")).to_be_visible()


def test_every_section_is_on_the_page(learner: Open) -> None:
    """Flow, sample, table, tracker, moments, quiz, snapshot and transcript are all there."""
    page = learner()
    for heading in (
        "What happens", "Who talks to whom", "Status tracker", "Execution sample",
        "Process table", "On the wire",
        "Key moments", "Quiz", "Concept snapshot", "Full transcript",
    ):  # fmt: skip
        expect(page.get_by_role("heading", name=heading).first).to_be_attached()
    for moment in LESSON.document.moments:
        expect(page.get_by_text(moment.question)).to_be_attached()
    for line in (*LESSON.document.snapshot, *LESSON.document.transcript):
        expect(page.get_by_text(line.text)).to_be_attached()


def test_a_real_registry_is_stepped_through(learner: Open, address: str) -> None:
    """Host, user, password and image; then the run that truly happened. No secret stays."""
    users = {"alice": User("correct-horse", ("*",))}
    with running(Registry(Auth.BEARER, repositories=repositories(), users=users)) as served:
        page = learner(motion=True)
        page.get_by_text("Real registry").click()
        for label, value in (
            ("Registry", served.host),
            ("Image", "team/app:1.0"),
            ("User name (empty: no login)", "alice"),
            ("Password", "correct-horse"),
        ):
            page.get_by_role("textbox", name=label, exact=True).fill(value)
        page.get_by_role("button", name="Log in and pull").click()
        at_step(page, 1)
        expect(page.locator(".code li").first).to_have_text(f"docker login {served.host}")
        page.locator(".account h3").click()
        paces = filling(page)
        page.keyboard.press("End")
    expect(page.locator(".account h3")).to_contain_text("Done")
    expect(page.locator(".terminal")).to_contain_text("Status: Downloaded newer image")
    assert len(paces) == 3, paces
    for shown, milliseconds in paces:
        said = re.fullmatch(r"Download complete · ([\d.]+) sec", shown)
        assert said and milliseconds == pytest.approx(float(said[1]) * 1000, rel=0.06), shown
    assert "correct-horse" not in page.content() + page.url
    assert page.get_by_role("textbox", name="Password", exact=True).input_value() == ""


def test_a_row_that_failed_says_so_at_the_end_alone(learner: Open) -> None:
    """Not before: that would answer the question that is asked."""
    page = learner("?scenario=wrong-password&step=3")
    row = page.locator(".table tr[data-row='2']")
    at_step(page, 3)
    expect(row).not_to_contain_text("The run ended here.")
    page.keyboard.press("End")
    expect(row).to_contain_text("The run ended here.")
    expect(row).not_to_contain_text("accepts")


WATCH = """() => {
  window.filled = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, timing) {
    if (this.closest(".bar")) filled.push([this.parentElement.textContent, timing.duration]);
    return animate.call(this, frames, timing);
  };
}"""


def filling(page: Page) -> list[list[Any]]:
    """Stepping to the end: what each bar that fills says, and for how many milliseconds."""
    page.evaluate(WATCH)
    for number in range(2, int(page.locator("input[type=range]").get_attribute("max") or 0) + 1):
        page.keyboard.press("ArrowRight")
        at_step(page, number)
    return list(page.evaluate("filled"))


def test_a_recording_is_chosen_and_stepped_through(learner: Open) -> None:
    """What Docker printed then, step by step; the address names recording, engine and step."""
    page = learner()
    page.get_by_role("radio", name="Recording", exact=True).click()
    page.get_by_role("combobox", name="Recording").fill("A byte of one layer")
    page.keyboard.press("Enter")
    expect(page.locator(".code li").first).to_contain_text("team/corrupt")
    expect(page.get_by_text("Recorded with Docker version")).to_be_visible()
    page.locator(".account h3").click()
    page.keyboard.press("End")
    said = recorded()["pull_layer_corrupted"].engines["29"].stderr.strip().splitlines()[-1]
    expect(page.locator(".terminal")).to_contain_text(said)
    step = page.locator(".stage").get_attribute("data-step")
    page.wait_for_url(re.compile(rf"step={step}\b"))
    for part in ("source=recording", "recording=pull_layer_corrupted", "engine=29"):
        assert part in page.url
    page.reload()
    expect(page.locator(".stage")).to_have_attribute("data-step", str(step))
    expect(page.locator(".terminal")).to_contain_text(said)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "recording.png")


def test_an_own_recording_is_replayed(learner: Open, tmp_path: Path) -> None:
    """A file is stepped through; where its Docker said something else, both are shown. One that
    is no recording is one sentence."""
    text = (RECORDED / "pull_unknown_tag.json").read_text("utf-8")
    mine = tmp_path / "mine.json"
    mine.write_text(text.replace("manifest unknown: manifest unknown", "gone fishing"), "utf-8")
    page = learner("?source=recording&engine=26")
    page.get_by_text("Your own recording").click()
    page.locator("input[type=file]").set_input_files(mine)
    expect(page.locator(".code li").first).to_contain_text("team/app:9.9")
    page.locator("summary", has_text="Your Docker says something else").click()
    expect(page.locator("pre", has_text="gone fishing")).to_contain_text("+++ your Docker")
    page.locator(".account h3").click()
    page.keyboard.press("End")
    expect(page.locator(".terminal")).to_contain_text("not found: gone fishing")
    odd = tmp_path / "odd.json"
    odd.write_text("[]", "utf-8")
    page.locator("input[type=file]").set_input_files(odd)
    expect(page.get_by_role("alert")).to_contain_text("This is no recording that can be replayed")
    expect(page.get_by_role("alert")).to_contain_text("odd.json")


def test_the_stage_fits(learner: Open) -> None:
    """Nothing overflows sideways; on a laptop a step is in view without scrolling."""
    page = learner("?step=14")
    at_step(page, 14)
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name, width, height in (("laptop", 1366, 768), ("phone", 390, 844), ("dark", 1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        if name == "dark":
            turn_dark(page)
        at_rest(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        box = page.locator(".controls").bounding_box()
        assert name == "phone" or (box and box["y"] + box["height"] <= height), name
        page.screenshot(path=SHOTS / f"{name}.png")
