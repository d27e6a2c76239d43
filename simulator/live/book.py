"""Accounts of learners in the database, where several processes serve one class.

Each process has sessions in memory, as alone; here they are kept and read again when another
process changed them. Exchanges are not kept: they are in the process that answered. Without the
database a process goes on with what it knows.
"""

import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from simulator.live.accounts import Account
from simulator.live.learners import ADDRESSES, Learners, Session
from simulator.live.trouble import Trouble
from simulator.progress.keeper import Keeper, NotKept
from simulator.progress.names import stored
from simulator.progress.store import METADATA

ACCOUNT = sa.Table(
    "account",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(40), nullable=False, unique=True),
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("hashed", sa.String(128), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("begun", sa.Double, nullable=False),
    sa.Column("active", sa.Double, nullable=False),
    sa.Column("proven", sa.Text, nullable=False),
    sa.Column("trouble", sa.Text, nullable=False),
    sa.Column("lesson", sa.String(100), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
SELDOM = 60.0
"""Seconds after which the database hears again that a session is in use."""

Row = Mapping[str, Any]


class KeptLearners(Learners):
    """Sessions that are in the database too. Not for several threads at once."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self.keeper = keeper
        self.versions: dict[str, int] = {}
        self.noted: dict[str, float] = {}
        """When each session was in use, as the database has it."""

    def refresh(self) -> None:
        """Read what other processes changed; a session that is gone there is gone here."""
        with suppress(NotKept):
            there = self.keeper.within("reading", lambda kept: versions(kept.engine))
            for id in self.by_id.keys() - there.keys():
                self.take_out(self.by_id[id])
            new = [id for id, version in there.items() if self.versions.get(id) != version]
            if new:
                rows = self.keeper.within("reading", lambda kept: read(kept.engine, new))
                for row in rows:
                    self.take_in(row)

    def take_in(self, row: Row) -> None:
        id, name = row["id"], row["name"]
        account = Account(name, bytes.fromhex(row["salt"]), bytes.fromhex(row["hashed"]))
        session = self.by_id.get(id)
        if session is None:
            session = Session("", account, row["address"], row["active"], begun=row["begun"])
            self.by_id[id] = self.by_name[name] = session
        if session.account != account:
            session.account, session.right = account, b""
        session.active = max(session.active, row["active"])
        session.proven = deque(json.loads(row["proven"]), maxlen=ADDRESSES)
        session.trouble, session.lesson = Trouble(**json.loads(row["trouble"])), row["lesson"]
        self.versions[id], self.noted[id] = row["version"], row["active"]

    def take_out(self, session: Session) -> None:
        super().drop(session)
        for known in (self.versions, self.noted):
            for id in known.keys() - self.by_id.keys():
                del known[id]

    def open(self, address: str, now: float) -> tuple[Session, str]:
        """A new session and its password. Raises Full, or NotKept."""
        self.refresh()
        session, password = super().open(address, now)
        id = stored(session.id)
        try:
            row = {"id": id, "version": 1, **columns(session)}
            self.keeper.within("keeping", lambda kept: add(kept.engine, row))
        except NotKept:
            self.take_out(session)
            raise
        self.versions[id], self.noted[id] = 1, now
        return session, password

    def drop(self, session: Session) -> None:
        self.take_out(session)
        with suppress(NotKept):
            name = session.name
            self.keeper.within("keeping", lambda kept: remove(kept.engine, name))

    def keep(self, session: Session, *what: str) -> None:
        """These columns, and no others: another process may have changed those. Raises NotKept."""
        changed, name = {one: columns(session)[one] for one in what}, session.name
        self.keeper.within("keeping", lambda kept: change(kept.engine, name, changed))

    def note_use(self, session: Session) -> None:
        """Now and then, so that no other process takes it for one that is not used any more."""
        id = next((id for id, one in self.by_id.items() if one is session), "")
        if id and session.active - self.noted.get(id, 0.0) > SELDOM:
            self.noted[id] = session.active
            with suppress(NotKept):
                self.keep(session, "active")


def columns(session: Session) -> dict[str, Any]:
    account = session.account
    return {
        "name": account.name, "salt": account.salt.hex(), "hashed": account.hashed.hex(),
        "address": session.address, "begun": session.begun, "active": session.active,
        "proven": json.dumps(list(session.proven)), "trouble": json.dumps(asdict(session.trouble)),
        "lesson": session.lesson,
    }  # fmt: skip


def versions(engine: sa.Engine) -> dict[str, int]:
    """The version of each account, by its id."""
    with engine.connect().execution_options(reading=True) as connection:
        rows = connection.execute(sa.select(ACCOUNT.c.id, ACCOUNT.c.version))
        return {row.id: row.version for row in rows}


def read(engine: sa.Engine, ids: list[str]) -> list[Row]:
    with engine.connect().execution_options(reading=True) as connection:
        wanted = sa.select(ACCOUNT).where(ACCOUNT.c.id.in_(ids))
        return [dict(row) for row in connection.execute(wanted).mappings()]


def add(engine: sa.Engine, row: Row) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(ACCOUNT).values(**row))


def change(engine: sa.Engine, name: str, changed: Row) -> None:
    with engine.begin() as connection:
        newer = {**changed, "version": ACCOUNT.c.version + 1}
        connection.execute(sa.update(ACCOUNT).where(ACCOUNT.c.name == name).values(**newer))


def remove(engine: sa.Engine, name: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.delete(ACCOUNT).where(ACCOUNT.c.name == name))
