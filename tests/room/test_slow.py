"""Clients of a room that do not do their part: heads without end, and silence."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from simulator.registry import asgi
from tests.pages import PATIENCE
from tests.room.served import Class, a_class


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Class]:
    monkeypatch.setattr(asgi, "REQUEST_SECONDS", 0.5)
    with a_class(tmp_path) as made:
        yield made


def answer(one: Class, *pieces: bytes) -> bytes:
    """All that comes until the server hangs up."""
    host, port = one.url.removeprefix("http://").split(":")
    told = b""
    asking = socket.create_connection((host, int(port)), PATIENCE)
    with asking, suppress(ConnectionError):
        for piece in pieces:
            asking.sendall(piece)
        while some := asking.recv(4096):
            told += some
    return told


BEGUN = b"GET /room/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def test_a_head_has_a_bound(one: Class) -> None:
    """In one header, in many, and in one that never ends."""
    long = b"X-A: " + b"a" * asgi.HEAD_LIMIT
    assert b" 200 " not in answer(one, BEGUN + long + b"\r\n\r\n")
    many = b"".join(b"X-%d: a\r\n" % n for n in range(asgi.HEAD_LIMIT // 5))
    assert b" 200 " not in answer(one, BEGUN + many + b"\r\n")
    assert b" 200 " not in answer(one, BEGUN, *[long] * 20)


def test_who_sends_nothing_is_hung_up(one: Class) -> None:
    """Before a request, in the middle of its head, and of its form."""
    posted = b"POST /room/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\ncode"
    for sent in (b"", BEGUN, posted):
        assert b" 200 " not in answer(one, sent)


def test_a_request_that_is_whole_is_answered(one: Class) -> None:
    """And its connection is kept for the next one, longer than a request may take, but no half of
    one."""
    host, port = one.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as asking:
        for _ in range(2):
            asking.sendall(BEGUN + b"\r\n")
            assert b"HTTP/1.1 200 OK" in asking.recv(65536)
            asking.settimeout(2 * asgi.REQUEST_SECONDS)
            with suppress(TimeoutError):
                while asking.recv(65536):  # the rest of the answer, then silence
                    pass
        asking.settimeout(PATIENCE)
        asking.sendall(BEGUN)
        with suppress(ConnectionError):
            assert asking.recv(4096) == b""
