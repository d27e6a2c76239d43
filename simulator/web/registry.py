"""The registry that this process's pages belong to: beside them, or on a port of its own."""

import socket
import threading

from simulator.live.asgi import Live
from simulator.registry.serving import PortInUse, address, bound, server, signer

PORTS = (5000, 5055, 0)
"""Tried in turn; 0 is any free one."""

beside: Live | None = None
"""The registry that the pages of this process belong to, unless it is on a port of its own."""
elsewhere = ""
"""The address of the process that serves it, where that is another one."""


def current() -> Live | None:
    return beside


def public() -> bool:
    """Whether this process serves others than who runs it."""
    return beside is not None and beside.public


def serve_beside(live: Live, by: str = "") -> None:
    """From now on the pages of this process belong to this registry; `by` is the address of the
    process that serves it, if it is another one."""
    global beside, elsewhere
    beside, elsewhere = live, by


def second_port() -> Live:
    """The registry on a port of its own on this machine, from a thread that lives as long as
    the process. Raises PortInUse."""
    listening = first_free()
    live = Live(address(listening), signer())
    running = server(live, live.sessions.hello, proxy_headers=False)
    threading.Thread(target=running.run, args=([listening],), daemon=True).start()
    return live


def first_free() -> socket.socket:
    for port in PORTS[:-1]:
        try:
            return bound("127.0.0.1", port)
        except PortInUse:
            continue
    return bound("127.0.0.1", PORTS[-1])
