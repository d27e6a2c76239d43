"""Addresses, frames and copies of the stage."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from xml.etree import ElementTree as ET

from playwright.sync_api import Page, expect

from tests.conftest import Open
from tests.pages import STAGE, opened
from tests.tabs import Tabs
from tests.web.lesson_run import RUN, STEPS
from tests.web.test_browser import SHOTS
from tests.web.watching import turn_dark


def test_a_reload_lands_where_it_was(learner: Open, address: str) -> None:
    """A view at a step is an address, which follows who steps on. (That of the embedded stage is
    below.)"""
    page = learner("?scenario=no-right&engine=26&step=3&view=present")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**step=4**")
    page.reload()
    for view, step in (("present", 4), ("notes", 3)):
        if view == "notes":
            opened(page, f"{address}/{STAGE}?scenario=no-right&engine=26&step=3&view=notes")
        expect(page.locator(".stage")).to_have_attribute("data-view", view)
        expect(page.locator(".stage")).to_have_attribute("data-step", str(step))
        for part in ("scenario=no-right", "engine=26", f"step={step}", view):
            assert part in page.url


@contextmanager
def site(document: str) -> Iterator[str]:
    """A foreign page, served on its own port."""

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


def test_the_stage_is_embedded(tabs: Tabs, address: str) -> None:
    """In a frame of another site there is the stage and nothing else, and it steps."""
    src = f"{address}/{STAGE}?embed=1&step=5"
    frame = f'<iframe src="{src}" title="run" width=1100 height=760></iframe>'
    with site(f"<!doctype html><html lang=en><title>Blog</title>{frame}") as url:
        page = tabs.new(address)
        page.goto(url)
        inside = page.frame_locator("iframe")
        expect(inside.locator(".stage")).to_have_attribute("data-step", "5")
        inside.get_by_role("button", name="Next").click()
        expect(inside.locator(".stage")).to_have_attribute("data-step", "6")
        expect(inside.get_by_role("heading", name="Quiz")).to_be_hidden()
        expect(inside.get_by_test_id("stHeader")).to_be_hidden()
        page.screenshot(path=SHOTS / "embedded.png")


def test_a_step_is_copied_and_downloaded(learner: Open) -> None:
    """Its link lands on it; its account tells command, message, variables and terminal. Diagram,
    table and tracker are files, in the colours of the page."""
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
    for part in (step["title"], step["text"], step["talk"]["said"], "docker pull", link):
        assert part in text
    for name, value in step["tracker"].items():
        assert f"{name}: {value}" in text
    assert "embed=1" in copied("Copy HTML to embed")
    tables_up_to_here(page)
    light = diagram(page, "light")
    turn_dark(page)
    assert diagram(page, "dark") != light


def diagram(page: Page, theme: str) -> str | None:
    """As SVG and as PNG, with the present box lit; gives the colour of one that is not."""
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
    return idle.get("stroke")


def saved(page: Page, button: str, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    assert download.value.suggested_filename == name
    return download.value.path().read_bytes()


def tables_up_to_here(page: Page) -> None:
    """CSV and Markdown, with what has been shown and no more."""
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
