"""The stage as every learner uses it: predicting, watching a message travel, and nothing that
jumps."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Open
from tests.web.lesson_run import LAST, QUESTIONS, RUN, STEPS, ask, before, right
from tests.web.test_browser import at_step
from tests.web.watching import at_rest, frames


def test_a_right_prediction_is_shown_beside_the_truth(learner: Open) -> None:
    """Marked on its option, with the sentence why it is right, and a reason against each other:
    of every question of the run."""
    page = learner(questions=True)
    for question in QUESTIONS:
        for number in range(step_of(page), question["step"] - 1):
            page.keyboard.press("ArrowRight")
            at_step(page, number + 1)
        predicts_right(page, question)


def step_of(page: Page) -> int:
    return int(page.locator(".stage").get_attribute("data-step") or 0)


def predicts_right(page: Page, question: dict[str, Any]) -> None:
    key = right(question)
    ask(page, question)
    at_step(page, question["step"] - 1)
    page.locator(".ask label").nth(key).click()
    page.get_by_role("button", name="Commit").click()
    at_step(page, question["step"])
    text = question["options"][key]["text"]
    expect(page.locator(".marks .right")).to_have_text(f"✓{text}You said")
    assert page.locator(".marks .wrong").count() == 0
    expect(page.locator(".account > p")).to_have_text(STEPS[question["step"] - 1]["text"])
    for option in question["options"]:
        if not option["right"]:
            expect(page.locator(".why")).to_contain_text(f"{option['text']} {option['why']}")


WRONG = [place for place, option in enumerate(QUESTIONS[0]["options"]) if not option["right"]]


def test_a_wrong_prediction_is_told_why(learner: Open) -> None:
    """It gets its own reason, and that of the learner is the first. (The reasons of all options
    are in tests/views.)"""
    place = WRONG[-1]
    page, option = learner(before(QUESTIONS[0]), questions=True), QUESTIONS[0]["options"][place]
    ask(page, QUESTIONS[0])
    page.keyboard.press(str(place + 1))
    page.keyboard.press("Enter")
    expect(page.locator(".marks .wrong")).to_have_text(f"✗{option['text']}You said")
    expect(page.locator(".marks .right")).to_contain_text("It was")
    expect(page.locator(".why li").first).to_have_text(f"{option['text']} {option['why']}")


def test_a_question_that_is_shown_is_remembered_as_shown(learner: Open) -> None:
    """“Show me” reveals, is kept over a reload, and is not asked again."""
    page = learner(before(QUESTIONS[0]), questions=True)
    ask(page, QUESTIONS[0])
    page.get_by_role("button", name="Show me").click()
    at_step(page, QUESTIONS[0]["step"])
    expect(page).to_have_url(re.compile(rf"step={QUESTIONS[0]['step']}\b"))
    page.reload()
    page.wait_for_selector(".stage[data-step]")
    expect(page.locator(".verdict .shown")).to_contain_text("nothing, it was shown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    at_step(page, QUESTIONS[0]["step"])


def test_nothing_is_committed_without_a_choice(learner: Open) -> None:
    """The card says what is missing, and stays."""
    page = learner(before(QUESTIONS[0]), questions=True)
    ask(page, QUESTIONS[0])
    page.get_by_role("button", name="Commit").click()
    expect(page.locator(".ask [role=status]")).to_contain_text("Choose one first")
    at_step(page, QUESTIONS[0]["step"] - 1)


def test_no_question_comes_twice(learner: Open) -> None:
    """Going back, jumping and coming again asks nothing that was asked or passed."""
    page = learner(before(QUESTIONS[0]), questions=True)
    ask(page, QUESTIONS[0])
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".ask")).to_be_hidden()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    for number in range(1, LAST):
        at_step(page, number)
        page.keyboard.press("ArrowRight")
    at_step(page, LAST)


def test_the_end_sums_up_and_asks_again(learner: Open) -> None:
    """All right ones are counted; “Ask again” starts the run anew."""
    page = learner(questions=True)
    for question in QUESTIONS:
        while step_of(page) < question["step"] - 1:
            page.keyboard.press("ArrowRight")
        ask(page, question)
        page.keyboard.press(str(right(question) + 1))
        page.keyboard.press("Enter")
    page.keyboard.press("End")
    count = len(QUESTIONS)
    expect(page.locator(".verdict h4")).to_have_text(f"{count} of {count} predicted")
    page.get_by_role("button", name="Ask again").click()
    at_step(page, 1)
    for number in range(1, QUESTIONS[0]["step"] - 1):
        at_step(page, number)
        page.keyboard.press("ArrowRight")
    ask(page, QUESTIONS[0])


def test_questions_can_be_switched_off_for_good(learner: Open) -> None:
    """The toggle is remembered in the browser."""
    page = learner(before(QUESTIONS[0]), questions=True)
    page.get_by_role("button", name="Questions").click()
    page.keyboard.press("ArrowRight")
    at_step(page, QUESTIONS[0]["step"])
    page.reload()
    page.wait_for_selector(".stage[data-step]")
    expect(page.get_by_role("button", name="Questions")).to_have_attribute("aria-pressed", "false")


def test_playing_stops_at_a_question(learner: Open) -> None:
    """Play goes on by itself up to the first question, and waits there."""
    page = learner(questions=True, speed=3)
    page.keyboard.press("Space")
    expect(page.locator(".ask")).to_be_visible()
    at_step(page, QUESTIONS[0]["step"] - 1)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_the_speed_is_remembered(learner: Open) -> None:
    """Half to three times; a reload keeps it."""
    page = learner()
    speed = page.get_by_role("combobox", name="Speed")
    assert speed.locator("option").all_inner_texts()[0] == "0.5×"
    speed.select_option("3")
    page.reload()
    expect(page.get_by_role("combobox", name="Speed")).to_have_value("3")


EVERYTHING = """() => {
  const texts = [document.body.textContent];
  for (const one of document.querySelectorAll("*")) {
    if (one.shadowRoot) texts.push(one.shadowRoot.textContent);
  }
  return texts.join("\\n");
}"""


def revealing(step: dict[str, Any]) -> set[str]:
    """What only this step brings: printed lines, and the message."""
    texts = {line["text"] for line in step["terminal"]}
    if step["exchange"]:
        texts |= {line["text"] for side in ("sent", "answer") for line in step["exchange"][side]}
        texts |= {step["exchange"]["curl"], step["exchange"]["body"], step["talk"]["said"]}
    known = "\n".join(RUN["sample"])
    return {text for text in texts if len(text) > 12 and text not in known}


def test_what_has_not_happened_is_not_in_the_page(learner: Open) -> None:
    """Not hidden: absent. Later rows' results, later lines of the terminal, later messages."""
    page = learner(questions=True)
    for step in STEPS:
        if page.locator(".ask").is_visible():
            page.get_by_role("button", name="Show me").click()
        at_step(page, step["number"])
        shown = page.evaluate(EVERYTHING)
        by_now = set().union(*map(revealing, STEPS[: step["number"]]))
        later = set().union(*map(revealing, STEPS[step["number"] :]))
        later = {text for text in later if not any(text in known for known in by_now)}
        assert [text for text in later if text in shown] == []
        unreached = [r for r in RUN["rows"] if r["first"] is None or r["first"] > step["number"]]
        if step["number"] < LAST:
            told = [row[part] for row in unreached for part in ("result", "note")]
            assert [text for text in told if text not in NOTHING and text in shown] == []
        page.keyboard.press("ArrowRight")


