"""Recall: questions made from the runs, flash cards, and saying it in one's own words.

What was sure and wrong comes back first, then what is due.
"""

import secrets

import pandas as pd
import streamlit as st

from simulator.i18n import _
from simulator.lesson import Lesson
from simulator.pages.learner import keep, now, progress
from simulator.pages.parts import fragment, show_table
from simulator.progress.records import SURE, Answer, due, reviews
from simulator.questions import OBJECTIVES, Question, draw, right

ASKED = 8
"""Questions of a set."""
SEEDS = 1_000_000


def page(lesson: Lesson) -> None:
    """A set of questions, cards, and the learner's own words."""
    st.title(_("Recall"), anchor=False)
    questions_tab, cards_tab, words_tab = st.tabs(
        [_("Questions"), _("Flash cards"), _("In your own words")]
    )
    with questions_tab:
        questions(lesson)
    with cards_tab:
        cards(lesson)
    with words_tab:
        own_words(lesson)


# -- questions --------------------------------------------------------------------------------


def seed() -> int:
    """As the address says (`?seed=7`), else by chance; the same until another set is wanted."""
    if "seed" not in st.session_state:
        asked = st.query_params.get("seed", "")
        st.session_state.seed = int(asked) if asked.isdecimal() and len(asked) < 10 else by_chance()
    return int(st.session_state.seed)


def by_chance() -> int:
    return secrets.randbelow(SEEDS)


def begin(chosen: int) -> None:
    """A set of questions: about what is due first, in that order."""
    st.session_state.seed = chosen
    for name in ("set", "at", "results"):
        st.session_state.pop(f"recall-{name}", None)


def the_set(lesson: Lesson) -> tuple[Question, ...]:
    """The questions of this seed, those first whose objective is up first.

    In another language they are the same questions, drawn again.
    """
    state = st.session_state
    if "recall-set" not in state:
        state["recall-turn"] = turn()
        state["recall-results"] = {}
    if "recall-set" not in state or state["recall-language"] != lesson.language:
        wanted = state["recall-turn"]
        drawn = draw(lesson, seed(), ASKED, objectives=wanted)
        state["recall-set"] = sorted(drawn, key=lambda q: wanted.index(q.objective))
        state["recall-language"] = lesson.language
    return tuple(state["recall-set"])


def turn() -> list[str]:
    """The objectives of a set: what is due, else what was longest not asked."""
    every = [review.objective for review in reviews(progress().answers, list(OBJECTIVES))]
    waiting = [one.objective for one in due(reviews(progress().answers, every), now())]
    return (waiting or every)[:ASKED]


@fragment
def questions(lesson: Lesson) -> None:
    asked = the_set(lesson)
    at = int(st.session_state.setdefault("recall-at", 0))
    results: dict[str, bool] = st.session_state["recall-results"]
    number = min(at + 1, len(asked))
    said = _("Question {number} of {count}").format(number=number, count=len(asked))
    st.progress(len(results) / len(asked), f"{said} · {_('set {seed}').format(seed=seed())}")
    if at >= len(asked):
        ended(asked, results)
        return
    question(asked[at])
    if asked[at].id in results and st.button(_("Next"), key=f"next-{at}", type="primary"):
        st.session_state["recall-at"] = at + 1
        st.rerun(scope="fragment")


def ended(asked: tuple[Question, ...], results: dict[str, bool]) -> None:
    told = _("{right} of {count} right.").format(right=sum(results.values()), count=len(asked))
    st.success(told, icon=":material/check:")
    missed = {one.objective for one in asked if not results.get(one.id)}
    if missed:
        st.write(_("These come back first:"))
        st.markdown("\n".join(f"- {_(OBJECTIVES[name].title)}" for name in sorted(missed)))
    st.button(_("Another set"), key="another", on_click=lambda: begin(by_chance()), type="primary")


