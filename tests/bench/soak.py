"""A small class for half an hour: `python -m tests.bench.soak [MINUTES]`.

Twenty seats vote again and again, come back now and then, and go through the phases with their
teacher. Said are the memory of the server before and after, and how long votes took. (arsnova.eu
published: 30 minutes with 20 seats, 20,997 requests, p50/p95/p99 11/17/25 ms, 26 MB more.)
"""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

from simulator.room.step import Refused
from simulator.room.table import (
    DiscussionBegun,
    Event,
    ItemAsked,
    Revealed,
    VoteClosing,
    VoteOpened,
)
from tests.bench.room import Seat, each, quantiles, say
from tests.room.made import ITEM
from tests.room.served import Class, a_class

SEATS, PACE, PHASE = 20, 1.7, 20.0
"""Seats, seconds between two votes of one, and seconds of a phase."""
PHASES: tuple[Event, ...] = (
    ItemAsked(ITEM), VoteOpened(), VoteClosing(0.0, 0.0), DiscussionBegun(), VoteOpened(),
    VoteClosing(0.0, 0.0), Revealed(),
)  # fmt: skip


async def seat_lives(seat: Seat, until: float, taken: list[float], statuses: list[int]) -> None:
    stream = asyncio.create_task(seat.listen())
    while time.time() < until:
        await asyncio.sleep(PACE * (0.5 + random.random()))
        seconds, status = await seat.vote()
        taken.append(seconds)
        statuses.append(status)
        if random.random() < 0.02:
            await seat.hang_up()
            await stream
            stream = asyncio.create_task(seat.listen())
    await seat.hang_up()
    await stream


async def phones(url: str, minutes: float) -> None:
    seats = [Seat(url) for _ in range(SEATS)]
    await each(seats, Seat.join)
    taken: list[float] = []
    statuses: list[int] = []
    until = time.time() + minutes * 60
    await each(seats, lambda seat: seat_lives(seat, until, taken, statuses))
    say({"taken": taken, "statuses": statuses})


def memory() -> int:
    """Kilobytes that this process holds."""
    text = Path("/proc/self/status").read_text("utf-8")
    return int(text.partition("VmRSS:")[2].split()[0])


def teaching(one: Class, done: Iterator[bool]) -> None:
    for _ in done:
        for event in PHASES:
            try:
                one.does(event)
            except Refused:
                continue  # the vote of before is still closing
            time.sleep(PHASE)


def main() -> None:
    if sys.argv[1:2] == ["phones"]:
        asyncio.run(phones(sys.argv[2], float(sys.argv[3])))
        return
    minutes = float(sys.argv[1]) if sys.argv[1:] else 30.0
    with tempfile.TemporaryDirectory() as folder, a_class(Path(folder)) as one:
        command = [sys.executable, "-m", "tests.bench.soak", "phones", one.address, str(minutes)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as others:
            running = iter(lambda: others.poll() is None, False)
            Thread(target=teaching, args=(one, running), daemon=True).start()
            time.sleep(60)
            before = memory()
            assert others.stdout
            told = json.loads(others.stdout.readline())
        statuses = told["statuses"]
        taken = quantiles(told["taken"])
        print(f"{minutes:.0f} minutes, {SEATS} seats: {len(statuses)} votes, {taken}")
        print(f"  {statuses.count(200)} taken, {statuses.count(409)} refused, "
              f"{len(statuses) - statuses.count(200) - statuses.count(409)} others")  # fmt: skip
        print(f"  memory, MB: {before / 1000:.1f} after a minute, {memory() / 1000:.1f} at the end")


if __name__ == "__main__":
    main()
