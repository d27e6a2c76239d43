"""The stage with a run of almost 500 steps."""

import streamlit as st

from simulator.lesson.library import find_lesson
from simulator.views import player
from simulator.web.components import stage
from tests.bench.long_run import long_run


@st.cache_resource(show_spinner=False)
def payload() -> dict[str, object]:
    return player.payload(find_lesson(), long_run())


st.set_page_config(layout="wide")
stage.mount(payload(), key="long")
