"""The nine ways to learn, each to its end, as a learner goes it; and nothing confirmed is lost."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.lesson.challenges import challenges
from simulator.lesson.chapters import chain, chapters, screen
from simulator.lesson.checklist import ITEMS
from simulator.lesson.claims import right_answer
from simulator.lesson.document import Lesson
from simulator.lesson.feedback import sentences
from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.progress.store import VARIABLE
from simulator.questions import Question, draw, one_each, right
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import running
from simulator.web.pages.learner import COOKIE
from simulator.words import i18n
from simulator.words.i18n import _
from tests.pages import PATIENCE, free_port, settled, started
from tests.tabs import Tabs

FOLDER = HOME / "pulling-from-private-registries"
USERS = {"alice": User("correct-horse", ("*",))}
Visit = Callable[[str], Page]


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """English, or as the test asks for; it reads the page's words as the page does."""
    chosen = getattr(request, "param", "en")
    with i18n.speaking(chosen):
        yield chosen


IN_EACH_LANGUAGE = pytest.mark.parametrize("language", list(i18n.LANGUAGES), indirect=True)
"""Three of the ways, which have every kind of widget; the words are checked in tests/words."""


@pytest.fixture
def visit(tabs: Tabs, address: str, language: str) -> Visit:
    """Opens pages of one learner, who is new."""
    first = tabs.new(address, height=900)

    def opened(path: str) -> Page:
        free = first.url.endswith("/health") and not first.is_closed()
        page = first if free else first.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{address}/{path}{'&' if '?' in path else '?'}lang={language}")
        page.wait_for_selector("h1")
        return page

    return opened


def lesson() -> Lesson:
    """In the language that is spoken."""
    return load(FOLDER)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


# -- the nine -----------------------------------------------------------------------------------


@IN_EACH_LANGUAGE
def test_learn(visit: Visit) -> None:
    """Five screens, one prediction, and then the stage at step 1."""
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


@pytest.mark.parametrize("way", ["why", "deep"])
def test_why_and_deep(visit: Visit, way: str) -> None:
    """Every section of the contents is there, and its texts are in the run."""
    page, sections = visit(way), getattr(chapters(lesson()), way)
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


def test_a_changed_bit_breaks_one_link(visit: Visit) -> None:
    """The digest chain is hashed anew: a changed bit shows at its link, and at no other."""
    page = visit("deep")
    links = chain(next(part.chain for part in chapters(lesson()).deep if part.chain))
    broken = page.get_by_role("cell", name=_("✗ not as promised"))
    expect(page.get_by_role("cell", name=_("✓ as promised"))).to_have_count(len(links))
    expect(broken).to_have_count(0)
    choices = page.get_by_role("radiogroup", name=_("Change one bit of"))
    choices.get_by_text(links[-1].what, exact=True).click()
    expect(broken).to_have_count(1)


def test_visual(visit: Visit) -> None:
    """Stepped to the end, by keyboard."""
    page = visit("visual")
    page.wait_for_selector(".stage[data-step='1']")
    page.locator(".account h3").click()
    page.keyboard.press("End")
    expect(page.locator(".terminal")).to_contain_text("Status: Downloaded newer image")


def enter(page: Page, *lines: str) -> None:
    """Typed into the terminal, each once the one before was taken."""
    field = page.locator(".console input")
    for line in lines:
        field.fill(line)
        field.press("Enter")
        expect(page.locator(".console")).not_to_have_attribute("aria-busy", "true")


@IN_EACH_LANGUAGE
def test_try(visit: Visit) -> None:
    """A typo, a login, a pull, a look, taken back; by keyboard alone, and every step to see."""
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


def test_project(visit: Visit) -> None:
    """Your own registry is asked, and its answers decide every item."""
    page = visit("project")
    with running(Registry(Auth.BEARER, repositories=repositories(), users=USERS)) as served:
        for label, value in (
            (_("Registry"), served.host), (_("Image"), "team/app:1.0"), (_("User name"), "alice"),
            (_("Password"), "correct-horse"),
        ):  # fmt: skip
            page.get_by_role("textbox", name=label, exact=True).fill(value)
        press(page, _("Ask the registry"))
        for item in ITEMS:
            verdict = page.locator("summary", has_text=_(item.title))
            expect(verdict).to_contain_text(f"{_(item.title)}: {_('true')}")
    expect(page.get_by_text("Bearer").last).to_be_visible()
    assert "correct-horse" not in page.content() + page.url


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


