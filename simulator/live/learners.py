"""Learners' sessions: who is here, how many may be, and who makes room for whom."""

import secrets
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.live.accounts import Account, new_name, opened
from simulator.live.observer.observe import Memo
from simulator.live.seen import Seen
from simulator.live.trouble import Trouble
from simulator.progress.names import stored
from simulator.protocol.hosts import is_loopback
from simulator.words.i18n import _

LEARNERS = 400
"""How many sessions there are at once."""
PER_ADDRESS = 250
"""How many of them from one address: a class behind one router, and not all places."""
KEPT = 400
"""Exchanges that are kept of each."""
LIFETIME = 2 * 3600.0
"""Seconds without any request or page after which a session is forgotten."""
ADDRESSES = 8
"""Addresses from which one learner's credentials came that are remembered."""


class Full(ValueError):
    """There are as many learners as there may be."""


@dataclass(eq=False)
class Session:
    """One learner. `id` opens the live view and nothing else; it cannot be guessed.

    `address` is the network that the page was opened from. `proven` are those from which the
    right password or a token of ours came.
    """

    id: str
    account: Account
    address: str
    active: float
    trouble: Trouble = Trouble()
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=KEPT))
    proven: deque[str] = field(default_factory=lambda: deque(maxlen=ADDRESSES))
    hellos: deque[float] = field(default_factory=lambda: deque(maxlen=20))
    """When a client here spoke TLS to the plain port."""
    memo: Memo = field(default_factory=dict)
    """What the observer has told already."""
    drawn: tuple[object, dict[str, Any]] | None = field(default=None, repr=False)
    """The newest run as the page was sent it, after what it depends on."""
    right: bytes = field(default=b"", repr=False)
    """The fingerprint of the password, once it came: it need not be checked again."""
    telling: threading.Lock = field(default_factory=threading.Lock)
    watchers: set[Callable[[], object]] = field(default_factory=set)
    begun: float = 0.0
    lesson: str = ""
    """Whose words the page shows; empty for the usual lesson's."""

    @property
    def name(self) -> str:
        return self.account.name

    def is_at(self, network: str) -> bool:
        """Whether this learner's page or credentials came from there."""
        return network == self.address or network in self.proven

    def prove(self, network: str) -> None:
        if network not in self.proven:
            self.proven.append(network)

    def changed(self) -> None:
        """Tell those who watch."""
        for wake in tuple(self.watchers):
            wake()


class Learners:
    """All sessions, by the hash of their id and by name. Not for several threads at once."""

    def __init__(self) -> None:
        self.by_id: dict[str, Session] = {}
        self.by_name: dict[str, Session] = {}

    def open(self, address: str, now: float) -> tuple[Session, str]:
        """A new session and its password. Raises Full."""
        self.make_room(address, now)
        name = next(n for n in iter(new_name, None) if n not in self.by_name)
        account, password = opened(name)
        session = Session(secrets.token_urlsafe(18), account, address, now, begun=now)
        self.by_id[stored(session.id)] = self.by_name[name] = session
        return session, password

    def with_id(self, id: str) -> Session | None:
        """The session that this id opens."""
        found = self.by_id.get(stored(id))
        if found:
            found.id = id
        return found

    def drop(self, session: Session) -> None:
        self.by_id = {id: one for id, one in self.by_id.items() if one is not session}
        self.by_name.pop(session.name, None)

    # What several processes share is kept elsewhere, too: `simulator.live.book`.

    def refresh(self) -> None:
        """Take in what other processes changed."""

    def keep(self, session: Session, *what: str) -> None:
        """Let other processes know what changed in it, by columns."""

    def note_use(self, session: Session) -> None:
        """Let other processes know that it is in use."""

    def make_room(self, address: str, now: float) -> None:
        """Drop sessions past their time, and where there is no room, one that was never used.

        A learner who once sent the right password is never removed for another. Raises Full.
        """
        for session in self.all():
            if not session.watchers and now - session.active > LIFETIME:
                self.drop(session)
        here = [one for one in self.all() if one.address == address]
        if len(here) >= PER_ADDRESS:
            self.drop_unused([one for one in here if not one.watchers], PER_ADDRESS)
        if len(self.by_id) >= LEARNERS:
            self.drop_unused(self.most_crowded(), LEARNERS)

    def drop_unused(self, candidates: list[Session], count: int) -> None:
        """The oldest of those that were never used; one that is watched only if all are."""
        unused = [one for one in candidates if not one.proven]
        if not unused:
            said = _("{count} learners are here already: wait until one of them has left")
            raise Full(said.format(count=count))
        self.drop(min(unused, key=lambda one: (bool(one.watchers), one.active)))

    def most_crowded(self) -> list[Session]:
        """The never used sessions of the address that has most of these."""
        unused = [one for one in self.all() if not one.proven]
        counts = Counter(one.address for one in unused)
        fullest = counts.most_common(1)[0][0] if counts else ""
        return [one for one in unused if one.address == fullest]

    def all(self) -> list[Session]:
        return list(self.by_id.values())

    def watched_at(self, network: str) -> list[Session]:
        """The sessions at this address whose page is open, the newest page first."""
        here = (one for one in self.all() if one.is_at(network) and one.watchers)
        return sorted(here, key=lambda one: one.begun, reverse=True)

    def only_at(self, network: str) -> Session | None:
        """The one learner at this address; None where there are several, or none.

        This machine is one person's: there, the one whose page is open counts.
        """
        here = [one for one in self.all() if one.is_at(network)]
        if len(here) > 1 and is_loopback(network):
            here = [one for one in here if one.watchers]
        return here[0] if len(here) == 1 else None
