"""The stage: one Streamlit component that is given a whole run once and steps in the browser.

A step costs a frame, not a round trip. The files beside this one are plain HTML, CSS and
JavaScript; they are read as they are, there is no build.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

FILES = Path(__file__).parent


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component(
        "pullscope_stage",
        html=(FILES / "stage.html").read_text("utf-8"),
        css=(FILES / "stage.css").read_text("utf-8"),
        js="".join((FILES / name).read_text("utf-8") for name in ("stage.js", "live.js")),
    )


def mount(payload: dict[str, Any], key: str) -> None:
    """Show a run. `payload` is `views.stage(...)`; the same payload is never drawn again."""
    component()(key=key, data=payload)
