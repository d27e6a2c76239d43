"""The console: a terminal in the page. It shows lines and sends what is typed; the shell decides.

Like the stage it is plain HTML, CSS and JavaScript, read as they are.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from simulator.web.components import stage

FILES = Path(__file__).parents[2] / "assets" / "terminal"


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component(
        "pullscope_console",
        html=(FILES / "console.html").read_text("utf-8"),
        css=stage.text(stage.PALETTE) + (FILES / "console.css").read_text("utf-8"),
        js=(FILES / "console.js").read_text("utf-8"),
    )


def mount(
    payload: dict[str, Any], key: str, typed: Callable[[], None], tab: Callable[[], None]
) -> None:
    """Show a terminal. `payload` is `views.console(...)`. After a line was typed, `typed` is
    called, and after the tab key `tab`, with the text in `st.session_state[key]`."""
    component()(key=key, data=payload, on_line_change=typed, on_complete_change=tab)
