"""A class in browsers: a teacher, a projector and four phones, through a whole room."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from simulator.words import i18n
from tests.axe import violations
from tests.pages import PATIENCE, click_away, settled
from tests.tabs import Tabs

PHONE = {"width": 360, "height": 640}


def word(text: str) -> str:
    """A text of the interface in German: where a word is forgotten, English shows it."""
    with i18n.speaking("de"):
        return i18n._(text)


QUERY = "?lang=de"


class People:
    """Everyone in the room, each with a browser of their own."""

    def __init__(self, tabs: Tabs, site: str) -> None:
        self.browser, self.site = tabs.browser, site
        self.contexts: list[BrowserContext] = []
        self.teacher = tabs.new(site, 1280, 900)
        self.teacher.goto(f"{site}/class{QUERY}")
        self.click("Open a room")
        link = self.teacher.locator("a[href*='/room/']:not([href*='/screen'])")
        self.address = str(link.get_attribute("href"))
        self.projector = self.someone(f"{self.address}/screen", 1280, 720)

    def someone(self, url: str, width: int, height: int) -> Page:
        """In a browser that keeps nothing of the others'."""
        size = ViewportSize(width=width, height=height)
        context = self.browser.new_context(viewport=size, reduced_motion="reduce")
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(url + QUERY)
        return page

    def phone(self) -> Page:
        page = self.someone(self.address, PHONE["width"], PHONE["height"])
        page.get_by_role("button", name=word("Join")).click()
        expect(page.locator("main")).to_contain_text(word("Seat {seat}").format(seat=""))
        return page

    def click(self, name: str) -> None:
        """A button of the teacher's, when the desk is not drawn anew just then."""
        click_away(settled(self.teacher).get_by_role("button", name=word(name), exact=True))
        settled(self.teacher)

    def shows(self, page: Page, heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(word(heading))

    def votes(self, page: Page, option: int) -> None:
        page.get_by_role("radio").nth(option).check()
        page.locator("#vote").click()
        self.received(page)

    def received(self, page: Page) -> None:
        expect(page.get_by_role("status")).to_have_text(word("Your vote was received."))

    def close(self) -> None:
        """And wait for the end of the countdown."""
        self.click("Close the vote")

    def leave(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def people(tabs: Tabs, own_app: str) -> Iterator[People]:
    made = People(tabs, own_app)
    yield made
    made.leave()


def test_a_whole_room(people: People) -> None:
    """Phones follow the stage, then vote: one comes late, one reloads, one loses the network in
    the middle of the vote."""
    steady, offline = people.phone(), people.phone()
    phones_follow_the_stage(people, steady, offline)
    question_is_read_and_voted_on(people, steady)
    votes_without_a_network(people, offline)
    late = people.phone()
    people.votes(late, 2)
    voted = word("{votes} of {seats} voted").format(votes=3, seats=4)
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


def question_is_read_and_voted_on(people: People, steady: Page) -> None:
    """A question that is open shows no step."""
    people.click("Ask it")
    for page in (steady, people.projector):
        people.shows(page, "Read the question")
        expect(page.locator("#follow")).to_have_count(0)
        assert violations(page) == []
    people.click("Open the vote")
    people.shows(steady, "Vote, alone and in silence")
    assert violations(steady) == []
    by_keyboard(steady)
    people.received(steady)


def votes_without_a_network(people: People, offline: Page) -> None:
    """The vote is sent once the network is back."""
    offline.context.set_offline(True)
    offline.get_by_role("radio").nth(1).check()
    offline.locator("#vote").click()
    lost = word("No connection. Your vote is sent when it is back.")
    expect(offline.get_by_role("status")).to_have_text(lost)
    offline.context.set_offline(False)
    people.received(offline)


def phones_follow_the_stage(people: People, seat: Page, other: Page) -> None:
    """One reads along on its seat, one on a stage of its own; who comes late has the present
    step."""
    lead = f"/visual{QUERY}&lead={people.address.rpartition('/')[2]}&step=3"
    stage = people.teacher.context.new_page()
    stage.goto(people.site + lead)
    on_seat(seat, 3)
    there = other.locator("#there").get_attribute("href")
    other.goto(f"{people.site}{there}")
    at(other, 3)
    stage.locator(".stage").focus()
    stage.keyboard.press("ArrowRight")
    at(stage, 4)
    at(other, 4)
    on_seat(seat, 4)
    expect(seat.locator("#news")).to_contain_text(step_title(4))
    late = people.phone()
    on_seat(late, 4)
    other.get_by_role("switch").or_(other.get_by_role("checkbox")).first.press("Space")
    expect(other.locator(".stage")).to_have_attribute("data-follows", "")
    stage.keyboard.press("ArrowRight")
    on_seat(late, 5)
    at(other, 4)
    assert violations(late) == []
    stage.close()
    other.goto(people.address + QUERY)


def at(page: Page, step: int) -> None:
    expect(page.locator(".stage")).to_have_attribute("data-step", str(step))


def step_title(number: int) -> str:
    return word("Step {number}: {title}").format(number=number, title="").strip()


def on_seat(page: Page, step: int) -> None:
    """By keyboard: the lid is opened once, and stays open."""
    if page.locator("#follow[open]").count() == 0:
        page.locator("#follow summary").press("Enter")
    expect(page.locator("#now")).to_contain_text(step_title(step))


def by_keyboard(page: Page) -> None:
    """The first option, then the button, without a mouse."""
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
