"""Pullscope in the browser: `streamlit run app.py`. Only placing: what is shown is computed in
`simulator`, and the stage steps in the browser."""

import gc
import re
from typing import Any

import pandas as pd
import streamlit as st

from simulator import scenario, stage, views
from simulator.engines import engines
from simulator.lesson import InvalidLesson, Lesson, Question, lessons, problems, right_answer
from simulator.oci import InvalidReference
from simulator.scenario import InvalidRegistry, run_real, scenarios
from simulator.trace import Trace

SOURCES = {"mock": "Mock registry", "real": "Real registry"}
STYLE = """<style>
.block-container { padding: 1.1rem 1.6rem 3rem; max-width: 92rem; }
header[data-testid="stHeader"] { height: 0; min-height: 0; }
h1 { font-size: 1.55rem !important; padding: 0.3rem 0 0 !important; }
h2 { font-size: 1.25rem !important; padding-top: 1.6rem !important; }
[data-testid="stVerticalBlock"] { gap: 0.7rem; }
@media (max-width: 640px) { .block-container { padding: 0.8rem 0.7rem 2rem; } }
</style>"""


@st.cache_resource(show_spinner=False)
def proven() -> Lesson:
    """The lesson, proven against the machine. Raises InvalidLesson.

    Streamlit collects all garbage after each script run; what is loaded by now is set aside
    for good, so that a run does not pay for walking it.
    """
    lesson = lessons()[0]
    found = problems(lesson)
    if found:
        raise InvalidLesson(found[0])
    gc.collect()
    gc.freeze()
    return lesson


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
            shown = known[st.session_state[choice]]
            st.warning(f"There is no {choice} {asked!r}; shown is “{shown}”. Choose another below.")


def head(lesson: Lesson) -> tuple[str, str, str]:
    """The title and the choices: source, engine, scenario."""
    left, source, engine, situation = st.columns([4, 2.4, 2.6, 3], vertical_alignment="center")
    left.title(f"{lesson.document.title} :gray-badge[{lesson.document.minutes}]", anchor=False)
    source.segmented_control("Source", required=True, **choosing("source"))
    engine.selectbox("Docker engine", **choosing("engine"))
    if st.session_state.source == "mock":
        situation.selectbox("What happens", **choosing("scenario"))
    return st.session_state.source, st.session_state.engine, st.session_state.scenario


def choosing(choice: str) -> dict[str, Any]:
    known = CHOICES[choice]
    return {
        "options": list(known), "format_func": known.__getitem__, "key": choice,
        "label_visibility": "collapsed", "persist_state": "session",
    }  # fmt: skip


def take_password() -> None:
    """The field is emptied as the form is sent; the password lives on for one run only."""
    st.session_state.sent_password = st.session_state.password
    st.session_state.password = ""


def real_form(engine: str) -> Trace | None:
    """Ask for a registry and an image; the run that came of it, or None yet."""
    with st.form("real", border=True):
        registry, image, user, password = st.columns(4)
        registry.text_input("Registry", key="registry", placeholder="registry.example.com")
        image.text_input("Image", key="image", placeholder="team/app:1.0")
        user.text_input("User name (empty: no login)", key="username")
        password.text_input("Password", type="password", key="password")
        sent = st.form_submit_button("Log in and pull", type="primary", on_click=take_password)
        st.caption(
            "The password is used for this run and then forgotten; layers are verified and deleted."
        )
    if sent:
        st.session_state.pop("real_trace", None)
        run_form(engine, st.session_state.pop("sent_password", ""))
    return st.session_state.get("real_trace")


