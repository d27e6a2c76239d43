"""The home: lessons as cards, the way back to where one was, and old addresses."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from simulator.lesson import library
from simulator.lesson.library import VARIABLE, find_lesson
from simulator.web.pages import MORE, PATH, TOOLS
from simulator.web.pages.terminal import FIRST
from tests.pages import PATIENCE, ROOT
from tests.tabs import Tabs

LESSON = find_lesson()


def home() -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
    assert not test.exception
    return test


def test_a_card_says_what_one_will_be_able_to_do() -> None:
    """Title, minutes, outcomes and the way in; no progress before anything was done."""
    test = home()
    assert LESSON.title in [one.value for one in test.subheader]
    words = "\n".join(one.value for one in test.markdown)
    assert LESSON.document.outcomes
    assert all(line.text in words for line in LESSON.document.outcomes)
    assert test.button(f"start-{LESSON.id}").label == "Begin the lesson"
    assert test.button("start").label == f"Start: {LESSON.title}"


def test_the_home_reads_no_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: their cards are kept with their proof."""
    read: list[Path] = []
    monkeypatch.setattr(library, "load", read.append)
    library.kept.cache_clear()
    shown = {one.value for one in home().subheader}
    assert {entry.card.title for entry in library.entries() if entry.card} <= shown
    assert len(shown) > 2 and not read


def test_a_broken_lesson_is_shown_with_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others work."""
    folder = tmp_path / "half"
    folder.mkdir()
    (folder / "lesson.yaml").write_text("title: [half\n", "utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    test = home()
    assert {"half", LESSON.title} <= {one.value for one in test.subheader}
    assert "lesson" in test.warning[0].value


def test_from_the_card_through_the_lesson_and_back(tabs: Tabs, address: str) -> None:
    """The bar has the tools and no way of a lesson. Begin leads to the lesson, whose bar leads to
    the other ways; the home then leads back, and to the page that explains an error."""
    page = tabs.new(address)
    page.goto(address)
    page.locator(".st-key-lessons").wait_for()
    bar = page.locator(".st-key-bar a")
    expect(bar).to_have_text(["Lessons", *(tool.title for tool in TOOLS)])
    page.get_by_role("button", name="Begin the lesson").first.click()
    page.wait_for_url("**/learn?*")
    try_by_the_bar(page)
    try_begins_with_one_click(page)
    page.get_by_role("link", name="Lessons", exact=True).click()
    page.get_by_role("link", name="Continue where you were: Try").click()
    page.wait_for_url("**/try?*")
    page.get_by_role("link", name="Lessons", exact=True).click()
    error_is_explained(page)


def try_by_the_bar(page: Page) -> None:
    bar = page.locator(".st-key-ways")
    for way in PATH:
        expect(bar.get_by_role("link", name=way.title, exact=True)).to_be_visible()
    bar.get_by_role("button", name="More").click()
    for way in MORE:
        expect(page.get_by_role("link", name=way.title, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    bar.get_by_role("link", name="Try", exact=True).click()
    page.wait_for_url("**/try?*")


def try_begins_with_one_click(page: Page) -> None:
    """An empty terminal offers a command; a click runs it, and the stage has its steps."""
    page.get_by_role("button", name=FIRST).click()
    expect(page.locator(".screen")).to_contain_text("pull access denied")
    page.locator(".stage[data-step]").wait_for()
    expect(page.get_by_role("button", name=FIRST)).to_have_count(0)


DENIED = (
    "Error response from daemon: pull access denied for app, repository does not exist or may "
    "require 'docker login'"
)


def error_is_explained(page: Page) -> None:
    """The message goes to the page that explains it, and into no address."""
    page.get_by_label("Or paste an error that Docker printed").fill(DENIED)
    page.get_by_role("button", name="Explain", exact=True).click()
    page.wait_for_url("**/decoder*")
    expect(page.get_by_label("Paste the message, or a whole log")).to_have_value(DENIED)
    assert "denied" not in page.url


def test_an_old_address_leads_to_the_stage(tabs: Tabs, address: str) -> None:
    """Situation, engine and step as before."""
    page = tabs.new(address)
    page.goto(f"{address}/?scenario=no-right&engine=26&step=5")
    page.wait_for_url("**/visual?*")
    expect(page.locator(".stage")).to_have_attribute("data-step", "5")
    assert all(part in page.url for part in ("scenario=no-right", "engine=26", "step=5"))
