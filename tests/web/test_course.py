"""Each way of each lesson, in a browser: the page is whole, and its end can be reached.

The browser loads Pullscope once. From there links lead to everything, as they lead a learner: a
page that is loaded takes four times as long as one that a link leads to.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.lesson.challenges import challenges
from simulator.lesson.chapters import Chapters, chapters
from simulator.lesson.document import Lesson
from simulator.lesson.library import find_lesson, folders
from simulator.lesson.project import project
from simulator.web.pages import WAYS
from tests.pages import PATIENCE, settled
from tests.web.watching import follow

WIDTH = 1366
CUT = """(labels) =>
  labels.filter((one) => one.scrollHeight > one.clientHeight + 3).map((one) => one.textContent)"""
"""The labels of which a line is hidden; 3 pixels are of letters below the line."""


def learn(page: Page, known: Chapters, lesson: Lesson) -> None:
    for part in known.learn[:-1]:
        expect(page.get_by_role("heading", name=part.title)).to_be_visible()
        page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_role("heading", name=known.learn[-1].title)).to_be_visible()


def why(page: Page, known: Chapters, lesson: Lesson) -> None:
    expect(page.locator(f"#why-{len(known.why)}")).to_contain_text(known.why[-1].title)


def deep(page: Page, known: Chapters, lesson: Lesson) -> None:
    expect(page.locator(f"#deep-{len(known.deep)}")).to_contain_text(known.deep[-1].title)
    asked = sum(part.choice is not None for part in known.deep)
    expect(page.get_by_role("radiogroup", name="?")).to_have_count(asked)


def visual(page: Page, known: Chapters, lesson: Lesson) -> None:
    page.wait_for_selector(".stage[data-step='1']")
    expect(page.locator(".stage")).to_contain_text(lesson.rows[0].action)
    assert page.eval_on_selector_all(".rail > li > span:not(.unseen)", CUT) == []


def challenge(page: Page, known: Chapters, lesson: Lesson) -> None:
    first = next(iter(challenges(lesson).values()))
    expect(page.get_by_role("cell", name=first.title, exact=True)).to_be_visible()


def own_project(page: Page, known: Chapters, lesson: Lesson) -> None:
    expect(page.get_by_text(project(lesson).steps[-1].title)).to_be_visible()


def perf(page: Page, known: Chapters, lesson: Lesson) -> None:
    expect(page.locator(f"#perf-{len(known.perf)}")).to_contain_text(known.perf[-1].title)


def titled(title: str) -> Callable[[Page, Chapters, Lesson], None]:
    def there(page: Page, known: Chapters, lesson: Lesson) -> None:
        expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()

    return there


ENDS: dict[str, Callable[[Page, Chapters, Lesson], None]] = {
    "learn": learn, "visual": visual, "break": titled("Break it"), "try": titled("Try it"),
    "challenge": challenge, "recall": titled("Recall"), "compare": titled("What if"), "why": why,
    "deep": deep, "perf": perf, "project": own_project,
}  # fmt: skip


@pytest.fixture(scope="module")
def home(browser: Browser, address: str) -> Iterator[Page]:
    """A page at the home, which a lesson takes over from the one before it."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 768}, locale="en", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(address)
    yield page
    context.close()


@pytest.mark.parametrize("name", folders())
def test_each_way_of_a_lesson(home: Page, name: str) -> None:
    """No page fails, and none is wider than the window."""
    lesson = find_lesson(name)
    home.get_by_role("link", name="Lessons", exact=True).click()
    home.locator(f".st-key-start-{name} button").click()
    home.wait_for_url("**/learn?*")
    for way in WAYS:
        if way.path != "learn":
            follow(home, way.path)
        ENDS[way.path](home, chapters(lesson), lesson)
        expect(settled(home).get_by_test_id("stException"), way.path).to_have_count(0)
        assert f"lesson={name}" in home.url
        assert home.evaluate("document.documentElement.scrollWidth") <= WIDTH, way.path
