"""What several pages place: choices that the address has, tables, and runs by name."""

import logging
import os
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from html import escape
from typing import Any, ParamSpec

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from simulator.decoder.asking import explain_address
from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.lesson.document import Lesson
from simulator.protocol.digest import digest_of
from simulator.recordings.document import engine_of, recorded
from simulator.recordings.replayed import Replayed, replayed
from simulator.recordings.situations import recorded_situations
from simulator.scenarios.model import own_scenarios, scenarios
from simulator.views.table import Table
from simulator.words import i18n
from simulator.words.i18n import N_, _

P = ParamSpec("P")
SOURCES = {
    "mock": N_("Mock registry"), "real": N_("Real registry"), "recording": N_("Recording"),
}  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=200)
def replayed_by_name(name: str, engine: str) -> Replayed:
    """A recording that comes with Pullscope, from its own exchanges."""
    known = recorded()[name]
    return replayed(known, engine_of(known, engine))


def situations() -> dict[str, str]:
    """Every situation by name, with its title: the lesson's, then the recorded ones."""
    told, known = _("Recorded: {title}"), recorded_situations().items()
    headings = {name: told.format(title=one.heading()) for name, one in known}
    own = own_scenarios(str(st.session_state.get("lesson", "")))
    return {name: one.title for name, one in (own | scenarios()).items()} | headings


CHOICES: Mapping[str, Callable[[], dict[str, str]]] = {
    "source": lambda: {name: _(title) for name, title in SOURCES.items()},
    "engine": lambda: {name: _(engine.title) for name, engine in engines().items()},
    "scenario": situations,
    "recording": lambda: {one.name: one.heading() for one in recorded_situations().values()},
}
"""By name in the address: the possible values, each with its title in the chosen language."""


def addressed() -> None:
    """The address chooses as one comes to the page; a name in it that does not exist is reported.

    From then on the stage writes the address: Python would put a step back that is past.
    """
    for choice, titles in CHOICES.items():
        known = titles()
        asked = unveiled(st.query_params.get(choice, ""), known)
        if choice not in st.session_state:
            st.session_state[choice] = next(iter(known))
        if asked in known and st.session_state.get("fresh", True):
            st.session_state[choice] = asked
        if asked and asked not in known and st.session_state[choice] == next(iter(known)):
            nothing_there(choice, asked, known[st.session_state[choice]])


def nothing_there(choice: str, asked: str, shown: str) -> None:
    """Say that the address names what does not exist."""
    sentence = _("There is no {choice} {asked}; shown is “{shown}”. Choose another below.")
    say(st.warning, sentence, choice=choice.replace("_", " "), asked=repr(asked), shown=shown)


def head(lesson: Lesson) -> DeltaGenerator:
    """The title, and beside it room for the choices."""
    room = st.container(key="choices", horizontal=True, vertical_alignment="center", gap="small")
    room.title(f"{lesson.document.title} :gray-badge[{lesson.document.minutes}]", anchor=False)
    return room


def choices() -> None:
    """Source, engine, scenario."""
    st.segmented_control(_("Source"), required=True, width="content", **choosing("source"))
    st.selectbox(_("Docker engine"), width=280, **choosing("engine"))
    if st.session_state.source == "mock":
        situation_choice()
    if st.session_state.source == "recording":
        st.selectbox(_("Recording"), width=260, **choosing("recording"))


def situation_choice() -> None:
    """The situation; of a surprise, its title when it is asked for."""
    seen = st.session_state.setdefault("situations_seen", set())
    seen.add(st.session_state.scenario)
    if st.session_state.get("surprising"):
        st.button(_("Show its title"), key="reveal", on_click=unveil)
    else:
        st.selectbox(_("What happens"), width=260, **choosing("scenario"))
    st.button(_("Surprise me"), key="surprise", type="tertiary", on_click=surprise)


def surprise() -> None:
    """A situation that this session has not shown yet, without its title: the title would answer
    the predictions."""
    names = list(scenarios())
    unseen = [name for name in names if name not in st.session_state.situations_seen]
    st.session_state.update(scenario=random.choice(unseen or names), surprising=True)


def unveil() -> None:
    st.session_state.surprising = False


VEIL = "surprise-"
"""Begins the name of a surprise in an address."""


def veiled(name: str) -> str:
    """The name of a surprise in an address: it does not tell which situation it is."""
    return VEIL + digest_of(name.encode()).partition(":")[2][:8]


def unveiled(asked: str, known: Iterable[str]) -> str:
    """The situation that an address names. One that names a surprise stays a surprise."""
    if not asked.startswith(VEIL):
        return asked
    st.session_state.setdefault("surprising", True)
    return next((name for name in known if veiled(name) == asked), asked)


