"""Learn, Why, Deep, and the end of Perf: read, with something that is run for every section."""

import pandas as pd
import streamlit as st

from simulator.docker.machine import State
from simulator.lesson.chapters import (
    Listed,
    Pair,
    Played,
    Section,
    Shown,
    chain,
    chapters,
    parties,
    screen,
    step_at,
)
from simulator.lesson.claims import run_of
from simulator.lesson.document import Lesson
from simulator.lesson.library import entries
from simulator.protocol.message import Request
from simulator.scenarios.model import titled
from simulator.views.address import Address
from simulator.views.explain import ANSWER_HEADERS, AUTHORIZATIONS, REQUEST_HEADERS, STATUSES, Note
from simulator.views.message import outcome, wire
from simulator.views.talk import brief_path, secret_in_body
from simulator.views.timing import Link
from simulator.web.pages.costs import costs
from simulator.web.pages.learner import arrived
from simulator.web.pages.parts import chosen_engine, code, fragment, next_link, show_table, way
from simulator.web.pages.question import ask
from simulator.words.i18n import _

# -- Learn ------------------------------------------------------------------------------------


def learn_page(lesson: Lesson) -> None:
    """Two minutes, one screen after the other, and then the stage."""
    with st.container(key="tour"):
        tour(lesson, chapters(lesson).learn)


@fragment
def tour(lesson: Lesson, screens: tuple[Section, ...]) -> None:
    """One screen: its words, who talks to whom, and what is run for it."""
    place = screen_of(len(screens))
    part, key = screens[place], f"learn-{place}"
    number = _("{number} of {count}").format(number=place + 1, count=len(screens))
    st.title(f"{_('Learn it in two minutes')} · {number}", anchor=False)
    st.progress((place + 1) / len(screens))
    st.header(part.title, anchor=False)
    with st.container(key="tour-words"):
        st.write(part.words)
        introduce(part)
    between(lesson, part)
    evidence(lesson, part, "29", key)
    with st.container(horizontal=True, key="tour-ways"):
        if place and st.button(_("Back"), key="screen-back"):
            turn(place - 1)
        if place + 1 < len(screens):
            if st.button(_("Next"), key="screen-next", type="primary", width=180):
                turn(place + 1)
        elif st.button(_("Watch it step by step"), key="screen-last", type="primary"):
            to_stage(lesson)


def screen_of(count: int) -> int:
    """As the address says (`?screen=2`): Back, a reload and a bookmark lead to it."""
    asked = st.query_params.get("screen", "1")
    return min(max(int(asked), 1), count) - 1 if asked.isdecimal() and len(asked) < 4 else 0


def turn(place: int) -> None:
    st.query_params["screen"] = str(place + 1)
    arrived()
    st.rerun(scope="fragment")


def to_stage(lesson: Lesson) -> None:
    """The lesson's own run, at its first step."""
    stage = way("visual")
    if stage:
        st.session_state.update(source="mock", scenario=lesson.scenario)
        named = Address(lesson.scenario, step=1, lesson=lesson.id).parts
        st.switch_page(stage, query_params=named)


def introduce(part: Section) -> None:
    """Who takes part, each with what it does."""
    lines = [f"- :blue-badge[:material/{one.icon}: {one.title}] {one.text}" for one in part.cast]
    if lines:
        st.markdown("\n".join(lines))


def between(lesson: Lesson, part: Section) -> None:
    """Who talks to whom in what is shown here, by the names of the stage: the command line tells
    the engine, and the engine asks each host."""
    hosts = parties(lesson, part)
    if not hosts:
        return
    cli, engine = (lesson.parties[name].label for name in ("cli", "engine"))
    asks = f":gray-badge[:material/settings: {engine}]"
    lines = [(f":gray-badge[:material/terminal: {cli}]", asks)]
    lines += [(asks, f":blue-badge[:material/dns: {host}]") for host in hosts]
    st.markdown("  \n".join(map(" :material/arrow_forward: ".join, lines)))


# -- Why and Deep -----------------------------------------------------------------------------


