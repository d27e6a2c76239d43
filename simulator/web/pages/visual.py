"""The stage: watch, predict, step, break it; key moments and quiz under it, and the whole run as
tables for who has seen it."""

import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.lesson.document import Lesson
from simulator.progress.records import Answer
from simulator.protocol.reference import InvalidReference
from simulator.recordings.document import InvalidRecording, engine_of, parsed
from simulator.recordings.replayed import Replayed, diff, replayed
from simulator.recordings.situations import trace as played
from simulator.scenarios.real_run import InvalidRegistry, run_real
from simulator.views import player as playing
from simulator.views import rows
from simulator.web.components import later, stage
from simulator.web.pages import roomstage
from simulator.web.pages.compare import invitation
from simulator.web.pages.learner import PREDICTION, arrived, keep, learner, now, shows
from simulator.web.pages.parts import (
    addressed,
    choices,
    code,
    explain,
    fragment,
    head,
    password_key,
    replayed_by_name,
    say,
    situations,
    table,
    take_password,
    veiled,
)
from simulator.web.pages.question import ask
from simulator.web.pages.situations import chooser
from simulator.web.real_runs import NotAdmitted, admitted
from simulator.words.i18n import N_, _, ngettext


def real_form(engine: str) -> Trace | None:
    """Ask for a registry and an image; the run that came of it, or None yet."""
    with st.form("real", border=True):
        registry, image, user, password = st.columns(4)
        registry.text_input(_("Registry"), key="registry", placeholder="registry.example.com")
        image.text_input(_("Image"), key="image", placeholder="team/app:1.0")
        user.text_input(_("User name (empty: no login)"), key="username")
        password.text_input(_("Password"), type="password", key=password_key("real"))
        sent = st.form_submit_button(
            _("Log in and pull"), type="primary", on_click=take_password, args=("real",)
        )
        st.write(
            _(
                "Pullscope asks the registry itself, from the machine where it runs. Your Docker "
                "has proxies, certificates and mirrors of its own, and may get other answers."
            )
        )
        st.write(
            _(
                "The password is used for this run and then forgotten; "
                "layers are verified and deleted."
            )
        )
    if sent:
        st.session_state.pop("real_trace", None)
        run_form(engine, st.session_state.pop("real-sent", ""))
    if "real_trace" not in st.session_state:
        st.info(
            _("Enter a registry and an image, and step through the messages that really travel.")
        )
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
        sentence = f"{_(FILL_IN[missing])}, {_('for example {registry} and {image}.')}"
        say(st.error, sentence, registry="registry.example.com", image="team/app:1.0")
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
        with admitted(learner()) as policy:
            st.session_state.real_trace = run_real(
                **fields, password=password, on_progress=on_progress, engine=engine, policy=policy
            )
    except (InvalidReference, InvalidRegistry, NotAdmitted) as error:
        say(st.error, "{error}", error=error)
    finally:
        bar.empty()


LARGEST = 2
"""Megabytes of a recording: a long one has a tenth of that."""


def recording_form(engine: str) -> Trace | None:
    """The chosen recording, or one of the learner's own, which is kept nowhere."""
    own, about = st.columns([1, 2], vertical_alignment="center")
    with own.expander(_("Your own recording")):
        file = st.file_uploader(
            _("A file that `pullscope record` has made"), "json", max_upload_size=LARGEST,
            key="recording_file",
        )  # fmt: skip
        st.caption(_("It is replayed here and kept nowhere."))
    try:
        if file is None:
            told = replayed_by_name(st.session_state.recording, engine)
        else:
            mine = parsed(file.getvalue(), file.name)
            told = replayed(mine, engine_of(mine, engine))
            told = replace(told, trace=replace(told.trace, scenario=""))
    except InvalidRecording as error:
        sentence = _("This is no recording that can be replayed.")
        say(st.error, f"{sentence} {{error}}", error=error)
        return None
    name = f"{file.name}: " if file else ""
    sentence = f"{{name}}{_('Recorded with')} {{client}}"
    say(about.caption, sentence, name=name, client=told.client)
    remarkable(told, engine)
    return told.trace


def remarkable(told: Replayed, engine: str) -> None:
    """Where machine and recording part."""
    if told.trace.engine != engine:
        st.caption(_("It was recorded with one engine only, and that one is shown."))
    for one in told.differences:
        with st.expander(f":material/difference: {_('Your Docker says something else')}"):
            code("\n".join(diff(one)))
    if told.deviations:
        with st.expander(f":material/alt_route: {_('Other requests than Pullscope expects')}"):
            lines = (f"{_(one.kind)}: {one.request}" for one in told.deviations)
            code("\n".join(lines))


@fragment
def player(lesson: Lesson, trace: Trace) -> None:
    leads = roomstage.leading() if trace.scenario else None
    follows = roomstage.following()

    def at_step() -> None:
        if leads:
            leads.show(lesson, trace, payload["address"], st.session_state.stage.place)
        shows(payload["address"] | {"step": str(st.session_state.stage.place)})
        arrived()

    with st.container(key="player"):
        payload = playing.payload(lesson, trace) | {"then": onward(lesson, trace)}
        if st.session_state.get("surprising") and trace.source == "mock":
            payload |= unnamed(payload)
        stage.mount(
            payload, key="stage", on_place=at_step, leads=leads is not None, follows=follows,
            on_answer=lambda: predicted(lesson, payload["questions"]),
        )  # fmt: skip


