"""Changes of rooms that another process made: PostgreSQL tells of them, SQLite is looked at.

A notification says which room has which state, never what was voted: one for each transaction.
"""

import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from simulator.room.store import CHANNEL, ROOM

EVERY = 0.25
"""Seconds after which a file of SQLite is looked at again."""
TICK = 1.0
"""Seconds after which PostgreSQL's silence is passed on, too."""
GATHER = 0.05
"""Seconds in which notifications become one."""


def numbers(engine: sa.Engine) -> dict[str, int]:
    """The number of each room's state, by its id."""
    with engine.connect().execution_options(reading=True) as connection:
        rows = connection.execute(sa.select(ROOM.c.id, ROOM.c.number))
        return {row.id: row.number for row in rows}


def moments(engine: sa.Engine) -> Iterator[None]:
    """Each time at which rooms may have changed: at once, after a change, and now and then."""
    yield from notified(engine) if engine.dialect.name == "postgresql" else looked(EVERY)


def looked(every: float) -> Iterator[None]:
    while True:
        yield
        time.sleep(every)


def notified(engine: sa.Engine) -> Iterator[None]:
    """On a connection of its own, for as long as that lasts. Raises what the driver raises."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        driver: Any = connection.connection.driver_connection
        while True:
            yield
            if list(driver.notifies(timeout=TICK, stop_after=1)):
                time.sleep(GATHER)
                list(driver.notifies(timeout=0))
