"""Take it along: questions for a learning platform, and the whole lesson as one file.

A file is made when it is asked for, not when the page is drawn.
"""

from collections.abc import Callable
from functools import lru_cache, partial

import streamlit as st

from simulator import export
from simulator.export import FORMATS, WHOLE, Item
from simulator.lesson.document import Lesson
from simulator.questions import OBJECTIVES, TooMany, draw
from simulator.scenarios import play
from simulator.web.pages.parts import fragment, say
from simulator.words import i18n
from simulator.words.i18n import N_, _

MOST = 200
"""Questions of a file."""
USUAL = 7
"""Made questions of the whole lesson."""
WHOLES = {
    "html": (N_("One HTML file, which steps offline"), "text/html"),
    "md": (N_("Markdown, to read and to print"), "text/markdown"),
}


def section(lesson: Lesson) -> None:
    """Two things to take along."""
    st.header(_("Take it along"), anchor="take-along")
    questions, whole = st.columns(2, gap="large")
    with questions:
        question_set(lesson)
    with whole:
        whole_lesson(lesson)


@fragment
def question_set(lesson: Lesson) -> None:
    """The same seed is the same set; what the format cannot carry is said beforehand."""
    st.subheader(_("A set of questions"), anchor=False)
    name = st.selectbox(
        _("Format"), list(FORMATS), key="export-format",
        format_func=lambda known: _(FORMATS[known].title),
    )  # fmt: skip
    count, seed = st.columns(2)
    many = count.number_input(_("How many"), 1, MOST, 10, key="export-count")
    chosen_seed = seed.number_input(_("Seed"), 1, 999_999_999, 1, key="export-seed")
    about = st.multiselect(
        _("Only about"), list(OBJECTIVES), key="export-objectives", placeholder=_("everything"),
        format_func=lambda known: _(OBJECTIVES[known].title),
    )  # fmt: skip
    wanted = (int(chosen_seed), int(many), tuple(about))
    try:
        found = items(i18n.chosen.get(), lesson, *wanted)
    except TooMany as error:
        say(st.warning, "{error}", error=error)
        return
    lacking = export.report(found, name)
    title, known = lesson.document.title, FORMATS[name]
    st.download_button(
        _("Download the questions"),
        spoken(lambda: export.export(found, name, title).data),
        f"pullscope-questions-{chosen_seed}.{known.suffix}", known.media_type,
        key="export-questions", on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.write(_("This format cannot carry:") if lacking else _("Nothing is lost in this format."))
    st.markdown("\n".join(f"- {said}" for said in lacking))


@lru_cache(maxsize=100)
def items(
    _language: str, lesson: Lesson, seed: int, count: int, objectives: tuple[str, ...]
) -> tuple[Item, ...]:
    """Raises TooMany."""
    return tuple(export.from_question(lesson, one) for one in draw(lesson, seed, count, objectives))


def whole_lesson(lesson: Lesson) -> None:
    """Words, runs and questions; what the command line's `export` makes."""
    st.subheader(_("The whole lesson"), anchor=False)
    st.write(
        _("With all its runs, its words, its quiz and some more questions. It needs no network.")
    )
    for name, (title, media_type) in WHOLES.items():
        st.download_button(
            _(title), spoken(partial(whole, lesson, name)), f"pullscope.{name}", media_type,
            key=f"export-{name}", on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def whole(lesson: Lesson, name: str) -> bytes:
    """All situations, or of Markdown the lesson's own: it cannot step."""
    names = (lesson.scenario,) if name == "md" else lesson.situations
    made = items(i18n.chosen.get(), lesson, 1, USUAL, ())
    runs = [play.trace(known) for known in names]
    return WHOLE[name](lesson, runs, (*export.from_quiz(lesson), *made))


def spoken(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Made later, by another thread, in the language of now."""
    language = i18n.chosen.get()

    def made() -> bytes:
        with i18n.speaking(language):
            return make()

    return made
