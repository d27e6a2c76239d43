"""The page of the decoder: paste, see who says what, find out which cause it is."""

from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from simulator.decoder.asking import explain_address
from simulator.protocol.secrets import MASK
from simulator.recordings.situations import trace
from simulator.views.address import Address
from tests.pages import PATIENCE
from tests.tabs import Tabs
from tests.web.watching import frames

BASIC = (
    'Error response from daemon: Head "https://ghcr.io/v2/a/b/manifests/1": '
    "no basic auth credentials"
)
PULL_DENIED = (
    "Error response from daemon: pull access denied for registry.example.com/acme/x, repository "
    "does not exist or may require 'docker login': denied: requested access to the resource is "
    "denied"
)
PAGE = """
from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.web.pages.decoder import page
page(load(HOME / "pulling-from-private-registries"))
"""


def opened() -> AppTest:
    return AppTest.from_string(PAGE, default_timeout=PATIENCE).run()


def pasted(text: str) -> AppTest:
    test = opened()
    test.text_area[0].input(text).run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    return " ".join(one.value for one in (*test.markdown, *test.caption, *test.warning, *test.info))


def test_the_page_masks_at_once_and_stores_nothing() -> None:
    """The secret is gone from the field, the session, the address and the page."""
    test = pasted(f"{BASIC}\ndocker login -p hunter2")
    assert f"-p {MASK}" in test.text_area[0].value
    assert "Masked 1 secret." in words(test)
    session = repr(test.session_state)
    assert "hunter2" not in repr(test) + session + repr(test.query_params)
    assert not dict(test.query_params)


def test_the_page_says_what_to_do() -> None:
    """Nothing pasted, and nothing found: one sentence each."""
    assert "Paste an error" in opened().info[0].value
    assert "not from a login" in pasted("hello world").warning[0].value


def test_an_example_is_explained() -> None:
    test = opened()
    test.selectbox[0].select_index(0).run()
    assert not test.exception
    assert test.text_area[0].value == test.selectbox[0].value
    assert "who signed" in causes_of(test)[0]


def test_a_message_in_the_address_is_filled_in_and_leaves_it() -> None:
    test = AppTest.from_string(PAGE, default_timeout=PATIENCE)
    test.query_params["message"] = BASIC
    test.run()
    assert not test.exception
    assert test.text_area[0].value == BASIC
    assert not dict(test.query_params)


def test_an_answer_narrows_the_causes() -> None:
    """The check's answer leaves the causes that fit it, and says what it means."""
    test = pasted('Error response from daemon: Get "https://registry.example.com/v2/": dial tcp: '
                  "lookup registry.example.com on 10.0.0.2:53: no such host")  # fmt: skip
    before = len(causes_of(test))
    test.text_area[1].input("192.0.2.10 registry.example.com").run()
    assert not test.exception
    assert 0 < len(causes_of(test)) < before
    assert "Your answers leave" in words(test)


def causes_of(test: AppTest) -> list[str]:
    ends = ("certain", "likely", "possible")
    return [one.label for one in test.expander if one.label.endswith(ends)]


def test_from_a_message_to_the_step(tabs: Tabs, address: str) -> None:
    """Follow a link with the message, open a segment, and go to the step that plays the cause."""
    page = tabs.new(address)
    page.goto(f"{address}/{explain_address(PULL_DENIED)}")
    expect(page.get_by_role("textbox", name="Paste the message")).to_have_value(PULL_DENIED)
    segment = page.locator(".anatomy details").first
    segment.locator("summary").click()
    expect(segment.get_by_text("the engine is running")).to_be_visible()
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        frames(page, 3)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "message=" not in page.url
    with page.expect_popup() as opening:
        page.get_by_role("link", name="See it happen").first.click()
    player = opening.value
    player.set_default_timeout(PATIENCE * 1000)
    player.wait_for_selector(".stage[data-step]")
    step = len(trace("no-login").steps)
    expect(player.locator(".stage")).to_have_attribute("data-step", str(step))


def test_a_failed_step_on_the_stage_leads_to_its_explanation(tabs: Tabs, address: str) -> None:
    """The link is at the step that fails alone, with what that step printed."""
    page = tabs.new(address)
    steps = trace("no-login").steps
    page.goto(f"{address}/?{Address('no-login', '29', len(steps)).query}")
    page.wait_for_selector(f'.stage[data-step="{len(steps)}"]')
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Explain this message").first.click()
    opened = opening.value
    opened.set_default_timeout(PATIENCE * 1000)
    printed = "\n".join(line.text for line in steps[-1].terminal if line.kind == "error")
    expect(opened.get_by_role("textbox", name="Paste the message")).to_have_value(printed)
    page.locator('.stage [data-act="back"]').click()
    expect(page.locator(".stage .explain")).to_be_hidden()