@IN_EACH_LANGUAGE
def test_recall(visit: Visit) -> None:
    """A set to its end; what one was sure of and got wrong comes first in the next one."""
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


def test_cards_and_own_words(visit: Visit) -> None:
    """A card is turned and rated; what one writes is compared with a model answer."""
    page, known = visit("recall"), lesson().document
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


def test_perf(visit: Visit) -> None:
    """A timeline of the mock registry, of a recording, and of what was really pulled."""
    page = visit("visual?source=real")
    with running(Registry(Auth.BEARER, repositories=repositories(), users=USERS)) as served:
        for label, value in (
            (_("Registry"), served.host), (_("Image"), "team/app:1.0"),
            (_("User name (empty: no login)"), "alice"), (_("Password"), "correct-horse"),
        ):  # fmt: skip
            page.get_by_role("textbox", name=label, exact=True).fill(value)
        press(page, _("Log in and pull"))
        page.wait_for_selector(".stage[data-step]")
    press(page, _("More"))
    page.get_by_role("link", name=_("Speed"), exact=True).click()
    for source in (_("Mock registry"), _("Recording"), _("Real registry")):
        page.get_by_role("radio", name=source, exact=True).click()
        expect(page.get_by_role("radio", name=source, exact=True)).to_be_checked()
        expect(
            page.locator("[data-testid=stVegaLiteChart] canvas, .vega-embed svg")
        ).to_be_visible()
    expect(page.get_by_role("combobox", name=_("Link"))).to_have_value(_("As it was: measured"))
    expect(page.get_by_role("textbox", name=_("Your real run"))).to_have_value(
        f"docker pull {served.host}/team/app:1.0"
    )


# -- what is kept ---------------------------------------------------------------------------------


def test_one_goes_on_where_one_was(visit: Visit) -> None:
    """The place is kept, and what was answered; files are made as they are asked for."""
    page = visit("learn?screen=4")
    expect(page.get_by_role("heading", name=chapters(lesson()).learn[3].title)).to_be_visible()
    page.wait_for_function("document.cookie.includes('pullscope_learner')")
    settled(page)  # the script has kept the place
    page.close()
    page = visit("")
    going_on = _("Continue where you were: {page}").format(page=_("Learn"))
    page.get_by_role("link", name=going_on).click()
    expect(page.get_by_role("heading", name=chapters(lesson()).learn[3].title)).to_be_visible()
    page.get_by_role("link", name=_("Your progress"), exact=True).click()
    for name, suffix in (
        (_("Download the questions"), ".txt"), (_("Export"), ".json"),
        (_("One HTML file, which steps offline"), ".html"),
        (_("Markdown, to read and to print"), ".md"),
    ):  # fmt: skip
        with page.expect_download() as download:
            press(page, name)
        assert download.value.suggested_filename.endswith(suffix)
        assert Path(download.value.path()).stat().st_size > 100


def test_a_killed_server_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    """SIGKILL as soon as the verdict is shown; after a restart and a reload the answer and the
    solved challenge are there, and the set goes on behind it."""
    url, port = f"sqlite:///{tmp_path / 'progress.db'}", free_port()
    server = started(port, **{VARIABLE: url})
    try:
        page, asked = browser.new_page(), draw(lesson(), SEED, 8)
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"http://localhost:{port}/recall?seed={SEED}&lang=en")
        at_question(page, 1, 8)
        answer(page, asked[0])
        page.get_by_role("button", name=_("Next")).wait_for()
        server.send_signal(signal.SIGKILL)
        server.wait()
        server = started(port, **{VARIABLE: url})
        page.reload()
        at_question(page, 2, 8)

        known = challenges(lesson())["forgotten-host"]
        page.goto(f"http://localhost:{port}/challenge?challenge=forgotten-host&lang=en")
        page.wait_for_selector(".console input")
        for command in known.solution:
            enter(page, command.run, *command.typed)
        page.get_by_role("button", name=_("Next challenge")).wait_for()
        server.send_signal(signal.SIGKILL)
        server.wait()
        server = started(port, **{VARIABLE: url})
        page.goto(f"http://localhost:{port}/progress?lang=en")
        row = page.get_by_role("row", name=known.title)
        expect(row.get_by_role("cell", name=_("solved"), exact=True)).to_be_visible()
        expect(page.locator("[data-testid=stMetricValue]").first).to_have_text("1")
        page.close()
    finally:
        server.kill()
        server.wait()


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
