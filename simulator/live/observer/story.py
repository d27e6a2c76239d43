"""Steps of the machine, told one after another from what the registry saw."""

from collections.abc import Callable
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Login
from simulator.docker.config_file import Credential
from simulator.docker.events import Event, Failure
from simulator.docker.machine import TRANSITIONS, Phase, State, evolve, keep
from simulator.docker.output.line import Line
from simulator.docker.output.terminal import lines
from simulator.docker.trace import Step, Trace
from simulator.live.attempts import Attempt, Doing
from simulator.live.observer.run import Aside, Run
from simulator.live.observer.typed import text_of
from simulator.live.seen import Kind, Seen, asked
from simulator.protocol.authorization import Scheme
from simulator.protocol.hosts import is_loopback
from simulator.protocol.manifest import Index, Manifest
from simulator.protocol.message import Exchange
from simulator.protocol.secrets import MASK
from simulator.words.i18n import N_

Known = Callable[[str], Manifest | Index | None]
"""The manifest that the registry has under a digest."""


class Story:
    """Steps, one after another. The table moves the phase where it has the edge; where a client
    leaves out what the table expects, the phase is set to where it must be."""

    def __init__(self, state: State, known: Known) -> None:
        self.state = state
        self.known = known
        self.steps: list[Step] = []
        self.inferred: set[int] = set()
        self.asides: dict[int, Aside] = {}
        self.talks = False
        """Whether the client prints Docker's words; of another, only the typed command is shown."""

    def tell(self, event: Event, exchange: Exchange | None = None, *, seen: bool = False) -> None:
        before = self.state
        after = advance(before, event)
        if before.run.access.plain_http:
            after = over_http(after)
        number = len(self.steps) + 1
        said = lines(before, event, after) if sayable(event, before) else ()
        said = self.knowable(event, said)
        self.steps.append(Step(number, before, event, after, exchange, said))
        if exchange is None and not seen:
            self.inferred.add(number)
        self.state = after

    def knowable(self, event: Event, said: tuple[Line, ...]) -> tuple[Line, ...]:
        """Which of Docker's lines a registry can know: not whether it asked at a prompt, nor where
        its files are. Of another client, only what was typed."""
        if isinstance(event, e.LoginTyped) or (not self.talks and isinstance(event, TYPED)):
            return said[:1]
        if not self.talks or isinstance(event, e.CredentialsEntered):
            return ()
        return said[-1:] if isinstance(event, e.CredentialsStored) else said

    def move(self, phase: Phase) -> None:
        """The client is there without a step that we could name."""
        self.state = replace(self.state, phase=phase)

    def run(self, group: list[Attempt]) -> Run:
        first = group[0].seen[0]
        return Run(
            first.number, group[-1].client, first.request.host,
            Trace(tuple(self.steps), self.state.client.engine, "live"), frozenset(self.inferred),
            self.asides, text_of(group[0], group[0].doing) if group[0].doing in OTHERS else "",
            group[-1].over, tuple(tuple(attempt.seen) for attempt in group),
        )  # fmt: skip


def advance(state: State, event: Event) -> State:
    """As the table says; an event that it does not foresee here changes what is known, and
    leaves the phase."""
    if type(event) in TRANSITIONS[state.phase]:
        return evolve(state, event)
    return keep(state, event, Phase.FAILED if isinstance(event, Failure) else state.phase)


def with_credential(state: State, user: str) -> State:
    return replace(state, run=replace(state.run, credential=Credential(user, MASK)))


def over_http(state: State) -> State:
    """The client goes on to speak plain HTTP."""
    access = replace(state.run.access, plain_http=True)
    return replace(state, run=replace(state.run, access=access))


TYPED = (e.LoginTyped, e.PullTyped)


def sayable(event: Event, state: State) -> bool:
    """Docker's words need the command and the reference that they are about."""
    if isinstance(event, TYPED):
        return True
    return state.run.command is not None and (
        isinstance(state.run.command, Login) or state.run.reference is not None
    )


FLIGHT = Aside(
    N_("Another layer fails too"),
    N_("This layer was downloaded in parallel with others. It failed as well."),
)
INVALID_TOKEN = Aside(
    N_("The token is not valid"),
    N_("The registry answers invalid_token: the token is past its time, or a clock is wrong. What "
       "the account may do was not looked at."),
)
NEXT_TAG = Aside(N_("The next tag"), N_("All tags are pulled: this is for another one of them."))
OLD_API = Aside(
    N_("The old API is tried"),
    N_("After an error at GET /v2/ the client looks for the old API, which is not here."),
)
LATE = Aside(N_("Under way at the end"), N_("This request was under way when the run had ended."))
BASIC = Aside(
    N_("A password where a token is wanted"),
    N_("The registry takes tokens only. It did not look at the user name and the password."),
)
OTHERS = {
    Doing.PUSH: Aside(N_("A push"), N_("It belongs to a push, which this registry refuses.")),
    Doing.TAGS: Aside(N_("A list of tags"), N_("The client asks which tags the repository has.")),
    Doing.CATALOG: Aside(
        N_("A list of repositories"), N_("The client asks which repositories there are.")
    ),
    Doing.SEARCH: Aside(
        N_("A search"), N_("It uses the old search API of Docker Hub, which registries lack.")
    ),
    Doing.GREETING: Aside(
        N_("GET /v2/ alone"),
        N_("Nothing followed. A client ends here when it has the image already."),
    ),
    Doing.OTHER: None,
}
"""By what a command does, if it is neither a login nor a pull: what its requests are for."""
ASIDES = {
    Kind.TAGS: OTHERS[Doing.TAGS],
    Kind.CATALOG: OTHERS[Doing.CATALOG],
    Kind.BLOB: Aside(
        N_("Another blob"),
        N_("The client asks whether a blob is there, or for one that it needs in an unusual way."),
    ),
    Kind.PING: Aside(N_("GET /v2/ once more"), N_("The client sends GET /v2/ once more.")),
    Kind.MANIFEST: Aside(
        N_("A manifest once more"), N_("The client asks for a manifest once more.")
    ),
}


def unexpected(story: Story, one: Seen, aside: Aside | None = None) -> None:
    request = one.request
    known = aside or ASIDES.get(asked(request).kind)
    if known:
        story.asides[len(story.steps) + 1] = known
    story.tell(e.UnexpectedRequest(request.method, request.url, one.status), one.exchange)


def speaks_http(story: Story, one: Seen) -> None:
    """Docker tries TLS first, wherever it is; on this very machine it then tries plain HTTP."""
    plain = one.request.url.startswith("http:")
    if plain and story.talks and is_loopback(one.request.host):
        story.tell(e.FellBackToHttp())
    elif plain:
        story.state = over_http(story.state)


def attach(story: Story, one: Seen) -> None:
    """With Basic the password itself goes along: that is a step of its own."""
    sent = one.request.authorization
    if sent and sent.scheme is Scheme.BASIC and story.state.run.access.authorization is None:
        if story.state.run.credential is None:
            story.state = with_credential(story.state, one.user)
        story.tell(e.CredentialAttached())
