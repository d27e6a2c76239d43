"""What the terminal shows: Docker's own words, derived from what happened.

Login and logout print the same on both engines; a pull's words are the engine's.
"""

from dataclasses import dataclass

from simulator import events as e
from simulator.commands import Login, Logout, Pull
from simulator.engines.words import reason, short_errors, unreachable_text
from simulator.events import Event, Failure
from simulator.machine import FAILURES, State
from simulator.oci import HUB_KEY

DAEMON = "Error response from daemon: "
CONFIG = "/home/alice/.docker/config.json"
"""Where the lesson's user keeps `config.json`."""

UNENCRYPTED = (
    "",
    f"WARNING! Your credentials are stored unencrypted in '{CONFIG}'.",
    "Configure a credential helper to remove this warning. See",
    "https://docs.docker.com/go/credential-store/",
    "",
)


@dataclass(frozen=True)
class Line:
    """One line; `kind` is `command`, `input`, `output` or `error` (standard error)."""

    kind: str
    text: str


def lines(before: State, event: Event, after: State) -> tuple[Line, ...]:
    """The lines that this step adds."""
    match event:
        case e.LoginTyped() | e.PullTyped() | e.LogoutTyped():
            return typed(event)
        case e.CredentialsEntered(credential) if prompted(before):
            return (Line("input", f"Username: {credential.username}"), Line("input", "Password: "))
        case e.StoredCredentialsReused(credential):
            return output("error", reused(credential.username))
        case e.CredentialsStored():
            return stored(before)
        case _ if isinstance(event, FAILURES):
            return output("output", pull_progress(event, before)) + output(
                "error", explain(event, before)
            )
        case _:
            return output("output", (*pull_progress(event, before), *conclusion(event, before)))


def output(kind: str, texts: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple(Line(kind, text) for text in texts)


def typed(event: e.LoginTyped | e.PullTyped | e.LogoutTyped) -> tuple[Line, ...]:
    command = event.command
    shown = (Line("command", command.text),)
    if isinstance(command, Login) and command.source == "flag":
        risky = "WARNING! Using --password via the CLI is insecure. Use --password-stdin."
        return (*shown, Line("error", risky))
    if isinstance(command, Logout):
        server = command.server or HUB_KEY
        return (*shown, Line("output", f"Removing login credentials for {server}"))
    if isinstance(command, Pull) and untagged(command.image):
        return (*shown, Line("output", "Using default tag: latest"))
    return shown


def untagged(image: str) -> bool:
    return "@" not in image and ":" not in image.rpartition("/")[2]


def prompted(state: State) -> bool:
    return isinstance(state.command, Login) and state.command.source == "prompt"


def reused(username: str) -> tuple[str, ...]:
    other = "docker logout' followed by 'docker login'"
    return (
        f"Authenticating with existing credentials... [Username: {username}]",
        "",
        f" Info -> To login with a different account, run '{other}",
        "",
        "",
    )


def stored(state: State) -> tuple[Line, ...]:
    """The warning is left out where nothing readable was written."""
    known = isinstance(state.command, Login) and state.credential is not None
    already = state.credential in dict(state.store.entries).values()
    quiet = not known or state.store.helper or state.identity_token or already
    warning = () if quiet else output("error", UNENCRYPTED)
    return (*warning, Line("output", "Login Succeeded"))


def pull_progress(event: Event, state: State) -> tuple[str, ...]:
    return state.ways.progress(event, state) if isinstance(state.command, Pull) else ()


def conclusion(event: Event, state: State) -> tuple[str, ...]:
    """The last lines of a pull that ended well."""
    reference = state.reference
    if reference is None:
        return ()
    match event:
        case e.AlreadyUpToDate():
            status = f"Status: Image is up to date for {reference.familiar}"
            return (f"Digest: {state.resolved}", status, reference.canonical)
        case e.ImageStored(_, digest):
            status = f"Status: Downloaded newer image for {reference.familiar}"
            return (f"Digest: {digest}", status, reference.canonical)
        case _:
            return ()


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error of a command that failed."""
    match failure:
        case e.ReferenceRejected(why):
            return (why,)
        case e.InputMissing(what):
            return (input_missing(what, state.engine),)
        case e.StoreFailed(why):
            return (f"{'E' if state.engine == '26' else 'e'}rror saving credentials: {why}",)
        case _ if isinstance(state.command, Login):
            return (DAEMON + login_failure(failure, state),)
        case _:
            return state.ways.explain(failure, state)


def input_missing(what: str, engine: str) -> str:
    if what == "username":
        return "the --password-stdin option requires --username to be set"
    if engine == "26":
        return "Error: Cannot perform an interactive login from a non TTY device"
    if what == "password":
        return "password is empty"
    return "error: cannot perform an interactive login from a non-TTY device"


def login_failure(failure: Failure, state: State) -> str:
    url = f"{'http' if state.plain_http else 'https'}://{state.host}/v2/"
    match failure:
        case e.LoginRejected(url=asked, status=status):
            return f"login attempt to {asked} failed with status: {status} {reason(status)}"
        case e.TokenRefused(errors=errors, status=status):
            return f'Get "{url}": {short_errors(errors) or reason(status).lower()}'
        case e.Unreachable(_, asked, obstacle, detail):
            return f'Get "{asked}": {unreachable_text(obstacle, detail)}'
        case _:
            status = getattr(failure, "status", 0)
            return f'Get "{url}": received unexpected HTTP status: {status} {reason(status)}'
