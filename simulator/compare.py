"""What if: two runs side by side, aligned, and the first step at which they part.

Steps are alike when the same kind of thing happened: the same event, asked in the same way and
answered with the same status. A name, a digest or a password that differs does not part two runs;
what comes of it does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from simulator.events import Event, LayersPlanned, TokenIssued
from simulator.network import mock
from simulator.scenario import HOSTNAME, Scenario, Typed, scenario
from simulator.trace import Step, Trace, run
from simulator.wire import Obstacle, Response
from simulator.world import Auth, Fault, Part, Tls

Kind = tuple[object, ...]


def kind(step: Step) -> Kind:
    """What happened, without names: event, method, kind of authorization, status."""
    happened = (step.name, *counted(step.event))
    if step.exchange is None:
        return happened
    request, answer = step.exchange.request, step.exchange.answer
    sent = request.authorization.scheme if request.authorization else None
    came = answer.status if isinstance(answer, Response) else answer.obstacle
    return (*happened, request.method, sent, came)


def counted(event: Event) -> Kind:
    """What an event can hold more or less of: rights in a token, layers to download."""
    match event:
        case TokenIssued(access=access):
            return (len(access),)
        case LayersPlanned(missing, present):
            return (len(missing), len(present))
        case _:
            return ()


@dataclass(frozen=True)
class Pair:
    """A row of the comparison: a step of each run, or of one of them."""

    left: Step | None
    right: Step | None

    @property
    def alike(self) -> bool:
        both = self.left is not None and self.right is not None
        return both and kind(self.left) == kind(self.right)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Comparison:
    """Two runs, row by row. `parted` is the place of the first row that is not alike."""

    left: Trace
    right: Trace
    pairs: tuple[Pair, ...]
    parted: int | None


def compare(left: Trace, right: Trace) -> Comparison:
    """Align two runs. Up to where they part, and there, they go step by step; after it, what is
    alike stands beside each other again."""
    common = in_common(left, right)
    pairs = beside(left.steps[: common + 1], right.steps[: common + 1])
    ours, theirs = left.steps[common + 1 :], right.steps[common + 1 :]
    matcher = SequenceMatcher(None, [*map(kind, ours)], [*map(kind, theirs)], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        pairs += beside(ours[a:b], theirs[c:d])
    parted = next((place for place, pair in enumerate(pairs) if not pair.alike), None)
    return Comparison(left, right, tuple(pairs), parted)


def in_common(left: Trace, right: Trace) -> int:
    """How many steps are alike before the first that is not."""
    both = enumerate(zip(left.steps, right.steps, strict=False))
    shorter = min(len(left.steps), len(right.steps))
    return next((place for place, (a, b) in both if kind(a) != kind(b)), shorter)


def beside(ours: tuple[Step, ...], theirs: tuple[Step, ...]) -> list[Pair]:
    """Steps beside each other as far as both go."""
    return [Pair(a, b) for a, b in zip_longest(ours, theirs)]


# -- one thing changed --------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One thing in the world that is otherwise. `why` is what follows from it."""

    title: str
    why: str
    apply: Callable[[Scenario], Scenario]


def setting(**changed: object) -> Callable[[Scenario], Scenario]:
    """The same scenario but for these fields."""
    return lambda scenario: scenario.model_copy(update=changed)


def fault(**broken: object) -> Callable[[Scenario], Scenario]:
    return setting(faults=(Fault(**broken),))  # type: ignore[arg-type]


def typed_password(scenario: Scenario) -> Scenario:
    commands = tuple(
        command.model_copy(update={"typed": (*command.typed[:1], "wrong")})
        if len(command.typed) > 1
        else command
        for command in scenario.commands
    )
    return scenario.model_copy(update={"commands": commands})


def pulling(image: str) -> Callable[[Scenario], Scenario]:
    """Every pull is of another image."""

    def apply(scenario: Scenario) -> Scenario:
        commands = tuple(
            Typed(run=f"docker pull {image}") if " pull " in command.run else command
            for command in scenario.commands
        )
        return scenario.model_copy(update={"commands": commands})

    return apply


