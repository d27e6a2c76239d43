"""The stage and every page for everyone: by keyboard, by ear, at any size, in any colours."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulator.web.pages import PAGES
from tests.axe import violations
from tests.conftest import Open
from tests.pages import STAGE, loaded, shift
from tests.tabs import Tabs
from tests.web.lesson_run import LAST, QUESTIONS, RUN, STEPS, ask, before, right
from tests.web.test_browser import SHOTS, at_step
from tests.web.watching import frames, turn_dark

FOCUSED = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one === document.body ? "" : one?.dataset?.act ?? one?.type ?? one?.className ?? "";
}"""


def test_a_whole_run_by_keyboard(learner: Open) -> None:
    """From the address bar to the last step, questions and all; the focus is never lost."""
    page = learner(questions=True)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == "next":
            break
    assert page.evaluate(FOCUSED) == "next"
    asked = 0
    for _ in range(2 * LAST):
        page.keyboard.press("Enter")
        assert page.evaluate(FOCUSED) != ""
        if page.locator(".ask").is_visible():
            asked += 1
            assert page.evaluate(FOCUSED) == "fieldset"  # no option looks chosen before it is
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUSED) == "radio"
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
            assert page.evaluate(FOCUSED) == "next"
        if page.locator(".stage").get_attribute("data-step") == str(LAST):
            break
    at_step(page, LAST)
    assert asked == len(QUESTIONS)
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "next"
    while page.evaluate(FOCUSED) != "help":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) == "help"


def test_a_whole_run_by_ear(learner: Open) -> None:
    """What a screen reader is given tells each step, the boxes, the tracker and the message."""
    page = learner(questions=True)
    stage = page.get_by_role("region", name="Player")
    for step in STEPS:
        if stage.get_by_role("group", name="Predict first").is_visible():
            question = next(q for q in QUESTIONS if q["step"] == step["number"])
            key = question["options"][right(question)]["text"]
            stage.get_by_role("radio", name=key, exact=True).check()
            stage.get_by_role("button", name="Commit").click()
        heading = stage.get_by_role("heading", name=f"{step['number']} · {step['title']}")
        expect(heading).to_be_visible()
        tree = stage.aria_snapshot()
        box = next(n["label"] for n in RUN["flow"]["nodes"] if n["id"] == step["node"])
        assert f"{box}: now" in tree
        assert f"Step {step['number']} of {LAST}: {step['title']}. {step['text']}" in tree
        for name, value in step["tracker"].items():
            row = stage.get_by_role("row", name=name)
            expect(row.get_by_role("cell")).to_contain_text(value)
        if step["exchange"]:
            assert step["talk"]["said"].split(":")[0] in tree
        if step["number"] < LAST:
            stage.get_by_role("button", name="Next", exact=True).click()
    expect(stage.get_by_role("slider", name="Step")).to_have_value(str(LAST))


@pytest.mark.parametrize("path", ["", *(page.path for page in PAGES)])
def test_each_page_is_for_everyone(tabs: Tabs, address: str, path: str) -> None:
    """In German, which is longer, on a laptop and on a phone: what loads moves little, nothing
    overflows sideways, the language's switch is in reach, and axe finds nothing of ours in either
    theme. tests/axe.py lists Streamlit's own faults."""
    page = tabs.new(address)
    page.goto(f"{address}/{path}?lang=de")
    page.locator("h1").first.wait_for(state="attached")
    assert shift(loaded(page)) < 0.1
    assert page.locator("html").get_attribute("lang") == "de"
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 768})
        frames(page, 5)
        fits(page, width)
        assert violations(page) == [], width
    turn_dark(page)
    assert violations(page, dark=True) == []
    page.set_viewport_size({"width": 1366, "height": 768})
    frames(page, 5)
    assert violations(page, dark=True) == []


def fits(page: Page, width: int) -> None:
    """Nothing is wider than the window, and the other language can be clicked."""
    switch = page.get_by_role("navigation").get_by_role("link", name="English", exact=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = switch.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] >= 24


