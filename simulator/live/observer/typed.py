"""What must have been typed, in each client's words."""

from simulator.docker.cli.commands import Command, Login, Pull
from simulator.docker.machine import State
from simulator.live.attempts import Attempt, Doing
from simulator.protocol.secrets import MASK


def command_of(attempt: Attempt, before: State) -> Command | None:
    """What must have been typed, in this client's words."""
    host, family = attempt.seen[0].request.host, attempt.client.family
    what = guessed(attempt, before)
    if what is Doing.LOGIN:
        text = f"{LOGINS.get(family, family)} {host}".strip()
        return Login(text, host, attempt.user(), MASK, terminal=True)
    if what is Doing.PULL:
        image = image_of(attempt)
        return Pull(PULLS.get(family, "{client} {image}").format(client=family, image=image), image)
    return None


def guessed(attempt: Attempt, before: State) -> Doing:
    """After nothing but a greeting: a login, if this client never logged in, else a pull."""
    if attempt.doing is not Doing.UNKNOWN:
        return attempt.doing
    knows = bool(before.client.store.entries)
    return Doing.PULL if knows or attempt.over else Doing.LOGIN


LOGINS = {
    "docker": "docker login", "podman": "podman login", "skopeo": "skopeo login",
    "buildah": "buildah login", "oras": "oras login", "crane": "crane auth login",
}  # fmt: skip


PULLS = {
    "docker": "docker pull {image}", "podman": "podman pull {image}",
    "buildah": "buildah pull {image}", "skopeo": "skopeo copy docker://{image} …",
    "crane": "crane pull {image} …", "oras": "oras copy {image} …",
    "cri-o": "crictl pull {image}", "curl": "curl … {image}",
}  # fmt: skip


def image_of(attempt: Attempt) -> str:
    host, tag = attempt.seen[0].request.host, attempt.tag()
    if not attempt.repository:
        return f"{host}/…"
    joint = "@" if tag.startswith("sha256:") else ":"
    return f"{host}/{attempt.repository}{joint}{tag or '…'}"
