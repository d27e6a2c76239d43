"""What if: one thing changed, two situations or engines, or a misconception, side by side."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from simulator.compare.align import (
    Comparison,
    Supposed,
    compare,
    makes_sense,
    offers,
    partings,
    what_if,
)
from simulator.compare.lanes import staged
from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.lesson.document import Lesson
from simulator.questions.misconceptions import MUTANTS, imagined
from simulator.questions.runs import because
from simulator.recordings.situations import trace as played
from simulator.scenarios.changes import changes
from simulator.scenarios.model import own_scenarios, per_own_scenarios, scenarios
from simulator.web.components import comparison as duet
from simulator.web.pages.learner import shows
from simulator.web.pages.parts import CHOICES, fragment, nothing_there, plain
from simulator.words.i18n import N_, _

WAYS = {
    "change": N_("One change"),
    "right": N_("Two situations"),
    "right_engine": N_("Two engines"),
    "belief": N_("A misconception"),
}
"""The choices of a comparison, by their names in the address."""

KNOWN: Mapping[str, Callable[[], dict[str, str]]] = {
    "scenario": CHOICES["scenario"],
    "engine": CHOICES["engine"],
    "change": lambda: {name: one.title for name, one in changes().items()},
    "right": CHOICES["scenario"],
    "right_engine": CHOICES["engine"],
    "belief": lambda: {name: supposed_title(name) for name in MUTANTS},
}
"""By name in the address: the possible values, each with its title in the chosen language."""


def first_that_matters() -> str:
    """The first change that makes a difference to the chosen situation."""
    known = partings(st.session_state.scenario, st.session_state.engine)
    return next((name for name in changes() if name in known), next(iter(changes())))


USUAL: Mapping[str, Callable[[], str]] = {
    "change": first_that_matters,
    "right": lambda: "no-login",
    "right_engine": lambda: list(engines())[-1],
}
"""The default where the address has no choice, if not the first one."""


def addressed() -> None:
    """The address of a new session chooses; a name in it that does not exist is reported.

    From then on the component writes the address.
    """
    asked = {name: st.query_params.get(name, "") for name in KNOWN}
    asked["scenario"] = asked["scenario"] or st.query_params.get("left", "")
    if "way" not in st.session_state:
        st.session_state.way = next((way for way in reversed(WAYS) if asked[way]), "change")
    for name, titles in KNOWN.items():
        known = titles()
        if name not in st.session_state:
            usual = USUAL[name]() if name in USUAL else next(iter(known))
            st.session_state[name] = asked[name] if asked[name] in known else usual
    now = [st.session_state[name] for name in ("way", *KNOWN)]
    if st.session_state.setdefault("compared-first", now) != now:
        return  # something was chosen since
    for name, titles in KNOWN.items():
        if asked[name] and asked[name] not in titles():
            nothing_there(name, asked[name], titles()[st.session_state[name]])


def choose(column: "st.delta_generator.DeltaGenerator", label: str, name: str,
           options: list[str], titled: Callable[[str], str]) -> str:  # fmt: skip
    """A choice that the address has."""
    column.selectbox(label, options, format_func=titled, key=name, persist_state="session")
    return str(st.session_state[name])


def title_of(name: str) -> Callable[[str], str]:
    return KNOWN[name]().__getitem__


def change_title(base: str, engine: str) -> Callable[[str], str]:
    """A change with the step at which it matters, so that one can choose by the step."""
    known = partings(base, engine)

    def titled(name: str) -> str:
        if name in known:
            step = _("step {number}").format(number=known[name])
        else:
            step = _("no difference") if makes_sense(base, name) else _("nothing to change")
        return f"{changes()[name].title} · {step}"

    return titled


def in_order(base: str, engine: str) -> list[str]:
    """Changes that matter by the step at which they do; then the others."""
    known = partings(base, engine)
    possible = [name for name in changes() if name not in known and makes_sense(base, name)]
    rest = [name for name in changes() if name not in known and name not in possible]
    return [*known, *possible, *rest]


def supposed_title(name: str) -> str:
    return _("If {belief}").format(belief=_(MUTANTS[name].belief))


@per_own_scenarios
def misleading(base: str, engine: str) -> tuple[str, ...]:
    """The misconceptions that expect other steps here. Raises UnknownScenario."""
    own = played(base, engine)
    return tuple(
        name for name in MUTANTS
        if compare(own, imagined(name, base, engine)).parted is not None
    )  # fmt: skip


def believed(base: str, name: str, engine: str) -> Comparison:
    """What Docker does, and what a misconception expects."""
    both = compare(played(base, engine), imagined(name, base, engine))
    return replace(both, supposed=Supposed(supposed_title(name), because(MUTANTS[name])))


def belief_choice(column: "st.delta_generator.DeltaGenerator", base: str, engine: str) -> str:
    """Those that make a difference; all where none does."""
    known = list(misleading(base, engine) or MUTANTS)
    if st.session_state.belief not in known:
        st.session_state.belief = known[0]
    return choose(column, _("Misconception"), "belief", known, title_of("belief"))


def head() -> None:
    """The title, and what is compared with what."""
    title, way = st.columns([1, 6])
    title.title(_("What if"), anchor=False)
    way.segmented_control(
        _("Compare"), list(WAYS), format_func=lambda name: _(WAYS[name]), key="way",
        required=True, persist_state="session", wrap=True, label_visibility="collapsed",
    )  # fmt: skip


def chosen(lesson: Lesson) -> tuple[Comparison, dict[str, str]]:
    """The comparison that the choices name, and its address."""
    first, second, third = st.columns([2.8, 3.5, 2.7])
    names = [*own_scenarios(lesson.id), *scenarios()]
    base = choose(first, _("Situation"), "scenario", names, title_of("scenario"))
    if st.session_state.way == "right_engine":
        engine = choose(second, _("Engine"), "engine", list(engines()), title_of("engine"))
        other = choose(
            third, _("Other engine"), "right_engine", list(engines()), title_of("engine")
        )
        address = {"scenario": base, "engine": engine, "right_engine": other}
        return compare(played(base, engine), played(base, other)), address
    engine = choose(third, _("Engine"), "engine", list(engines()), title_of("engine"))
    if st.session_state.way == "right":
        right = choose(second, _("Other situation"), "right", names, title_of("right"))
        address = {"left": base, "right": right, "engine": engine}
        return compare(played(base, engine), played(right, engine)), address
    if st.session_state.way == "belief":
        name = belief_choice(second, base, engine)
        return believed(base, name, engine), {"scenario": base, "engine": engine, "belief": name}
    changed = choose(
        second, _("What if …"), "change", in_order(base, engine), change_title(base, engine)
    )
    return what_if(base, changed, engine), {"scenario": base, "engine": engine, "change": changed}


@fragment
def invitation(lesson: Lesson, trace: Trace) -> None:
    """The changes that matter at each step of this run, as links; nothing for a run without any.

    All changes are played for it, so that waits until the learner asks for it.
    """
    if trace.source != "mock" or not st.toggle(_("What if … at each step?"), key="what-if-here"):
        return
    for step, offered in offers(lesson.id, trace).items():
        links = " · ".join(f"[{plain(one['title'])}]({one['href']})" for one in offered)
        st.markdown(f"**{_('Step {number}').format(number=step)}**: {links}")


@fragment
def lanes(payload: dict[str, object]) -> None:
    duet.mount(payload, key="duet")


def page(lesson: Lesson) -> None:
    """Two runs as two lanes, and what they differ in."""
    addressed()
    head()
    comparison, address = chosen(lesson)
    shows(address)
    with st.container(key="comparison"):
        lanes(staged(lesson, comparison, address))
