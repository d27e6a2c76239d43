"""The same lesson stepped by plain reruns: what the stage is measured against."""

import streamlit as st

from simulator import flow, scenario, views
from simulator.lesson import lessons

st.set_page_config(layout="wide")
lesson = lessons()[0]
staged = views.stage(lesson, scenario.run("works"))
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
right.table(views.tracker(scenario.run("works"), number).iloc[:, -2:])
right.html(f'<h3 class="account">{step["number"]} · {step["title"]}</h3>')
st.table(views.process_table(lesson, scenario.run("works")))
