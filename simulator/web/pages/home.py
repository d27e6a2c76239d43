"""The home: the lessons as cards, where the learner was, and the tools beside the lessons."""

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from simulator.decoder.asking import PATH
from simulator.lesson import chapters
from simulator.lesson.card import Card
from simulator.lesson.library import Entry, entries
from simulator.progress.records import Place, Review, best, due, reviews
from simulator.questions import OBJECTIVES
from simulator.views.address import read_page
from simulator.web.pages.decoder import keep
from simulator.web.pages.learner import now, progress
from simulator.web.pages.parts import plain, say, way
from simulator.words.i18n import N_, _, ngettext

OUTCOMES = 4
"""Lines on a card, at most."""
A_RUN = ("source", "scenario", "recording", "engine", "step", "view")
"""Parts of an address that name a run: once the stage was at the root."""
TOOLS = {
    "decoder": (":material/search:", N_("Paste an error that Docker printed; see its causes.")),
    "own-docker": (":material/terminal:", N_("Watch each request of your own docker as it comes.")),
    "class": (":material/groups:", N_("For teachers: a room in which a class predicts and votes.")),
    "progress": (":material/trending_up:", N_("What you have done, what is due, and your data.")),
}
"""The pages beside the lessons: icon, and what each is good for."""


def page() -> None:
    """Draw the home, or lead an old address of a run to the stage."""
    stage = way("visual")
    if stage and any(name in st.query_params for name in A_RUN):
        st.switch_page(stage, query_params=st.query_params.to_dict())
    with st.container(key="home"):
        welcome()
        if not resume():
            start()
        review()
        paste()
        st.header(_("Lessons"), anchor="lessons")
        with st.container(key="lessons", horizontal=True, gap="medium"):
            listed = entries()
            titles = {entry.id: entry.card.title for entry in listed if entry.card}
            for entry in listed:
                card(entry, titles)
        st.header(_("Tools"), anchor="tools")
        tools()


def welcome() -> None:
    st.title(_("See every message between Docker and a registry"), anchor=False)
    st.write(
        _(
            "Step through a login and a pull. Predict what comes next, change one thing, and see "
            "why it fails."
        )
    )


# -- where the learner was ----------------------------------------------------------------------


def resume() -> bool:
    """A link to where the learner was last; whether that is known."""
    place = progress().place
    target = place and target_of(place)
    if place and target:
        label = _("Continue where you were: {page}").format(page=target.title)
        lesson = next((one.card for one in entries() if one.id == place.lesson), None)
        label += f" · {plain(lesson.title)}" if lesson else ""
        with st.container(key="resume"):
            st.page_link(
                target, label=label, icon=":material/arrow_forward:",
                query_params=read_page(place.address)[1],
            )  # fmt: skip
    return bool(place and target)


def start() -> None:
    """A new learner's first step: the first lesson."""
    first = next((entry for entry in entries() if entry.card), None)
    if first and first.card and st.button(
        _("Start: {title}").format(title=plain(first.card.title)), type="primary",
        icon=":material/play_arrow:", key="start",
    ):  # fmt: skip
        enter(first)


def review() -> None:
    """Links to Recall, for the lessons of which something is due."""
    target = way("recall")
    for entry in entries():
        waiting = len(waiting_of(entry.id)) if entry.card else 0
        if target and entry.card and waiting:
            told = ngettext("{count} question is due", "{count} questions are due", waiting)
            st.page_link(
                target, icon=":material/history:", query_params={"lesson": entry.id},
                label=f"{told.format(count=waiting)}: {plain(entry.card.title)}",
            )  # fmt: skip


def waiting_of(lesson: str) -> list[Review]:
    """What of the lesson was answered, and is due again."""
    answers = progress().of(lesson).answers
    return [one for one in due(reviews(answers, list(OBJECTIVES)), now()) if not one.new]


# -- a message ----------------------------------------------------------------------------------


def paste() -> None:
    """A field for what Docker printed; it goes to the page that explains it, and no address."""
    with st.form("paste", border=False):
        field, go = st.columns([5, 1], vertical_alignment="bottom")
        text = field.text_area(
            _("Or paste an error that Docker printed"), height=68, key="pasted-error",
            placeholder=_("Error response from daemon: …"),
        )  # fmt: skip
        sent = go.form_submit_button(_("Explain"), width="stretch")
    target = way(PATH)
    if sent and not text.strip():
        st.warning(_("Paste what Docker printed, then choose Explain."))
    elif sent and target:
        keep(text)
        st.switch_page(target)


def target_of(place: Place) -> StreamlitPage | None:
    """The page of this place. At the root was the stage."""
    return way(read_page(place.address)[0] or "visual")


# -- a lesson -----------------------------------------------------------------------------------


def card(entry: Entry, titles: Mapping[str, str]) -> None:
    """What one will be able to do, how long it takes, how far one is, and the way in. `titles` are
    those of all lessons."""
    with st.container(key=f"card-{entry.id}", border=True, width=520):
        known = entry.card
        if known is None:
            st.subheader(plain(entry.id), anchor=False)
            say(st.warning, "{error}", error=entry.trouble)
            return
        st.subheader(known.title, anchor=False)
        st.caption(f":material/schedule: {plain(known.minutes)}")
        earlier = [titles[name] for name in known.builds_on if name in titles]
        if earlier:
            sentence = f":material/stairs: {_('Builds on: {lessons}')}"
            say(st.caption, sentence, lessons=", ".join(earlier))
        st.markdown("\n".join(f"- {outcome}" for outcome in known.outcomes[:OUTCOMES]))
        done, every = advance(entry.id, known)
        if done:
            said = _("{done} of {all} questions and challenges")
            st.progress(done / every, said.format(done=done, all=every))
        label = _("Go on with the lesson") if done else _("Begin the lesson")
        if st.button(label, key=f"start-{entry.id}"):
            enter(entry)


def advance(lesson: str, known: Card) -> tuple[int, int]:
    """Questions of the lesson answered rightly and challenges solved; and of how many."""
    done = progress().of(lesson)
    asked = {f"quiz-{place}" for place in range(1, known.quiz + 1)}
    right = {answer.question for answer in done.answers if answer.right} & asked
    solved = set(best(done.solutions)) & set(known.challenges)
    return len(right) + len(solved), len(asked) + len(known.challenges)


def enter(entry: Entry) -> None:
    """To the lesson's first page: its chapters, or the stage of one that has none."""
    first = "learn" if (entry.folder / chapters.FILE).exists() else "visual"
    target = way(first)
    if target:
        st.session_state.lesson = entry.id
        st.switch_page(target, query_params={"lesson": entry.id})


# -- beside the lessons -------------------------------------------------------------------------


def tools() -> None:
    for column, (path, (icon, use)) in zip(st.columns(len(TOOLS)), TOOLS.items(), strict=True):
        target = way(path)
        if target:
            with column:
                st.page_link(target, label=f"**{target.title}**", icon=icon)
                st.caption(_(use))
