"""The project's checklist: tests of a private registry, run against it for real.

Four runs of the machine on the real registry: as an anonymous user, with a wrong password, and
twice with the right one. Each item looks at their traces, and says what it saw.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Login, Pull
from simulator.docker.machine import State
from simulator.docker.trace import Step, Trace, masked_steps, steps
from simulator.protocol.authorization import Scheme
from simulator.protocol.message import Response, Transport
from simulator.scenarios.real_run import host_of_run, real_state
from simulator.sources.dialer import ALONE, Policy
from simulator.sources.real import real
from simulator.words.i18n import N_

WRONG = "-and-wrong"
"""Behind the password, to see whether a wrong one gets in."""


@dataclass(frozen=True)
class Probe:
    """The requests, as traces without secrets."""

    stranger: Trace
    wrong: Trace
    user: Trace
    again: Trace


def probe(
    registry: str, username: str, password: str, image: str, engine: str = "29",
    policy: Policy = ALONE,
) -> Probe:  # fmt: skip
    """Ask the registry. Raises InvalidRegistry or InvalidReference on bad input.

    The password is in memory for these runs only; layers are verified and not kept. The policy's
    time and bytes are for all four runs together.
    """
    known = real_state(registry, username, password, image, engine)
    login, pull = known.commands[0], known.commands[-1]
    assert isinstance(login, Login) and isinstance(pull, Pull)
    mistyped = replace(login, password=password + WRONG)
    with real(host_of_run(known), policy) as ask:
        stranger, _ = asked(replace(known, commands=(pull,)), ask)
        wrong, _ = asked(replace(known, commands=(mistyped,)), ask)
        user, after = asked(known, ask)
        again, _ = asked(State(after.client, (pull,)), ask)
    return Probe(stranger, wrong, user, again)


def asked(state: State, ask: Transport) -> tuple[Trace, State]:
    """The run without its secrets, and the state that it ended in."""
    taken = list(steps(state, ask))
    trace = Trace(tuple(masked_steps(taken)), state.client.engine, "real")
    return trace, taken[-1].after


# -- the items --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """`passes` looks at the runs; `run` names the one that its evidence is in."""

    name: str
    title: str
    run: str
    passes: Callable[[Probe], bool]


def has(trace: Trace, *kinds: type[object]) -> bool:
    return any(isinstance(step.event, kinds) for step in trace.steps)


def answered(trace: Trace) -> bool:
    """An HTTP answer came, over HTTPS, or from this very machine."""
    return any(isinstance(step.exchange.answer, Response) for step in trace.steps if step.exchange)


def answers(found: Probe) -> bool:
    return answered(found.stranger)


def refuses_strangers(found: Probe) -> bool:
    return has(found.stranger, e.NoCredentials, e.AccessDenied, e.TokenRefused)


def refuses_wrong(found: Probe) -> bool:
    return has(found.wrong, e.LoginRejected, e.TokenRefused)


ITEMS = (
    Item("answers", N_("It answers, and this machine trusts its certificate"), "stranger", answers),
    Item("challenges", N_("It asks for credentials, and says which"), "user",
         lambda found: has(found.user, e.Challenged)),
    Item("strangers", N_("Anonymous users get nothing"), "stranger", refuses_strangers),
    Item("wrong", N_("A wrong password does not get in"), "wrong", refuses_wrong),
    Item("login", N_("Your password gets in"), "user",
         lambda found: has(found.user, e.LoginAccepted)),
    Item("pull", N_("Your image can be pulled, and every digest is right"), "user",
         lambda found: has(found.user, e.ImageStored)),
    Item("again", N_("A second pull downloads nothing"), "again",
         lambda found: has(found.again, e.AlreadyUpToDate)),
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """An item with its verdict, and the step that decided it. `passed` is None where the registry
    did not answer, so that nothing can be said."""

    item: Item
    passed: bool | None
    step: Step


def check(found: Probe) -> tuple[Checked, ...]:
    """Every item, in the order in which one would build the registry."""
    return tuple(checked(item, found) for item in ITEMS)


def checked(item: Item, found: Probe) -> Checked:
    run: Trace = getattr(found, item.run)
    known = item.passes is answers or answered(run)
    return Checked(item, item.passes(found) if known else None, evidence(run))


def evidence(trace: Trace) -> Step:
    """The last step that the registry had a part in, else the last one."""
    asked_for = [step for step in trace.steps if step.exchange or step.after.failure]
    return (asked_for or list(trace.steps))[-1]


def scheme(found: Probe) -> Scheme | None:
    """How the registry wants to be convinced."""
    challenges = (
        step.event.challenge for step in found.user.steps if isinstance(step.event, e.Challenged)
    )
    return next((challenge.scheme for challenge in challenges), None)