def question(one: Question) -> None:
    """What one must know, the options, how sure one is, hints, and the verdict."""
    results: dict[str, bool] = st.session_state["recall-results"]
    answered = one.id in results
    with st.container(border=True):
        st.write(one.situation)
        if one.code:
            st.code(one.code, language=None, wrap_lines=True)
        if one.table:
            show_table(pd.DataFrame(one.table.rows, columns=list(one.table.columns)))
        if one.items:
            st.markdown("\n".join(f"- {item}" for item in one.items))
        st.write(f"**{one.prompt}**")
        chosen = [choice(one, place, answered) for place in range(len(one.parts))]
        sure = st.segmented_control(
            _("How sure are you? (optional)"), range(SURE + 1), key=f"sure-{one.id}",
            format_func=lambda level: [_("a guess"), _("fairly"), _("sure")][level],
            disabled=answered,
        )  # fmt: skip
        shown = hints(one, answered)
        if answered:
            verdict(one, chosen)
        elif st.button(_("Answer"), key=f"answer-{one.id}", type="primary"):
            if None in chosen:
                st.warning(_("Choose an answer first."))
            else:
                confirm(one, [place for place in chosen if place is not None], sure, shown)


def choice(one: Question, place: int, answered: bool) -> int | None:
    part = one.parts[place]
    return st.radio(
        part.label or _("Answer"), range(len(part.options)), index=None, disabled=answered,
        format_func=lambda option: part.options[option].text, key=f"choice-{one.id}-{place}",
        label_visibility="visible" if part.label else "collapsed",
    )  # fmt: skip


def hints(one: Question, answered: bool) -> int:
    """How many hints are open: one after the other."""
    place = f"hints-{one.id}"
    shown = int(st.session_state.get(place, 0))
    for hint in one.hints[:shown]:
        st.info(hint)
    more = not answered and shown < len(one.hints)
    if more and st.button(_("A hint"), key=f"hint-{one.id}-{shown}"):
        st.session_state[place] = shown + 1
        st.rerun(scope="fragment")
    return shown


def confirm(one: Question, chosen: list[int], sure: int | None, shown: int) -> None:
    """Kept first, told then: what is told to be answered is on disk."""
    good = all(right(one, part) == place for part, place in zip(one.parts, chosen, strict=True))
    says = "; ".join(p.options[c].text for p, c in zip(one.parts, chosen, strict=True))
    keep(
        Answer(
            key=secrets.token_hex(8), at=now(), question=one.id, objective=one.objective,
            chosen=says[:2000], right=good, sure=sure, hints=shown,
        )
    )  # fmt: skip
    st.session_state["recall-results"] = st.session_state["recall-results"] | {one.id: good}
    st.rerun(scope="fragment")


def verdict(one: Question, chosen: list[int | None]) -> None:
    """For each part: what was said, what is true, and why."""
    for part, place in zip(one.parts, chosen, strict=True):
        key = right(one, part)
        if place is not None:
            (st.success if place == key else st.error)(part.options[place].feedback)
        if place != key:
            truth = part.options[key]
            st.success(f"**{truth.text}**: {truth.feedback}")
    st.link_button(_("See it on the stage"), f"/?{one.at.query}", icon=":material/open_in_new:")


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
    knew.button(_("I knew it"), key="knew", on_click=rate, args=(at, len(lines), True))
    forgot.button(_("I did not"), key="forgot", on_click=rate, args=(at, len(lines), False))


def turn_card() -> None:
    st.session_state["card-turned"] = True


def rate(at: int, count: int, knew: bool) -> None:
    keep(
        Answer(
            key=secrets.token_hex(8), at=now(), question=f"card-{at + 1}", objective="snapshot",
            chosen="knew" if knew else "forgot", right=knew,
        )
    )  # fmt: skip
    st.session_state["card-turned"] = False
    st.session_state.card = (at + 1) % count


# -- in one's own words -----------------------------------------------------------------------


@fragment
def own_words(lesson: Lesson) -> None:
    """Explain it, then compare with a model answer. What is written is kept nowhere."""
    moments = lesson.document.moments
    at = st.selectbox(
        _("Explain this"), range(len(moments)), key="explain",
        format_func=lambda place: moments[place].question,
    )  # fmt: skip
    text = st.text_area(_("Your explanation"), key=f"explained-{at}", height=140)
    if st.button(_("Compare"), key="compare", disabled=not text.strip()):
        st.session_state["compared"] = at
    if st.session_state.get("compared") == at and text.strip():
        st.write(f"**{_('One way to say it')}**")
        st.info(moments[at].answer)
        st.write(_("Which of its points are in yours, which are missing, which are wrong?"))
