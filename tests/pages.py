"""The app in a real browser: a server for the tests, and Debian's Chromium to look at it."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SLOW = float(os.environ.get("PULLSCOPE_SLOW", "1"))
"""How many times slower than an idle machine of two cores this one is."""
STAGE = "visual"
"""The path of the stage's page."""
PATIENCE = 60.0 * SLOW
"""Seconds until a server must answer, or a page must show what it should. A test that fails waits
so long; none waits when what it waits for is there."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def app(script: Path = ROOT / "app.py") -> Iterator[str]:
    """The address of a running Streamlit app."""
    port = free_port()
    server = started(port, script)
    try:
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(PATIENCE)


def started(
    port: int, script: Path = ROOT / "app.py", **environment: str
) -> subprocess.Popen[bytes]:
    """The server of a Streamlit app, answering."""
    command = [
        sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
        f"--server.port={port}", "--server.fileWatcherType=none",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://localhost:{port}/_stcore/health")
    except TimeoutError:
        server.kill()
        raise
    return server


def wait_for(url: str, trusted: Path | None = None, patience: float = PATIENCE) -> None:
    """Until the server there, with this certificate, answers 200. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    verify = ssl.create_default_context(cafile=str(trusted)) if trusted else True
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, verify=verify).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(f"no answer from {url}")


UNHURRIED = "--js-flags=--no-opt --no-maglev"
"""A page of a test is soon left: compiling its scripts for speed costs more than it gains."""


def program() -> str | None:
    """Chromium's path, if it is installed. The one without windows needs a fifth less processor
    time for a page."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program(), args=["--no-sandbox", "--disable-gpu", *flags]
        )
        yield browser
        browser.close()


def settled(page: Page) -> Page:
    """The page after the script's run: Streamlit says so itself. Before the first run has begun it
    says "initial"; after a click, wait for what the click brings instead."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    return page


def loaded(page: Page) -> Page:
    """The page after the script's run, with all parts that Streamlit loads one by one."""
    settled(page).wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    return page


STILL = """() => !document.getAnimations().some(({ playState, effect }) =>
  playState === "running" && effect.getComputedTiming().iterations !== Infinity)"""
"""Nothing moves but what moves for ever."""


SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 100)));
})"""


def shift(page: Page) -> float:
    """How much has moved by itself since the page was asked for, as browsers count it."""
    return float(page.evaluate(SHIFT))


def stays(page: Page) -> None:
    """What loads moves little: the page was asked for, and is whole."""
    assert shift(loaded(page)) < 0.05, page.url


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a select. While a script runs, Streamlit may draw the list of options anew and
    lose a click: this waits for its end, and where the list stays open, clicks again."""
    spot = settled(page).get_by_role("combobox", name=label)
    spot.click()
    wanted = page.get_by_role("option", name=option, exact=True)
    click_until(wanted, lambda: expect(spot).to_have_value(option, timeout=SOON))


def click_away(button: Locator) -> None:
    """Click a button that its click takes away."""
    click_until(button, lambda: expect(button).to_have_count(0, timeout=SOON))


SOON = PATIENCE * 200
"""Milliseconds after which a click that has done nothing was lost."""


def click_until(spot: Locator, done: Callable[[], None]) -> None:
    """Click, and click again as long as it was in vain: Streamlit may lose a click on a part that
    it draws anew just then. `done` raises AssertionError where nothing has happened."""
    for _ in range(3):
        spot.click()
        with suppress(AssertionError):
            done()
            return
    raise AssertionError(f"no click on {spot} does anything")


def opened(page: Page, url: str) -> Page:
    """The page at this address, with the stage ready to step."""
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(url)
    page.wait_for_selector(".stage[data-step]")
    page.wait_for_selector("#transcript", state="attached")
    return page
