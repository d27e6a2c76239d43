"""Lessons of the tests' own, in folders of their own."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from simulator.authoring.check import folder_problems
from simulator.lesson.document import FILE, Lesson
from simulator.lesson.library import HOME, find_lesson


@cache
def kept(folder: Path) -> tuple[str, ...]:
    return tuple(folder_problems(folder))


def problems(folder: Path) -> Iterator[str]:
    """Every way in which this lesson is not right. A lesson that comes with Pullscope is proven
    once a process: that takes half a minute for all of them."""
    return iter(kept(folder)) if folder.parent == HOME else folder_problems(folder)


def beside(folder: Path) -> Lesson:
    """The usual lesson as if its other files were those in this folder."""
    usual = find_lesson()
    return replace(usual, file=replace(usual.file, path=folder / FILE))