def why_page(lesson: Lesson) -> None:
    """The failures without it, run live."""
    headed(lesson, _("Why it is so"), chapters(lesson).why, "why")


def deep_page(lesson: Lesson) -> None:
    """Every message and every header, and what people believe about them."""
    headed(lesson, _("In depth"), chapters(lesson).deep, "deep")
    headers()
    next_link("other-courses", _("What other courses say"), lesson)


def others_page(lesson: Lesson) -> None:
    """What other courses say, each answered by a run."""
    known = (one for entry in entries() if (one := entry.lesson))
    owner = next((one for one in known if chapters(one).others), lesson)
    headed(owner, _("What other courses say"), chapters(owner).others, "others")


def headed(lesson: Lesson, title: str, sections: tuple[Section, ...], name: str) -> None:
    left, right = st.columns([5, 2], vertical_alignment="center")
    left.title(title, anchor=False)
    with right:
        engine = chosen_engine()
    contents = [f"[{part.title}](#{name}-{place})" for place, part in enumerate(sections, 1)]
    with st.container(key="contents"):
        st.markdown(" · ".join(contents))
    for place, part in enumerate(sections, 1):
        section(lesson, part, engine, f"{name}-{place}")


def section(lesson: Lesson, part: Section, engine: str, key: str) -> None:
    """Words on the left, what is run for them on the right; two terminals need the whole width."""
    st.header(part.title, anchor=key)
    if part.pair:
        st.write(part.words)
        evidence(lesson, part, engine, key)
        return
    with st.container(key=f"section-{key}"):
        words, shown = st.columns([2, 3], gap="large")
    with words:
        st.write(part.words)
        pitfall(part)
    with shown:
        evidence(lesson, part, engine, key)


def pitfall(part: Section) -> None:
    """The mistake, what to do in its place, and the cause, a line each."""
    if not part.pitfall:
        return
    lines = (
        (":material/close:", _("Wrong"), part.pitfall.wrong),
        (":material/check:", _("Right"), part.pitfall.right),
        (":material/help:", _("Cause"), part.pitfall.cause),
    )
    st.markdown("\n".join(f"- {icon} **{name}:** {text}" for icon, name, text in lines))


def evidence(lesson: Lesson, part: Section, engine: str, key: str) -> None:
    """The runs or questions of this section. A question is asked before the run is opened."""
    if part.choice:
        ask(lesson, part.choice, key)
    answer = part.play or part.wire or part.exchanges or part.chain or part.stores or part.timed
    if part.choice and answer:
        with st.expander(_("The run")):
            shown(lesson, part, engine, key)
    else:
        shown(lesson, part, engine, key)


def shown(lesson: Lesson, part: Section, engine: str, key: str) -> None:
    """The runs of this section."""
    if part.play:
        typed(part, engine)
    if part.pair:
        beside(part.pair, engine)
    if part.wire:
        message(lesson, part.wire)
    if part.exchanges:
        messages(lesson, part.exchanges, key)
    if part.chain:
        digests(part.chain, key)
    if part.stores:
        stored(run_of(lesson, f"{part.stores.run}@{engine}").steps[-1].after)
    if part.timed:
        compared(lesson, part.timed, engine)


def typed(part: Played, engine: str) -> None:
    code(screen(part.shell(engine)))


def beside(pair: Pair, engine: str) -> None:
    """Two terminals beside each other; on a phone one below the other."""
    sides = ((_("Before"), pair.before), (_("After"), pair.after))
    for column, (name, side) in zip(st.columns(2), sides, strict=True):
        with column:
            st.markdown(f"**{name}.** {side.text}")
            typed(side, engine)


def compared(lesson: Lesson, names: tuple[str, ...], engine: str) -> None:
    """Requests, bytes and time of these situations, on the usual link."""
    runs = ((name, run_of(lesson, f"{name}@{engine}")) for name in names)
    costs(((titled(lesson.situation(name)), run) for name, run in runs), Link())


