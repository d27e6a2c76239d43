"""The decoder: paste a message, see who says what in it, and which causes it allows.

Pasted text is masked before anything else sees it; it lives in its field only.
"""

from itertools import groupby

import streamlit as st

from simulator.decoder.answer import masked_words, standing_word, summary
from simulator.decoder.asking import FIELD as ADDRESSED
from simulator.decoder.causes import Candidate, Excluded, Verdict
from simulator.decoder.checks import SYSTEMS, Command, fitting, known_checks, narrowed, with_names
from simulator.decoder.cleaning import plain as cleaned
from simulator.decoder.decode import Decoded, decode
from simulator.decoder.logs import requests
from simulator.decoder.playing import address
from simulator.decoder.redaction import mask
from simulator.lesson.document import Lesson
from simulator.web.components import anatomy
from simulator.web.pages.parts import code, plain
from simulator.words.i18n import N_, _, ngettext

PLAYER = "./visual"
"""Where the player is, from this page."""
FIELD, PICKED, MASKED, ANSWERS = (
    "decoder_message", "decoder_picked", "decoder_masked", "decoder_answers",
)  # fmt: skip
EXAMPLES = (
    'Error response from daemon: failed to resolve reference "registry.example.com/team/app:1.0": '
    'failed to do request: Head "https://registry.example.com/v2/team/app/manifests/1.0": tls: '
    "failed to verify certificate: x509: certificate signed by unknown authority",
    'Error response from daemon: Head "https://ghcr.io/v2/team/app/manifests/1.0": denied: denied',
    "Error response from daemon: pull access denied for app, repository does not exist or may "
    "require 'docker login': denied: requested access to the resource is denied",
    'Failed to pull image "registry.example.com/app:1": rpc error: code = Unknown desc = failed to '
    'pull and unpack image "registry.example.com/app:1": failed to resolve reference '
    '"registry.example.com/app:1": failed to authorize: failed to fetch anonymous token: '
    "unexpected status: 403 Forbidden",
    "Error saving credentials: error storing credentials - err: exit status 1, out: "
    "`Cannot autolaunch D-Bus without X11 $DISPLAY`",
    'Error: initializing source docker://quay.io/team/app:1: pinging container registry quay.io: '
    'Get "https://quay.io/v2/": dial tcp: lookup quay.io on 192.168.65.1:53: no such host',
)  # fmt: skip
LONG = 25
"""Lines from which on a text is treated as a log."""


def keep(text: str) -> None:
    """The field itself is masked at once; answers to checks belong to one message."""
    kept = mask(cleaned(text))
    st.session_state[FIELD], st.session_state[MASKED] = kept.text, kept.count
    st.session_state[ANSWERS] = {}


def pasted() -> None:
    keep(st.session_state[FIELD])
    st.session_state[PICKED] = None


def picked() -> None:
    if st.session_state[PICKED]:
        keep(st.session_state[PICKED])


def addressed() -> None:
    """A message in the address moves into the field, and out of the address."""
    if ADDRESSED in st.query_params:
        keep(st.query_params[ADDRESSED])
        del st.query_params[ADDRESSED]


def form() -> str:
    """The field, and messages to pick from."""
    addressed()
    left, right = st.columns([3, 2], vertical_alignment="top")
    left.text_area(
        _("Paste the message, or a whole log"), key=FIELD, height=122, on_change=pasted,
        placeholder=_("Error response from daemon: …"),
    )  # fmt: skip
    right.selectbox(
        _("Or pick an example"), EXAMPLES, index=None, key=PICKED, on_change=picked,
        placeholder=_("Messages that people met"),
    )  # fmt: skip
    right.caption(
        _("Nothing that you paste is stored. What looks like a secret is masked at once.")
    )
    right.button(_("Explain"), type="primary")
    return str(st.session_state.get(FIELD) or "")


def page(lesson: Lesson) -> None:
    """A message, its anatomy, and the causes that it allows."""
    st.title(_("Explain a message"), anchor=False)
    text = form()
    if not text.strip():
        st.info(_("Paste an error of a login, a pull or a push, from docker, podman, BuildKit, "
                  "Compose or Kubernetes. You see who says what in it, which causes it allows, and "
                  "how to find out which it is."))  # fmt: skip
        return
    decoded = decode(text)
    masked = st.session_state.get(MASKED) or decoded.masked
    if masked:
        st.markdown(f":blue-badge[:material/visibility_off: {masked_words(masked)}]")
    if decoded.main is None:
        st.warning(_("This is not from a login, pull or push. Paste the whole message, "
                     "with the line that begins with “Error”."))  # fmt: skip
        return
    told(decoded)


