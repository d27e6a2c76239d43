"""The ways to learn, each to its end, as a learner goes it; and nothing confirmed is lost. (What if
is in test_duet.py; *Watch*, *Speed* and *Project* in test_browser.py.)"""

from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from simulator.lesson.challenges import challenges
from simulator.lesson.chapters import Section, chain, chapters, screen
from simulator.lesson.claims import right_answer
from simulator.lesson.document import Lesson
from simulator.lesson.feedback import sentences
from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.questions import Question, draw, one_each, right
from simulator.registry.model import User
from simulator.web.pages.learner import COOKIE
from simulator.words import i18n
from simulator.words.i18n import _
from tests.pages import PATIENCE, settled, stays
from tests.tabs import Tabs
from tests.web.watching import follow

FOLDER = HOME / "pulling-from-private-registries"
USERS = {"alice": User("correct-horse", ("*",))}
Visit = Callable[[str], Page]


@pytest.fixture
def visit(tabs: Tabs, address: str) -> Visit:
    """Opens pages of one learner, who is new."""
    first = tabs.new(address, height=900)

    def opened(path: str) -> Page:
        page = first if first.url.endswith("/health") else first.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{address}/{path}{'&' if '?' in path else '?'}lang=en")
        page.wait_for_selector("h1")
        stays(page)
        return page

    return opened


