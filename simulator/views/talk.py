"""Who speaks to whom: the parties of a run, and at each step who sends what to whom.

`talk.yaml` says it for every event, and a lesson for its own. The stage draws it as lanes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.docker.machine import Phase
from simulator.docker.machine.table import AUTHORIZING, AUTHORIZING_PUSHES
from simulator.docker.trace import Step
from simulator.protocol.hosts import split_url
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.network_failure import NetworkFailure
from simulator.protocol.secrets import SECRET_FIELDS
from simulator.protocol.status import reason
from simulator.views.facts import FACTS, account
from simulator.views.message import asked_for
from simulator.words.data_file import read_as
from simulator.words.i18n import _, per_language

TALK = Path(__file__).with_name("talk.yaml")
LONGEST_LABEL = 34
"""Characters on an arrow between neighbours, at the smallest size of a desk's window."""
LONGEST_SHORT = 10
"""Characters in the pill of an answer."""


class InvalidTalk(ValueError):
    """`talk.yaml` is not right; the message says where."""


class Part(BaseModel):
    """No unknown keys, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Party(Part):
    """A lane: its name, a brief one where there is little room, and what is written under it.
    An `extra` one is there only in runs that it takes part in; `fold` is the lane that it lies on
    where there is room for four."""

    label: str
    brief: str
    under: str = ""
    network: bool = False
    fold: str = ""
    extra: bool = False


class Speech(Part):
    """What `sender` says to `receiver` at an event, and the answer in a few characters; `alone` is
    said where the step, for once, has no message."""

    sender: str = Field(alias="from")
    receiver: str = Field(alias="to")
    via: str = ""
    label: str
    short: str = ""
    alone: str = ""
    fails: str = ""


class Obstacle(Part):
    """Why no answer came, in a few characters."""

    short: str


class Talk(Part):
    """`talk.yaml`."""

    parties: dict[str, Party]
    obstacles: dict[str, Obstacle]
    events: dict[str, Speech]


@per_language
def common() -> Talk:
    """What every lesson has, in the chosen language."""
    return read_as(Talk, TALK, InvalidTalk)


ASKING, ASKED = "asking", "asked"
"""The two ends of the step's request."""
IN_BROWSER = (Phase.ASKING_FOR_CODE, Phase.AWAITING_BROWSER)
WITH_TOKEN_SERVICE = (*IN_BROWSER, *AUTHORIZING, *AUTHORIZING_PUSHES)


def asking(step: Step) -> str:
    """Who sends the request of this step: the CLI logs in by browser, the engine does all else."""
    return "cli" if step.exchange and step.before.phase in IN_BROWSER else "engine"


def asked(step: Step) -> str:
    """Whom the request of this step goes to; the engine itself where there is none."""
    if not step.exchange:
        return "engine"
    if step.before.phase in WITH_TOKEN_SERVICE:
        return "token"
    host = step.exchange.request.host
    if host in mirrors(step):
        return "mirror"
    own = step.before.run.reference.host if step.before.run.reference else host
    return "registry" if host == own else "storage"


def mirrors(step: Step) -> set[str]:
    """The hosts that this engine may ask in place of the registry of this command."""
    client, reference = step.before.client, step.before.run.reference
    named = {split_url(one).netloc for one in client.mirrors}
    found = client.endpoints(reference.domain) if reference else ()
    return named | {one.host for one in found if reference and one.host != reference.host}


def parties_of(step: Step, speech: Speech) -> tuple[str, str]:
    """Who speaks, and to whom."""
    ends: Mapping[str, Callable[[Step], str]] = {ASKING: asking, ASKED: asked}
    sender, receiver = (
        ends[one](step) if one in ends else one for one in (speech.sender, speech.receiver)
    )
    return sender, receiver


# -- in a few words -----------------------------------------------------------------------------


def request_label(step: Step) -> str:
    """`GET /token Basic`: the request, and what it carries."""
    if not step.exchange:
        return ""
    request = step.exchange.request
    carried = str(request.authorization.scheme) if request.authorization else ""
    if secret_in_body(request):
        carried = _("password in body")
    return f"{asked_for(request)} {carried}".strip()


