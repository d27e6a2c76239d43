"""Project: run a private registry, with a checklist that asks it."""

import pandas as pd
import streamlit as st

from simulator.lesson.checklist import ITEMS, Checked, Probe, check, probe, scheme
from simulator.lesson.document import Lesson
from simulator.lesson.project import Project, project
from simulator.protocol.reference import InvalidReference
from simulator.scenarios.real_run import InvalidRegistry
from simulator.views.message import summary
from simulator.web.pages.learner import learner
from simulator.web.pages.parts import code, password_key, say, show_table, take_password
from simulator.web.real_runs import NotAdmitted, admitted
from simulator.words.i18n import N_, _

VERDICTS = {
    True: (":green[:material/check_circle:]", N_("true")),
    False: (":red[:material/cancel:]", N_("not true")),
    None: (":material/help:", N_("cannot be checked yet")),
}
"""By what an item says: its sign and the word for it."""


def page(lesson: Lesson) -> None:
    """The steps, and beside them what the registry itself says."""
    known = project(lesson)
    st.title(known.title or _("A registry of your own"), anchor=False)
    todo, done = st.columns([3, 2], gap="large")
    with todo:  # first: on a phone it is above the other, which would move when it came later
        steps(known)
        if known.hosted:
            hosted(known)
    with done:
        checklist(lesson, known)


def steps(known: Project) -> None:
    titles = {item.name: _(item.title) for item in ITEMS}
    for number, step in enumerate(known.steps, 1):
        st.header(f"{number}. {step.title}", anchor=f"step-{number}")
        st.write(step.text)
        code("\n".join(step.commands), command=True)
        if step.checks:
            st.write(_("Then these should be true:"))
            st.markdown("\n".join(f"- {titles[name]}" for name in step.checks))


def hosted(known: Project) -> None:
    st.header(_("Hosted registries"), anchor="hosted")
    rows = [(one.name, one.host, one.login, one.remember) for one in known.hosted]
    columns = [_("Registry"), _("Host"), _("Login"), _("Remember")]
    show_table(pd.DataFrame(rows, columns=columns))


def checklist(lesson: Lesson, known: Project) -> None:
    """Ask the registry; what it answered last stays on the page, without the password."""
    st.header(_("Checklist"), anchor="checklist")
    with st.form("project", border=True):
        st.text_input(_("Registry"), key="project-registry", placeholder="localhost:5000")
        st.text_input(_("Image"), key="project-image", placeholder="team/app:1.0")
        st.text_input(_("User name"), key="project-username", placeholder="alice")
        st.text_input(_("Password"), type="password", key=password_key("project"))
        sent = st.form_submit_button(
            _("Ask the registry"), type="primary", on_click=take_password, args=("project",)
        )
        st.caption(
            _(
                "Pullscope asks it without credentials, with a wrong password, and as you. It "
                "uses your password for this and then forgets it."
            )
        )
    if sent:
        st.session_state.pop("probe", None)
        ask(st.session_state.pop("project-sent", ""))
    found: Probe | None = st.session_state.get("probe")
    verdicts = {one.item.name: one for one in check(found)} if found else {}
    for item in known.items:
        told(lesson, _(item.title), verdicts.get(item.name), found)
    if found and all(verdicts[item.name].passed for item in known.items):
        said = _("All of it is true. Your registry wants {scheme} authentication.")
        st.success(said.format(scheme=scheme(found)))


def ask(password: str) -> None:
    names = ("registry", "username", "image")
    fields = {name: st.session_state[f"project-{name}"].strip() for name in names}
    if not all((*fields.values(), password)):
        st.error(_("Fill in all four: registry, image, user name and password."))
        return
    try:
        with st.spinner(_("Asking the registry …")), admitted(learner()) as policy:
            st.session_state.probe = probe(**fields, password=password, policy=policy)
    except (InvalidRegistry, InvalidReference, NotAdmitted) as error:
        say(st.error, "{error}", error=error)


def told(lesson: Lesson, title: str, one: Checked | None, found: Probe | None) -> None:
    """An item: not asked yet, or its verdict with the message that decided it."""
    if one is None or found is None:
        st.write(f":material/radio_button_unchecked: {title}")
        return
    icon, verdict = VERDICTS[one.passed]
    with st.expander(f"{icon} {title}: **{_(verdict)}**", expanded=one.passed is False):
        words = lesson.words(one.step.name, one.step)
        st.write(f"**{words.title}.** {words.text}")
        if one.step.exchange:
            code(summary(one.step.exchange))
