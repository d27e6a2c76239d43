"""Pullscope's pages. Only placing: what is shown is computed in `simulator`, and the stage steps
in the browser.

`PAGES` is the map of the site, in the order of the navigation. A page is a module here with a
function `page(lesson)`; `run` draws the one that the address names.
"""

import gc
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from simulator import assets
from simulator.authoring.proof import problems
from simulator.lesson import library
from simulator.lesson.document import InvalidLesson, Lesson
from simulator.web.pages import (
    compare,
    decoder,
    learner,
    live,
    perf,
    project,
    reading,
    recall,
    speech,
    terminal,
    visual,
)
from simulator.words import i18n
from simulator.words.i18n import N_, _
from simulator.words.translation import InvalidTranslation


@dataclass(frozen=True)
class Page:
    """`path` is its address; the first page's is the root."""

    path: str
    title: str
    draw: Callable[[Lesson], None]


PAGES = (
    Page("visual", N_("Visual"), visual.page),
    Page("learn", N_("Learn"), reading.learn_page),
    Page("why", N_("Why"), reading.why_page),
    Page("deep", N_("Deep"), reading.deep_page),
    Page("try", N_("Try"), terminal.try_page),
    Page("challenge", N_("Challenge"), terminal.challenge_page),
    Page("project", N_("Project"), project.page),
    Page("recall", N_("Recall"), recall.page),
    Page("perf", N_("Perf"), perf.page),
    Page("compare", N_("What if"), compare.page),
    Page("own-docker", N_("Your own docker"), live.page),
    Page("decoder", N_("Decoder"), decoder.page),
    Page("progress", N_("Your progress"), learner.page),
)

STYLE = """<style>
.block-container { padding: 3.6rem 1.6rem 3rem; max-width: 92rem; }
header[data-testid="stHeader"] { height: 3rem; min-height: 3rem; }
h1 { font-size: 1.55rem !important; padding: 0 !important; }
h2 { font-size: 1.25rem !important; padding-top: 1.6rem !important; }
h3 { font-size: 1.05rem !important; padding-top: 0.6rem !important; }
[data-testid="stMarkdownContainer"]:has(> div > h1) { margin-bottom: 0 !important; }
[data-testid="stVerticalBlock"] { gap: 0.7rem; }
[data-testid="stTable"] td, [data-testid="stTable"] td * { overflow-wrap: anywhere !important; }
[data-testid="stTable"] td { min-width: 4.8rem; }
[data-testid="stTable"] td:first-child { min-width: 6.4rem; }
[class*="st-key-messages-"] [data-testid="stTable"] td:first-child { min-width: 2.4rem; }
[data-testid="stTable"] td * { white-space: normal !important; overflow: visible !important; }
.st-key-onward {
  position: fixed; top: 0.85rem; right: 11rem; z-index: 999991; width: max-content !important;
}
div:has(> .st-key-onward) { display: contents; }
.st-key-choices:not(:has([data-testid="stSelectbox"])) { min-height: 2.5rem; }
@media (max-width: 1090px) {
  .st-key-choices:not(:has([data-testid="stSelectbox"])) { min-height: 5.5rem; }
}
@media (max-width: 640px) {
  .st-key-choices:not(:has([data-testid="stSelectbox"])) { min-height: 9.6rem; }
  .block-container { padding: 3.4rem 0.7rem 2rem; }
  .st-key-choices > div { flex: 1 1 45%; max-width: 100%; }
  .st-key-choices > div:nth-child(-n + 2) { flex-basis: 100%; }
  .st-key-choices > div:nth-child(3) { flex: 0 0 12.2rem; }
  .st-key-choices > div:nth-child(4) { flex-basis: 30%; }
  .block-container [data-testid="stHorizontalBlock"] { row-gap: 0.7rem; }
}
html[data-stage] :is(body, [data-testid="stMain"]) { visibility: hidden; overflow: hidden; }
</style>"""

"""The choices arrive after the stage, which must not move for them: their room is kept."""

CODE = """<style>
[data-testid="stCode"] .token:is(.property, .parameter, .variable, .environment) {
  color: light-dark(#006f8e, #00a4d4) !important;
}
[data-testid="stCode"] .token.number { color: light-dark(#0b6f61, #29b09d) !important; }
[data-testid="stCode"] .token.string { color: light-dark(#08702a, #1fbf55) !important; }
[data-testid="stCode"] .token:is(.function, .keyword) {
  color: light-dark(#1259a8, #4a9df0) !important;
}
[data-testid="stCode"] :is(.token.url, .token.url *) {
  color: light-dark(#6d3fc0, #b79cff) !important;
}
</style>"""
"""Streamlit colours code for both themes alike: too faint in the one or in the other."""

DARK = """<style>
:is(button, a)[kind^="primary"] * { color: #0f141c !important; }
</style>"""
"""White on the light accent of the dark theme is too faint to read."""


@st.cache_resource(show_spinner=False)
def proven(language: str) -> Lesson:
    """The lesson in this language, proven against the machine.

    Raises InvalidLesson or InvalidTranslation.

    Streamlit collects all garbage after each script run; what is loaded by now is set aside
    for good, so that a run does not pay for walking it.
    """
    with i18n.speaking(language):
        lesson = library.find_lesson()
    found = problems(lesson)
    if found:
        raise InvalidLesson(found[0])
    gc.collect()
    gc.freeze()
    return lesson


def drawn(page: Page) -> Callable[[], None]:
    """The page for Streamlit: with the lesson, or with the sentence why there is none."""

    def draw() -> None:
        try:
            lesson = proven(i18n.chosen.get())
        except (InvalidLesson, InvalidTranslation) as error:
            st.error(f"{_('The lesson does not load.')} {error}")
            return
        page.draw(lesson)
        recall.warm(i18n.chosen.get(), lesson)

    return draw


def run() -> None:
    """Draw the page that the address names."""
    st.set_page_config(
        "Pullscope", assets.ICON, layout="wide", initial_sidebar_state="collapsed"
    )
    i18n.use(speech.language())
    st.html(STYLE + CODE + speech.STYLE + (DARK if st.context.theme.type == "dark" else ""))
    first = PAGES[0]
    known = [
        st.Page(drawn(page), title=_(page.title), url_path=page.path, default=page is first)
        for page in PAGES
    ]
    chosen = st.navigation(known, position="top")
    learner.visit(None if chosen.url_path == OWN else chosen.url_path)
    st.session_state.ways = {page.url_path: page for page in known}
    if not chosen.url_path:
        with st.container(key="onward"):
            learner.onward()
    chosen.run()
    speech.offer()
    learner.arrived()
    learner.remember()


OWN = "progress"
"""The page of what was done: nobody's position."""
