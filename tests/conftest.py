"""What the tests need from the machine, in one place: skip at home, fail in CI."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from simulator.progress.store import VARIABLE
from tests.pages import PATIENCE, app, chromium, opened

# What a page should show may take a while on a busy machine; a test waits no longer than it must.
expect.set_options(timeout=PATIENCE * 1000)

# Learners' progress goes to a database of the tests' own, in servers that they start too.
os.environ.setdefault(VARIABLE, f"sqlite:///{tempfile.mkdtemp(prefix='pullscope-')}/progress.db")


def need(*programs: str) -> None:
    """Skip the test where a program is missing; in CI a missing one is a failure."""
    missing = [name for name in programs if shutil.which(name) is None]
    if not missing:
        return
    reason = f"needs {', '.join(missing)} (Debian: see .ci/run)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


Open = Callable[..., Page]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The app, running."""
    need("chromium")
    with app() as url:
        yield url


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


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
        return opened(page, f"{address}/{query}")

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
