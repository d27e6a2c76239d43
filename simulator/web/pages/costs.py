"""Requests, bytes and time of runs beside each other, on one link."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from simulator.docker.trace import Trace
from simulator.views.timing import Link, timeline, total
from simulator.web.pages.parts import show_table
from simulator.words.i18n import _, decimal

PARALLEL = (1, 3, 10)
"""Layers at once."""


def costs(runs: Iterable[tuple[str, Trace]], link: Link) -> None:
    """A table with a line for each run, by its title."""
    at_once = [_("Seconds, {count} at once").format(count=many) for many in PARALLEL]
    columns = [_("What"), _("Requests"), "kB", *at_once]
    show_table(pd.DataFrame([cost(title, run, link) for title, run in runs], columns=columns))


def cost(title: str, run: Trace, link: Link) -> tuple[object, ...]:
    moved = [bar.size for bar in timeline(run, link) if bar.kind != "unpack"]
    times = (total(timeline(run, replace(link, parallel=many))) for many in PARALLEL)
    return (title, len(moved), decimal(sum(moved) / 1000), *(decimal(time, 2) for time in times))
