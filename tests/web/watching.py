"""What a page goes through, recorded in the page: a state that passes by is not missed."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from playwright.sync_api import Page

from simulator.web.pages import MORE, WAYS
from simulator.words.i18n import _
from tests.pages import PATIENCE, STILL, settled

RECORD = """([selector, name]) => {
  const roots = [document, ...[...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)];
  const spot = roots.map((root) => root.querySelector(selector)).find(Boolean);
  const seen = (window.seenValues = [spot.getAttribute(name)]);
  const note = () => spot.getAttribute(name) === seen.at(-1) || seen.push(spot.getAttribute(name));
  new MutationObserver(note).observe(spot, {attributes: true, attributeFilter: [name]});
}"""  # noqa: E501

REST = """() => new Promise((done) => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  let last = "", same = 0;
  const look = () => {
    const boxes = [...root.querySelectorAll(".card, .controls, .tools")].map((e) => Object.values(e.getBoundingClientRect().toJSON()));
    const now = JSON.stringify([boxes, document.querySelector('[data-testid="stMain"]').scrollHeight]);
    same = now === last ? same + 1 : 0;
    last = now;
    if (same < 20) requestAnimationFrame(look);
    else document.fonts.ready.then(() => done(true));
  };
  look();
})"""  # noqa: E501

FRAMES = """(count) => new Promise((done) => {
  const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done(true));
  next(count);
})"""

SAMPLE = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const main = document.querySelector('[data-testid="stMain"]');
  const seen = (window.seen = {frames: 0, boxes: {}});
  window.sampled = false;
  const note = (name, value) => { (seen.boxes[name] ??= {})[value] = true; };
  const watch = () => {
    if (window.sampled) return;
    seen.frames += 1;
    for (const part of root.querySelectorAll(".card, .controls, .tools, .deck button, .rail > li, .heads > li, .field, .sentence")) {
      const {x, y, width, height} = part.getBoundingClientRect();
      const name = part.dataset.act || (part.dataset.node && `box ${part.dataset.node}`) || part.dataset.party || part.className;
      note(name, [x, y, width, height].map(Math.round).join(" "));
      note(`${name} opacity`, getComputedStyle(part).opacity);
    }
    note("scrolled", `${scrollX} ${scrollY} ${main.scrollTop} ${main.scrollHeight}`);
    requestAnimationFrame(watch);
  };
  watch();
}"""  # noqa: E501


def sample(page: Page) -> None:
    """From now on keep the box of each part of the stage in every frame."""
    page.evaluate(SAMPLE)


def moved(page: Page, frames: int) -> dict[str, list[str]]:
    """The parts that have had more than one box in these frames, at least so many; with them."""
    seen = page.evaluate("() => { window.sampled = true; return window.seen; }")
    assert seen["frames"] >= frames and len(seen["boxes"]) > 20
    return {name: list(boxes) for name, boxes in seen["boxes"].items() if len(boxes) > 1}


def watch(page: Page, selector: str, attribute: str) -> None:
    """From now on keep each value of this attribute; it is set on one element that stays."""
    page.evaluate(RECORD, [selector, attribute])


def seen_values(page: Page, count: int = 1) -> list[str]:
    """The values so far, the first one included, when there are so many."""
    page.wait_for_function("(count) => window.seenValues.length >= count", arg=count)
    return list(page.evaluate("window.seenValues"))


def at_rest(page: Page) -> None:
    """Until the script has run, and stage and page keep their sizes for 20 frames."""
    settled(page)
    page.evaluate(REST)


def frames(page: Page, count: int) -> None:
    """Until the browser has drawn so many more frames."""
    page.evaluate(FRAMES, count)


def follow(page: Page, path: str) -> None:
    """The link to the way of the lesson that has this path, in its bar or in the list there: it
    takes a fourth of the time of an address, for which all is loaded anew."""
    way = next(one for one in WAYS if one.path == path)
    if way in MORE:
        page.locator(".st-key-ways").get_by_role("button", name=_("More")).click()
    page.get_by_role("link", name=_(way.title), exact=True).first.click()
    page.wait_for_url(f"**/{path}?*")


def beside_until(page: Page, url: str, there: Callable[[Page], bool]) -> Page:
    """A second page of this learner at this address, loaded until it shows what was done on the
    first one. That is kept a moment later, while its page stays open."""
    other, end = page.context.new_page(), monotonic() + PATIENCE
    while True:
        other.goto(url)
        other.locator("h1").first.wait_for()
        if there(settled(other)) or monotonic() > end:
            return other


def turn_dark(page: Page, dark: bool = True) -> None:
    """Switch the system's colours, and wait until the page has followed."""
    background = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    before: Any = page.evaluate(background)
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.wait_for_function(f"(before) => {background} !== before", arg=before)
    page.wait_for_function(STILL)  # colours pass into each other
