"""The stage: one Streamlit component that is given a whole run once and steps in the browser.

A step costs a frame, not a round trip. The files beside this one are plain HTML, CSS and
JavaScript; they are read as they are and put one after the other, there is no build.
"""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

FILES = Path(__file__).parent
SCRIPTS = ("text.js", "flow.js", "table.js", "wire.js", "predict.js", "present.js", "share.js",
           "player.js")  # fmt: skip
"""In this order they are one module."""
STYLES = ("stage.css", "views.css")
KEPT_ONCE = 40
"""Characters from which on a text or a message that repeats is sent once."""


def text(*names: str) -> str:
    return "\n".join((FILES / name).read_text("utf-8") for name in names)


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component(
        "pullscope_stage", html=text("stage.html"), css=text(*STYLES), js=text(*SCRIPTS)
    )


def mount(payload: dict[str, Any], key: str) -> None:
    """Show a run. `payload` is `player.payload(...)`; the same payload is never drawn again."""
    component()(key=key, data=packed(payload))


def packed(payload: dict[str, Any]) -> dict[str, Any]:
    """The same with what repeats in the steps kept once, in `shared`: a long run says the same
    headers hundreds of times. A place in `shared` stands for it as `{"$": place}`."""
    steps = payload["steps"]
    counted = Counter(written for step in steps for written in parts(step))
    repeated = [written for written, count in counted.items() if count > 1]
    places = {written: place for place, written in enumerate(repeated)}
    shared = [referred(json.loads(written), places, top=True) for written in repeated]
    return payload | {"steps": [referred(s, places, top=True) for s in steps], "shared": shared}


def parts(value: Any, top: bool = True) -> Iterator[str]:
    """Everything in this value that is long enough to be kept once, written out."""
    if not top:
        written = json.dumps(value, sort_keys=True)
        if len(written) < KEPT_ONCE:
            return
        yield written
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from parts(one, top=False)


def referred(value: Any, places: dict[str, int], top: bool = False) -> Any:
    """The value with references instead of what is shared."""
    if not top and not isinstance(value, int | float | bool | None):
        place = places.get(json.dumps(value, sort_keys=True))
        if place is not None:
            return {"$": place}
    if isinstance(value, dict):
        return {name: referred(one, places) for name, one in value.items()}
    if isinstance(value, list):
        return [referred(one, places) for one in value]
    return value
