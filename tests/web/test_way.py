"""The way through Pullscope: one path, a next thing on every page, and a search over all of it."""

import re

from playwright.sync_api import Locator, Page, expect

from simulator.docker.events import Failure
from simulator.docker.unions import kinds
from simulator.lesson.chapters import chapters
from simulator.lesson.library import entries, find_lesson
from simulator.scenarios.play import trace
from simulator.web.pages import NEXT, WAYS
from simulator.web.pages.search import hits
from simulator.web.pages.situations import GROUPS, LAYERS, grouped
from simulator.words import i18n
from simulator.words.i18n import _
from tests.conftest import Open
from tests.pages import loaded, settled
from tests.tabs import Tabs
from tests.web.lesson_run import QUESTIONS, STEPS, ask, before, right
from tests.web.watching import beside_until


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


def test_every_failure_has_one_group() -> None:
    """So a situation that no cause names has its place, too."""
    for kind in kinds(Failure):
        places = [layer for layer, events in LAYERS.items() if kind in events]
        assert len(places) == 1 and places[0] in GROUPS, kind


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


def test_the_way_is_offered(tabs: Tabs, address: str) -> None:
    """From the home through Learn, the stage, a failing situation, a challenge and Recall, by the
    buttons and links that are offered in the page, never by a bar: in German, on a phone."""
    page = tabs.new(address, 390, 844)
    with i18n.speaking("de"):
        page.goto(f"{address}/?lang=de")
        page.get_by_role("button", name=_("Begin the lesson")).first.click()
        page.wait_for_url("**/learn?*")
        through_learn(page)
        page.wait_for_url("**/visual?*")
        for path in ("visual", "challenge"):
            expect(page.locator(".stage")).to_have_attribute("data-step", "1")
            page.locator("[data-act=last]").click()
            onward = page.locator("nav.then a").first
            expect(onward).to_be_in_viewport(ratio=1)  # not cut by its box either
            onward.click()
            page.wait_for_url(f"**/{path}?*")
        page.get_by_role("link", name=_("Recall what you have seen")).last.click()
        page.wait_for_url("**/recall?*")
        expect(settled(page).locator(".st-key-question")).to_be_visible()


ASK_AND_LEAVE = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (message) {
    send.call(this, message);
    history.replaceState(history.state, "", location.pathname);
  };
}"""
"""Once the page was asked for, its address names no language any more."""


def test_a_language_lasts_for_who_clicks_on_at_once(tabs: Tabs, address: str) -> None:
    """On a slow machine the next page is there before the first one was drawn whole. Whoever
    opens a page in another session then is still spoken to in that language."""
    page = tabs.new(address, apart=True)
    page.add_init_script(f"({ASK_AND_LEAVE})()")
    page.goto(f"{address}/?lang=de")
    page.wait_for_function("document.cookie.includes('pullscope_language=de')")
    page.goto(f"{address}/learn")
    expect(page.get_by_role("heading", name="In zwei Minuten gelernt")).to_be_visible()


def test_by_keyboard_alone(tabs: Tabs, address: str) -> None:
    """Recall is answered, the next page's heading takes the focus, and what is searched opens."""
    page = tabs.new(address)
    page.goto(f"{address}/recall?seed=7")
    answers_by_digit(page)
    heading_takes_the_focus(page)
    search_opens_what_is_typed(page)


def answers_by_digit(page: Page) -> None:
    """A digit chooses, Enter answers, and Enter goes on."""
    first = settled(page).locator(".st-key-question [role=radiogroup] input").first
    first.wait_for(state="attached")
    while not first.is_checked():  # the keys are listened to a moment after the question is there
        page.keyboard.press("1")
    page.locator("h1").click()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Next", exact=True).wait_for()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-recall")).to_contain_text("Question 2 of")


def heading_takes_the_focus(page: Page) -> None:
    """Where reading begins; the tab is named after it."""
    for title in ("Explain an error", "Class"):
        loaded(page)
        link = page.locator(".st-key-bar").get_by_role("link", name=title, exact=True)
        link.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_title(f"{title} · Pullscope")
        expect(page.locator("h1").first).to_be_focused()


def search_opens_what_is_typed(page: Page) -> None:
    """By key, from any page: a few letters and Enter lead to the situation."""
    settled(page).get_by_role("button", name="Search").wait_for()
    page.keyboard.press("Control+k")
    field = page.get_by_role("dialog").get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("rate lim")
    expect(page.get_by_role("option").first).to_have_text("Situation · Rate limited")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("visual.*scenario=rate-limited"))
    expect(page.locator(".stage")).to_have_attribute("data-step", "1")


def test_a_prediction_on_the_stage_is_kept(learner: Open, address: str) -> None:
    """*Your progress* counts it, with whether it came so."""
    question = QUESTIONS[0]
    page = learner(before(question), questions=True)
    ask(page, question)
    page.keyboard.press(str(right(question) + 1))
    page.keyboard.press("Enter")
    expect(page.locator(".stage")).to_have_attribute("data-step", str(question["step"]))

    def row(shown: Page) -> Locator:
        return shown.get_by_role("row").filter(has_text="a prediction on the stage")

    progress = beside_until(page, f"{address}/progress", lambda shown: row(shown).count() > 0)
    expect(row(progress)).to_contain_text("right")


def test_the_first_question_comes_when_its_words_are_known() -> None:
    """What the first question of the lesson's own run leads to has been seen before in it."""
    *before_it, leads_to = [step["event"] for step in STEPS[: QUESTIONS[0]["step"]]]
    assert leads_to in before_it
