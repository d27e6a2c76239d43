"""The README's pictures, taken from the app as it is.

    python -m tests.pictures

Writes `docs/stage.png`, `docs/stage-dark.png`, `docs/present.png` and `docs/run.webp`, a whole run
with one question.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from simulator.lesson.library import find_lesson
from simulator.scenarios.play import trace as run
from simulator.views import player
from tests.pages import ROOT, STAGE, app, chromium, opened

DOCS = ROOT / "docs"
READING = 1500
"""Milliseconds that a picture of the run stays."""
WIDTH = 1000
QUESTION = 11
"""The step that is asked for in the run."""


@contextmanager
def page(
    browser: Browser, url: str, theme: str, size: tuple[int, int], scale: float, asked: bool = False
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    context.add_init_script(remembering({"questions": asked}))
    yield opened(context.new_page(), url)
    context.close()


def remembering(kept: dict[str, object]) -> str:
    """A script that fills the local storage of a page before its own run, once."""
    return f"""try {{
      for (const [name, value] of Object.entries({json.dumps(kept)}))
        localStorage[`pullscope.${{name}}`] ??= JSON.stringify(value);
    }} catch {{ /* a frame that may not remember */ }}"""


def still(shown: Page, name: str) -> None:
    shown.wait_for_timeout(800)
    shown.screenshot(path=DOCS / name)


def predicted(shown: Page) -> None:
    """The question before the step, answered wrongly, and the answer."""
    shown.keyboard.press("ArrowRight")
    shown.keyboard.press("4")


def frames(shown: Page, last: int) -> Iterator[Image.Image]:
    """Each step up to the last; at one of them the question, the choice and the answer."""
    box = shown.locator(".controls").bounding_box()
    assert box
    clip = {"x": 0, "y": 48, "width": 1366, "height": box["y"] + box["height"] - 36}

    def taken() -> Image.Image:
        shown.wait_for_timeout(120)
        data = shown.screenshot(clip=clip)  # type: ignore[arg-type]
        image = Image.open(io.BytesIO(data)).convert("RGB")
        height = round(image.height * WIDTH / image.width)
        return image.resize((WIDTH, height), Image.Resampling.LANCZOS)

    questions = {question["step"]: question["options"] for question in asked_in_the_run()}
    number = 1
    while number < last:
        yield taken()
        shown.keyboard.press("ArrowRight")
        if shown.locator(".ask").is_visible():
            right = [option["right"] for option in questions[number + 1]].index(True)
            if number + 1 == QUESTION:
                yield taken()
            shown.keyboard.press("4" if number + 1 == QUESTION else str(right + 1))
            if number + 1 == QUESTION:
                yield taken()
            shown.keyboard.press("Enter")
        shown.locator(".account").click()
        number += 1
        shown.wait_for_selector(f".stage[data-step='{number}']")
    yield taken()


def asked_in_the_run() -> list[dict[str, Any]]:
    return list(player.payload(find_lesson(), run("works"))["questions"])


def film(browser: Browser, url: str) -> None:
    with page(browser, f"{url}/{STAGE}", "light", (1366, 768), 1, asked=True) as shown:
        last = int(shown.get_by_role("slider", name="Step").get_attribute("max") or 1)
        first, *rest = frames(shown, last)
    first.save(
        DOCS / "run.webp", save_all=True, append_images=rest, duration=READING, loop=0,
        quality=70, method=6,
    )  # fmt: skip


def main() -> None:
    with app() as url, chromium() as browser:
        with page(browser, f"{url}/{STAGE}?step=14", "light", (1366, 768), 1.5) as shown:
            still(shown, "stage.png")
        before = f"{url}/{STAGE}?step={QUESTION - 1}"
        with page(browser, before, "dark", (1366, 768), 1.5, asked=True) as shown:
            predicted(shown)
            shown.keyboard.press("Enter")
            still(shown, "stage-dark.png")
        with page(browser, f"{before}&view=present", "light", (1280, 720), 1, True) as shown:
            shown.keyboard.press("PageDown")
            still(shown, "present.png")
        film(browser, url)
    for name in ("stage.png", "stage-dark.png", "present.png", "run.webp"):
        print(f"docs/{name}: {(DOCS / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
