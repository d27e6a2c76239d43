"""Two lanes as a learner uses them: a real Chromium on the real page."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from simulator.compare.align import partings, what_if
from simulator.compare.lanes import lanes
from simulator.docker.engines import engines
from simulator.lesson.library import find_lesson
from tests.conftest import listening
from tests.pages import choose, settled, stays
from tests.tabs import Tabs
from tests.web.watching import frames, seen_values, turn_dark, watch

SHOTS = Path(os.environ.get("PULLSCOPE_SCREENSHOTS", "build/screenshots"))
PASSWORD = "?scenario=works&engine=29&change=password"


@pytest.fixture(scope="module")
def duet_tab(browser: Browser, address: str) -> Page:
    """One page for all tests that step through this comparison."""
    page = Tabs(browser).new(address)
    page.goto(f"{address}/compare{PASSWORD}")
    page.wait_for_selector(".duet[data-row]")
    stays(page)
    return page


@pytest.fixture
def duet(duet_tab: Page, complaints: list[str]) -> Iterator[Page]:
    """At the first difference, on a laptop. A test leaves it at this comparison."""
    duet_tab.set_viewport_size({"width": 1366, "height": 768})
    with listening(complaints) as listen:
        listen(duet_tab).locator(".verdict h2").click()  # no button has the keys
        duet_tab.keyboard.press("d")
        at_row(duet_tab, 4)
        yield duet_tab


def at_row(page: Page, number: int) -> None:
    expect(page.locator(".duet")).to_have_attribute("data-row", str(number))


def test_it_opens_where_they_part(duet: Page) -> None:
    """The heading names the step and both ways, the address the row. A sign and a word are at a
    value that differs, not colour alone; the band in the list says it in words."""
    expect(duet.locator(".verdict h2")).to_have_text(
        "They differ from step 4 on: “A token to test the login” or “No token”"
    )
    expect(duet).to_have_url(re.compile("change=password&row=4"))
    cell = duet.locator(".lane.a tr", has_text="auth_token").locator("mark")
    expect(cell).to_contain_text("≠")
    expect(cell.locator(".unseen")).to_have_text(" (different)")
    expect(duet.locator(".list .band")).to_contain_text("First difference here")
    expect(duet.locator(".list tr[aria-current=step]")).to_contain_text("No token")


def test_each_row_is_announced(duet: Page) -> None:
    """Where we are, that they part here, and what happens in either lane."""
    live = duet.locator(".duet [aria-live=polite]")
    expect(live).to_contain_text("Row 4 of 27. First difference here.")
    expect(live).to_contain_text("A, Log in, then pull: A token to test the login.")
    expect(live).to_contain_text("B, The password typed is wrong: No token.")
    duet.keyboard.press("ArrowLeft")
    expect(live).to_have_text(re.compile("^Row 3 of 27. Both: The registry challenges."))
    duet.keyboard.press("End")
    expect(live).to_contain_text("B, The password typed is wrong: This run has ended.")


def test_one_scrubber_steps_both_lanes(duet: Page) -> None:
    """Arrows, Home, End, d, buttons, the scrubber and a click in the list all lead there."""
    duet.keyboard.press("ArrowRight")
    at_row(duet, 5)
    duet.keyboard.press("Home")
    at_row(duet, 1)
    duet.keyboard.press("End")
    at_row(duet, 27)
    duet.get_by_role("button", name="First difference").click()
    at_row(duet, 4)
    duet.get_by_role("button", name="Back").click()
    at_row(duet, 3)
    duet.get_by_role("slider").focus()
    duet.keyboard.press("ArrowRight")
    at_row(duet, 4)
    duet.keyboard.press("ArrowLeft")
    duet.keyboard.press("d")
    at_row(duet, 4)
    duet.get_by_role("button", name="1 · Run docker login").click()
    at_row(duet, 1)
    duet.keyboard.press("?")
    expect(duet.get_by_role("dialog")).to_be_visible()
    duet.keyboard.press("Escape")
    expect(duet.get_by_role("dialog")).to_be_hidden()


def test_play_goes_on_by_itself(duet: Page) -> None:
    """Space plays from row to row, and pauses."""
    duet.keyboard.press("Home")
    at_row(duet, 1)
    watch(duet, ".duet", "data-row")
    duet.keyboard.press("Space")
    seen_values(duet, 3)
    duet.keyboard.press("Space")
    expect(duet.get_by_role("button", name="Play", exact=True)).to_be_visible()
    seen = seen_values(duet)
    assert seen == [str(number) for number in range(1, len(seen) + 1)]


SPOTS = (".controls", ".lanes", ".list")


def test_every_row_shows_what_both_runs_did(duet: Page) -> None:
    """Title, message, terminal and tracker of each lane are those of the comparison. Scrubber,
    lanes and list keep their place on every row."""
    shown, places = lanes(find_lesson(), what_if("works", "password")), set()
    duet.keyboard.press("Home")
    for number, row in enumerate(shown["rows"][:7], 1):
        at_row(duet, number)
        other = duet.locator(".lane.b")
        expect(other).to_be_hidden() if row["joined"] else expect(other).to_be_visible()
        shows(duet.locator(".lane.a"), row["left"])
        if not row["joined"]:
            shows(other, row["right"])
        boxes = [duet.locator(spot).bounding_box() for spot in SPOTS]
        places.add(tuple(round(box["y"]) for box in boxes if box))
        duet.keyboard.press("ArrowRight")
    assert len(places) == 1


def shows(lane: Locator, step: dict[str, Any] | None) -> None:
    if step is None:
        return
    expect(lane.locator("h3")).to_have_text(f"{step['number']} · {step['title']}")
    if step["exchange"]:
        expect(lane.locator(".came")).to_have_text(f"→ {step['exchange']['came']}")
    for line in step["terminal"]:
        expect(lane.locator(".terminal")).to_contain_text(line["text"])
    for variable, value in step["tracker"].items():
        expect(lane.locator("tr", has_text=variable)).to_contain_text(value)


SIZES = ((1920, 1080), (1366, 768), (768, 1024), (390, 844), (320, 640))
SHOWN = (1366, 390)
"""The widths of which a picture is kept."""


def test_the_lanes_fit(duet: Page) -> None:
    """No sideways scroll at any width; on a laptop both lanes are in view without scrolling,
    and on a phone the controls are. Dark or light makes no difference."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for dark in (True, False):
        turn_dark(duet, dark)
        for width, height in SIZES:
            duet.set_viewport_size({"width": width, "height": height})
            frames(duet, 5)
            lanes_fit(duet, width, height)
            if width in SHOWN:
                scheme = "dark" if dark else "light"
                duet.screenshot(path=SHOTS / f"what-if-{width}-{scheme}.png")


