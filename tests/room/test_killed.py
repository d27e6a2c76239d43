"""Two processes serve one room; one of them is killed in the middle of a vote."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue
from threading import Thread

import httpx

from simulator.progress.keeper import Keeper, NotKept
from simulator.room.rooms import Rooms
from simulator.room.step import Room
from simulator.room.table import ItemAsked, Phase, SeatTaken, VoteClosing, VoteOpened
from tests.pages import PATIENCE, ROOT
from tests.postgres import running
from tests.room.made import ITEM, vote
from tests.room.served import Phone

SEATS, BEFORE = 30, 8
SERVE = """
import sys
from threading import Thread
from simulator.progress.keeper import Keeper
from simulator.registry.serving import address, bound, server
from simulator.room.asgi import RoomApp
from simulator.room.rooms import Rooms
rooms = Rooms(Keeper(lambda: sys.argv[1]))
Thread(target=rooms.follow_for_ever, daemon=True).start()
with bound("127.0.0.1", 0) as listening:
    url = f"http://{address(listening)}"
    print(url, flush=True)
    server(RoomApp(rooms, url, ["127.0.0.1"])).run(sockets=[listening])
"""


@dataclass
class Process:
    """A server of rooms in a process of its own."""

    url: str
    running: subprocess.Popen[str]

    def kill(self) -> None:
        self.running.send_signal(signal.SIGKILL)
        self.running.wait(PATIENCE)


@contextmanager
def serving(url: str) -> Iterator[Process]:
    command = [sys.executable, "-c", SERVE, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout
        try:
            yield Process(running.stdout.readline().strip(), running)
        finally:
            running.kill()


def test_what_was_acknowledged_is_there(url: str) -> None:
    """Half of the class is at each process. Whose process dies votes again at the other one, with
    the seat of before; the room goes on there."""
    teacher = Rooms(Keeper(lambda: url))
    room = teacher.open("teacher")
    with serving(url) as first, serving(url) as second, ThreadPoolExecutor(8) as at_once:
        phones = [Phone(f"{at.url}/room/{room.code}") for at in (first, second)
                  for _ in range(SEATS // 2)]  # fmt: skip
        for phone in phones:
            assert phone.join().status_code == 200
        for event in (ItemAsked(ITEM), VoteOpened()):
            teacher.send(room.id, event).result(PATIENCE)
        now = teacher.get(room.id)
        acknowledged: dict[int, int] = {}

        def votes(phone: Phone) -> None:
            seat = int(str(re.search(r"Seat (\d+)", seats[id(phone)])[1]))  # type: ignore[index]
            if phone.vote(now, seat % 4).status_code == 200:
                acknowledged[seat] = seat % 4
            if len(acknowledged) >= BEFORE and phone.address.startswith(first.url):
                first.kill()

        seats = {id(phone): phone.page().text for phone in phones}
        lost = [phone for phone, done in [(p, at_once.submit(votes, p)) for p in phones]
                if isinstance(done.exception(PATIENCE), httpx.TransportError)]  # fmt: skip
        assert lost and len(acknowledged) >= BEFORE
        for phone in lost:
            phone.address = phone.address.replace(first.url, second.url)
            votes(phone)
        assert len(acknowledged) == SEATS
        teacher.send(room.id, VoteClosing(teacher.clock() - 100, 0)).result(PATIENCE)
        with phones[-1].watching() as messages:
            assert any("The vote is closed" in str(one["html"]) for one in messages)
        for phone in phones:
            phone.client.close()
    kept = teacher.fetch(id=room.id)
    found = {seat: one.option for seat, one in kept.asked[0].votes[0].items()}
    assert found == acknowledged and kept.phase is Phase.CLOSED_1
    teacher.keeper.close()


def test_postgresql_is_restarted() -> None:
    """A vote that came meanwhile is not acknowledged; the one before is there, and the next one
    needs no restart of ours."""
    with running() as server:
        rooms, other = (Rooms(Keeper(lambda: server.url)) for _ in range(2))
        Thread(target=other.follow_for_ever, daemon=True).start()
        room = rooms.open("teacher")
        for event in (SeatTaken(), SeatTaken(), ItemAsked(ITEM), VoteOpened()):
            room = rooms.send(room.id, event).result(PATIENCE)
        other.get(room.id)
        rooms.send(room.id, vote(room, 1, 2)).result(PATIENCE)
        server.stop()
        assert isinstance(rooms.send(room.id, vote(room, 2, 0)).exception(PATIENCE), NotKept)
        server.start()
        heard: Queue[Room | None] = Queue()
        with other.watching(room.id, heard.put):
            while isinstance(rooms.send(room.id, vote(room, 2, 3)).exception(PATIENCE), NotKept):
                pass  # the database is left alone for a while after a failure
            while not (last := heard.get(timeout=PATIENCE)) or 2 not in last.asked[0].votes[0]:
                pass
        assert {seat: one.option for seat, one in last.asked[0].votes[0].items()} == {1: 2, 2: 3}
        rooms.keeper.close()
