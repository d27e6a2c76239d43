"""Try and Challenge: a terminal in the page; every command can be stepped through below it."""

from collections.abc import Callable

import streamlit as st

from simulator.lesson.challenges import Challenge, challenges
from simulator.lesson.document import Lesson
from simulator.lesson.feedback import Feedback, feedback
from simulator.progress.records import Solution, best
from simulator.protocol.reference import HUB, HUB_HOST, Reference
from simulator.registry.model import Registry
from simulator.scenarios.model import scenarios
from simulator.shell import enter
from simulator.shell.completion import completions
from simulator.shell.values import Shell
from simulator.sources.world import Role, Tls
from simulator.views import player
from simulator.views.console import console as shown
from simulator.web.components import stage
from simulator.web.components import terminal as console
from simulator.web.pages.learner import keep, now, progress, table_of_challenges
from simulator.web.pages.parts import chosen_engine, code, explain, fragment
from simulator.words.i18n import _


def terminal(name: str, begun: Callable[[], Shell]) -> Shell:
    """The terminal of this name, and the shell as it is now. `begun` makes the first one."""
    place, key = f"shell-{name}", f"console-{name}"
    st.session_state.setdefault(place, begun())
    st.session_state.setdefault(f"{place}-tab", ([], ""))

    def typed() -> None:
        line = st.session_state[key].line
        if line:
            st.session_state[place] = enter(st.session_state[place], str(line["text"]))
            st.session_state[f"{place}-tab"] = ([], "")

    def tab() -> None:
        asked = st.session_state[key].complete
        if asked:
            found = completions(st.session_state[place], str(asked["text"]))
            st.session_state[f"{place}-tab"] = (found, str(asked["number"]))

    shell: Shell = st.session_state[place]
    completed, number = st.session_state[f"{place}-tab"]
    console.mount(shown(shell, completed, number), key, typed, tab)
    return shell


def last_run(lesson: Lesson, shell: Shell, name: str) -> None:
    """The stage with the last command that the machine played."""
    if shell.trace is None:
        st.info(_("Type a docker command: every step of it will be here."))
        return
    explain(shell.trace)
    stage.mount(player.payload(lesson, shell.trace, asks=False), key=f"stage-{name}")


# -- Try --------------------------------------------------------------------------------------

FIRST = "docker pull myprivateregistry.com/myimage:latest"
"""What an empty terminal offers with one click."""


def ordinary(engine: str) -> Shell:
    """The lesson's world, with nothing stored and nothing typed."""
    known = next(iter(scenarios().values()))
    return Shell(known.world(), known.state(engine).client)


def try_page(lesson: Lesson) -> None:
    """A terminal to play in."""
    left, right = st.columns([5, 2], vertical_alignment="center")
    left.title(_("Try it"), anchor=False)
    with right:
        engine = chosen_engine()
    playground(lesson, engine)


@fragment
def playground(lesson: Lesson, engine: str) -> None:
    name = f"try-{engine}"
    st.write(f"**{_('You are alice, and your password is s3cret.')}**")
    left, right = st.columns([5, 2])
    with left:
        shell = terminal(name, lambda: ordinary(engine))
        if not shell.commands:
            st.button(
                FIRST, key=f"first-{name}", icon=":material/play_arrow:", on_click=play,
                args=(name, FIRST),
            )  # fmt: skip
    with right:
        world(ordinary(engine))
    last_run(lesson, shell, name)


def play(name: str, line: str) -> None:
    """The line, as if it had been typed in the terminal of this name."""
    place = f"shell-{name}"
    st.session_state[place] = enter(st.session_state[place], line)


def world(shell: Shell) -> None:
    """Who else is there and what they have, read from the world itself."""
    st.write(
        _("What you type is answered as the chosen Docker answers it. On the network there are:")
    )
    served = {
        host: images(host, site.registry)
        for host, site in shell.world.sites.items()
        if site.registry and site.role is Role.REGISTRY and site.tls is not Tls.PLAIN
    }
    code("\n".join(name for names in served.values() for name in names))
    for host, site in shell.world.sites.items():
        if site.tls is Tls.PLAIN:
            said = _("The images of {registry} are also at {host}, by plain HTTP.")
            st.write(said.format(registry=f"`{next(iter(served))}`", host=f"`{host}`"))


