"""What several pages place: choices that stand in the address, tables, and runs by name."""

import re
from typing import Any

import pandas as pd
import streamlit as st

from simulator import scenario
from simulator.engines import engines
from simulator.i18n import N_, _
from simulator.lesson import Lesson
from simulator.scenario import scenarios
from simulator.trace import Trace

SOURCES = {"mock": N_("Mock registry"), "real": N_("Real registry")}


@st.cache_data(show_spinner=False, max_entries=200)
def played(name: str, engine: str) -> Trace:
    return scenario.run(name, engine)


CHOICES = {
    "source": SOURCES,
    "engine": {name: engine.title for name, engine in engines().items()},
    "scenario": {name: known.title for name, known in scenarios().items()},
}  # By name in the address: what can stand there, and its title.


def addressed() -> None:
    """The address of a new session chooses; what it names and does not exist is told.

    From then on the stage writes the address: Python would put a step back that is past.
    """
    for choice, known in CHOICES.items():
        asked = st.query_params.get(choice, "")
        if choice not in st.session_state:
            st.session_state[choice] = asked if asked in known else next(iter(known))
        if asked and asked not in known and st.session_state[choice] == next(iter(known)):
            told = _("There is no {choice} {asked}; shown is “{shown}”. Choose another below.")
            shown = _(known[st.session_state[choice]])
            st.warning(told.format(choice=choice, asked=repr(asked), shown=shown))


def head(lesson: Lesson) -> tuple[str, str, str]:
    """The title and the choices: source, engine, scenario."""
    with st.container(key="choices", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(f"{lesson.document.title} :gray-badge[{lesson.document.minutes}]", anchor=False)
        st.segmented_control(_("Source"), required=True, width="content", **choosing("source"))
        st.selectbox(_("Docker engine"), width=260, **choosing("engine"))
        if st.session_state.source == "mock":
            st.selectbox(_("What happens"), width=300, **choosing("scenario"))
    return st.session_state.source, st.session_state.engine, st.session_state.scenario


def choosing(choice: str) -> dict[str, Any]:
    known = CHOICES[choice]
    return {
        "options": list(known), "format_func": lambda name: _(known[name]), "key": choice,
        "label_visibility": "collapsed", "persist_state": "session",
    }  # fmt: skip


def plain(text: object) -> str:
    """Text for a table cell, whose Markdown must not take it for markup."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|:$~])", r"\\\1", str(text)).replace("\n", "  \n")


def table(frame: pd.DataFrame, name: str) -> None:
    """A table to read and to copy, and a file to keep."""
    st.table(frame.rename(index=plain, columns=plain).map(plain))
    st.download_button(_("Download as CSV"), frame.to_csv(), f"{name}.csv", "text/csv", key=name)
