"""axe-core, the accessibility checker, from npm."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.npm import package
from tests.pages import STILL

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of these tags that depend on colours; all others read the same in both themes."""
STREAMLITS = {
    ("region", '[data-testid="stSkipToContent"]'),
    # A browser lets one focus what scrolls and holds nothing to focus.
    ("scrollable-region-focusable", '[data-testid="stTable"] *'),
    ("presentation-role-conflict", '[data-testid="stFileUploaderDropzone"]'),
}
"""Violations that are Streamlit's own: rule, and the selector of what it draws."""


LOOK = f"""async ([part, options]) => {{
  const still = {STILL};
  const script = "data-test-script-state", app = document.querySelector(`[${{script}}]`);
  const fades = () => !still() || (app && app.getAttribute(script) !== "notRunning");
  let ran;
  const watch = new MutationObserver(() => {{ ran = true; }});
  if (app) watch.observe(app, {{ attributeFilter: [script] }});
  for (;;) {{
    while (fades()) await new Promise(requestAnimationFrame);
    ran = false;
    const {{ violations }} = await axe.run(part, options);
    if (!violations.length || !(ran || fades())) {{
      watch.disconnect();
      return violations;
    }}
  }}
}}"""
"""What axe finds while nothing fades: as long as a script runs, Streamlit pales what it drew, and a
teacher's desk is drawn anew by itself."""


@cache
def script() -> str:
    return (package("axe-core@4") / "axe.min.js").read_text("utf-8")


def violations(page: Page, part: str = "html", dark: bool = False) -> list[str]:
    """What axe finds on this part of the page and is not Streamlit's: rule, element and how to put
    it right. Of a page that was looked at in light colours, only what depends on them."""
    if page.evaluate("!window.axe"):
        page.evaluate(script())
    run = {"type": "rule", "values": OF_COLOURS} if dark else {"type": "tag", "values": TAGS}
    options = {"runOnly": run, "resultTypes": ["violations"]}
    return [
        f"{rule['id']}: {node['target']} {node['html'][:160]} {node['failureSummary']}"
        for rule in page.evaluate(LOOK, [part, options])
        for node in rule["nodes"]
        if not streamlits(page, rule["id"], node)
    ]


def streamlits(page: Page, rule: str, node: dict[str, Any]) -> bool:
    """Whether this is one of the known ones: the element, or the one around it."""
    last = node["target"][-1]
    if not isinstance(last, str):
        return False
    inside = "([target, known]) => Boolean(document.querySelector(target)?.closest(known))"
    return any(
        rule == known and page.evaluate(inside, [last, selector]) for known, selector in STREAMLITS
    )
