"""The lesson's run as the stage is given it, and how a test comes to its questions."""

from typing import Any

from playwright.sync_api import Page, expect

from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.scenarios.play import trace as run
from simulator.views import player

LESSON = load(HOME / "pulling-from-private-registries")
RUN = player.payload(LESSON, run("works"))
STEPS, QUESTIONS = RUN["steps"], RUN["questions"]
LAST = len(STEPS)


def right(question: dict[str, Any]) -> int:
    return [option["right"] for option in question["options"]].index(True)


def ask(page: Page, question: dict[str, Any]) -> None:
    """Go to the step before the question, and on."""
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ask")).to_be_visible()
    expect(page.locator(".ask legend")).to_contain_text(question["prompt"])


def before(question: dict[str, Any], view: str = "") -> str:
    return f"?step={question['step'] - 1}" + (f"&view={view}" if view else "")
