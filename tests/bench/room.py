"""A room with many seats: `python -m tests.bench.room [SEATS [stage] [kept]]`.

The server runs in this process, the phones in another one. Measured are: the way of a phase to
all seats; a vote of each seat within a second, until it is acknowledged (which is: on disk); votes
after the close; all seats coming back at once, until each has the whole state. With `stage`
someone steps a lesson in a browser meanwhile. With `kept` a seat votes on the connection on which
it joined, as behind a proxy that keeps its connections; else on a new one, as a phone does whose
last request was long ago.
"""

import asyncio
import gc
import json
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from simulator.room.table import ItemAsked, VoteClosing, VoteOpened
from tests.bench.step import presses
from tests.pages import STAGE, app, chromium
from tests.room.made import ITEM
from tests.room.served import Class, a_class

SEATS = 500
WITHIN = 1.0
"""Seconds over which the votes are spread."""
ARSNOVA = {
    "200 votes at once": "p50/p95 152/153 ms",
    "600 votes at once": "p50/p95/max 402/788/1163 ms",
    "500 reconnects": "500 of 500, limit 3000 ms",
}
"""Published by arsnova.eu, 2026-07, on a machine of theirs."""


@dataclass
class Seat:
    """A phone: plain HTTP over sockets, so that it costs little."""

    url: str
    cookie: str = ""
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    heard: dict[str, float] = field(default_factory=dict)
    key: str = "0"
    keeps: bool = False
    kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(self, method: str, path: str, **fields: str) -> tuple[int, str]:
        reader, writer = await self.sent(method, path, self.kept, **fields)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head)
        if length:
            await reader.readexactly(int(length[1]))
        if self.keeps:
            self.kept = reader, writer
        else:
            writer.close()
        return int(head.split()[1]), head

    async def sent(
        self, method: str, path: str,
        kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None, **fields: str,
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:  # fmt: skip
        parts, body = urlsplit(self.url), urlencode(fields)
        reader, writer = kept or await asyncio.open_connection(parts.hostname, parts.port)
        heads = [f"{method} {parts.path}{path} HTTP/1.1", f"Host: {parts.netloc}",
                 f"Cookie: {self.cookie}", "Accept: application/json",
                 f"Content-Length: {len(body)}",
                 "Content-Type: application/x-www-form-urlencoded", "", body]  # fmt: skip
        writer.write("\r\n".join(heads).encode())
        return reader, writer

    async def join(self) -> None:
        status, head = await self.request("POST", "/seat")
        found = re.search(r"set-cookie: ([^;]+)", head)
        assert status == 303 and found, head
        self.cookie = found[1]

    async def listen(self) -> None:
        """Note when each phase came, until the stream is cut."""
        self.reader, self.writer = await self.sent("GET", "/events?lang=en")
        try:
            while line := await self.reader.readline():
                if line.startswith(b"data: "):
                    self.hears(line.decode())
        except (ConnectionError, asyncio.CancelledError):
            pass

    def hears(self, message: str) -> None:
        title = re.search(r"<h1>([^<]+)", message)
        known = re.search(r'name=\\"item\\" value=\\"(\d+)', message)
        self.key = known[1] if known else self.key
        if title:
            self.heard.setdefault(title[1], time.time())

    async def vote(self) -> tuple[float, int]:
        """Seconds until the answer, and its status."""
        began = time.time()
        status, _head = await self.request(
            "POST", "/vote", item=self.key, round="1", option=str(random.randrange(4))
        )
        return time.time() - began, status

    async def hang_up(self) -> None:
        if self.writer:
            self.writer.transport.abort()


async def each(seats: Sequence[Seat], work: Callable[[Seat], Awaitable[object]]) -> list[object]:
    return await asyncio.gather(*(work(seat) for seat in seats))


async def until(seats: Sequence[Seat], title: str) -> list[float]:
    """When each of them heard of this phase."""
    while not all(title in seat.heard for seat in seats):
        await asyncio.sleep(0.01)
    return [seat.heard[title] for seat in seats]


async def phones(url: str, count: int, keeps: bool) -> None:
    """Say on standard output what happened, a line of JSON each; read when to go on."""
    seats = [Seat(url, keeps=keeps) for _ in range(count)]
    for start in range(0, count, 50):
        await each(seats[start : start + 50], Seat.join)
    streams = [asyncio.create_task(seat.listen()) for seat in seats]
    await until(seats, "The next question comes soon")
    say("joined")
    say({"opened": await until(seats, "Vote, alone and in silence")})

    async def vote(seat: Seat) -> tuple[float, int]:
        await asyncio.sleep(random.random() * WITHIN)
        return await seat.vote()

    say({"votes": await each(seats, vote)})
    await until(seats, "The vote is closed")
    say({"late": await each(seats, Seat.vote)})
    await each(seats, Seat.hang_up)
    await asyncio.gather(*streams)
    for seat in seats:
        seat.heard.clear()
    began = time.time()
    streams = [asyncio.create_task(seat.listen()) for seat in seats]
    back = await until(seats, "The vote is closed")
    say({"back": [one - began for one in back]})
    await each(seats, Seat.hang_up)
    await asyncio.gather(*streams)


def say(what: object) -> None:
    print(json.dumps(what), flush=True)


# -- the server's side ------------------------------------------------------------------------


def quantiles(seconds: Sequence[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20)
    return f"p50/p95/max {cuts[9] * 1000:.0f}/{cuts[18] * 1000:.0f}/{max(seconds) * 1000:.0f} ms"


@contextmanager
def spent(count: int, what: str) -> Iterator[None]:
    """Say how much of the processor this process took for each."""
    began = time.process_time()
    yield
    each = (time.process_time() - began) / count * 1000
    print(f"    processor of the server: {each:.2f} ms {what}")


def stepping() -> None:
    """Step a lesson until we are told to stop."""
    with app() as url, chromium() as browser:
        say("ready")
        while True:
            presses(browser, f"{url}/{STAGE}", 20, 1)


@contextmanager
def a_stage() -> Iterator[None]:
    """Someone steps a lesson meanwhile."""
    command = [sys.executable, "-m", "tests.bench.room", "stepping"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline()
        try:
            yield
        finally:
            other.send_signal(signal.SIGINT)


def measure(one: Class, count: int, *how: str) -> None:
    command = [sys.executable, "-m", "tests.bench.room", "phones", one.address, str(count), *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as others:
        assert others.stdout
        told = map(json.loads, others.stdout)
        assert next(told) == "joined"
        one.does(ItemAsked(ITEM))
        began = time.time()
        one.rooms.send(one.id, VoteOpened())
        with spent(count, "a seat that hears of a phase"):
            opened = [at - began for at in next(told)["opened"]]
        print(f"  a phase to {count} seats: {quantiles(opened)} (aim: p95 500)")
        with spent(count, "a vote"):
            votes = next(told)["votes"]
        statuses = [status for _seconds, status in votes]
        print(f"  {count} votes within {WITHIN:.0f} s: {quantiles([s for s, _ in votes])}"
              " (aim: p95 300)")  # fmt: skip
        kept = len(one.room.asked[0].votes[0])
        print(f"    {statuses.count(200)} acknowledged, {kept} kept")
        one.does(VoteClosing(one.rooms.clock(), 0))
        with spent(count, "a vote that is late"):
            late = [status for _seconds, status in next(told)["late"]]
        print(
            f"  {count} votes after the close: {late.count(409)} refused, {late.count(200)} taken"
        )
        with spent(count, "a reconnect"):
            back = next(told)["back"]
        print(f"  {count} reconnects at once: {quantiles(back)} (aim: max 3000)")


def main() -> None:
    if sys.argv[1:2] == ["phones"]:
        asyncio.run(phones(sys.argv[2], int(sys.argv[3]), "kept" in sys.argv))
        return
    if sys.argv[1:2] == ["stepping"]:
        with suppress(KeyboardInterrupt):
            stepping()
        return
    count = int(sys.argv[1]) if sys.argv[1:] else SEATS
    beside = a_stage() if "stage" in sys.argv else nullcontext()
    print(f"a room of {count} seats, SQLite: {' '.join(sys.argv[2:])}")
    with tempfile.TemporaryDirectory() as folder, beside, a_class(Path(folder)) as one:
        gc.collect()
        gc.freeze()  # as a process for rooms does
        measure(one, count, *sys.argv[2:])
    print("arsnova, published")
    for what, figure in ARSNOVA.items():
        print(f"  {what}: {figure}")


if __name__ == "__main__":
    main()
