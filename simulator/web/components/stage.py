"""The stage: one Streamlit component that is given a whole run once and steps in the browser.

A step costs a frame, not a round trip. The files beside this one are plain HTML, CSS and
JavaScript; they are read as they are and put one after the other, there is no build.
"""

import gzip
import json
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

FILES = Path(__file__).parents[2] / "assets" / "stage"
SCRIPTS = ("text.js", "flow.js", "table.js", "wire.js", "predict.js", "present.js", "share.js",
           "player.js", "live.js")  # fmt: skip
"""In this order they are one module."""
PALETTE = "palette.css"
"""The colours, for the other components too."""
STYLES = (PALETTE, "stage.css", "views.css")


def text(*names: str) -> str:
    return "\n".join((FILES / name).read_text("utf-8") for name in names)


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component(
        "pullscope_stage", html=text("stage.html"), css=text(*STYLES), js=text(*SCRIPTS)
    )


def mount(payload: dict[str, Any], key: str) -> None:
    """Show a run. `payload` is `player.payload(...)`; the same payload is never drawn again, and
    one that is `live` grows where it stands. In another language it goes on at the same step."""
    live = bool(payload.get("live"))
    about = {"id": payload["id"], "live": live, "language": payload["language"]}
    component()(key=key, data=about | {"run": packed(payload)})


def packed(payload: dict[str, Any]) -> str:
    """The payload as JSON, gzip and base64: a long run says the same headers hundreds of times.
    Streamlit sends it as it is, and the browser unpacks it."""
    return b64encode(gzip.compress(json.dumps(payload).encode(), mtime=0)).decode()


def unpacked(text: str) -> dict[str, Any]:
    """What was packed, as the browser has it."""
    return dict(json.loads(gzip.decompress(b64decode(text))))
