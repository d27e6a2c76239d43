"""The page as a learner uses it: a real Chromium on the real app."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulator.docker.engines import engines
from simulator.lesson.checklist import ITEMS
from simulator.lesson.claims import right_answer
from simulator.lesson.library import find_lesson
from simulator.recordings.document import RECORDED, recorded
from simulator.recordings.situations import trace as trace_of
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import running
from tests.conftest import Open
from tests.pages import choose
from tests.web.watching import at_rest, follow, turn_dark

LESSON = find_lesson()
SHOTS = Path(os.environ.get("PULLSCOPE_SCREENSHOTS", "build/screenshots"))


def at_step(page: Page, number: int) -> None:
    expect(page.locator(".stage")).to_have_attribute("data-step", str(number))


def test_keys_and_buttons_step(usual: Page) -> None:
    """Arrows, Home, End, digits and buttons all lead where they say; no fast press is lost, and
    who types into a field does not step."""
    page, count = usual, len(trace_of("works").steps)
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
    page.keyboard.press("4")
    expect(page.locator(".table tr.now th").first).to_have_text("4")
    page.keyboard.press("Home")
    at_step(page, 1)
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    at_step(page, 13)
    page.get_by_role("combobox", name="What happens").focus()
    page.keyboard.type("4")
    page.keyboard.press("Escape")
    at_step(page, 13)
    page.locator(".account h3").click()


def test_what_is_below_the_stage(usual: Page) -> None:
    """Each section is there with its texts; and the quiz answers: the right option is praised,
    each other one of the first question gets its own feedback. (What each option says is in
    tests/export too, of the same questions.)"""
    for heading in (
        "What happens", "Who talks to whom", "Status tracker", "Execution sample",
        "Process table", "On the wire",
        "Key moments", "Quiz", "Concept snapshot", "Full transcript",
    ):  # fmt: skip
        expect(usual.get_by_role("heading", name=heading).first).to_be_attached()
    for moment in LESSON.document.moments:
        expect(usual.get_by_text(moment.question)).to_be_attached()
    for line in (*LESSON.document.snapshot, *LESSON.document.transcript):
        expect(usual.get_by_text(line.text)).to_be_attached()
    for number, question in enumerate(LESSON.document.quiz):
        right = right_answer(LESSON, question)
        wrong = [place for place in range(len(question.options)) if place != right]
        for place in [*(wrong if number == 0 else []), right]:
            option = question.options[place]
            usual.get_by_role("radiogroup", name=question.prompt).get_by_text(
                option.text, exact=True
            ).click()
            kind = "alertContentSuccess" if place == right else "alertContentError"
            told = usual.get_by_test_id(f"stA{kind[1:]}").filter(has_text=option.feedback)
            expect(told).to_be_visible()
    count = len(LESSON.document.quiz)
    expect(usual.get_by_text(f"{count} of {count} right.")).to_be_visible()


def fill(page: Page, host: str, button: str, user: str = "User name") -> None:
    """Log in to the registry at this host, with an image that it has."""
    for label, value in (
        ("Registry", host), ("Image", "team/app:1.0"), (user, "alice"),
        ("Password", "correct-horse"),
    ):  # fmt: skip
        page.get_by_role("textbox", name=label, exact=True).fill(value)
    page.get_by_role("button", name=button).click()


def test_a_real_registry_is_asked(learner: Open) -> None:
    """On the stage, host, user, password and image; then the run that truly happened, and its
    timeline beside that of the mock registry and of a recording. In the project its answers
    decide every item. No secret stays."""
    users = {"alice": User("correct-horse", ("*",))}
    with running(Registry(Auth.BEARER, repositories=repositories(), users=users)) as served:
        page = learner(motion=True)
        page.get_by_text("Real registry").click()
        fill(page, served.host, "Log in and pull", "User name (empty: no login)")
        stepped(page, served.host)
        no_secret(page)
        follow(page, "perf")
        timelines(page, served.host)
        follow(page, "project")
        fill(page, served.host, "Ask the registry")
        for item in ITEMS:
            verdict = page.locator("summary", has_text=item.title)
            expect(verdict).to_contain_text(f"{item.title}: true")
    expect(page.get_by_text("Bearer").last).to_be_visible()
    no_secret(page)


def stepped(page: Page, host: str) -> None:
    """Each bar fills for as long as its layer took."""
    at_step(page, 1)
    expect(page.locator(".code li").first).to_have_text(f"docker login {host}")
    page.locator(".account h3").click()
    paces = filling(page)
    expect(page.locator(".account h3")).to_contain_text("Done")
    expect(page.locator(".terminal")).to_contain_text("Status: Downloaded newer image")
    assert len(paces) == 3, paces
    for shown, milliseconds in paces:
        said = re.fullmatch(r"Download complete · ([\d.]+) sec", shown)
        assert said and milliseconds == pytest.approx(float(said[1]) * 1000, rel=0.06), shown


def no_secret(page: Page) -> None:
    assert "correct-horse" not in page.content() + page.url
    expect(page.get_by_role("textbox", name="Password", exact=True)).to_have_value("")


def timelines(page: Page, host: str) -> None:
    for source in ("Mock registry", "Recording", "Real registry"):
        page.get_by_role("radio", name=source, exact=True).click()
        expect(page.get_by_role("radio", name=source, exact=True)).to_be_checked()
        expect(
            page.locator("[data-testid=stVegaLiteChart] canvas, .vega-embed svg")
        ).to_be_visible()
    expect(page.get_by_role("combobox", name="Link")).to_have_value("As it was: measured")
    expect(page.get_by_role("textbox", name="Your real run")).to_have_value(
        f"docker pull {host}/team/app:1.0"
    )


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


def test_a_recording_is_chosen_and_stepped_through(learner: Open, tmp_path: Path) -> None:
    """Where the address names nothing that there is, a sentence says so, and a step beyond the
    end is the last one. Of a recording, what Docker printed then; the address names recording,
    engine and step, so that a reload changes nothing."""
    page = learner("?scenario=nonsense&step=999")
    expect(page.get_by_text("There is no scenario 'nonsense'")).to_be_visible()
    at_step(page, len(trace_of("works").steps))
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
    an_own_recording(page, tmp_path)


def an_own_recording(page: Page, folder: Path) -> None:
    """A file is stepped through; where its Docker said something else, both are shown. One that
    is no recording is one sentence."""
    text = (RECORDED / "pull_unknown_tag.json").read_text("utf-8")
    mine = folder / "mine.json"
    mine.write_text(text.replace("manifest unknown: manifest unknown", "gone fishing"), "utf-8")
    choose(page, "Docker engine", engines()["26"].title)
    page.get_by_text("Your own recording").click()
    page.locator("input[type=file]").set_input_files(mine)
    expect(page.locator(".code li").first).to_contain_text("team/app:9.9")
    page.locator("summary", has_text="Your Docker says something else").click()
    expect(page.locator("pre", has_text="gone fishing")).to_contain_text("+++ your Docker")
    page.locator(".account h3").click()
    page.keyboard.press("End")
    expect(page.locator(".terminal")).to_contain_text("not found: gone fishing")
    odd = folder / "odd.json"
    odd.write_text("[]", "utf-8")
    page.locator("input[type=file]").set_input_files(odd)
    expect(page.get_by_role("alert")).to_contain_text("This is no recording that can be replayed")
    expect(page.get_by_role("alert")).to_contain_text("odd.json")


def test_the_stage_fits(usual: Page) -> None:
    """Nothing overflows sideways; on a laptop a step is in view without scrolling."""
    page = usual
    for number in range(2, 15):
        page.keyboard.press("ArrowRight")
        at_step(page, number)
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
