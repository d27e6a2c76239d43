"""Which requests belong to one command: a login or a pull, from its first request to its last.

Clients do not say where a command begins. It shows in what they ask: a greeting without proof
begins one, a token without a scope belongs to a login, and a tag that was answered already is
asked for by the next pull. Programs of one family at one address count as one client.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.live.seen import Asked, Client, Kind, Seen, asked, client_of

QUIET = 0.4
"""Seconds of silence after which a command counts as over; what comes later revises that."""
PAUSE = 3.0
"""Seconds after which the same tag is asked for by another command."""
NEAR = 12
"""How many commands back a request may belong to."""
STALE = 60.0
"""Seconds after which nothing is added to a command any more."""


class Doing(StrEnum):
    """What a command does; `UNKNOWN` while there was only a greeting."""

    LOGIN = "login"
    PULL = "pull"
    PUSH = "push"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass
class Attempt:
    """One command's requests so far; `over` once nothing more is expected."""

    client: Client
    address: str
    doing: Doing = Doing.UNKNOWN
    repository: str = ""
    seen: list[Seen] = field(default_factory=list)
    asks: list[Asked] = field(default_factory=list)
    over: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.address, self.client.family

    @property
    def last(self) -> float:
        return max(one.at for one in self.seen)

    def tag(self) -> str:
        """The tag or digest that is pulled; empty while no manifest was asked for."""
        return next((a.identifier for a in self.asks if a.kind is Kind.MANIFEST), "")

    def user(self) -> str:
        return next((one.user for one in self.seen if one.user), "")

    def add(self, one: Seen, about: Asked) -> None:
        if self.doing is Doing.UNKNOWN:
            greeted_twice = bool(self.seen) and about.kind is Kind.PING
            self.doing = Doing.LOGIN if greeted_twice else doing(one, about)
            self.repository = about.repository
        if self.client.name == "containerd":
            self.client = client_of(one.request)
        self.seen.append(one)
        self.asks.append(about)


def doing(one: Seen, about: Asked) -> Doing:
    """What this request gives away about its command."""
    match about.kind:
        case Kind.PUSH:
            return Doing.PUSH
        case Kind.TOKEN if about.identifier == "push":
            return Doing.PUSH
        case Kind.TOKEN if not about.repository:
            return Doing.LOGIN
        case Kind.PING:
            return Doing.UNKNOWN if one.anonymous else Doing.LOGIN
        case Kind.OTHER:
            return Doing.OTHER
        case _:
            return Doing.PULL


def attempts(seen: Iterable[Seen], now: float) -> list[Attempt]:
    """The commands, in the order in which they began."""
    found: list[Attempt] = []
    for one in seen:
        about, client = asked(one.request), client_of(one.request)
        key = one.address, client.family
        near = [a for a in reversed(found[-NEAR:]) if a.key == key and one.at - a.last < STALE]
        home = home_of(near, one, about)
        if home is None:
            home = Attempt(client, one.address)
            found.append(home)
        home.add(one, about)
    for place, attempt in enumerate(found):
        later = any(other.key == attempt.key for other in found[place + 1 :])
        attempt.over = is_over(attempt, now, later)
    return found


def is_over(attempt: Attempt, now: float, followed: bool) -> bool:
    if any(one.pending for one in attempt.seen):
        return False
    return followed or now - attempt.last > QUIET


def home_of(near: list[Attempt], one: Seen, about: Asked) -> Attempt | None:
    """The command that this request belongs to, newest first; None begins another."""
    if about.kind is Kind.OTHER:
        return near[0] if near and near[0].doing is not Doing.UNKNOWN else None
    if about.kind is Kind.PING and one.anonymous:
        again = near[:1] and near[0].doing is Doing.UNKNOWN and one.at - near[0].last < 1
        return near[0] if again else None
    for attempt in near:
        if fits(attempt, one, about):
            return None if afresh(attempt, one, about) else attempt
    return None


def fits(attempt: Attempt, one: Seen, about: Asked) -> bool:
    if attempt.doing is Doing.UNKNOWN:
        return True
    if attempt.doing is Doing.LOGIN:
        return doing(one, about) is Doing.LOGIN
    if attempt.doing is Doing.PUSH:
        return about.repository != "" and (
            about.identifier == "push" or about.kind is not Kind.TOKEN
        )
    return attempt.doing is Doing.PULL and about.repository == attempt.repository


def afresh(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """Whether this is the next command's request for the same repository or login."""
    if attempt.doing is Doing.LOGIN:
        return one.at - attempt.last > PAUSE or login_done(attempt)
    if attempt.doing is not Doing.PULL or about.kind is not Kind.MANIFEST:
        return False
    if one.at - attempt.last > PAUSE and not any(s.pending for s in attempt.seen):
        return about.identifier == attempt.tag()
    return answered(attempt, one, about) or stranger(attempt, one, about)


def login_done(attempt: Attempt) -> bool:
    """A greeting with proof was answered; what follows is another login."""
    pairs = zip(attempt.seen, attempt.asks, strict=True)
    return any(a.kind is Kind.PING and not one.anonymous for one, a in pairs)


def answered(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """The tag was answered well before, and is asked for again, or another tag is."""
    tag = attempt.tag()
    if not tag or about.identifier.startswith("sha256:"):
        return False
    done = {
        earlier.request.method
        for earlier, a in zip(attempt.seen, attempt.asks, strict=True)
        if a.identifier == tag and a.kind is Kind.MANIFEST and earlier.status == 200
    }
    return bool(done) if about.identifier != tag else one.request.method in done


def stranger(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """A tag is asked for without proof after proof was sent: a client that does not greet
    begins so."""
    proven = any(not earlier.anonymous for earlier in attempt.seen)
    return one.anonymous and proven and about.identifier == attempt.tag()
