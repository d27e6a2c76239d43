"""What can be asked about one step: cells of the tracker, what is stored, what a message says."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from simulator.docker.events import TokenIssued
from simulator.docker.trace import Step
from simulator.protocol.authorization import Scheme
from simulator.views import stage as views
from simulator.words import i18n
from simulator.words.i18n import N_, _, ngettext

NO_PROOF, PASSWORD, TOKEN, NOTHING = (
    N_("No proof"), N_("User name and password"), N_("A token"), N_("Nothing"),
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """`value` is what the step says here, or None where it says nothing of the kind.

    `label` is its name within a sentence, `prompt` the question about one step. With `message`,
    it is about the step's request: a question shows the request, and not how the step went.
    """

    name: str
    label: str
    prompt: str
    value: Callable[[Step], str | None]
    shown: Callable[[str], str] = field(default=_)
    message: bool = False
    head: str = ""
    """Its name over a column; the label where that does."""


def tracked(name: str, step: Step) -> str:
    """The tracker's cell, in the language of the sources: what is right depends on no language."""
    with i18n.speaking(i18n.DEFAULT):
        return views.tracker_value(name, step.after)


def shown_cell(value: str) -> str:
    """A cell of the tracker in the chosen language."""
    layers = re.fullmatch(r"(\d+) of (\d+) verified", value)
    if layers:
        return _("{here} of {all} verified").format(here=layers[1], all=layers[2])
    told = re.sub(r"(\d+) blobs?, no image yet", lambda blobs: waiting(int(blobs[1])), value)
    return _(told)


def waiting(count: int) -> str:
    told = ngettext("{count} blob, no image yet", "{count} blobs, no image yet", count)
    return told.format(count=count)


def stored(step: Step) -> str:
    """What `config.json` holds of credentials."""
    kept = [credential for _key, credential in step.after.client.store.entries]
    if not kept:
        return NOTHING
    return TOKEN if any(credential.identity_token for credential in kept) else PASSWORD


def proof(step: Step) -> str | None:
    """What the step's request carries to prove who asks."""
    if step.exchange is None:
        return None
    request = step.exchange.request
    if request.authorization is None:
        return PASSWORD if dict(request.form).get("password") else NO_PROOF
    return TOKEN if request.authorization.scheme is Scheme.BEARER else PASSWORD


def answered(step: Step) -> str | None:
    return views.outcome(step.exchange.answer) if step.exchange else None


def opened(step: Step) -> str | None:
    """What an issued token opens and for how long, as `repository|seconds`."""
    if not isinstance(step.event, TokenIssued):
        return None
    names = ",".join(scope.split(":")[1] for scope in step.event.access)
    return f"{names}|{step.event.lifetime or ''}"


def shown_right(value: str) -> str:
    names, _bar, seconds = value.partition("|")
    what = {"": _("No repository"), "*": _("Every repository")}.get(
        names, _("Only {repository}, to pull").format(repository=names)
    )
    if not seconds:
        return _("{what}; without end").format(what=what)
    return _("{what}; for {seconds} seconds").format(what=what, seconds=seconds)


def plain(value: str) -> str:
    return value


TRACKER = tuple(
    Field(
        name,
        name,
        N_("What does the tracker show for {label} after this step?"),
        partial(tracked, name),
        shown_cell,
    )
    for name in views.TRACKED
)
KNOWN = (
    *TRACKER,
    Field(
        "stored",
        N_("what config.json holds"),
        N_("What does config.json hold for this registry after this step?"),
        stored,
    ),
    Field(
        "proof",
        N_("the proof"),
        N_("What does this request carry to prove who asks?"),
        proof,
        message=True,
        head=N_("Proof"),
    ),
    Field(
        "answered",
        N_("the answer"),
        N_("What is the answer?"),
        answered,
        plain,
        message=True,
        head=N_("Answer"),
    ),
    Field(
        "opened",
        N_("what the token opens"),
        N_("What does the token that is issued in this step open, and for how long?"),
        opened,
        shown_right,
    ),
)  # fmt: skip
FIELDS: Mapping[str, Field] = {known.name: known for known in KNOWN}
"""By name."""
