"""Rooms in the database of learners' progress: SQLite in a file, or PostgreSQL.

A room changes in one transaction that holds its row: of two processes, one waits for the other
and goes on from its state. So what was acknowledged is on disk, and any process can go on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from simulator.progress.store import METADATA, insert
from simulator.room.item import Item, Stage
from simulator.room.step import Asked, Refused, Room, Vote, step
from simulator.room.table import Event, Phase

KEPT = timedelta(hours=24)
"""How long a room is kept after its last event."""
MOST_ROOMS = 200
"""Rooms that are kept at once."""
MOST_OF_ONE = 10
"""Rooms of one owner that are kept at once."""

CHANNEL = "pullscope_room"
"""Of PostgreSQL's notifications: which room has which state."""

ROOM = sa.Table(
    "room",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("code", sa.String(8), nullable=False, unique=True),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("secret", sa.String(64), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("phase", sa.String(20), nullable=False),
    sa.Column("closes_at", sa.Double),
    sa.Column("items", sa.Text, nullable=False),
    sa.Column("stage", sa.Text),
)


def of_room() -> "sa.Column[str]":
    owner = sa.ForeignKey("room.id", ondelete="CASCADE")
    return sa.Column("room", sa.String(32), owner, primary_key=True)


SEAT = sa.Table(
    "room_seat",
    METADATA,
    of_room(),
    sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("taken", sa.Boolean, nullable=False),
    sa.Column("docker", sa.String(40), nullable=False),
)
VOTE = sa.Table(
    "room_vote",
    METADATA,
    of_room(),
    sa.Column("item", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("round", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("option", sa.SmallInteger, nullable=False),
    sa.Column("sure", sa.Boolean, nullable=False),
)


class NoRoom(LookupError):
    """There is no such room: it never was, or it was deleted."""


class TooManyRooms(Exception):
    """No further room can be opened now."""


@dataclass(frozen=True)
class KeyedItem:
    """An item with its key, as the column `items` has it."""

    key: int
    item: Item


ITEMS = TypeAdapter(tuple[KeyedItem, ...])
STAGE = TypeAdapter(Stage)

Outcome = Refused | Room
"""Of an event: why it did not happen, or the room right after it."""


def advance(
    engine: sa.Engine, id: str, known: Room | None, events: Sequence[Event]
) -> tuple[Room, list[Outcome]]:
    """The room after these events, on disk, and what became of each. Raises NoRoom.

    `known` is the room as the caller last saw it; it is read again only if it has changed.
    """
    with engine.begin() as connection:
        row = connection.execute(
            sa.select(ROOM.c.number).where(ROOM.c.id == id).with_for_update()
        ).first()
        if row is None:
            raise NoRoom(id)
        before = known if known and known.number == row.number else read(connection, id)
        after, outcomes = folded(before, events)
        if after.number != before.number:
            write(connection, before, after)
            notify(connection, f"{id} {after.number}")
    return after, outcomes


def folded(room: Room, events: Iterable[Event]) -> tuple[Room, list[Outcome]]:
    """Event after event; one that is refused changes nothing."""
    outcomes: list[Outcome] = []
    for event in events:
        try:
            room = step(room, event)
            outcomes.append(room)
        except Refused as refused:
            outcomes.append(refused)
    return room, outcomes


def create(engine: sa.Engine, room: Room) -> None:
    """Keep a new room, and delete those whose time is over. Raises TooManyRooms."""
    with engine.begin() as connection:
        delete_old(connection, datetime.now(UTC))
        count = sa.select(sa.func.count()).select_from(ROOM)
        of_one = connection.scalar(count.where(ROOM.c.owner == room.owner)) or 0
        if of_one >= MOST_OF_ONE or (connection.scalar(count) or 0) >= MOST_ROOMS:
            raise TooManyRooms
        own = {"id": room.id, "code": room.code, "owner": room.owner, "secret": room.secret}
        connection.execute(sa.insert(ROOM).values(**own, **state(room)))


def delete_old(connection: sa.Connection, now: datetime) -> None:
    connection.execute(sa.delete(ROOM).where(ROOM.c.changed_at < now - KEPT))


def tidied(engine: sa.Engine) -> set[str]:
    """Delete the rooms whose time is over; the ids of the others."""
    with engine.begin() as connection:
        delete_old(connection, datetime.now(UTC))
        return set(connection.scalars(sa.select(ROOM.c.id)))


def find(engine: sa.Engine, **named: str) -> Room:
    """The room with this id or code, unless its time is over. Raises NoRoom."""
    wanted = [ROOM.c[name] == value for name, value in named.items()]
    fresh = ROOM.c.changed_at >= datetime.now(UTC) - KEPT
    with engine.connect().execution_options(reading=True) as connection:
        id = connection.scalar(sa.select(ROOM.c.id).where(*wanted, fresh))
        if id is None:
            raise NoRoom(*named.values())
        return read(connection, id)


def owned(engine: sa.Engine, owner: str) -> tuple[str, ...]:
    """The ids of this owner's rooms that are kept, the latest first."""
    fresh = ROOM.c.changed_at >= datetime.now(UTC) - KEPT
    latest = sa.select(ROOM.c.id).where(ROOM.c.owner == owner, fresh)
    with engine.connect().execution_options(reading=True) as connection:
        return tuple(connection.scalars(latest.order_by(ROOM.c.changed_at.desc())))


def delete(engine: sa.Engine, id: str) -> None:
    """Delete the room with all that belongs to it."""
    with engine.begin() as connection:
        connection.execute(sa.delete(ROOM).where(ROOM.c.id == id))
        notify(connection, id)


def notify(connection: sa.Connection, about: str) -> None:
    """Tell other processes once the transaction is on disk, where the database can."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(CHANNEL, about)))


def read(connection: sa.Connection, id: str) -> Room:
    """Raises NoRoom."""
    row = connection.execute(sa.select(ROOM).where(ROOM.c.id == id)).mappings().first()
    if row is None:
        raise NoRoom(id)
    seats = connection.execute(sa.select(SEAT).where(SEAT.c.room == id)).all()
    ballots: dict[tuple[int, int], dict[int, Vote]] = {}
    for vote in connection.execute(sa.select(VOTE).where(VOTE.c.room == id)):
        ballots.setdefault((vote.item, vote.round), {})[vote.seat] = Vote(vote.option, vote.sure)
    asked = tuple(
        Asked(one.item, one.key, (ballots.get((one.key, 1), {}), ballots.get((one.key, 2), {})))
        for one in ITEMS.validate_json(row["items"])
    )
    return Room(
        id, row["code"], row["owner"], row["secret"], Phase(row["phase"]), row["number"],
        dict(sorted((seat.seat, seat.taken) for seat in seats)), asked, row["closes_at"],
        {seat.seat: seat.docker for seat in seats if seat.docker},
        STAGE.validate_json(row["stage"]) if row["stage"] else None,
    )  # fmt: skip


def write(connection: sa.Connection, before: Room, after: Room) -> None:
    """The difference between two states of a room."""
    changed = sa.update(ROOM).where(ROOM.c.id == after.id)
    connection.execute(changed.values(**state(after, before)))
    put(connection, SEAT, list(changed_seats(before, after)))
    freed = before.seats.keys() - after.seats.keys()
    if freed:
        connection.execute(sa.delete(SEAT).where(SEAT.c.room == after.id, SEAT.c.seat.in_(freed)))
    put(connection, VOTE, list(changed_votes(before, after)))
    gone = {one.key for one in before.asked} - {one.key for one in after.asked}
    if gone:
        of_gone = (VOTE.c.room == after.id) & VOTE.c.item.in_(gone)
        connection.execute(sa.delete(VOTE).where(of_gone))


def state(room: Room, before: Room | None = None) -> dict[str, Any]:
    """The columns that change; the items only where there is another one, and the stage only where
    it has moved."""
    columns: dict[str, Any] = {
        "number": room.number, "phase": room.phase.value, "closes_at": room.closes_at,
        "changed_at": datetime.now(UTC),
    }  # fmt: skip
    if room.stage is not (before and before.stage):
        columns["stage"] = room.stage and STAGE.dump_json(room.stage).decode()
    keys = [one.key for one in room.asked]
    if before and keys == [one.key for one in before.asked]:
        return columns
    items = tuple(KeyedItem(one.key, one.item) for one in room.asked)
    return columns | {"items": ITEMS.dump_json(items).decode()}


def changed_seats(before: Room, after: Room) -> Iterator[dict[str, Any]]:
    if after.seats is before.seats and after.dockers is before.dockers:
        return
    for seat, taken in after.seats.items():
        docker = after.dockers.get(seat, "")
        if (before.seats.get(seat), before.dockers.get(seat, "")) != (taken, docker):
            yield {"room": after.id, "seat": seat, "taken": taken, "docker": docker}


def changed_votes(before: Room, after: Room) -> Iterator[dict[str, Any]]:
    known = {one.key: one for one in before.asked}
    for asked in after.asked:
        old = known.get(asked.key)
        for round, votes in enumerate(asked.votes, 1):
            were = old.votes[round - 1] if old else {}
            if votes is were:
                continue
            for seat, vote in votes.items():
                if were.get(seat) is not vote:
                    own = {"room": after.id, "item": asked.key, "round": round, "seat": seat}
                    yield {**own, "option": vote.option, "sure": vote.sure}


def put(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert them; a row that there is already gets the new values."""
    if rows:
        connection.execute(putting(connection.dialect.name, table), rows)


@cache
def putting(database: str, table: sa.Table) -> Any:
    """The statement: made once, for making it takes as long as ten votes."""
    statement = insert(database, table)
    keys = [column.name for column in table.primary_key]
    values = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=values)