TOO_MANY = "You have reached your pull rate limit."
CHANGES: Mapping[str, Change] = {
    "password": Change(
        "The password typed is wrong",
        "A login is checked at once; nothing is stored.",
        typed_password,
    ),
    "not-stored": Change(
        "Nothing is stored",
        "Without stored credentials the engine can answer the challenge only as a stranger.",
        setting(stored=None),
    ),
    "stale": Change(
        "The stored password has become stale",
        "What was right at login is refused now.",
        setting(stored="alice:oldpass"),
    ),
    "rights": Change(
        "The account has no right to the repository",
        "The credentials are fine; the token does not have the scope.",
        setting(may_pull=("other/*",)),
    ),
    "tag": Change(
        "The tag does not exist",
        "Authorization succeeds; then the registry has no such manifest.",
        pulling(f"{HOSTNAME}/myimage:9.9"),
    ),
    "host": Change(
        "The registry's name is misspelt",
        "Credentials are stored by host, and nobody answers to this name.",
        pulling("myprivateregsitry.com/myimage:latest"),
    ),
    "down": Change(
        "Nothing listens at the registry's port",
        "The first request gets no answer.",
        setting(obstacle=Obstacle.REFUSED),
    ),
    "tls": Change(
        "The registry's certificate is not trusted",
        "The engine hangs up before it sends a request.",
        setting(tls=Tls.UNTRUSTED),
    ),
    "plain": Change(
        "The registry speaks plain HTTP",
        "Docker insists on HTTPS for any host but this machine.",
        setting(tls=Tls.PLAIN),
    ),
    "basic": Change(
        "Basic authentication instead of tokens",
        "The password itself goes along; there is no token service.",
        setting(auth=Auth.BASIC),
    ),
    "open": Change(
        "The registry asks for nothing",
        "No challenge comes, so no proof is sent.",
        setting(auth=Auth.NONE),
    ),
    "post": Change(
        "The token service takes the OAuth2 POST",
        "The first way of asking for a token succeeds.",
        setting(token_post=True),
    ),
    "corrupted": Change(
        "A layer is corrupted",
        "What arrives does not have the digest that the manifest promised.",
        fault(part=Part.BLOB, corrupt=True),
    ),
    "missing": Change(
        "A layer is missing in the registry",
        "The manifest names a blob that is not there.",
        fault(part=Part.BLOB, status=404, code="BLOB_UNKNOWN"),
    ),
    "cut": Change(
        "The connection breaks once",
        "The rest is asked for by range.",
        fault(part=Part.BLOB, cut_after=100, times=1),
    ),
    "held": Change(
        "An image with the same base is here",
        "Layers that the image store holds are not downloaded again.",
        setting(held=f"{HOSTNAME}/team/app:1.0"),
    ),
    "up-to-date": Change(
        "The image is here already",
        "The digest is the same, so there is nothing to download.",
        setting(held=f"{HOSTNAME}/myimage:latest"),
    ),
    "limited": Change(
        "The account is rate limited",
        "The registry counts pulls and has had enough.",
        fault(part=Part.MANIFEST, status=429, code="TOOMANYREQUESTS", message=TOO_MANY),
    ),
    "server": Change(
        "The registry fails",
        "The answer is an error of the server's own.",
        fault(part=Part.MANIFEST, status=500, code="UNKNOWN", message="unknown error"),
    ),
    "token-service": Change(
        "The token service fails",
        "The challenge cannot be answered, whoever asks.",
        fault(part=Part.TOKEN, status=503),
    ),
    "redirect": Change(
        "Layers come from another host",
        "The registry redirects; the credential stays behind.",
        setting(redirect=True),
    ),
    "helper": Change(
        "The credential helper is missing",
        "config.json names a program that is not installed.",
        setting(helper_missing=True, stored=None),
    ),
}
"""What can be changed, by the name in an address."""


class UnknownChange(ValueError):
    """Nothing of this name can be changed."""


def what_if(base: str, change: str, engine: str = "29") -> Comparison:
    """The scenario as it is, and with one thing changed.

    Raises UnknownScenario or UnknownChange with the names there are.
    """
    if change not in CHANGES:
        raise UnknownChange(f"unknown change {change!r}: choose one of {', '.join(CHANGES)}")
    known = scenario(base)
    runs = (
        run(one.state(engine), mock(one.world()), scenario=base)
        for one in (known, CHANGES[change].apply(known))
    )
    return compare(*runs)
