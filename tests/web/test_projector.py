"""The stage on a projector, with a remote and the speaker's notes."""

import re

from playwright.sync_api import Page, expect

from tests.conftest import Open
from tests.web.lesson_run import QUESTIONS, RUN, STEPS, before, right
from tests.web.test_browser import at_step

SMALL = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const small = [], walker = document.createTreeWalker(root.querySelector(".stage"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, one = text.parentElement;
    if (!text.data.trim() || !one.checkVisibility({visibilityProperty: true}) || one.closest(".unseen")) continue;
    const scale = one.getScreenCTM ? one.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(one).fontSize) * scale;
    if (size < 24) small.push(`${size} ${text.data}`);
  }
  return small;
}"""  # noqa: E501


def test_all_is_read_from_the_back_row(learner: Open) -> None:
    """At 1280x720 no text is smaller than 24 pixels, and nothing scrolls; PageDown and PageUp are
    all that a presenter's remote has."""
    page = learner(before(QUESTIONS[0], "present"), 1280, 720, questions=True)
    parts_alone(page)
    through_the_questions(page)
    page.keyboard.press("PageUp")
    at_step(page, QUESTIONS[-1]["step"] - 1)
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Quiz")).to_be_visible()
    page.keyboard.press("PageDown")  # scrolls, as on any page
    at_step(page, QUESTIONS[-1]["step"] - 1)
    expect(page).not_to_have_url(re.compile("view="))


def parts_alone(page: Page) -> None:
    """A digit leaves one part alone, and brings the others back."""
    parts = ["sample", "lanes", "tracker", "table", "wire"]
    for digit in range(6):
        page.keyboard.press(str(digit))
        assert page.evaluate(SMALL) == []
        visible = [part for part in parts if page.locator(f".card.{part}").is_visible()]
        assert visible == ([parts[1]] if digit == 0 else [parts[digit - 1]])
        bottom = page.locator(".controls").bounding_box()
        assert bottom and bottom["y"] + bottom["height"] <= 720
        assert page.get_by_test_id("stHeader").is_hidden()
        page.keyboard.press(str(digit))
        assert page.locator(".card.lanes").is_visible()


def through_the_questions(page: Page) -> None:
    """Large, and without scrolling: the options, then what was true."""
    fits = "e => e.scrollHeight <= e.clientHeight + 1"
    number = QUESTIONS[0]["step"] - 1
    for question in QUESTIONS:
        for step in range(number, question["step"] - 1):
            page.keyboard.press("PageDown")
            at_step(page, step + 1)
        page.keyboard.press("PageDown")
        expect(page.locator(".ask legend")).to_contain_text(question["prompt"])
        assert page.evaluate(SMALL) == []
        assert page.locator(".ask fieldset").evaluate(fits)
        page.keyboard.press("PageDown")
        number = question["step"]
        at_step(page, number)
        assert page.evaluate(SMALL) == []


def test_the_speakers_notes_follow(learner: Open) -> None:
    """A second window tells what is shown, what comes, and the answer before the class knows it;
    it can step, too. Present and Notes are buttons."""
    asked = QUESTIONS[1]
    stage = learner(before(asked), 1280, 720, questions=True)
    stage.get_by_role("button", name="Present").click()
    stage.wait_for_url("**view=present**")
    with stage.context.expect_page() as opening:
        stage.get_by_role("button", name="Notes").click()
    notes = opening.value
    step = STEPS[asked["step"] - 2]
    told = notes.locator(".speaker")
    expect(told.locator("h2")).to_contain_text(step["title"])
    expect(told).to_contain_text(step["text"])
    expect(told).to_contain_text(RUN["rows"][step["row"] - 1]["action"])
    stage.keyboard.press("PageDown")
    answer = asked["options"][right(asked)]["text"]
    expect(told.locator(".key")).to_have_text(f"Answer: {answer}")
    assert stage.locator(".marks").count() == 0
    notes.keyboard.press("PageDown")
    at_step(stage, asked["step"])
    expect(told).to_contain_text(STEPS[asked["step"] - 1]["text"])
    expect(told).to_contain_text(STEPS[asked["step"]]["title"])
    assert ":" in told.locator("output").inner_text()
    notes.keyboard.press("ArrowLeft")
    at_step(stage, asked["step"] - 1)


def test_escape_ends_the_presentation_and_no_search_opens_behind_it(learner: Open) -> None:
    """The projector covers the page: what it would open cannot be seen."""
    page = learner(before(QUESTIONS[0], "present"), 1280, 720)
    at_step(page, QUESTIONS[0]["step"] - 1)
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowRight")
    at_step(page, QUESTIONS[0]["step"])
    expect(page.get_by_test_id("stDialog")).to_have_count(0)
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "view=present" not in url)
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("stDialog")).to_be_visible()
