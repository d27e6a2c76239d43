"""One Chromium for all the tests of pages that a process runs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import listening
from tests.need import need
from tests.pages import STAGE, UNHURRIED, chromium, opened
from tests.tabs import Tabs
from tests.web.own_docker import Join, pullscope_app, visit


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, for all modules here: none of their tests runs an event loop."""
    need("chromium")
    with chromium(UNHURRIED) as launched:
        yield launched


@pytest.fixture(scope="package")
def stage_tab(browser: Browser, address: str) -> Page:
    """One page for all tests that step through the lesson's usual run."""
    return Tabs(browser).new(address, remembered={"questions": False})


@pytest.fixture
def usual(
    stage_tab: Page, address: str, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """The usual run at its first step, without questions, on a laptop in light colours. A test
    steps through it as it likes and leaves it at this run; then it need not be loaded again, but
    after a test that failed."""
    stage_tab.set_viewport_size({"width": 1366, "height": 768})
    stage_tab.emulate_media(color_scheme="light", reduced_motion="reduce", forced_colors="none")
    failed = request.session.testsfailed
    with listening(complaints) as listen:
        if STAGE not in listen(stage_tab).url:
            opened(stage_tab, f"{address}/{STAGE}")
        stage_tab.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 0")
        stage_tab.locator(".account h3").click()  # no field has the keys
        stage_tab.keyboard.press("Home")
        expect(stage_tab.locator(".stage")).to_have_attribute("data-step", "1")
        yield stage_tab
    if request.session.testsfailed > failed:
        stage_tab.goto("about:blank")


@pytest.fixture(scope="package")
def own_app() -> Iterator[str]:
    """The address of `pullscope app`: one server for the modules whose tests drive clients."""
    need("chromium")
    with pullscope_app() as url:
        yield url


@pytest.fixture
def join(tabs: Tabs, own_app: str, complaints: list[str]) -> Iterator[Join]:
    """Opens the page for one more learner; afterwards no page may have complained. Nothing moves on
    it: the light of a page that listens would be drawn anew as long as the page is open."""
    with listening(complaints) as listen:
        yield lambda at=own_app: visit(listen(tabs.new(at)), at)
