"""The stage on a projector, with a remote and the speaker's notes."""

import re

from playwright.sync_api import expect

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


def test_the_projector_is_read_from_the_back_row(learner: Open) -> None:
    """At 1280x720 no text is smaller than 24 pixels, and a digit leaves one part alone."""
    page = learner("?step=14&view=present", 1280, 720)
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


def test_questions_and_their_answers_fit_on_the_projector(learner: Open) -> None:
    """Large, and without scrolling: the options, then what was true."""
    page = learner(before(QUESTIONS[0], "present"), 1280, 720, questions=True)
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


def test_a_remote_steps_and_reveals(learner: Open) -> None:
    """PageDown and PageUp are all a presenter's remote has; on the page they scroll."""
    page = learner(before(QUESTIONS[0], "present"), 1280, 720, questions=True)
    page.keyboard.press("PageDown")
    expect(page.locator(".ask")).to_be_visible()
    page.keyboard.press("PageDown")
    at_step(page, QUESTIONS[0]["step"])
    page.keyboard.press("PageUp")
    at_step(page, QUESTIONS[0]["step"] - 1)
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Quiz")).to_be_visible()
    page.keyboard.press("PageDown")
    at_step(page, QUESTIONS[0]["step"] - 1)
    expect(page).not_to_have_url(re.compile("view="))


def test_the_speakers_notes_follow(learner: Open) -> None:
    """A second window of the browser tells what is shown, what comes, and the answer before the
    class knows it; it can step, too."""
    stage = learner(before(QUESTIONS[1], "present"), 1280, 720, questions=True)
    notes = learner("?view=notes", beside=stage)
    step = STEPS[QUESTIONS[1]["step"] - 2]
    told = notes.locator(".speaker")
    expect(told).to_contain_text(step["title"])
    expect(told).to_contain_text(step["text"])
    expect(told).to_contain_text(RUN["rows"][step["row"] - 1]["action"])
    stage.keyboard.press("PageDown")
    answer = QUESTIONS[1]["options"][right(QUESTIONS[1])]["text"]
    expect(told.locator(".key")).to_have_text(f"Answer: {answer}")
    assert stage.locator(".marks").count() == 0
    notes.keyboard.press("PageDown")
    at_step(stage, QUESTIONS[1]["step"])
    expect(told).to_contain_text(STEPS[QUESTIONS[1]["step"] - 1]["text"])
    expect(told).to_contain_text(STEPS[QUESTIONS[1]["step"]]["title"])
    assert ":" in told.locator("output").inner_text()


def test_the_notes_open_beside_the_projector(learner: Open) -> None:
    """The button and the key `n` open the second window; Present is a button, too."""
    stage = learner("?step=4", 1280, 720)
    stage.get_by_role("button", name="Present").click()
    assert "view=present" in stage.url or stage.wait_for_url("**view=present**") is None
    with stage.context.expect_page() as opening:
        stage.get_by_role("button", name="Notes").click()
    notes = opening.value
    expect(notes.locator(".speaker h2")).to_contain_text(STEPS[3]["title"])
    stage.keyboard.press("ArrowRight")
    expect(notes.locator(".speaker h2")).to_contain_text(STEPS[4]["title"])
    notes.keyboard.press("ArrowLeft")
    at_step(stage, 4)
