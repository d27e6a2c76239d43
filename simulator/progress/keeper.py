"""The store behind a border: whatever is wrong with the database, a caller hears it in seconds.

The database is opened at the first use, and again after a failure: what is kept once it is back
needs no restart. Work is done in its own thread, because a database can hang.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import BoundedSemaphore, Lock, Thread
from time import monotonic
from typing import TypeVar

from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from simulator.progress.records import Progress, TooManyRecords
from simulator.progress.store import Record, Store, default_url

PATIENCE = 8.0
"""Seconds until a database that does not answer is given up for now."""
OPENING = 20.0
"""Seconds for the first answer, which may have to wait for the schema."""
PAUSE = 10.0
"""Seconds in which a database that took long to fail is left alone."""
LONG = 1.0
"""Seconds from which on a failure took long."""
AT_ONCE = 32
"""Threads that work for callers at the same time."""

Result = TypeVar("Result")
FAILURES = (SQLAlchemyError, CommandError, OSError, ValueError)


class NotKept(Exception):
    """Nothing could be read or kept; the message says why, without a password."""


class Keeper:
    """Keeps progress by learner, as a `Store` does. Every method raises NotKept.

    TooManyRecords is no failure of the database, and is raised as it is.
    """

    def __init__(self, url: Callable[[], str] = default_url) -> None:
        self.url = url
        self.opened: Store | None = None
        self.opening = Lock()
        self.free = BoundedSemaphore(AT_ONCE)
        self.resting = 0.0
        """Until when the database is left alone, on the monotonic clock."""
        self.failed: dict[str, str] = {}
        """Why reading or keeping failed last, until that has worked again."""

    def progress(self, learner: str) -> Progress:
        return self.within("reading", lambda store: store.progress(learner))

    def keep(self, learner: str, *records: Record) -> None:
        """Returns when they are on disk. After NotKept they may or may not be."""
        self.within("keeping", lambda store: store.keep(learner, *records))

    def take_in(self, learner: str, progress: Progress) -> None:
        self.within("keeping", lambda store: store.take_in(learner, progress))

    def forget(self, learner: str) -> None:
        self.within("keeping", lambda store: store.forget(learner))

    def close(self) -> None:
        if self.opened:
            self.opened.close()

    @property
    def trouble(self) -> str:
        """Why nothing can be kept just now; empty as far as is known."""
        return next(iter(self.failed.values()), "")

    def within(self, kind: str, work: Callable[[Store], Result]) -> Result:
        """What the work returns, unless it fails or takes too long."""
        if monotonic() < self.resting:
            raise NotKept(self.trouble)
        began = monotonic()
        try:
            result = self.result(work)
        except TooManyRecords:
            raise
        except FAILURES as error:
            raise self.failure(kind, reason(error), monotonic() - began) from None
        self.failed.pop(kind, None)
        return result

    def result(self, work: Callable[[Store], Result]) -> Result:
        """Raises TimeoutError, or what the work raises."""
        if not self.free.acquire(timeout=PATIENCE):
            raise TimeoutError("the database is too slow for all who wait")
        done: Future[Result] = Future()
        patience = PATIENCE if self.opened else OPENING
        Thread(target=self.work, args=(work, done), daemon=True).start()
        try:
            return done.result(patience)
        except TimeoutError:
            raise TimeoutError(f"the database does not answer within {patience:.0f} s") from None

    def work(self, work: Callable[[Store], Result], done: "Future[Result]") -> None:
        try:
            done.set_result(work(self.store()))
        except BaseException as error:  # the caller's thread tells it
            done.set_exception(error)
        finally:
            self.free.release()

    def store(self) -> Store:
        with self.opening:
            if self.opened is None:
                self.opened = Store(self.url())
            return self.opened

    def failure(self, kind: str, why: str, seconds: float) -> NotKept:
        if why != self.failed.get(kind):
            logging.getLogger(__name__).error("%s progress failed: %s", kind, why)
        self.failed[kind] = why
        if seconds > LONG:
            self.resting = monotonic() + PAUSE
        return NotKept(why)


def reason(error: BaseException) -> str:
    """The first line of what the database says."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0] if said else type(error).__name__
