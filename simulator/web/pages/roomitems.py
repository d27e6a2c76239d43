"""The teacher picks what the room asks next."""

from collections.abc import Callable, Mapping

import streamlit as st

from simulator.docker.engines import engines
from simulator.lesson.document import Lesson
from simulator.lesson.library import entries
from simulator.room import sources
from simulator.room.item import Item
from simulator.room.words import letter
from simulator.scenarios.model import scenarios
from simulator.web.pages.parts import code, fragment
from simulator.words import i18n
from simulator.words.i18n import N_, _

SOURCES: Mapping[str, str] = {
    "quiz": N_("Quiz of the lesson"),
    "made": N_("Made from runs, as in Recall"),
    "run": N_("A prediction on a run"),
}
SEEDS = 10_000


@st.cache_resource(max_entries=50, show_spinner=False)
def quiz(lesson: str, language: str) -> tuple[Item, ...]:
    return sources.quiz(lesson)


@st.cache_resource(max_entries=50, show_spinner=False)
def made(lesson: str, seed: int, language: str) -> tuple[Item, ...]:
    return sources.made(lesson, seed)


@st.cache_resource(max_entries=50, show_spinner=False)
def predicted(lesson: str, scenario: str, engine: str, language: str) -> tuple[Item, ...]:
    return sources.predicted(lesson, scenario, engine)


@fragment
def picker(lesson: Lesson, ask: Callable[[Item], None]) -> None:
    """Source, lesson and question, and a button that asks it."""
    st.subheader(_("Next question"), anchor=False)
    titles = {one.id: one.card.title for one in entries() if one.card}
    with st.container(horizontal=True):
        source = st.selectbox(_("From"), list(SOURCES), key="room_source", width=260,
                              format_func=lambda one: _(SOURCES[one]))  # fmt: skip
        start = list(titles).index(lesson.id) if lesson.id in titles else 0
        name = st.selectbox(_("Lesson"), list(titles), start, key="room_lesson", width=320,
                            format_func=titles.__getitem__)  # fmt: skip
        items = of_source(source, name)
    if not items:
        st.info(_("There is no such question here. Choose another lesson or situation."))
        return
    place = st.selectbox(
        _("Question"), range(len(items)), key=f"room_item_{source}_{name}",
        format_func=lambda one: f"{one + 1}. {prompt(items[one])}",
    )  # fmt: skip
    chosen = items[place if place is not None and place < len(items) else 0]
    preview(chosen)
    if st.button(_("Ask it"), type="primary", key="room-ask"):
        ask(chosen)


def of_source(source: str, lesson: str) -> tuple[Item, ...]:
    """With the further choices that the source has."""
    language = i18n.chosen.get()
    if source == "quiz":
        return quiz(lesson, language)
    if source == "made":
        seed = st.number_input(_("Set"), 1, SEEDS, 1, key="room_seed", width=140)
        with st.spinner(_("Making the questions …")):
            return made(lesson, int(seed), language)
    known = scenarios()
    scenario = st.selectbox(
        _("Situation"), list(known), key="room_scenario", width=300,
        format_func=lambda one: known[one].title,
    )  # fmt: skip
    engine = st.selectbox(_("Docker engine"), list(engines()), key="room_engine", width=180)
    return predicted(lesson, scenario, engine, language)


def prompt(item: Item) -> str:
    return item.in_language(i18n.chosen.get()).prompt


def preview(item: Item) -> None:
    """What the class will see."""
    words = item.in_language(i18n.chosen.get())
    with st.container(border=True):
        st.write(words.situation)
        if words.code:
            code(words.code)
        st.markdown("\n".join(f"- **{letter(p)}** {one}" for p, one in enumerate(words.options)))
