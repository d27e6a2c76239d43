"""The records of a learner: nothing confirmed is lost, and yesterday's data is read."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import shuffle

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from simulator.live import book as _accounts  # noqa: F401  (its table is in the same database)
from simulator.progress import store as progress_store
from simulator.progress.names import account, new_learner, stored
from simulator.progress.records import Answer, Place, Progress, Solution, TooManyRecords
from simulator.progress.store import (
    METADATA,
    MIGRATIONS,
    InvalidDatabase,
    Store,
    Wanted,
    engine,
)
from simulator.room import store as _rooms  # noqa: F401  (its tables are in the same database)
from tests.cases import each
from tests.pages import PATIENCE, ROOT
from tests.progress.records import ADA, BOB, NOW, PLACE, answer, solution

# -- the store --------------------------------------------------------------------------------


def test_what_was_kept_is_there(store: Store) -> None:
    """Everything comes back equal, and only to the learner whose it is."""
    records = (answer(sure=2, hints=1), answer("k2", False), solution("s", 3), PLACE)
    store.keep(ADA, *records)
    known = store.progress(ADA)
    assert (*known.answers, *known.solutions, known.place) == records
    assert store.progress(BOB) == Progress()


def test_the_same_record_is_kept_once(store: Store) -> None:
    """A page that sends an answer again after a broken connection does not count twice."""
    store.keep(ADA, answer())
    store.keep(ADA, answer())
    store.keep(BOB, answer())
    assert len(store.progress(ADA).answers) == len(store.progress(BOB).answers) == 1


def test_the_later_place_counts(store: Store) -> None:
    """Whichever of two pages writes last, the learner was last at the later place."""
    earlier = Place(address="/learn", at=NOW - timedelta(hours=1))
    store.keep(ADA, PLACE)
    store.keep(ADA, earlier)
    assert store.progress(ADA).place == PLACE


def test_forgetting_leaves_nothing(store: Store) -> None:
    """All of one learner's records go, and no one else's."""
    store.keep(ADA, answer(), solution("s", 3), PLACE)
    store.keep(BOB, answer())
    store.forget(ADA)
    assert store.progress(ADA) == Progress()
    assert store.progress(BOB).answers
    with store.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            count = sa.select(sa.func.count()).select_from(table)
            assert connection.scalar(count) == (1 if table.name in ("learner", "answer") else 0)


def test_progress_moves_to_another_database(store: Store) -> None:
    """Exported, deleted, imported, twice: the same as before."""
    store.keep(ADA, answer(), answer("k2", False, 1), solution("s", 3), PLACE)
    before = store.progress(ADA)
    text = before.to_json()
    store.forget(ADA)
    for _ in range(2):
        store.take_in(ADA, Progress.from_json(text))
    assert store.progress(ADA) == before


def test_the_migrations_make_todays_tables(store: Store) -> None:
    """The schema that the migrations lead to is the one that the code reads."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []


def test_opening_again_changes_nothing(store: Store, url: str) -> None:
    """A schema that is up to date is left alone."""
    store.keep(ADA, answer())
    again = Store(url)
    assert again.progress(ADA) == store.progress(ADA)
    again.close()


def test_what_cannot_be_kept_spoils_nothing_else(store: Store) -> None:
    """Of three that are written together one is refused, and only its thread gets the error."""
    refused = answer("k2").model_copy(update={"chosen": None})
    batch = [
        Wanted(stored(ADA), (answer("k1"), PLACE)), Wanted(stored(ADA), (refused,)),
        Wanted(stored(BOB), (answer("k3"),)),
    ]  # fmt: skip
    store.write(batch)
    told = [wanted.written.exception(timeout=0) for wanted in batch]
    assert [error is None for error in told] == [True, False, True]
    assert [one.key for one in store.progress(ADA).answers] == ["k1"]
    assert store.progress(ADA).place == PLACE
    assert [one.key for one in store.progress(BOB).answers] == ["k3"]


