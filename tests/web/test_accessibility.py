"""The stage and every page for everyone: by keyboard, by ear, at any size, in any colours."""

import re

import pytest
from playwright.sync_api import Page, expect

from simulator.web.pages import PAGES
from tests.axe import violations
from tests.conftest import Open
from tests.pages import STAGE, opened, stays
from tests.tabs import Tabs
from tests.web.lesson_run import LAST, QUESTIONS, RUN, STEPS, ask, before
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
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == "next":
            break
    assert page.evaluate(FOCUSED) == "next"
    asked = 0
    for _press in range(2 * LAST):
        page.keyboard.press("Enter")
        assert page.evaluate(FOCUSED) != ""
        if page.locator(".ask").is_visible():
            asked += 1
            assert page.get_by_role("group", name="Predict first").is_visible()
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


def test_a_whole_run_by_ear(usual: Page) -> None:
    """What a screen reader is given tells each step, the boxes, the tracker and the message."""
    stage = usual.get_by_role("region", name="Player")
    for step in STEPS:
        at_step(usual, step["number"])
        where = f"Step {step['number']} of {LAST}: {step['title']}. {step['text']}"
        expect(usual.locator("[data-at=live]")).to_contain_text(where)  # read out after the frame
        tree = stage.aria_snapshot().replace('\\"', '"')
        box = next(n["label"] for n in RUN["flow"]["nodes"] if n["id"] == step["node"])
        told = f"{step['number']} · {step['title']}"
        assert f'heading "{told}' in tree
        assert f"{box}: now" in tree
        assert where in tree
        rows = [line for line in tree.splitlines() if "- row " in line]
        for name, value in step["tracker"].items():
            assert [row for row in rows if name in row and value in row], (told, name)
        if step["exchange"]:
            assert step["talk"]["said"].split(":")[0] in tree
        usual.keyboard.press("ArrowRight")
    expect(stage.get_by_role("slider", name="Step")).to_have_value(str(LAST))


@pytest.mark.parametrize("path", ["", *(page.path for page in PAGES)])
def test_each_page_is_for_everyone(tabs: Tabs, address: str, path: str) -> None:
    """In German, which is longer, on a phone and on a laptop. On the phone, whose one column is
    long, loading moves little, and the document has named what is loaded. Nothing overflows
    sideways, the language's switch is in reach, and axe finds nothing of ours, light on the one and
    dark on the other. tests/axe.py lists Streamlit's own faults."""
    page = tabs.new(address, 390)
    page.goto(f"{address}/{path}?lang=de")
    page.locator("h1").first.wait_for(state="attached")
    stays(page)
    assert page.evaluate(UNNAMED) == [] or path in LATER
    assert page.locator("html").get_attribute("lang") == "de"
    assert violations(page) == []
    fits(page, 390)
    page.set_viewport_size({"width": 1366, "height": 768})
    turn_dark(page)
    frames(page, 5)
    fits(page, 1366)
    assert violations(page, dark=True) == []


UNNAMED = """async () => {
  const document = await (await fetch(location.href, {headers: {accept: "text/html"}})).text();
  const loaded = performance.getEntriesByType("resource").map(({name}) => name.split("/").pop());
  return loaded.filter((name) => name.endsWith(".js") && !document.includes(name));
}"""
"""Scripts that the page loaded and its document did not name: one more way there and back."""
LATER = ("", STAGE, "recall")
"""Pages that have more scripts later on: see `simulator.web.document.ALSO`."""


def turn(page: Page) -> None:
    """The other theme, whichever it is now."""
    turn_dark(page, not page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))


def fits(page: Page, width: int) -> None:
    """Nothing is wider than the window, and the other language can be clicked."""
    switch = page.get_by_role("navigation").get_by_role("link", name="English", exact=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = switch.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] >= 24


def test_a_part_that_never_comes_hides_nothing_for_good(tabs: Tabs, address: str) -> None:
    """After some seconds the parts below it are shown."""
    page, waiting = tabs.new(address), []
    page.route(re.compile(r"/static/js/Metric\."), lambda route: waiting.append(route))
    page.goto(f"{address}/progress")
    page.locator(".st-key-figures [data-testid=stSkeleton]").first.wait_for()
    below = page.get_by_role("heading", name="Objectives", exact=True)
    below.wait_for(state="attached")
    expect(below).to_be_visible()
    assert waiting
    page.unroute_all()


