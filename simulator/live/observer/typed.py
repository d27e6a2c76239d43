"""What must have been typed, in each client's words."""

from simulator.docker.cli.commands import Command, Login, Pull
from simulator.docker.machine import State
from simulator.live.attempts import Attempt, Doing
from simulator.live.seen import Kind, Seen
from simulator.protocol.secrets import MASK


def command_of(attempt: Attempt, before: State) -> Command | None:
    """What must have been typed, in this client's words."""
    host = attempt.seen[0].request.host
    what = guessed(attempt, before)
    text = text_of(attempt, what)
    if what is Doing.LOGIN:
        return Login(text, host, attempt.user(), MASK, terminal=True)
    if what is Doing.PULL:
        every = len(attempt.tags()) > 1
        return Pull(text, repository_of(attempt) if every else image_of(attempt), all_tags=every)
    return None


def guessed(attempt: Attempt, before: State) -> Doing:
    """After nothing but a greeting: a login, if this client never logged in, else a pull."""
    if attempt.doing is not Doing.UNKNOWN:
        return attempt.doing
    if not attempt.client.kind.typed.get(Doing.PULL):
        return Doing.OTHER
    knows = bool(before.client.store.entries)
    return Doing.PULL if knows or attempt.over else Doing.LOGIN


def text_of(attempt: Attempt, what: Doing) -> str:
    """The command line; of an unknown client, its name and what it asks for."""
    typed, kind = attempt.client.kind.typed, command_kind(attempt, what)
    asked = " ".join(filter(None, (attempt.client.name, wanted(attempt, what))))
    return typed.get(kind, typed.get(what, typed.get("other", asked))).format(
        host=attempt.seen[0].request.host, image=image_of(attempt), repository=attempt.repository
    )


def wanted(attempt: Attempt, what: Doing) -> str:
    host = attempt.seen[0].request.host
    return image_of(attempt) if what in (Doing.PULL, Doing.PUSH, Doing.INSPECT) else host


def command_kind(attempt: Attempt, what: Doing) -> str:
    """A pull of several tags, and a look at a manifest, have commands of their own."""
    if what is not Doing.PULL:
        return what
    if not attempt.repository:
        return "other"
    if len(attempt.tags()) > 1:
        return "all tags"
    return Doing.INSPECT if only_looks(attempt) else what


def only_looks(attempt: Attempt) -> bool:
    """It got a manifest and no layer, and keeps no image that it might hold already."""
    if attempt.client.kind.images or not attempt.over:
        return False
    last = attempt.seen[-1]
    blobs = {a.identifier for a in attempt.asks if a.kind is Kind.BLOB}
    manifests = [one for one, a in attempt.pairs if a.kind is Kind.MANIFEST and one.status == 200]
    return bool(manifests) and last.status == 200 and blobs <= {config_of(m) for m in manifests}


def config_of(manifest: Seen) -> str:
    """The digest of the config that this manifest names; empty for an index."""
    document = manifest.answer.json()
    config = document.get("config") if isinstance(document, dict) else None
    return str(config.get("digest", "")) if isinstance(config, dict) else ""


def repository_of(attempt: Attempt) -> str:
    return f"{attempt.seen[0].request.host}/{attempt.repository}"


def image_of(attempt: Attempt) -> str:
    tag = attempt.tag()
    joint = "@" if tag.startswith("sha256:") else ":"
    name = f"{joint}{tag or '…'}" if attempt.repository else "…"
    return repository_of(attempt) + name
