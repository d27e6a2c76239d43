"""Whose request is this, and who may see it.

A request that proves who sent it belongs to that learner: by a token of ours, or by the right
password. One that only names a learner, by a wrong password or by the namespace of a repository,
is shown to that learner if it comes from where they are: knowing a name is not enough. One that
names nobody, as a greeting, belongs to the only learner at its address; where there are several,
it waits for the next request of the same connection. What belongs to nobody is forgotten.
"""

from collections import deque
from dataclasses import dataclass

from simulator.live.learners import LEARNERS, Learners, Session
from simulator.live.seen import Seen, client_of, presented
from simulator.protocol.authorization import Scheme
from simulator.protocol.message import Request
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
        self.held.append(one)

    def claimed(self, kept: Seen, alone: bool) -> list[Seen]:
        """Those that came just before this one on its connection, or from its client where the
        learner is `alone` at that address."""
        fresh = [one for one in self.held if kept.at - one.at < HELD]
        mine = [one for one in fresh if belongs(one, kept, alone)]
        taken = {one.number for one in mine}
        self.held = deque((one for one in fresh if one.number not in taken), maxlen=LEARNERS)
        return mine


def belongs(one: Seen, kept: Seen, alone: bool) -> bool:
    if one.connection and one.connection == kept.connection:
        return True
    families = client_of(one.request).family, client_of(kept.request).family
    nameless = alone and not one.user
    return nameless and one.address == kept.address and families[0] == families[1]
