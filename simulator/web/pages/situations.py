"""Break it: every situation of the lesson, grouped by where its fault lies, each with its cause;
and the same groups to choose from on the stage."""

from collections.abc import Callable, Iterator
from functools import partial

import streamlit as st

from simulator.decoder.causes import causes
from simulator.docker import events as e
from simulator.docker.engines import engines
from simulator.docker.events import Failure
from simulator.lesson.document import Lesson
from simulator.protocol.network_failure import Obstacle
from simulator.recordings.situations import trace
from simulator.scenarios.model import Scenario, own_scenarios, scenarios
from simulator.views.address import Address
from simulator.web.pages.parts import next_link, plain, way
from simulator.words.i18n import N_, _

WORKS = N_("It works")
GROUPS = {
    "cli": N_("The command"),
    "credential-store": N_("Stored credentials"),
    "token-service": N_("Login and rights"),
    "registry": N_("The registry"),
    "network": N_("Network"),
    "tls": N_("Certificates"),
    "proxy": N_("Proxies"),
    "engine": N_("The Docker engine"),
    "storage": N_("Content"),
    "image-store": N_("The image store"),
    "kubernetes": "Kubernetes",
}
"""The layers of the causes, in the order in which a pull meets them."""
LAYERS: dict[str, tuple[type[Failure], ...]] = {
    "cli": (e.InputMissing, e.UsageRefused, e.PromptUnanswered, e.ReferenceRejected),
    "credential-store": (e.StoreFailed, e.HelperFailed),
    "token-service": (
        e.LoginRejected, e.LoginCanceled, e.TokenRefused, e.TokenMissing, e.ChallengeIncomplete,
        e.NoCredentials, e.AccessDenied,
    ),
    "registry": (
        e.ManifestUnknown, e.BlobUnknown, e.RateLimited, e.ServerFailed, e.SearchRefused,
        e.AllDeclined, e.HeaderUnusable,
    ),
    "network": (e.Unreachable,),
    "tls": (e.CertificatesUnusable,),
    "engine": (e.EngineUnreachable, e.DiskFull),
    "storage": (
        e.DigestMismatch, e.ManifestUnreadable, e.MediaTypesDiffer, e.NotAnImage,
        e.ConfigUnusable, e.UnpackRefused, e.PlatformMissing,
    ),
    "image-store": (e.ImagesRefused, e.TagMissing, e.PlatformAbsent, e.PlatformMismatched),
}  # fmt: skip
"""Where the fault lies of a situation that no cause names, by how it fails."""
OF_TLS = frozenset({
    Obstacle.UNTRUSTED, Obstacle.WRONG_NAME, Obstacle.EXPIRED, Obstacle.ALERT, Obstacle.NOT_TLS,
    Obstacle.PLAIN_HTTP,
})  # fmt: skip


def page(lesson: Lesson) -> None:
    """All of them, as links to the stage."""
    st.title(_("Break it"), anchor=False)
    st.write(_("Choose what goes wrong. Predict how Docker reacts, then step through it."))
    next_link("compare", _("Or compare two runs side by side"), lesson)
    groups(lesson, link)


def groups(lesson: Lesson, show: Callable[[Lesson, str], None]) -> None:
    """Each group under its title."""
    with st.container(key="situations"):
        for title, names in grouped(lesson).items():
            with st.container():
                st.header(_(title), anchor=False)
                for name in names:
                    show(lesson, name)


def link(lesson: Lesson, name: str) -> None:
    """To the first step of the situation."""
    stage = way("visual")
    if stage:
        address = Address(name, step=1, lesson=lesson.id).parts
        st.page_link(stage, label=line(lesson, name), query_params=address)


def line(lesson: Lesson, name: str) -> str:
    """Whether it works, its title and its cause."""
    sign, known = ":red[✕]" if trace(name).failed else ":green[✓]", situation(lesson, name)
    return f"{sign} **{plain(known.title)}** {plain(known.cause)}"


# -- on the stage -------------------------------------------------------------------------------


def chooser(lesson: Lesson) -> None:
    """A button that opens the same groups: what is chosen there is played at once."""
    if st.button(_("Choose by cause"), key="by-cause", type="tertiary"):
        st.dialog(_("What happens"), width="large")(partial(groups, lesson, pick))()


def pick(lesson: Lesson, name: str) -> None:
    label = line(lesson, name)
    if st.button(label, key=f"pick-{name}", type="tertiary", on_click=take, args=(name,)):
        st.rerun()


def take(name: str) -> None:
    st.session_state.update(scenario=name, surprising=False)


def situation(lesson: Lesson, name: str) -> Scenario:
    return (own_scenarios(lesson.id) | scenarios())[name]


def grouped(lesson: Lesson) -> dict[str, list[str]]:
    """The lesson's situations by the title of their group: those that work, then the others by
    where their fault lies."""
    found: dict[str, list[str]] = {title: [] for title in (WORKS, *GROUPS.values())}
    layers = dict(reversed(list(layer_of_each())))
    for name in lesson.situations:
        end = trace(name, next(iter(engines()))).steps[-1].event
        known = layers.get(name.rpartition("/")[2], layers.get(name))
        layer = known or (layer_of(end) if isinstance(end, Failure) else "")
        found[GROUPS[layer] if isinstance(end, Failure) else WORKS].append(name)
    return {title: names for title, names in found.items() if names}


def layer_of_each() -> Iterator[tuple[str, str]]:
    """Each situation that plays a cause, with the layer of that cause."""
    for cause in causes().values():
        yield from ((name, cause.layer) for name in cause.played_by)


def layer_of(failure: Failure) -> str:
    """Where the fault lies when a run ends in this way."""
    if isinstance(failure, e.Unreachable):
        met = "tls" if failure.obstacle in OF_TLS else "network"
        return "proxy" if failure.at_proxy else met
    return next(layer for layer, events in LAYERS.items() if isinstance(failure, events))
