"""The stage: one Streamlit component that is given a whole run once and steps in the browser.

A step costs a frame, not a round trip.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import Any

import streamlit as st

from simulator import assets
from simulator.decoder.asking import PATH
from simulator.views.player import packed


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component("pullscope_stage", **asdict(assets.component("stage")))


def mount(
    payload: dict[str, Any],
    key: str,
    on_place: Callable[[], None] | None = None,
    on_answer: Callable[[], None] | None = None,
    leads: bool = False,
    follows: str = "",
) -> None:
    """Show a run. `payload` is `player.payload(...)`; the same payload is never drawn again, and
    one that is `live` grows in its place. In another language it goes on at the same step.

    `on_place` is called when a learner has stayed at a step, which the address then names, and
    `on_answer` when one has answered a question: `st.session_state[key].answer` is its step and
    the text that was chosen. One that `leads` a room tells its place at once, and `follows` is the
    code of a room whose teacher's stage this one goes along with.
    """
    live = bool(payload.get("live"))
    about = {"id": payload["id"], "live": live, "language": payload["language"], "decoder": PATH}
    room = {"leads": leads, "follows": follows}
    data = about | room | {"run": packed(payload), "tells": on_place is not None}
    component()(
        key=key, data=data, on_place_change=on_place or nothing,
        on_answer_change=on_answer or nothing,
    )  # fmt: skip


def nothing() -> None:
    """For callers that do not need to know."""
