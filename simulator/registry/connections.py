"""What each connection of a server is watched for: slowness, TLS on the plain port, bad heads."""

import sys
from asyncio import AbstractEventLoop, Protocol, TimerHandle, Transport
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.registry import asgi
from simulator.registry.replies import TEXT

PIECE_SECONDS = 30.0
"""Seconds in which a client must send the next piece of a body, or take that of an answer."""
TLS_RECORD = b"\x16\x03"
"""A TLS record with a handshake begins so (RFC 8446 section 5.1)."""


class Timer:
    """Hangs up after so many seconds, counted from the first start, unless it is stopped."""

    def __init__(self) -> None:
        self.handle: TimerHandle | None = None

    def start(self, protocol: "Timed", seconds: float) -> None:
        if self.handle is None:
            self.handle = protocol.loop.call_later(seconds, protocol.transport.abort)

    def stop(self) -> None:
        if self.handle:
            self.handle.cancel()
        self.handle = None


class Timed(Protocol):
    """What hangs up on clients that do not do their part.

    Some open connections and send nothing, or a header line now and then; some never read what
    they asked for. Each would hold a connection, and the pieces of an answer, for ever.
    `request_timer` runs while a request is awaited, `body_timer` while a piece of its body is, and
    `write_timer` while an answer is not taken.
    """

    loop: AbstractEventLoop
    transport: Transport

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        self.request_timer, self.body_timer, self.write_timer = Timer(), Timer(), Timer()
        super().connection_made(transport)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.write_timer.start(self, PIECE_SECONDS)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.write_timer.stop()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self.request_timer, self.body_timer, self.write_timer):
            timer.stop()


class SlowClientGuard(Timed, H11Protocol):
    """uvicorn's HTTP with these timers."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.watch()
        self.body_timer.stop()
        if self.conn.their_state is h11.SEND_BODY and not self.passed_on():
            self.body_timer.start(self, PIECE_SECONDS)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self.request_timer.stop()
        super().handle_websocket_upgrade(event)

    def watch(self) -> None:
        """The time runs while no request is being answered; a part of one does not stop it."""
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy or self.passed_on():
            self.request_timer.stop()
        else:
            self.request_timer.start(self, asgi.REQUEST_SECONDS)

    def passed_on(self) -> bool:
        """To a websocket, whose messages are no body."""
        return self.transport.get_protocol() is not self

    def send_400_response(self, msg: str) -> None:
        """400, or 431 for a head that is too large.

        Where an answer has begun, or may have no body, there is no place for it.
        """
        failure = sys.exc_info()[1]
        status = getattr(failure, "error_status_hint", 400)
        said = asgi.HEAD_TOO_LARGE if status == 431 else f"{msg}\n".encode()
        headers = [("Content-Type", TEXT), ("Content-Length", str(len(said)))]
        with suppress(h11.LocalProtocolError):
            for event in (
                h11.Response(status_code=status, headers=[*headers, ("Connection", "close")]),
                h11.Data(data=said),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        if self.cycle is not None:
            self.cycle.disconnected = True


class QuickGuard(Timed, HttpToolsProtocol):
    """The same for a server whose requests are small and many: a parser in C takes a tenth of the
    time. A head has the same bound. A connection that has had an answer may be silent for as long
    as the server keeps it."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        self.head = 0
        super().connection_made(transport)
        self.request_timer.start(self, asgi.REQUEST_SECONDS)

    def data_received(self, data: bytes) -> None:
        self.head += len(data)
        self.request_timer.start(self, asgi.REQUEST_SECONDS)
        super().data_received(data)
        if self.head > asgi.HEAD_LIMIT and not self.transport.is_closing():
            self.transport.close()

    def on_headers_complete(self) -> None:
        if sum(len(name) + len(value) for name, value in self.headers) > asgi.HEAD_LIMIT:
            raise ValueError("a head that is too large")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.head -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.head = 0
        self.request_timer.stop()


def noticing_tls(hello: Callable[[str], None] | None) -> type[H11Protocol]:
    """The guard, which also calls `hello` with the address of a client that begins with TLS."""
    if hello is None:
        return SlowClientGuard
    notify = hello

    class NoticingTls(SlowClientGuard):
        def connection_made(self, transport: Any) -> None:
            self.begun = False
            super().connection_made(transport)

        def data_received(self, data: bytes) -> None:
            if not self.begun and data.startswith(TLS_RECORD) and self.client:
                notify(self.client[0])
            self.begun = True
            super().data_received(data)

    return NoticingTls
