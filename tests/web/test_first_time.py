"""Bars, open questions and keys as they are on a first visit."""

import re

from playwright.sync_api import expect

from simulator.scenarios.model import scenarios
from tests.conftest import Open
from tests.pages import settled
from tests.web.lesson_run import QUESTIONS, ask, before
from tests.web.watching import turn_dark

WIDTHS = (2560, 1920, 1366, 1280, 1024, 768, 390, 320)
BARS = """() => [".st-key-bar", ".st-key-search", ".st-key-language"].map(name => {
  const {left, right, top, bottom} = document.querySelector(name).getBoundingClientRect();
  return {name, left, right, top, bottom};
})"""


def test_nothing_overlaps_in_the_bar(learner: Open) -> None:
    """At every width, in German, whose words are longer: links, search and language side by side;
    and no menu of Streamlit's that covers the page of a phone."""
    page = settled(learner("?lang=de"))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        links, search, language = page.evaluate(BARS)
        assert 0 <= links["left"] < links["right"] <= search["left"] + 1, width
        assert search["right"] <= language["left"] + 1, width
        assert language["right"] <= width and language["bottom"] <= 48, width
        expect(page.locator("[data-testid=stSidebar]")).to_have_count(0)


def test_nothing_shows_through_the_bar(learner: Open) -> None:
    """In both themes what scrolls under it is covered."""
    page = learner()
    for dark in (True, False):
        turn_dark(page, dark)
        ground = page.locator("[data-testid=stHeader]").evaluate(
            "one => getComputedStyle(one).backgroundColor"
        )
        assert re.fullmatch(r"rgb\(.*\)", ground), ground


def test_a_situation_is_chosen_by_its_cause(learner: Open) -> None:
    """The groups open on the stage; what is chosen there is played, and the keys step it."""
    page = learner()
    page.get_by_role("button", name="Choose by cause").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name="The registry", exact=True)).to_be_visible()
    known = scenarios()["rate-limited"]
    sheet.get_by_role("button", name=f"{known.title} {known.cause}").click()
    sheet.wait_for(state="detached")
    expect(page).to_have_url(re.compile("scenario=rate-limited"))
    page.keyboard.press("End")
    expect(page.locator(".account h3")).to_contain_text(known.title)


def test_an_open_question_says_what_it_waits_for(learner: Open) -> None:
    """Next, by key and by button, leads no further; the stage says how to go on."""
    page = learner(before(QUESTIONS[0]), questions=True)
    ask(page, QUESTIONS[0])
    page.keyboard.press("ArrowRight")
    hint = page.get_by_text("Answer the question first, or let it be shown.")
    expect(hint).to_be_visible()
    expect(page.locator(".stage")).to_have_attribute("data-step", str(QUESTIONS[0]["step"] - 1))


def test_a_presenter_answers_by_digit(learner: Open) -> None:
    """On the projector a digit chooses while a question is open, and hides nothing."""
    page = learner(before(QUESTIONS[0], "present"), 1280, 720, questions=True)
    ask(page, QUESTIONS[0])
    page.keyboard.press("2")
    expect(page.locator(".ask input").nth(1)).to_be_checked()
    expect(page.locator(".stage")).to_have_attribute("data-only", "")
    page.keyboard.press("p")
    expect(page.locator(".stage")).to_have_attribute("data-view", "")
    expect(page.locator(".ask legend")).to_be_visible()


def test_play_goes_on_after_the_answer(learner: Open) -> None:
    """Who plays and answers need not press Play again."""
    page = learner(before(QUESTIONS[0]), questions=True, speed=3)
    page.keyboard.press("Space")
    expect(page.locator(".ask legend")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    after = re.compile(rf"^{QUESTIONS[0]['step'] + 1}$")
    expect(page.locator(".stage")).to_have_attribute("data-step", after)
