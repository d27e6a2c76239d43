"""The pages' border: whatever goes wrong in a part of a page is one sentence there."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import PATIENCE


def broken() -> None:
    import streamlit as st  # noqa: PLC0415

    from simulator.web.pages.parts import border  # noqa: PLC0415

    st.write("before")
    with border():
        raise KeyError("s3cret")
    st.write("after")


def test_an_exception_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the page is drawn, and the words of the exception are not told."""
    monkeypatch.delenv("PULLSCOPE_DEBUG", raising=False)
    test = AppTest.from_function(broken, default_timeout=PATIENCE).run()
    assert not test.exception and [one.value for one in test.markdown] == ["before", "after"]
    assert "KeyError" in test.error[0].value and "s3cret" not in test.error[0].value


def test_with_debug_it_is_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULLSCOPE_DEBUG", "1")
    assert AppTest.from_function(broken, default_timeout=PATIENCE).run().exception
