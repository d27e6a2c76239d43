"""How quick a step is, how soon the page is ready, and how many bytes are ours.

    python -m tests.bench.step [PRESSES]

A step: from the key event's own time stamp until the new step's heading is there and one more frame
was drawn (told), and until all of it is (whole), beside the same lesson stepped by plain reruns;
also with a run of almost 500 steps, and with the processor slowed down four times. Page ready: from
the navigation until the stage can be stepped (an empty app: until its title is there), each time in
a browser that has cached nothing. All in the same Chromium, in turn; a frame is 16.7 ms. What a
step costs the processor is counted by the browser itself: other work on this machine hardly
lengthens it.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, CDPSession, Page

from simulator.assets import component
from simulator.lesson.library import find_lesson
from simulator.scenarios.play import trace as run
from simulator.views import player
from tests.bench.long_run import long_run
from tests.bench.page import report
from tests.pages import PATIENCE, ROOT, STAGE, app, chromium

HERE = Path(__file__).parent
PRESSES, LOADS, SLOWER = 24, 5, 4
WORKED = 12
"""Key presses whose work is counted."""
RERUNS = 6
"""Key presses where each is a rerun."""
PEERS = {
    "JSAV, CPU 4x slower": (37, 64),
    "Illustrated TLS, CPU 4x slower": (23, 40),
    "Python Tutor, CPU 4x slower": (281, 435),
}
"""Median and 95 % that these took in this harness, on an idle machine."""
WORK = ("LayoutCount", "RecalcStyleDuration", "LayoutDuration", "ScriptDuration", "TaskDuration")
"""As the browser counts what it does; the last is all of it."""
STEPPED = ("the stage", "the stage, 495 steps", "plain reruns")
SCRIPTS = {
    "the stage": ROOT / "app.py",
    "the stage, 495 steps": HERE / "long_app.py",
    "plain reruns": HERE / "rerun_app.py",
    "empty": HERE / "empty_app.py",
}
FIND = """
let place;
const heading = () => {
  place ??= [...document.querySelectorAll('*')]
    .find(one => one.shadowRoot?.querySelector('.stage'))?.shadowRoot;
  return (place ?? document).querySelector('.account h3, h3.account, h1')?.textContent;
};
"""
MEASURE = f"""
wanted => new Promise(done => {{
  {FIND}
  let pressed;
  const note = event => {{ pressed = event.timeStamp; }};
  addEventListener('keydown', note, {{capture: true, once: true}});
  const step = () => Number(place?.querySelector('.stage')?.dataset.step ?? wanted);
  const told = () => pressed !== undefined && heading()?.startsWith(wanted + ' ·');
  const until = (there, then) => requestAnimationFrame(() => there()
    ? requestAnimationFrame(() => then(performance.now() - pressed)) : until(there, then));
  const all = () => step() === wanted;
  const drawn = there => new Promise(then => until(there, then));
  Promise.all([drawn(told), drawn(() => told() && all())]).then(done);
}})
"""
READY = f"""
wanted => new Promise(done => {{
  {FIND}
  const look = () => heading()?.startsWith(wanted)
    ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
}})
"""
UNASKED = "localStorage.setItem('pullscope.questions', 'false')"


@contextmanager
def fresh(browser: Browser) -> Iterator[Page]:
    """A page of a browser that has cached nothing and asks no questions."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_init_script(UNASKED)
    yield context.new_page()
    context.close()


@contextmanager
def stepping(browser: Browser, url: str) -> Iterator[tuple[Page, CDPSession]]:
    """A page at its first step, at rest."""
    with fresh(browser) as page:
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(url)
        page.get_by_role("heading", name="1 · ").wait_for()
        page.wait_for_timeout(2000)
        yield page, page.context.new_cdp_session(page)


def press(page: Page, number: int) -> tuple[float, float]:
    """Milliseconds from the press of the right arrow key to the heading, and to all of the step."""
    pending = page.evaluate_handle(f"({{done: ({MEASURE})({number})}})")
    page.keyboard.press("ArrowRight")
    told, whole = page.evaluate("async held => await held.done", pending)
    return told, whole


def presses(browser: Browser, url: str, count: int, slower: int) -> list[tuple[float, float]]:
    """Milliseconds of each press of the right arrow key, as `press` gives them."""
    with stepping(browser, url) as (page, session):
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        taken = []
        for number in range(2, count + 2):
            taken.append(press(page, number))
            page.wait_for_timeout(150)
        return taken


