"""Which requests belong to one command: a login, a pull or another, from its first request to its
last.

Clients do not say where a command begins. It shows in what they ask. Most send `GET /v2/` without
credentials first; for them nothing else begins a command. containerd, and Docker since 29, ask for
the tag at once; for them another tag begins one, or the same tag asked anew without credentials.
Of commands that run at the same time, a request belongs to the one whose token it brings, whose
manifest names its digest, or whose connection it uses. Programs of one family at one address count
as one client.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.live.clients import Client, leading
from simulator.live.seen import Asked, Kind, Seen, asked, client_of
from simulator.protocol.authorization import Scheme
from simulator.protocol.challenge import Challenge

QUIET = 0.4
"""Seconds of silence after which a command counts as over; what comes later revises that."""
PAUSE = 3.0
"""Seconds after which a client that sends no GET /v2/ asks for the same tag in another command."""
GREETED = 5.0
"""Seconds that a client takes from GET /v2/ to what it is for."""
AROUND = 2.0
"""Seconds after which a client that tries again by itself begins anew with GET /v2/."""
NEAR = 12
"""How many commands back a request may belong to."""
STALE = 60.0
"""Seconds after which nothing is added to a command any more."""


class Doing(StrEnum):
    """What a command does; `UNKNOWN` while there was only a greeting."""

    LOGIN = "login"
    PULL = "pull"
    PUSH = "push"
    TAGS = "tags"
    CATALOG = "catalog"
    SEARCH = "search"
    INSPECT = "inspect"
    GREETING = "greeting"
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

    @property
    def greeted(self) -> bool:
        """It began with GET /v2/."""
        return bool(self.asks) and self.asks[0].kind is Kind.PING

    @property
    def pairs(self) -> list[tuple[Seen, Asked]]:
        return list(zip(self.seen, self.asks, strict=True))

    def tag(self) -> str:
        """The tag or digest that is pulled; empty while no manifest was asked for."""
        return next((a.identifier for a in self.asks if a.kind is Kind.MANIFEST), "")

    def tags(self) -> tuple[str, ...]:
        """All tags that were asked for, in their order."""
        named = (a.identifier for a in self.asks if a.kind is Kind.MANIFEST)
        return tuple(dict.fromkeys(tag for tag in named if not is_digest(tag)))

    def user(self) -> str:
        return next((one.user for one in self.seen if one.user), "")

    def kinds(self) -> set[Kind]:
        return {a.kind for a in self.asks}

    def add(self, one: Seen, about: Asked) -> None:
        first = self.doing is Doing.UNKNOWN
        if first:
            greeted_twice = bool(self.seen) and about.kind is Kind.PING
            probes = bool(self.seen) and about.kind is Kind.SEARCH
            self.doing = Doing.LOGIN if greeted_twice else doing(one, about)
            self.doing = Doing.UNKNOWN if probes else self.doing
            self.repository = about.repository
        elif about.kind is Kind.CATALOG:
            self.doing = Doing.CATALOG
        elif self.doing is Doing.TAGS and about.kind is Kind.MANIFEST:
            self.doing = Doing.PULL
        self.client = leading(self.client, client_of(one.request))
        self.seen.append(one)
        self.asks.append(about)


def is_digest(identifier: str) -> bool:
    return ":" in identifier


MEANS = {
    Kind.PUSH: Doing.PUSH, Kind.TAGS: Doing.TAGS, Kind.CATALOG: Doing.CATALOG,
    Kind.SEARCH: Doing.SEARCH, Kind.OTHER: Doing.OTHER, Kind.MANIFEST: Doing.PULL,
    Kind.BLOB: Doing.PULL,
}  # fmt: skip


def doing(one: Seen, about: Asked) -> Doing:
    """What this request gives away about its command."""
    match about.kind:
        case Kind.TOKEN if about.identifier == "push":
            return Doing.PUSH
        case Kind.TOKEN if about.identifier == "catalog":
            return Doing.CATALOG
        case Kind.TOKEN:
            return Doing.PULL if about.repository else Doing.LOGIN
        case Kind.PING:
            return Doing.UNKNOWN if one.anonymous else Doing.LOGIN
        case _:
            return MEANS[about.kind]


# -- requests to commands ---------------------------------------------------------------------


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
    for attempt in found:
        settle(attempt)
    found = joined(found)
    for place, attempt in enumerate(found):
        later = any(other.key == attempt.key for other in found[place + 1 :])
        attempt.over = is_over(attempt, now, later)
        if attempt.over and only_greets(attempt):
            attempt.doing = Doing.GREETING
    return found


def joined(found: list[Attempt]) -> list[Attempt]:
    """A look at an image lists its tags too, after a GET /v2/ of its own."""
    kept: list[Attempt] = []
    for attempt in found:
        before = next((a for a in reversed(kept) if a.key == attempt.key), None)
        if before and attempt.doing is Doing.TAGS and looked(before, attempt):
            before.seen += attempt.seen
            before.asks += attempt.asks
        else:
            kept.append(attempt)
    return kept


def looked(before: Attempt, attempt: Attempt) -> bool:
    blobs = sum(a.kind is Kind.BLOB for a in before.asks)
    soon = attempt.seen[0].at - before.last < AROUND
    pulls = before.doing is Doing.PULL and not before.client.kind.images
    read = blobs == 1 and before.seen[-1].status == 200  # its configuration, and no layer
    return pulls and soon and read and before.repository == attempt.repository


def settle(attempt: Attempt) -> None:
    """A token for a repository is asked for by whoever reads there: what follows says more."""
    kinds = attempt.kinds()
    if attempt.doing is Doing.PULL and Kind.MANIFEST not in kinds and Kind.BLOB not in kinds:
        attempt.doing = Doing.TAGS if Kind.TAGS in kinds else Doing.PULL


def only_greets(attempt: Attempt) -> bool:
    """A registry that issues tokens does not ask for a password at GET /v2/: who goes no further
    has what was wanted already, or only asked whether a registry is there."""
    challenge = Challenge.parse(attempt.seen[-1].answer.header("WWW-Authenticate"))
    bearer = challenge is not None and challenge.scheme is Scheme.BEARER
    return attempt.doing is Doing.UNKNOWN and attempt.seen[-1].status == 401 and bearer


def is_over(attempt: Attempt, now: float, followed: bool) -> bool:
    if any(one.pending for one in attempt.seen):
        return False
    return followed or now - attempt.last > QUIET


def home_of(near: list[Attempt], one: Seen, about: Asked) -> Attempt | None:
    """The command that this request belongs to; None begins another. `near` is newest first."""
    if about.kind in (Kind.OTHER, Kind.SEARCH):
        return near[0] if near and goes_along(near[0], one, about) else None
    if about.kind is Kind.PING and one.anonymous:
        return near[0] if near and goes_on(near[0], one) else None
    fitting = [a for a in near if fits(a, one, about) and not afresh(a, one, about)]
    return max(fitting, key=lambda a: likeness(a, one, about), default=None)


def goes_along(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """Whether a request that no usual command sends belongs to this one."""
    if about.kind is Kind.SEARCH and passing(attempt.seen[-1]):
        return attempt.doing is Doing.UNKNOWN  # it looks for the old API instead
    if about.kind is Kind.SEARCH or attempt.doing in (Doing.UNKNOWN, Doing.SEARCH):
        return attempt.doing is MEANS[about.kind]
    return one.at - attempt.last < PAUSE


def goes_on(attempt: Attempt, one: Seen) -> bool:
    """Whether another GET /v2/ without credentials is still the same command's: a login at an
    open registry sends two, and a client that failed for a while tries all again."""
    last, about = attempt.pairs[-1]
    if attempt.doing is Doing.UNKNOWN:
        return last.status == 200 and one.at - attempt.last < 1
    retried = about.kind in (Kind.MANIFEST, Kind.BLOB) and passing(last)
    return attempt.greeted and retried and one.at - attempt.last < AROUND


def passing(one: Seen) -> bool:
    """An error that may pass, so that clients ask again by themselves."""
    return one.status in (408, 429) or one.status >= 500


def fits(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """Whether such a command sends such a request."""
    match attempt.doing:
        case Doing.UNKNOWN:
            patience = AROUND / 2 if passing(attempt.seen[-1]) else GREETED
            return one.at - attempt.last < patience
        case Doing.LOGIN if about.kind is Kind.CATALOG:
            return not login_done(attempt)
        case Doing.LOGIN:
            return doing(one, about) is Doing.LOGIN
        case Doing.CATALOG:
            return about.kind is Kind.CATALOG or about.identifier == "catalog"
        case Doing.PUSH:
            pushes = about.identifier == "push" or about.kind is not Kind.TOKEN
            return about.repository == attempt.repository and pushes
        case Doing.PULL | Doing.TAGS:
            return about.repository == attempt.repository and about.kind is not Kind.PUSH
    return False


Likeness = tuple[bool, bool, bool, bool, float]


def likeness(attempt: Attempt, one: Seen, about: Asked) -> Likeness:
    """How much speaks for this command among those that fit: greatest wins.

    Who sends GET /v2/ asks for one token and keeps it; the others ask for several, side by side.
    """
    token = bool(one.token) and any(held.token == one.token for held in attempt.seen)
    connection = bool(one.connection) and any(
        held.connection == one.connection for held in attempt.seen
    )
    knows = knows_tag(attempt, about) or knows_digest(attempt, about)
    return token and attempt.greeted, knows, token, connection, turn(attempt, about)


def turn(attempt: Attempt, about: Asked) -> float:
    """First the oldest greeting that waits, then for a token the oldest challenge; else the
    newest."""
    begun = attempt.seen[0].number
    if attempt.doing is Doing.UNKNOWN:
        return 3 + 1 / begun
    last = attempt.seen[-1]
    challenged = last.status == 401 and last.anonymous
    return 2 + 1 / begun if about.kind is Kind.TOKEN and challenged else 1 - 1 / (begun + 1)


def knows_tag(attempt: Attempt, about: Asked) -> bool:
    """Whether the command asked for this tag, and asks for it again without GET /v2/."""
    again = not attempt.greeted or passing(attempt.seen[-1])
    return again and about.kind is Kind.MANIFEST and about.identifier in attempt.tags()


def knows_digest(attempt: Attempt, about: Asked) -> bool:
    """Whether an answer to the command named this digest."""
    named = about.identifier.encode()
    return is_digest(about.identifier) and any(
        a.kind is Kind.MANIFEST and names(one, named) for one, a in attempt.pairs
    )


def names(one: Seen, digest: bytes) -> bool:
    said = (one.answer.header("Docker-Content-Digest") or "").encode()
    return digest == said or digest in one.answer.body


# -- where the next command begins ------------------------------------------------------------


def afresh(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """Whether this is the next command's request for the same repository or login."""
    if attempt.doing is Doing.LOGIN:
        return one.at - attempt.last > PAUSE or login_done(attempt)
    if attempt.doing not in (Doing.PULL, Doing.TAGS) or attempt.greeted:
        return False
    if about.kind is Kind.TOKEN:
        return one.at - attempt.last > PAUSE and attempt.seen[-1].status != 401
    if about.kind is not Kind.MANIFEST or not attempt.tag():
        return False
    if is_digest(about.identifier):
        return one.request.method == "HEAD" and about.identifier != attempt.tag()
    return any(rule(attempt, one, about) for rule in BEGINS)


def another_tag(attempt: Attempt, one: Seen, about: Asked) -> bool:
    return about.identifier != attempt.tag()


def after_a_pause(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """Not while an answer is on its way, nor after an error that may pass."""
    waits = any(held.pending for held in attempt.seen) or passing(attempt.seen[-1])
    return one.at - attempt.last > PAUSE and not waits


def without_credentials(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """No client that was refused asks without credentials again."""
    return one.anonymous and any(
        not held.anonymous or held.status in (401, 403, 404) for held in attempt.seen
    )


def answered_before(attempt: Attempt, one: Seen, about: Asked) -> bool:
    """The same question was answered well."""
    return any(
        a == about and held.status == 200 and held.request.method == one.request.method
        for held, a in attempt.pairs
    )


Begins = Callable[[Attempt, Seen, Asked], bool]
BEGINS: tuple[Begins, ...] = (another_tag, after_a_pause, without_credentials, answered_before)
"""A client that sends no GET /v2/ begins a command with this request for a tag, if one holds."""


def login_done(attempt: Attempt) -> bool:
    """A greeting with proof was answered; what follows is another login."""
    return any(a.kind is Kind.PING and not one.anonymous for one, a in attempt.pairs)
