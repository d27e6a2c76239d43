"""Progress in a database: SQLite in a file of the user's, or PostgreSQL by one URL.

A record is confirmed once its transaction is on disk. Nothing is updated but the place, where
the last one counts. The schema comes from migrations, which are run when the store is opened.
Of a learner's name the database has the hash (`simulator.progress.names`).
"""

import os
import sqlite3
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from platformdirs import user_data_path
from pydantic import ValidationError
from sqlalchemy.engine import URL, make_url

from simulator.progress.names import stored
from simulator.progress.records import Answer, Place, Progress, Solution, TooManyRecords

VARIABLE = "PULLSCOPE_DATABASE"
"""The environment variable with the database's URL."""
MIGRATIONS = Path(__file__).with_name("migrations")
LOCK = 7_203_114
"""The name of the lock under which a PostgreSQL schema is migrated."""
WAIT = 4
"""Seconds that one waits for a connection, for the end of a statement, or for another writer."""
POSTGRES = {
    "connect_timeout": WAIT,
    "options": f"-c statement_timeout={WAIT * 1000} -c lock_timeout={WAIT * 1000}",
}
"""What a connection to PostgreSQL is opened with."""
PAUSE = 0.01
"""Seconds between two tries to switch a new file to write-ahead logging."""

MOST = 20_000
"""Records of a kind that one learner may have: daily practice gives a few thousand a year."""

METADATA = sa.MetaData()
LEARNER = sa.Table(
    "learner",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)


def of_learner() -> "tuple[sa.Column[str], sa.Column[str]]":
    """Whose it is, and of which lesson."""
    owner = sa.ForeignKey("learner.id", ondelete="CASCADE")
    learner = sa.Column("learner", sa.String(64), owner, primary_key=True)
    return learner, sa.Column("lesson", sa.String(100), primary_key=True)


def key() -> "sa.Column[str]":
    return sa.Column("key", sa.String(200), primary_key=True)


def moment() -> "sa.Column[datetime]":
    return sa.Column("at", sa.DateTime(timezone=True), nullable=False)


ANSWER = sa.Table(
    "answer",
    METADATA,
    *of_learner(),
    key(),
    moment(),
    sa.Column("question", sa.String(200), nullable=False),
    sa.Column("objective", sa.String(200), nullable=False),
    sa.Column("chosen", sa.Text, nullable=False),
    sa.Column("right", sa.Boolean, nullable=False),
    sa.Column("sure", sa.SmallInteger),
    sa.Column("hints", sa.SmallInteger, nullable=False),
)
SOLUTION = sa.Table(
    "solution",
    METADATA,
    *of_learner(),
    key(),
    moment(),
    sa.Column("challenge", sa.String(200), nullable=False),
    sa.Column("commands", sa.Integer, nullable=False),
)
PLACE = sa.Table(
    "place",
    METADATA,
    *of_learner(),
    moment(),
    sa.Column("address", sa.String(500), nullable=False),
)


class InvalidDatabase(ValueError):
    """The database cannot be used; the message says why, without its password."""


