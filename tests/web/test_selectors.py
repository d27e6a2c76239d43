"""Each selector of the pages' style sheet matches something, so that a newer Streamlit whose
markup is another is noticed. Elements of a page that is still loading are left out."""

from playwright.sync_api import Page, expect

from simulator.web.pages import WAYS
from tests.conftest import Open
from tests.pages import settled
from tests.web.watching import follow

MARKS = {
    "visual": ".st-key-choices [data-testid=stSelectbox]",
    "learn": ".st-key-tour-words [role=img]",
    "deep": "[class*=st-key-messages-] [data-testid=stTable] td",
    "break": ".st-key-situations [data-testid=stPageLink-NavLink]",
    "compare": ".st-key-comparison",
    "try": "[class*=st-key-console-]",
}
"""Ways of a lesson that have all with the home and the progress, and the mark of each once it is
drawn."""
PASSING = ("#loading", '[data-testid="stAppSkeleton"]')
"""Matched only while a page loads."""
UNMATCHED = """
known => {
  const loading = /:has\\(\\[data-testid="stSkeleton"\\].*?\\)\\)/;
  const page = document.documentElement.dataset, before = page.stage;
  page.stage = "";
  const rules = list => [...list].flatMap(rule => rule.selectorText ?? rules(rule.cssRules ?? []));
  const ours = [...document.styleSheets].filter(
    sheet => sheet.ownerNode?.textContent.includes(".st-key-ways"));
  const left = ours.flatMap(sheet => rules(sheet.cssRules))
    .filter(selector => !known || known.includes(selector))
    .filter(selector => !document.querySelector(
      selector.replace(loading, "").replace(":not(", ":is(")));
  if (before === undefined) delete page.stage;
  else page.stage = before;
  return [ours.length, left];
}
"""


class Left:
    """The selectors that have matched nothing so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.selectors: list[str] | None = None

    def on(self, drawn: str) -> None:
        """The page that has this mark."""
        self.page.wait_for_selector(drawn, state="attached")
        sheets, self.selectors = settled(self.page).evaluate(UNMATCHED, self.selectors)
        assert sheets == 1


def test_each_selector_matches_something(learner: Open) -> None:
    page = learner()
    left = Left(page)
    for way in WAYS:
        if way.path in MARKS:
            follow(page, way.path)
            left.on(MARKS[way.path])
        if way.path == "learn":
            for number in range(2, 5):
                page.get_by_role("button", name="Next", exact=True).click()
                expect(page.locator(".st-key-tour")).to_contain_text(f"{number} of ")
            left.on(".code-block")
            copies(page)
    page.get_by_role("link", name="Your own docker", exact=True).click()
    left.on(".st-key-live-bar")
    page.get_by_role("link", name="Your progress", exact=True).click()
    page.locator(".st-key-figures [data-testid=stMetricLabel]").first.wait_for()
    left.on("#take-along")
    page.get_by_role("link", name="Lessons", exact=True).click()
    left.on(".st-key-resume")
    assert [one for one in left.selectors or () if one not in PASSING] == []


def copies(page: Page) -> None:
    """The button of a block of code says that it copied, and it did."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.bring_to_front()
    block = page.locator(".code-block").first
    block.get_by_role("button", name="Copy").click()
    expect(block.get_by_role("button")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == block.locator("pre").text_content()
