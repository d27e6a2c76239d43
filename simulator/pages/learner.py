"""Who is learning, and what is kept of it: progress to see, to take along, and to delete."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import streamlit as st

from simulator.challenges import challenges
from simulator.i18n import _
from simulator.lesson import Lesson
from simulator.progress.records import (
    Answer,
    InvalidProgress,
    Place,
    Progress,
    Solution,
    best,
    mastered,
)
from simulator.progress.store import (
    InvalidDatabase,
    Store,
    account,
    default_url,
    is_learner,
    new_learner,
)

COOKIE = "pullscope_learner"
YEAR = 31_536_000
SET_COOKIE = """export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const kept = `Path=/; Max-Age=${data.age}; SameSite=Lax${secure}`;
  document.cookie = `${data.name}=${data.value}; ${kept}`;
}"""


@st.cache_resource(show_spinner=False)
def store() -> Store | None:
    """The process's store; None where its database cannot be used (see `trouble`)."""
    try:
        return Store(default_url())
    except InvalidDatabase as error:
        trouble.append(str(error))
        return None


trouble: list[str] = []
"""Why nothing can be kept, if nothing can."""


@cache
def cookie_setter() -> Any:
    return st.components.v2.component("pullscope_cookie", js=SET_COOKIE)


def learner() -> str:
    """The signed-in user where the host has a login, else an anonymous one, by a cookie."""
    if st.user.get("is_logged_in"):
        return account(str(st.user.get("iss", "")), str(st.user.get("sub", "")))
    if "learner" not in st.session_state:
        known = str(st.context.cookies.get(COOKIE, ""))
        st.session_state.learner = known if is_learner(known) else new_learner()
    return str(st.session_state.learner)


def remember() -> None:
    """Give the browser the anonymous learner's name; once a page."""
    if not st.user.get("is_logged_in"):
        data = {"name": COOKIE, "value": learner(), "age": YEAR}
        cookie_setter()(key="cookie", data=data, height=1)


def progress() -> Progress:
    """What is kept; empty where nothing can be."""
    kept = store()
    return kept.progress(learner()) if kept else Progress()


def keep(*records: Answer | Solution | Place) -> None:
    """Returns when they are on disk."""
    kept = store()
    if kept:
        kept.keep(learner(), *records)


def now() -> datetime:
    return datetime.now(UTC)


# -- the page ---------------------------------------------------------------------------------


def page(lesson: Lesson) -> None:
    """What was done, and the three things to do with it."""
    st.title(_("Your progress"), anchor=False)
    if store() is None:
        st.error(f"{_('Nothing is kept.')} {trouble[-1]}")
        return
    known = progress()
    figures(known)
    solved(known)
    take_along(known)


def figures(known: Progress) -> None:
    right = sum(answer.right for answer in known.answers)
    answers, rights, sure = st.columns(3)
    answers.metric(_("Questions answered"), len(known.answers), border=True)
    rights.metric(_("Right"), right, border=True)
    sure.metric(_("Objectives mastered"), len(mastered(known.answers)), border=True)


def solved(known: Progress) -> None:
    fewest = best(known.solutions)
    st.header(_("Challenges"), anchor="challenges")
    if not fewest:
        st.write(_("None is solved yet."))
    for name, challenge in challenges().items():
        if name in fewest:
            said = _("solved with {commands} commands; par is {par}")
            told = said.format(commands=fewest[name], par=challenge.par)
            st.write(f":material/check: **{challenge.title}**: {told}")


def take_along(known: Progress) -> None:
    """Export, import, delete."""
    st.header(_("Take it along"), anchor="take-along")
    st.write(_("All of it is one file. It can be imported here, or wherever Pullscope runs."))
    export, bring, delete = st.columns(3)
    export.download_button(
        _("Export"), known.to_json(), "pullscope-progress.json", "application/json", key="export"
    )
    with bring:
        file = st.file_uploader(_("Import a file"), type="json", key="import", max_upload_size=5)
        if file is not None:
            take_in(file.getvalue())
    with delete, st.popover(_("Delete everything")):
        st.write(_("Everything that is kept of you here is deleted. There is no way back."))
        if st.button(_("Delete it now"), key="delete", type="primary"):
            kept = store()
            assert kept is not None
            kept.forget(learner())
            st.rerun()


def take_in(data: bytes) -> None:
    """What the file adds; nothing, and why, if it is not one of ours."""
    kept = store()
    assert kept is not None
    before = kept.progress(learner())
    try:
        kept.take_in(learner(), Progress.from_json(data))
    except InvalidProgress as error:
        st.error(f"{_('Nothing was imported:')} {error}")
        return
    after = kept.progress(learner())
    added = len(after.answers) - len(before.answers) + len(after.solutions) - len(before.solutions)
    st.success(_("{count} records were added.").format(count=added))
