"""The learner, and the records of them: progress to see, to take along, and to delete."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from simulator.lesson.challenges import challenges
from simulator.lesson.document import Lesson
from simulator.progress.keeper import Keeper, NotKept
from simulator.progress.names import account, is_learner, new_learner
from simulator.progress.records import (
    FIRST_LESSON,
    Answer,
    InvalidProgress,
    Place,
    Progress,
    Review,
    Solution,
    TooManyRecords,
    best,
    by_objective,
    in_order,
    mastered,
    reviews,
)
from simulator.questions import OBJECTIVES
from simulator.views.address import page_address
from simulator.web import registry
from simulator.web.pages import takealong
from simulator.web.pages.parts import say, show_table
from simulator.words.i18n import N_, _

COOKIE = "pullscope_learner"
YEAR = 31_536_000
WAITING = 200
"""Records of one page that wait for the database."""
PREDICTION = "prediction"
"""The objective of what is answered on the stage."""
SURENESS = (N_("a guess"), N_("fairly"), N_("sure"))
"""How sure one can be of an answer, by number."""
SET_COOKIE = """export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const kept = `Path=/; Max-Age=${data.age}; SameSite=Lax${secure}`;
  document.cookie = `${data.name}=${data.value}; ${kept}`;
}"""


@st.cache_resource(show_spinner=False)
def keeper() -> Keeper:
    """The process's store of progress, behind its border."""
    return Keeper()


@cache
def cookie_setter() -> Any:
    return st.components.v2.component("pullscope_cookie", js=SET_COOKIE)


def learner() -> str:
    """The signed-in user where the host has a login, else an anonymous one, by a cookie."""
    if st.user.get("is_logged_in"):
        return account(str(st.user.get("iss", "")), str(st.user.get("sub", "")))
    if "learner" not in st.session_state:
        known = str(st.context.cookies.get(COOKIE, ""))
        st.session_state.learner = known if is_learner(known) else new_learner()
    return str(st.session_state.learner)


def remember() -> None:
    """Give the browser the anonymous learner's name; once a page."""
    if not st.user.get("is_logged_in"):
        data = {"name": COOKIE, "value": learner(), "age": YEAR}
        cookie_setter()(key="cookie", data=data, height=1)


def progress() -> Progress:
    """The learner's records; empty where they cannot be read just now."""
    try:
        return keeper().progress(learner())
    except NotKept:
        return Progress()


def keep(*records: Answer | Solution | Place) -> None:
    """Returns when they are on disk, and with them where the learner is; or says that they are
    not. What could not be kept is tried again with what comes next, while the page is open."""
    place, waiting = here(), (*st.session_state.get("waiting", ()), *records)
    try:
        keeper().keep(learner(), *waiting, *([place] if place else []))
    except TooManyRecords as error:
        waiting = ()
        say(st.error, "{error}", error=error)
    except NotKept:
        if records:
            st.toast(_("Your answer is not kept yet."), icon=":material/cloud_off:")
    else:
        waiting = ()
        st.session_state["place-kept"] = place and place.address
    st.session_state.waiting = waiting[-WAITING:]


def trouble() -> None:
    """One line about a database that does not work just now. Why is the host's business: only who
    runs the page alone reads it here, others' hosts in the log."""
    why = keeper().trouble
    if why:
        line = _("Your answers are not kept just now, until the database works again.")
        say(st.warning, f"{line} {{why}}", why="" if registry.public() else why)


def now() -> datetime:
    return datetime.now(UTC)


# -- where the learner is -----------------------------------------------------------------------

NO_PLACE = ("lang", "embed", "embed_options")
"""Parts of an address that do not say where one is."""


def shows(address: Mapping[str, str]) -> None:
    """What a part of the page that writes the address itself has there now. Streamlit knows only
    the address that one came with."""
    st.session_state.shown = {name: value for name, value in address.items() if value}


def here() -> Place | None:
    """The page that is drawn, and what its address chooses; None where that is no position."""
    path = st.session_state.get("path")
    if path is None:
        return None
    known = st.session_state.get("shown") or st.query_params
    chosen = {name: value for name, value in known.items() if name not in NO_PLACE}
    if not (path or chosen):
        return None
    try:
        where = page_address(f"/{path}", chosen)
        return Place(lesson=chosen.get("lesson", FIRST_LESSON), address=where, at=now())
    except ValidationError:  # an address that no link has
        return None


def visit(path: str | None) -> None:
    """The learner opened this page (None: one that is no position)."""
    if keeper().trouble:
        keep()  # it may work again
    st.session_state.fresh = path != st.session_state.get("path")
    st.session_state.path = path
    if st.session_state.fresh:
        shows({})


def arrived() -> None:
    """Keep where the learner is, where that is somewhere else than before."""
    place = here()
    if place and place.address != st.session_state.get("place-kept"):
        keep()


# -- the page ---------------------------------------------------------------------------------


def page(lesson: Lesson) -> None:
    """The learner's work, what is due, and the files to take along."""
    st.title(_("Your progress"), anchor=False)
    known = progress().of(lesson.id)
    if not keeper().trouble:
        with st.container(key="figures"):
            figures(lesson, known)
        with st.container(key="objectives"):
            objectives(known)
        solved(lesson, known)
        answered(known)
        take_along()
    takealong.section(lesson)


