"""A question of the lesson, with feedback for each answer; the answer is kept."""

import secrets

import streamlit as st

from simulator.lesson.claims import right_answer
from simulator.lesson.document import Choice, Lesson
from simulator.lesson.library import content
from simulator.progress.records import Answer
from simulator.web.pages.learner import keep, now, progress
from simulator.words.i18n import _


@st.cache_resource(show_spinner=False)
def answer_key(files: object, language: str, name: str, _lesson: Lesson, _question: Choice) -> int:
    """The place of the option whose claim holds."""
    return right_answer(_lesson, _question)


def ask(lesson: Lesson, question: Choice, name: str, number: str = "") -> bool | None:
    """Whether the answer is right, or None while there is none. The last answer is kept, and shown
    again after a reload, in whichever language."""
    key, options = f"question-{lesson.id}-{name}", question.options
    if key not in st.session_state:
        st.session_state[key] = answered_before(lesson, name, len(options))
    right = answer_key(content(lesson.folder), lesson.language, name, lesson, question)

    def confirm() -> None:
        chosen = int(st.session_state[key])
        keep(
            Answer(
                lesson=lesson.id,
                key=secrets.token_hex(8),
                at=now(),
                question=name,
                objective=f"lesson-{name}",
                chosen=str(chosen),
                right=chosen == right,
            )
        )

    chosen = st.radio(
        f"{number} {question.prompt}".strip(), range(len(options)), index=None, key=key,
        format_func=lambda place: options[place].text, on_change=confirm,
    )  # fmt: skip
    with st.expander(_("Hint")):
        st.write(question.hint)
    if chosen is None:
        return None
    (st.success if chosen == right else st.error)(options[chosen].feedback)
    return chosen == right


def answered_before(lesson: Lesson, name: str, count: int) -> int | None:
    """The place of the option that this learner chose last."""
    answers = progress().of(lesson.id).answers
    given = [answer.chosen for answer in answers if answer.question == name]
    known = bool(given) and given[-1].isdecimal() and int(given[-1]) < count
    return int(given[-1]) if known else None
