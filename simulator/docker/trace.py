"""A run as data: self-contained steps, without secrets.

`steps` is the only loop. Each step can be drawn without its neighbours, so stepping back,
jumping, comparing and exporting are indexing. A `Trace` never holds a password or a token:
steps are masked before they are kept, and JSON (`pullscope-trace/2`) reads back equal.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Literal

from pydantic import TypeAdapter, ValidationError

from simulator.docker import events
from simulator.docker.events import (
    CredentialFound,
    CredentialsEntered,
    Event,
    StoredCredentialsReused,
)
from simulator.docker.machine import IllegalTransition, State, evolve, interpret, next_move
from simulator.docker.output.line import Line
from simulator.docker.output.terminal import lines
from simulator.docker.unions import Tagged
from simulator.protocol.message import Exchange, Request, Response, Transport
from simulator.protocol.secrets import MASK
from simulator.words.validation import first_wrong

LIMIT = 5000
"""Steps after which a run is cut off as endless. An image of the most layers, each redirected and
cut as often as the machine allows, takes about 2,300."""

SCHEMA = "pullscope-trace/2"


class EndlessRun(RuntimeError):
    """A run did not end within the step limit: a defect of ours."""


class InvalidTrace(ValueError):
    """The text is not a trace of this schema."""


@dataclass(frozen=True)
class Step:
    """One step: what was, what happened, what is; `exchange` where the network was asked."""

    number: int
    before: State
    event: Annotated[Event, Tagged("event")]
    after: State
    exchange: Exchange | None = None
    terminal: tuple[Line, ...] = ()

    @property
    def name(self) -> str:
        return type(self.event).__name__

    def masked(self, before: State | None = None) -> "Step":
        """Without its secrets; `before` is what was, where that is masked already."""
        exchange = self.exchange and drop_blob(self.exchange.masked())
        return replace(
            self,
            before=self.before.masked() if before is None else before,
            event=mask_event(self.event),
            after=self.after.masked(),
            exchange=exchange,
        )


def masked_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """These steps without their secrets. Where one begins with what the step before it left, both
    have the same state."""
    last: tuple[State, State] | None = None
    for step in steps:
        masked = step.masked(last[1] if last and last[0] is step.before else None)
        last = step.after, masked.after
        yield masked


def drop_blob(exchange: Exchange) -> Exchange:
    """A blob's bytes are not kept: its size and digest are. Other bodies are kept as text."""
    answer = exchange.answer
    if not isinstance(answer, Response):
        return exchange
    blob = answer.content and not answer.body.startswith(b"{")
    body = b"" if blob else answer.body.decode(errors="replace").encode()
    same = body == answer.body
    return exchange if same else replace(exchange, answer=replace(answer, body=body))


def mask_event(event: Event) -> Event:
    match event:
        case events.TokenIssued():
            identity = MASK if event.identity_token else ""
            return replace(event, token=MASK, identity_token=identity)
        case events.DeviceCodeIssued():
            return replace(event, device_code=MASK)
        case events.LoginTyped(command):
            return replace(event, command=command.masked())
        case CredentialsEntered(kept) | StoredCredentialsReused(kept) | CredentialFound(kept):
            return replace(event, credential=kept.masked())
        case _:
            return event


@dataclass(frozen=True)
class Took:
    """When a step's exchange began and ended, in seconds since the run began."""

    step: int
    start: float
    end: float


@dataclass(frozen=True)
class Trace:
    """A whole run. `source` is `mock`, `real` or `recording`; `scenario` its name, if any.

    `took` is there where it was measured: in a real run.
    """

    steps: tuple[Step, ...]
    engine: str = "29"
    source: str = "mock"
    scenario: str = ""
    took: tuple[Took, ...] = ()
    schema: Literal["pullscope-trace/2"] = field(default="pullscope-trace/2")

    @property
    def failed(self) -> bool:
        return bool(self.steps) and self.steps[-1].after.failure is not None

    def to_json(self) -> str:
        return adapter().dump_json(self, indent=1).decode()

    @classmethod
    def from_json(cls, text: str) -> "Trace":
        """Raises InvalidTrace with the first thing that is wrong."""
        try:
            return adapter().validate_json(text)
        except ValidationError as error:
            raise InvalidTrace(f"not a {SCHEMA} trace: {first_wrong(error)}") from None


@dataclass(frozen=True)
class Machine:
    """The three functions that a run uses. A misconception replaces some of them."""

    next_move: Callable[[State], tuple[Request, ...] | Event] = next_move
    interpret: Callable[[State, Exchange], Event] = interpret
    evolve: Callable[[State, Event], State] = evolve


MACHINE = Machine()


def steps(state: State, transport: Transport, machine: Machine = MACHINE) -> Iterator[Step]:
    """Run the machine against any transport, one step at a time.

    Raises EndlessRun if the run does not end.
    """
    number = 0
    while not state.finished:
        for event, exchange in outcomes(state, transport, machine):
            number += 1
            if exchange:
                event = machine.interpret(state, exchange)
            assert event is not None
            after = machine.evolve(state, event)
            yield Step(number, state, event, after, exchange, lines(state, event, after))
            state = after
            if number >= LIMIT:
                raise EndlessRun(f"no end after {LIMIT} steps")
            if state.finished:
                return


def outcomes(
    state: State, transport: Transport, machine: Machine = MACHINE
) -> Iterator[tuple[Event | None, Exchange | None]]:
    """One local decision, or an exchange for each request that goes out together."""
    move = machine.next_move(state)
    if not isinstance(move, tuple):
        yield move, None
        return
    answered = False
    for exchange in transport(move):
        answered = True
        yield None, exchange
    if not answered:
        raise IllegalTransition(f"the transport gave no answer when {state.phase}")


def run(
    state: State,
    transport: Transport,
    source: str = "mock",
    scenario: str = "",
    machine: Machine = MACHINE,
) -> Trace:
    """A whole run as a masked trace."""
    kept = tuple(masked_steps(steps(state, transport, machine)))
    return Trace(kept, state.client.engine, source, scenario)


@cache
def adapter() -> TypeAdapter[Trace]:
    """Reads and writes the JSON form."""
    return TypeAdapter(Trace)