def images(host: str, registry: Registry) -> list[str]:
    """The images that this host has, as one types them after `docker pull`."""
    begin = HUB if host == HUB_HOST else host
    return sorted(
        Reference.parse(f"{begin}/{name}:{tag}").familiar
        for name, held in registry.repositories.items()
        for tag in held.tags
    )


# -- Challenge --------------------------------------------------------------------------------


def choose_another() -> None:
    """A choice on the page wins over the address."""
    st.query_params.pop("challenge", None)


def challenge_page(lesson: Lesson) -> None:
    """Something is broken: find it, and repair it."""
    known = challenges(lesson)
    fewest = best(progress().of(lesson.id).solutions)
    left, middle, right = st.columns([3, 3, 2], vertical_alignment="center")
    left.title(_("Challenge"), anchor=False)
    asked = st.session_state.pop("challenge-next", st.query_params.get("challenge", ""))
    if asked in known:
        st.session_state.challenge = asked
    name = middle.selectbox(
        _("Challenge"), list(known), key="challenge", label_visibility="collapsed",
        format_func=lambda one: f"{'✓ ' if one in fewest else ''}{known[one].title}",
        persist_state="session", on_change=choose_another,
    )  # fmt: skip
    if st.query_params.get("challenge") != name:
        st.query_params["challenge"] = name
    with right:
        engine = chosen_engine()
    attempt(lesson, name, engine)


@fragment
def attempt(lesson: Lesson, name: str, engine: str) -> None:
    """The story, the terminal, whether the goal is reached, and what is solved by now."""
    known = challenges(lesson)[name]
    place = f"{name}-{engine}"
    st.write(known.story)
    left, right = st.columns([5, 2])
    with left:
        shell = terminal(place, lambda: known.shell(engine))
    told = feedback(lesson, known, engine, shell)
    with right:
        if told.facts["solved"]:
            keep_solution(lesson, name, engine, shell)
            st.success(told.text("solved"), icon=":material/check:")
            go_on(lesson, name)
        else:
            hints(known, told)
    last_run(lesson, shell, place)
    st.header(_("All challenges"), anchor="all")
    table_of_challenges(lesson, best(progress().of(lesson.id).solutions))


def keep_solution(lesson: Lesson, name: str, engine: str, shell: Shell) -> None:
    """Once for each way it was solved, whichever page reports it; and before it is reported."""
    key = f"challenge-{name}-{engine}-{shell.commands}"
    if (lesson.id, key) not in st.session_state.setdefault("solved", set()):
        keep(Solution(lesson=lesson.id, key=key, at=now(), challenge=name, commands=shell.commands))
        st.session_state.solved.add((lesson.id, key))


def go_on(lesson: Lesson, name: str) -> None:
    """To the next one that is not solved yet."""
    names, fewest = list(challenges(lesson)), best(progress().of(lesson.id).solutions)
    after = names.index(name) + 1
    left = [one for one in (*names[after:], *names[:after]) if one not in fewest]
    if not left:
        st.write(_("That was the last one: all are solved."))
    elif st.button(_("Next challenge"), type="primary", key="next-challenge"):
        st.session_state["challenge-next"] = left[0]
        st.rerun()


def hints(known: Challenge, told: Feedback) -> None:
    """Three, one after the other: what the last run says, the rule, and what to type now."""
    with st.expander(_("A hint")):
        st.write(told.text("ended"))
    with st.expander(_("The rule behind it")):
        st.write(known.rule)
        st.link_button(_("Source"), known.source, type="tertiary")
    with st.expander(_("What to type now")):
        st.write(told.text("next"))
        command = told.facts["next_to_type"]
        if command:
            code(command, command=True)
