"""From a request at the registry to the light on the stage: `python -m tests.bench.live`.

One learner with Chromium on the page; skopeo's login requests are sent one at a time. Measured are
the way to the page's message (server-sent event), and to the step that the stage shows.
"""

import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Page

from tests.pages import chromium
from tests.web.own_docker import Learner, pullscope_app, visit

ROUNDS = 30
WATCH = """() => {
  window.lights = []; window.messages = [];
  const now = () => performance.timeOrigin + performance.now();
  window.addEventListener("pullscope-live", () => window.messages.push(now()));
  window.addEventListener("pullscope-step", ({ detail }) => window.lights.push([now(), detail]));
}"""


@contextmanager
def watched() -> Iterator[Learner]:
    with pullscope_app() as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        learner = visit(page, url)
        page.evaluate(WATCH)
        yield learner


def one_round(learner: Learner, client: httpx.Client) -> tuple[float, float, float]:
    """Milliseconds to the answer, to the message at the page, and to the newest step's light."""
    page: Page = learner.page
    page.evaluate("() => { window.lights.length = 0; window.messages.length = 0; }")
    began = time.time() * 1000
    proof = (learner.name, learner.password)
    client.get(f"http://{learner.host}/token?account={learner.name}", auth=proof)
    answered = time.time() * 1000
    page.wait_for_function("() => window.lights.some(([, d]) => !d.moving && d.number === d.count)")
    message = page.evaluate("() => window.messages[0]")
    light = page.evaluate("() => window.lights.find(([, d]) => !d.moving)[0]")
    return answered - began, message - began, light - began


def quantiles(values: list[float]) -> str:
    cuts = statistics.quantiles(values, n=20)
    return f"{statistics.median(values):7.0f} {cuts[18]:7.0f} {max(values):7.0f}"


def main() -> None:
    agent = {"User-Agent": "skopeo/1.9.3"}
    with watched() as learner, httpx.Client(headers=agent) as client:
        rounds = []
        for _ in range(ROUNDS):
            rounds.append(one_round(learner, client))
            time.sleep(2.2)  # seconds after a password is tried: no allowance is used up
        version = re.sub(r"\s+", " ", learner.page.context.browser.version)  # type: ignore[union-attr]
    print(f"request to light, {ROUNDS} rounds, Chromium {version}; milliseconds")
    print("                 median     p95     max")
    for title, column in zip(
        ("answer", "message", "light"), zip(*rounds, strict=True), strict=True
    ):
        print(f"  {title:10} {quantiles(list(column))}")
    under = sum(light < 500 for _, _, light in rounds)
    print(f"  within half a second: {under} of {ROUNDS}")


if __name__ == "__main__":
    main()
