"""Recall: questions made from the runs, flash cards, and saying it in one's own words.

Wrong answers that were sure come back first, then those that are due.
"""

import re
import secrets
from collections.abc import Iterable
from functools import lru_cache

import pandas as pd
import streamlit as st

from simulator.lesson.document import Lesson
from simulator.progress.records import SURE, Answer, due, reviews
from simulator.questions import (
    OBJECTIVES,
    Option,
    Question,
    Table,
    by_weight,
    draw,
    one_each,
    right,
)
from simulator.questions.reasons import why
from simulator.web.pages.learner import SURENESS, keep, now, progress
from simulator.web.pages.parts import (
    code,
    fragment,
    next_link,
    plain,
    readable,
    show_readable,
)
from simulator.words import i18n
from simulator.words.i18n import _

ASKED = 8
"""Questions of a set."""
SEEDS = 1_000_000


def page(lesson: Lesson) -> None:
    """A set of questions, cards, and the learner's own words."""
    st.title(_("Recall"), anchor=False)
    questions_tab, cards_tab, words_tab = st.tabs(
        [_("Questions"), _("Flash cards"), _("In your own words")]
    )
    with questions_tab, st.container(key="recall"):
        questions(lesson)
    with cards_tab:
        cards(lesson)
    with words_tab:
        own_words(lesson)


# -- questions --------------------------------------------------------------------------------


