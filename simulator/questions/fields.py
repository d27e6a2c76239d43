"""The fields of one step that questions are about: what is stored, what a message carries, what a
pull brings.

Each value has a sentence that says why it is so, and each other value one that says why not:
both are chosen by the facts of the step, never by how the stage tells the step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.docker import events as e
from simulator.docker.trace import Step
from simulator.questions.acts import NO_PROOF, PASSWORD, proof
from simulator.questions.acts import TOKEN as CARRIED
from simulator.questions.model import Says
from simulator.questions.reasons import (
    listed_so,
    meanwhile_so,
    not_carried,
    not_listed,
    not_opened,
    not_planned,
    not_stored,
    opened_so,
    planned_so,
    proven_so,
    stored_so,
)
from simulator.views.message import outcome
from simulator.words.i18n import N_, _

NOTHING, KEPT, KEPT_TOKEN = N_("Nothing"), N_("User name and password"), N_("A token")
WHOLE, PART, ABSENT = N_("The image, with its name"), N_("A part of the image"), N_("No such image")


def translated(says: Says) -> str:
    return _(str(says))


def plain(says: Says) -> str:
    return str(says)


@dataclass(frozen=True)
class Field:
    """`value` is what the step says here, or None where it says nothing of the kind.

    `so` says why the value is what it is, `against` why another one is not; `choices` are what
    may be believed anywhere. With `message`, it is about the step's request.
    """

    name: str
    head: str
    prompt: str
    value: Callable[[Step], Says | None]
    so: Callable[[Step], str]
    against: Callable[[Step, Says], str]
    shown: Callable[[Says], str] = translated
    choices: Callable[[Step], tuple[Says, ...]] = lambda step: ()
    message: bool = False

    def cell(self, step: Step) -> str:
        """What the step says here, in words; empty where it says nothing of the kind."""
        says = self.value(step)
        return "" if says is None else self.shown(says)


def stored(step: Step) -> str:
    """Whether credentials are stored, in `config.json` or with a helper, and of which kind."""
    kept = [credential for _key, credential in step.after.client.store.entries]
    if not kept:
        return NOTHING
    return KEPT_TOKEN if any(credential.identity_token for credential in kept) else KEPT


def answered(step: Step) -> str | None:
    return outcome(step.exchange.answer) if step.exchange else None


def opened(step: Step) -> str | None:
    """What an issued token opens and for how long, as `repository|seconds`."""
    if not isinstance(step.event, e.TokenIssued):
        return None
    names = ",".join(scope.split(":")[1] for scope in step.event.access)
    return f"{names}|{step.event.lifetime or ''}"


def shown_right(says: Says) -> str:
    names, _bar, seconds = str(says).partition("|")
    what = {"": _("No repository"), "*": _("Every repository")}.get(
        names, _("Only {repository}, to pull").format(repository=names)
    )
    if not seconds:
        return _("{what}; without expiry").format(what=what)
    return _("{what}; for {seconds} seconds").format(what=what, seconds=seconds)


def listed(step: Step) -> str | None:
    """What `docker images` shows of the image that the command named."""
    reference = step.after.run.reference
    if reference is None:
        return None
    held = step.after.client.images.find(reference.canonical)
    return ABSENT if held is None else WHOLE


def meanwhile(step: Step) -> str | None:
    """The same while layers are still missing."""
    arrived = isinstance(step.event, e.BlobReceived) and step.event.kind == "layer"
    return listed(step) if arrived and step.after.run.download.waiting else None


def planned(step: Step) -> str | None:
    """How many layers the pull downloads, as `downloaded/all`."""
    if not isinstance(step.event, e.LayersPlanned):
        return None
    layers = step.after.run.image.manifest
    count = len(set(layers.layers)) if layers else 0
    return f"{count - len(set(step.event.present))}/{count}"


def shown_plan(says: Says) -> str:
    """In words."""
    downloaded, count = str(says).split("/")
    if downloaded in ("0", count):
        return _("None") if downloaded == "0" else _("All {count}").format(count=count)
    return _("{downloaded} of {count}").format(downloaded=downloaded, count=count)


def plans(step: Step) -> tuple[Says, ...]:
    count = int(str(planned(step)).partition("/")[2])
    return tuple(f"{downloaded}/{count}" for downloaded in (count, 0, 1, count - 1))


def everywhere(*says: Says) -> Callable[[Step], tuple[Says, ...]]:
    return lambda step: says


KNOWN = (
    Field(
        "stored", N_("Stored"),
        N_("Which credentials are stored for later commands when the command has ended?"),
        stored, stored_so, not_stored, choices=everywhere(NOTHING, KEPT, KEPT_TOKEN),
    ),
    Field(
        "proof", N_("Credentials"), N_("Which credentials does this request carry?"),
        proof, proven_so, not_carried, choices=everywhere(NO_PROOF, PASSWORD, CARRIED),
        message=True,
    ),
    Field(
        "answered", N_("Answer"), N_("What is the answer?"), answered,
        lambda step: "", lambda step, says: "", plain, message=True,
    ),
    Field(
        "opened", N_("The token gives access to"),
        N_("The token service issues a token now. What does it give access to, and for how long?"),
        opened, opened_so, not_opened, shown_right,
    ),
    Field(
        "listed", N_("Listed"),
        N_("What does docker images show of this image when the command has ended?"),
        listed, listed_so, not_listed, choices=everywhere(WHOLE, PART, ABSENT),
    ),
    Field(
        "meanwhile", N_("Listed"),
        N_("A layer has arrived, and others are still missing. What does docker images show of "
           "this image now?"),
        meanwhile, meanwhile_so, not_listed, choices=everywhere(WHOLE, PART, ABSENT),
    ),
    Field(
        "planned", N_("Downloaded"), N_("How many layers of the image does Docker download?"),
        planned, planned_so, not_planned, shown_plan, plans,
    ),
)  # fmt: skip
FIELDS: Mapping[str, Field] = {known.name: known for known in KNOWN}
"""By name."""