def message(lesson: Lesson, shown: Shown) -> None:
    """A request and its answer, and what their lines mean."""
    step = step_at(lesson, shown)
    told = wire(step, 1, 1)
    if told is None:
        return
    lines = [line["text"] for line in (*told["sent"], *told["answer"])]
    lines.insert(len(told["sent"]), "")
    code("\n".join(lines))
    noted = [line for line in (*told["sent"], *told["answer"]) if "note" in line]
    rows = [(line["text"].partition(":")[0], line["note"], line["source"]) for line in noted]
    with st.expander(_("What the lines mean")):
        show_table(pd.DataFrame(rows, columns=[_("Line"), _("Meaning"), _("Source")]))
    if told["rows"]:
        columns = [_("What"), _("Value"), _("Note")]
        show_table(pd.DataFrame(told["rows"], columns=columns))
    with st.expander(_("The same with curl")):
        code(told["curl"], command=True)


def messages(lesson: Lesson, listed: Listed, key: str) -> None:
    """All messages of this run, an engine after the other."""
    for name in listed.engines:
        trace = run_of(lesson, f"{listed.run}@{name}")
        sent = [step.exchange for step in trace.steps if step.exchange]
        rows = [
            (number, request_line(one.request), sent_as(one.request), outcome(one.answer))
            for number, one in enumerate(sent, 1)
        ]
        columns = ["#", _("Request"), _("Credentials"), _("Answer")]
        st.write(f"**Docker {name}**")
        with st.container(key=f"messages-{key}-{name}"):
            show_table(pd.DataFrame(rows, columns=columns))


def request_line(request: Request) -> str:
    """Short enough for a phone: of a digest the first digits."""
    return f"{request.method} {request.host}{brief_path(request)}"


def sent_as(request: Request) -> str:
    """The scheme of the credentials, or that the request has them in its body."""
    if secret_in_body(request):
        return _("in the body")
    return str(request.authorization.scheme) if request.authorization else "–"


@fragment
def digests(image: str, key: str) -> None:
    """The chain from the tag to the layers, hashed here and now; a changed bit breaks its link."""
    links = chain(image)
    names = [_("nothing"), *(link.what for link in links)]
    spoiled = st.segmented_control(
        _("Change one bit of"), names, default=names[0], key=f"{key}-spoil", required=True
    )
    rows = []
    for link in links:
        digest = link.recomputed(link.what == spoiled)
        kept = digest == link.digest
        verdict = _("✓ as promised") if kept else _("✗ not as promised")
        rows.append((link.what, link.promised_by, link.digest, len(link.data), digest, verdict))
    verdict = _("Verdict")
    columns = [_("What"), _("Promised by"), _("Promised"), _("Bytes"), _("Recomputed"), verdict]
    show_table(pd.DataFrame(rows, columns=columns))


def stored(state: State) -> None:
    """Where what is kept is kept, at the end of a run."""
    images = state.client.images
    rows = [
        ("~/.docker/config.json", ", ".join(key for key, _c in state.client.store.entries)),
        (_("memory of the engine"), _("the token, until the command ends")),
        (_("image store: blobs"), str(len(images.blobs))),
        (_("image store: manifests"), str(len(images.manifests))),
        (_("image store: names"), ", ".join(name for name, _d in images.images)),
    ]
    show_table(pd.DataFrame(rows, columns=[_("Where"), _("What")]))


def headers() -> None:
    """Every header that matters, with the rule behind it."""
    st.header(_("Every header"), anchor="headers")
    parts: dict[str, Note] = {
        **{f"{name} →": note for name, note in REQUEST_HEADERS.items()},
        **{f"authorization: {scheme} →": note for scheme, note in AUTHORIZATIONS.items()},
        **{f"← {name}": note for name, note in ANSWER_HEADERS.items()},
        **{f"← {status}": note for status, note in STATUSES.items()},
    }
    rows = [(name, _(note.text), note.source) for name, note in parts.items()]
    show_table(pd.DataFrame(rows, columns=[_("Line"), _("Meaning"), _("Source")]))
