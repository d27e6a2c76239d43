"""Search: lessons, pages, situations, causes of failures, headers and status codes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from simulator import assets
from simulator.decoder.asking import PATH
from simulator.decoder.causes import causes
from simulator.lesson.document import Lesson
from simulator.lesson.library import entries
from simulator.scenarios.model import own_scenarios, scenarios
from simulator.views.address import Address
from simulator.views.explain import ANSWER_HEADERS, REQUEST_HEADERS, STATUSES
from simulator.web.pages.parts import fragment, way
from simulator.words.i18n import _

SHORTCUT = "Ctrl+K"


@dataclass(frozen=True)
class Hit:
    """Something to find: the path of its page, and what the address there chooses."""

    label: str
    path: str
    query: dict[str, str] = field(default_factory=dict)


@fragment
def offer() -> None:
    """A button that opens the search."""
    with st.container(key="search"):
        if st.button(_("Search"), icon=":material/search:", key="find", shortcut=SHORTCUT):
            st.dialog(_("Search"))(ask)()


@cache
def focus() -> Any:
    """Puts the cursor into the field of an open dialog."""
    return st.components.v2.component("pullscope_focus", js=assets.join("page/focus.js"))


def ask() -> None:
    """One field: what is typed narrows the list, and what is chosen is opened."""
    known = {hit.label: hit for hit in hits()}
    chosen = st.selectbox(
        _("Search"), list(known), index=None, key="sought", label_visibility="collapsed",
        placeholder=_("A lesson, a situation, a cause, a header"),
    )  # fmt: skip
    focus()(key="focus", height=1)
    st.caption(_("Type, then choose with the arrow keys and Enter."))
    tool = way(PATH)
    if tool:
        st.page_link(tool, label=_("Explain a message that Docker printed"))
    hit = known.get(chosen or "")
    target = way(hit.path) if hit else None
    if hit and target:
        st.switch_page(target, query_params=hit.query)


def hits() -> Iterator[Hit]:
    """Everything that can be found, in the chosen language."""
    lessons = [one for entry in entries() if (one := entry.lesson)]
    for lesson in lessons:
        yield Hit(f"{_('Lesson')} · {lesson.title}", "learn", {"lesson": lesson.id})
    yield from pages()
    for lesson in lessons:
        yield from situations(lesson)
    yield from failures()
    yield from terms()


def pages() -> Iterator[Hit]:
    known: dict[str, StreamlitPage] = st.session_state.get("ways", {})
    for path, page in known.items():
        if path:
            yield Hit(f"{_('Page')} · {page.title}", path)


def situations(lesson: Lesson) -> Iterator[Hit]:
    """Those of the lesson; of several lessons that play the same one, the last is opened."""
    for name in lesson.situations:
        known = (own_scenarios(lesson.id) | scenarios())[name]
        address = Address(name, step=1, lesson=lesson.id)
        yield Hit(f"{_('Situation')} · {known.title}", "visual", address.parts)


def failures() -> Iterator[Hit]:
    """Causes: the situation that plays it, else the page that explains messages."""
    for cause in causes().values():
        played = next((name for name in cause.played_by if name in scenarios()), "")
        query = Address(played, step=1).parts if played else {}
        yield Hit(f"{_('Cause')} · {cause.title}", "visual" if played else PATH, query)


def terms() -> Iterator[Hit]:
    """Headers and status codes, which *In depth* explains."""
    for name in dict.fromkeys((*REQUEST_HEADERS, *ANSWER_HEADERS, *STATUSES)):
        yield Hit(f"{_('Header or status')} · {name}", "deep")
