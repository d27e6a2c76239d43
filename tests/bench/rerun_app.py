"""The same lesson stepped by plain reruns: what the stage is measured against."""

from typing import Any

import pandas as pd
import streamlit as st

from simulator.authoring.diagram import dot
from simulator.lesson.document import Lesson
from simulator.lesson.library import find_lesson
from simulator.recordings.situations import trace as trace_of
from simulator.views import rows
from simulator.views.stage import stage
from simulator.views.table import Table


def frame(table: Table) -> pd.DataFrame:
    return pd.DataFrame(list(table.rows), columns=list(table.columns)).set_index(table.columns[0])


@st.cache_resource
def known() -> tuple[Lesson, dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """What does not change from step to step is computed once, as it is for the stage."""
    lesson, trace = find_lesson(), trace_of("works")
    tracked, table = rows.tracker(lesson, trace), rows.process_table(lesson, trace)
    return lesson, stage(lesson, trace), frame(tracked), frame(table)


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
source = dot(lesson, "wide")
lit = source.replace(f'id="node-{step["node"]}"', f'id="node-{step["node"]}" color="#1d5fe0"')
middle.graphviz_chart(lit)
right.table(tracked.iloc[:, number - 1 : number + 1])
right.html(f'<h3 class="account">{step["number"]} · {step["title"]}</h3>')
st.table(table)
