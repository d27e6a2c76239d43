"""Who talks to whom, on the stage: the parties, the rows, and that nothing leaves the view."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from simulator.scenarios.play import trace
from simulator.views import player
from tests.cases import each
from tests.conftest import Open
from tests.web.lesson_run import LAST, LESSON, STEPS
from tests.web.test_browser import at_step
from tests.web.watching import at_rest, beside_until, frames

FAILING = (
    "no-right", "wrong-password", "corrupted-layer", "plain-http", "down",
    "unknown-tag", "no-login", "rate-limited", "untrusted-certificate", "no-such-host",
)  # fmt: skip

IN_VIEW = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const box = (e) => e.getBoundingClientRect();
  const parts = {row: ".talk .now", sentence: ".account h3", message: ".sentence", parties: ".heads", rail: ".rail",
    line: ".code .now", tracker: ".tracker table", controls: ".controls"};
  const out = Object.entries(parts).filter(([name, one]) => {
    const {top, bottom} = box(root.querySelector(one));
    return top < 0 || bottom > (name === "controls" ? innerHeight : box(root.querySelector(".controls")).top);
  }).map(([name]) => name);
  const field = box(root.querySelector(".field")), row = box(root.querySelector(".talk .now"));
  if (row.top < field.top - 1 || row.bottom > field.bottom + 1) out.push("row in the lanes");
  const full = root.querySelector(".talk").scrollTop > 0;
  if (full && row.top < field.top + field.height * 0.6) out.push("row in the lower third");
  return out;
}"""  # noqa: E501


def through(page: Page, last: int) -> list[tuple[int, str]]:
    """Each step of the run, with what is out of view there."""
    out = []
    for number in range(1, last + 1):
        at_step(page, number)
        out += [(number, one) for one in page.evaluate(IN_VIEW)]
        page.keyboard.press("ArrowRight")
    return out


def test_all_of_a_step_is_in_view_on_a_laptop(learner: Open) -> None:
    """At 1366x768, in every step of the lesson's own run, without scrolling."""
    page = learner()
    at_rest(page)
    assert through(page, LAST) == []


@each("name", FAILING)
def test_all_of_a_failing_run_is_in_view(learner: Open, name: str) -> None:
    """Up to the cross on the lane that failed, and the branch of the rail."""
    run = player.payload(LESSON, trace(name))["steps"]
    page = learner(f"?scenario={name}")
    at_rest(page)
    assert through(page, len(run)) == []
    expect(page.locator(".talk .now .cross")).to_be_visible()
    failed = page.locator(f".heads [data-party={run[-1]['talk']['fails']}]")
    expect(failed).to_have_class(re.compile(r"\bbad\b"))


