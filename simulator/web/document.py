"""Streamlit's own files as browsers get them: compressed, and the document with our style sheet.

Streamlit leaves both out. Its scripts are 2.5 MB, and a style sheet that a page sends arrives
after the page was painted, which then moves.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator import assets

STATIC = "/static/"
"""Below this path are Streamlit's files; each name holds a hash of what the file holds."""
FILES = (STATIC, "/media/", "/component/", "/_stcore/")
"""Below these paths are no pages."""
COMPRESSED = ("application/javascript", "text/javascript", "text/css", "text/html")
"""Types of files that become smaller. Fonts and pictures are compressed already."""
AWAY = (
    {
        "type": "http.response.start", "status": 503,
        "headers": [(b"retry-after", b"1"), (b"content-type", b"text/plain; charset=utf-8")],
    },
    b"This server is stopping or starting. Please try again in a second.\n",
)  # fmt: skip
"""The answer where Streamlit gave none, or only a part of one: a process that ends does so."""
WITHOUT = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
"""Headers of a request that Streamlit does not get: its answer is whole and plain."""


@dataclass(frozen=True)
class Kept:
    """An answer, ready to be sent again."""

    start: Message
    body: bytes


class Document:
    """Serves `app` with its files compressed once, and our style in the head of its document."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: dict[str, Kept] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not compressible(scope):
            await self.app(scope, receive, send)
            return
        path = str(scope["path"])
        answer = self.kept.get(path) or prepared(await fetched(self.app, scope, receive))
        if path.startswith(STATIC) and answer.start["status"] == 200:
            self.kept[path] = answer
        await send(answer.start)
        await send({"type": "http.response.body", "body": answer.body})


def compressible(scope: Scope) -> bool:
    """Whether a browser that takes gzip asks for a page, or for one of Streamlit's files."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers, path = Headers(scope=scope), str(scope["path"])
    file = path.startswith(STATIC) and path.endswith((".js", ".css"))
    page = "text/html" in headers.get("accept", "") and not path.startswith(FILES)
    return (file or page) and "gzip" in headers.get("accept-encoding", "")


async def fetched(app: ASGIApp, scope: Scope, receive: Receive) -> Kept:
    """The whole answer of the application, as plain bytes; `AWAY` where there is none."""
    headers = [(name, value) for name, value in scope["headers"] if name not in WITHOUT]
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    await app({**scope, "headers": headers, "extensions": {}}, receive, collect)
    start, *parts = messages or [{}]
    if not parts or parts[-1].get("more_body", False):
        return Kept(*AWAY)
    return Kept(start, b"".join(part.get("body", b"") for part in parts))


def prepared(answer: Kept) -> Kept:
    """The answer as it is sent: a document has our style, and what can be is compressed."""
    headers = MutableHeaders(raw=list(answer.start["headers"]))
    kind = headers.get("content-type", "").partition(";")[0]
    if kind not in COMPRESSED or answer.start["status"] != 200:
        return answer
    body = answer.body
    if kind == "text/html":
        body = body.replace(b"<body>", b"<body>" + style(), 1)
        del headers["etag"]
        del headers["last-modified"]
    packed = gzip.compress(body, mtime=0)
    about: Mapping[str, str] = {"content-encoding": "gzip", "content-length": str(len(packed))}
    headers.update(about)
    headers.add_vary_header("Accept-Encoding")
    return Kept({**answer.start, "headers": headers.raw}, packed)


@cache
def style() -> bytes:
    """The pages' own style sheet, for the body: there it comes after Streamlit's, and wins."""
    return f"<style>{assets.text('page/page.css')}</style>".encode()