def secret_in_body(request: Request) -> bool:
    return bool(SECRET_FIELDS & {name for name, _value in request.form})


def answer_label(step: Step) -> str:
    """The status, or in a word what kept the answer away."""
    if not step.exchange:
        return ""
    answer = step.exchange.answer
    if isinstance(answer, NetworkFailure):
        return common().obstacles[answer.obstacle].short
    return str(answer.status)


def tagged(step: Step) -> str:
    """The last part of the image's name, with its tag."""
    reference = step.after.run.reference
    return reference.familiar.rpartition("/")[2].partition("@")[0] if reference else ""


OWN: Mapping[str, Callable[[Step], str]] = {
    "request": request_label, "answer": answer_label, "tagged": tagged,
}  # fmt: skip
"""Names for a label beside the facts."""


def words_of(speech: Speech, step: Step) -> tuple[str, str]:
    """The text on the arrow, and in the pill of the answer."""
    if speech.alone and not step.exchange:
        return labelled(speech.alone, step), ""
    return labelled(speech.label, step), labelled(speech.short, step)


def labelled(text: str, step: Step) -> str:
    """The label with what it names in braces."""
    named = {**FACTS, **OWN}
    return re.sub(r"\{([a-z_]+)\}", lambda found: str(named[found[1]](step)), text)


# -- in a sentence ------------------------------------------------------------------------------


def sentence(step: Step, speech: Speech, parties: Mapping[str, Party]) -> str:
    """Who sent what to whom, and what came back."""
    sender, receiver = parties_of(step, speech)
    if step.exchange:
        return message_sentence(step, step.exchange, parties[sender], parties[receiver])
    label, _short = words_of(speech, step)
    if sender == receiver:
        return _("{who}: {label}.").format(who=parties[sender].label, label=label)
    text = _("{who} to {whom}: {label}.")
    return text.format(who=parties[sender].label, whom=parties[receiver].label, label=label)


def message_sentence(step: Step, exchange: Exchange, sender: Party, receiver: Party) -> str:
    text = _("{who} to {whom}: {method} {path}, {carried}. Answer: {came}.")
    return text.format(
        who=sender.label, whom=receiver.label, method=exchange.request.method,
        path=brief_path(exchange.request), carried=carried_words(step, exchange.request),
        came=came_words(exchange.answer),
    )  # fmt: skip


def brief_path(request: Request) -> str:
    """The path, with the first digits of a digest."""
    return re.sub(r"(sha256:[0-9a-f]{4})[0-9a-f]{60}", r"\1…", request.path)


def carried_words(step: Step, request: Request) -> str:
    """What the request has to identify its sender."""
    known = {"account": account(step) or "?"}
    if secret_in_body(request):
        return _("with the password of {account} in the body").format(**known)
    if not request.authorization:
        return _("without credentials")
    if request.authorization.scheme == "Basic":
        return _("with the password of {account}").format(**known)
    return _("with a token")


def came_words(answer: Response | NetworkFailure) -> str:
    if isinstance(answer, NetworkFailure):
        return _("none ({obstacle})").format(obstacle=answer.obstacle)
    return f"{answer.status} {reason(answer.status)}"


# -- for the stage ------------------------------------------------------------------------------


def talk_view(step: Step, speech: Speech, parties: Mapping[str, Party]) -> dict[str, Any]:
    """This step's row on the lanes."""
    sender, receiver = parties_of(step, speech)
    label, short = words_of(speech, step)
    shown = {
        "from": sender, "to": receiver, "via": speech.via, "label": label, "short": short,
        "said": sentence(step, speech, parties),
        "host": step.exchange.request.host if step.exchange else "",
    }  # fmt: skip
    failed = step.after.phase is Phase.FAILED
    return shown | {"fails": (speech.fails or receiver) if failed else ""}


def parties_view(
    parties: Mapping[str, Party], spoken: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The lanes of a run, in their order."""
    present = {one[end] for one in spoken for end in ("from", "to")}
    return [
        {"id": name, **party.model_dump(exclude={"extra"})}
        for name, party in parties.items()
        if not party.extra or name in present
    ]
