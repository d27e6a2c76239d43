"""The stage: watch, predict, step, break it; key moments and quiz under it, and the whole run as
tables for who has seen it."""

import streamlit as st

from simulator import player as playing
from simulator import stage, views
from simulator.i18n import N_, _, ngettext
from simulator.lesson import Lesson, Question, right_answer
from simulator.oci import InvalidReference
from simulator.pages.parts import addressed, head, played, table
from simulator.scenario import InvalidRegistry, run_real
from simulator.trace import Trace


def take_password() -> None:
    """The field is emptied as the form is sent; the password lives on for one run only."""
    st.session_state.sent_password = st.session_state.password
    st.session_state.password = ""


def real_form(engine: str) -> Trace | None:
    """Ask for a registry and an image; the run that came of it, or None yet."""
    with st.form("real", border=True):
        registry, image, user, password = st.columns(4)
        registry.text_input(_("Registry"), key="registry", placeholder="registry.example.com")
        image.text_input(_("Image"), key="image", placeholder="team/app:1.0")
        user.text_input(_("User name (empty: no login)"), key="username")
        password.text_input(_("Password"), type="password", key="password")
        sent = st.form_submit_button(_("Log in and pull"), type="primary", on_click=take_password)
        st.write(
            _(
                "The password is used for this run and then forgotten; "
                "layers are verified and deleted."
            )
        )
    if sent:
        st.session_state.pop("real_trace", None)
        run_form(engine, st.session_state.pop("sent_password", ""))
    return st.session_state.get("real_trace")


FILL_IN = {
    ("registry",): N_("Fill in the registry"),
    ("image",): N_("Fill in the image"),
    ("registry", "image"): N_("Fill in the registry and the image"),
}


def run_form(engine: str, password: str) -> None:
    fields = {name: st.session_state[name].strip() for name in ("registry", "username", "image")}
    missing = tuple(name for name in ("registry", "image") if not fields[name])
    if missing:
        example = _("for example {registry} and {image}.").format(
            registry="registry.example.com", image="team/app:1.0"
        )
        st.error(f"{_(FILL_IN[missing])}, {example}")
        return
    bar = st.progress(0.0, _("Asking the registry …"))
    held: dict[str, tuple[int, int]] = {}

    def on_progress(progress: object) -> None:
        digest, done, total = (getattr(progress, name) for name in ("digest", "done", "total"))
        held[digest] = (done, total)
        arrived, announced = (sum(column) for column in zip(*held.values(), strict=True))
        told = ngettext(
            "{count} blob: {here} of {all} MB", "{count} blobs: {here} of {all} MB", len(held)
        )
        megabytes = {"here": f"{arrived / 1e6:.1f}", "all": f"{announced / 1e6:.1f}"}
        text = told.format(count=len(held), **megabytes)
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
    with st.container(key="player"):
        stage.mount(playing.payload(lesson, trace), key="stage")


def tables(lesson: Lesson, trace: Trace) -> None:
    """All rows and variables at once. Asked for only: it tells what the stage would ask."""
    st.header(_("The whole run"), anchor="whole-run")
    if not st.toggle(_("Show all of it as tables, to the last step"), key="whole_run"):
        return
    st.subheader(_("Process table, all rows"), anchor=False)
    st.write(lesson.document.table_caption)
    table(views.process_table(lesson, trace), "process-table")
    st.subheader(_("Status tracker, all steps"), anchor=False)
    every = st.toggle(_("Every step"), key="every_step")
    frame = views.tracker(trace) if every else views.tracker_after(lesson, trace)
    table(frame, "status-tracker")


def moments(lesson: Lesson) -> None:
    st.header(_("Key moments"), anchor="key-moments")
    for moment in lesson.document.moments:
        with st.expander(moment.question):
            st.write(moment.answer)


def quiz(lesson: Lesson) -> None:
    st.header(_("Quiz"), anchor="quiz")
    questions = lesson.document.quiz
    right = [ask(lesson, place, question) for place, question in enumerate(questions)]
    if all(answer is not None for answer in right):
        told = _("{right} of {all} right.").format(right=sum(map(bool, right)), all=len(questions))
        st.write(f"**{told}**")


@st.cache_data(show_spinner=False)
def answer_key(place: int, _lesson: Lesson, _question: Question) -> int:
    return right_answer(_lesson, _question)


def ask(lesson: Lesson, place: int, question: Question) -> bool | None:
    """One question; whether the answer is right, or None while there is none."""
    with st.container(border=True):
        texts = [option.text for option in question.options]
        chosen = st.radio(f"{place + 1}. {question.prompt}", texts, index=None, key=f"quiz-{place}")
        with st.expander(_("Hint")):
            st.write(question.hint)
        if chosen is None:
            return None
        option = question.options[texts.index(chosen)]
        right = texts.index(chosen) == answer_key(place, lesson, question)
        (st.success if right else st.error)(option.feedback)
        return right


def reading(lesson: Lesson) -> None:
    st.header(_("Concept snapshot"), anchor="concept-snapshot")
    lines = [f"{place}. {line.text}" for place, line in enumerate(lesson.document.snapshot, 1)]
    st.markdown("\n".join(lines))
    st.header(_("Full transcript"), anchor="transcript")
    for paragraph in lesson.document.transcript:
        st.write(paragraph.text)


def page(lesson: Lesson) -> None:
    """The stage of the chosen run, and what the lesson says about it."""
    addressed()
    source, engine, name = head(lesson)
    trace = played(name, engine) if source == "mock" else real_form(engine)
    if trace is None:
        st.info(_("Enter a registry and an image, and step through what truly happens there."))
    else:
        player(lesson, trace)
        tables(lesson, trace)
    moments(lesson)
    quiz(lesson)
    reading(lesson)
