"""The stage as everybody uses it: predicting, presenting, embedding, by keyboard and by ear."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect

from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.scenarios.play import trace as run
from simulator.views import player
from simulator.web.pages import PAGES
from tests.axe import violations
from tests.conftest import Open
from tests.web.test_browser import SHOTS, at_step

LESSON = load(HOME / "pulling-from-private-registries")
RUN = player.payload(LESSON, run("works"))
STEPS, QUESTIONS = RUN["steps"], RUN["questions"]
LAST = len(STEPS)
FOCUSED = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one === document.body ? "" : one?.dataset?.act ?? one?.type ?? one?.className ?? "";
}"""


def right(question: dict[str, Any]) -> int:
    return [option["right"] for option in question["options"]].index(True)


def ask(page: Page, question: dict[str, Any]) -> None:
    """Go to the step before the question, and on."""
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ask")).to_be_visible()
    expect(page.locator(".ask legend")).to_contain_text(question["prompt"])


def before(question: dict[str, Any], view: str = "") -> str:
    return f"?step={question['step'] - 1}" + (f"&view={view}" if view else "")


# -- predict, commit, reveal --------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS, ids=[str(q["step"]) for q in QUESTIONS])
def test_a_right_prediction_is_shown_beside_the_truth(
    learner: Open, question: dict[str, Any]
) -> None:
    """What was said, what it was, and a reason against each other option."""
    page, key = learner(before(question), questions=True), right(question)
    ask(page, question)
    at_step(page, question["step"] - 1)
    page.locator(".ask label").nth(key).click()
    page.get_by_role("button", name="Commit").click()
    at_step(page, question["step"])
    text = question["options"][key]["text"]
    expect(page.locator(".said > div").nth(0)).to_have_text(f"You said✓ {text}")
    expect(page.locator(".said > div").nth(1)).to_have_text(f"It was{text}")
    for option in question["options"]:
        if not option["right"]:
            expect(page.locator(".why")).to_contain_text(f"{option['text']} {option['why']}")


def test_a_wrong_prediction_is_told_why(learner: Open) -> None:
    """Each wrong option gets its own reason, that of the learner first."""
    for place, option in enumerate(QUESTIONS[0]["options"]):
        if option["right"]:
            continue
        page = learner(before(QUESTIONS[0]), questions=True)
        ask(page, QUESTIONS[0])
        page.keyboard.press(str(place + 1))
        page.keyboard.press("Enter")
        expect(page.locator(".said > div").nth(0)).to_have_text(f"You said✗ {option['text']}")
        expect(page.locator(".why li").first).to_have_text(f"{option['text']} {option['why']}")


def test_a_question_that_is_shown_is_remembered_as_shown(learner: Open) -> None:
    """“Show me” reveals, is kept over a reload, and is not asked again."""
    page = learner(before(QUESTIONS[0]), questions=True)
    ask(page, QUESTIONS[0])
    page.get_by_role("button", name="Show me").click()
    at_step(page, QUESTIONS[0]["step"])
    page.reload()
    page.wait_for_selector(".stage[data-step]")
    expect(page.locator(".said > div").nth(0)).to_contain_text("nothing, it was shown")
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
    page = learner(questions=True)
    page.keyboard.press("ArrowRight")
    ask(page, QUESTIONS[0])
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".ask")).to_be_hidden()
    at_step(page, 1)
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
        while int(page.locator(".stage").get_attribute("data-step") or 0) < question["step"] - 1:
            page.keyboard.press("ArrowRight")
        ask(page, question)
        page.keyboard.press(str(right(question) + 1))
        page.keyboard.press("Enter")
    page.keyboard.press("End")
    count = len(QUESTIONS)
    expect(page.locator(".verdict h4")).to_have_text(f"{count} of {count} predicted")
    page.get_by_role("button", name="Ask again").click()
    at_step(page, 1)
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
    expect(page.locator(".ask")).to_be_visible(timeout=20_000)
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
        texts |= {step["exchange"]["curl"], step["exchange"]["body"], step["exchange"]["told"]}
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
            assert [row["result"] for row in unreached if row["result"] in shown] == []
            assert [row["note"] for row in unreached if row["note"] in shown] == []
        page.keyboard.press("ArrowRight")


# -- a message travels --------------------------------------------------------------------------


