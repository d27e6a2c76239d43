"""One of several processes: pages, rooms, or the registry for everyone's own docker.

The parent (`simulator.web.workers`) binds the socket and hands it over, so that who asks while a
process is started again waits, and is not refused. A process ends with its parent.
"""

import gc
import hmac
import json
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from threading import Thread
from typing import Any

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.live.asgi import Live
from simulator.live.book import KeptLearners
from simulator.live.view import waiting
from simulator.progress.keeper import Keeper
from simulator.registry.serving import address, server, signer
from simulator.room import asgi as room_app
from simulator.room.asgi import RoomApp
from simulator.web import registry, rooms
from simulator.web.serve import CONNECTIONS, FILES, open_files, pages
from simulator.web.site import Site

COOKIE = "pullscope_page"
"""Says to the proxy which process has a browser's pages."""


@dataclass(frozen=True)
class Work:
    """What a process is to do. `docker` is the address of the process with everyone's docker."""

    kind: str
    number: int
    socket: int
    public_url: str
    docker: str

    def told(self) -> str:
        return json.dumps(asdict(self))


def serving_pages(work: Work, site: Site) -> uvicorn.Server:
    registry.serve_beside(everyones_docker(site), work.docker)
    rooms.serve_beside(site.origin)
    affinity = (Affinity, {"number": work.number})
    return pages(site, [affinity], more={"server.cookieSecret": secret_for("pages")})


def serving_rooms(work: Work, site: Site) -> uvicorn.Server:
    app = RoomApp(rooms.serve_beside(site.origin), site.origin, site.hosts, site.public)
    return server(app, **room_app.SERVER)


def serving_docker(work: Work, site: Site) -> uvicorn.Server:
    waiting()  # reads the lesson: else the first learner would wait for that
    return server(everyones_docker(site), proxy_headers=False, limit_concurrency=CONNECTIONS)


def everyones_docker(site: Site) -> Live:
    return Live(site.named, signer(), site.public, KeptLearners(Keeper()))


def secret_for(purpose: str) -> str:
    """The same in all processes."""
    return hmac.digest(signer().secret, purpose.encode(), "sha256").hex()


SERVING: Mapping[str, Callable[[Work, Site], uvicorn.Server]] = {
    "pages": serving_pages, "rooms": serving_rooms, "docker": serving_docker,
}  # fmt: skip


class Affinity:
    """Lets a browser keep to this process: its sessions and files are in no other one."""

    def __init__(self, app: ASGIApp, number: int) -> None:
        self.app, self.number = app, str(number)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self.number == known(scope):
            await self.app(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if begins_a_visit(message):
                about = f"{COOKIE}={self.number}; Path=/; HttpOnly; Secure; SameSite=Lax"
                MutableHeaders(scope=message).append("Set-Cookie", about)
            await send(message)

        await self.app(scope, receive, with_cookie)


def known(scope: Scope) -> str | None:
    return HTTPConnection(scope).cookies.get(COOKIE)


def begins_a_visit(message: Message) -> bool:
    """Whether it is the head of a page, or opens its websocket."""
    if message["type"] == "websocket.accept":
        message.setdefault("headers", [])
        return True
    headers: Any = message.get("headers", ())
    page = any(k == b"content-type" and v.startswith(b"text/html") for k, v in headers)
    return message["type"] == "http.response.start" and page


def end_with_parent(running: uvicorn.Server) -> None:
    """The parent holds the other end of standard input, until it ends itself."""
    sys.stdin.buffer.read()
    running.should_exit = True


def main() -> None:
    work = Work(**json.loads(sys.argv[1]))
    open_files(FILES)
    listening = socket.socket(fileno=work.socket)
    running = SERVING[work.kind](work, Site(address(listening), work.public_url))
    Thread(target=end_with_parent, args=(running,), daemon=True).start()
    gc.collect()
    gc.freeze()  # what is there now stays: looking through it again would hold up votes
    running.run(sockets=[listening])


if __name__ == "__main__":
    main()
