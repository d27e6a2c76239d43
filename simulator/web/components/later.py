"""A component without a picture: it tells when the browser has drawn the page and rests."""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from simulator import assets


@cache
def component() -> Any:
    """The component, registered once a process."""
    return st.components.v2.component("pullscope_later", js=assets.join("page/later.js"))


def mount(key: str, rests: Callable[[], None]) -> None:
    """`rests` is called once, after the browser has drawn the page above."""
    component()(key=key, on_rests_change=rests)
