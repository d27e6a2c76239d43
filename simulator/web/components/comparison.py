"""The duet: two runs as two lanes with one scrubber, a Streamlit component of its own.

As the stage, it is given everything once and steps in the browser; its files are read as they
are.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from simulator.web.components import stage

FILES = Path(__file__).parents[2] / "assets" / "comparison"


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component(
        "pullscope_duet",
        html=(FILES / "duet.html").read_text("utf-8"),
        css=stage.text(stage.PALETTE) + (FILES / "duet.css").read_text("utf-8"),
        js=(FILES / "duet.js").read_text("utf-8"),
    )


def mount(payload: dict[str, Any], key: str) -> None:
    """Show two runs. `payload` is `lanes.staged(...)`; the same payload is never drawn again."""
    component()(key=key, data=payload)
