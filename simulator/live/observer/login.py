"""A login, from its requests."""

from simulator.docker import events as e
from simulator.docker.cli.commands import Login
from simulator.docker.config_file import Credential
from simulator.docker.machine import Phase
from simulator.docker.machine.answers import errors
from simulator.live.attempts import Attempt
from simulator.live.observer.story import (
    BASIC,
    Story,
    attach,
    speaks_http,
    unexpected,
    with_credential,
)
from simulator.live.observer.token import tell_token
from simulator.live.seen import Kind, Seen
from simulator.protocol.authorization import Scheme
from simulator.protocol.challenge import Challenge
from simulator.protocol.secrets import MASK


def tell_login(story: Story, attempt: Attempt, command: Login) -> None:
    story.tell(e.LoginTyped(command))
    user = attempt.user()
    if user:
        story.tell(e.CredentialsEntered(Credential(user, MASK)))
    story.move(Phase.CHECKING)
    speaks_http(story, attempt.seen[0])
    for place, (one, about) in enumerate(zip(attempt.seen, attempt.asks, strict=True)):
        if one.pending:
            continue
        if story.state.phase is Phase.FAILED:
            unexpected(story, one)
        elif about.kind is Kind.TOKEN:
            tell_token(story, one, attempt.seen[place + 1 :])
        elif about.kind is Kind.PING:
            tell_login_ping(story, one)
        else:
            unexpected(story, one)


def sends_basic(one: Seen) -> bool:
    given = one.request.authorization
    return given is not None and given.scheme is Scheme.BASIC


def tell_login_ping(story: Story, one: Seen) -> None:
    challenge = Challenge.parse(one.answer.header("WWW-Authenticate"))
    if one.anonymous and story.state.phase is not Phase.LOGGING_IN:
        known = one.status == 401 and challenge
        story.tell(e.Challenged(known) if known else e.AccessOpen(one.status), one.exchange)
        return
    if one.status == 401 and sends_basic(one) and challenge and challenge.scheme is Scheme.BEARER:
        unexpected(story, one, BASIC)
        return
    attach(story, one)
    if one.status != 200:
        asked_for = one.request.method, one.request.url
        rejected = e.LoginRejected(*asked_for, one.status, errors(one.answer))
        story.tell(rejected, one.exchange)
        return
    story.move(Phase.LOGGING_IN)
    story.tell(e.LoginAccepted(), one.exchange)
    if not story.state.run.credential:
        story.state = with_credential(story.state, one.user)
    story.tell(e.CredentialsStored(one.request.host))
