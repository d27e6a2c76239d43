"""The stage as every learner uses it: predicting, playing, watching a message travel, and nothing
that jumps."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.conftest import Open
from tests.web.lesson_run import LAST, QUESTIONS, RUN, STEPS, ask, before, right
from tests.web.test_browser import at_step
from tests.web.watching import at_rest, frames, moved, sample, seen_values, watch

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


NOTHING = ("", "–")
"""Cells that tell nothing."""


def test_a_run_is_predicted(learner: Open) -> None:
    """From the first step to the last. The page holds nothing that is still to come: no result of
    a later row, no line of the terminal, no message. Each question waits for its answer; a
    right one is shown beside the truth. The end counts them, and “Ask again” begins anew."""
    page = learner(questions=True)
    asked = {question["step"]: question for question in QUESTIONS}
    for step in STEPS:
        if step["number"] in asked:
            waits(page, asked[step["number"]])
            predicts_right(page, asked[step["number"]])
        at_step(page, step["number"])
        tells_nothing_ahead(page, step["number"])
        page.keyboard.press("ArrowRight")
    count = len(QUESTIONS)
    expect(page.locator(".verdict h4")).to_have_text(f"{count} of {count} predicted")
    page.get_by_role("button", name="Ask again").click()
    at_step(page, 1)
    predicts_wrong(page, QUESTIONS[0])
    leaves(page, QUESTIONS[1])


def tells_nothing_ahead(page: Page, number: int) -> None:
    shown = page.evaluate(EVERYTHING)
    by_now = set().union(*map(revealing, STEPS[:number]))
    later = set().union(*map(revealing, STEPS[number:]))
    later = {text for text in later if not any(text in known for known in by_now)}
    assert [text for text in later if text in shown] == []
    unreached = [row for row in RUN["rows"] if row["first"] is None or row["first"] > number]
    if number < LAST:
        told = [row[part] for row in unreached for part in ("result", "note")]
        assert [text for text in told if text not in NOTHING and text in shown] == []


def waits(page: Page, question: dict[str, Any]) -> None:
    """Neither a key nor a button leads on; the card says what is missing, and stays."""
    expect(page.locator(".ask legend")).to_contain_text(question["prompt"])
    tells_nothing_ahead(page, question["step"] - 1)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Answer the question first, or let it be shown.")).to_be_visible()
    page.get_by_role("button", name="Commit").click()
    expect(page.locator(".ask [role=status]")).to_contain_text("Choose one first")
    at_step(page, question["step"] - 1)


def predicts_right(page: Page, question: dict[str, Any]) -> None:
    """Marked on its option, with the sentence why it is right, and a reason against each other."""
    key = right(question)
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


def to(page: Page, question: dict[str, Any]) -> None:
    """Step by step to the question."""
    for number in range(step_of(page) + 1, question["step"]):
        page.keyboard.press("ArrowRight")
        at_step(page, number)
    ask(page, question)


def step_of(page: Page) -> int:
    return int(page.locator(".stage").get_attribute("data-step") or 0)


def predicts_wrong(page: Page, question: dict[str, Any]) -> None:
    """By keyboard. It gets its own reason, and that of the learner is the first. (The reasons of
    all options are in tests/views.)"""
    place = [place for place, one in enumerate(question["options"]) if not one["right"]][-1]
    option = question["options"][place]
    to(page, question)
    page.keyboard.press(str(place + 1))
    page.keyboard.press("Enter")
    at_step(page, question["step"])
    expect(page.locator(".marks .wrong")).to_have_text(f"✗{option['text']}You said")
    expect(page.locator(".marks .right")).to_contain_text("It was")
    expect(page.locator(".why li").first).to_have_text(f"{option['text']} {option['why']}")


def leaves(page: Page, question: dict[str, Any]) -> None:
    """Going back, jumping and coming again asks nothing that was asked or passed."""
    to(page, question)
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".ask")).to_be_hidden()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    for number in range(1, LAST):
        at_step(page, number)
        page.keyboard.press("ArrowRight")
    at_step(page, LAST)


def test_what_is_chosen_is_remembered(learner: Open) -> None:
    """A question that is shown is kept over a reload, as shown, and not asked again; so is the
    speed, half to three times. The toggle keeps questions off (which all pages without questions
    here are opened with)."""
    page = learner(before(QUESTIONS[0]), questions=True)
    speed = page.get_by_role("combobox", name="Speed")
    assert speed.locator("option").all_inner_texts()[0] == "0.5×"
    speed.select_option("3")
    page.locator(".account h3").click()
    ask(page, QUESTIONS[0])
    page.get_by_role("button", name="Show me").click()
    at_step(page, QUESTIONS[0]["step"])
    expect(page).to_have_url(re.compile(rf"step={QUESTIONS[0]['step']}\b"))
    page.reload()
    page.wait_for_selector(".stage[data-step]")
    expect(page.locator(".verdict .shown")).to_contain_text("nothing, it was shown")
    expect(speed).to_have_value("3")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    at_step(page, QUESTIONS[0]["step"])
    toggle = page.get_by_role("button", name="Questions")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("localStorage['pullscope.questions']") == "false"
    for number in range(QUESTIONS[0]["step"] + 1, LAST + 1):
        page.keyboard.press("ArrowRight")
        at_step(page, number)


def test_play_goes_on_by_itself(learner: Open) -> None:
    """From step to step, and it leaves out none; it waits at a question, and goes on after the
    answer, until it is paused."""
    first = QUESTIONS[0]["step"]
    page = learner(f"?step={first - 3}", questions=True, speed=3)
    watch(page, ".stage", "data-step")
    page.keyboard.press("Space")
    expect(page.locator(".ask")).to_be_visible()
    at_step(page, first - 1)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    seen_values(page, 5)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    seen = seen_values(page)
    assert seen == [str(number) for number in range(first - 3, first - 3 + len(seen))]


MESSAGES = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  window.messages = new Set();
  window.enough = false;
  const watch = () => {
    if (window.enough) return;
    const leg = root.querySelector(".talk .now .message")?.parentElement.className.split(" ")[0];
    if (leg) window.messages.add(leg);
    requestAnimationFrame(watch);
  };
  watch();
}"""  # noqa: E501


