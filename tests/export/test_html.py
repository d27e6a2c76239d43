"""The lesson in one HTML file: its runs, its questions and its colours, without a network."""

import json
import re
import tomllib
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.export import page
from simulator.export.stage import data
from simulator.scenarios.model import scenarios
from simulator.views.probes import PROBES
from tests.export.samples import LESSON, ODD, RUNS, asked, drawn, squeezed
from tests.pages import ROOT

pytestmark = pytest.mark.xdist_group("questions")  # which are made once a process


def embedded(whole: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="lesson">(.*?)</script>', whole, re.S)
    assert found
    return dict(json.loads(found[1]))


def test_the_html_holds_the_runs_as_the_stage_has_them() -> None:
    """What steps offline is what the app would mount, of the machine's own runs."""
    known = embedded(page.write(LESSON, RUNS, drawn()).decode())
    assert [run["scenario"] for run in known["runs"]] == [trace.scenario for trace in RUNS]
    for run, trace in zip(known["runs"], RUNS, strict=True):
        assert run["data"] == json.loads(json.dumps(data(LESSON, trace)))


def test_the_html_names_no_place_to_load_from() -> None:
    """No address is where a browser would fetch it, and the file forbids it to."""
    whole = page.write(LESSON, RUNS, (*drawn(), *ODD)).decode()
    outside = whole.replace(json.dumps(embedded(whole)), "")
    assert not re.findall(r'(?:src|href|action)="(?!\?|data:|#)[^"]+"', outside.split("<script")[0])
    assert "default-src 'none'" in whole
    assert whole.count("</script>") == 2


def test_the_html_has_the_apps_colours() -> None:
    """Light and dark are those of the app's own configuration."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    light, dark = page.text("lesson.css").split(":root.dark")
    for style, name in ((light, "light"), (dark, "dark")):
        for key, variable in (("primaryColor", "primary-color"), ("textColor", "text-color"),
                              ("backgroundColor", "background-color")):  # fmt: skip
            assert f"--st-{variable}: {theme[name][key]};" in style


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    kept = tmp_path_factory.mktemp("export") / "lesson.html"
    kept.write_bytes(page.write(LESSON, RUNS, (*drawn()[:14], *ODD)))
    return kept.as_uri()


def is_outside(url: str) -> bool:
    return not url.startswith(("file:", "blob:", "data:"))


def test_the_html_works_offline(browser: Browser, file: str) -> None:
    """With the network off; nothing is complained of or asked for."""
    context = browser.new_context(offline=True, reduced_motion="reduce", color_scheme="dark")
    offline = context.new_page()
    said: list[str] = []
    offline.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    offline.on("pageerror", lambda error: said.append(str(error)))
    offline.on("request", lambda sent: said.append(sent.url) if is_outside(sent.url) else None)
    offline.goto(file)
    steps_through_runs(offline)
    every_choice_is_answered(offline)
    offline.goto(f"{file}?{drawn_address()}")
    address_is_followed(offline)
    assert said == []
    context.close()


def steps_through_runs(offline: Page) -> None:
    """Keys step, other situations can be chosen, and what is shown is what the machine did."""
    stage = offline.locator(".stage")
    expect(stage).to_have_attribute("data-step", "1")
    offline.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("data-step", "2")
    offline.keyboard.press("End")
    expect(stage).to_have_attribute("data-step", str(len(RUNS[0].steps)))
    offline.select_option("#scenario", "no-right")
    expect(stage).to_have_attribute("data-step", "1")
    expect(offline.locator("#cause")).to_have_text(scenarios()["no-right"].cause)
    offline.locator("h1").click()
    offline.keyboard.press("End")
    expect(stage).to_have_attribute("data-step", str(len(RUNS[1].steps)))
    last = RUNS[1].steps[-1]
    expect(offline.locator(".terminal")).to_contain_text(last.terminal[-1].text)
    expect(stage).to_contain_text(PROBES["auth_token"].cell(last.after))


TOLD = """parts => parts.map(part => [...part.querySelectorAll("input")].map(input => {
  input.click();
  return part.querySelector(".told").innerText;
}))"""


def every_choice_is_answered(offline: Page) -> None:
    """Each option of the quiz tells its own feedback, and whether it is right, in words."""
    items = (*drawn()[:14], *ODD)
    parts = offline.locator("[data-part]:has(> .told)")
    expect(parts).to_have_count(len(asked(items)))
    for (_item, part), answers in zip(asked(items), parts.evaluate_all(TOLD), strict=True):
        for choice, told in zip(part.choices, answers, strict=True):
            assert squeezed(choice.feedback) in squeezed(told)
            assert told.startswith("✓") == choice.right
    first = parts.first
    first.get_by_role("radio").first.check()  # by the mouse, too
    expect(first.locator(".told")).to_have_text(re.compile("^[✓✗]"))


def address_is_followed(offline: Page) -> None:
    """An address leads to its step; the colours follow the reader's choice."""
    expect(offline.locator(".stage")).to_have_attribute("data-step", "5")
    expect(offline.locator("#scenario")).to_have_value("basic")
    back = "getComputedStyle(document.body).backgroundColor"
    dark = offline.evaluate(back)
    offline.click("#theme")
    assert offline.evaluate(back) != dark
    offline.set_viewport_size({"width": 380, "height": 800})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert offline.evaluate(wide) <= 0


def drawn_address() -> str:
    return "source=mock&engine=29&scenario=basic&step=5"
