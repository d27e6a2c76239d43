"""Lessons that come with Pullscope are proven once for all the tests here."""

import pytest

from simulator.cli import authoring
from tests.lessons import problems


@pytest.fixture(autouse=True)
def proven_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pullscope check` of all lessons proves those anew that a test has written, and no others."""
    monkeypatch.setattr(authoring, "folder_problems", problems)
