"""Twenty thousand requests that nobody would send: no 500, no hang, no growth.

Requests are drawn from a schema: the registry's paths, with parameters that are right, nearly
right or arbitrary. Most are put to the served registry in process, as a server would hand them
over; the others are bytes on sockets of a registry in a process of its own, malformed ones too.
The examples are the same each time; one that fails is shown as it is, for shrinking took minutes.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message, Scope

from simulator.live.accounts import Account, hashed
from simulator.live.asgi import Live
from simulator.registry.asgi import RegistryApp, logged
from simulator.registry.model import Auth
from simulator.registry.rate_limit import Limiter, Rate
from simulator.registry.serving import Served
from tests.registry.odd_bytes import SENT, Sent
from tests.registry.odd_requests import (
    CODES,
    CONNECTIONS,
    EXAMPLES,
    GROWTH,
    HANG,
    MORE,
    PASSWORD,
    REGISTRY,
    REQUESTS,
    ROUNDS,
    SAME,
    Asked,
    token,
)

# -- in process -------------------------------------------------------------------------------


def scope_of(asked: Asked) -> Scope:
    """As uvicorn makes it (ASGI, HTTP connection scope)."""
    return {
        "type": "http", "http_version": "1.1", "scheme": "http", "method": asked.method,
        "path": asked.path, "raw_path": asked.path.encode(), "query_string": asked.query.encode(),
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in asked.headers],
        "client": ("192.0.2.1", 1), "server": ("192.0.2.2", 5000),
    }  # fmt: skip


async def answered(app: ASGIApp, asked: Asked) -> list[Message]:
    """What the application sends."""
    pieces = [asked.body[at : at + 10_000] for at in range(0, len(asked.body), 10_000)] or [b""]
    incoming = iter(
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, start=1)
    )
    sent: list[Message] = []

    async def receive() -> Message:
        return next(incoming, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope_of(asked), receive, send)
    return sent


def live_with_alice() -> Live:
    """The registry of the app, with one learner whose name and password the requests have."""
    live = Live("h", REGISTRY.signer)
    session, _ = live.sessions.open("192.0.2.1")
    session.account = Account("alice", b"salt", hashed(PASSWORD, b"salt"))
    live.sessions.learners.by_name = {"alice": session}
    unlimited = Rate(per_second=1e9, burst=1e9)
    live.sessions.requests, live.sessions.guesses = Limiter(unlimited), Limiter(unlimited)
    return live


def check(asked: Asked, sent: list[Message]) -> None:
    """One whole answer, its length true, its error one that the specification knows."""
    start, *rest = sent
    headers = {k.decode().lower(): v.decode("latin-1") for k, v in start["headers"]}
    body = b"".join(bytes(message["body"]) for message in rest)
    assert 200 <= start["status"] < 500
    assert [message["more_body"] for message in rest] == [True] * (len(rest) - 1) + [False]
    assert not any(set(value) & set("\r\n\0") for value in headers.values())
    if asked.method == "HEAD" or start["status"] == 304:
        assert body == b""
    else:
        assert headers["content-length"] == str(len(body))
    if start["status"] >= 400 and body.startswith(b'{"errors"'):
        assert {entry["code"] for entry in json.loads(body)["errors"]} <= CODES


@pytest.mark.timeout(900)
@settings(SAME, max_examples=EXAMPLES, phases=(Phase.generate,))
@given(REQUESTS, st.booleans())
def test_no_request_is_answered_with_an_error_of_ours(requests: list[Asked], more: bool) -> None:
    """18,000 requests in process to the registry, 6,000 to that of the app: each gets one whole
    answer, and no secret is kept."""
    lines: list[str] = []
    registry = MORE if more else REGISTRY
    several = [Served(replace(registry, auth=auth), "h", log=lines.append) for auth in Auth]
    live = live_with_alice()
    apps = [logged(RegistryApp(served.handle)) for served in several] + [logged(live)]

    async def all_of_them() -> None:
        for app in apps:
            for asked in requests:
                check(asked, await asyncio.wait_for(answered(app, asked), HANG))

    asyncio.run(all_of_them())
    (session,) = live.sessions.learners.all()
    kept = [*(repr(served.exchanges) for served in several), repr(session.seen)]
    known = "".join([*lines, *kept])
    assert PASSWORD not in known and token() not in known


@dataclass(frozen=True)
class Alone:
    """A registry in a process of its own, and what the kernel says of it."""

    host: str
    pid: int

    def memory(self) -> float:
        """MB that are held now."""
        pages = Path(f"/proc/{self.pid}/statm").read_text("utf-8").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def open(self) -> tuple[int, int]:
        """Files and threads."""
        folder = Path(f"/proc/{self.pid}")
        return len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir()))


REGISTRY_ALONE = """
from simulator.registry import asgi, serving
from tests.registry.odd_requests import REGISTRY
asgi.REQUEST_SECONDS = 0.3
serving.serve(REGISTRY, port=0, log=lambda line: "Serving" in line and print(line, flush=True))
"""
APP = """
from simulator.registry import asgi
from simulator.web import serve
asgi.REQUEST_SECONDS = 0.3
serve.serve_app("127.0.0.1", 0, "", log=lambda line: print(line, flush=True))
"""


@contextmanager
def alone(program: str) -> Iterator[Alone]:
    """It must have nothing to complain about."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdout=pipe, stderr=pipe) as process:
        assert process.stdout and process.stderr
        try:
            said = process.stdout.readline().decode()
            host = re.search(r"127\.0\.0\.1:\d+", said)
            assert host, said
            yield Alone(host[0], process.pid)
        finally:
            process.terminate()
            complaints = process.stderr.read().decode()
    assert complaints == ""


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


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + HANG
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def works(host: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://{host}/v2/").status_code == 401
    return False


@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("program", "pools"), [(REGISTRY_ALONE, 0), (APP, 46)], ids=["registry", "app"]
)
def test_bytes_that_are_no_requests_do_no_harm(program: str, pools: int) -> None:
    """2,000 connections, two hundred at once: no 500, none that stays, and nothing grows."""
    held: list[float] = []
    waiting: list[Sent] = []

    @settings(SAME, max_examples=CONNECTIONS * ROUNDS, phases=(Phase.generate,))
    @given(SENT)
    def all_of_them(sent: Sent) -> None:
        waiting.append(sent)
        if len(waiting) == CONNECTIONS:
            for answer in asyncio.run(together(registry.host, waiting)):
                assert not re.search(rb"HTTP/1\.1 5\d\d", answer), answer[:500]
            assert eventually(lambda: works(registry.host))
            held.append(registry.memory())
            waiting.clear()

    with alone(program) as registry:
        assert eventually(lambda: works(registry.host))
        files, threads = registry.open()
        all_of_them()
        assert eventually(lambda: registry.open()[0] <= files), (registry.open(), files)
        assert registry.open()[1] <= threads + pools  # of asyncio and anyio, which are bounded
    assert len(held) == ROUNDS
    warm = ROUNDS // 4  # by then as much is remembered as ever will be
    assert max(held[warm:]) - held[warm] < GROWTH, held
