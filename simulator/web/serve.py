"""Pages, registry and rooms on one port, for `pullscope app`; and pages alone, for one process of
several."""

import resource
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.live import asgi as live_app
from simulator.live.asgi import Live
from simulator.registry.serving import address, bound, server, signer
from simulator.room import asgi as room_app
from simulator.room.asgi import RoomApp
from simulator.web import registry, rooms
from simulator.web.settings import settings
from simulator.web.site import Site

SCRIPT = Path(__file__).parent / "pages" / "script.py"
"""What Streamlit runs for each page."""
CONNECTIONS = 2500
"""At once: each open page has a websocket and a stream of events beside what it loads, and each
seat of a room a stream and a vote."""
FILES = 8192
"""Open files that are asked for: each connection is one."""

Part = tuple[Callable[..., ASGIApp], dict[str, Any]]
"""A middleware with what it is made with."""


def serve_app(host: str, port: int, public_url: str, log: Callable[[str], object]) -> None:
    """Serve page and registry on one port until interrupted. Raises PortInUse."""
    open_files(FILES)
    with bound(host, port) as listening:
        site = Site(address(listening), public_url)
        live = Live(site.named or site.where, signer(), public=site.public)
        registry.serve_beside(live)
        seats = RoomApp(rooms.serve_beside(site.origin), site.origin, site.hosts, site.public)
        running = pages(site, [
            (Beside, {"other": live, "is_its": live_app.is_ours}),
            (Beside, {"other": seats, "is_its": room_app.is_ours}),
        ], live.sessions.hello)  # fmt: skip
        log(f"Pullscope is at {site.origin}; stop with Ctrl-C")
        running.run(sockets=[listening])


def pages(
    site: Site,
    parts: Sequence[Part],
    hello: Callable[[str], None] | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> uvicorn.Server:
    """A server of the pages, with these middlewares before Streamlit. `hello` hears from where TLS
    was spoken to the plain port, and `more` are further settings of Streamlit."""
    # Streamlit takes seconds to import; the other commands do without it.
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from streamlit.web import bootstrap  # noqa: PLC0415

    # Who asks meanwhile waits: the first page is then as quick as the next ones.
    from simulator.web.document import Document  # noqa: PLC0415
    from simulator.web.pages import prepare  # noqa: PLC0415

    prepare()
    bootstrap.load_config_options({**options(site), **more})
    before = [Middleware(kind, **made) for kind, made in parts]
    app = st.App(str(SCRIPT), middleware=[*before, Middleware(Document)])
    return server(
        app, hello, lifespan="on", ws="websockets-sansio", proxy_headers=False,
        limit_concurrency=CONNECTIONS,
    )  # fmt: skip


class Beside:
    """Middleware before Streamlit: what is for another application never reaches it, nor its
    gzip. `is_its` says so of a path."""

    def __init__(self, app: ASGIApp, other: ASGIApp, is_its: Callable[[str], bool]) -> None:
        self.app, self.other, self.is_its = app, other, is_its

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        its = scope["type"] == "http" and self.is_its(scope["path"])
        await (self.other if its else self.app)(scope, receive, send)


def open_files(wanted: int) -> None:
    """Let this process open so many files, as far as the system permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def options(site: Site) -> dict[str, Any]:
    """Streamlit's settings, where the page is, and under which names."""
    host, _colon, port = site.where.rpartition(":")
    place = {"server.headless": True, "server.address": host, "server.port": int(port)}
    watching = {"server.fileWatcherType": "none"}
    public = {"browser.serverAddress": site.named.partition(":")[0]} if site.named else {}
    hosts = {"server.allowedHosts": site.hosts}
    return {**settings(), **place, **watching, **public, **hosts}