def test_many_threads_at_once_lose_nothing(store: Store) -> None:
    """Each finds what it kept at once, and the latest place counts, in whatever order."""

    def kept(number: int) -> bool:
        place = Place(address=f"/visual?step={number}", at=NOW + timedelta(seconds=number))
        store.keep(ADA, answer(f"k{number}"), place)
        return any(one.key == f"k{number}" for one in store.progress(ADA).answers)

    numbers = list(range(120))
    shuffle(numbers)
    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(kept, numbers))
    known = store.progress(ADA)
    assert {one.key for one in known.answers} == {f"k{number}" for number in numbers}
    assert known.place and known.place.address == "/visual?step=119"


WRITER = """
import sys
from tests.progress.test_progress import ADA, answer, solution
from simulator.progress.store import Store
store = Store(sys.argv[1])
for number in range(int(sys.argv[3])):
    key = f"{sys.argv[2]}-{number}"
    store.keep(ADA, answer(key), solution(key, number))
    print(key, flush=True)
"""


def writer(url: str, name: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, url, name, str(count)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_processes_lose_nothing_of_one_learner(url: str) -> None:
    """They open an empty database together, and write at the same time."""
    both = [writer(url, name, 40) for name in ("one", "two")]
    told = [process.communicate(timeout=PATIENCE) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    store = Store(url)
    kept = {record.key for record in store.progress(ADA).answers}
    store.close()
    assert kept == {f"{name}-{number}" for name in ("one", "two") for number in range(40)}


def test_a_new_file_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """SQLite refuses all but one the switch to write-ahead logging; no caller sees that."""
    at_once = 6
    together = threading.Barrier(at_once)

    def opened(file: Path) -> str:
        made = engine(f"sqlite:///{file}")
        together.wait()
        with made.connect() as connection:
            mode = connection.execute(sa.text("PRAGMA journal_mode")).scalar_one()
        made.dispose()
        return str(mode)

    files = [tmp_path / f"{number}.db" for number in range(25) for _ in range(at_once)]
    with ThreadPoolExecutor(at_once) as pool:
        assert set(pool.map(opened, files)) == {"wal"}


def test_what_was_confirmed_survives_a_kill(url: str) -> None:
    """kill -9 in the middle of writing: all that was confirmed is there, and the rest is whole."""
    process = writer(url, "one", 100_000)
    assert process.stdout
    confirmed = [process.stdout.readline().strip() for _ in range(25)]
    os.kill(process.pid, signal.SIGKILL)
    confirmed += process.communicate()[0].split()
    store = Store(url)
    known = store.progress(ADA)
    store.close()
    kept = {record.key for record in known.answers}
    assert len(confirmed) >= 25 and set(confirmed) <= kept
    assert kept == {record.key for record in known.solutions}


BAD_URLS = {
    "no url": ("progress", "is not a database URL"),
    "another database": ("mysql://root@localhost/x", "mysql is not supported"),
    "a folder that is not there": ("sqlite:////no/such/folder/p.db", "cannot open the database"),
    "nobody there": (
        "postgresql://ada:hunter2@localhost:1/x?connect_timeout=2",
        "cannot open the database postgresql",
    ),
}


@each("case", BAD_URLS)
def test_a_database_that_cannot_be_used_is_one_sentence(case: str) -> None:
    """It says why, and not the password."""
    bad, sentence = BAD_URLS[case]
    with pytest.raises(InvalidDatabase, match=sentence) as refused:
        Store(bad)
    assert "\n" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_learners_have_names_that_nobody_guesses() -> None:
    """An anonymous learner's is random; a signed-in one's depends on who signed them in."""
    assert len({new_learner() for _ in range(100)}) == 100
    assert account("https://id.example.com", "ada") == account("https://id.example.com", "ada")
    assert account("https://id.example.com", "ada") != account("https://other.example.com", "ada")


def test_no_name_of_a_learner_is_in_the_database(store: Store) -> None:
    """A copy of it gives no access to a learner's progress."""
    store.keep(ADA, answer(), solution("s", 3), PLACE)
    with store.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            assert ADA not in repr(connection.execute(sa.select(table)).all())


def test_a_learner_may_have_so_many_records(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An excess is refused whole, and changes neither earlier records nor other learners'."""
    monkeypatch.setattr(progress_store, "MOST", 5)
    store.keep(ADA, *(answer(f"k{number}") for number in range(5)))
    with pytest.raises(TooManyRecords, match="5 records"):
        store.take_in(ADA, Progress(answers=(answer("k6"), answer("k7")), places=(PLACE,)))
    store.take_in(ADA, Progress(answers=(answer("k0"), answer("k1"))))
    store.keep(BOB, answer("k6"))
    assert len(store.progress(ADA).answers) == 5 and not store.progress(ADA).places


# -- yesterday's data -------------------------------------------------------------------------


def yesterdays(url: str) -> None:
    """A database as migration 0001 made it, with an answer, a solution and a place in it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    made = engine(url)
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name in (ADA, stored(SIGNED_IN)):
            for statement in YESTERDAY:
                connection.execute(sa.text(statement), {"at": NOW, "ada": name, "yes": True})
    made.dispose()


SIGNED_IN = account("https://id.example.com", "eve")
"""Whose name was hashed from the start."""
YESTERDAY = (
    "INSERT INTO learner (id, created_at) VALUES (:ada, :at)",
    "INSERT INTO answer VALUES (:ada, 'k', :at, 'quiz-1', 'lesson-quiz-1', '1', :yes, 2, 1)",
    "INSERT INTO solution VALUES (:ada, 'k', :at, 'stale', 3)",
    "INSERT INTO place VALUES (:ada, :at, '/visual?scenario=works&step=4')",
)


def test_yesterdays_database_is_read(url: str) -> None:
    """Records from the time of one lesson belong to that lesson, and none is lost."""
    yesterdays(url)
    store = Store(url)
    known = store.progress(ADA)
    assert known == store.progress(SIGNED_IN)
    assert known.answers == (
        Answer(
            lesson="pulling-from-private-registries", key="k", at=NOW, question="quiz-1",
            objective="lesson-quiz-1", chosen="1", right=True, sure=2, hints=1,
        ),
    )  # fmt: skip
    assert known.solutions == (Solution(key="k", at=NOW, challenge="stale", commands=3),)
    assert known.place == PLACE
    store.keep(ADA, known.answers[0].model_copy(update={"lesson": "another"}))
    assert len(store.progress(ADA).answers) == 2
    store.forget(ADA)
    assert store.progress(ADA) == Progress()
    store.close()


YESTERDAYS_FILE = """{
 "format": "pullscope-progress/1",
 "answers": [{"key": "k", "at": "2026-03-01T12:00:00Z", "question": "quiz-1",
   "objective": "lesson-quiz-1", "chosen": "1", "right": true, "sure": null, "hints": 0}],
 "solutions": [{"key": "s", "at": "2026-03-01T12:00:00Z", "challenge": "stale", "commands": 3}],
 "place": {"address": "/visual?scenario=works&step=4", "at": "2026-03-01T12:00:00Z"}
}"""


def test_yesterdays_file_is_read() -> None:
    """Its records are those of the lesson that there was."""
    known = Progress.from_json(YESTERDAYS_FILE)
    assert {one.lesson for one in (*known.answers, *known.solutions, *known.places)} == {
        "pulling-from-private-registries"
    }
    assert known.place and known.place.address == PLACE.address
    assert Progress.from_json(known.to_json()) == known
    assert known.of("another") == Progress()


def test_lessons_keep_apart(store: Store) -> None:
    """The first question of two lessons has an answer in each, and each has its own place."""
    other = answer().model_copy(update={"lesson": "another"})
    there = Place(lesson="another", address="/learn?lesson=another", at=NOW + timedelta(hours=1))
    store.keep(ADA, answer(), other, PLACE, there)
    known = store.progress(ADA)
    assert known.of("another").answers == (other,)
    assert known.of("another").place == known.place == there
    assert known.of("pulling-from-private-registries").place == PLACE