def test_a_part_that_never_comes_hides_nothing_for_good(tabs: Tabs, address: str) -> None:
    """After some seconds the parts below it are shown."""
    page, waiting = tabs.new(address, apart=True), []
    page.route(re.compile(r"/static/js/Metric\."), lambda route: waiting.append(route))
    page.goto(f"{address}/progress")
    page.locator(".st-key-figures [data-testid=stSkeleton]").first.wait_for()
    below = page.get_by_role("heading", name="Objectives", exact=True)
    below.wait_for(state="attached")
    expect(below).to_be_visible()
    assert waiting


STATES = {
    before(QUESTIONS[0]): {
        "asking": ["ArrowRight"], "told": ["1", "Enter"], "the end": ["End"], "help": ["?"],
    },
    "?step=23": {"layers": []},
    "?scenario=no-right&step=8": {"failed": []},
    "?step=14&view=present": {"presenting": [], "presenting the table": ["4"]},
    "?step=14&embed=1": {"embedded": []},
}  # fmt: skip
"""By address: states that follow one another, and the keys that lead to each."""


@pytest.mark.parametrize("query", STATES)
def test_axe_finds_nothing_in_any_state(learner: Open, query: str) -> None:
    """Questions, answers, failures, the projector and dialogs are held to the same rules."""
    page = learner(query, questions=True)
    for state, keys in STATES[query].items():
        for key in keys:
            page.keyboard.press(key)
        assert violations(page, ".st-key-player") == [], state
        turn_dark(page)
        assert violations(page, ".st-key-player", dark=True) == [], f"{state}, dark"
        turn_dark(page, False)


WIDE = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth];
}"""


WIDTHS = (320, 390, 683, 768, 1366, 1920)
"""Pixels; 683 is a laptop at 200 %."""


@pytest.mark.parametrize("view", ["", "&embed=1"])
def test_no_width_scrolls_sideways(learner: Open, view: str) -> None:
    """From 320 to 1920 pixels: neither before, nor asking, nor told, nor at the end."""
    page = learner(before(QUESTIONS[0]) + view, questions=True)
    for keys in ([], ["ArrowRight"], ["2", "Enter"], ["End"]):
        for key in keys:
            page.keyboard.press(key)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            frames(page, 3)
            assert max(page.evaluate(WIDE)) <= 0, (keys, width)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        sizes = page.locator(BUTTONS).evaluate_all(SIZES)
        assert sizes and min(map(min, sizes)) >= 24, width


BUTTONS = ".stage button:visible, .stage select:visible"
SIZES = "all => all.map((one) => [one.offsetWidth, one.offsetHeight])"


def test_fingers_get_large_targets(browser: Any, address: str) -> None:
    """On a touch screen each control is at least 44 pixels high."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{address}/{STAGE}")
    page.wait_for_selector(".stage[data-step]")
    for button in page.locator(".controls button, .tools :is(button, select)").all():
        box = button.bounding_box()
        assert box is None or box["height"] >= 44
    context.close()


def test_forced_colours_keep_the_signs(learner: Open) -> None:
    """With the system's colours alone, done, now and failed differ by line, sign and text."""
    page = learner("?scenario=no-right&step=8")
    page.emulate_media(forced_colors="active")
    strokes = page.evaluate(
        """() => {
          const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
          const of = (id) => getComputedStyle(root.querySelector(`.rail [data-node=${id}]`));
          return ["start", "denied", "store"].map((id) => `${of(id).borderWidth} ${of(id).outlineWidth} ${of(id).outlineStyle}`);
        }"""  # noqa: E501
    )
    assert len(set(strokes)) == 3
    assert page.locator(".talk .now .cross").is_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "forced-colours.png")


def test_a_memory_that_is_denied_is_done_without(learner: Open) -> None:
    """Where the browser keeps nothing, the stage still steps and asks."""
    page = learner(questions=True, apart=True)
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, {get() { throw new DOMException('denied'); }});"
    )
    page.goto(page.url.split("?")[0] + before(QUESTIONS[0]))
    page.wait_for_selector(".stage[data-step]")
    ask(page, QUESTIONS[0])