def chosen_engine() -> str:
    """A choice of the engine; the same one on every page."""
    st.session_state.setdefault("engine", next(iter(engines())))
    st.selectbox(_("Docker engine"), **choosing("engine"))
    return str(st.session_state.engine)


def way(path: str) -> StreamlitPage | None:
    """The page at this path, to lead to; None where a page is drawn alone."""
    known: dict[str, StreamlitPage] = st.session_state.get("ways", {})
    return known.get(path)


def next_link(path: str, label: str, lesson: Lesson) -> None:
    """A link to what comes next in this lesson; the home is at the empty path."""
    target = way(path)
    if target:
        st.page_link(
            target, label=label, icon=":material/arrow_forward:",
            query_params={"lesson": lesson.id} if path else None,
        )  # fmt: skip


def password_key(form: str) -> str:
    """The key of the form's field for a password, which changes with each that was sent."""
    return f"{form}-password-{st.session_state.get(f'{form}-passwords', 0)}"


def take_password(form: str) -> None:
    """A new, empty field takes the place of the form's as it is sent; the password lives on for
    one run only. (Streamlit cannot empty a field which was left by Tab, to the eye beside it.)"""
    st.session_state[f"{form}-sent"] = st.session_state.pop(password_key(form))
    st.session_state[f"{form}-passwords"] = st.session_state.get(f"{form}-passwords", 0) + 1


def fragment(draw: Callable[P, None]) -> Callable[P, None]:
    """A part of a page that is drawn again by itself: in the session's language, for each run
    has a thread of its own."""

    @st.fragment
    @wraps(draw)
    def drawn(*args: P.args, **options: P.kwargs) -> None:
        i18n.use(st.session_state.get("language", i18n.DEFAULT))
        with border():
            draw(*args, **options)

    return drawn


def choosing(choice: str) -> dict[str, Any]:
    known = CHOICES[choice]()
    return {
        "options": list(known), "format_func": known.__getitem__, "key": choice,
        "label_visibility": "collapsed", "persist_state": "session",
    }  # fmt: skip


def plain(text: object) -> str:
    """Text for a table cell, whose Markdown must not take it for markup."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|:$~])", r"\\\1", str(text)).replace("\n", "  \n")


DEBUG = "PULLSCOPE_DEBUG"
"""With this environment variable, an exception keeps its traceback and ends the page."""


@contextmanager
def border() -> Iterator[None]:
    """Whatever goes wrong inside is one sentence on the page; the rest of the page stays."""
    try:
        yield
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        logging.getLogger(__name__).error("a part of a page failed: %s", type(error).__name__)
        sentence = _(
            "This part of the page could not be shown ({error}). Choose something else, or load "
            "the page again."
        )
        say(st.error, sentence, error=type(error).__name__)


def say(show: Callable[[str], object], sentence: str, **foreign: object) -> None:
    """Show a sentence of ours. The words of others that are put into it (`{error}`) are shown as
    they are: no Markdown of theirs becomes a link or a picture."""
    show(sentence.format(**{name: plain(words) for name, words in foreign.items()}))


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with its words as they are, whatever they look like to Markdown."""
    known = isinstance(frame.index, pd.RangeIndex)
    named = frame.rename(columns=plain) if known else frame.rename(index=plain, columns=plain)
    return named.map(plain)


def show_table(frame: pd.DataFrame) -> None:
    """A table to read and to copy; an unnamed index is not shown."""
    show_readable(readable(frame))


def show_readable(frame: pd.DataFrame) -> None:
    st.table(frame, hide_index=isinstance(frame.index, pd.RangeIndex))


def code(text: str, command: bool = False, label: str = "") -> None:
    """Text as it is sent or printed, or a command to type, with a button that copies it; a label
    above it tells its purpose.

    (Streamlit's own element brings a highlighter of 500 kB, whose start takes longer than the rest
    of the page.)
    """
    kind = "code-block command" if command else "code-block"
    button = f'<button type="button" data-copied="{_("Copied.")}">{_("Copy")}</button>'
    above = f"<p>{escape(label)}</p>" if label else ""
    kind += " labelled" if label else ""
    st.html(f'<div class="{kind}">{above}<pre><code>{escape(text)}</code></pre>{button}</div>')


def table(shown: Table, name: str) -> None:
    """A table whose first column names its rows, and a file to keep."""
    frame = pd.DataFrame(list(shown.rows), columns=list(shown.columns)).set_index(shown.columns[0])
    show_table(frame)
    st.download_button(_("Download as CSV"), frame.to_csv(), f"{name}.csv", "text/csv", key=name)


def explain(trace: Trace | None) -> None:
    """A link that explains what a failed run printed; nothing where the run did not fail."""
    if trace is None or not trace.failed:
        return
    lines = (line.text for step in trace.steps for line in step.terminal if line.kind == "error")
    st.link_button(
        _("Explain this message"), explain_address("\n".join(lines)), icon=":material/troubleshoot:"
    )
