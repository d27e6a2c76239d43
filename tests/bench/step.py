"""From the key to the painted frame: the stage beside the same lesson stepped by plain reruns.

    python -m tests.bench.step [PRESSES]

Both run in the same Chromium, one after the other; the time is from the key event's own time
stamp until the new step's heading stands and one more frame was drawn.
"""

import sys
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page

from tests.pages import ROOT, app, chromium

PRESSES = 24
MEASURE = """
wanted => new Promise(done => {
  const heading = () => {
    const stage = [...document.querySelectorAll('*')]
      .find(e => e.shadowRoot?.querySelector('.stage'));
    return (stage?.shadowRoot ?? document).querySelector('.account h3, h3.account')?.textContent;
  };
  let pressed;
  addEventListener('keydown', event => { pressed = event.timeStamp; }, {capture: true, once: true});
  const look = () => heading()?.startsWith(wanted + ' ·') && pressed !== undefined
    ? requestAnimationFrame(now => done(performance.now() - pressed)) : requestAnimationFrame(look);
  look();
})
"""


def presses(page: Page, url: str, count: int) -> list[float]:
    """Milliseconds of each press of the right arrow key."""
    page.goto(url)
    page.get_by_role("heading", name="1 · ").wait_for()
    page.wait_for_timeout(2000)
    taken = []
    for number in range(2, count + 2):
        pending = page.evaluate_handle(f"({{done: ({MEASURE})({number})}})")
        page.keyboard.press("ArrowRight")
        taken.append(float(page.evaluate("async held => await held.done", pending)))
        page.wait_for_timeout(150)
    return taken


def measured(script: Path, count: int) -> tuple[float, float]:
    """Median and 95th percentile."""
    with app(script) as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        taken = presses(page, url, count)
        page.close()
    return median(taken), quantiles(taken, n=20)[-1]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PRESSES
    stage = measured(ROOT / "app.py", count)
    rerun = measured(Path(__file__).with_name("rerun_app.py"), count)
    print(f"{'':24}{'median':>10}{'95 %':>10}   ({count} key presses, milliseconds)")
    for name, (middle, high) in (("the stage", stage), ("plain reruns", rerun)):
        print(f"{name:24}{middle:10.1f}{high:10.1f}")
    print(f"{'reruns / stage':24}{rerun[0] / stage[0]:10.1f}{rerun[1] / stage[1]:10.1f}")


if __name__ == "__main__":
    main()
