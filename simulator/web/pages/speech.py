"""The language of the page: as the address, the learner's choice or the browser says; and the
links that change it.
"""

from dataclasses import asdict
from functools import cache
from typing import Any

import streamlit as st

from simulator import assets
from simulator.words import i18n
from simulator.words.i18n import _

COOKIE = "pullscope_language"
YEAR = 31_536_000


def language() -> str:
    """As the address of a new session says (`?lang=de`), else as was chosen before, or as the
    browser prefers; from then on as the learner chooses."""
    if "language" not in st.session_state:
        asked = st.session_state.language_asked = st.query_params.get("lang", "")
        before = str(st.context.cookies.get(COOKIE, ""))
        known = [code for code in (asked, before) if code in i18n.LANGUAGES]
        st.session_state.language = (*known, i18n.preferred([st.context.locale or ""]))[0]
    return str(st.session_state.language)


def choose() -> None:
    """What the learner clicked. The browser names what is selected by its title: so that it
    learns the one in this language, each choice is made anew."""
    chosen = st.session_state.speech.chosen
    if chosen not in i18n.LANGUAGES:
        return
    for key, value in [*st.session_state.items()]:
        if type(value) in (str, int, list) and "password" not in str(key):
            st.session_state[key] = value
    st.session_state.language = chosen


@cache
def switch() -> Any:
    return st.components.v2.component("pullscope_page", **asdict(assets.component("page")))


def offer(page: str) -> None:
    """Links to the other languages: same page, same run, same step. They also tell the browser
    which language the page is in, and have it keep the one that the session's address asked for:
    a link in the page begins another session. Where `page` is another than before, its heading
    takes the focus."""
    spoken = i18n.chosen.get()
    others = [(code, name) for code, name in i18n.LANGUAGES.items() if code != spoken]
    data = {"language": spoken, "others": others, "label": _("Language"), "cookie": COOKIE,
            "year": YEAR, "asked": st.session_state.language_asked == spoken,
            "page": page}  # fmt: skip
    with st.container(key="language"):
        switch()(key="speech", data=data, on_chosen_change=choose)
