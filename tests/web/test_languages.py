"""Choosing a language, in a real Chromium: the browser's, the address's, or the switch's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.words import i18n
from tests.pages import STAGE
from tests.tabs import Tabs

FOLDER = HOME / "pulling-from-private-registries"
TITLES = {}
for code in i18n.LANGUAGES:
    with i18n.speaking(code):
        TITLES[code] = load(FOLDER).document.title
Open = Callable[..., Page]


@pytest.fixture
def learner(tabs: Tabs, address: str) -> Open:
    """Opens pages in a browser of this language, each with cookies of its own."""

    def visit(path: str = "", locale: str = "en-US", width: int = 1366) -> Page:
        page = tabs.new(address, width, locale=locale)
        page.goto(f"{address}/{STAGE if path[:1] in ('', '?') else ''}{path}")
        return page

    return visit


def speaks(page: Page, code: str) -> None:
    """The heading, the language for the browser, and the link to the other language."""
    expect(page.locator("html")).to_have_attribute("lang", code)
    other = next(name for known, name in i18n.LANGUAGES.items() if known != code)
    expect(switch(page, other)).to_be_visible()


def switch(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation").get_by_role("link", name=name, exact=True)


def titled(page: Page, code: str) -> None:
    expect(page.locator("h1")).to_contain_text(TITLES[code])


@pytest.mark.parametrize(
    ("path", "locale", "code"),
    [("", "de-AT", "de"), ("?lang=en", "de-AT", "en"), ("?lang=de", "en-US", "de"),
     ("?lang=xx", "de-AT", "de")],
)  # fmt: skip
def test_the_address_chooses_else_the_browser(
    learner: Open, path: str, locale: str, code: str
) -> None:
    """`?lang=` wins over the browser; a language that there is not counts for nothing."""
    page = learner(path, locale)
    titled(page, code)
    speaks(page, code)


def test_a_region_makes_no_difference() -> None:
    """A browser that asks for a language that there is not gets the sources' own."""
    wanted = {"de-DE": "de", "de-AT": "de", "en-GB": "en", "fr-FR": "en"}
    assert {name: i18n.preferred([name]) for name in wanted} == wanted


def test_the_switch_keeps_run_and_step(learner: Open) -> None:
    """Engine, situation and step stay, the address says so, and a reload changes nothing."""
    page = learner("?scenario=no-right&engine=26&step=5")
    titled(page, "en")
    switch(page, "Deutsch").click()
    titled(page, "de")
    speaks(page, "de")
    for _again in range(2):
        expect(page.locator(".stage")).to_have_attribute("data-step", "5")
        for part in ("lang=de", "scenario=no-right", "engine=26", "step=5"):
            assert part in page.url
        page.reload()
        titled(page, "de")


def test_the_language_lasts(learner: Open) -> None:
    """On the next page, after a reload of it, and by a link without `?lang=`."""
    page = learner()
    switch(page, "Deutsch").click()
    titled(page, "de")
    page.goto(f"{page.url.partition('?')[0].rpartition('/')[0]}/project")
    expect(page.get_by_role("heading", name="Eine eigene Registry")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Eine eigene Registry")).to_be_visible()
    page.goto(page.url.partition("?")[0].replace("project", "learn"))
    expect(page.get_by_role("heading", name="In zwei Minuten gelernt")).to_be_visible()


def test_the_switch_is_there_for_the_keyboard(learner: Open) -> None:
    """It is a link that Tab reaches and Enter follows."""
    page = learner("project")
    switch(page, "Deutsch").wait_for()
    for _press in range(40):
        page.keyboard.press("Tab")
        if switch(page, "Deutsch").evaluate("link => link.getRootNode().activeElement === link"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Eine eigene Registry")).to_be_visible()


def test_a_terminal_goes_on_in_another_language(learner: Open) -> None:
    """Typed text is still there: the page is drawn again, not begun again."""
    page = learner("try")
    page.get_by_role("textbox", name="Command line").fill("docker logout myprivateregistry.com")
    page.keyboard.press("Enter")
    expect(page.locator(".screen")).to_contain_text("Removing login credentials")
    switch(page, "Deutsch").click()
    expect(page.get_by_role("heading", name="Probier es aus")).to_be_visible()
    expect(page.locator(".screen")).to_contain_text("Removing login credentials")
