"""What `docker login` and `logout` print: the same with both engines but for the CLI's version."""

from simulator.docker import events as e
from simulator.docker.cli.commands import Login, Logout
from simulator.docker.config_file import hostname, registry_key
from simulator.docker.events import Failure
from simulator.docker.machine.login import END, INTERRUPT, remembered
from simulator.docker.machine.requests import origin
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase
from simulator.docker.output import engine_socket
from simulator.docker.output.by_engine import WORDS
from simulator.docker.output.line import Line, LinesOf, output
from simulator.docker.output.shared import (
    DAEMON,
    NO_REALM,
    classic_errors,
    code_words,
    go_error,
    unreachable_text,
    unusable_text,
)
from simulator.protocol.reference import HUB_KEY
from simulator.protocol.status import reason

HOME = "/home/alice/.docker"
"""Where the lesson's user keeps `config.json`."""


def prompted(state: State) -> bool:
    """Whether anything is asked for: the password, or the name alone."""
    command = state.run.command
    return isinstance(command, Login) and (
        command.source == "prompt" or (command.terminal and not command.named)
    )


def at_terminal(state: State) -> bool:
    return isinstance(state.run.command, Login) and state.run.command.terminal


def prompts(state: State) -> tuple[Line, ...]:
    """The questions of `docker login` with what was typed; Docker Hub adds a hint."""
    command = state.run.command
    assert isinstance(command, Login)
    hint = HUB_HINT if registry_key(command.server) == HUB_KEY else ()
    known = remembered(state)
    default = f" ({known.username})" if known and known.username else ""
    typed = KEYS.get(command.username, command.username)
    name = () if command.named else (Line("input", f"Username{default}: {typed}"),)
    if command.source != "prompt":
        return name
    return (*name, *output("error", hint), Line("input", "Password: "))


KEYS = {INTERRUPT: "^C", END: ""}
"""What a terminal shows of these keys."""


def interrupted(state: State) -> tuple[Line, ...]:
    """The prompts up to the one at which a key ended the login."""
    command = state.run.command
    assert isinstance(command, Login)
    shown = prompts(state)
    return shown if command.named or command.username not in KEYS else shown[:1]


def unanswered(state: State, what: str) -> tuple[Line, ...]:
    """The prompt before the answer that was empty."""
    match what:
        case "username answer":
            return prompts(state)[:1]
        case "password answer":
            return prompts(state)
        case _:
            return ()


HUB_HINT = (
    "",
    "i Info → A Personal Access Token (PAT) can be used instead.",
    "         To create a PAT, visit https://app.docker.com/settings",
    "",
    "",
)
FALLS_BACK = "Failed to start web-based login - falling back to command line login..."


def web_login(code: str, where: str) -> tuple[str, ...]:
    """Docker Hub's login through a browser, as Docker's CLI announces it on a terminal."""
    other = "To sign in with credentials on the command line, use 'docker login -u <username>'"
    return (
        "",
        "USING WEB-BASED LOGIN",
        "",
        f"i Info → {other}",
        "",
        "",
        f"Your one-time device confirmation code is: {code}",
        f"Press ENTER to open your browser or submit your device code here: {where}",
        "",
        "Waiting for authentication in the browser…",
    )


def reused(username: str, terminal: bool) -> tuple[str, ...]:
    """A note of Docker's CLI is an icon with an arrow on a terminal, plain text elsewhere."""
    note = "i Info →" if terminal else " Info ->"
    other = "docker logout' followed by 'docker login'"
    return (
        f"Authenticating with existing credentials... [Username: {username}]",
        "",
        f"{note} To login with a different account, run '{other}",
        "",
        "",
    )


def stored_refused(why: Failure, state: State) -> str:
    """The daemon reports a token service's UNAUTHORIZED as such, all else as an error."""
    if isinstance(why, e.EngineUnreachable):
        return f"Login did not succeed, error: {engine_socket.told(why, state)}"
    if isinstance(why, e.TokenRefused | e.ServerFailed):
        first = classic_errors(why.errors[:1], why.status).partition(":")[0]
        if first == code_words("UNAUTHORIZED"):
            return "Stored credentials invalid or expired"
    return f"Login did not succeed, error: {DAEMON}{login_failure(why, state)}"


