"""The user who is signed in: progress goes with the account, else with the browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from simulator.progress.names import account
from simulator.progress.store import VARIABLE, Store
from tests.pages import PATIENCE


def who() -> None:
    import streamlit as st  # noqa: PLC0415

    from simulator.progress.records import Solution  # noqa: PLC0415
    from simulator.web.pages.learner import keep, learner, now  # noqa: PLC0415

    st.text(learner())
    keep(Solution(key="signed-in", at=now(), challenge="stale", commands=2))


def test_a_signed_in_user_is_the_learner() -> None:
    """Where the host has a login, progress goes with the account, whatever the browser."""
    told = []
    for _browser in range(2):
        test = AppTest.from_function(who, default_timeout=PATIENCE)
        test.user = {"is_logged_in": True, "iss": "https://login.example", "sub": "ada"}
        told.append(test.run().text[0].value)
        assert not test.exception
    assert told[0] == told[1] == account("https://login.example", "ada")
    other = AppTest.from_function(who, default_timeout=PATIENCE)
    other.user = {"is_logged_in": True, "iss": "https://login.example", "sub": "bob"}
    assert other.run().text[0].value != told[0]


def test_who_is_not_signed_in_is_anonymous() -> None:
    """Each new browser is a learner of its own."""
    seen = set()
    for _browser in range(2):
        test = AppTest.from_function(who, default_timeout=PATIENCE)
        test.user = {"is_logged_in": False}
        seen.add(test.run().text[0].value)
    assert len(seen) == 2


def test_what_was_kept_is_the_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record lies under the account's name in the database."""
    from simulator.web.pages import learner  # noqa: PLC0415

    url = f"sqlite:///{tmp_path / 'progress.db'}"
    monkeypatch.setenv(VARIABLE, url)
    learner.keeper.clear()
    test = AppTest.from_function(who, default_timeout=PATIENCE)
    test.user = {"is_logged_in": True, "iss": "https://login.example", "sub": "ada"}
    assert not test.run().exception
    learner.keeper.clear()
    kept = Store(url)
    known = kept.progress(account("https://login.example", "ada"))
    kept.close()
    assert [one.key for one in known.solutions] == ["signed-in"]
