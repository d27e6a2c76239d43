"""Bytes on sockets of a server in a process of its own, which is watched from outside."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from tests.registry.alone import alone, eventually
from tests.registry.odd_bytes import Sent
from tests.registry.odd_requests import CONNECTIONS, COUNT, GROWTH, HANG, SAME

TOGETHER = 50
"""So many are drawn at once: one by one takes three times as long."""
OF_POOL = 6
"""Files that a server may open as it goes on: a database's connections, whose pool is bounded."""


async def answers(host: str, sent: Sent) -> bytes:
    """All that comes back until the registry hangs up. Raises TimeoutError where it does not."""
    name, _, port = host.rpartition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    try:
        async with asyncio.timeout(HANG):
            writer.write(sent.data)
            return b"" if sent.leaves else await reader.read(-1)
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def together(host: str, several: list[Sent]) -> list[bytes]:
    return await asyncio.gather(*(answers(host, sent) for sent in several))


def drawn(several: st.SearchStrategy[Sent], number: int) -> list[Sent]:
    """What two hundred connections send, the same each time for this number. (All of them as the
    examples of one test took 800 MB.)"""
    found: list[Sent] = []

    @seed(number)
    @settings(SAME, max_examples=CONNECTIONS // TOGETHER, phases=(Phase.generate,))
    @given(st.lists(several, min_size=TOGETHER, max_size=TOGETHER))
    def more(some: list[Sent]) -> None:
        found.extend(some)

    more()
    return found


def check_sockets(
    program: str, several: st.SearchStrategy[Sent], works: Callable[[str], bool], pools: int
) -> None:
    """No 500, no connection that stays, and nothing grows. `pools` are the threads that asyncio and
    anyio may start, which are bounded."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("needs Linux's /proc")
    held: list[float] = []
    with alone(program) as served:
        assert eventually(lambda: works(served.host))
        files, threads = served.open()
        for number in range(COUNT // CONNECTIONS):
            for answer in asyncio.run(together(served.host, drawn(several, number))):
                assert not re.search(rb"HTTP/1\.1 5\d\d", answer), answer[:500]
            assert eventually(lambda: works(served.host))
            held.append(served.memory())
        print(f"{COUNT} connections; MB: {[round(one) for one in held]}")
        most = files + OF_POOL
        assert eventually(lambda: served.open()[0] <= most), (served.open(), files)
        assert served.open()[1] <= threads + pools
    warm = held[max(1, len(held) // 4) :]  # by then as much is remembered as ever will be
    assert not warm or max(warm) - warm[0] < GROWTH, held
