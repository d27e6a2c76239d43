"""Each way of each lesson, in a browser: the page is whole, and its end can be reached."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from simulator.lesson.challenges import challenges
from simulator.lesson.chapters import Chapters, chapters
from simulator.lesson.document import Lesson
from simulator.lesson.library import find_lesson, folders
from simulator.lesson.project import project
from simulator.web.pages import WAYS
from tests.tabs import Tabs


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


def challenge(page: Page, known: Chapters, lesson: Lesson) -> None:
    first = next(iter(challenges(lesson).values()))
    expect(page.get_by_role("cell", name=first.title, exact=True)).to_be_visible()


def own_project(page: Page, known: Chapters, lesson: Lesson) -> None:
    expect(page.get_by_text(project(lesson).steps[-1].title)).to_be_visible()


def perf(page: Page, known: Chapters, lesson: Lesson) -> None:
    expect(page.locator(f"#perf-{len(known.perf)}")).to_contain_text(known.perf[-1].title)


def there(page: Page, known: Chapters, lesson: Lesson) -> None:
    expect(page.get_by_role("heading").first).to_be_visible()


ENDS: dict[str, Callable[[Page, Chapters, Lesson], None]] = {
    "learn": learn, "why": why, "deep": deep, "visual": visual, "challenge": challenge,
    "project": own_project, "perf": perf,
}  # fmt: skip


@pytest.mark.parametrize("name", folders())
def test_each_way_of_a_lesson(tabs: Tabs, address: str, name: str) -> None:
    """No page fails, and none is wider than the window."""
    page, lesson = tabs.new(address), find_lesson(name)
    for way in (one.path for one in WAYS):
        page.goto(f"{address}/{way}?lesson={name}&lang=en")
        ENDS.get(way, there)(page, chapters(lesson), lesson)
        expect(page.get_by_test_id("stException"), way).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, way
