"""Pages of a browser which each test gets as new, without a new process of the browser."""

from functools import cache
from typing import Any

from playwright.sync_api import Browser, Page

from tests.pages import PATIENCE

BEGIN = """(kept) => {
  localStorage.clear();
  sessionStorage.clear();
  for (const [name, value] of Object.entries(kept))
    localStorage[`pullscope.${name}`] = JSON.stringify(value);
}"""


class Tabs:
    """The pages of a browser. A test gets the page that the one before it had, with no cookie and
    nothing remembered: its process has Streamlit's scripts already, so that a page takes 2 s of
    processor time in place of 5.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.kept: dict[str, Page] = {}
        self.lent: list[Page] = []

    def new(
        self,
        origin: str,
        width: int = 1366,
        height: int = 768,
        theme: str = "light",
        motion: bool = False,
        apart: bool = False,
        remembered: dict[str, object] | None = None,
        **lasting: Any,
    ) -> Page:
        """A page of a learner who is new to this origin. One that is `apart` no other test gets:
        for what cannot be undone. `remembered` is what its local storage holds; what `lasting`
        says is given to `new_context`.
        """
        page = self.page(apart, **lasting)
        self.lent.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="no-preference" if motion else "reduce",
            forced_colors="none",
        )
        page.goto(f"{origin}/_stcore/health")
        page.evaluate(BEGIN, remembered or {})
        return page

    def page(self, apart: bool, **lasting: Any) -> Page:
        """The page that is kept, or a new one where it is lent already."""
        kind = repr(lasting)
        known = self.kept.get(kind)
        if known and not apart and not known.is_closed() and known not in self.lent:
            return known
        page = self.browser.new_context(**lasting).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        if not apart and known not in self.lent:
            self.kept[kind] = page
        return page

    def take_back(self) -> None:
        """After a test: pages that are kept forget its cookies, the others are closed."""
        for page in self.lent:
            if page in self.kept.values() and not page.is_closed():
                page.goto("about:blank")
                for opened in page.context.pages:
                    if opened is not page:
                        opened.close()
                page.context.clear_cookies()
                page.context.clear_permissions()
            else:
                page.context.close()
        self.lent.clear()


@cache
def tabs_of(browser: Browser) -> Tabs:
    """The tabs of this browser, for as long as it runs."""
    return Tabs(browser)
