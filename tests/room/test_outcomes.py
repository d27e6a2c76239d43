"""Results of other threads in a server's loop: none is missed, however many threads there are."""

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from simulator.room.streams import Outcomes

THREADS, RESULTS = 8, 400
PATIENCE = 60.0


@pytest.fixture
def often_switched() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("often_switched")
def test_each_result_arrives() -> None:
    async def results() -> list[int]:
        outcomes = Outcomes()
        futures: list[Future[int]] = [Future() for _ in range(THREADS * RESULTS)]
        waiting = [asyncio.create_task(outcomes.of(future)) for future in futures]
        await asyncio.sleep(0)

        def finish(first: int) -> None:
            for place in range(first, len(futures), THREADS):
                futures[place].set_result(place)

        with ThreadPoolExecutor(THREADS) as threads:
            for first in range(THREADS):
                threads.submit(finish, first)
            async with asyncio.timeout(PATIENCE):
                return await asyncio.gather(*waiting)

    assert asyncio.run(results()) == list(range(THREADS * RESULTS))
