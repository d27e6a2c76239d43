"""Two lanes as a learner uses them: a real Chromium on the real page."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulator.compare.align import partings, what_if
from simulator.compare.lanes import lanes
from simulator.lesson.library import find_lesson
from tests.conftest import listening
from tests.pages import settled
from tests.tabs import Tabs
from tests.web.watching import frames, seen_values, turn_dark, watch

SHOTS = Path(os.environ.get("PULLSCOPE_SCREENSHOTS", "build/screenshots"))
PASSWORD = "?scenario=works&engine=29&change=password"
Open = Callable[..., Page]


@pytest.fixture
def learner(tabs: Tabs, address: str, complaints: list[str]) -> Iterator[Open]:
    """Opens the page; afterwards none may have complained."""
    with listening(complaints) as listen:

        def visit(query: str = PASSWORD, motion: bool = False) -> Page:
            page = listen(tabs.new(address, motion=motion))
            page.goto(f"{address}/compare{query}")
            page.wait_for_selector(".duet[data-row]")
            return page

        yield visit


def at_row(page: Page, number: int) -> None:
    expect(page.locator(".duet")).to_have_attribute("data-row", str(number))


def test_a_misconception_is_beside_what_docker_does(learner: Open) -> None:
    """Which run is Docker's, what the other expects, and the truth; another one can be chosen."""
    page = learner("?scenario=works&engine=29&belief=401-is-final")
    verdict = page.locator(".verdict")
    expect(page.locator(".lane.b header")).to_contain_text("If a 401 meant that the password is")
    expect(verdict).to_contain_text("The first run is what Docker does.")
    expect(verdict).to_contain_text("the first 401 is a challenge")
    page.get_by_label("Misconception").click()
    page.get_by_role("option", name="If the layers came before the manifest").click()
    expect(verdict).to_contain_text("only the manifest says which layers there are")
    expect(page).to_have_url(re.compile("belief=layers-before-manifest"))


def test_it_opens_where_they_part(learner: Open) -> None:
    """The heading names the step and both ways, and the address names the row."""
    page = learner()
    at_row(page, 4)
    expect(page.locator(".verdict h2")).to_have_text(
        "They differ from step 4 on: “A token to test the login” or “No token”"
    )
    expect(page.locator(".lane.a h3")).to_have_text("4 · A token to test the login")
    expect(page.locator(".lane.b h3")).to_have_text("4 · No token")
    expect(page).to_have_url(re.compile("change=password&row=4"))


