"""The decoder: paste a message, see what it may mean, and open the step that prints it.

What is pasted is masked before anything else sees it; it lives in its field and nowhere else.
"""

import streamlit as st

from simulator.decoder import index as decoder
from simulator.decoder import shapes
from simulator.decoder.index import Card, Decoded, Known, cards, decode, known_messages
from simulator.decoder.redaction import mask
from simulator.docker.output.shared import DAEMON
from simulator.lesson.document import Lesson
from simulator.web.pages.parts import plain
from simulator.words.i18n import _, ngettext

PLAYER = "./"
"""Where the player is, from this page."""
FIELD, PICKED, MASKED = "decoder_message", "decoder_picked", "decoder_masked"

STYLE = """<style>
[data-testid="stMain"] h1 { padding-bottom: 0.6rem !important; }
[data-testid="stMain"] h2 { font-size: 1.1rem !important; padding: 0 0 0.3rem !important; }
</style>"""


def mask_pasted() -> None:
    """The field itself is masked at once."""
    kept = mask(shapes.clean(st.session_state[FIELD]))
    st.session_state[FIELD], st.session_state[MASKED] = kept.text, kept.count
    st.session_state[PICKED] = None


def take_picked() -> None:
    picked: Known | None = st.session_state[PICKED]
    if picked:
        st.session_state[FIELD], st.session_state[MASKED] = picked.text, 0


def asked() -> str:
    """The field, and the messages to pick from."""
    left, right = st.columns([3, 2], vertical_alignment="top")
    left.text_area(
        _("Paste what Docker printed"), key=FIELD, height=122, on_change=mask_pasted,
        placeholder=_("Error response from daemon: …"),
    )  # fmt: skip
    right.selectbox(
        _("Or pick a message"), known_messages(), index=None, key=PICKED, on_change=take_picked,
        format_func=labelled, placeholder=_("All messages that the situations print"),
    )  # fmt: skip
    right.caption(
        _("Nothing that you paste is stored. What looks like a secret is masked at once.")
    )
    right.button(_("Decode"), type="primary")
    return str(st.session_state.get(FIELD) or "")


def labelled(known: Known) -> str:
    count = ngettext("{count} cause", "{count} causes", known.causes).format(count=known.causes)
    words = str(known.shape).removeprefix(DAEMON).replace("\n", " ")
    return f"{count} · {words}"


def told(decoded: Decoded) -> None:
    """What was found, before the causes."""
    count = len(decoded.causes)
    if st.session_state.get(MASKED):
        words = decoder.masked_words(st.session_state[MASKED])
        st.markdown(f":blue-badge[:material/visibility_off: {words}]")
    if not decoded.prints:
        st.warning(decoder.unknown(decoded))
        st.markdown("\n".join(f"- {plain(near)}" for near in decoded.nearest))
    elif count > 1:
        st.markdown(_("**{count} causes** print this. What fits best comes first, then what more "
                      "situations lead to.")
                    .format(count=count))  # fmt: skip
    else:
        st.markdown(_("**One cause** prints this."))


def show(number: int, card: Card) -> None:
    """Left what it means and what tells it apart, right what to try."""
    with st.container(border=True):
        st.header(f"{number} · {plain(card.title)}", anchor=False)
        left, right = st.columns([1, 1], gap="medium")
        with left:
            st.markdown(f"**{plain(card.step)}.** {plain(card.meaning)}")
            if card.apart or card.facts:
                st.markdown(
                    _("**What tells it apart**") if card.apart else _("**What is so here**")
                )
                st.markdown("\n".join(f"- {plain(line)}" for line in (*card.facts, *card.apart)))
            st.caption(plain("; ".join(card.engines)) + "  \n" + plain(" · ".join(card.situations)))
            if card.address:
                st.link_button(_("Open this step in the player"), PLAYER + card.address)
        with right:
            st.markdown(_("**What to try**"))
            for check in card.checks:
                st.code(check.command, language="sh", wrap_lines=True)
                st.caption(plain(check.tells))


def page(lesson: Lesson) -> None:
    """A message, and what it may mean."""
    st.html(STYLE)
    st.title(_("Decoder"), anchor=False)
    with st.spinner(_("Every situation is played …"), show_time=False):
        known_messages()
    message = asked()
    decoded = decode(message)
    if not decoded.text:
        st.info(_("Paste an error of docker login or docker pull, or pick one: you see every "
                  "cause that it can have, and how to tell which it is."))  # fmt: skip
        return
    told(decoded)
    for number, card in enumerate(cards(decoded, lesson), 1):
        show(number, card)
