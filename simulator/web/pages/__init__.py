"""Pullscope's pages. Only placing: what is shown is computed in `simulator`, and the stage steps
in the browser.

The root is the home. `WAYS` are the pages of a lesson and `TOOLS` those beside the lessons; each
is a module here with a function `page(lesson)`. `run` draws the one that the address names.
"""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from simulator import assets
from simulator.lesson import library
from simulator.lesson.document import InvalidLesson, Lesson
from simulator.lesson.load import load
from simulator.lesson.proof import is_proven
from simulator.scenarios.play import trace
from simulator.views.stage import stage
from simulator.web.pages import (
    classroom,
    compare,
    decoder,
    home,
    learner,
    live,
    perf,
    project,
    reading,
    recall,
    search,
    situations,
    speech,
    terminal,
    visual,
)
from simulator.web.pages.parts import border, next_link, plain, say, way
from simulator.words import i18n
from simulator.words.i18n import N_, _
from simulator.words.translation import InvalidTranslation


@dataclass(frozen=True)
class Page:
    """`path` is its address."""

    path: str
    title: str
    draw: Callable[[Lesson], None]


PATH = (
    Page("learn", N_("Learn"), reading.learn_page),
    Page("visual", N_("Watch"), visual.page),
    Page("break", N_("Break it"), situations.page),
    Page("try", N_("Try"), terminal.try_page),
    Page("challenge", N_("Challenges"), terminal.challenge_page),
    Page("recall", N_("Recall"), recall.page),
)
"""The way through a lesson, in order."""
MORE = (
    Page("compare", N_("What if"), compare.page),
    Page("why", N_("Why"), reading.why_page),
    Page("deep", N_("In depth"), reading.deep_page),
    Page("perf", N_("Speed"), perf.page),
    Page("project", N_("Project"), project.page),
)
"""Beside that way, for who wants more of the lesson."""
WAYS = (*PATH, *MORE)
"""The ways to learn a lesson. They are offered in its bar, not in that of the page."""
TOOLS = (
    Page("decoder", N_("Explain an error"), decoder.page),
    Page("own-docker", N_("Your own docker"), live.page),
    Page("class", N_("Class"), classroom.page),
    Page("progress", N_("Your progress"), learner.page),
)
"""Beside the lessons."""
NEXT = {
    "break": ("try", N_("Try it in a terminal")),
    "try": ("challenge", N_("Solve a challenge")),
    "challenge": ("recall", N_("Recall what you have seen")),
    **{page.path: ("visual", N_("Watch it step by step")) for page in MORE},
}
"""By the path of a page, what comes after it. *Learn*, the stage and *Recall* end with words of
their own."""
ASIDE = (Page("other-courses", N_("What other courses say"), reading.others_page),)
"""Pages that the bars do not offer."""
PAGES = (*WAYS, *TOOLS, *ASIDE)
NO_PLACE = ("", *(tool.path for tool in TOOLS))
"""Paths that are no position of a learner: the home and the tools. One looks at them in between."""


@cache
def settle() -> None:
    """Once a process: what was imported stays, and the garbage collector need not walk it."""
    gc.collect()
    gc.freeze()


def proven(name: str, language: str) -> Lesson:
    """The lesson in this language, proven against the machine.

    Raises UnknownLesson, InvalidLesson or InvalidTranslation.
    """
    with i18n.speaking(language):
        lesson = library.find_lesson(name)
    found = first_problem(lesson.folder, language, library.content(lesson.folder))
    if found:
        raise InvalidLesson(found)
    return lesson


@cache
def first_problem(folder: Path, language: str, _content: tuple[tuple[str, int, int], ...]) -> str:
    """What the proof of a lesson with these files finds first; empty where nothing is wrong."""
    if is_proven(folder):
        return ""
    # Lessons that come with Pullscope are proven, and need none of this.
    from simulator.authoring.check import first_page_problem  # noqa: PLC0415

    with i18n.speaking(language):
        return first_page_problem(load(folder))


def prepare() -> None:
    """What the first page would make and keep is made before: the cards of the lessons, and the
    usual run of the first one."""
    lesson = next((entry.lesson for entry in library.entries() if entry.card), None)
    if lesson:
        stage(lesson, trace(lesson.scenario))


def asked_lesson() -> str:
    """The lesson of the address (`?lesson=`), else the one of before: it goes along to the next
    page, whose address then names it."""
    asked = str(st.query_params.get("lesson", "") or st.session_state.get("lesson", ""))
    st.session_state.lesson = asked
    if asked and st.query_params.get("lesson") != asked:
        st.query_params["lesson"] = asked
    return asked


def drawn(page: Page) -> Callable[[], None]:
    """The page for Streamlit: with the lesson, or with the sentence why there is none."""

    def draw() -> None:
        try:
            lesson = proven(asked_lesson(), i18n.chosen.get())
        except (library.UnknownLesson, InvalidLesson, InvalidTranslation) as error:
            say(st.error, f"{_('The lesson does not load.')} {{error}}", error=error)
            return
        if page in WAYS:
            lesson_bar(lesson)
        with border():
            page.draw(lesson)
        next_card(page.path, lesson)

    return draw


def lesson_bar(lesson: Lesson) -> None:
    """The lesson's title, the way through it, and the rest of it in a list."""
    with st.container(key="ways", horizontal=True, gap=None):
        st.markdown(f"**{plain(lesson.title)}**")
        for page in PATH:
            way_link(page, lesson)
        with st.popover(_("More"), type="tertiary"):
            for page in MORE:
                way_link(page, lesson)


def way_link(page: Page, lesson: Lesson) -> None:
    target = way(page.path)
    if target:
        st.page_link(target, label=_(page.title), query_params={"lesson": lesson.id})


def next_card(path: str, lesson: Lesson) -> None:
    """The way on after this page."""
    if path in NEXT:
        onward, label = NEXT[path]
        with st.container(key="next"):
            st.markdown(_("Next"))
            next_link(onward, _(label), lesson)


def top_bar(known: dict[str, StreamlitPage]) -> None:
    """Links to the home and the tools, the same at every width: no menu to open or to close."""
    with st.container(key="bar", horizontal=True, gap=None):
        for path in ("", *(page.path for page in TOOLS)):
            st.page_link(known[path], label=known[path].title)


def known_pages() -> dict[str, StreamlitPage]:
    """Every page by its path; the home is at the root."""
    known = {"": st.Page(home.page, title=_("Lessons"), url_path="home", default=True)}
    for page in PAGES:
        shown: Literal["visible", "hidden"] = "visible" if page in TOOLS else "hidden"
        known[page.path] = st.Page(
            drawn(page), title=_(page.title), url_path=page.path, visibility=shown
        )
    return known


def run() -> None:
    """Draw the page that the address names."""
    i18n.use(speech.language())
    settle()
    st.session_state.ways = known = known_pages()
    chosen = st.navigation(list(known.values()), position="hidden")
    st.set_page_config(
        f"{chosen.title} · Pullscope", assets.ICON, layout="wide",
        initial_sidebar_state="collapsed",
    )  # fmt: skip
    top_bar(known)
    learner.visit(None if chosen.url_path in NO_PLACE else chosen.url_path)
    learner.trouble()
    chosen.run()
    search.offer()
    speech.offer(chosen.url_path)
    learner.arrived()
    learner.remember()
