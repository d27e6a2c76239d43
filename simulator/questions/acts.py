"""What Docker does, in words about Docker: requests by what they are for, and local work.

An act is read from a step's own request and event, whatever the step is called on the stage.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulator.docker import events as e
from simulator.docker.events import Failure
from simulator.docker.machine.login import WEB_LOGIN
from simulator.docker.trace import Step, Trace
from simulator.protocol.authorization import Scheme
from simulator.protocol.target import Kind as Target
from simulator.views import facts
from simulator.words.i18n import N_, _

NO_PROOF, PASSWORD, TOKEN = N_("No credentials"), N_("User name and password"), N_("A token")
"""What a request carries to prove who asks."""


def proof(step: Step) -> str | None:
    """What the step's request carries to prove who asks; None where nothing is sent."""
    if step.exchange is None:
        return None
    request = step.exchange.request
    if request.authorization is None:
        return PASSWORD if dict(request.form).get("password") else NO_PROOF
    return TOKEN if request.authorization.scheme is Scheme.BEARER else PASSWORD


REGISTRY, TOKEN_SERVICE, STORAGE, NOBODY, MIRROR, LOGIN_SERVICE = (
    N_("The registry"), N_("The token service"), N_("Another host, which stores the layers"),
    N_("No server"), N_("A mirror of the registry"), N_("Docker's login service"),
)  # fmt: skip
"""Whom Docker asks."""


def role(step: Step) -> str:
    """What the host is, to which this step's request goes."""
    if step.exchange is None:
        return NOBODY
    request = step.exchange.request
    if request.target.kind is Target.TOKEN or request.host == facts.token_service(step):
        return TOKEN_SERVICE
    if request.host in facts.mirrors(step):
        return MIRROR
    if request.url.startswith(WEB_LOGIN):
        return LOGIN_SERVICE
    return REGISTRY if request.host == facts.host(step) else STORAGE


@dataclass(frozen=True)
class Act:
    """`text` says what Docker does; `when` says when it does so, wherever it does."""

    text: str
    when: str


ACTS: Mapping[str, Act] = {
    "ping": Act(
        N_("It sends GET /v2/"),
        N_("GET /v2/ is how Docker first learns whether a registry wants credentials."),
    ),
    "token": Act(
        N_("It asks the token service for a token"),
        N_("Docker asks for a token after a 401 that names a token service."),
    ),
    "head": Act(
        N_("It asks which digest the tag has (HEAD)"),
        N_(
            "HEAD for a tag asks which digest it has: a pull needs that before the manifest, and a "
            "push looks whether the tag is right already."
        ),
    ),
    "manifest": Act(
        N_("It asks for the manifest (GET)"),
        N_(
            "Docker asks for the manifest once the registry gives access; the manifest names the "
            "layers."
        ),
    ),
    "blob": Act(
        N_("It asks for a layer or the config"),
        N_("Docker asks for layers when the manifest has named them."),
    ),
    "storage": Act(
        N_("It asks another host for a layer"),
        N_("Docker goes to another host if the registry answers with a redirect."),
    ),
    "check": Act(
        N_("It asks whether a blob is there (HEAD)"),
        N_(
            "HEAD asks whether the registry has the blob: before an upload, and with Docker 26 "
            "once more after it."
        ),
    ),
    "upload": Act(
        N_("It uploads a blob, or lets the registry take it from another repository"),
        N_("Docker uploads blobs that the registry is not known to have."),
    ),
    "put": Act(
        N_("It sends the manifest (PUT)"),
        N_("The manifest of a push comes last: it names blobs that must be there."),
    ),
    "store": Act(
        N_("It stores the credentials on this machine"),
        N_("docker login stores credentials unless the registry refuses them."),
    ),
    "name": Act(
        N_("It gives the image its name in the image store"),
        N_("An image gets its name when its config and all its layers are here and verified."),
    ),
    "held": Act(
        N_("It downloads nothing: the image is here already"),
        N_("Docker downloads nothing if the image store holds the same digest under this name."),
    ),
    "error": Act(
        N_("It ends the command with an error"),
        N_("Docker ends with an error if there is nothing else that it can try."),
    ),
}  # fmt: skip
"""By name. Each text completes "What does Docker do next?"."""

REQUESTS = {
    Target.PING: "ping", Target.TOKEN: "token", Target.BLOB: "blob", Target.UPLOAD: "upload",
}  # fmt: skip
SENT = {
    ("HEAD", Target.MANIFEST): "head", ("PUT", Target.MANIFEST): "put",
    ("HEAD", Target.BLOB): "check", ("GET", Target.MANIFEST): "manifest",
}  # fmt: skip
"""Acts by method and target, where the target alone does not say which."""
LOCAL = {
    e.CredentialsStored: "store", e.ImageStored: "name", e.AlreadyUpToDate: "held",
}  # fmt: skip


def act(step: Step) -> str | None:
    """The act of a step; None for what is neither sent nor of interest to anybody else."""
    if step.exchange is None:
        return "error" if isinstance(step.event, Failure) else LOCAL.get(type(step.event))
    if role(step) == STORAGE:
        return "storage"
    request = step.exchange.request
    kind = request.target.kind
    asked = SENT.get((request.method, kind)) or REQUESTS.get(kind)
    return asked or ("token" if role(step) == TOKEN_SERVICE else None)


def acts(trace: Trace) -> Iterator[tuple[Step, str]]:
    """The steps that are an act."""
    for step in trace.steps:
        found = act(step)
        if found:
            yield step, found


Next = tuple[str, str]
"""An act, and what its request carries; empty for local work."""


def follows(trace: Trace, number: int) -> Next | None:
    """What Docker does after this step, in the same command; None where the user is next."""
    step = trace.steps[number - 1]
    if isinstance(step.event, Failure) and step.exchange:
        return "error", ""
    for later in trace.steps[number:]:
        if later.name.endswith("Typed"):
            return None
        found = act(later)
        if found:
            return found, proof(later) or ""
    return None


WITH: Mapping[str, str] = {
    "": "{act}.", NO_PROOF: N_("{act}, without credentials."),
    PASSWORD: N_("{act}, with user name and password."), TOKEN: N_("{act}, with the token."),
}  # fmt: skip


def told(found: Next) -> str:
    """An act in words, with what it carries."""
    name, carried = found
    return (_(WITH[carried]) if carried else WITH[""]).format(act=_(ACTS[name].text))
