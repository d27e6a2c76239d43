"""Choosing a language, in a real Chromium: the browser's, the address's, or the switch's."""

from playwright.sync_api import Locator, Page, expect

from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.words import i18n
from tests.conftest import Open
from tests.tabs import Tabs

FOLDER = HOME / "pulling-from-private-registries"
TITLES = {}
for code in i18n.LANGUAGES:
    with i18n.speaking(code):
        TITLES[code] = load(FOLDER).document.title


def speaks(page: Page, code: str) -> None:
    """The heading, the language for the browser, and the link to the other language."""
    expect(page.locator("html")).to_have_attribute("lang", code)
    other = next(name for known, name in i18n.LANGUAGES.items() if known != code)
    expect(switch(page, other)).to_be_visible()


def switch(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation").get_by_role("link", name=name, exact=True)


def titled(page: Page, code: str) -> None:
    expect(page.locator("h1")).to_contain_text(TITLES[code])


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


def heading(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def test_a_language_is_chosen_and_lasts(tabs: Tabs, address: str) -> None:
    """By the browser, as one comes: a language that there is not counts for nothing. `?lang=` wins
    over it, and lasts on the next page. So does what the switch chooses, a link that Tab reaches
    and Enter follows."""
    page = tabs.new(address, locale="de-AT")
    page.goto(f"{address}/project?lang=xx")
    heading(page, "Eine eigene Registry")
    speaks(page, "de")
    page.goto(f"{address}/project?lang=en")
    heading(page, "A registry of your own")
    speaks(page, "en")
    page.wait_for_function("document.cookie.includes('pullscope_language=en')")
    page.goto(f"{address}/project")
    heading(page, "A registry of your own")
    for _press in range(40):
        page.keyboard.press("Tab")
        if switch(page, "Deutsch").evaluate("link => link.getRootNode().activeElement === link"):
            break
    page.keyboard.press("Enter")
    heading(page, "Eine eigene Registry")
    page.wait_for_function("document.cookie.includes('pullscope_language=de')")
    page.goto(f"{address}/learn")
    heading(page, "In zwei Minuten gelernt")