def config_file(state: State) -> str:
    """Where this command reads and writes `config.json`."""
    return f"{(state.run.command and state.run.command.config) or HOME}/config.json"


def stored(state: State) -> tuple[Line, ...]:
    """The warning is left out where nothing readable was written, or nothing new."""
    command, credential = state.run.command, state.run.credential
    assert isinstance(command, Login)
    already = dict(state.client.store.entries).get(registry_key(command.server)) == credential
    helped = state.client.store.helper_of(registry_key(command.server))
    quiet = helped or state.run.access.identity_token or already
    warning = () if quiet else output("error", unencrypted(config_file(state)))
    return (*warning, Line("output", "Login Succeeded"))


def unencrypted(path: str) -> tuple[str, ...]:
    return (
        "",
        f"WARNING! Your credentials are stored unencrypted in '{path}'.",
        "Configure a credential helper to remove this warning. See",
        "https://docs.docker.com/go/credential-store/",
        "",
    )


def removed(state: State, kept: tuple[str, ...]) -> tuple[Line, ...]:
    """Logout asks no registry; a missing helper is reported only where nothing was removed."""
    assert isinstance(state.run.command, Logout)
    server = state.run.command.server
    told = (Line("output", f"Removing login credentials for {hostname(server) or HUB_KEY}"),)
    if not kept:
        return told
    store = state.client.store
    sad = tuple(f"{key}: {store.complaint(key, 'erasing')}" for key in kept)
    first = () if server else (f"WARNING: {store.complaint(HUB_KEY, 'getting')}",)
    failed = output("error", ("WARNING: could not erase credentials:", *sad))
    return (*output("error", first), *told, *failed)


def login_failure(failure: Failure, state: State) -> str:
    """What the engine says, without the spaces at its ends, as Docker's CLI prints it."""
    return why_refused(failure, state).strip()


def why_refused(failure: Failure, state: State) -> str:
    """Both engines log in with distribution's client."""
    url = f"{origin(state)}/v2/"
    match failure:
        case e.LoginRejected(url=asked, status=status):
            return f"login attempt to {asked} failed with status: {status} {reason(status)}"
        case e.Unreachable(method, asked):
            time_is_up = WORDS[state.client.engine].time_is_up
            said = go_error(method, asked, unreachable_text(failure, time_is_up))
            inner = state.phase is Phase.AUTHORIZING_LOGIN
            return go_error("GET", url, said) if inner else said
        case e.CertificatesUnusable():
            return unusable_text(failure)
        case e.ChallengeIncomplete():
            return go_error("GET", url, NO_REALM)
        case e.NoCredentials():
            return go_error("GET", url, "no basic auth credentials")
        case e.TokenMissing(reason=why):
            return go_error("GET", url, why)
        case e.Refused(errors=errors, status=status):
            return go_error("GET", url, classic_errors(errors, status))
        case _:
            return ""


def entered(before: State, event: e.CredentialsEntered, after: State) -> tuple[Line, ...]:
    return prompts(before) if prompted(before) else ()


def input_missing(before: State, event: e.InputMissing, after: State) -> tuple[Line, ...]:
    said = WORDS[before.client.engine].cli.missing[event.what]
    return (*unanswered(before, event.what), Line("error", said))


LINES: LinesOf = {
    e.CredentialsEntered: entered,
    e.PromptInterrupted: lambda before, *_: interrupted(before),
    e.PromptUnanswered: lambda before, *_: interrupted(before),
    e.DeviceCodeIssued: lambda _, event, __: output(
        "error", web_login(event.user_code, event.where)
    ),
    e.WebLoginUnavailable: lambda *_: output("error", (FALLS_BACK, "")),
    e.StoredCredentialsReused: lambda before, event, _: output(
        "error", reused(event.credential.username, at_terminal(before))
    ),
    e.StoredCredentialsRefused: lambda before, event, _: output(
        "error", (stored_refused(event.why, before),)
    ),
    e.CredentialsRemoved: lambda before, event, _: removed(before, event.kept),
    e.CredentialsStored: lambda before, *_: stored(before),
    e.InputMissing: input_missing,
}
