"""The same lesson stepped by plain reruns: what the stage is measured against."""

from typing import Any

import pandas as pd
import streamlit as st

from simulator.lesson import flow
from simulator.lesson.document import Lesson, lessons
from simulator.recordings.situations import trace as trace_of
from simulator.views import stage as views


@st.cache_resource
def known() -> tuple[Lesson, dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """What does not change from step to step is computed once, as it is for the stage."""
    lesson, trace = lessons()[0], trace_of("works")
    tracked, table = views.tracker(trace), views.process_table(lesson, trace)
    return lesson, views.stage(lesson, trace), tracked, table


st.set_page_config(layout="wide")
lesson, staged, tracked, table = known()
number = st.session_state.setdefault("number", 1)


def move(by: int) -> None:
    st.session_state.number = max(1, min(len(staged["steps"]), st.session_state.number + by))


step = staged["steps"][number - 1]
st.button("Next", on_click=move, args=(1,), shortcut="Right")
left, middle, right = st.columns(3)
left.code("\n".join(staged["sample"]))
left.code("\n".join(line["text"] for s in staged["steps"][:number] for line in s["terminal"]))
source = flow.dot(lesson.nodes, lesson.edges, "wide")
lit = source.replace(f'id="node-{step["node"]}"', f'id="node-{step["node"]}" color="#1d5fe0"')
middle.graphviz_chart(lit)
right.table(tracked.iloc[:, number - 1 : number + 1])
right.html(f'<h3 class="account">{step["number"]} · {step["title"]}</h3>')
st.table(table)
