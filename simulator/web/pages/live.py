"""Your own docker: the learner's terminal on one side, what happens on the other."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlsplit

import streamlit as st

from simulator.decoder.asking import PATH as DECODER
from simulator.lesson.document import Lesson
from simulator.live import view
from simulator.live.asgi import Live
from simulator.live.clients import Kind, commands, note, recipes
from simulator.live.learners import Full, Session
from simulator.live.trouble import SWITCHES, Trouble
from simulator.progress.keeper import NotKept
from simulator.protocol.hosts import is_loopback
from simulator.registry.serving import PortInUse
from simulator.web import registry as served
from simulator.web.components import live_bar as bar
from simulator.web.components import stage
from simulator.web.pages.parts import code, fragment, say
from simulator.words.i18n import N_, _

IMAGES = ("app:1.0", "app:1.1", "myimage:latest", "multi:latest")
P = ParamSpec("P")
NOT_KEPT = N_("This could not be kept just now. Please try again.")
UNAVAILABLE = 3
"""How many requests in a row are answered 503."""


@st.cache_resource(show_spinner=False)
def second_port() -> Live:
    """One for all pages of this process."""
    return served.second_port()


def registry() -> Live | None:
    """The registry that this page belongs to; None, with a sentence, where there is none."""
    beside = served.current()
    if beside:
        return beside
    if not is_loopback(urlsplit(st.context.url or "http://localhost").netloc):
        st.info(
            _(
                "This page is on another machine than your docker. To offer it to a class, start "
                "`pullscope app --class` there, behind TLS; on your own machine it works at once."
            )
        )
        return None
    try:
        return second_port()
    except PortInUse as error:
        say(st.error, "{error}", error=error)
        return None


def learner(live: Live) -> Session | None:
    """This page's session: a new one where there is none, or where it expired. The page itself
    remembers the password, to show it; the registry does not."""
    held = st.session_state.get("live")
    session = live.sessions.get(held[0]) if held else None
    if session:
        return resumed(live, session)
    if held:
        st.info(_("Your account had expired; here is a new one."))
    try:
        session, password = live.sessions.open(came_from(live))
    except Full as error:
        say(st.warning, "{error}", error=error)
        return None
    except NotKept:
        st.warning(_(NOT_KEPT))
        return None
    st.session_state.live = (session.id, password)
    return session


def resumed(live: Live, session: Session) -> Session:
    """After a reload: the session of before, if the tab asks for it and it is still there."""
    before = bar.before()
    if before in ("", session.id, st.session_state.get("live_resumed")):
        return session
    st.session_state.live_resumed = before
    found = live.sessions.resume(before, session)
    if found:
        st.session_state.live = (found.id, "")  # the password is not known any more
    return found or session


def came_from(live: Live) -> str:
    if live.local:
        return "127.0.0.1"
    forwarded = st.context.headers.get("X-Forwarded-For", "")
    return forwarded.rpartition(",")[2].strip() or st.context.ip_address or ""


def told(change: Callable[P, None]) -> Callable[P, None]:
    """The same; where it cannot be kept, one sentence says so."""

    @wraps(change)
    def done(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            change(*args, **kwargs)
        except NotKept:
            st.toast(_(NOT_KEPT))

    return done


@told
def renewed(live: Live, session: Session) -> None:
    st.session_state.live = (session.id, live.sessions.renew(session))


def break_it(live: Live, session: Session) -> None:
    """Switches that change the world while it runs."""
    on = session.trouble.any
    title = _("Broken: put it right") if on else _("Break it")
    with st.popover(title, icon=":material/bolt:"):
        for name, (label, help_text) in SWITCHES.items():
            st.toggle(
                _(label), getattr(session.trouble, name), key=switch_key(name),
                help=_(help_text), on_change=switched, args=(live, session, name),
            )  # fmt: skip
        st.button(
            _("503 for the next {count} requests").format(count=UNAVAILABLE), width="stretch",
            on_click=out_of_order, args=(live, session),
        )  # fmt: skip
        st.button(
            _("Put everything right"), type="primary", width="stretch",
            on_click=restored, args=(live, session), disabled=not on,
        )  # fmt: skip


@told
def out_of_order(live: Live, session: Session) -> None:
    live.sessions.change(session, unavailable=UNAVAILABLE)


@told
def switched(live: Live, session: Session, name: str) -> None:
    live.sessions.change(session, **{name: st.session_state[switch_key(name)]})


@told
def restored(live: Live, session: Session) -> None:
    """New switches: a browser that closes the list at once keeps the old ones as they stood, and
    would send them again."""
    st.session_state.live_restored = st.session_state.get("live_restored", 0) + 1
    live.sessions.change(session, **vars(Trouble()))


def switch_key(name: str) -> str:
    return f"trouble_{name}_{st.session_state.get('live_restored', 0)}"


def head(live: Live, session: Session) -> tuple[Kind, str]:
    """The title, with which client, which image, and what to change."""
    quiet: dict[str, Any] = {"label_visibility": "collapsed", "persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(_("Your own docker"), anchor=False, width="stretch")
        recipe = st.selectbox(
            _("Client"), list(recipes()), format_func=lambda kind: kind.title, key="live_client",
            width=150, **quiet,
        )  # fmt: skip
        named = st.selectbox(_("Image"), IMAGES, key="live_image", width=170, **quiet)
        st.button(
            _("New password"), icon=":material/key:", on_click=renewed, args=(live, session),
            help=_("The old one is worth nothing from then on."),
        )  # fmt: skip
        break_it(live, session)
    return recipe, named


def recipe_row(live: Live, session: Session, password: str, recipe: Kind, image: str) -> None:
    """What to copy: the login, the password that it asks for, the pull."""
    login, pull = commands(recipe, live.host, session.name, image, live.public)
    first, second, third = st.columns([4.4, 2, 5])
    with first:
        code(login or _("(no login of its own)"), command=bool(login), label=_("1 · Log in"))
    with second:
        secret = password or _("password as before")
        code(secret, command=bool(password), label=_("2 · The password"))
    with third:
        code(pull, command=True, label=_("3 · Pull"))
    special = note(recipe, live.public)
    if special:
        st.markdown(f":small[{special}]")


@fragment
def desk(live: Live, session: Session) -> None:
    """All that is typed or switched; a choice here never touches the stage."""
    recipe, image = head(live, session)
    recipe_row(live, session, st.session_state.live[1], recipe, image)


def page(lesson: Lesson) -> None:
    """Account and commands, what the registry sees, and the stage that follows."""
    live = registry()
    session = learner(live) if live else None
    if not (live and session):
        return
    live.sessions.teach(session, lesson.id)
    desk(live, session)
    base = "" if live is served.current() else f"http://{live.host}"
    bar.mount(base, session.id, live.host)
    stage.mount(view.waiting(lesson.id), key="live")
    st.link_button(_("Explain a message of your docker"), DECODER, icon=":material/troubleshoot:")
