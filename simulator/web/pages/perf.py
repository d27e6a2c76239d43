"""Perf: where the time of a pull goes, on a link that the learner chooses."""

from dataclasses import replace

import altair as alt
import pandas as pd
import streamlit as st
from babel import Locale

from simulator.docker.trace import Trace
from simulator.lesson.chapters import chapters
from simulator.lesson.document import Lesson
from simulator.recordings.situations import trace as played
from simulator.scenarios.model import titled
from simulator.views.address import Address
from simulator.views.timing import KINDS, MB, Bar, Link, measured, timeline, total
from simulator.web.pages.costs import PARALLEL, costs
from simulator.web.pages.parts import (
    CHOICES,
    SOURCES,
    chosen_engine,
    fragment,
    replayed_by_name,
    show_table,
    way,
)
from simulator.web.pages.reading import section
from simulator.words.i18n import N_, _, chosen, decimal

LINKS = {
    "office": (N_("Office: 10 MB/s, 30 ms"), Link()),
    "mobile": (N_("Mobile: 1 MB/s, 120 ms"), Link(1 * MB, 1 * MB, 0.12)),
    "far": (N_("Far away: 10 MB/s, 300 ms"), Link(latency=0.3)),
    "centre": (N_("Data centre: 500 MB/s, 1 ms"), Link(500 * MB, 500 * MB, 0.001)),
}
FIRST = "logged-in"
"""The run that is shown first where the lesson plays it: a pull and nothing else."""
COMPARED = {
    "logged-in": N_("First pull"),
    "up-to-date": N_("Second pull: nothing has changed"),
    "shared-layers": N_("Another image, whose base is here"),
}
KIND_TITLES = {
    "login": N_("GET /v2/, login"), "token": N_("token"), "manifest": N_("manifest"),
    "config": N_("config"), "download": N_("layer: download"), "unpack": N_("layer: unpack"),
    "ask": N_("push: ask, mount, start"), "upload": N_("push: upload"),
}  # fmt: skip
COLOURS = ("#8a94a6", "#b7791f", "#2f6fdb", "#6b9bf2", "#1d5fe0", "#0f8a5f", "#b45fc4", "#7a3fa0")
"""Of the kinds, in their order."""

LEGEND = """<style>
.kinds {
  display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; padding-top: 0.6rem; font-size: 0.875rem;
}
.kinds i { display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.35rem; }
</style>"""


def page(lesson: Lesson) -> None:
    """A timeline, and what changes it."""
    left, right = st.columns([5, 2], vertical_alignment="center")
    left.title(_("What it costs"), anchor=False)
    with right:
        engine = chosen_engine()
    timed(lesson, engine)
    for place, part in enumerate(chapters(lesson).perf, 1):
        section(lesson, part, engine, f"perf-{place}")


@fragment
def timed(lesson: Lesson, engine: str) -> None:
    source = st.segmented_control(
        _("Source"), list(SOURCES), default="mock", key="perf-source", required=True,
        format_func=lambda known: _(SOURCES[known]), label_visibility="collapsed",
    )  # fmt: skip
    what, over, many = st.columns([3, 3, 2])
    with what:
        trace = run_of(lesson, source or "mock", engine)
    if trace is None:
        return
    links = [*([MEASURED] if trace.took else []), *LINKS]
    link_name = over.selectbox(
        _("Link"), links, key=f"perf-link-{len(links)}", format_func=link_title
    )
    parallel = many.segmented_control(
        _("Layers at once"), PARALLEL, default=3, key="perf-parallel", required=True,
        disabled=link_name == MEASURED,
    )  # fmt: skip
    known = LINKS.get(link_name, LINKS["office"])[1]
    link = replace(known, parallel=parallel or 3)
    bars = measured(trace) if link_name == MEASURED else timeline(trace, link)
    with st.container(key="figures"):
        figures(bars)
    chart(bars)
    explained(link_name == MEASURED)
    compared(lesson, engine, link)


MEASURED = "measured"


def link_title(name: str) -> str:
    return _("As it was: measured") if name == MEASURED else _(LINKS[name][0])


def run_of(lesson: Lesson, source: str, engine: str) -> Trace | None:
    """The run whose costs are shown; None while there is none."""
    if source == "real":
        return real_run(lesson)
    if source == "recording":
        recordings = CHOICES["recording"]()
        name = st.selectbox(
            _("Recording"), list(recordings), list(recordings).index("pull_shared_layers"),
            key="perf-recording", format_func=recordings.__getitem__,
        )  # fmt: skip
        return replayed_by_name(name, engine).trace
    names = lesson.situations
    name = st.selectbox(
        _("What happens"), names, names.index(FIRST) if FIRST in names else 0,
        key=f"perf-scenario-{lesson.id}", format_func=titled,
    )  # fmt: skip
    return played(name, engine)