NOTHING = ("", "–")
"""Cells that tell nothing."""
MESSAGES = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  window.messages = new Set();
  const watch = () => {
    const leg = root.querySelector(".talk .now .message")?.parentElement.className.split(" ")[0];
    if (leg) window.messages.add(leg);
    requestAnimationFrame(watch);
  };
  watch();
}"""  # noqa: E501


def test_a_message_travels_unless_motion_is_reduced(learner: Open) -> None:
    """The request goes out and its answer comes back; who wants no motion sees none of it."""
    page = learner("?step=10", motion=True)
    page.evaluate(MESSAGES)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.messages.size > 1")
    assert page.evaluate("[...window.messages]") == ["out", "answer"]
    expect(page.locator(".message")).to_have_count(0)
    still = learner("?step=10")
    still.keyboard.press("ArrowRight")
    assert still.locator(".message").count() == 0
    expect(still.locator(".talk .now .short")).to_have_text("401")


SAMPLE = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const main = document.querySelector('[data-testid="stMain"]');
  const seen = (window.seen = {frames: 0, boxes: {}});
  const note = (name, value) => { (seen.boxes[name] ??= {})[value] = true; };
  const watch = () => {
    if (window.enough) return;
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


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (900, 800), (390, 844)])
def test_nothing_moves_on_a_step(learner: Open, width: int, height: int) -> None:
    """Cards, controls and diagram keep their boxes in every frame of a whole run."""
    page = learner("", width, height, motion=True)
    at_rest(page)
    page.evaluate(SAMPLE)
    for number in range(2, LAST + 1):
        page.keyboard.press("ArrowRight")
        at_step(page, number)
        frames(page, 4)
    seen = page.evaluate("() => { window.enough = true; return window.seen; }")
    assert seen["frames"] > LAST
    assert {name: list(boxes) for name, boxes in seen["boxes"].items() if len(boxes) > 1} == {}
    assert len(seen["boxes"]) > 20