def told(decoded: Decoded) -> None:
    of_log(decoded)
    st.header(_("Who says what"), anchor=False)
    st.html(anatomy.painted(decoded))
    verdict, asked = answered(decoded)
    st.header(_("What may be the matter"), anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        causes(decoded, verdict)
    with right:
        check(decoded, verdict, asked)
    excluded(verdict)


def of_log(decoded: Decoded) -> None:
    """Of a log: where it fails, and what was asked before."""
    count = decoded.text.count("\n") + 1
    if count < LONG or decoded.main is None:
        return
    st.write(_("The failure is in line {line} of {count}.").format(
        line=decoded.main.line.number, count=count))  # fmt: skip
    asked = requests(decoded)
    if asked:
        told = ngettext("{count} request before it", "{count} requests before it", len(asked))
        with st.expander(told.format(count=len(asked))):
            st.html(anatomy.listed(asked))
    with st.expander(_("The whole log, masked")), st.container(height=240):
        code(decoded.text)


def causes(decoded: Decoded, verdict: Verdict) -> None:
    st.write(summary(decoded) if verdict is decoded.verdict else _("Your answers leave:"))
    for place, one in enumerate(verdict.candidates):
        label = f"**{plain(one.cause.title)}** · {standing_word(one.standing)}"
        with st.expander(label, expanded=place == 0):
            cause(decoded, one)


def cause(decoded: Decoded, one: Candidate) -> None:
    st.caption(plain(one.why))
    for label, text in (
        (_("What happened"), one.cause.what_happened),
        (_("How to check"), with_names(one.cause.how_to_check, decoded)),
        (_("How to mend it"), with_names(one.cause.how_to_mend, decoded)),
    ):
        st.markdown(f"**{label}.** {plain(text)}")
    where = address(one.cause)
    if where:
        st.link_button(_("See it happen"), PLAYER + where)
    else:
        st.caption(_("No situation plays this cause yet."))


def answered(decoded: Decoded) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict after the answers that were pasted, and the checks that were asked."""
    verdict, known = decoded.verdict, known_checks()
    answers: dict[str, str] = st.session_state.get(ANSWERS) or {}
    for name, printed in answers.items():
        verdict, _means = narrowed(verdict, known[name], printed, decoded)
    return verdict, tuple(answers)


def check(decoded: Decoded, verdict: Verdict, asked: tuple[str, ...]) -> None:
    """The command that separates the remaining causes best, and a field for its answer."""
    found = fitting(decoded, verdict, asked)
    meanings(decoded)
    if not found or not verdict.candidates:
        return
    best = found[0]
    with st.container(border=True):
        st.subheader(plain(best.check.title), anchor=False)
        st.caption(best.place)
        command(best)
        key = f"decoder_printed_{best.check.name}"
        st.text_area(_("What did it print?"), key=key, height=90,
                     on_change=take_answer, args=(best.check.name, key))  # fmt: skip


def command(best: Command) -> None:
    names = list(best.commands)
    chosen = st.segmented_control(
        _("Operating system"), names, default=names[0], key=f"decoder_system_{best.check.name}",
        format_func=lambda name: _(SYSTEMS[name]), label_visibility="collapsed",
    )  # fmt: skip
    code(best.commands[chosen or names[0]], command=True)


def take_answer(name: str, key: str) -> None:
    kept = mask(cleaned(st.session_state[key])).text
    st.session_state[ANSWERS] = {**(st.session_state.get(ANSWERS) or {}), name: kept}


UNCLEAR = N_("This answer is not one that Pullscope knows; nothing follows from it.")


def meanings(decoded: Decoded) -> None:
    """What each answer means, in the order in which they were given."""
    answers: dict[str, str] = st.session_state.get(ANSWERS) or {}
    for name, printed in answers.items():
        known = known_checks()[name]
        _verdict, means = narrowed(decoded.verdict, known, printed, decoded)
        st.markdown(f":material/check: {plain(known.title)} **{plain(means or _(UNCLEAR))}**")


def excluded(verdict: Verdict) -> None:
    """What it cannot be, by reason."""
    if not verdict.excluded:
        return
    count = len(verdict.excluded)
    told = ngettext("{count} cause is excluded", "{count} causes are excluded", count)
    with st.expander(told.format(count=count)):
        for why, group in groupby(verdict.excluded, key=reason):
            st.markdown(f"**{plain(why)}**  \n" + plain("; ".join(x.cause.title for x in group)))


def reason(one: Excluded) -> str:
    return one.why
