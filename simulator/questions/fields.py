"""What can be asked about one step: cells of the tracker, what is stored, what a message says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.docker.events import TokenIssued
from simulator.docker.trace import Step
from simulator.lesson.document import Lesson
from simulator.protocol.authorization import Scheme
from simulator.questions.model import Says
from simulator.views.message import outcome
from simulator.views.probes import PROBES, USUAL, Probe
from simulator.words.i18n import N_, _

NO_PROOF, PASSWORD, TOKEN, NOTHING = (
    N_("No proof"), N_("User name and password"), N_("A token"), N_("Nothing"),
)  # fmt: skip


def translated(says: Says) -> str:
    return _(str(says))


@dataclass(frozen=True)
class Field:
    """`value` is what the step says here, or None where it says nothing of the kind.

    `label` is its name within a sentence, `prompt` the question about one step. With `message`,
    it is about the step's request: a question shows the request, and not how the step went.
    """

    name: str
    label: str
    prompt: str
    value: Callable[[Step], Says | None]
    shown: Callable[[Says], str] = translated
    message: bool = False
    head: str = ""
    """Its name over a column; the label where that does."""

    def cell(self, step: Step) -> str:
        """What the step says here, in words; empty where it says nothing of the kind."""
        says = self.value(step)
        return "" if says is None else self.shown(says)


def tracked(probe: Probe) -> Field:
    """The field of a probe: a cell of the status tracker."""

    def shown(says: Says) -> str:
        return probe.words(says)  # type: ignore[arg-type]

    return Field(
        probe.name,
        probe.name,
        N_("What does the tracker show for {label} after this step?"),
        lambda step: probe.value(step.after),
        shown,
    )


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
    return outcome(step.exchange.answer) if step.exchange else None


def opened(step: Step) -> str | None:
    """What an issued token opens and for how long, as `repository|seconds`."""
    if not isinstance(step.event, TokenIssued):
        return None
    names = ",".join(scope.split(":")[1] for scope in step.event.access)
    return f"{names}|{step.event.lifetime or ''}"


def shown_right(says: Says) -> str:
    names, _bar, seconds = str(says).partition("|")
    what = {"": _("No repository"), "*": _("Every repository")}.get(
        names, _("Only {repository}, to pull").format(repository=names)
    )
    if not seconds:
        return _("{what}; without end").format(what=what)
    return _("{what}; for {seconds} seconds").format(what=what, seconds=seconds)


def plain(says: Says) -> str:
    return str(says)


TRACKER = tuple(tracked(PROBES[name]) for name in USUAL)
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


def fields_of(lesson: Lesson) -> tuple[Field, ...]:
    """Those that a lesson shows: of the tracker's, its own probes alone."""
    return tuple(
        known for known in KNOWN if known not in TRACKER or known.name in lesson.document.probes
    )
