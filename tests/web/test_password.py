"""A password that is typed on the page lives for one run: no way of leaving the field keeps it."""

from collections.abc import Callable, Mapping

from playwright.sync_api import Locator, Page, expect

from tests.conftest import Open
from tests.pages import free_port, settled

WORD = "correct-horse"
Send = Callable[[Locator, Locator], object]
"""Sends the form, from its field or by its button."""


def tab_and_enter(field: Locator, button: Locator) -> None:
    field.press("Tab")
    button.press("Enter")


SENT: Mapping[str, Send] = {
    "a click": lambda field, button: button.click(),
    "Enter in the field": lambda field, button: field.press("Enter"),
    "Tab, then Enter": tab_and_enter,
}


def filled_in(page: Page, port: int) -> Locator:
    """The form for a real registry, where none listens; gives the field of the password."""
    page.get_by_text("Real registry").click()
    field = page.get_by_role("textbox", name="Password", exact=True)
    expect(field).to_have_value("")
    for label, value in (
        ("Registry", f"127.0.0.1:{port}"), ("Image", "team/app:1.0"),
        ("User name (empty: no login)", "alice"),
    ):  # fmt: skip
        page.get_by_role("textbox", name=label, exact=True).fill(value)
    return field


def type_in(page: Page, field: Locator, word: str) -> None:
    """By keys, after whatever is there."""
    field.click()
    page.keyboard.type(word)
    expect(field).to_have_value(word)


def test_however_one_leaves_the_field_it_is_empty(learner: Open) -> None:
    page = learner()
    field = filled_in(page, free_port())
    sent_in_every_way(page, field)
    left_unsent(page, field)


def sent_in_every_way(page: Page, field: Locator) -> None:
    """Each run has its own registry's port, so that its end is seen; no word follows another."""
    for number, send in enumerate(SENT.values()):
        port = free_port()
        page.get_by_role("textbox", name="Registry", exact=True).fill(f"127.0.0.1:{port}")
        type_in(page, field, f"{WORD}-{number}")
        send(field, page.get_by_role("button", name="Log in and pull"))
        expect(page.locator(".code li").first).to_have_text(f"docker login 127.0.0.1:{port}")
        expect(page.locator(f"input[value*='{WORD}']")).to_have_count(0)  # the field that was sent
        expect(field).to_have_value("")
        assert WORD not in page.content() + page.url


def left_unsent(page: Page, field: Locator) -> None:
    """Another page and the browser's way back, a reload, another source and back again."""
    type_in(page, field, WORD)
    field.press("Tab")
    page.locator(".st-key-ways").get_by_role("link", name="Try", exact=True).click()
    page.wait_for_url("**/try?*")
    assert WORD not in settled(page).content()
    page.go_back()
    page.wait_for_url("**/visual?*")
    for leave in (page.reload, lambda: another_source(page, field)):
        page.get_by_text("Real registry").click()
        expect(field).to_have_value("")
        type_in(page, field, WORD)
        leave()
    page.get_by_text("Real registry").click()
    expect(field).to_have_value("")
    assert WORD not in page.content() + page.url


def another_source(page: Page, field: Locator) -> None:
    """Left for good: two choices within one run of the script are none."""
    page.get_by_text("Mock registry").click()
    expect(field).to_have_count(0)
    settled(page)