def real_run(lesson: Lesson) -> Trace | None:
    """The pulls from a real registry in this session."""
    trace: Trace | None = st.session_state.get("real_trace")
    if trace is None:
        st.info(_("Pull from a real registry first; what it took is then measured here."))
        stage = way("visual")
        asked = Address(lesson=lesson.id, source="real")
        if stage:
            st.page_link(stage, label=_("Real registry"), query_params=asked.parts)
        return None
    commands = [step.before.run.command for step in trace.steps if step.before.run.command]
    st.text_input(_("Your real run"), commands[-1].text if commands else "", disabled=True)
    return trace


def figures(bars: tuple[Bar, ...]) -> None:
    time, sent, asked = st.columns(3)
    time.metric(_("Time"), f"{decimal(total(bars), 2)} s", border=True)
    moved = sum(bar.size for bar in bars if bar.kind != "unpack")
    sent.metric(_("Bytes sent"), f"{decimal(moved / 1000)} kB", border=True)
    count = sum(bar.kind != "unpack" for bar in bars)
    asked.metric(_("Requests"), count, border=True)


def chart(bars: tuple[Bar, ...]) -> None:
    """One line a request or layer, in the order in which they begin."""
    ordered = sorted(bars, key=lambda bar: (bar.start, bar.end))
    rows = [
        (f"{number:2} {bar.what}", _(KIND_TITLES[bar.kind]), bar.start, bar.end, bar.size)
        for number, bar in enumerate(ordered, 1)
    ]
    frame = pd.DataFrame(rows, columns=["what", "kind", "start", "end", "bytes"])
    axis = alt.Axis(labelLimit=260, labelOverlap=False, labelFlush=False)
    drawn = (
        alt.Chart(frame)
        .mark_bar(cornerRadius=3, height={"band": 0.7})
        .encode(
            x=alt.X("start:Q", title=_("seconds"), scale=alt.Scale(nice=False)),
            x2="end:Q",
            y=alt.Y("what:N", sort=None, title=None, axis=axis),
            color=alt.Color(
                "kind:N", legend=None,
                scale=alt.Scale(domain=[_(KIND_TITLES[kind]) for kind in KINDS], range=COLOURS),
            ),
            tooltip=["what", "kind", alt.Tooltip("start", format=".3f"),
                     alt.Tooltip("end", format=".3f"), "bytes"],
        )
        .properties(height=22 * len(rows) + 60)
        .configure(locale=alt.Locale(number=numbers()))
    )  # fmt: skip
    legend()
    st.altair_chart(drawn, width="stretch")
    with st.expander(_("The same as a table")):
        columns = [_("What"), _("Kind"), _("From (s)"), _("To (s)"), _("Bytes")]
        written = frame.assign(start=frame.start.map(seconds), end=frame.end.map(seconds))
        show_table(written.set_axis(columns, axis=1))


def legend() -> None:
    """Beside the chart, not in it: there it does not wrap, and a phone cuts it off."""
    kinds = (
        f'<span><i style="background: {colour}"></i>{_(KIND_TITLES[kind])}</span>'
        for kind, colour in zip(KINDS, COLOURS, strict=True)
    )
    st.html(f'{LEGEND}<div class="kinds">{"".join(kinds)}</div>')


def seconds(value: float) -> str:
    return decimal(value, 3)


def numbers() -> alt.NumberLocale:
    """How the chosen language writes a number."""
    known = Locale.parse(chosen.get()).number_symbols["latn"]
    return alt.NumberLocale(
        decimal=known["decimal"], thousands=known["group"], grouping=[3], currency=["", ""]
    )


def explained(is_measured: bool) -> None:
    if is_measured:
        st.write(
            _(
                "This is how long it really took, request by request, on this machine. The layers "
                "were verified and deleted, not unpacked."
            )
        )
        return
    st.write(
        _(
            "Sizes, order and number of requests are those of the run; the link decides how long "
            "they take. Small requests are limited by latency, layers by bandwidth, and a layer "
            "is unpacked after the one below it. Downloading in parallel saves time, not data."
        )
    )


def compared(lesson: Lesson, engine: str, link: Link) -> None:
    """The same link: what is here already, and how many layers at once."""
    known = {name: _(title) for name, title in COMPARED.items() if name in lesson.situations}
    shown = known or {name: titled(name) for name in lesson.situations}
    st.header(_("What saves time"), anchor="saves")
    costs(((title, played(name, engine)) for name, title in shown.items()), link)