def test_a_message_travels_unless_motion_is_reduced(usual: Page) -> None:
    """The request goes out and its answer comes back; who wants no motion sees none of it."""
    for number in range(2, 11):
        usual.keyboard.press("ArrowRight")
        at_step(usual, number)
    usual.emulate_media(reduced_motion="no-preference")
    usual.evaluate(MESSAGES)
    usual.keyboard.press("ArrowRight")
    usual.wait_for_function("window.messages.size > 1")
    assert usual.evaluate("window.enough = true, [...window.messages]") == ["out", "answer"]
    expect(usual.locator(".message")).to_have_count(0)
    usual.emulate_media(reduced_motion="reduce")
    usual.keyboard.press("ArrowLeft")
    usual.keyboard.press("ArrowRight")
    at_step(usual, 11)
    assert usual.locator(".message").count() == 0
    expect(usual.locator(".talk .now .short")).to_have_text("401")


def test_nothing_moves_on_a_step(usual: Page) -> None:
    """Cards, controls and diagram keep their boxes in every frame of a whole run, on a laptop, a
    narrow window and a phone."""
    usual.emulate_media(reduced_motion="no-preference")
    for width, height in ((1366, 768), (900, 800), (390, 844)):
        usual.keyboard.press("Home")
        usual.set_viewport_size({"width": width, "height": height})
        at_rest(usual)
        sample(usual)
        for number in range(2, LAST + 1):
            usual.keyboard.press("ArrowRight")
            at_step(usual, number)
            frames(usual, 4)
        assert moved(usual, LAST) == {}, width


PRESS = """async (taken) => {
  let now = 0;
  performance.now = () => (now += taken); // each look at the clock takes so many milliseconds
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const shown = () => [root.querySelector(".stage").dataset.step, root.querySelector(".account h3").textContent.split(" ")[0]];
  const press = () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  press();
  await drawn();
  press();
  const first = shown();
  await drawn();
  delete performance.now;
  return [first, shown()];
}"""  # noqa: E501


def test_a_step_is_shown_in_one_frame_where_that_is_quick(usual: Page) -> None:
    """On a slower machine its heading and sentence come a frame before all else."""
    assert usual.evaluate(PRESS, 1) == [["3", "3"], ["3", "3"]]
    assert usual.evaluate(PRESS, 100)[1] == ["5", "5"]
    assert usual.evaluate(PRESS, 100) == [["6", "7"], ["7", "7"]]
