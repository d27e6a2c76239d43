"""Pages and registry on one port, for `pullscope app`."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.live import asgi as live_app
from simulator.live.asgi import Live
from simulator.protocol.hosts import bare
from simulator.registry.serving import address, bound, server, signer
from simulator.room import asgi as room_app
from simulator.room.asgi import RoomApp
from simulator.web import registry, rooms
from simulator.web.settings import settings

SCRIPT = Path(__file__).parent / "pages" / "script.py"
"""What Streamlit runs for each page."""
CONNECTIONS = 2500
"""At once: each open page has a websocket and a stream of events beside what it loads, and each
seat of a room a stream and a vote."""
FILES = 8192
"""Open files that are asked for: each connection is one."""


def serve_app(host: str, port: int, public_url: str, log: Callable[[str], object]) -> None:
    """Serve page and registry on one port until interrupted. Raises PortInUse."""
    # Streamlit takes seconds to import; the other commands do without it.
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from streamlit.web import bootstrap  # noqa: PLC0415

    open_files(FILES)
    with bound(host, port) as listening:
        # Who asks meanwhile waits: the first page is then as quick as the next ones.
        from simulator.web.document import Document  # noqa: PLC0415
        from simulator.web.pages import prepare  # noqa: PLC0415

        prepare()
        where = address(listening)
        named = public_url.removeprefix("https://").rstrip("/")
        live = Live(named or where, signer(), public=bool(public_url))
        registry.serve_beside(live)
        bootstrap.load_config_options(options(where, named))
        seats = RoomApp(rooms.serve_beside(origin(where, public_url)), origin(where, public_url),
                        allowed_hosts(where, named), bool(public_url))  # fmt: skip
        app = st.App(str(SCRIPT), middleware=[
            Middleware(Beside, other=live, is_its=live_app.is_ours),
            Middleware(Beside, other=seats, is_its=room_app.is_ours),
            Middleware(Document),
        ])  # fmt: skip
        running = server(
            app, live.sessions.hello, lifespan="on", ws="websockets-sansio",
            proxy_headers=False, limit_concurrency=CONNECTIONS,
        )  # fmt: skip
        log(f"Pullscope is at {origin(where, public_url)}; stop with Ctrl-C")
        running.run(sockets=[listening])


class Beside:
    """Middleware before Streamlit: what is for another application never reaches it, nor its
    gzip. `is_its` says so of a path."""

    def __init__(self, app: ASGIApp, other: ASGIApp, is_its: Callable[[str], bool]) -> None:
        self.app, self.other, self.is_its = app, other, is_its

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        its = scope["type"] == "http" and self.is_its(scope["path"])
        await (self.other if its else self.app)(scope, receive, send)


def origin(where: str, public_url: str) -> str:
    """The address of the site, without a path."""
    return public_url.rstrip("/") or f"http://{where}"


def open_files(wanted: int) -> None:
    """Let this process open so many files, as far as the system permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def options(where: str, named: str) -> dict[str, Any]:
    """Streamlit's settings, where the page is, and under which names."""
    host, _colon, port = where.rpartition(":")
    place = {"server.headless": True, "server.address": host, "server.port": int(port)}
    watching = {"server.fileWatcherType": "none"}
    public = {"browser.serverAddress": named.partition(":")[0]} if named else {}
    hosts = {"server.allowedHosts": allowed_hosts(where, named)}
    return {**settings(), **place, **watching, **public, **hosts}


def allowed_hosts(where: str, named: str) -> list[str]:
    """The names under which the pages answer: another one that leads here (DNS rebinding) is not
    ours."""
    listening = where.rpartition(":")[0].strip("[]")
    return list(dict.fromkeys([*THIS_MACHINE, listening, *filter(None, [bare(named)])]))


THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