def test_one_scrubber_steps_both_lanes(learner: Open) -> None:
    """Arrows, Home, End, d, buttons, the scrubber and a click in the list all lead there."""
    page, count = learner(), 27
    page.keyboard.press("ArrowRight")
    at_row(page, 5)
    page.keyboard.press("Home")
    at_row(page, 1)
    page.keyboard.press("d")
    at_row(page, 4)
    page.keyboard.press("End")
    at_row(page, count)
    page.get_by_role("button", name="First difference").click()
    at_row(page, 4)
    page.get_by_role("button", name="Back").click()
    at_row(page, 3)
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    at_row(page, 4)
    page.keyboard.press("d")
    at_row(page, 4)
    page.get_by_role("button", name="1 · Run docker login").click()
    at_row(page, 1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_play_goes_on_by_itself(learner: Open) -> None:
    """Space plays from row to row, and pauses."""
    page = learner(f"{PASSWORD}&row=1")
    watch(page, ".duet", "data-row")
    page.keyboard.press("Space")
    seen_values(page, 3)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    seen = seen_values(page)
    assert seen == [str(number) for number in range(1, len(seen) + 1)]


def test_every_row_shows_what_both_runs_did(learner: Open) -> None:
    """Title, message, terminal and tracker of each lane are those of the comparison."""
    page = learner(f"{PASSWORD}&row=1")
    shown = lanes(find_lesson(), what_if("works", "password"))
    for number, row in enumerate(shown["rows"][:6], 1):
        at_row(page, number)
        expect(page.locator(".lane.b")).to_have_count(1)
        expect(page.locator(".lane.b")).to_be_hidden() if row["joined"] else expect(
            page.locator(".lane.b")
        ).to_be_visible()
        for name, side in (("a", "left"), ("b", "right")):
            step = row[side]
            if step is None or (row["joined"] and side == "right"):
                continue
            lane = page.locator(f".lane.{name}")
            expect(lane.locator("h3")).to_have_text(f"{step['number']} · {step['title']}")
            if step["exchange"]:
                expect(lane.locator(".came")).to_have_text(f"→ {step['exchange']['came']}")
            for line in step["terminal"]:
                expect(lane.locator(".terminal")).to_contain_text(line["text"])
            for variable, value in step["tracker"].items():
                expect(lane.locator("tr", has_text=variable)).to_contain_text(value)
        page.keyboard.press("ArrowRight")


def test_what_differs_is_marked_not_by_colour_alone(learner: Open) -> None:
    """A sign and a word are at a value that differs; the band in the list says it in words."""
    page = learner()
    cell = page.locator(".lane.a tr", has_text="auth_token").locator("mark")
    expect(cell).to_contain_text("≠")
    expect(cell.locator(".unseen")).to_have_text(" (different)")
    expect(page.locator(".list .band")).to_contain_text("First difference here")
    expect(page.locator(".list tr[aria-current=step]")).to_contain_text("No token")


def test_each_row_is_announced(learner: Open) -> None:
    """Where we are, that they part here, and what happens in either lane."""
    page = learner()
    live = page.locator(".duet [aria-live=polite]")
    expect(live).to_contain_text("Row 4 of 27. First difference here.")
    expect(live).to_contain_text("A, Log in, then pull: A token to test the login.")
    expect(live).to_contain_text("B, The password typed is wrong: No token.")
    page.keyboard.press("ArrowLeft")
    expect(live).to_have_text(re.compile("^Row 3 of 27. Both: The registry challenges."))
    page.keyboard.press("End")
    expect(live).to_contain_text("B, The password typed is wrong: This run has ended.")


def test_any_row_is_an_address(learner: Open) -> None:
    """A reload lands where we were; the choices are those of the address."""
    page = learner("?left=works&right=no-login&engine=26&row=9")
    at_row(page, 9)
    page.keyboard.press("ArrowRight")
    at_row(page, 10)
    expect(page).to_have_url(re.compile("row=10"))
    page.reload()
    page.wait_for_selector(".duet[data-row]")
    at_row(page, 10)
    expect(page).to_have_url(re.compile("left=works&right=no-login&engine=26&row=10"))


def test_another_change_is_chosen_on_the_page(learner: Open) -> None:
    """The lanes are those of the choice, at their own parting."""
    page = learner()
    settled(page).get_by_role("combobox", name="What if").fill("corrupted")
    page.get_by_role("option", name=re.compile("^A layer is corrupted")).click()
    row = partings("works")["corrupted"]
    expect(page.locator(".verdict h2")).to_contain_text(f"They differ from step {row} on")
    at_row(page, row)
    expect(page).to_have_url(re.compile(f"change=corrupted&row={row}"))
    page.get_by_role("button", name="Two engines").or_(
        page.get_by_role("radio", name="Two engines")
    ).first.click()
    expect(page.locator(".verdict h2")).to_contain_text("They differ from step 10 on")
    expect(page).to_have_url(re.compile("right_engine=26"))


SIZES = ((1920, 1080), (1366, 768), (768, 1024), (390, 844), (320, 640))


def test_the_lanes_fit(learner: Open) -> None:
    """No sideways scroll at any width; on a laptop both lanes are in view without scrolling,
    and on a phone the controls are. Dark or light makes no difference."""
    page = learner(PASSWORD)
    at_row(page, 4)
    SHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        if scheme == "dark":
            turn_dark(page)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            frames(page, 5)
            lanes_fit(page, width, height)
            page.screenshot(path=SHOTS / f"what-if-{width}-{scheme}.png")


def lanes_fit(page: Page, width: int, height: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for spot in (".lane.a", ".lane.b", ".verdict", ".list"):
        box = page.locator(spot).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (spot, width)
    seen = ".lane.b" if width >= 1366 else ".controls"
    box = page.locator(seen).bounding_box()
    assert box and box["y"] + box["height"] <= height, (width, height)


def test_nothing_jumps_on_a_step(learner: Open) -> None:
    """Scrubber, lanes and list keep their place on every row of a laptop's page."""
    page = learner(f"{PASSWORD}&row=1")
    spots = (".controls", ".lanes", ".list")

    def places() -> list[float]:
        boxes = [page.locator(spot).bounding_box() for spot in spots]
        return [round(box["y"]) for box in boxes if box]

    first = places()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        assert places() == first