WIDE = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth];
}"""


WIDTHS = (320, 390, 683, 768, 1024, 1366, 1920)
"""Pixels; 683 is a laptop at 200 %."""


STATES: dict[str, list[str]] = {
    "before": [], "asking": ["ArrowRight"], "asking on the projector": ["p", "2"],
    "told": ["p", "Enter"], "the end": ["End"], "layers": 4 * ["ArrowLeft"], "presenting": ["p"],
    "presenting the table": ["4"],
    "help": ["p", "?"],
}  # fmt: skip
"""States that follow one another, and the keys that lead to each."""


def test_the_stage_in_any_state(learner: Open) -> None:
    """Questions, answers, layers, the projector, dialogs and failures are held to the same rules:
    no width scrolls sideways, and axe finds nothing in what a state brings that is new; in what has
    colours of its own, in either theme."""
    page = learner(before(QUESTIONS[0]), questions=True)
    for state, keys in STATES.items():
        for key in keys:
            page.keyboard.press(key)
        if state == "asking on the projector":
            answers_by_digit(page)
        for_everyone(page, state)
    page.keyboard.press("Escape")
    sizes(page)
    page = learner("?scenario=no-right")
    page.keyboard.press("End")
    expect(page.locator(".talk .now .cross")).to_be_visible()
    for_everyone(page, "failed")
    keeps_signs(page)


COLOURED = ("told", "presenting", "failed")
"""States that have right and wrong, the tracker's marks, or what failed."""
NEW = ("asking", "layers", "help", "alone", *COLOURED)
"""States with parts that none before them had; as it opens, the stage is one of the pages above."""
NARROW = (320, 1366)
"""Pixels: the smallest, where anything that is too wide shows, and the laptop."""


def for_everyone(page: Page, state: str) -> None:
    for width in WIDTHS if state in COLOURED else NARROW:
        page.set_viewport_size({"width": width, "height": 768})
        frames(page, 3)
        assert max(page.evaluate(WIDE)) <= 0, (state, width)
    page.set_viewport_size({"width": 1366, "height": 768})
    if state in NEW:
        assert violations(page, ".st-key-player") == [], state
    if state in COLOURED:
        turn(page)
        assert violations(page, ".st-key-player", dark=True) == [], f"{state}, the other theme"


def answers_by_digit(page: Page) -> None:
    """On the projector a digit chooses while a question is open, and hides nothing."""
    expect(page.locator(".stage")).to_have_attribute("data-view", "present")
    expect(page.locator(".ask input").nth(1)).to_be_checked()
    expect(page.locator(".stage")).to_have_attribute("data-only", "")
    expect(page.locator(".ask legend")).to_be_visible()


def sizes(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        frames(page, 3)
        sizes = page.locator(BUTTONS).evaluate_all(SIZES)
        assert sizes and min(map(min, sizes)) >= 24, width
        assert page.locator(NAMED).evaluate_all(CUT) == [], width


NAMED = ".st-key-choices input, .heads button.name b:visible"
"""Choices and parties, whose names are whole at every width."""
CUT = """all => all.filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.value ?? one.textContent)"""
BUTTONS = ".stage button:visible, .stage select:visible"
SIZES = "all => all.map((one) => [one.offsetWidth, one.offsetHeight])"


def keeps_signs(page: Page) -> None:
    """With the system's colours alone, done, now and failed differ by line, sign and text."""
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


def test_the_embedded_stage(learner: Open) -> None:
    """It is held to the same rules, alone."""
    page = learner(before(QUESTIONS[0]) + "&embed=1", questions=True)
    for key in ("ArrowRight", "2", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".marks")).to_be_visible()
    for_everyone(page, "alone")
    sizes(page)


def test_fingers_get_large_targets(usual: Page) -> None:
    """On a touch screen each control is at least 44 pixels high."""
    usual.set_viewport_size({"width": 390, "height": 844})
    screen = usual.context.new_cdp_session(usual)
    screen.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    assert usual.evaluate("matchMedia('(pointer: coarse)').matches")
    boxes = usual.locator(CONTROLS).evaluate_all(SIZES)
    screen.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    screen.detach()
    assert boxes and min(height for _width, height in boxes) >= 44


CONTROLS = ".controls button:visible, .tools :is(button, select):visible"


def test_a_memory_that_is_denied_is_done_without(tabs: Tabs, address: str) -> None:
    """Where the browser keeps nothing, the stage still steps and asks."""
    page = tabs.new(address).context.new_page()
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, {get() { throw new DOMException('denied'); }});"
    )
    opened(page, f"{address}/{STAGE}{before(QUESTIONS[0])}")
    ask(page, QUESTIONS[0])