def lesson() -> Lesson:
    """In the language that is spoken."""
    return load(FOLDER)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def turn_german(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Deutsch", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "de")


# -- the nine -----------------------------------------------------------------------------------


def test_what_there_is_to_read(visit: Visit) -> None:
    """*Learn*: five screens, one prediction, and then the stage at step 1. *Why* and *In depth*:
    every section of the contents, with the texts of its run."""
    page, screens = visit("learn"), chapters(lesson()).learn
    assert len(screens) == 5
    for number, part in enumerate(screens, 1):
        expect(page.get_by_role("heading", name=part.title)).to_be_visible()
        for said in part.says:
            expect(page.get_by_text(said).first).to_be_visible()
        if part.question:
            option = part.question.options[right_answer(lesson(), part.question)]
            page.get_by_text(option.text, exact=True).click()
            expect(page.get_by_text(option.feedback)).to_be_visible()
        if number < len(screens):
            press(page, _("Next"))
    page.go_back()
    expect(page.get_by_role("heading", name=screens[-2].title)).to_be_visible()
    press(page, _("Next"))
    press(page, _("Watch it step by step"))
    expect(page.locator(".stage")).to_have_attribute("data-step", "1")
    follow(page, "why")
    reads(page, "why", chapters(lesson()).why)
    follow(page, "deep")
    reads(page, "deep", chapters(lesson()).deep)
    changes_a_bit(page)


def reads(page: Page, way: str, sections: Sequence[Section]) -> None:
    for place, part in enumerate(sections, 1):
        heading = page.locator(f"#{way}-{place}")
        expect(heading).to_contain_text(part.title)
        expect(page.get_by_role("link", name=part.title, exact=True)).to_have_attribute(
            "href", f"#{way}-{place}"
        )
        if part.play:
            first = screen(part.shell()).splitlines()[0]
            expect(page.locator("pre", has_text=first).first).to_be_attached()
    page.get_by_role("link", name=sections[-1].title, exact=True).click()
    expect(page.locator(f"#{way}-{len(sections)}")).to_be_in_viewport()


def changes_a_bit(page: Page) -> None:
    """The digest chain is hashed anew: a changed bit shows at its link, and at no other."""
    links = chain(next(part.chain for part in chapters(lesson()).deep if part.chain))
    broken = page.get_by_role("cell", name=_("✗ not as promised"))
    expect(page.get_by_role("cell", name=_("✓ as promised"))).to_have_count(len(links))
    expect(broken).to_have_count(0)
    choices = page.get_by_role("radiogroup", name=_("Change one bit of"))
    choices.get_by_text(links[-1].what, exact=True).click()
    expect(broken).to_have_count(1)


def enter(page: Page, *lines: str) -> None:
    """Typed into the terminal, each once the one before was taken."""
    field = page.locator(".console input")
    for line in lines:
        field.fill(line)
        field.press("Enter")
        expect(page.locator(".console")).not_to_have_attribute("aria-busy", "true")


def test_try(visit: Visit) -> None:
    """A typo, a login, a pull, a look, taken back; by keyboard alone, and every step to see. In
    another language the terminal goes on: the page is drawn again, not begun again."""
    page = visit("try")
    shown, field = page.locator(".console .screen"), page.locator(".console input")
    expect(shown).to_have_attribute("role", "log")
    expect(field).to_have_attribute("aria-label", _("Command line"))
    field.focus()
    enter(page, "docker pul myimage")
    expect(shown).to_contain_text("docker: unknown command: docker pul")
    enter(page, "docker login myprivateregistry.com")
    expect(field).to_have_attribute("aria-label", "Username: ")
    enter(page, "alice")
    expect(field).to_have_attribute("type", "password")
    enter(page, "s3cret")
    expect(shown).to_contain_text("Login Succeeded")
    field.fill("docker pull myprivateregistry.com/myi")
    field.press("Tab")
    expect(field).to_have_value("docker pull myprivateregistry.com/myimage:latest ")
    field.press("Enter")
    expect(shown).to_contain_text("Status: Downloaded newer image")
    expect(page.locator(".stage")).to_have_attribute("data-step", "1")
    enter(page, "docker images")
    expect(shown).to_contain_text("CONTENT SIZE")
    enter(page, "docker rmi myprivateregistry.com/myimage:latest")
    expect(shown).to_contain_text("Untagged: myprivateregistry.com/myimage:latest")
    turn_german(page)
    with i18n.speaking("de"):
        expect(field).to_have_attribute("aria-label", _("Command line"))
    expect(shown).to_contain_text("Untagged: myprivateregistry.com/myimage:latest")
    enter(page, "undo", "docker inspect myprivateregistry.com/myimage:latest")
    expect(shown).to_contain_text('"RepoTags"')
    field.press("ArrowUp")
    expect(field).to_have_value("docker inspect myprivateregistry.com/myimage:latest")
    field.fill("")
    enter(page, "reset")
    expect(shown).not_to_contain_text("Login Succeeded")
    expect(field).to_be_focused()
    assert "s3cret" not in shown.inner_text()


def test_challenge(visit: Visit) -> None:
    """Three hints, the way they lead, solved, kept, and on to the next one."""
    page, name = visit("challenge?challenge=stale"), "stale"
    known = challenges(lesson())[name]
    expect(page.get_by_text(known.story)).to_be_visible()
    for hint in (_("A hint"), _("The rule behind it"), _("What to type now")):
        page.locator("summary", has_text=hint).click()
    expect(page.get_by_text(known.rule)).to_be_visible()
    expect(page.locator("code", has_text=known.solution[0].run).first).to_be_visible()
    for command in known.solution:
        enter(page, command.run, *command.typed)
    told = sentences()["solved"][-1].text
    expect(page.get_by_text(told.format(commands=known.par, par=known.par))).to_be_visible()
    names = list(challenges(lesson()))
    following = challenges(lesson())[names[names.index(name) + 1]]
    press(page, _("Next challenge"))
    expect(page.get_by_text(following.story)).to_be_visible()
    row = page.get_by_role("row", name=known.title)
    expect(row.get_by_role("cell", name=_("solved"), exact=True)).to_be_visible()


SEED = 7


def answer(page: Page, one: Question, wrong: bool = False) -> None:
    """Choose the right option of each part, or a wrong one, and confirm."""
    card = page.locator(".st-key-question")
    groups = card.get_by_role("radiogroup")
    for place, part in enumerate(one.parts):
        key = right(one, part)
        chosen = (key + 1) % len(part.options) if wrong else key
        groups.nth(place).locator("label").nth(chosen).click()
    press(page, _("Answer"))


def at_question(page: Page, number: int, count: int) -> None:
    said = _("Question {number} of {count}").format(number=number, count=count)
    expect(page.get_by_text(said)).to_be_visible()


def test_recall(visit: Visit) -> None:
    """A set to its end; what one was sure of and got wrong comes first in the next one, which
    goes on in German. Then cards, and one's own words."""
    page, asked = visit(f"recall?seed={SEED}"), draw(lesson(), SEED, 8)
    about = [one.objective for one in asked]
    missed = next(n for n, name in enumerate(about, 1) if about.count(name) == 1)
    for number, one in enumerate(asked, 1):
        at_question(page, number, len(asked))
        expect(page.get_by_text(one.prompt)).to_be_visible()
        if number == 1:
            press(page, _("A hint"))
            expect(page.get_by_text(one.hints[0])).to_be_visible()
        if number == missed:
            settled(page)  # the question before has left
            page.locator(f".st-key-sure-{one.id}").get_by_text(_("sure"), exact=True).click()
        answer(page, one, wrong=number == missed)
        press(page, _("Next"))
    told = _("{right} of {count} right.").format(right=len(asked) - 1, count=len(asked))
    expect(page.get_by_text(told)).to_be_visible()
    press(page, _("Another set"))
    at_question(page, 1, 8)
    query = parse_qs(urlsplit(page.url).query)
    first = one_each(lesson(), int(query["seed"][0]), query["about"][0].split("."))[0]
    assert first.objective == asked[missed - 1].objective
    expect(page.get_by_text(first.prompt)).to_be_visible()
    turn_german(page)
    with i18n.speaking("de"):
        at_question(page, 1, 8)
        german = one_each(lesson(), int(query["seed"][0]), query["about"][0].split("."))[0]
        expect(page.get_by_text(german.prompt)).to_be_visible()
        cards_and_own_words(page)


def cards_and_own_words(page: Page) -> None:
    """A card is turned and rated; what one writes is compared with a model answer."""
    known = lesson().document
    page.get_by_role("tab", name=_("Flash cards")).click()
    press(page, _("Turn it over"))
    expect(page.get_by_text(known.snapshot[0].text)).to_be_visible()
    press(page, _("I knew it"))
    number = _("Card {number} of {count}").format(number=2, count=len(known.snapshot))
    expect(page.get_by_text(number)).to_be_visible()
    page.get_by_role("tab", name=_("In your own words")).click()
    field = page.get_by_role("textbox", name=_("Your explanation"))
    press(page, _("Compare"))
    expect(page.get_by_text(_("Write something first."))).to_be_visible()
    field.fill("Because the registry asks.")
    press(page, _("Compare"))
    expect(page.get_by_text(known.moments[0].answer)).to_be_visible()
    expect(page.get_by_role("checkbox").first).to_be_visible()


# -- what is kept ---------------------------------------------------------------------------------


def introduced(page: Page) -> None:
    """The browser has the learner's name: the last that a page does."""
    page.wait_for_function(f"document.cookie.includes('{COOKIE}')")


def test_two_pages_of_one_learner(visit: Visit) -> None:
    """Both answer; both answers are kept, and the same question is counted once."""
    one = visit(f"recall?seed={SEED + 1}")
    at_question(one, 1, 8)
    introduced(one)
    other = visit(f"recall?seed={SEED + 1}")
    at_question(other, 1, 8)
    asked = draw(lesson(), SEED + 1, 8)
    for page in (one, other):
        answer(page, asked[0])
        page.get_by_role("button", name=_("Next"), exact=True).wait_for()
    press(other, _("Next"))
    at_question(other, 2, 8)
    answer(other, asked[1])
    other.get_by_role("button", name=_("Next"), exact=True).wait_for()
    one.get_by_role("link", name=_("Your progress"), exact=True).click()
    expect(one.locator("[data-testid=stMetricValue]").first).to_have_text("2")
