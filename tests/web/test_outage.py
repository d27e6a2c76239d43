"""Learners go on while PostgreSQL is stopped, frozen and restarted, and lose no answer."""

import signal
from collections.abc import Callable, Iterable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.lesson.load import load
from simulator.progress.store import VARIABLE, Store
from simulator.questions import draw
from simulator.web.pages import PAGES
from simulator.web.pages.learner import COOKIE
from tests.pages import PATIENCE, free_port, settled, started
from tests.postgres import Server, running
from tests.web.test_nine import FOLDER, SEED, answer, at_question, press

COUNT = 8
NOT_KEPT = "Your answer is not kept yet."
TROUBLE = "Your answers are not kept just now"


@pytest.fixture
def database() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def site(database: Server) -> Iterator[str]:
    """The app, with its answers in this PostgreSQL. It shows what anonymous visitors see."""
    port = free_port()
    app = started(port, **{VARIABLE: database.url, "PULLSCOPE_DEBUG": ""})
    try:
        yield f"http://localhost:{port}"
    finally:
        app.terminate()
        app.wait(PATIENCE)


class Learner:
    """A new browser, with a set of questions open in it."""

    def __init__(self, browser: Browser, site: str, seed: int) -> None:
        self.page = browser.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.site, self.seed = site, seed
        self.asked = draw(load(FOLDER), seed, COUNT)
        self.done = 0
        self.page.goto(f"{site}/recall?seed={seed}&lang=en")
        self.page.wait_for_function(f"document.cookie.includes('{COOKIE}')")

    @property
    def name(self) -> str:
        return next(c["value"] for c in self.page.context.cookies() if c["name"] == COOKIE)

    def answers(self, kept: bool) -> None:
        """The next question. The page says whether the answer is kept."""
        at_question(self.page, self.done + 1, COUNT)
        answer(self.page, self.asked[self.done])
        self.page.get_by_role("button", name="Next", exact=True).wait_for()
        told = self.page.get_by_text(NOT_KEPT)
        expect(told).to_have_count(0) if kept else expect(told.last).to_be_visible()
        press(self.page, "Next")
        self.done += 1

    def keys(self) -> set[str]:
        return {f"recall-{self.seed}-{one.id}"[:200] for one in self.asked[: self.done]}


def drawn(page: Page, site: str, paths: Iterable[str]) -> None:
    """Each page is, with one sentence about the database, and without an error."""
    for path in paths:
        page.goto(f"{site}/{path}?lang=en")
        expect(page.get_by_text(TROUBLE)).to_have_count(1)
        expect(page.locator("h1").first).to_be_visible()
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        expect(page.get_by_text("encountered an error")).to_have_count(0)


def works_again(page: Page, site: str) -> None:
    """A page that is opened later has nothing to say."""
    page.goto(f"{site}/progress?lang=en")
    while settled(page).get_by_text(TROUBLE).count():
        page.reload()


def test_learners_outlive_the_database(browser: Browser, database: Server, site: str) -> None:
    """Nothing that was answered is lost, kept at once or later; no page dies."""
    learners = [Learner(browser, site, SEED + number) for number in range(2)]
    other = browser.new_page()
    outages: list[tuple[Callable[[], None], Callable[[], None], list[str]]] = [
        (database.stop, database.start, ["", *(one.path for one in PAGES)]),
        (lambda: database.signal(signal.SIGSTOP), lambda: database.signal(signal.SIGCONT),
         ["", "learn"]),
    ]  # fmt: skip
    for begin, end, paths in outages:
        for one in learners:
            one.answers(kept=True)
        begin()
        for one in learners:
            one.answers(kept=False)
        drawn(other, site, paths)
        end()
        works_again(other, site)
    for one in learners:
        one.answers(kept=True)
        database.stop()
        database.start()
        one.answers(kept=True)
    store = Store(database.url)
    try:
        for one in learners:
            assert one.keys() == {kept.key for kept in store.progress(one.name).answers}
    finally:
        store.close()
        for page in (other, *(one.page for one in learners)):
            page.close()
