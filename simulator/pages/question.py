"""A question of the lesson, with feedback for each answer; the answer is kept."""

import secrets

import streamlit as st

from simulator.i18n import _
from simulator.lesson import Lesson, Question, right_answer
from simulator.pages.learner import keep, now, progress
from simulator.progress.records import Answer


@st.cache_data(show_spinner=False)
def answer_key(name: str, _lesson: Lesson, _question: Question) -> int:
    """The place of the option whose claim holds."""
    return right_answer(_lesson, _question)


def ask(lesson: Lesson, question: Question, name: str) -> bool | None:
    """Whether the answer is right, or None while there is none. What was answered last is kept."""
    key, texts = f"question-{name}", [option.text for option in question.options]
    if key not in st.session_state:
        st.session_state[key] = answered_before(name, texts)
    right = answer_key(name, lesson, question)

    def confirm() -> None:
        chosen = texts.index(st.session_state[key])
        keep(
            Answer(
                key=secrets.token_hex(8),
                at=now(),
                question=name,
                objective=f"lesson-{name}",
                chosen=str(chosen),
                right=chosen == right,
            )
        )

    chosen = st.radio(question.prompt, texts, index=None, key=key, on_change=confirm)
    with st.expander(_("Hint")):
        st.write(question.hint)
    if chosen is None:
        return None
    place = texts.index(chosen)
    (st.success if place == right else st.error)(question.options[place].feedback)
    return place == right


def answered_before(name: str, texts: list[str]) -> str | None:
    """The option that this learner chose last."""
    given = [answer for answer in progress().answers if answer.question == name]
    if not given or not given[-1].chosen.isdecimal() or int(given[-1].chosen) >= len(texts):
        return None
    return texts[int(given[-1].chosen)]