def default_url() -> str:
    """The environment's, else a file where this user's data belongs. Raises InvalidDatabase."""
    given = os.environ.get(VARIABLE)
    if given:
        return given
    folder = user_data_path("pullscope", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidDatabase(
            f"cannot make the directory {folder}: {error.strerror}; set {VARIABLE}"
        ) from None
    return URL.create("sqlite", database=str(folder / "progress.db")).render_as_string()


Record = Answer | Solution | Place


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a thread waits for to be on disk. `learner` is as the database has it."""

    learner: str
    records: tuple[Record, ...]
    written: Future[None] = field(default_factory=Future)


class Store:
    """Keeps progress by learner. Every method is one transaction; threads may share a store.

    What several threads want kept at the same time is one transaction: the first in turn writes
    for all that wait. Else, with a class, most time would go into waiting for the file's lock.
    """

    def __init__(self, url: str) -> None:
        """Open the database and bring its schema up to date. Raises InvalidDatabase."""
        self.waiting: deque[Wanted] = deque()
        self.turn = Lock()
        self.engine = engine(url)
        try:
            migrate(self.engine)
        except CommandError:
            raise InvalidDatabase(
                f"the database {self.engine.url} was made by a newer Pullscope: install that, or "
                f"set {VARIABLE} to another database"
            ) from None
        except sa.exc.SQLAlchemyError as error:
            why = str(getattr(error, "orig", error) or error).strip().splitlines()[0]
            raise InvalidDatabase(
                f"cannot open the database {self.engine.url}: {why}; set {VARIABLE}"
            ) from None

    def close(self) -> None:
        self.engine.dispose()

    def keep(self, learner: str, *records: Record) -> None:
        """Returns when they are on disk. One that is kept already changes nothing.

        Raises TooManyRecords.
        """
        wanted = Wanted(stored(learner), records)
        self.waiting.append(wanted)
        with self.turn:
            if not wanted.written.done():
                self.write([self.waiting.popleft() for _ in range(len(self.waiting))])
        wanted.written.result()

    def write(self, batch: Sequence[Wanted]) -> None:
        """All in one transaction; if that fails each in its own, so that one spoils no other."""
        try:
            with self.engine.begin() as connection:
                add_all(connection, batch)
        except Exception as error:  # whatever it is, it is passed to the waiting thread
            if len(batch) == 1:
                batch[0].written.set_exception(error)
                return
            for wanted in batch:
                self.write([wanted])
        else:
            for wanted in batch:
                wanted.written.set_result(None)

    def progress(self, learner: str) -> Progress:
        """All of this learner's; empty for one that is not known."""
        with self.engine.connect().execution_options(reading=True) as connection:
            owner = stored(learner)
            return Progress(
                answers=valid(Answer, rows(connection, ANSWER, owner)),
                solutions=valid(Solution, rows(connection, SOLUTION, owner)),
                places=valid(Place, rows(connection, PLACE, owner)),
            )

    def take_in(self, learner: str, progress: Progress) -> None:
        """Add imported progress to what is here; all of it, or nothing."""
        self.keep(learner, *progress.answers, *progress.solutions, *progress.places)

    def forget(self, learner: str) -> None:
        """Delete everything about this learner."""
        with self.turn, self.engine.begin() as connection:
            connection.execute(sa.delete(LEARNER).where(LEARNER.c.id == stored(learner)))


def add_all(connection: sa.Connection, batch: Sequence[Wanted]) -> None:
    """In the order of the keys: of two processes that write the same rows, one waits."""
    began = datetime.now(UTC)
    learners = sorted({wanted.learner for wanted in batch})
    add(connection, LEARNER, [{"id": name, "created_at": began} for name in learners])
    in_order = itemgetter("learner", "lesson", "key")
    for kind, table in ((Answer, ANSWER), (Solution, SOLUTION)):
        add(connection, table, sorted(made(batch, kind), key=in_order))
    put_places(connection, made(batch, Place))
    check_number(connection, learners)


def check_number(connection: sa.Connection, learners: Sequence[str]) -> None:
    """Raises TooManyRecords: no learner can fill the database for all others."""
    for table in (ANSWER, SOLUTION, PLACE):
        owner = table.c.learner
        counted = sa.select(sa.func.count()).where(owner.in_(learners)).group_by(owner)
        if max(connection.scalars(counted), default=0) > MOST:
            raise TooManyRecords(f"one learner may have {MOST} records, and these are more")


def made(batch: Sequence[Wanted], kind: type[Record]) -> list[dict[str, Any]]:
    """The rows for the records of this kind."""
    return [
        {"learner": wanted.learner, **record.model_dump()}
        for wanted in batch
        for record in wanted.records
        if isinstance(record, kind)
    ]


def rows(connection: sa.Connection, table: sa.Table, learner: str) -> list[dict[str, Any]]:
    """This learner's rows, the oldest first. SQLite gives times back without their zone."""
    asked = sa.select(table).where(table.c.learner == learner).order_by(table.c.at)
    found = [dict(row) for row in connection.execute(asked).mappings()]
    for row in found:
        del row["learner"]
        row["at"] = row["at"].replace(tzinfo=row["at"].tzinfo or UTC)
    return found


Kind = TypeVar("Kind", Answer, Solution, Place)


def valid(kind: type[Kind], found: list[dict[str, Any]]) -> tuple[Kind, ...]:
    """The records in these rows. A row that the model refuses is left out: it may have come from
    an older version, and must not break every page that reads progress."""
    kept = []
    for row in found:
        try:
            kept.append(kind(**row))
        except ValidationError:
            continue
    return tuple(kept)


def utc(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.astimezone(UTC) if isinstance(v, datetime) else v for k, v in row.items()}


def insert(database: str, table: sa.Table) -> Any:
    """Both databases' INSERT has the same `ON CONFLICT`; SQLAlchemy has one of each."""
    from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415

    dialect = postgresql if database == "postgresql" else sqlite
    return dialect.insert(table)


def add(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        statement = insert(connection.dialect.name, table).on_conflict_do_nothing()
        connection.execute(statement, list(map(utc, rows)))


def put_places(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Of each learner's places in a lesson the latest counts, whichever arrives last."""
    of_one = itemgetter("learner", "lesson")
    latest = {of_one(row): row for row in sorted(rows, key=itemgetter("learner", "lesson", "at"))}
    if not latest:
        return
    statement = insert(connection.dialect.name, PLACE)
    new = statement.excluded
    later = statement.on_conflict_do_update(
        index_elements=["learner", "lesson"],
        set_={"at": new.at, "address": new.address},
        where=PLACE.c.at < new.at,
    )
    connection.execute(later, list(map(utc, latest.values())))


# -- the database -----------------------------------------------------------------------------


def engine(url: str) -> sa.Engine:
    """Raises InvalidDatabase for a URL that is none, or of a database that is not supported."""
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # a port that is no number
        raise InvalidDatabase(
            f"{VARIABLE} is not a database URL, for example sqlite:////srv/progress.db or "
            "postgresql://user:password@host/name"
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return sqlite_engine(parsed)
        case "postgresql":
            return postgresql_engine(parsed)
        case other:
            raise InvalidDatabase(f"{VARIABLE}: {other} is not supported: use sqlite or postgresql")


def postgresql_engine(url: URL) -> sa.Engine:
    """Raises InvalidDatabase where the driver, an extra of Pullscope, is not installed."""
    try:
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"), pool_pre_ping=True,
            pool_timeout=WAIT, connect_args=POSTGRES,
        )  # fmt: skip
    except ModuleNotFoundError:
        raise InvalidDatabase(
            f"{VARIABLE}: PostgreSQL needs a driver: install Pullscope with the extra "
            "'postgresql', or use sqlite"
        ) from None


def sqlite_engine(url: URL) -> sa.Engine:
    """Transactions are begun by us: the driver's own way does not cover a change of schema.

    A writer takes the lock at once, so that it waits instead of failing half way.
    """
    made = sa.create_engine(url, connect_args={"timeout": WAIT})

    @sa.event.listens_for(made, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(made, "begin")
    def begun(connection: sa.Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return made


def write_ahead(connection: sqlite3.Connection) -> None:
    """A new file is switched by one connection. SQLite lets the others fail at once where it
    lets a transaction wait, so it is we who wait."""
    until = monotonic() + WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(PAUSE)


def migrate(made: sa.Engine) -> None:
    """Bring the schema up to date; of several processes, one does it and the others wait."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with made.begin() as connection:
        if made.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
