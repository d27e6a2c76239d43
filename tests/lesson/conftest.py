"""Lessons that come with Pullscope are proven once for all the tests here."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from simulator.authoring.check import folder_problems
from simulator.cli import authoring
from simulator.lesson.library import HOME


@cache
def kept(folder: Path) -> tuple[str, ...]:
    return tuple(folder_problems(folder))


def problems(folder: Path) -> Iterator[str]:
    return iter(kept(folder)) if folder.parent == HOME else folder_problems(folder)


@pytest.fixture(autouse=True)
def proven_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pullscope check` of all lessons proves those anew that a test has written, and no others;
    tests/cli has the command as it is."""
    monkeypatch.setattr(authoring, "folder_problems", problems)
