"""Everyone's docker at once: at which step each seat's own docker is, and which seats are stuck."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from simulator.live.asgi import Live
from simulator.live.coach import advice
from simulator.live.view import facts, lesson_named, runs_of
from simulator.web import registry
from simulator.web.pages.parts import readable, show_readable
from simulator.words.i18n import N_, _

STUCK = {"failed": N_("It failed."), "stopped": N_("It stopped in the middle.")}
"""Ends of a command that say that a learner is stuck, though the coach has nothing to say."""


def dockers(shown: Mapping[int, str]) -> None:
    """A row for each seat that shows its docker; those that are stuck come first."""
    live = registry.current()
    if live is None or not shown:
        return
    st.subheader(_("Everyone's docker"), anchor=False)
    rows = [(seat, *state_of(live, name)) for seat, name in sorted(shown.items())]
    rows.sort(key=lambda row: not row[-1])
    columns = [_("Seat number"), _("Command"), _("Step"), _("Stuck")]
    show_readable(readable(pd.DataFrame(rows, columns=columns)))


def state_of(live: Live, name: str) -> tuple[str, str, str]:
    """The latest command, the title of its last step, and why it seems stuck, if it does."""
    session = live.sessions.named(name)
    if session is None:
        return "–", _("There is no such user name."), ""
    now = live.sessions.clock()
    runs, told = runs_of(session, now), advice(facts(session, live.host, now, live.public))
    if not runs:
        return "–", _("No request yet."), told
    run, step = runs[-1], runs[-1].trace.steps[-1]
    stuck = told or stuck_words(run.outcome)
    return run.short, lesson_named(session.lesson).words(step.name, step).title, stuck


def stuck_words(outcome: str) -> str:
    return _(STUCK[outcome]) if outcome in STUCK else ""
