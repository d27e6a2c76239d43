"""A lesson outlives its database: whatever is wrong with it, a caller hears it in seconds."""

import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from simulator.progress import keeper as borders
from simulator.progress.keeper import Keeper, NotKept
from simulator.progress.records import Answer, InvalidProgress, Progress, card, due, reviews
from simulator.progress.store import VARIABLE, Store, default_url
from tests.postgres import Server, running

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA = "learner-ada"


def answer(key: str, at: datetime = NOW) -> Answer:
    told = {"question": f"q-{key}", "objective": "challenge", "chosen": "a", "right": True}
    return Answer.model_validate({"key": key, "at": at, **told})


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience that a test can wait for."""
    monkeypatch.setattr(borders, "PATIENCE", 6.0)
    monkeypatch.setattr(borders, "PAUSE", 0.2)


def until_kept(keeper: Keeper, key: str) -> None:
    """Try again, as learners do, until an answer is acknowledged."""
    deadline = time.monotonic() + 60
    while True:
        try:
            keeper.keep(ADA, answer(key))
        except NotKept:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        else:
            return


# -- a database that cannot be used -------------------------------------------------------------


def newer(folder: Path) -> str:
    url = f"sqlite:///{folder / 'newer.db'}"
    store = Store(url)
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    return url


BAD = {
    "no number for a port": lambda folder: "postgresql://u:secret@host:abc/d",
    "nobody listens": lambda folder: "postgresql://u:secret@127.0.0.1:9/d",
    "no such directory": lambda folder: "sqlite:////nonexistent/x/y.db",
    "a directory": lambda folder: f"sqlite:///{folder}",
    "no database": lambda folder: f"sqlite:///{__file__}",
    "another kind": lambda folder: "mysql://u:secret@host/d",
    "no URL": lambda folder: "secret@@",
    "made by a newer Pullscope": newer,
    "odd characters": lambda folder: "sqlite:///\x00",
}


@pytest.mark.parametrize("case", BAD)
def test_a_database_that_cannot_be_used_is_one_sentence(case: str, tmp_path: Path) -> None:
    """Reading and keeping fail in the same way, without the password."""
    url = BAD[case](tmp_path)
    keeper = Keeper(lambda: url)
    for work in (lambda: keeper.progress(ADA), lambda: keeper.keep(ADA, answer("a")),
                 lambda: keeper.forget(ADA)):  # fmt: skip
        with pytest.raises(NotKept) as told:
            work()
        assert "\n" not in str(told.value) and "secret" not in str(told.value)
        assert keeper.trouble == str(told.value)


@pytest.mark.parametrize("home", ["/sys/x", "/proc/x", __file__])
def test_no_home_to_write_in(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", f"{home}/data" if home == __file__ else home)
    with pytest.raises(NotKept, match=VARIABLE):
        Keeper(default_url).progress(ADA)


def test_a_database_that_comes_back_is_used_again(tmp_path: Path) -> None:
    """No restart is needed, though it was missing when the program began."""
    folder = tmp_path / "later"
    keeper = Keeper(lambda: f"sqlite:///{folder / 'progress.db'}")
    with pytest.raises(NotKept):
        keeper.keep(ADA, answer("a"))
    folder.mkdir()
    until_kept(keeper, "b")
    assert [one.key for one in keeper.progress(ADA).answers] == ["b"] and not keeper.trouble
    keeper.close()


def test_a_locked_file_is_told_in_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program holds the lock: pages wait for seconds, not for half a minute."""
    url = f"sqlite:///{tmp_path / 'progress.db'}"
    keeper = Keeper(lambda: url)
    keeper.keep(ADA, answer("a"))
    other = sa.create_engine(url).connect().execution_options(isolation_level="AUTOCOMMIT")
    other.exec_driver_sql("BEGIN EXCLUSIVE")
    began = time.monotonic()
    with pytest.raises(NotKept):
        keeper.keep(ADA, answer("b"))
    assert time.monotonic() - began < 20
    time.sleep(borders.PAUSE)
    assert [one.key for one in keeper.progress(ADA).answers] == ["a"]
    other.exec_driver_sql("ROLLBACK")
    other.close()
    other.engine.dispose()
    until_kept(keeper, "b")
    keeper.close()


def test_a_file_that_cannot_be_written_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    keeper = Keeper(lambda: f"sqlite:///{path}")
    keeper.keep(ADA, answer("a"))
    assert keeper.opened is not None

    @sa.event.listens_for(keeper.opened.engine, "connect")
    def read_only(connection: object, _: object) -> None:
        connection.execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]

    keeper.opened.engine.dispose()
    with pytest.raises(NotKept):
        keeper.keep(ADA, answer("b"))
    time.sleep(0.3)
    assert [one.key for one in keeper.progress(ADA).answers] == ["a"]
    keeper.close()


