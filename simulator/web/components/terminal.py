"""The console: a terminal in the page shows lines and sends what is typed; the shell decides."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import Any

import streamlit as st

from simulator import assets


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component("pullscope_console", **asdict(assets.component("terminal")))


def mount(
    payload: dict[str, Any], key: str, typed: Callable[[], None], tab: Callable[[], None]
) -> None:
    """Show a terminal. `payload` is `views.console(...)`. After a line was typed, `typed` is
    called, and after the tab key `tab`, with the text in `st.session_state[key]`."""
    component()(key=key, data=payload, on_line_change=typed, on_complete_change=tab)
