"""A class in browsers: a teacher, a projector and three phones, through a whole room."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.words import i18n
from tests.axe import violations
from tests.pages import PATIENCE, settled
from tests.web.own_docker import pullscope_app

Word = Callable[[str], str]
PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with pullscope_app() as url:
        yield url


@pytest.fixture(params=list(i18n.LANGUAGES))
def word(request: pytest.FixtureRequest) -> Iterator[Word]:
    """A text of the interface in the language of the test; the language is in the address."""

    def translated(text: str) -> str:
        with i18n.speaking(request.param):
            return i18n._(text)

    translated.language = request.param  # type: ignore[attr-defined]
    return translated


class People:
    """Everyone in the room, each with a browser of their own."""

    def __init__(self, browser: Browser, site: str, word: Word) -> None:
        self.browser, self.site, self.word = browser, site, word
        self.query = f"?lang={word.language}"  # type: ignore[attr-defined]
        self.teacher = self.someone(f"{site}/class", 1280, 900)
        self.click("Open a room")
        link = self.teacher.locator("a[href*='/room/']:not([href*='/screen'])")
        self.address = str(link.get_attribute("href"))
        self.projector = self.someone(f"{self.address}/screen", 1280, 720)

    def someone(self, url: str, width: int, height: int) -> Page:
        """In a browser that keeps nothing of the others'."""
        size = {"width": width, "height": height}
        page = self.browser.new_context(viewport=size).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(url + self.query)
        return page

    def phone(self) -> Page:
        page = self.someone(self.address, PHONE["width"], PHONE["height"])
        page.get_by_role("button", name=self.word("Join")).click()
        expect(page.locator("main")).to_contain_text(self.word("Seat {seat}").format(seat=""))
        return page

    def click(self, name: str) -> None:
        """A button of the teacher's, which the desk may draw anew at any time."""
        button = self.teacher.get_by_role("button", name=self.word(name), exact=True)
        button.click()
        expect(button).to_have_count(0)
        settled(self.teacher)

    def shows(self, page: Page, heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(self.word(heading))

    def votes(self, page: Page, option: int) -> None:
        page.get_by_role("radio").nth(option).check()
        page.locator("#vote").click()
        self.received(page)

    def received(self, page: Page) -> None:
        expect(page.get_by_role("status")).to_have_text(self.word("Your vote was received."))

    def close(self) -> None:
        """And wait for the end of the countdown."""
        self.click("Close the vote")

    def leave(self) -> None:
        for context in self.browser.contexts:
            context.close()


@pytest.fixture
def people(browser: Browser, site: str, word: Word) -> Iterator[People]:
    made = People(browser, site, word)
    yield made
    made.leave()


def test_a_whole_room(people: People, word: Word) -> None:
    """One phone comes late, one reloads, one loses the network in the middle of a vote."""
    steady, offline = people.phone(), people.phone()
    people.click("Ask it")
    for page in (steady, people.projector):
        people.shows(page, "Read the question")
        assert violations(page) == []
    people.click("Open the vote")
    people.shows(steady, "Vote, alone and in silence")
    assert violations(steady) == []
    by_keyboard(steady)
    people.received(steady)

    offline.context.set_offline(True)
    offline.get_by_role("radio").nth(1).check()
    offline.locator("#vote").click()
    lost = word("No connection. Your vote is sent when it is back.")
    expect(offline.get_by_role("status")).to_have_text(lost)
    offline.context.set_offline(False)
    people.received(offline)

    late = people.phone()
    people.votes(late, 2)
    voted = word("{votes} of {seats} voted").format(votes=3, seats=3)
    expect(people.projector.locator("main")).to_contain_text(voted)

    people.close()
    for page in (steady, offline, late, people.projector):
        people.shows(page, "The vote is closed")
    steady.reload()
    people.shows(steady, "The vote is closed")
    mine = word("Your vote: {option}").format(option="A")
    expect(steady.locator("main")).to_contain_text(mine)
    assert word("first vote") not in people.projector.locator("main").inner_text()

    people.click("Let neighbours discuss")
    people.click("Open the vote")
    for page in (steady, offline, late):
        people.votes(page, 3)
    people.close()
    people.click("Reveal the answer")
    people.shows(late, "The answer")
    moved = word("{count} from {before} to {after}").format(count=1, before="A", after="D")
    expect(people.projector.locator("main")).to_contain_text(moved)
    for page in (steady, people.projector, settled(people.teacher)):
        assert violations(page) == []


def test_phones_follow_the_stage(people: People, word: Word) -> None:
    """One reads along on its seat, one on a stage of its own; who comes late has the present step.
    A question that is open shows no step."""
    lead = f"/visual{people.query}&lead={people.address.rpartition('/')[2]}&step=3"
    stage = people.teacher.context.new_page()
    stage.goto(people.site + lead)
    seat, other = people.phone(), people.phone()
    on_seat(seat, word, 3)
    there = other.locator("#there").get_attribute("href")
    other.goto(f"{people.site}{there}")
    at(other, 3)
    stage.locator(".stage").focus()
    stage.keyboard.press("ArrowRight")
    at(stage, 4)
    at(other, 4)
    on_seat(seat, word, 4)
    expect(seat.locator("#news")).to_contain_text(step_title(word, 4))
    late = people.phone()
    on_seat(late, word, 4)
    other.get_by_role("switch").or_(other.get_by_role("checkbox")).first.press("Space")
    expect(other.locator(".stage")).to_have_attribute("data-follows", "")
    stage.keyboard.press("ArrowRight")
    on_seat(late, word, 5)
    at(other, 4)
    assert violations(late) == []
    people.click("Ask it")
    expect(late.locator("#follow")).to_have_count(0)


def at(page: Page, step: int) -> None:
    expect(page.locator(".stage")).to_have_attribute("data-step", str(step))


def step_title(word: Word, number: int) -> str:
    return word("Step {number}: {title}").format(number=number, title="").strip()


def on_seat(page: Page, word: Word, step: int) -> None:
    """By keyboard: the lid is opened once, and stays open."""
    if page.locator("#follow[open]").count() == 0:
        page.locator("#follow summary").press("Enter")
    expect(page.locator("#now")).to_contain_text(step_title(word, step))


def by_keyboard(page: Page) -> None:
    """The first option, then the button, without a mouse."""
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