TO_THE_STAGE = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  document.querySelector("[data-testid=stMain]").scrollTop += root.querySelector(".rail").getBoundingClientRect().top - 50;
}"""  # noqa: E501


def test_a_laptop_at_twice_the_size_shows_a_step_in_one_view(learner: Open) -> None:
    """At 683x384, which is 1366x768 at 200 %: scrolled to once, sentence, row and controls stay."""
    page = learner("", 683, 384)
    at_rest(page)
    page.evaluate(TO_THE_STAGE)
    hidden = {one for _number, one in through(page, LAST)}
    assert hidden <= {"line", "tracker", "row in the lower third"}  # each a pill away


def rows(page: Page) -> list[str]:
    return page.locator(".talk .no").all_inner_texts()


def test_only_what_has_happened_is_drawn(learner: Open) -> None:
    """Forward, backward and after a jump there are the rows up to this step."""
    page = learner()
    for key, number in (("End", LAST), ("Home", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("4", 11)):
        page.keyboard.press(key)
        at_step(page, number)
        assert rows(page) == [str(one) for one in range(1, number + 1)]


def shown(page: Page) -> dict[str, Any]:
    """The label and the answer of the present row, and what the parties have."""
    row = page.locator(".talk .now")
    held = page.locator(".heads li:has(.has:not(:empty))")
    return {
        "label": row.locator(".label, .local").inner_text(),
        "short": "".join(row.locator(".short").all_inner_texts()),
        "has": {
            str(one.get_attribute("data-party")): one.locator(".has").inner_text()
            for one in held.all()
        },
    }


def test_a_row_says_what_was_sent_and_what_came(learner: Open) -> None:
    """The words of the event table, a pill of at most ten characters, and what each party has."""
    page = learner()
    for step in STEPS:
        at_step(page, step["number"])
        talk = step["talk"]
        held = {name: text for name, text in step["has"].items() if text}
        assert shown(page) == {"label": talk["label"], "short": talk["short"], "has": held}
        page.keyboard.press("ArrowRight")


def test_a_row_leads_to_its_step(learner: Open) -> None:
    """Clicked, and named with its sentence for who cannot see it."""
    page = learner("?step=13")
    row = page.get_by_role("button", name=f"12. {STEPS[11]['talk']['said']}", exact=True)
    row.click()
    at_step(page, 12)


def test_a_phone_shows_one_part_at_a_time(learner: Open) -> None:
    """Rail and sentence, then the part of the pill; a question takes its place."""
    page = learner("?step=13", 390, 844)
    names = {"Terminal": "sample", "Variables": "tracker", "Message": "wire", "Table": "table"}
    for name, part in {**names, "Who talks": "lanes"}.items():
        page.get_by_role("button", name=name, exact=True).click()
        every = ("lanes", *names.values())
        assert [one for one in every if page.locator(f".{one}.part").is_visible()] == [part]
    assert page.locator(".heads li:visible").count() == 4
    frames(page, 2)
    tops = {spot: page.locator(spot).bounding_box() for spot in (".account h3", ".talk .now")}
    under = page.locator(".controls").bounding_box()
    assert under and under["y"] + under["height"] <= 844
    for spot, box in tops.items():
        assert box and box["y"] >= 48 and box["y"] + box["height"] <= under["y"], spot


def test_run_until_goes_both_ways(learner: Open) -> None:
    """By key and words, by a click on a variable or a party, and by address."""
    page = learner("?step=3")
    posts = [one["number"] for one in STEPS if one["exchange"] and one["exchange"]["status"] == 405]
    layers = [one["number"] for one in STEPS if "image_layers" in one["changed"]]
    token = [one["number"] for one in STEPS if one["talk"]["to"] == "token"]
    page.keyboard.press("u")
    page.keyboard.type("405")
    page.keyboard.press("Enter")
    at_step(page, posts[0])
    page.locator("[data-until=image_layers]").click()
    at_step(page, layers[0])
    page.locator(".heads [data-party=token] button").click(modifiers=["Shift"])
    at_step(page, max(number for number in token if number < layers[0]))
    page.keyboard.press("u")
    page.get_by_role("combobox", name="What to run until").fill("no such thing")
    page.get_by_role("button", name="Run forward").click()
    expect(page.locator("dialog[open] [role=status]")).to_contain_text("No other step")
    at_step(learner("?until=405"), posts[0])


def test_the_end_leads_on(learner: Open) -> None:
    """From the run that works to one that fails, and from there to a challenge."""
    page = learner("?step=27")
    onward = page.get_by_role("navigation", name="Next").get_by_role("link")
    assert onward.count() == 3
    onward.first.click()
    page.wait_for_selector(".stage[data-step]")
    page.keyboard.press("End")
    expect(page.locator(".rail [data-node=denied]")).to_have_class("failure now")
    onward.first.click()
    expect(page.locator("h1")).to_contain_text("Challenge")


def test_going_on_is_at_the_exact_step(learner: Open, address: str) -> None:
    """The home leads back to the step where the learner stayed."""
    page = learner()
    for number in range(2, 8):
        page.keyboard.press("ArrowRight")
        at_step(page, number)
    link = "a[href*='step=7']:has-text('Continue where you were')"
    beside = beside_until(page, address, lambda home: home.locator(link).count() > 0)
    beside.locator(link).click()
    beside.wait_for_selector(".stage[data-step]")
    at_step(beside, 7)


def test_the_whole_message_is_one_key_away(learner: Open) -> None:
    """`w` brings the message into view, `t` the process table."""
    page = learner("?step=13")
    for key, part in (("w", ".card.wire"), ("t", ".card.table")):
        page.keyboard.press(key)
        expect(page.locator(part)).to_be_in_viewport(ratio=0.5)
