"""Everyone's docker at once: at which step each seat's own docker is, and which seats are stuck."""

from collections.abc import Mapping
from dataclasses import astuple

import pandas as pd
import streamlit as st

from simulator.live.asgi import Live
from simulator.live.standing import Standing, asked, standing
from simulator.web import registry
from simulator.web.pages.parts import readable, show_readable
from simulator.words import i18n
from simulator.words.i18n import _

UNKNOWN = Standing("–", "–", "")


def dockers(shown: Mapping[int, str]) -> None:
    """A row for each seat that shows its docker; those that are stuck come first."""
    live = registry.current()
    if live is None or not shown:
        return
    st.subheader(_("Everyone's docker"), anchor=False)
    told = standings(live, tuple(shown.values()))
    rows = [(seat, *astuple(told.get(name, UNKNOWN))) for seat, name in sorted(shown.items())]
    rows.sort(key=lambda row: not row[-1])
    columns = [_("Seat number"), _("Command"), _("Step"), _("Stuck")]
    show_readable(readable(pd.DataFrame(rows, columns=columns)))


def standings(live: Live, names: tuple[str, ...]) -> Mapping[str, Standing]:
    """By user name, from the process where these learners' dockers are."""
    if registry.elsewhere:
        return asked(registry.elsewhere, live.sessions.signer, names, i18n.chosen.get())
    return {name: standing(live.sessions, name, live.host, live.public) for name in names}