def lanes_fit(page: Page, width: int, height: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for spot in (".lane.a", ".lane.b", ".verdict", ".list"):
        box = page.locator(spot).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (spot, width)
    seen = ".lane.b" if width >= 1366 else ".controls"
    box = page.locator(seen).bounding_box()
    assert box and box["y"] + box["height"] <= height, (width, height)


def test_any_row_is_an_address(tabs: Tabs, address: str, complaints: list[str]) -> None:
    """A reload lands where we were, with the choices of the address; then others are chosen: the
    lanes are those of the choice, at their own parting."""
    with listening(complaints) as listen:
        page = listen(tabs.new(address))
        page.goto(f"{address}/compare?left=works&right=no-login&engine=26&row=9")
        at_row(page, 9)
        page.keyboard.press("ArrowRight")
        at_row(page, 10)
        expect(page).to_have_url(re.compile("row=10"))
        page.reload()
        at_row(page, 10)
        expect(page).to_have_url(re.compile("left=works&right=no-login&engine=26&row=10"))
        a_misconception(page)
        compared(page, "One change")
        a_change(page)
        choose(page, "Engine", engines()["29"].title)
        compared(page, "Two engines")
        expect(page.locator(".verdict h2")).to_contain_text("They differ from step 10 on")
        expect(page).to_have_url(re.compile("right_engine=26"))


def compared(page: Page, way: str) -> None:
    choices = settled(page).get_by_role("button", name=way)
    choices.or_(page.get_by_role("radio", name=way)).first.click()


def a_misconception(page: Page) -> None:
    """Which run is Docker's, what the other expects, and the truth; another one can be chosen."""
    compared(page, "A misconception")
    verdict = page.locator(".verdict")
    choose(page, "Misconception", "If a 401 meant that the password is wrong")
    expect(page.locator(".lane.b header")).to_contain_text("If a 401 meant that the password is")
    expect(verdict).to_contain_text("The first run is what Docker does.")
    expect(verdict).to_contain_text("the first 401 is a challenge")
    choose(page, "Misconception", "If the layers came before the manifest")
    expect(verdict).to_contain_text("only the manifest says which layers there are")
    expect(page).to_have_url(re.compile("belief=layers-before-manifest"))


def a_change(page: Page) -> None:
    """It is chosen by typing, as there are many."""
    settled(page).get_by_role("combobox", name="What if").fill("corrupted")
    page.get_by_role("option", name=re.compile("^A layer is corrupted")).click()
    row = partings("works", "26")["corrupted"]
    expect(page.locator(".verdict h2")).to_contain_text(f"They differ from step {row} on")
    at_row(page, row)
    expect(page).to_have_url(re.compile(f"change=corrupted&row={row}"))
