"""A new lesson: a folder with a small one in it, which is proven without a change."""

import re
from pathlib import Path

from simulator.authoring.check import build_folder
from simulator.lesson.document import FILE

TEMPLATE = Path(__file__).with_name("new.yaml")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CannotCreate(ValueError):
    """The folder of a new lesson cannot be made; the message says why, and what to do."""


def create(folder: Path) -> Path:
    """Write a lesson of two boxes and one situation into this new folder; the lesson's file.

    Raises CannotCreate.
    """
    if not NAME.fullmatch(folder.name):
        raise CannotCreate(
            f"{folder.name!r} cannot be the id of a lesson: use lower case letters, digits and "
            "hyphens, for example my-lesson"
        )
    if folder.exists():
        raise CannotCreate(f"{folder} exists: choose another name")
    try:
        folder.mkdir(parents=True)
        text = TEMPLATE.read_text("utf-8")
        title = folder.name.replace("-", " ").capitalize()
        (folder / FILE).write_text(text.format(title=title), "utf-8")
    except OSError as error:
        raise CannotCreate(f"{folder} cannot be written: {error.strerror}") from None
    build_folder(folder)
    return folder / FILE