def asked_seed() -> int | None:
    """The seed in the address (`?seed=7`), if it is one."""
    text = st.query_params.get("seed", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def asked_about() -> list[str]:
    """The objectives in the address (`&about=one.another`), those that there are."""
    named = st.query_params.get("about", "").split(".")
    return [name for name in dict.fromkeys(named) if name in OBJECTIVES]


def begin(seed: int, about: list[str]) -> None:
    """The address names the whole set: a reload, or another learner, finds the same one."""
    st.query_params["seed"] = str(seed)
    st.query_params["about"] = ".".join(about)
    st.session_state.pop("recall-set", None)


def another(lesson: Lesson) -> None:
    """A set about what is up next: sure and wrong, then due, then new."""
    answers = progress().of(lesson.id).answers
    turn = [review.objective for review in reviews(answers, list(by_weight(lesson)))]
    waiting = [one.objective for one in due(reviews(answers, turn), now())]
    begin(secrets.randbelow(SEEDS), list(dict.fromkeys((*waiting, *turn)))[:ASKED])


def the_set(lesson: Lesson) -> tuple[int, tuple[Question, ...]]:
    """The seed and questions of the address. With a seed alone it is the same set for every
    learner."""
    if asked_seed() is None:
        another(lesson)
    seed, about = asked_seed() or 0, asked_about()
    name = (lesson.id, seed, tuple(about), i18n.chosen.get())
    if st.session_state.get("recall-name") != name or "recall-set" not in st.session_state:
        with st.spinner(_("Making the questions …")):
            made = one_each(lesson, seed, about) if about else draw(lesson, seed, ASKED)
        st.session_state["recall-name"], st.session_state["recall-set"] = name, made
        results = answered_before(lesson, seed, made)
        st.session_state["recall-results"] = results
        left = [place for place, one in enumerate(made) if one.id not in results]
        st.session_state["recall-at"] = left[0] if left else len(made)
    return seed, tuple(st.session_state["recall-set"])


def record(seed: int, one: Question) -> str:
    """The answer's own name: in a set, a question is answered once, on however many pages."""
    return f"recall-{seed}-{one.id}"[:200]


def answered_before(lesson: Lesson, seed: int, questions: Iterable[Question]) -> dict[str, bool]:
    """Which of them are answered already, and whether rightly."""
    known = {answer.key: answer.right for answer in progress().of(lesson.id).answers}
    names = {one.id: record(seed, one) for one in questions}
    return {name: known[key] for name, key in names.items() if key in known}


@fragment
def questions(lesson: Lesson) -> None:
    seed, asked = the_set(lesson)
    at = int(st.session_state["recall-at"])
    results: dict[str, bool] = st.session_state["recall-results"]
    number = min(at + 1, len(asked))
    said = _("Question {number} of {count}").format(number=number, count=len(asked))
    st.progress(len(results) / len(asked), f"{said} · {_('set {seed}').format(seed=seed)}")
    if at >= len(asked):
        ended(lesson, asked, results)
        return
    question(seed, asked[at])
    if asked[at].id in results:
        st.button(_("Next"), key=f"next-{at}", type="primary", on_click=go_on, args=(at + 1,))


def go_on(at: int) -> None:
    st.session_state["recall-at"] = at


def ended(lesson: Lesson, asked: tuple[Question, ...], results: dict[str, bool]) -> None:
    told = _("{right} of {count} right.").format(right=sum(results.values()), count=len(asked))
    st.info(told, icon=":material/history_edu:")
    missed = {one.objective for one in asked if not results.get(one.id)}
    if missed:
        st.write(_("These come back first:"))
        st.markdown("\n".join(f"- {_(OBJECTIVES[name].title)}" for name in sorted(missed)))
    st.button(_("Another set"), key="another", on_click=another, args=(lesson,), type="primary")
    next_link("", _("All lessons"), lesson)


def question(seed: int, one: Question) -> None:
    """What one must know, the options, how sure one is, hints, and the verdict."""
    results: dict[str, bool] = st.session_state["recall-results"]
    answered = one.id in results
    with st.container(border=True, key="question"):
        st.write(one.situation)
        if one.code:
            code(one.code)
        if one.table:
            show_readable(shown(one.table))
        if one.items:
            st.markdown("\n".join(f"- {item}" for item in one.items))
        st.write(f"**{one.prompt}**")
        for place in range(len(one.parts)):
            choice(one, place, answered)
        st.segmented_control(
            _("How sure are you? (optional)"), range(SURE + 1), key=f"sure-{one.id}",
            format_func=lambda level: _(SURENESS[level]),
            disabled=answered,
        )  # fmt: skip
        hints(one, answered)
        if answered:
            verdict(one)
        elif st.button(
            _("Answer"), key=f"answer-{one.id}", type="primary", on_click=confirm, args=(seed, one)
        ):
            st.warning(_("Choose an answer first."))


@lru_cache(maxsize=1000)
def shown(table: Table) -> pd.DataFrame:
    """Made once: a class asks for the same tables again and again."""
    return readable(pd.DataFrame(table.rows, columns=list(table.columns)))


def choice(one: Question, place: int, answered: bool) -> None:
    part = one.parts[place]
    st.radio(
        part.label or _("Answer"), range(len(part.options)), index=None, disabled=answered,
        format_func=lambda option: part.options[option].text, key=f"choice-{one.id}-{place}",
        label_visibility="visible" if part.label else "collapsed",
    )  # fmt: skip


def chosen(one: Question) -> list[int | None]:
    """For each part the place of the option that is chosen, or None."""
    return [st.session_state.get(f"choice-{one.id}-{place}") for place in range(len(one.parts))]


def hints(one: Question, answered: bool) -> None:
    """Those that are open, and a button for the next: one after the other."""
    shown = opened(one)
    for hint in one.hints[:shown]:
        st.info(hint)
    if not answered and shown < len(one.hints):
        st.button(_("A hint"), key=f"hint-{one.id}-{shown}", on_click=open_hint, args=(one,))


def opened(one: Question) -> int:
    """How many hints of this question are open."""
    return int(st.session_state.get(f"hints-{one.id}", 0))


def open_hint(one: Question) -> None:
    st.session_state[f"hints-{one.id}"] = opened(one) + 1


def confirm(seed: int, one: Question) -> None:
    """Kept first, told then: an answer that is shown as kept is on disk. Without a choice,
    nothing."""
    given = [place for place in chosen(one) if place is not None]
    if len(given) < len(one.parts):
        return
    good = all(right(one, part) == place for part, place in zip(one.parts, given, strict=True))
    says = "; ".join(p.options[c].text for p, c in zip(one.parts, given, strict=True))
    keep(
        Answer(
            lesson=one.at.lesson, key=record(seed, one), at=now(), question=one.id,
            objective=one.objective,
            chosen=says[:2000], right=good, sure=st.session_state.get(f"sure-{one.id}"),
            hints=opened(one),
        )
    )  # fmt: skip
    st.session_state["recall-results"] = st.session_state["recall-results"] | {one.id: good}


def verdict(one: Question) -> None:
    """For each part: what was said, what is true, and why."""
    for part, place in zip(one.parts, chosen(one), strict=True):
        key = part.options[right(one, part)]
        mine = None if place is None else part.options[place]
        if mine == key:
            st.success(key.feedback, icon=":material/check:")
        elif mine:
            st.error(against(mine, key), icon=":material/close:")
            truth = _("Correct answer: {answer}").format(answer=f"**{key.text}**")
            st.success(f"{part.label} {truth}  \n{why(key.feedback)}".strip())
    st.link_button(_("See it on the stage"), one.at.on("/visual"), icon=":material/open_in_new:")


def against(mine: Option, key: Option) -> str:
    """The choice with its reason; without it where the correct answer gives the same one."""
    told = _("You chose: {answer}").format(answer=f"**{mine.text}**")
    same = mine.feedback.strip() == why(key.feedback).strip()
    return told if same else f"{told}  \n{mine.feedback}"


# -- flash cards ------------------------------------------------------------------------------


@fragment
def cards(lesson: Lesson) -> None:
    """The snapshot, line by line: what comes next?"""
    lines = [line.text for line in lesson.document.snapshot]
    at = int(st.session_state.setdefault("card", 0))
    turned = bool(st.session_state.setdefault("card-turned", False))
    before = lines[at - 1] if at else _("You want an image from a private registry.")
    with st.container(border=True):
        st.caption(_("Card {number} of {count}").format(number=at + 1, count=len(lines)))
        st.write(before)
        st.write(f"**{_('What comes next?')}**")
        if turned:
            st.success(lines[at])
    if not turned:
        st.button(_("Turn it over"), key="turn", type="primary", on_click=turn_card)
        return
    knew, forgot, _rest = st.columns([1, 1, 4])
    knew.button(_("I knew it"), key="knew", on_click=rate, args=(lesson, at, len(lines), True))
    forgot.button(_("I did not"), key="forgot", on_click=rate, args=(lesson, at, len(lines), False))


def turn_card() -> None:
    st.session_state["card-turned"] = True


def rate(lesson: Lesson, at: int, count: int, knew: bool) -> None:
    keep(
        Answer(
            lesson=lesson.id, key=secrets.token_hex(8), at=now(), question=f"card-{at + 1}",
            objective="snapshot",
            chosen="knew" if knew else "forgot", right=knew,
        )
    )  # fmt: skip
    st.session_state["card-turned"] = False
    st.session_state.card = (at + 1) % count


# -- in one's own words -----------------------------------------------------------------------


@fragment
def own_words(lesson: Lesson) -> None:
    """Explain it, then compare with a model answer. The written text is not kept."""
    moments = lesson.document.moments
    at = st.selectbox(
        _("Explain this"), range(len(moments)), key="explain",
        format_func=lambda place: moments[place].question,
    )  # fmt: skip
    with st.form(f"words-{at}", border=False):
        text = st.text_area(_("Your explanation"), key=f"explained-{at}", height=140)
        compared = st.form_submit_button(_("Compare"))
    if compared and not text.strip():
        st.warning(_("Write something first."))
    if compared:
        st.session_state["compared"] = at if text.strip() else None
    if st.session_state.get("compared") != at:
        return
    st.write(f"**{_('One way to say it')}**")
    st.info(moments[at].answer)
    checklist(moments[at].answer, at)


def checklist(answer: str, at: int) -> None:
    """The model answer sentence by sentence, to tick what one has said."""
    st.write(_("Which of its points are in yours?"))
    for place, sentence in enumerate(filter(None, re.split(r"(?<=[.!?])\s+", answer))):
        st.checkbox(plain(sentence), key=f"point-{at}-{place}")
