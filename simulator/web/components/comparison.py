"""The duet: two runs as two lanes with one scrubber, a Streamlit component of its own.

As the stage, it is given everything once and steps in the browser.
"""

from dataclasses import asdict
from functools import cache
from typing import Any

import streamlit as st

from simulator import assets


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component("pullscope_duet", **asdict(assets.component("comparison")))


def mount(payload: dict[str, Any], key: str) -> None:
    """Show two runs. `payload` is `lanes.staged(...)`; the same payload is never drawn again."""
    component()(key=key, data=payload)