def test_a_full_disk(tmp_path: Path) -> None:
    """SQLite's own limit of pages is as good as a disk."""
    keeper = Keeper(lambda: f"sqlite:///{tmp_path / 'progress.db'}")
    keeper.keep(ADA, answer("a"))
    assert keeper.opened is not None

    @sa.event.listens_for(keeper.opened.engine, "connect")
    def small(connection: object, _: object) -> None:
        connection.execute("PRAGMA max_page_count=20")  # type: ignore[attr-defined]

    keeper.opened.engine.dispose()
    with pytest.raises(NotKept, match="full"):
        keeper.keep(ADA, *(answer(f"n{number}") for number in range(3000)))
    time.sleep(0.3)
    assert [one.key for one in keeper.progress(ADA).answers] == ["a"]
    keeper.close()


# -- PostgreSQL: stopped, frozen, restarted ------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started


def test_postgresql_is_stopped_and_started_while_answers_come(server: Server) -> None:
    """Acknowledged records are there afterwards, and a failure is reported at once."""
    keeper = Keeper(lambda: server.url)
    kept = []
    for round_ in range(2):
        until_kept(keeper, f"before-{round_}")
        server.stop()
        began = time.monotonic()
        with pytest.raises(NotKept):
            keeper.keep(ADA, answer(f"lost-{round_}"))
        assert time.monotonic() - began < 20
        server.start()
        until_kept(keeper, f"after-{round_}")
        kept += [f"before-{round_}", f"after-{round_}"]
    assert {one.key for one in keeper.progress(ADA).answers} >= set(kept)
    keeper.close()


def test_postgresql_is_frozen_while_answers_come(server: Server) -> None:
    """It still takes connections, and gives no answer: no caller waits for it."""
    keeper = Keeper(lambda: server.url)
    until_kept(keeper, "before")
    server.signal(signal.SIGSTOP)
    for work in (lambda: keeper.keep(ADA, answer("lost")), lambda: keeper.progress(ADA)):
        began = time.monotonic()
        with pytest.raises(NotKept):
            work()
        assert time.monotonic() - began < 15
    server.signal(signal.SIGCONT)
    until_kept(keeper, "after")
    assert {one.key for one in keeper.progress(ADA).answers} >= {"before", "after"}
    keeper.close()


# -- files from elsewhere -----------------------------------------------------------------------

POISON = {
    "the year 9999": {"at": "9999-12-31T23:59:59Z"},
    "the year 1": {"at": "0001-01-01T00:00:00Z"},
    "before the calendar": {"at": "0001-01-01T00:00:00+14:00"},
    "no zone": {"at": "2026-01-01T00:00:00"},
    "NUL": {"question": "a\u0000b"},
    "NUL in what was chosen": {"chosen": "\u0000"},
    "escape": {"key": "a\u001b[2J"},
    "newline": {"objective": "a\nb"},
    "tomorrow's tomorrow": {"at": "2099-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("case", POISON)
def test_a_file_with_an_odd_record_adds_nothing(case: str) -> None:
    """A date that overflows broke every later page, and the button that deletes."""
    row = {"key": "k", "at": "2026-11-24T12:00:00Z", "question": "q", "objective": "o",
           "chosen": "c", "right": True}  # fmt: skip
    with pytest.raises(InvalidProgress) as told:
        Progress.from_json(file_with({**row, **POISON[case]})).check_times(NOW)
    assert "\n" not in str(told.value)
    fine = Progress.from_json(file_with(row))
    fine.check_times(NOW)
    assert card(fine.answers).due > NOW


def file_with(row: dict[str, object]) -> str:
    return json.dumps({"format": "pullscope-progress/1", "answers": [row], "solutions": []})


def test_the_oddest_dates_that_are_taken_can_be_reviewed() -> None:
    """Computing a card never leaves the calendar."""
    odd = [answer(str(n), datetime(year, 1, 1, tzinfo=UTC)) for n, year in
           enumerate((2020, 2020, 2099, 2100))]  # fmt: skip
    assert due(reviews(odd, ["challenge"]), NOW) == []


def test_a_stored_row_that_the_model_refuses_is_left_out(tmp_path: Path) -> None:
    """It was kept by an older version: no page may die of it."""
    url = f"sqlite:///{tmp_path / 'progress.db'}"
    store = Store(url)
    store.keep(ADA, answer("good"), answer("late", NOW + timedelta(hours=1)))
    with store.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE answer SET at = '9999-12-31 23:59:59' WHERE key = 'late'")
        )
    assert [one.key for one in store.progress(ADA).answers] == ["good"]
    store.forget(ADA)
    assert store.progress(ADA) == Progress()
    store.close()
