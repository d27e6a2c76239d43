"""Steps of the machine, told one after another from what the registry saw."""

from collections.abc import Callable
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Login
from simulator.docker.config_file import Credential
from simulator.docker.events import Event, Failure
from simulator.docker.machine import TRANSITIONS, Phase, State, evolve, keep
from simulator.docker.output.terminal import lines
from simulator.docker.trace import Step, Trace
from simulator.live.attempts import Attempt, Doing
from simulator.live.observer.run import Run
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
        self.notes: dict[int, str] = {}
        self.talks = False
        """Whether the client prints Docker's words; of another, only what was typed is told."""

    def tell(self, event: Event, exchange: Exchange | None = None, *, seen: bool = False) -> None:
        before = self.state
        after = advance(before, event)
        if before.run.access.plain_http:
            after = over_http(after)
        number = len(self.steps) + 1
        said = lines(before, event, after) if sayable(event, before) else ()
        said = said if self.talks else said[:1] if isinstance(event, TYPED) else ()
        self.steps.append(Step(number, before, event, after, exchange, said))
        if exchange is None and not seen:
            self.inferred.add(number)
        self.state = after

    def move(self, phase: Phase) -> None:
        """The client is there without a step that we could name."""
        self.state = replace(self.state, phase=phase)

    def run(self, group: list[Attempt]) -> Run:
        first = group[0].seen[0]
        return Run(
            first.number, group[-1].client, first.request.host,
            Trace(tuple(self.steps), self.state.client.engine, "live"), frozenset(self.inferred),
            self.notes, group[0].repository if group[0].doing is Doing.PUSH else "",
            tuple(tuple(attempt.seen) for attempt in group),
        )  # fmt: skip


def advance(state: State, event: Event) -> State:
    """As the table says; an event that it does not foresee here changes what is known, and
    leaves the phase."""
    if type(event) in TRANSITIONS[state.phase]:
        return evolve(state, event)
    kept = keep(state, event)
    return replace(kept, phase=Phase.FAILED) if isinstance(event, Failure) else kept


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


PUSH = N_("It belongs to a push, which this registry refuses.")


FLIGHT = N_("It was under way together with others, and failed as well.")


LATE = N_("It was under way when the run had ended.")


def unexpected(story: Story, one: Seen, note: str = "") -> None:
    request = one.request
    story.notes[len(story.steps) + 1] = note or ASIDES.get(asked(request).kind, "")
    story.tell(e.UnexpectedRequest(request.method, request.url, one.status), one.exchange)


ASIDES = {
    Kind.TAGS: N_("It asks which tags there are."),
    Kind.BLOB: N_("It asks whether a blob is there, or for one that it was not expected to need."),
    Kind.PING: N_("It greets the registry once more."),
    Kind.MANIFEST: N_("It asks for a manifest once more."),
}


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
