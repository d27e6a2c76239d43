"""From a message to the step that prints it, and from that step to its explanation."""

from playwright.sync_api import Page, expect

from simulator.decoder.asking import explain_address
from simulator.recordings.situations import trace
from tests.pages import PATIENCE
from tests.tabs import Tabs
from tests.web.watching import frames

PULL_DENIED = (
    "Error response from daemon: pull access denied for registry.example.com/acme/x, repository "
    "does not exist or may require 'docker login': denied: requested access to the resource is "
    "denied"
)


def popup(page: Page, link: str) -> Page:
    with page.expect_popup() as opening:
        page.get_by_role("link", name=link).first.click()
    opening.value.set_default_timeout(PATIENCE * 1000)
    return opening.value


def test_from_a_message_to_the_step_and_back(tabs: Tabs, address: str) -> None:
    """Follow a link with the message, open a segment, and go to the step that plays the cause. It
    alone leads back, with what it printed."""
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

    player, steps = popup(page, "See it happen"), trace("no-login").steps
    expect(player.locator(".stage")).to_have_attribute("data-step", str(len(steps)))
    explained = popup(player, "Explain this message")
    printed = "\n".join(line.text for line in steps[-1].terminal if line.kind == "error")
    expect(explained.get_by_role("textbox", name="Paste the message")).to_have_value(printed)
    player.locator('.stage [data-act="back"]').click()
    expect(player.locator(".stage .explain")).to_be_hidden()
