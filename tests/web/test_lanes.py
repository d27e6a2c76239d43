"""Who talks to whom, on the stage: the parties, the rows, and that nothing leaves the view."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace
from simulator.views import player
from tests.conftest import Open
from tests.pages import settled
from tests.web.lesson_run import LAST, LESSON, STEPS
from tests.web.test_browser import at_step
from tests.web.watching import at_rest, beside_until, frames, moved, sample

FAILING = (
    "rate-limited", "wrong-password", "corrupted-layer", "plain-http", "no-right", "down",
    "unknown-tag", "no-login", "untrusted-certificate", "no-such-host",
)  # fmt: skip
"""Each party that can fail; the first one is chosen by its cause, the others by name."""
SHOWN = (1, 2, 4, 6, 8, 11, 14, 15, 19, 22, 25, LAST)
"""Steps of each kind: typed, asked and answered, found, planned, received, verified, ended."""

IN_VIEW = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const box = (e) => e.getBoundingClientRect();
  const parts = {row: ".talk .now", sentence: ".account h3", message: ".sentence", parties: ".heads", rail: ".rail",
    line: ".code .now", tracker: ".tracker table", controls: ".controls"};
  const out = Object.entries(parts).filter(([name, one]) => {
    const {top, bottom} = box(root.querySelector(one));
    return top < 0 || bottom > (name === "controls" ? innerHeight : box(root.querySelector(".controls")).top);
  }).map(([name]) => name);
  const field = box(root.querySelector(".field")), row = box(root.querySelector(".talk .now"));
  if (row.top < field.top - 1 || row.bottom > field.bottom + 1) out.push("row in the lanes");
  const {scrollHeight, clientHeight} = root.querySelector(".talk"), full = scrollHeight > clientHeight;
  if (full && row.top < field.top + field.height * 0.6) out.push("row in the lower third");
  return out;
}"""  # noqa: E501


def hidden(page: Page) -> list[str]:
    """What of the present step is out of view."""
    return list(page.evaluate(IN_VIEW))


def through(page: Page, last: int) -> list[tuple[int, str]]:
    """Each step of the run, with what is out of view there."""
    out = []
    for number in range(1, last + 1):
        at_step(page, number)
        out += [(number, one) for one in hidden(page)]
        frames(page, 1)  # a step takes one: of each there is a sample
        page.keyboard.press("ArrowRight")
    return out


def messages(page: Page) -> list[str]:
    return page.locator(".talk .no").all_inner_texts()


def message(page: Page) -> dict[str, Any]:
    """The label and the answer of the present row, and what the parties have."""
    row = page.locator(".talk .now")
    held = page.locator(".heads li:has(.has:not(:empty))")
    return {
        "label": row.locator(".label, .local").inner_text(),
        "short": "".join(row.locator(".short").all_inner_texts()),
        "has": {
            str(one.get_attribute("data-party")): one.locator(".has").inner_text()
            for one in held.all()
        },
    }


def test_a_step_shows_what_the_machine_did(usual: Page) -> None:
    """At each step of the run all of it is in view on a laptop; a step of each kind shows its own
    words, box, row, tracker, status and message. The lanes hold what has happened and no more."""
    page = usual
    at_rest(page)
    for step in STEPS:
        at_step(page, step["number"])
        if step["number"] in SHOWN:
            shows(page, step)
        assert hidden(page) == [], step["number"]
        page.keyboard.press("ArrowRight")
    for key, number in (("Home", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("4", 11)):
        page.keyboard.press(key)
        at_step(page, number)
        assert messages(page) == [str(one) for one in range(1, number + 1)]


def shows(page: Page, step: dict[str, Any]) -> None:
    expect(page.locator(".account h3")).to_have_text(f"{step['number']} · {step['title']}")
    expect(page.locator(f".rail [data-node={step['node']}]")).to_have_class("now")
    expect(page.locator(".sentence p")).to_have_text(step["talk"]["said"])
    expect(page.locator(".table tr.now th").first).to_have_text(str(step["row"]))
    for name, value in step["tracker"].items():
        row = page.locator(".tracker tr", has_text=name)
        shown = "mark" if name in step["changed"] else "td"
        expect(row.locator(shown)).to_have_text(value)
    if step["exchange"]:
        expect(page.locator(".wire .status")).to_contain_text(str(step["exchange"]["status"]))
    assert messages(page) == [str(one) for one in range(1, step["number"] + 1)]
    held = {name: text for name, text in step["has"].items() if text}
    talk = step["talk"]
    assert message(page) == {"label": talk["label"], "short": talk["short"], "has": held}


def test_a_failing_run_takes_the_branch(learner: Open) -> None:
    """Chosen on the page one after the other: all of each step is in view and no part moves in any
    frame, up to the cross on the lane that failed, the rail's branch and Docker's own words."""
    page = learner()
    choose_by_cause(page, "rate-limited")
    for name in FAILING:
        run = player.payload(LESSON, trace(name))["steps"]
        if name not in page.url:
            choose_situation(page, name)
        at_rest(page)
        sample(page)
        assert through(page, len(run)) == [], name
        assert moved(page, len(run)) == {}, name
        expect(page.locator(".talk .now .cross")).to_be_visible()
        failed = page.locator(f".heads [data-party={run[-1]['talk']['fails']}]")
        expect(failed).to_have_class(re.compile(r"\bbad\b"))
        expect(page.locator(f".rail [data-node={run[-1]['node']}]")).to_have_class("failure now")
        expect(page.locator(".flow .branch")).to_be_attached()
        for line in run[-1]["terminal"]:
            expect(page.locator(".terminal")).to_contain_text(line["text"])


def choose_by_cause(page: Page, name: str) -> None:
    """In the groups that open on the stage."""
    known = scenarios()[name]
    settled(page).get_by_role("button", name="Choose by cause").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name="The registry", exact=True)).to_be_visible()
    settled(page)
    sheet.get_by_role("button", name=f"{known.title} {known.cause}").click()
    sheet.wait_for(state="detached")
    page.wait_for_url(re.compile(rf"scenario={name}\b"))


