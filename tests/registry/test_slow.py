"""Clients that do not do their part are hung up on, by the registry as by the app."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from tests.registry.alone import APP, REGISTRY_ALONE, Alone, alone, eventually, works
from tests.registry.odd_requests import HANG
from tests.smoke import WEBSOCKET

pytestmark = pytest.mark.xdist_group("slow clients")  # both servers start once


@pytest.fixture(scope="module")
def registry() -> Iterator[Alone]:
    yield from impatient(REGISTRY_ALONE)


@pytest.fixture(scope="module")
def app() -> Iterator[Alone]:
    yield from impatient(APP)


def impatient(program: str) -> Iterator[Alone]:
    """The server in a process of its own, with patience for a second."""
    with alone(program) as started:
        assert eventually(lambda: works(started.host))
        yield started


@pytest.fixture(scope="module", params=["registry", "app"])
def served(request: pytest.FixtureRequest) -> Alone:
    """Either server."""
    found: Alone = request.getfixturevalue(request.param)
    return found


FORM = b"Host: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na"
SLOW = {
    "nothing": b"",
    "half a head": b"GET /v2/ HTTP/1.1\r\nHos",
    "half a head after a whole request": b"GET /v2/ HTTP/1.1\r\nHost: h\r\n\r\nGET /v2/ HT",
    "half a form": b"POST /token HTTP/1.1\r\n" + FORM,
    "half an upload to a page": b"PUT /_stcore/upload_file/a/b HTTP/1.1\r\n" + FORM,
    "half a body to nobody": b"POST /nonsense HTTP/1.1\r\n" + FORM,
    "half a chunk": b"POST /token HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\na",
}


def opened(served: Alone) -> socket.socket:
    host, _, port = served.host.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=HANG)


def test_who_sends_half_of_it_is_hung_up_on(served: Alone) -> None:
    """Whoever answers there: the registry, or Streamlit. All wait at the same time."""
    with ExitStack() as stack:
        several = {case: stack.enter_context(opened(served)) for case in SLOW}
        for case, connection in several.items():
            connection.sendall(SLOW[case])
        for case, connection in several.items():
            assert hung_up_on(connection), case


def hung_up_on(connection: socket.socket) -> bool:
    """Whether all that comes has an end."""
    with suppress(ConnectionResetError):
        try:
            while connection.recv(65_536):
                pass
        except TimeoutError:
            return False
    return True


def test_who_sends_a_byte_now_and_then_is_hung_up_on(served: Alone) -> None:
    """A part of a head does not stop the time that runs."""
    began = time.monotonic()
    with opened(served) as connection, suppress(ConnectionError):
        while time.monotonic() - began < HANG:
            connection.sendall(b"G")
            time.sleep(0.1)
    assert time.monotonic() - began < HANG


def test_who_takes_no_answers_is_hung_up_on(app: Alone) -> None:
    """Many requests for a script at once, and nothing is read of what comes back. (The registry's
    blobs are tried in test_guards.)"""
    script = re.search(r'src="\.?(/[^"]+\.js)"', httpx.get(f"http://{app.host}/").text)
    assert script
    asked = f"GET {script[1]} HTTP/1.1\r\nHost: h\r\n\r\n".encode() * 100
    with opened(app) as connection, suppress(ConnectionResetError):
        connection.sendall(asked)
        assert established(connection)
        assert eventually(lambda: not established(connection))
        taken = sum(map(len, iter(lambda: connection.recv(65_536), b"")))
        assert taken < 100 * len(httpx.get(f"http://{app.host}{script[1]}").content)
    assert eventually(lambda: works(app.host))


def test_a_page_that_rests_keeps_its_websocket(app: Alone) -> None:
    """It outlives clients that come later, one after the other, and send half a body each."""
    with opened(app) as page:
        page.sendall(WEBSOCKET.format(host=app.host).encode())
        assert page.recv(65_536).startswith(b"HTTP/1.1 101 ")
        for case in ("half an upload to a page", "half a chunk", "half a form"):
            with opened(app) as slow:
                slow.sendall(SLOW[case])
                assert hung_up_on(slow)
        assert established(page)


def established(connection: socket.socket) -> bool:
    """Whether the server still holds its end: of each connection the kernel lists the local and
    the remote address, and the state (01)."""
    ours = f":{connection.getsockname()[1]:04X}"
    ends = (line.split() for line in Path("/proc/net/tcp").read_text("utf-8").splitlines())
    return any(end[2].endswith(ours) and end[3] == "01" for end in ends)


def test_many_slow_clients_leave_nothing_behind(served: Alone) -> None:
    before, _threads = served.open()
    several = [opened(served) for _ in range(200)]
    for number, connection in enumerate(several):
        with suppress(ConnectionError):
            connection.sendall(list(SLOW.values())[number % len(SLOW)])
    assert eventually(lambda: served.open()[0] <= before), (served.open(), before)
    for connection in several:
        connection.close()
    assert eventually(lambda: works(served.host))