def figures(lesson: Lesson, known: Progress) -> None:
    right = sum(answer.right for answer in known.answers)
    answers, rights, sure, done = st.columns(4)
    answers.metric(_("Questions answered"), len(known.answers), border=True)
    rights.metric(_("Right"), right, border=True)
    all_objectives = f"{len(mastered(known.answers) & set(OBJECTIVES))} / {len(OBJECTIVES)}"
    sure.metric(_("Objectives mastered"), all_objectives, border=True)
    all_challenges = f"{len(best(known.solutions))} / {len(challenges(lesson))}"
    done.metric(_("Challenges solved"), all_challenges, border=True)


def objectives(known: Progress) -> None:
    """Each objective, in the order in which Recall asks, with its state."""
    st.header(_("Objectives"), anchor="objectives")
    given = by_objective(known.answers)
    done = mastered(known.answers)
    rows = [
        (
            _(OBJECTIVES[one.objective].title),
            len(given.get(one.objective, ())),
            sum(answer.right for answer in given.get(one.objective, ())),
            standing(one, done),
        )
        for one in reviews(known.answers, list(OBJECTIVES))
    ]
    columns = [_("Objective"), _("Answered"), _("Right"), _("Standing")]
    show_table(pd.DataFrame(rows, columns=columns))
    st.write(
        _(
            "Recall asks in this order. Mastered: three correct answers in a row, to different "
            "questions and without the last hint."
        )
    )


def standing(one: Review, done: set[str]) -> str:
    """In words: new, due, mastered, or when it comes back."""
    if one.new:
        return _("new")
    if one.mistaken:
        return _("you were sure, and it was wrong: it comes first")
    when = _("due now") if one.due <= now() else _("back on {date}").format(date=shown(one.due))
    return f"{_('mastered')}, {when}" if one.objective in done else when


def shown(moment: datetime) -> str:
    """Date and time where the learner is."""
    try:
        zone: tzinfo = ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, ZoneInfoNotFoundError):
        zone = UTC
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def solved(lesson: Lesson, known: Progress) -> None:
    """Every challenge, with the best solution beside its par."""
    st.header(_("Challenges"), anchor="challenges")
    table_of_challenges(lesson, best(known.solutions))


def table_of_challenges(lesson: Lesson, fewest: Mapping[str, int]) -> None:
    rows = [
        (one.title, _("solved") if name in fewest else _("open"), fewest.get(name, "–"), one.par)
        for name, one in challenges(lesson).items()
    ]
    columns = [_("Challenge"), _("Standing"), _("Fewest commands"), _("Par")]
    show_table(pd.DataFrame(rows, columns=columns))


LATEST = 12


def answered(known: Progress) -> None:
    """The latest answers, wherever they were given."""
    st.header(_("Latest answers"), anchor="answers")
    if not known.answers:
        st.write(_("There are none yet."))
        return
    rows = [
        (shown(one.at), about(one), _("right") if one.right else _("wrong"), sureness(one))
        for one in reversed(in_order(known.answers)[-LATEST:])
    ]
    columns = [_("When"), _("About"), _("Answer"), _("How sure")]
    show_table(pd.DataFrame(rows, columns=columns))


def about(one: Answer) -> str:
    """The objective in words, or the place of the question."""
    if one.objective in OBJECTIVES:
        return _(OBJECTIVES[one.objective].title)
    if one.objective == "snapshot":
        return _("a flash card")
    if one.objective == PREDICTION:
        return _("a prediction on the stage")
    return _("a question of the lesson")


def sureness(one: Answer) -> str:
    return "–" if one.sure is None else _(SURENESS[one.sure])


def take_along() -> None:
    """Export, import, delete. The file is made when it is asked for."""
    st.header(_("Your data"), anchor="your-data")
    st.write(_("All of it is one file. It can be imported here, or wherever Pullscope runs."))
    export, bring, delete = st.columns(3)
    kept, who = keeper(), learner()
    export.download_button(
        _("Export"), lambda: kept.progress(who).to_json(), "pullscope-progress.json",
        "application/json", key="export", on_click="ignore",
    )  # fmt: skip
    with bring:
        file = st.file_uploader(_("Import a file"), type="json", key="import", max_upload_size=5)
        if file is not None:
            take_in(file.getvalue())
    with delete, st.popover(_("Delete everything")):
        st.write(_("This deletes all your data on this server. You cannot undo it."))
        if st.button(_("Delete it now"), key="delete"):
            forget(who)


def forget(who: str) -> None:
    """Delete everything, and draw the page anew."""
    try:
        keeper().forget(who)
    except NotKept:
        st.error(_("Nothing was deleted: the database does not work just now."))
        return
    st.session_state.waiting = ()
    st.rerun()


def take_in(data: bytes) -> None:
    """What the file adds; nothing, and why, if it is not one of ours."""
    kept = keeper()
    try:
        imported = Progress.from_json(data)
        imported.check_times(now())
        before = kept.progress(learner())
        kept.take_in(learner(), imported)
        after = kept.progress(learner())
    except InvalidProgress as error:
        say(st.error, f"{_('Nothing was imported:')} {{error}}", error=error)
        return
    except NotKept:
        st.error(_("Nothing was imported: the database does not work just now."))
        return
    added = len(after.answers) - len(before.answers) + len(after.solutions) - len(before.solutions)
    told = _("{count} records were added.").format(count=added)
    (st.success if added else st.info)(told)