MESSAGES = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  window.messages = new Set();
  const watch = () => {
    const text = root.querySelector(".wide .message text")?.textContent;
    if (text) window.messages.add(text);
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
    assert page.evaluate("[...window.messages]") == ["HEAD", "401"]
    expect(page.locator(".message")).to_have_count(0)
    still = learner("?step=10")
    still.keyboard.press("ArrowRight")
    assert still.locator(".message").count() == 0
    expect(still.locator(".wide .came text")).to_have_text("401")


# -- the same at every step: no blink, no jump, no scroll -----------------------------------------

SAMPLE = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const main = document.querySelector('[data-testid="stMain"]');
  const seen = (window.seen = {frames: 0, boxes: {}});
  const note = (name, value) => { (seen.boxes[name] ??= {})[value] = true; };
  const watch = () => {
    if (window.enough) return;
    seen.frames += 1;
    for (const part of root.querySelectorAll(".card, .controls, .tools, .deck button, .diagram svg")) {
      const {x, y, width, height} = part.getBoundingClientRect();
      const name = part.className.baseVal ?? (part.dataset.act || part.className);
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
    page.wait_for_timeout(1000)
    page.evaluate(SAMPLE)
    for number in range(2, LAST + 1):
        page.keyboard.press("ArrowRight")
        at_step(page, number)
        page.wait_for_timeout(60)
    seen = page.evaluate("() => { window.enough = true; return window.seen; }")
    assert seen["frames"] > LAST
    assert {name: list(boxes) for name, boxes in seen["boxes"].items() if len(boxes) > 1} == {}
    assert len(seen["boxes"]) > 20


# -- the projector ------------------------------------------------------------------------------

SMALL = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
  const small = [], walker = document.createTreeWalker(root.querySelector(".stage"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, one = text.parentElement;
    if (!text.data.trim() || !one.checkVisibility({visibilityProperty: true}) || one.closest(".unseen")) continue;
    const scale = one.getScreenCTM ? one.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(one).fontSize) * scale;
    if (size < 24) small.push(`${size} ${text.data}`);
  }
  return small;
}"""  # noqa: E501


@pytest.mark.parametrize("digit", ["0", "1", "2", "3", "4", "5"])
def test_the_projector_is_read_from_the_back_row(learner: Open, digit: str) -> None:
    """At 1280x720 no text is smaller than 24 pixels, and a digit leaves one part alone."""
    page = learner("?step=14&view=present", 1280, 720)
    page.keyboard.press(digit)
    assert page.evaluate(SMALL) == []
    parts = ["sample", "flow", "tracker", "table", "wire"]
    visible = [part for part in parts if page.locator(f".card.{part}").is_visible()]
    assert visible == (parts[:3] if digit == "0" else [parts[int(digit) - 1]])
    bottom = page.locator(".controls").bounding_box()
    assert bottom and bottom["y"] + bottom["height"] <= 720
    assert page.get_by_test_id("stHeader").is_hidden()
    page.keyboard.press(digit)
    assert page.locator(".card.flow").is_visible()


@pytest.mark.parametrize("question", QUESTIONS, ids=[str(q["step"]) for q in QUESTIONS])
def test_a_question_and_its_answer_fit_on_the_projector(
    learner: Open, question: dict[str, Any]
) -> None:
    """Large, and without scrolling: the options, then what was true."""
    page = learner(before(question, "present"), 1280, 720, questions=True)
    fits = "e => e.scrollHeight <= e.clientHeight + 1"
    page.keyboard.press("PageDown")
    assert page.evaluate(SMALL) == []
    assert page.locator(".ask fieldset").evaluate(fits)
    page.keyboard.press("PageDown")
    at_step(page, question["step"])
    assert page.evaluate(SMALL) == []


def test_a_remote_steps_and_reveals(learner: Open) -> None:
    """PageDown and PageUp are all a presenter's remote has; on the page they scroll."""
    page = learner(before(QUESTIONS[0], "present"), 1280, 720, questions=True)
    page.keyboard.press("PageDown")
    expect(page.locator(".ask")).to_be_visible()
    page.keyboard.press("PageDown")
    at_step(page, QUESTIONS[0]["step"])
    page.keyboard.press("PageUp")
    at_step(page, QUESTIONS[0]["step"] - 1)
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Quiz")).to_be_visible()
    page.keyboard.press("PageDown")
    at_step(page, QUESTIONS[0]["step"] - 1)
    assert "view=" not in page.url


def test_the_speakers_notes_follow(learner: Open) -> None:
    """A second window of the browser tells what is shown, what comes, and the answer before the
    class knows it; it can step, too."""
    stage = learner(before(QUESTIONS[1], "present"), 1280, 720, questions=True)
    notes = learner("?view=notes", beside=stage)
    step = STEPS[QUESTIONS[1]["step"] - 2]
    told = notes.locator(".speaker")
    expect(told).to_contain_text(step["title"])
    expect(told).to_contain_text(step["text"])
    expect(told).to_contain_text(RUN["rows"][step["row"] - 1]["note"])
    stage.keyboard.press("PageDown")
    answer = QUESTIONS[1]["options"][right(QUESTIONS[1])]["text"]
    expect(told.locator(".key")).to_have_text(f"Answer: {answer}")
    assert stage.locator(".said").count() == 0
    notes.keyboard.press("PageDown")
    at_step(stage, QUESTIONS[1]["step"])
    expect(told).to_contain_text(STEPS[QUESTIONS[1]["step"] - 1]["text"])
    expect(told).to_contain_text(STEPS[QUESTIONS[1]["step"]]["title"])
    assert ":" in told.locator("output").inner_text()


def test_the_notes_open_beside_the_projector(learner: Open) -> None:
    """The button and the key `n` open the second window; Present is a button, too."""
    stage = learner("?step=4", 1280, 720)
    stage.get_by_role("button", name="Present").click()
    assert "view=present" in stage.url or stage.wait_for_url("**view=present**") is None
    with stage.context.expect_page() as opening:
        stage.get_by_role("button", name="Notes").click()
    notes = opening.value
    expect(notes.locator(".speaker h2")).to_contain_text(STEPS[3]["title"])
    stage.keyboard.press("ArrowRight")
    expect(notes.locator(".speaker h2")).to_contain_text(STEPS[4]["title"])
    notes.keyboard.press("ArrowLeft")
    at_step(stage, 4)


# -- address, frame, copies ---------------------------------------------------------------------


@pytest.mark.parametrize("view", ["", "&view=present", "&view=notes", "&embed=1", "&embed=true"])
def test_a_reload_lands_where_it_was(learner: Open, view: str) -> None:
    """Every view at every step is an address."""
    page = learner(f"?scenario=no-right&engine=26&step=3{view}")
    asked = page.locator(".stage").get_attribute("data-view")
    assert asked == (view.partition("=")[2] if "view" in view else "embed" if view else "")
    page.reload()
    page.wait_for_selector(".stage[data-step]")
    expect(page.locator(".stage")).to_have_attribute("data-view", asked)
    expect(page.locator(".stage")).to_have_attribute("data-step", "3")
    assert "scenario=no-right" in page.url and "engine=26" in page.url and view in page.url


@contextmanager
def site(document: str) -> Iterator[str]:
    """A page of somebody else, served on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(document.encode() if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_the_stage_is_embedded(learner: Open, address: str) -> None:
    """In a frame of another site there is the stage and nothing else, and it steps."""
    frame = f'<iframe src="{address}/?embed=1&step=5" title="run" width=1100 height=760></iframe>'
    with site(f"<!doctype html><html lang=en><title>Blog</title>{frame}") as url:
        page = learner()
        page.goto(url)
        inside = page.frame_locator("iframe")
        expect(inside.locator(".stage")).to_have_attribute("data-step", "5")
        inside.get_by_role("button", name="Next").click()
        expect(inside.locator(".stage")).to_have_attribute("data-step", "6")
        expect(inside.get_by_role("heading", name="Quiz")).to_be_hidden()
        expect(inside.get_by_test_id("stHeader")).to_be_hidden()
        page.screenshot(path=SHOTS / "embedded.png")


def test_a_step_is_copied(learner: Open) -> None:
    """Its link lands on it; its account tells command, message, variables and terminal."""
    page = learner("?step=14&view=present")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("p")
    page.get_by_role("button", name="Share").click()

    def copied(name: str) -> str:
        page.get_by_role("button", name=name).click()
        expect(page.locator("dialog [role=status]").last).to_have_text("Copied.")
        return str(page.evaluate("navigator.clipboard.readText()"))

    step = STEPS[13]
    link = copied("Copy link to this step")
    assert "step=14" in link and "view" not in link
    text = copied("Copy this step as text")
    for part in (step["title"], step["text"], step["exchange"]["told"], "docker pull", link):
        assert part in text
    for name, value in step["tracker"].items():
        assert f"{name}: {value}" in text
    assert "embed=1" in copied("Copy HTML to embed")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_diagram_is_downloaded(learner: Open, theme: str) -> None:
    """As SVG and as PNG, with the present box lit; an SVG that stands alone."""
    page = learner("?step=14", theme=theme)
    page.get_by_role("button", name="Share").click()
    svg = ET.fromstring(saved(page, "Diagram as SVG", "works-diagram-14.svg"))
    lit = svg.find(".//*[@id='node-verify']/{*}path")
    idle = svg.find(".//*[@id='node-store']/{*}path")
    assert lit is not None and idle is not None
    assert float(str(lit.get("stroke-width")).removesuffix("px")) > 2
    assert lit.get("stroke") != idle.get("stroke")
    assert not [part for part in svg.iter() if part.get("class") or "var(" in str(part.attrib)]
    png = saved(page, "Diagram as PNG", "works-diagram-14.png")
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and len(png) > 10_000
    SHOTS.mkdir(parents=True, exist_ok=True)
    (SHOTS / f"diagram-{theme}.png").write_bytes(png)


def saved(page: Page, button: str, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    assert download.value.suggested_filename == name
    return download.value.path().read_bytes()


def test_table_and_tracker_are_downloaded_up_to_here(learner: Open) -> None:
    """CSV and Markdown, with what has been shown and no more."""
    page = learner("?step=14")
    page.get_by_role("button", name="Share").click()
    table = read(saved(page, "Table as CSV", "works-table-14.csv"))
    assert [row[0] for row in table] == [
        RUN["columns"][0],
        *(str(r["number"]) for r in RUN["rows"]),
    ]
    assert table[4][3] == RUN["rows"][3]["result"] and table[5][3] == "?"
    tracker = read(saved(page, "Tracker as CSV", "works-tracker-14.csv"))
    assert tracker[0] == ["Variable", "Start", *map(str, range(1, 15))]
    for name, start, *values in tracker[1:]:
        assert start == next(v["start"] for v in RUN["variables"] if v["name"] == name)
        assert values == [step["tracker"][name] for step in STEPS[:14]]
    for kind, file in (("Table", "table"), ("Tracker", "tracker")):
        text = saved(page, f"{kind} as Markdown", f"works-{file}-14.md").decode()
        lines = text.splitlines()
        assert set(lines[1]) == set("| -") and len({line.count(" | ") for line in lines}) == 1


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode())))


# -- equal for everyone ---------------------------------------------------------------------------


def test_a_whole_run_by_keyboard(learner: Open) -> None:
    """From the address bar to the last step, questions and all; the focus is never lost."""
    page = learner(questions=True)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == "next":
            break
    assert page.evaluate(FOCUSED) == "next"
    asked = 0
    for _ in range(2 * LAST):
        page.keyboard.press("Enter")
        assert page.evaluate(FOCUSED) != ""
        if page.locator(".ask").is_visible():
            asked += 1
            assert page.evaluate(FOCUSED) == "radio"
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
            assert page.evaluate(FOCUSED) == "next"
        if page.locator(".stage").get_attribute("data-step") == str(LAST):
            break
    at_step(page, LAST)
    assert asked == len(QUESTIONS)
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "next"
    while page.evaluate(FOCUSED) != "help":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) == "help"


def test_a_whole_run_by_ear(learner: Open) -> None:
    """What a screen reader is given tells each step, the boxes, the tracker and the message."""
    page = learner(questions=True)
    stage = page.get_by_role("region", name="Player")
    for step in STEPS:
        if stage.get_by_role("group", name="Predict first").is_visible():
            question = next(q for q in QUESTIONS if q["step"] == step["number"])
            key = question["options"][right(question)]["text"]
            stage.get_by_role("radio", name=key, exact=True).check()
            stage.get_by_role("button", name="Commit").click()
        heading = stage.get_by_role("heading", name=f"{step['number']} · {step['title']}")
        expect(heading).to_be_visible()
        tree = stage.aria_snapshot()
        box = next(n["label"] for n in RUN["flow"]["nodes"] if n["id"] == step["node"])
        assert f"{box}: now" in tree
        assert f"Step {step['number']} of {LAST}: {step['title']}. {step['text']}" in tree
        for name, value in step["tracker"].items():
            row = stage.get_by_role("row", name=name)
            expect(row.get_by_role("cell")).to_contain_text(value)
        if step["exchange"]:
            assert step["exchange"]["told"].split(":")[0] in tree
        if step["number"] < LAST:
            stage.get_by_role("button", name="Next", exact=True).click()
    expect(stage.get_by_role("slider", name="Step")).to_have_value(str(LAST))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_axe_finds_nothing_of_ours(learner: Open, address: str, path: str, theme: str) -> None:
    """On no page, in neither theme; what is Streamlit's is listed in tests/axe.py."""
    page = learner(theme=theme)
    if path != PAGES[0].path:
        page.goto(f"{address}/{path}")
        page.get_by_test_id("stAppViewContainer").wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2500)
    assert violations(page) == []


STATES = {
    "asking": (before(QUESTIONS[0]), ["ArrowRight"]),
    "told": (before(QUESTIONS[0]), ["ArrowRight", "1", "Enter"]),
    "layers": ("?step=23", []),
    "failed": ("?scenario=no-right&step=8", []),
    "the end": (before(QUESTIONS[0]), ["ArrowRight", "1", "Enter", "End"]),
    "presenting": ("?step=14&view=present", []),
    "presenting the table": ("?step=14&view=present", ["4"]),
    "embedded": ("?step=14&embed=1", []),
    "help": ("", ["?"]),
}


DARK = ("told", "layers", "failed")
"""States with colours of their own."""


@pytest.mark.parametrize(
    ("state", "theme"), [*((s, "light") for s in STATES), *((s, "dark") for s in DARK)]
)
def test_axe_finds_nothing_in_any_state(learner: Open, state: str, theme: str) -> None:
    """Questions, answers, failures, the projector and dialogs are held to the same rules."""
    query, keys = STATES[state]
    page = learner(query, theme=theme, questions=True)
    for key in keys:
        page.keyboard.press(key)
    assert violations(page, ".st-key-player") == []


WIDE = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth];
}"""


@pytest.mark.parametrize("width", [320, 390, 683, 768, 1366, 1920])
@pytest.mark.parametrize("view", ["", "&embed=1"])
def test_no_width_scrolls_sideways(learner: Open, width: int, view: str) -> None:
    """From 320 to 1920 pixels (683 is a laptop at 200 %): neither asking, nor told, nor later."""
    page = learner(before(QUESTIONS[0]) + view, width, 768, questions=True)
    assert max(page.evaluate(WIDE)) <= 0
    page.keyboard.press("ArrowRight")
    assert max(page.evaluate(WIDE)) <= 0
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    assert max(page.evaluate(WIDE)) <= 0
    page.keyboard.press("End")
    assert max(page.evaluate(WIDE)) <= 0
    for button in page.locator(".stage button:visible, .stage select:visible").all():
        box = button.bounding_box()
        assert box and box["width"] >= 24 and box["height"] >= 24


def test_fingers_get_large_targets(browser: Any, address: str) -> None:
    """On a touch screen each control is at least 44 pixels high."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".stage[data-step]")
    for button in page.locator(".controls button, .tools :is(button, select)").all():
        box = button.bounding_box()
        assert box is None or box["height"] >= 44
    context.close()


def test_forced_colours_keep_the_signs(learner: Open) -> None:
    """With the system's colours alone, done, now and failed differ by line, sign and text."""
    page = learner("?scenario=no-right&step=8")
    page.emulate_media(forced_colors="active")
    strokes = page.evaluate(
        """() => {
          const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".stage")).shadowRoot;
          const of = (id) => getComputedStyle(root.querySelector(`.wide [id=node-${id}] > path`));
          return ["start", "denied", "store"].map((id) => of(id).strokeWidth);
        }"""  # noqa: E501
    )
    assert len(set(strokes)) == 3
    assert page.locator(".wide .failure.now .badge").is_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "forced-colours.png")


def test_a_memory_that_is_denied_is_done_without(learner: Open) -> None:
    """Where the browser keeps nothing, the stage still steps and asks."""
    page = learner(questions=True)
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, {get() { throw new DOMException('denied'); }});"
    )
    page.goto(page.url.split("?")[0] + before(QUESTIONS[0]))
    page.wait_for_selector(".stage[data-step]")
    ask(page, QUESTIONS[0])