def choose_situation(page: Page, name: str) -> None:
    """By typing its title into the list, as there are many."""
    title = scenarios()[name].title
    settled(page).get_by_role("combobox", name="What happens").fill(title)
    page.get_by_role("option", name=title, exact=True).click()
    page.wait_for_url(re.compile(rf"scenario={name}\b"))


TO_THE_STAGE = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  document.querySelector("[data-testid=stMain]").scrollTop += root.querySelector(".rail").getBoundingClientRect().top - 50;
}"""  # noqa: E501


def test_a_laptop_at_twice_the_size_shows_a_step_in_one_view(usual: Page) -> None:
    """At 683x384, which is 1366x768 at 200 %: scrolled to once, sentence, row and controls stay."""
    usual.set_viewport_size({"width": 683, "height": 384})
    at_rest(usual)
    usual.evaluate(TO_THE_STAGE)
    out = {one for _number, one in through(usual, LAST)}
    assert out <= {"line", "tracker", "row in the lower third"}  # each a pill away


def test_a_row_and_a_key_lead_to_it(usual: Page) -> None:
    """A row is clicked, and named with its sentence for who cannot see it. `w` brings the message
    into view, `t` the process table."""
    usual.keyboard.press("End")
    row = usual.get_by_role("button", name=f"12. {STEPS[11]['talk']['said']}", exact=True)
    row.click()
    at_step(usual, 12)
    for key, part in (("w", ".card.wire"), ("t", ".card.table")):
        usual.keyboard.press(key)
        expect(usual.locator(part)).to_be_in_viewport(ratio=0.5)


def test_a_phone_shows_one_part_at_a_time(usual: Page) -> None:
    """Rail and sentence, then the part of the pill."""
    page = usual
    page.set_viewport_size({"width": 390, "height": 844})
    for number in range(2, 14):
        page.keyboard.press("ArrowRight")
        at_step(page, number)
    names = {"Terminal": "sample", "Variables": "tracker", "Message": "wire", "Table": "table"}
    for name, part in {**names, "Who talks": "lanes"}.items():
        page.get_by_role("button", name=name, exact=True).click()
        every = ("lanes", *names.values())
        assert [one for one in every if page.locator(f".{one}.part").is_visible()] == [part]
    assert page.locator(".heads li:visible").count() == 4
    frames(page, 2)
    tops = {spot: page.locator(spot).bounding_box() for spot in (".account h3", ".talk .now")}
    under = page.locator(".controls").bounding_box()
    assert under and under["y"] + under["height"] <= 844
    for spot, box in tops.items():
        assert box and box["y"] >= 48 and box["y"] + box["height"] <= under["y"], spot


POSTS = [one["number"] for one in STEPS if one["exchange"] and one["exchange"]["status"] == 405]


PAINTED = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const parts = [".account", ".rail", ".heads", ".talk", ".sentence", ".tracker", ".code", ".terminal", ".controls"];
  const seen = (window.painted = []);
  window.sampled = false;
  const look = () => {
    if (window.sampled) return;
    const shown = parts.map((part) => root.querySelector(part).outerHTML).join();
    if (shown !== seen.at(-1)) seen.push(shown);
    requestAnimationFrame(look);
  };
  look();
}"""  # noqa: E501
"""Keeps what each frame shows of a step, but for what is read out and what is further down."""


def test_run_until_goes_both_ways(usual: Page) -> None:
    """By key and words, and by a click on a variable or a party: at once, in one frame."""
    page = usual
    page.evaluate(PAINTED)
    layers = [one["number"] for one in STEPS if "image_layers" in one["changed"]]
    token = [one["number"] for one in STEPS if one["talk"]["to"] == "token"]
    page.keyboard.press("u")
    page.keyboard.type("405")
    page.keyboard.press("Enter")
    at_step(page, POSTS[0])
    frames(page, 5)
    assert page.evaluate("window.sampled = true, window.painted.length") == 2
    page.locator("[data-until=image_layers]").click()
    at_step(page, layers[0])
    page.locator(".heads [data-party=token] button").click(modifiers=["Shift"])
    at_step(page, max(number for number in token if number < layers[0]))
    page.keyboard.press("u")
    page.get_by_role("combobox", name="What to run until").fill("no such thing")
    page.get_by_role("button", name="Run forward").click()
    expect(page.locator("dialog[open] [role=status]")).to_contain_text("No other step")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_going_on_is_at_the_exact_step(learner: Open, address: str) -> None:
    """An address runs until something comes. From there to the next step: the home leads back to
    it; and *Your progress* makes the files that are asked for."""
    page, step = learner("?until=405"), POSTS[0] + 1
    at_step(page, POSTS[0])
    page.keyboard.press("ArrowRight")
    at_step(page, step)
    link = f"a[href*='step={step}']:has-text('Continue where you were')"
    beside = beside_until(page, address, lambda home: home.locator(link).count() > 0)
    beside.locator(link).click()
    beside.wait_for_selector(".stage[data-step]")
    at_step(beside, step)
    beside.get_by_role("link", name="Your progress", exact=True).click()
    for name, suffix in (
        ("Download the questions", ".txt"), ("Export", ".json"),
        ("One HTML file, which steps offline", ".html"), ("Markdown, to read and to print", ".md"),
    ):  # fmt: skip
        with beside.expect_download() as download:
            beside.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(suffix)
        assert Path(download.value.path()).stat().st_size > 100
