"""The way through Pullscope: one path, a next thing on every page, and a search over all of it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.lesson.chapters import chapters
from simulator.lesson.library import entries, find_lesson
from simulator.scenarios.play import trace
from simulator.web.pages import NEXT, WAYS
from simulator.web.pages.search import hits
from simulator.web.pages.situations import grouped
from simulator.words import i18n
from simulator.words.i18n import _
from tests.conftest import Open
from tests.pages import PATIENCE, settled
from tests.web.lesson_run import QUESTIONS, STEPS, ask, before, right

SIZES = {"desktop": (1366, 768), "phone": (390, 844)}


def test_every_situation_is_in_one_group() -> None:
    """Those that work in the first one; each of the others where its cause lies."""
    for entry in entries():
        assert entry.lesson
        groups = grouped(entry.lesson)
        names = [name for group in groups.values() for name in group]
        assert sorted(names) == sorted(entry.lesson.situations)
        first, *others = groups.values()
        assert not any(trace(name).failed for name in first)
        assert all(trace(name).failed for group in others for name in group)


def test_everything_can_be_found_once() -> None:
    """Lessons, situations, causes, headers and status codes, each with a label of its own."""
    labels = [hit.label for hit in hits()]
    known = find_lesson()
    assert f"Lesson · {known.title}" in labels
    assert "Situation · Rate limited" in labels
    assert {"Header or status · www-authenticate", "Header or status · 401"} <= set(labels)
    assert not {label for label in labels if labels.count(label) > 1 and "Situation" not in label}


def test_every_page_of_a_lesson_leads_on() -> None:
    """From any of them the next things lead to the stage or to the end, and never in a circle."""
    known = {page.path for page in WAYS}
    for page in WAYS:
        path, seen = page.path, set[str]()
        while path in NEXT:
            assert path not in seen
            seen.add(path)
            path = NEXT[path][0]
        assert path in known & {"learn", "visual", "recall"}


def through_learn(page: Page) -> None:
    """From screen to screen, to the stage."""
    last = page.get_by_role("button", name=_("Watch it step by step"))
    onward = page.get_by_role("button", name=_("Next"), exact=True)
    for screen in range(1, len(chapters(find_lesson()).learn)):
        expect(page.locator("h1")).to_contain_text(f" {screen} ")
        onward.click()
    last.click()


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with i18n.speaking(request.param):
        yield request.param


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", i18n.LANGUAGES, indirect=True)
def test_the_way_is_offered(browser: Browser, address: str, language: str, size: str) -> None:
    """From the home through Learn, the stage, a failing situation, a challenge and Recall, by the
    buttons and links that are offered in the page, never by a bar."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{address}/?lang={language}")
    page.get_by_role("button", name=_("Begin the lesson")).first.click()
    page.wait_for_url("**/learn?*")
    through_learn(page)
    page.wait_for_url("**/visual?*")
    for outcome in ("works", "fails"):
        expect(page.locator(".stage")).to_have_attribute("data-step", "1")
        page.locator("[data-act=last]").click()
        link = page.locator("nav.then a").first
        link.click()
        page.wait_for_url("**/visual?*" if outcome == "works" else "**/challenge?*")
    page.get_by_role("link", name=_("Recall what you have seen")).last.click()
    page.wait_for_url("**/recall?*")
    expect(settled(page).locator(".st-key-question")).to_be_visible()
    context.close()


def test_search_opens_what_is_typed(browser: Browser, address: str) -> None:
    """By key, from any page: a few letters and Enter lead to the situation."""
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{address}/decoder")
    settled(page).get_by_role("button", name="Search").wait_for()
    page.keyboard.press("Control+k")
    field = page.get_by_role("dialog").get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("rate lim")
    expect(page.get_by_role("option").first).to_have_text("Situation · Rate limited")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("visual.*scenario=rate-limited"))
    expect(page.locator(".stage")).to_have_attribute("data-step", "1")
    page.context.close()


def test_a_prediction_on_the_stage_is_kept(learner: Open, address: str) -> None:
    """*Your progress* counts it, with whether it came so."""
    question = QUESTIONS[0]
    page = learner(before(question), questions=True)
    ask(page, question)
    page.keyboard.press(str(right(question) + 1))
    page.keyboard.press("Enter")
    expect(page.locator(".stage")).to_have_attribute("data-step", str(question["step"]))
    row = page.get_by_role("row").filter(has_text="a prediction on the stage")
    for _turn in range(20):  # it is kept a moment after it was given
        page.goto(f"{address}/progress")
        settled(page).get_by_role("heading", name="Latest answers").wait_for()
        if row.count():
            break
    expect(row).to_contain_text("right")


def test_the_first_question_comes_when_its_words_are_known() -> None:
    """What the first question of the lesson's own run leads to has been seen before in it."""
    *before_it, leads_to = [step["event"] for step in STEPS[: QUESTIONS[0]["step"]]]
    assert leads_to in before_it
