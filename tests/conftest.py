"""What several tests share: the app in a browser, a Docker engine, and which run together."""

import gc
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect

from simulator.progress.store import VARIABLE
from tests.dockerd import Docker, dockerd
from tests.examples import EXAMPLES
from tests.need import need
from tests.pages import PATIENCE, STAGE, UNHURRIED, app, chromium, opened
from tests.tabs import Tabs, tabs_of

# What a page should show may take a while on a busy machine; a test waits no longer than it must.
expect.set_options(timeout=PATIENCE * 1000)

# The time of one example depends on the machine.
settings.register_profile("pullscope", max_examples=EXAMPLES, deadline=None)
settings.load_profile("pullscope")

# The dozens of servers and commands that tests start find our modules compiled, and so do tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A process keeps the runs of all lessons: to look for garbage among them took a seventh of a proof.
gc.set_threshold(20_000, 20, 20)

# Learners' progress goes to a database of this process's own, in servers that it starts too.
os.environ["PULLSCOPE_DEBUG"] = "1"  # a test sees an exception, not the sentence in its place
os.environ[VARIABLE] = f"sqlite:///{tempfile.mkdtemp(prefix='pullscope-')}/progress.db"

LIMIT = 10 * PATIENCE
"""Seconds after which a test is ended: a rule may have many cases, on a busy machine."""
GROUPS = {"docker": "docker", "url": "postgres"}
"""Fixtures that start something heavy: the tests that use one run in one process."""
FAMILIES = {"questions": "questions", "export": "questions", "lesson": "lessons"}
"""Folders whose tests need what takes long to make, and is made once a process: the questions of a
lesson; lessons as they are read. (A proof of a lesson is a group of its own.)"""


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in its own hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test its group and its limit of time (`-n 2 --dist loadgroup --timeout`).

    Tests of a browser stay with their module, which shares one Chromium. Groups with many tests
    begin first; among those with as many, the slow ones do: those of a browser.
    """
    items.sort(key=lambda item: "browser" not in getattr(item, "fixturenames", ()))
    for item in items:
        names = getattr(item, "fixturenames", ())
        groups = [GROUPS[name] for name in names if name in GROUPS]
        if "browser" in names:
            groups.append(item.path.stem)
        elif item.path.parent.name in FAMILIES:
            groups.append(FAMILIES[item.path.parent.name])
        if groups and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(groups[0]))
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LIMIT))


Open = Callable[..., Page]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The app, running: one server for all the tests of this process."""
    need("chromium")
    with app() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Not for the whole session: while it runs, no test can run an event loop."""
    need("chromium")
    with chromium(UNHURRIED) as launched:
        yield launched


@pytest.fixture(scope="module")
def docker() -> Iterator[Docker]:
    """A Docker engine of the module's own, and its client."""
    with dockerd() as started:
        yield started


@pytest.fixture
def tabs(browser: Browser) -> Iterator[Tabs]:
    """Pages as new, which are taken back after the test."""
    known = tabs_of(browser)
    yield known
    known.take_back()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What pages complained of on the console; afterwards there may be nothing."""
    told: list[str] = []
    yield told
    assert told == []


@pytest.fixture
def learner(tabs: Tabs, address: str, complaints: list[str]) -> Iterator[Open]:
    """Opens pages; afterwards none of them may have complained on the console.

    `remembered` is what the browser's local storage holds; by default no questions are asked.
    """
    with listening(complaints) as listen:

        def visit(
            query: str = "",
            width: int = 1366,
            height: int = 768,
            theme: str = "light",
            motion: bool = False,
            questions: bool = False,
            beside: Page | None = None,
            apart: bool = False,
            **remembered: object,
        ) -> Page:
            known = {"questions": questions} | remembered
            page = (
                beside.context.new_page()
                if beside
                else tabs.new(address, width, height, theme, motion, apart, known)
            )
            return opened(listen(page), f"{address}/{STAGE}{query}")

        yield visit


@contextmanager
def listening(complaints: list[str]) -> Iterator[Callable[[Page], Page]]:
    """Gives what listens to a page's console and errors, for as long as this lasts."""
    heard: list[Page] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def on_error(error: Error) -> None:
        complaints.append(str(error))

    def listen(page: Page) -> Page:
        heard.append(page)
        page.on("console", on_console)
        page.on("pageerror", on_error)
        return page

    yield listen
    for page in heard:
        page.remove_listener("console", on_console)
        page.remove_listener("pageerror", on_error)
