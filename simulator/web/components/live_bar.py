"""The live bar: one Streamlit component above the stage, which listens and hands on."""

from dataclasses import asdict
from functools import cache
from typing import Any

import streamlit as st

from simulator import assets
from simulator.words.i18n import _, chosen


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component("pullscope_live", **asdict(assets.component("live")))


def before() -> str:
    """The session that this tab watched before it was reloaded, if it says so."""
    return str((st.session_state.get(KEY) or {}).get("before") or "")


KEY = "live-bar"


def mount(base: str, identity: str, host: str) -> None:
    """Listen to this session. `base` is where the live routes are; empty: at the page's."""
    watch = f"{base}/watch"
    words = {
        "on": _("Listening at {host}").format(host=host), "off": _("Connection lost, trying again"),
        "connecting": _("Connecting"), "follow": _("Follow live"), "pace": _("A step a second"),
        "save": _("Save this recording"), "done": _("done"), "failed": _("failed"),
        "going on": _("going on"), "stopped": _("stopped"),
    }  # fmt: skip
    data = {
        "id": identity,
        "asked": before(),
        "url": f"{watch}/events/{identity}?lang={chosen.get()}",
        "runs": f"{watch}/runs/{identity}",
        "language": chosen.get(),
        "recording": f"{watch}/recording/{identity}",
        "words": words,
    }
    component()(key=KEY, data=data, on_before_change=lambda: None)
