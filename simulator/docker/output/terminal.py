"""What the terminal shows: Docker's own words, derived from what happened.

Login and logout print the same on both engines; a pull's words are the engine's.
"""

import json
from dataclasses import dataclass, replace

from simulator.docker import events as e
from simulator.docker.cli.commands import (
    OF_IMAGES,
    Command,
    Images,
    Inspect,
    Login,
    Logout,
    Pull,
    Remove,
)
from simulator.docker.config_file import hostname, registry_key
from simulator.docker.engines.words import (
    DAEMON,
    classic_errors,
    code_words,
    go_error,
    reason,
    unreachable_text,
)
from simulator.docker.events import Event, Failure
from simulator.docker.image_store import Refusal, Removal, short, sought
from simulator.docker.machine import (
    FAILURES,
    Phase,
    State,
    helper_error,
    origin,
    platform_mismatch,
    untagged,
)
from simulator.protocol.reference import HUB_KEY, InvalidReference, Reference

HOME = "/home/alice/.docker"
"""Where the lesson's user keeps `config.json`."""


@dataclass(frozen=True)
class Line:
    """One line; `kind` is `command`, `input`, `output` or `error` (standard error)."""

    kind: str
    text: str


def lines(before: State, event: Event, after: State) -> tuple[Line, ...]:
    """The lines that this step adds."""
    match event:
        case e.CommandTyped(command):
            return typed(command, before)
        case e.ImagesListed() | e.ImagesRemoved() | e.ImagesInspected():
            return about_images(event, before)
        case e.CredentialsEntered() if prompted(before):
            return prompts(before)
        case e.DeviceCodeIssued(_, code, where):
            return output("error", web_login(code, where))
        case e.WebLoginUnavailable():
            return output("error", (FALLS_BACK, ""))
        case e.StoredCredentialsReused(credential):
            return output("error", reused(credential.username, at_terminal(before)))
        case e.StoredCredentialsRefused(why):
            return output("error", (stored_refused(why, before),))
        case e.CredentialsRemoved(kept=kept):
            return removed(before, kept)
        case e.CredentialsStored():
            return stored(before)
        case e.InputMissing(what):
            return unanswered(before, what) + output("error", explain(event, before))
        case _ if isinstance(event, FAILURES):
            told = pull_progress(event, before) or nothing_found(event, before)
            return output("output", told) + output("error", explain(event, before))
        case _:
            told = (*pull_progress(event, before), *conclusion(event, before, after))
            return output("output", told)


