"""Runs on real registries from the pages: alone as one likes, for others within limits.

On a server for a class, each run asks from inside the server's network and shows the answer, so
it may ask public addresses at chosen ports only, and not often.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from time import monotonic

from simulator.sources.dialer import ALONE, CLASS, Policy
from simulator.web import registry
from simulator.words.i18n import N_, _

VARIABLE = "PULLSCOPE_REAL_REGISTRIES"
"""The host's switch for a class: `off`, or the ports that may be asked, such as `443,5000`."""
HOUR = 3600.0
OFF = N_("Real registries are switched off on this server. On your own machine they can be asked.")
BUSY = N_("Others are asking registries just now. Try again in a minute.")
OFTEN = N_("You have asked registries {count} times in an hour. Try again later.")


class NotAdmitted(ValueError):
    """A run may not begin now; the message says why."""


class InvalidSwitch(ValueError):
    """The host's switch is not right; the message says how it is written."""


def class_policy(switch: str) -> Policy | None:
    """The policy for a class; None where real registries are off. Raises InvalidSwitch."""
    words = [word.strip() for word in (switch or "443").split(",")]
    if words == ["off"]:
        return None
    ports = {int(word) for word in words if word.isdecimal() and len(word) <= 5}
    if len(ports) != len(words) or not all(0 < port <= 65535 for port in ports):
        raise InvalidSwitch(
            f"{VARIABLE}={switch!r} is neither off nor ports: write for example 443 or 443,5000"
        )
    return replace(CLASS, ports=frozenset(ports))


@dataclass
class Turns:
    """Who may begin a run: so many at once, and so many an hour, each learner and all together.

    The total bounds whoever comes as another learner each time.
    """

    at_once: int = 2
    an_hour: int = 20
    in_all: int = 600
    clock: Callable[[], float] = monotonic
    lock: Lock = field(default_factory=Lock)
    running: int = 0
    begun: deque[tuple[float, str]] = field(default_factory=deque)

    @contextmanager
    def turn(self, learner: str) -> Iterator[None]:
        """Raises NotAdmitted."""
        with self.lock:
            self.admit(learner)
            self.running += 1
            self.begun.append((self.clock(), learner))
        try:
            yield
        finally:
            with self.lock:
                self.running -= 1

    def admit(self, learner: str) -> None:
        while self.begun and self.clock() - self.begun[0][0] > HOUR:
            self.begun.popleft()
        if sum(who == learner for _when, who in self.begun) >= self.an_hour:
            raise NotAdmitted(_(OFTEN).format(count=self.an_hour))
        if self.running >= self.at_once or len(self.begun) >= self.in_all:
            raise NotAdmitted(_(BUSY))


TURNS = Turns()


@contextmanager
def admitted(learner: str) -> Iterator[Policy]:
    """The policy of a run that may begin now. Raises NotAdmitted."""
    if not registry.public():
        yield ALONE
        return
    policy = class_policy(os.environ.get(VARIABLE, ""))
    if policy is None:
        raise NotAdmitted(_(OFF))
    with TURNS.turn(learner):
        yield policy
