"""What several tests share: the app in a browser, a Docker engine, and which run together."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from simulator.progress.store import VARIABLE
from tests.dockerd import Docker, dockerd
from tests.need import need
from tests.pages import PATIENCE, STAGE, app, chromium, opened

# What a page should show may take a while on a busy machine; a test waits no longer than it must.
expect.set_options(timeout=PATIENCE * 1000)

# Learners' progress goes to a database of this process's own, in servers that it starts too.
os.environ["PULLSCOPE_DEBUG"] = "1"  # a test sees an exception, not the sentence in its place
os.environ[VARIABLE] = f"sqlite:///{tempfile.mkdtemp(prefix='pullscope-')}/progress.db"

LIMIT = 5 * PATIENCE
"""Seconds after which a test is ended: a rule may have many cases, on a busy machine."""
GROUPS = {"docker": "docker", "url": "postgres"}
"""Fixtures that start something heavy: the tests that use one run in one process."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test its group and its limit of time (`-n 2 --dist loadgroup --timeout`).

    Tests of a browser stay with their module, which shares one Chromium.
    """
    for item in items:
        names = getattr(item, "fixturenames", ())
        groups = [GROUPS[name] for name in names if name in GROUPS]
        if "browser" in names:
            groups.append(item.path.stem)
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
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def docker() -> Iterator[Docker]:
    """A Docker engine of the module's own, and its client."""
    with dockerd() as started:
        yield started


def ours(message: ConsoleMessage) -> bool:
    """An error, but for Streamlit's own: on a page of its own path it first asks for its health
    there, before it asks at the root."""
    return message.type == "error" and "/_stcore/" not in message.location.get("url", "")


@pytest.fixture
def learner(browser: Browser, address: str) -> Iterator[Open]:
    """Opens pages; afterwards none of them may have complained on the console.

    `remembered` is what the browser's local storage holds; by default no questions are asked.
    """
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def visit(
        query: str = "",
        width: int = 1366,
        height: int = 768,
        theme: str = "light",
        motion: bool = False,
        questions: bool = False,
        beside: Page | None = None,
        **remembered: object,
    ) -> Page:
        context = (
            beside.context
            if beside
            else browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="no-preference" if motion else "reduce",
            )
        )
        if not beside:
            contexts.append(context)
            context.add_init_script(remembering({"questions": questions} | remembered))
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if ours(m) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return opened(page, f"{address}/{STAGE}{query}")

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def remembering(kept: dict[str, object]) -> str:
    """A script that fills the local storage of a page before its own run, once."""
    return f"""try {{
      for (const [name, value] of Object.entries({json.dumps(kept)}))
        localStorage[`pullscope.${{name}}`] ??= JSON.stringify(value);
    }} catch {{ /* a frame that may not remember */ }}"""