def output(kind: str, texts: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple(Line(kind, text) for text in texts)


def typed(command: Command, state: State) -> tuple[Line, ...]:
    """The command, and what Docker's CLI says before it does anything."""
    shown = (Line("command", command.text), *output("error", complaints(command, state)))
    if not isinstance(command, Pull) or command.all_tags or command.quiet:
        return shown
    if untagged(command.image) and valid(command.image):
        return (*shown, Line("output", "Using default tag: latest"))
    return shown


def complaints(command: Command, state: State) -> tuple[str, ...]:
    unreadable = (f"WARNING: Error {state.client.unreadable}",) if state.client.unreadable else ()
    if isinstance(command, Pull) and state.client.engine != "26":
        gone = "support for docker content trust was removed"
        return (
            *(f"Flag --{flag} has been deprecated, {gone}" for flag in command.deprecated),
            *unreadable,
        )
    if isinstance(command, Login) and command.source == "flag" and not command.wrong:
        risky = "WARNING! Using --password via the CLI is insecure. Use --password-stdin."
        return (*unreadable, risky)
    return unreadable


def valid(image: str) -> bool:
    try:
        Reference.parse(image)
    except InvalidReference:
        return False
    return True


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
    known = dict(state.client.store.entries).get(registry_key(command.server))
    default = f" ({known.username})" if state.run.login.stored_tried and known else ""
    name = () if command.named else (Line("input", f"Username{default}: {command.username}"),)
    if command.source != "prompt":
        return name
    return (*name, *output("error", hint), Line("input", "Password: "))


def unanswered(state: State, what: str) -> tuple[Line, ...]:
    """What was asked before an answer was empty."""
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
    """Docker Hub's login by way of a browser, as Docker's CLI announces it on a terminal."""
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
    already = state.client.store.find(registry_key(command.server)) == credential
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
    """Logout asks no registry; a missing helper is told only where nothing was removed."""
    assert isinstance(state.run.command, Logout)
    server = state.run.command.server
    told = (Line("output", f"Removing login credentials for {hostname(server) or HUB_KEY}"),)
    if not kept:
        return told
    store = state.client.store
    sad = tuple(f"{key}: {helper_error('erasing', store.lacks(key))}" for key in kept)
    first = () if server else (f"WARNING: {helper_error('getting', store.lacks(HUB_KEY))}",)
    failed = output("error", ("WARNING: could not erase credentials:", *sad))
    return (*output("error", first), *told, *failed)


def pull_progress(event: Event, state: State) -> tuple[str, ...]:
    """What the engine reports meanwhile; `--quiet` throws it away."""
    shown = isinstance(state.run.command, Pull) and not state.run.command.quiet
    return state.profile.progress(event, state) if shown else ()


def conclusion(event: Event, before: State, after: State) -> tuple[str, ...]:
    """The last lines of a pull that ended well: the engine's, and the name itself."""
    command, reference = after.run.command, after.run.reference
    if not isinstance(command, Pull) or reference is None:
        return ()
    if not isinstance(event, e.AlreadyUpToDate | e.ImageStored):
        return ()
    told = () if command.quiet else after.profile.conclusion(event, after)
    if after.run.tags.left or platform_mismatch(after):
        return told
    name = replace(reference, tag=None) if command.all_tags else reference
    return (*told, name.whole)


def about_images(
    event: e.ImagesListed | e.ImagesRemoved | e.ImagesInspected, state: State
) -> tuple[Line, ...]:
    """Of what is refused only what `--force` forgives is told here; the rest ends the run."""
    command = state.run.command
    match event, command:
        case e.ImagesListed(images), Images():
            told = output("output", state.profile.listing(images, command, state.client.now))
            astray = command.short_form and not images and command.pattern in OF_IMAGES
            return (*told, *output("error", astray_hint(command.pattern, state) if astray else ()))
        case e.ImagesInspected(images), _:
            return output("output", as_json([state.profile.inspected(image) for image in images]))
        case e.ImagesRemoved(removals, refused), Remove(force=force):
            forgiven = force and all(one.why == "missing" for one in refused)
            said = refusals(refused, state) if forgiven else ()
            return output("output", removal_lines(removals)) + output("error", said)
        case _:
            return ()


def nothing_found(event: Event, state: State) -> tuple[str, ...]:
    """`docker inspect` that found nothing prints an empty list first."""
    nothing = isinstance(event, e.ImagesRefused) and state.phase is Phase.AT_IMAGE_STORE
    return ("[]",) if nothing and isinstance(state.run.command, Inspect) else ()


def removal_lines(removals: tuple[Removal, ...]) -> tuple[str, ...]:
    return tuple(
        line
        for one in removals
        for line in (
            *(f"Untagged: {name}" for name in one.untagged),
            *(f"Deleted: {digest}" for digest in one.deleted),
        )
    )


def as_json(documents: list[dict[str, object]]) -> tuple[str, ...]:
    return tuple(json.dumps(documents, indent=4, ensure_ascii=False).splitlines())


def astray_hint(word: str, state: State) -> tuple[str, ...]:
    """`docker images ls` looks for an image of that name, and the CLI guesses what was meant."""
    said = f'No images found matching "{word}": did you mean "docker image {word}"?'
    return ("", said) if state.client.engine == "26" else (said,)


def refusals(refused: tuple[Refusal, ...], state: State) -> tuple[str, ...]:
    return tuple(refusal(one, state) for one in refused)


def refusal(refused: Refusal, state: State) -> str:
    """`docker inspect` would look for other objects too, and says so."""
    if isinstance(state.run.command, Inspect) and state.run.command.any_kind:
        said = "Error: No" if state.client.engine == "26" else "error: no"
        return f"{said} such object: {refused.name}"
    match refused.why:
        case "missing":
            return f"{DAEMON}No such image: {sought(refused.name)}"
        case "referenced":
            why = "(must be forced) - image is referenced in multiple repositories"
            return f"{DAEMON}conflict: unable to delete {short(refused.detail)} {why}"
        case _:
            return DAEMON + refused.detail


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error of a command that failed."""
    match failure:
        case e.ReferenceRejected(why, by_engine):
            return (f"{DAEMON if by_engine else ''}{why}",)
        case e.InputMissing(what):
            return (input_missing(what, state.client.engine),)
        case e.LoginCanceled():
            return ("login canceled",)
        case e.ImagesRefused(refused):
            return refusals(refused, state)
        case e.StoreFailed(why):
            return (f"{'E' if state.client.engine == '26' else 'e'}rror saving credentials: {why}",)
        case _ if isinstance(state.run.command, Login):
            return tuple((DAEMON + login_failure(failure, state)).splitlines())
        case _:
            return state.profile.explain(failure, state)


NO_TERMINAL = ("Error: Cannot perform an interactive login from a non TTY device",
               "error: cannot perform an interactive login from a non-TTY device")  # fmt: skip
MISSING = {
    "username": ("the --password-stdin option requires --username to be set",),
    "both passwords": ("conflicting options: cannot specify both --password and --password-stdin",),
    "empty username": ("username is empty",),
    "password flag": ("password is empty",),
    "password": (NO_TERMINAL[0], "password is empty"),
    "terminal": NO_TERMINAL,
    "username answer": ("Error: Non-null Username Required", "error: username is required"),
    "password answer": ("Error: Password Required", "error: password is required"),
}
"""What is missing -> what Docker's CLI 28 (engine 26) and 29 say."""


def input_missing(what: str, engine: str) -> str:
    said = MISSING[what]
    return said[0] if engine == "26" else said[-1]


def login_failure(failure: Failure, state: State) -> str:
    """Both engines log in with distribution's client."""
    url = f"{origin(state)}/v2/"
    match failure:
        case e.LoginRejected(url=asked, status=status):
            return f"login attempt to {asked} failed with status: {status} {reason(status)}"
        case e.Unreachable(method, asked, obstacle, detail):
            said = go_error(method, asked, unreachable_text(obstacle, detail))
            inner = state.phase is Phase.AUTHORIZING_LOGIN
            return go_error("GET", url, said) if inner else said
        case e.TokenMissing(reason=why):
            return go_error("GET", url, why)
        case _:
            errors, status = getattr(failure, "errors", ()), getattr(failure, "status", 0)
            return go_error("GET", url, classic_errors(errors, status))
