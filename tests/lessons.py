"""Lessons of the tests' own, in folders of their own."""

from dataclasses import replace
from pathlib import Path

from simulator.lesson.document import FILE, Lesson
from simulator.lesson.library import find_lesson


def beside(folder: Path) -> Lesson:
    """The usual lesson as if its other files were those in this folder."""
    usual = find_lesson()
    return replace(usual, file=replace(usual.file, path=folder / FILE))