def metrics(session: CDPSession) -> dict[str, float]:
    """What the browser has done so far: counts, and seconds."""
    known = session.send("Performance.getMetrics")["metrics"]
    return {one["name"]: float(one["value"]) for one in known}


def work(browser: Browser, url: str, count: int) -> list[float]:
    """What a step costs until it is shown, at the median: layouts, and milliseconds of processor
    time as WORK names them."""
    with stepping(browser, url) as (page, session):
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        taken = []
        for number in range(2, count + 2):
            before = metrics(session)
            press(page, number)
            after = metrics(session)
            taken.append([after[name] - before[name] for name in WORK])
            page.wait_for_timeout(1000)
        layouts, *times = (median(one) for one in zip(*taken, strict=True))
        return [layouts, *(1000 * seconds for seconds in times)]


def works(browser: Browser, urls: dict[str, str], count: int) -> None:
    heads = f"{'layouts':>9}{'style':>8}{'layout':>8}{'script':>8}{'all':>8}"
    print(f"Work of a step, ms of processor {heads}")
    print(f"{'aim: 50 ms when 4x slower':32}{1:9}{'':24}{50 / SLOWER:8.1f}")
    for name, url in urls.items():
        layouts, *times = work(browser, url, count)
        print(f"{name:32}{layouts:9.0f}" + "".join(f"{one:8.1f}" for one in times), flush=True)


def ready(browser: Browser, url: str, wanted: str) -> float:
    """Milliseconds from the navigation to the frame that shows it."""
    with fresh(browser) as page:
        page.goto(url, wait_until="commit")
        return float(page.evaluate(READY, wanted))


def steps(browser: Browser, urls: dict[str, str], count: int) -> None:
    print(f"A step, ms ({count} key presses)   told: median, 95 %   whole: median, 95 %")
    print(f"{'aim, CPU 4x slower, 500 steps':32}{'':10}{50:10.1f}")
    for name, (middle, high) in PEERS.items():
        print(f"{name:32}{middle:10.1f}{high:10.1f}")
    middles = {}
    for name, url in urls.items():
        for slower in (1, SLOWER):
            taken = presses(browser, url, RERUNS if name == "plain reruns" else count, slower)
            title = name + (f", CPU {slower}x slower" if slower > 1 else "")
            told, whole = zip(*taken, strict=True)
            middles[name, slower] = median(told)
            print(f"{title:32}{spread(told)}{spread(whole)}", flush=True)
    for slower in (1, SLOWER):
        ratio = middles["plain reruns", slower] / middles["the stage", slower]
        print(f"{f'reruns / stage, CPU {slower}x':32}{ratio:10.1f}")


def spread(times: Sequence[float]) -> str:
    return f"{median(times):10.1f}{quantiles(times, n=20)[-1]:10.1f}"


def starts(browser: Browser, empty: str, full: str) -> None:
    """In turn, so that both meet the same machine; the first of each warms the server up."""
    pairs = [(ready(browser, empty, "Empty"), ready(browser, full, "1 ·")) for _ in range(LOADS)]
    one, other = (median(times) for times in zip(*pairs[1:], strict=True))
    print(f"Page ready, ms (median of {LOADS - 1})")
    print(f"{'an empty Streamlit app':32}{one:10.0f}\n{'the page with the stage':32}{other:10.0f}")
    print(f"{'stage / empty (aim 1.15)':32}{other / one:10.2f}")


def weights() -> None:
    files = sum(map(len, astuple(component("stage"))))
    print("Bytes that are ours, kB as sent")
    print(f"{'HTML, CSS and JavaScript':32}{files / 1000:10.1f}")
    for trace in (run("works"), long_run()):
        given = player.payload(find_lesson(), trace)
        sent, plain = len(player.packed(given)) / 1000, len(json.dumps(given)) / 1000
        title = f"a run of {len(trace.steps)} steps"
        print(f"{title:32}{sent:10.1f}   (unpacked {plain:.0f})")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PRESSES
    with chromium() as browser, ExitStack() as servers:
        served = {name: servers.enter_context(app(script)) for name, script in SCRIPTS.items()}
        served["the stage"] += f"/{STAGE}"
        steps(browser, {name: served[name] for name in STEPPED}, count)
        works(browser, {name: served[name] for name in STEPPED[:2]}, min(count, WORKED))
        starts(browser, served["empty"], served["the stage"])
        home = served["the stage"].removesuffix(f"/{STAGE}")
        report(browser, home, served["the stage"], served["empty"])
    weights()


if __name__ == "__main__":
    main()