def run_form(engine: str, password: str) -> None:
    fields = {name: st.session_state[name].strip() for name in ("registry", "username", "image")}
    missing = [name for name in ("registry", "image") if not fields[name]]
    if missing:
        st.error(
            f"Fill in the {' and the '.join(missing)}, for example registry.example.com "
            "and team/app:1.0."
        )
        return
    bar = st.progress(0.0, "Asking the registry …")
    held: dict[str, tuple[int, int]] = {}

    def on_progress(progress: object) -> None:
        digest, done, total = (getattr(progress, name) for name in ("digest", "done", "total"))
        held[digest] = (done, total)
        arrived, announced = (sum(column) for column in zip(*held.values(), strict=True))
        text = f"{len(held)} blobs: {arrived / 1e6:.1f} of {announced / 1e6:.1f} MB"
        bar.progress(min(1.0, arrived / announced) if announced else 0.0, text)

    try:
        st.session_state.real_trace = run_real(
            **fields, password=password, on_progress=on_progress, engine=engine
        )
    except (InvalidReference, InvalidRegistry) as error:
        st.error(str(error))
    finally:
        bar.empty()


@st.fragment
def player(lesson: Lesson, trace: Trace) -> None:
    stage.mount(views.stage(lesson, trace), key="stage")


def plain(text: object) -> str:
    """Text for a table cell, whose Markdown must not take it for markup."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|:$~])", r"\\\1", str(text)).replace("\n", "  \n")


def table(frame: pd.DataFrame, name: str) -> None:
    """A table to read and to copy, and a file to keep."""
    st.table(frame.rename(index=plain, columns=plain).map(plain))
    st.download_button("Download as CSV", frame.to_csv(), f"{name}.csv", "text/csv", key=name)


def tables(lesson: Lesson, trace: Trace) -> None:
    st.header("Process table", anchor="process-table")
    st.write(lesson.document.table_caption)
    table(views.process_table(lesson, trace), "process-table")
    st.header("Status tracker", anchor="status-tracker")
    every = st.toggle("Every step", key="every_step")
    frame = views.tracker(trace) if every else views.tracker_after(lesson, trace)
    table(frame, "status-tracker")


def moments(lesson: Lesson) -> None:
    st.header("Key moments", anchor="key-moments")
    for moment in lesson.document.moments:
        with st.expander(moment.question):
            st.write(moment.answer)


def quiz(lesson: Lesson) -> None:
    st.header("Quiz", anchor="quiz")
    questions = lesson.document.quiz
    right = [ask(lesson, place, question) for place, question in enumerate(questions)]
    if all(answer is not None for answer in right):
        st.write(f"**{sum(map(bool, right))} of {len(questions)} right.**")


@st.cache_data(show_spinner=False)
def answer_key(place: int, _lesson: Lesson, _question: Question) -> int:
    return right_answer(_lesson, _question)


def ask(lesson: Lesson, place: int, question: Question) -> bool | None:
    """One question; whether the answer is right, or None while there is none."""
    with st.container(border=True):
        texts = [option.text for option in question.options]
        chosen = st.radio(f"{place + 1}. {question.prompt}", texts, index=None, key=f"quiz-{place}")
        with st.expander("Hint"):
            st.write(question.hint)
        if chosen is None:
            return None
        option = question.options[texts.index(chosen)]
        right = texts.index(chosen) == answer_key(place, lesson, question)
        (st.success if right else st.error)(option.feedback)
        return right


def reading(lesson: Lesson) -> None:
    st.header("Concept snapshot", anchor="concept-snapshot")
    lines = [f"{place}. {line.text}" for place, line in enumerate(lesson.document.snapshot, 1)]
    st.markdown("\n".join(lines))
    st.header("Full transcript", anchor="transcript")
    for paragraph in lesson.document.transcript:
        st.write(paragraph.text)


def page() -> None:
    st.set_page_config(
        "Pullscope", stage.FILES / "icon.svg", layout="wide", initial_sidebar_state="collapsed"
    )
    st.html(STYLE)
    try:
        lesson = proven()
    except InvalidLesson as error:
        st.error(f"The lesson does not load. {error}")
        return
    addressed()
    source, engine, name = head(lesson)
    trace = played(name, engine) if source == "mock" else real_form(engine)
    if trace is None:
        st.info("Enter a registry and an image, and step through what truly happens there.")
    else:
        player(lesson, trace)
        tables(lesson, trace)
    moments(lesson)
    quiz(lesson)
    reading(lesson)


page()
