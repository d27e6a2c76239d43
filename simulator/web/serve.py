"""Pages and registry on one port, for `pullscope app`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator.live.asgi import Before, Live
from simulator.protocol.hosts import bare
from simulator.registry.serving import address, bound, server, signer
from simulator.web import registry
from simulator.web.settings import settings

SCRIPT = Path(__file__).parent / "pages" / "script.py"
"""What Streamlit runs for each page."""
CONNECTIONS = 1000
"""At once: each open page has a websocket and a stream of events beside what it loads."""


def serve_app(host: str, port: int, public_url: str, log: Callable[[str], object]) -> None:
    """Serve page and registry on one port until interrupted. Raises PortInUse."""
    # Streamlit takes seconds to import; the other commands do without it.
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from streamlit.web import bootstrap  # noqa: PLC0415

    with bound(host, port) as listening:
        # Who asks meanwhile waits: the first page is then as quick as the next ones.
        from simulator.web.pages import prepare  # noqa: PLC0415

        prepare()
        where = address(listening)
        named = public_url.removeprefix("https://").rstrip("/")
        live = Live(named or where, signer(), public=bool(public_url))
        registry.serve_beside(live)
        bootstrap.load_config_options(options(where, named))
        app = st.App(str(SCRIPT), middleware=[Middleware(Before, live=live)])
        running = server(
            app, live.sessions.hello, lifespan="on", ws="websockets-sansio",
            proxy_headers=False, limit_concurrency=CONNECTIONS,
        )  # fmt: skip
        log(f"Pullscope is at {public_url or f'http://{where}'}; stop with Ctrl-C")
        running.run(sockets=[listening])


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
