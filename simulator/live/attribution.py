"""The owner of each request, and the learners who may see it.

A request that proves who sent it belongs to that learner: by a token of ours, or by the right
password. One that only names a learner, by a wrong password or by the namespace of a repository, is
shown to that learner if it comes from where they are: knowing a name is not enough. One that names
no user belongs to the only learner at its address; where there are several, it waits for the next
request of the same connection, and a greeting for the next request for a token of the same program.
A request without an owner is forgotten.
"""

from collections import deque
from dataclasses import dataclass
from itertools import islice

from simulator.live.learners import LEARNERS, Learners, Session
from simulator.live.seen import Seen, client_of, presented
from simulator.protocol.authorization import Scheme
from simulator.protocol.message import Request
from simulator.protocol.target import Kind
from simulator.registry.model import Signer
from simulator.registry.tokens import signed_claims

HELD = 3.0
"""Seconds that a request without a name waits for one that has."""
SERVICE = "pullscope"
"""The name of the service in our tokens."""


@dataclass(frozen=True)
class Identity:
    """Whom a request speaks for; `proven` by a token that we signed, or by the right password."""

    name: str = ""
    proven: bool = False


def identity_of(request: Request, signer: Signer) -> Identity:
    """By a token's subject, or by the name beside a password, which is not looked at here."""
    given = request.authorization
    if given and given.scheme is Scheme.BEARER:
        claims = signed_claims(given.secret, SERVICE, signer)
        subject = str(claims.get("sub", "")) if claims else ""
        return Identity(subject, bool(subject))
    pair = presented(request)
    return Identity(pair[0] if pair else "")


def owner(
    learners: Learners, identity: Identity, namespace: str, network: str
) -> Session | None:
    """The learner to whom the request belongs; None where that cannot be known."""
    for name in (identity.name, namespace):
        named = learners.by_name.get(name)
        if named and ((identity.proven and name == identity.name) or named.is_at(network)):
            return named
    return learners.only_at(network)


class Waiting:
    """Requests without a name, until the next one of the same client tells whose they are."""

    def __init__(self) -> None:
        self.held: deque[Seen] = deque(maxlen=LEARNERS)

    def add(self, one: Seen) -> None:
        """Keep it for a moment. The GET /v2/ before it has no owner then."""
        self.take(self.greeting_of(one))
        self.held.append(one)

    def claimed(self, kept: Seen, alone: bool) -> list[Seen]:
        """Those that came just before this one: on its connection, its greeting, and from its
        client if the learner is `alone` at that address."""
        mine = [one for one in self.held if belongs(one, kept, alone)] or self.greeting_of(kept)
        self.take(mine)
        return [one for one in mine if kept.at - one.at < HELD]

    def greeting_of(self, kept: Seen) -> list[Seen]:
        """The greeting before a request for a token.

        Docker opens a connection for each request, and its greetings are all alike. So the oldest
        one of the same program at the same address is taken, whoever else is there.
        """
        if kept.request.target.kind is not Kind.TOKEN:
            return []
        same = (one for one in self.held if is_greeting(one) and alike(one, kept))
        return list(islice(same, 1))

    def overdue(self, now: float) -> list[Seen]:
        """Those without an owner in time; they wait no more."""
        late = [one for one in self.held if now - one.at >= HELD]
        self.held = deque((o for o in self.held if now - o.at < HELD), maxlen=LEARNERS)
        return late

    def take(self, some: list[Seen]) -> None:
        """These, and all that waited for too long, wait no more."""
        taken = {one.number for one in some}
        last = self.held[-1].at if self.held else 0
        fresh = (o for o in self.held if o.number not in taken and last - o.at < HELD)
        self.held = deque(fresh, maxlen=LEARNERS)


def is_greeting(one: Seen) -> bool:
    return one.request.target.kind is Kind.PING and one.anonymous


def alike(one: Seen, other: Seen) -> bool:
    """Whether both came from the same program at the same address."""
    agents = (seen.request.header("User-Agent") for seen in (one, other))
    return one.address == other.address and len(set(agents)) == 1


def belongs(one: Seen, kept: Seen, alone: bool) -> bool:
    if one.connection and one.connection == kept.connection:
        return True
    families = client_of(one.request).family, client_of(kept.request).family
    nameless = alone and not one.user
    return nameless and one.address == kept.address and families[0] == families[1]
