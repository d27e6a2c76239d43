"""The stage with a run of almost 500 steps."""

import streamlit as st

from simulator import player, stage
from simulator.lesson import lessons
from tests.bench.long_run import long_run


@st.cache_resource(show_spinner=False)
def payload() -> dict[str, object]:
    return player.payload(lessons()[0], long_run())


st.set_page_config(layout="wide")
stage.mount(payload(), key="long")
