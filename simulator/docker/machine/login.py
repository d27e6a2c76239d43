"""`docker login`: asks for credentials, tries them, stores them."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Login
from simulator.docker.config_file import Credential, registry_key
from simulator.docker.events import Event
from simulator.docker.machine.answers import challenged, errors
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import following
from simulator.docker.machine.requests import origin, ping, unusable
from simulator.docker.machine.state import Access, Client, Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.message import Request, Response
from simulator.protocol.reference import HUB_KEY


def prompt(state: State) -> Move:
    """A login without a name first tries what is stored; else name and password are needed."""
    command = state.run.command
    assert isinstance(command, Login)
    if command.wrong:
        return e.InputMissing(command.wrong)
    stored = remembered(state)
    complete = stored and stored.username and stored.password
    if stored and complete and not state.run.login.stored_tried:
        return e.StoredCredentialsReused(stored)
    asks = command.source == "prompt" and command.terminal and not command.named
    if asks and registry_key(command.server) == HUB_KEY and not state.run.login.web_tried:
        return e.WebLoginChosen()
    pressed = {command.username, command.password} & {INTERRUPT, END}
    if command.source == "prompt" and pressed:
        return e.PromptInterrupted() if INTERRUPT in pressed else e.PromptUnanswered()
    if command.source == "stdin" and not command.password.strip():
        return e.InputMissing("blank password" if command.password else "password")
    username = command.username.strip() or (stored.username if stored else "")
    trims = command.source == "prompt" or state.profile.trims_passwords
    password = command.password.strip() if trims else command.password
    if not (username and password):
        return e.InputMissing(missing_answer(command, username))
    return e.CredentialsEntered(Credential(username, password))


INTERRUPT, END = "\x03", "\x04"
"""The keys Ctrl-C and Ctrl-D, as a terminal sends them."""


def remembered(state: State) -> Credential | None:
    """The credentials stored for the registry, where neither name nor password was given: it is
    tried, and its name is offered."""
    command = state.run.command
    assert isinstance(command, Login)
    key = registry_key(command.server)
    if command.named or command.source != "prompt" or state.client.store.complaint(key, "getting"):
        return None
    return state.client.store.find(key)


def missing_answer(command: Login, username: str) -> str:
    """There is no terminal to ask at, or an answer was empty."""
    if not command.terminal:
        return "terminal"
    return "password answer" if username else "username answer"


WEB_LOGIN = "https://login.docker.com/oauth"
CLIENT = "L4v0dmlNBpYUjGGab0C2JtgTgXr1Qz4d"
"""How Docker's CLI names itself to Docker's login service; public, and no secret."""


def code_request(state: State) -> Move:
    """A device code for Docker Hub (RFC 8628 section 3.1)."""
    form = (
        ("audience", "https://hub.docker.com"),
        ("client_id", CLIENT),
        ("scope", "openid offline_access"),
    )
    return (Request("POST", f"{WEB_LOGIN}/device/code", form=form),)


def code_answer(state: State, request: Request, answer: Response) -> Event:
    document = answer.json() if answer.status == 200 else None
    if not isinstance(document, dict):
        return e.WebLoginUnavailable()
    names = ("device_code", "user_code", "verification_uri")
    return e.DeviceCodeIssued(*(str(document.get(name, "")) for name in names))


def await_browser(state: State) -> Move:
    """Ask whether the code was confirmed (RFC 8628 section 3.4), as long as the user waits."""
    assert isinstance(state.run.command, Login)
    if state.run.login.polls >= state.run.command.patience:
        return e.LoginCanceled()
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    code = state.run.login.device_code
    form = (("client_id", CLIENT), ("device_code", code), ("grant_type", grant))
    return (Request("POST", f"{WEB_LOGIN}/token", form=form),)


def browser_answer(state: State, request: Request, answer: Response) -> Event:
    """The steps after a confirmation belong to Docker's own service, and are not played."""
    document = answer.json()
    waits = isinstance(document, dict) and document.get("error") == "authorization_pending"
    if waits:
        return e.ConfirmationPending()
    return e.ServerFailed(request.method, request.url, answer.status, errors(answer))


def check(state: State) -> Move:
    return unusable(state) or (ping(state, None),)


def log_in(state: State) -> Move:
    return (ping(state, state.run.access.authorization),)


def login_answer(state: State, request: Request, answer: Response) -> Event:
    if answer.status == 200:
        return e.LoginAccepted()
    return e.LoginRejected("GET", f"{origin(state)}/v2/", answer.status, errors(answer))


def save(state: State) -> Move:
    assert isinstance(state.run.command, Login)
    key = registry_key(state.run.command.server)
    wrong = state.client.store.complaint(key, "storing") or state.client.writable
    return e.StoreFailed(wrong) if wrong else e.CredentialsStored(key)


def keep_credential(state: State, event: e.CredentialsEntered | e.CredentialFound) -> Run:
    return replace(state.run, credential=event.credential)


def keep_web_login(state: State, event: e.WebLoginChosen) -> Run:
    return replace(state.run, login=replace(state.run.login, web_tried=True))


def keep_device_code(state: State, event: e.DeviceCodeIssued) -> Run:
    return replace(state.run, login=replace(state.run.login, device_code=event.device_code))


def keep_poll(state: State, event: e.ConfirmationPending) -> Run:
    return replace(state.run, login=replace(state.run.login, polls=state.run.login.polls + 1))


def keep_reuse(state: State, event: e.StoredCredentialsReused) -> Run:
    login = replace(state.run.login, reusing=True, stored_tried=True)
    return replace(state.run, credential=event.credential, login=login)


def forget_stored(state: State, event: e.StoredCredentialsRefused) -> Run:
    login = replace(state.run.login, reusing=False)
    return replace(state.run, credential=None, access=Access(), login=login)


def store_credential(state: State, event: e.CredentialsStored) -> Client:
    credential = state.run.credential
    assert credential is not None
    kept = replace(credential, identity_token=state.run.access.identity_token)
    return replace(state.client, store=state.client.store.with_entry(event.key, kept))


PART = Part(
    moves={
        Phase.PROMPTING: prompt,
        Phase.ASKING_FOR_CODE: code_request,
        Phase.AWAITING_BROWSER: await_browser,
        Phase.CHECKING: check,
        Phase.LOGGING_IN: log_in,
        Phase.SAVING: save,
    },
    meanings={
        Phase.ASKING_FOR_CODE: code_answer,
        Phase.AWAITING_BROWSER: browser_answer,
        Phase.CHECKING: following(challenged),
        Phase.LOGGING_IN: following(login_answer),
    },
    keeps={
        e.CredentialsEntered: keep_credential,
        e.WebLoginChosen: keep_web_login,
        e.DeviceCodeIssued: keep_device_code,
        e.ConfirmationPending: keep_poll,
        e.StoredCredentialsReused: keep_reuse,
        e.StoredCredentialsRefused: forget_stored,
    },
    stores={e.CredentialsStored: store_credential},
)
