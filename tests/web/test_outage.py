"""A learner goes on while PostgreSQL is stopped, frozen and restarted, and after the server was
killed, and loses no answer."""

import signal
from collections.abc import Iterable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from simulator.lesson.load import load
from simulator.progress.store import VARIABLE, Store
from simulator.questions import draw
from simulator.web.pages import PATH, TOOLS
from simulator.web.pages import Page as Way
from simulator.web.pages.learner import COOKIE
from tests.pages import PATIENCE, free_port, settled, started
from tests.postgres import Server, running
from tests.tabs import Tabs
from tests.web.test_nine import FOLDER, SEED, answer, at_question, introduced, press
from tests.web.watching import follow

COUNT = 8
NOT_KEPT = "Your answer is not kept yet."
TROUBLE = "Your answers are not kept just now"


@pytest.fixture
def database() -> Iterator[Server]:
    with running() as server:
        yield server


class Site:
    """The app, with its answers in this database. It shows what anonymous visitors see."""

    def __init__(self, database: str) -> None:
        self.environment = {VARIABLE: database, "PULLSCOPE_DEBUG": ""}
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.start()

    def start(self) -> None:
        self.running = started(self.port, **self.environment)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()


@pytest.fixture
def site(database: Server) -> Iterator[Site]:
    made = Site(database.url)
    try:
        yield made
    finally:
        made.kill()


class Learner:
    """A new browser, with a set of questions open in it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.done = page, 0
        self.asked = draw(load(FOLDER), SEED, COUNT)
        self.page.goto(f"{site}/recall?seed={SEED}&lang=en")
        at_question(self.page, 1, COUNT)
        introduced(self.page)

    @property
    def name(self) -> str:
        return next(c["value"] for c in self.page.context.cookies() if c["name"] == COOKIE)

    def answers(self, kept: bool) -> None:
        """The next question. The page says whether the answer is kept."""
        answer(self.page, self.asked[self.done])
        self.page.get_by_role("button", name="Next", exact=True).wait_for()
        told = self.page.get_by_text(NOT_KEPT)
        expect(told).to_have_count(0) if kept else expect(told.last).to_be_visible()
        self.done += 1

    def goes_on(self) -> None:
        press(self.page, "Next")
        at_question(self.page, self.done + 1, COUNT)

    def keys(self) -> set[str]:
        return {f"recall-{SEED}-{one.id}"[:200] for one in self.asked[: self.done]}


def home(page: Page) -> None:
    page.get_by_role("link", name="Lessons", exact=True).click()
    page.locator(".st-key-lessons").wait_for()
    tells(page, "Lessons")


def lesson(page: Page, ways: Iterable[Way] = PATH) -> None:
    """From the home, by the links of its bar. (What it offers beside them is drawn by the frame of
    these pages, and reads no more of the database.)"""
    page.get_by_role("button", name="Begin the lesson").first.click()
    page.wait_for_url("**/learn?*")
    for way in ways:
        if way.path != "learn":
            follow(page, way.path)
        tells(page, way.title)


def tools(page: Page) -> None:
    for tool in TOOLS:
        page.locator(".st-key-bar").get_by_role("link", name=tool.title, exact=True).click()
        page.wait_for_url(f"**/{tool.path}*")
        tells(page, tool.title)


def tells(page: Page, title: str) -> None:
    """The page is, with one sentence about the database, and without an error."""
    expect(page).to_have_title(f"{title} · Pullscope")
    expect(settled(page).get_by_text(TROUBLE), title).to_have_count(1)
    expect(page.locator("h1").first, title).to_be_attached()
    expect(page.get_by_test_id("stException"), title).to_have_count(0)
    expect(page.get_by_text("encountered an error"), title).to_have_count(0)


def works_again(page: Page, site: str) -> None:
    """A page that is opened later has nothing to say. It is left at the home."""
    page.goto(f"{site}/progress?lang=en")
    while settled(page).get_by_text(TROUBLE).count():
        page.reload()
    page.get_by_role("link", name="Lessons", exact=True).click()
    page.locator(".st-key-lessons").wait_for()


def freeze(database: Server) -> None:
    database.signal(signal.SIGSTOP)


def thaw(database: Server) -> None:
    database.signal(signal.SIGCONT)


def test_a_learner_outlives_database_and_server(tabs: Tabs, database: Server, site: Site) -> None:
    """Nothing that was answered is lost, kept at once or later; no page dies, nor one beside it.
    (That many learners are kept at the same time is in tests/progress.)"""
    one = Learner(tabs.new(site.url), site.url)
    other = one.page.context.new_page()
    other.set_default_timeout(PATIENCE * 1000)
    works_again(other, site.url)
    for begin, end, looks in (
        (Server.stop, Server.start, (home, lesson, tools)),
        (freeze, thaw, (home, partial(lesson, ways=PATH[:1]))),
    ):
        one.answers(kept=True)
        one.goes_on()
        begin(database)
        one.answers(kept=False)
        one.goes_on()
        for look in looks:
            look(other)
        end(database)
        works_again(other, site.url)
    one.answers(kept=True)
    database.stop()
    database.start()
    one.goes_on()
    one.answers(kept=True)
    site.kill()  # as soon as the verdict is shown
    site.start()
    one.page.reload()
    at_question(one.page, one.done + 1, COUNT)
    store = Store(database.url)
    try:
        assert one.keys() == {kept.key for kept in store.progress(one.name).answers}
    finally:
        store.close()
