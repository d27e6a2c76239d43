"""The bar as it is on a first visit."""

import re

from playwright.sync_api import Page, expect

from tests.web.watching import turn_dark

WIDTHS = (2560, 1920, 1366, 1280, 1024, 768, 390, 320)
BARS = """() => [".st-key-bar", ".st-key-search", ".st-key-language"].map(name => {
  const {left, right, top, bottom} = document.querySelector(name).getBoundingClientRect();
  return {name, left, right, top, bottom};
})"""


def test_the_bar(usual: Page) -> None:
    """At every width, in German, whose words are longer: links, search and language side by side;
    and no menu of Streamlit's that covers the page of a phone. In both themes it covers what
    scrolls under it."""
    turn_to(usual, "Deutsch", "de")
    for width in WIDTHS:
        usual.set_viewport_size({"width": width, "height": 800})
        links, search, language = usual.evaluate(BARS)
        assert 0 <= links["left"] < links["right"] <= search["left"] + 1, width
        assert search["right"] <= language["left"] + 1, width
        assert language["right"] <= width and language["bottom"] <= 48, width
        expect(usual.locator("[data-testid=stSidebar]")).to_have_count(0)
    for dark in (True, False):
        turn_dark(usual, dark)
        ground = usual.locator("[data-testid=stHeader]").evaluate(
            "one => getComputedStyle(one).backgroundColor"
        )
        assert re.fullmatch(r"rgb\(.*\)", ground), ground
    turn_to(usual, "English", "en")


def turn_to(page: Page, language: str, code: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=language, exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.locator(".stage")).to_have_attribute("lang", code)
