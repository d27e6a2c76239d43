"""Each selector of the pages' style sheet matches something, so that a newer Streamlit whose
markup is another is noticed. Elements of a page that is still loading are left out."""

from tests.conftest import Open

PAGES = {
    "/learn?screen=4": "[data-testid=stCode] .token.url",
    "/learn": ".st-key-tour-words [role=img]",
    "/progress": "#take-along",
    "/deep": "[class*=st-key-messages-] [data-testid=stTable] td",
    "/visual": ".st-key-choices [data-testid=stSelectbox]",
    "/break": ".st-key-situations [data-testid=stPageLink-NavLink]",
    "/compare": ".st-key-comparison",
    "/try": "[class*=st-key-console-]",
    "/": ".st-key-resume",
}
"""Pages that together have all, and the marks of each once it is drawn."""
PASSING = ("#loading", '[data-testid="stAppSkeleton"]')
"""Matched only while a page loads."""
UNMATCHED = """
known => {
  const loading = /:has\\(\\[data-testid="stSkeleton"\\].*?\\)\\)/;
  document.documentElement.dataset.stage = "";
  const rules = list => [...list].flatMap(rule => rule.selectorText ?? rules(rule.cssRules ?? []));
  const ours = [...document.styleSheets].filter(
    sheet => sheet.ownerNode?.textContent.includes(".st-key-ways"));
  return [ours.length, ours.flatMap(sheet => rules(sheet.cssRules))
    .filter(selector => !known || known.includes(selector))
    .filter(selector => !document.querySelector(
      selector.replace(loading, "").replace(":not(", ":is(")))];
}
"""


def test_each_selector_matches_something(learner: Open, address: str) -> None:
    page = learner()
    left = None
    for path, drawn in PAGES.items():
        page.goto(address + path)
        page.wait_for_selector(drawn, state="attached")
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
        sheets, left = page.evaluate(UNMATCHED, left)
        assert sheets == 1
    assert [selector for selector in left or () if selector not in PASSING] == []
