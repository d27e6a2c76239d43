"""Streamlit's own files as browsers get them: compressed, and the document with our style sheet.

Streamlit leaves both out. Its scripts are 2.5 MB, and a style sheet that a page sends arrives
after the page was painted, which then moves. Of its icons, a font of 375 kB that every page loads
first, the document has those that are drawn: `tests/symbols.py` makes it.
"""

import gzip
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from posixpath import normpath

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator import assets

SCRIPTS = Path(streamlit.__file__).parent / "static" / "static" / "js"
STATIC = "/static/"
"""Below this path are Streamlit's files; each name holds a hash of what the file holds."""
FILES = (STATIC, "/media/", "/component/", "/_stcore/")
"""Below these paths are no pages."""
METRICS = "/_stcore/metrics"
"""Streamlit's sessions and memory: no page needs it, and it is closed to all."""
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
ICONS = b"@font-face{font-family:Material Symbols Rounded;"
"""In Streamlit's style sheet, the rule that loads all of its icons."""
ALL_ICONS = b"@font-face{font-family:All Material Symbols;"
"""The same by another name: only what asks for that loads them, the icons that a lesson names."""
FONT = b'as="font"'
"""In the document, what is said of the font for text. It can wait for the scripts."""
ROOT = b'<div id="root">'
"""Of the document, where Streamlit draws. Until it does, our name is there."""
SOON = ("PageLink", "Button", "BidiComponent")
"""Streamlit's scripts that it asks for when a page of ours is drawn: links, buttons, components.
Without a hint that is one more way to the server and back, before anything can be read."""
ALSO = {
    "learn": ("Progress", "Html"),
    "visual": ("ButtonGroup", "Selectbox"),
    "try": ("Selectbox", "Html"),
    "challenge": ("Selectbox", "LinkButton", "Table", "Html"),
    "recall": ("Progress", "ButtonGroup", "Selectbox", "Radio", "TextArea", "Html"),
    "compare": ("ButtonGroup", "Selectbox"),
    "why": ("Selectbox", "Html"),
    "deep": ("ButtonGroup", "Selectbox", "Radio", "Table", "Html"),
    "perf": ("ButtonGroup", "Selectbox", "Radio", "Metric", "Table", "ArrowVegaLiteChart", "Html"),
    "project": ("TextInput", "Table", "Html"),
    "decoder": ("TextArea", "Selectbox"),
    "own-docker": ("Selectbox", "LinkButton", "Html"),
    "progress": (
        "Selectbox", "Multiselect", "NumberInput", "Metric", "Table", "DownloadButton",
        "FileUploader",
    ),
    "other-courses": ("Selectbox", "Radio", "Table", "Html"),
}  # fmt: skip
"""By the path of a page, those that it has besides; without those that come later: of the home's
field for a message, of all below the stage, and of some of *Recall*'s questions."""
IMPORTED = re.compile(r'(?:from|import)"\./([\w.-]{1,80}\.js)"')
"""In a script, one that it needs."""
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
        if scope["type"] == "http" and scope["path"].rstrip("/") == METRICS:
            await Response(status_code=404)(scope, receive, send)
            return
        if not compressible(scope):
            await self.app(scope, receive, send)
            return
        path = str(scope["path"])
        answer = self.kept.get(path) or prepared(await fetched(self.app, scope, receive), path)
        if lasting(path, answer):
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


def lasting(path: str, answer: Kept) -> bool:
    """Whether it is a file of Streamlit's, under its one name. Clients may ask for any: for a name
    that there is not Streamlit sends its document, and `/static/./x` is `/static/x` again."""
    named = path.startswith(STATIC) and path == normpath(path)
    document = Headers(raw=answer.start["headers"]).get("content-type", "").startswith("text/html")
    return named and answer.start["status"] == 200 and not document


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


def prepared(answer: Kept, path: str) -> Kept:
    """The answer as it is sent: a document has our style, and what can be is compressed."""
    headers = MutableHeaders(raw=list(answer.start["headers"]))
    kind = headers.get("content-type", "").partition(";")[0]
    if kind not in COMPRESSED or answer.start["status"] != 200:
        return answer
    body = answer.body.replace(ICONS, ALL_ICONS)
    if kind == "text/html":
        body = with_ours(body, path.rpartition("/")[2])
        del headers["etag"]
        del headers["last-modified"]
    packed = gzip.compress(body, mtime=0)
    about: Mapping[str, str] = {"content-encoding": "gzip", "content-length": str(len(packed))}
    headers.update(about)
    headers.add_vary_header("Accept-Encoding")
    return Kept({**answer.start, "headers": headers.raw}, packed)


WHERE = b'<script>window.__streamlit={BACKEND_BASE_URL:new URL("./",location).href}</script>'
"""Tells Streamlit's scripts where its server is. They would look for it below the page's own path
first, and at the root a tenth of a second later."""


def with_ours(document: bytes, page: str) -> bytes:
    """Streamlit's document with our style, our name until it draws, and hints what to load for the
    page with this path."""
    added = {
        b"<body>": b"<body>" + style(),
        ROOT: ROOT + b'<p id="loading">Pullscope</p>',
        FONT: FONT + b' fetchpriority="low"',
        b"</head>": WHERE + hints(document, page) + b"</head>",
    }
    for place, more in added.items():
        document = document.replace(place, more, 1)
    return document


def hints(document: bytes, page: str) -> bytes:
    """Links that have a browser load what this page needs, and the document does not name. What
    only this page has can wait for the first words with the server."""
    every = [name for name in soon(SOON) if name.encode() not in document]
    more = [one for one in soon(ALSO.get(page, ())) if one.encode() not in document]
    links = [f'href="./static/js/{name}"' for name in every]
    links += [f'fetchpriority="low" href="./static/js/{one}"' for one in more if one not in every]
    return "".join(f'<link rel="modulepreload" crossorigin {link}>' for link in links).encode()


@cache
def soon(starts: tuple[str, ...]) -> tuple[str, ...]:
    """The files of these scripts, with all that they import."""
    found: dict[str, None] = {}
    waiting = [path.name for start in starts for path in SCRIPTS.glob(f"{start}.*.js")]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += IMPORTED.findall((SCRIPTS / name).read_text("utf-8"))
    return tuple(found)


@cache
def style() -> bytes:
    """The pages' own style sheet, for the body: there it comes after Streamlit's, and wins."""
    font = b64encode((assets.FOLDER / "page" / "symbols.woff2").read_bytes()).decode()
    icons = (
        "@font-face{font-family:Material Symbols Rounded;font-display:block;"
        f"src:url(data:font/woff2;base64,{font})format('woff2')}}"
    )
    return f"<style>{assets.text('page/page.css')}{icons}</style>".encode()