def predicted(lesson: Lesson, asked: list[dict[str, Any]]) -> None:
    """Keep what the learner predicted, with whether it came so."""
    given = st.session_state.stage.answer
    for question in asked:
        chosen = [one for one in question["options"] if given and one["text"] == given["chosen"]]
        if chosen and question["step"] == given["step"]:
            keep(
                Answer(
                    lesson=lesson.id, key=secrets.token_hex(8), at=now(), objective=PREDICTION,
                    question=f"prediction-{question['step']}", chosen=chosen[0]["text"],
                    right=chosen[0]["right"],
                )
            )  # fmt: skip


def unnamed(payload: dict[str, Any]) -> dict[str, Any]:
    """The parts of a surprise that would name its situation, without the name: the title and the
    name answer the predictions."""
    address = payload["address"] | {"scenario": veiled(payload["scenario"])}
    return {"situation": "", "scenario": "", "address": address}


def onward(lesson: Lesson, trace: Trace) -> list[dict[str, str]]:
    """What to do after the last step: a situation that fails, then a challenge, then Recall."""
    query = urlencode({"lesson": lesson.id})
    ways = [
        {"label": _("Solve a challenge"), "address": f"challenge?{query}"},
        {"label": _("Recall"), "address": f"recall?{query}"},
    ]
    failing = None if trace.failed else first_failing(lesson.situations, trace.engine)
    if failing is None:
        return ways
    query = urlencode({"lesson": lesson.id, "scenario": failing, "engine": trace.engine})
    label = _("Break it: {title}").format(title=situations()[failing])
    return [{"label": label, "address": f"visual?{query}"}, *ways]


def first_failing(names: tuple[str, ...], engine: str) -> str | None:
    """The first of these situations that ends with an error."""
    return next((name for name in names if played(name, engine).failed), None)


def provenance(engine: str) -> None:
    """Which Docker was recorded, and how learners find out which one they have."""
    st.caption(
        f"{_(engines()[engine].recorded)} "
        + _(
            "Which image store do you have? `docker info -f '{{.DriverStatus}}'` prints "
            "io.containerd.snapshotter.v1 with containerd's. New installations of Docker 29 have "
            "it; upgraded ones keep the classic one."
        )
    )


def tables(lesson: Lesson, trace: Trace) -> None:
    """All rows and variables at once. Asked for only: it tells what the stage would ask."""
    st.header(_("The whole run"), anchor="whole-run")
    if not st.toggle(_("Show all of it as tables, to the last step"), key="whole_run"):
        return
    explain(trace)
    st.subheader(_("Process table, all rows"), anchor=False)
    st.write(lesson.document.table_caption)
    table(rows.process_table(lesson, trace), "process-table")
    st.subheader(_("Status tracker, all steps"), anchor=False)
    every = st.toggle(_("Every step"), key="every_step")
    shown = rows.tracker if every else rows.tracker_after
    table(shown(lesson, trace), "status-tracker")


def moments(lesson: Lesson) -> None:
    st.header(_("Key moments"), anchor="key-moments")
    for moment in lesson.document.moments:
        with st.expander(moment.question):
            st.write(moment.answer)


@fragment
def quiz(lesson: Lesson) -> None:
    st.header(_("Quiz"), anchor="quiz")
    questions = lesson.document.quiz
    right = []
    for place, question in enumerate(questions, 1):
        with st.container(border=True):
            right.append(ask(lesson, question, f"quiz-{place}", f"{place}."))
    if all(answer is not None for answer in right):
        told = _("{right} of {all} right.").format(right=sum(map(bool, right)), all=len(questions))
        st.write(f"**{told}**")


def reading(lesson: Lesson) -> None:
    st.header(_("Concept snapshot"), anchor="concept-snapshot")
    lines = [f"{place}. {line.text}" for place, line in enumerate(lesson.document.snapshot, 1)]
    st.markdown("\n".join(lines))
    st.header(_("Full transcript"), anchor="transcript")
    for paragraph in lesson.document.transcript:
        st.write(paragraph.text)


@fragment
def below(lesson: Lesson, trace: Trace | None, engine: str) -> None:
    """All below the stage, once that can be stepped: a browser draws together all parts that it
    has to load. Afterwards they are there at once, as long as the page is open."""
    if "below" not in st.session_state:
        later.mount("later", lambda: st.session_state.update(below=True))
        return
    if trace is not None:
        provenance(engine)
        invitation(lesson, trace)
        tables(lesson, trace)
    moments(lesson)
    quiz(lesson)
    reading(lesson)


def page(lesson: Lesson) -> None:
    """The stage of the chosen run, and what the lesson says about it."""
    addressed()
    top = head(lesson)
    source, engine = st.session_state.source, st.session_state.engine
    if source == "mock":
        trace: Trace | None = played(st.session_state.scenario, engine)
    else:
        trace = real_form(engine) if source == "real" else recording_form(engine)
    if trace is not None:
        player(lesson, trace)
    if source == "real":
        explain(trace)
    with top:
        choices()
        if source == "mock":
            chooser(lesson)
    below(lesson, trace, engine)
