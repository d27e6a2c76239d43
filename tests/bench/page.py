"""What a page costs: requests, bytes, layout shift, and a slow network.

    python -m tests.bench.page

`tests.bench.step` prints it, too. Bytes are as sent, compressed; layout shift is what moved by
itself until the page was at rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from simulator.web.pages import PAGES
from tests.pages import PATIENCE, STAGE, app, chromium, free_port, loaded, shift
from tests.web.proxies import caddy

REST = 2500
"""Milliseconds from when the last part of a page is there until it is at rest."""
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000,
           "uploadThroughput": 50_000}  # fmt: skip
"""400 kbit/s, two seconds there and back."""


@dataclass
class Traffic:
    """What came over the network: bytes by request."""

    sent: dict[str, float] = field(default_factory=dict)

    def listen(self, session: CDPSession) -> None:
        session.send("Network.enable")
        session.on("Network.loadingFinished", self.note)

    def note(self, event: dict[str, Any]) -> None:
        self.sent[event["requestId"]] = event["encodedDataLength"]


@contextmanager
def fresh(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, ignore_https_errors=True)
    page = context.new_page()
    page.set_default_timeout(4 * PATIENCE * 1000)
    yield page
    context.close()


def at_rest(page: Page, url: str) -> None:
    page.goto(url)
    loaded(page)
    page.wait_for_timeout(REST)


def weight(browser: Browser, url: str) -> tuple[int, float, float]:
    """Requests, kilobytes and layout shift of the page at this address, with nothing cached."""
    with fresh(browser) as page:
        traffic = Traffic()
        traffic.listen(page.context.new_cdp_session(page))
        at_rest(page, url)
        return len(traffic.sent), sum(traffic.sent.values()) / 1000, shift(page)


@contextmanager
def by_http2(behind: str) -> Iterator[str]:
    """The address of the app behind the proxy of docs/hosting.md, as a page is hosted: a browser
    then loads its files at once, not six at a time."""
    port = free_port()
    with TemporaryDirectory() as folder, caddy(Path(folder), port, behind):
        yield f"https://localhost:{port}"


def slow(browser: Browser, url: str, selector: str) -> float:
    """Seconds until this is there, over Slow 3G."""
    with fresh(browser) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_3G)
        page.goto(url, wait_until="commit")
        page.wait_for_selector(selector)
        return float(page.evaluate("performance.now() / 1000"))


def report(browser: Browser, app: str, stage: str, empty: str) -> None:
    """All of it, beside the aims and beside an empty Streamlit app."""
    print("A page, nothing cached           requests   kB sent   layout shift")
    print(f"{'aim for the first page':32}{45:9}{900:10}{0.05:15}")
    rows = {"an empty Streamlit app": empty, "the home": app}
    rows |= {page.path: f"{app}/{page.path}" for page in PAGES}
    for title, url in rows.items():
        requests, sent, moved = weight(browser, url)
        print(f"{title:32}{requests:9}{sent:10.0f}{moved:15.3f}", flush=True)
    print("Usable over Slow 3G, s (aim 25)")
    print(f"{'an empty Streamlit app':32}{slow(browser, empty, 'h1'):9.1f}")
    print(f"{'the home':32}{slow(browser, app, 'h1'):9.1f}")
    with by_http2(app) as hosted:
        print(f"{'the home, by HTTP/2':32}{slow(browser, hosted, 'h1'):9.1f}", flush=True)
    print(f"{'the page with the stage':32}{slow(browser, stage, '.stage[data-step]'):9.1f}")


def main() -> None:
    empty = Path(__file__).parent / "empty_app.py"
    with chromium() as browser, app() as home, app(empty) as other:
        report(browser, home, f"{home}/{STAGE}", other)


if __name__ == "__main__":
    main()
