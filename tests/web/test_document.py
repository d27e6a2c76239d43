"""Streamlit's own files as browsers get them: compressed, kept, and pages with our style."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fontTools.ttLib import TTFont
from starlette.types import Message, Receive, Scope, Send

from simulator import assets
from simulator.web.document import ALL_ICONS, ALSO, ICONS, SCRIPTS, SOON, Document
from simulator.web.pages import PAGES
from tests.pages import STAGE
from tests.symbols import OURS, ligatures, names, streamlits

GZIP = {"accept-encoding": "gzip"}
PAGE = {**GZIP, "accept": "text/html"}


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address) as opened:
        yield opened


def script(client: httpx.Client) -> str:
    """The path of the document's first script."""
    found = client.get("/").text.partition('src=".')[2]
    return found.partition('"')[0]


@pytest.mark.parametrize("path", ["/", f"/{STAGE}"])
def test_the_document_has_our_style_once(client: httpx.Client, path: str) -> None:
    """Compressed, after the head, and never from the browser's cache. The head says where the
    server is: a page of its own path complains to the console where it has to look for it."""
    answer = client.get(path, headers=PAGE)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-cache"
    head, _body, body = answer.text.partition("<body>")
    assert body.count(assets.text("page/page.css")) == 1
    assert "<style>" not in head and "BACKEND_BASE_URL" in head


def test_a_script_is_sent_small_and_kept_for_good(client: httpx.Client) -> None:
    """A third of its size, the same words, and a cache needs no second request."""
    path = script(client)
    plain = client.get(path, headers={"accept-encoding": "identity"})
    small = client.get(path, headers=GZIP)
    again = client.get(path, headers=GZIP)
    assert small.content == again.content == plain.content
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert "immutable" in small.headers["cache-control"]
    assert small.headers["vary"] == "Accept-Encoding"


def test_the_document_has_the_icons_that_are_drawn(client: httpx.Client) -> None:
    """Each of Streamlit's and ours is in our font; Streamlit's own has another name."""
    document = client.get("/", headers=PAGE).text
    sheet = document.partition('rel="stylesheet" crossorigin href=".')[2].partition('"')[0]
    sent = client.get(sheet, headers=GZIP).content
    assert ALL_ICONS in sent and ICONS not in sent
    assert document.count("font-family:Material Symbols Rounded") == 1
    assert names() & set(ligatures(streamlits())) <= set(ligatures(TTFont(OURS)))


def test_what_is_no_file_and_no_page_is_left_alone(client: httpx.Client) -> None:
    """The server's health, a script that there is not, and a client that takes no gzip."""
    assert client.get("/_stcore/health", headers=PAGE).text == "ok"
    assert "content-encoding" not in client.get("/_stcore/health", headers=PAGE).headers
    plain = client.get("/", headers={"accept": "text/html", "accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert client.head("/", headers=PAGE).status_code == 200


def test_a_page_names_scripts_that_there_are(client: httpx.Client) -> None:
    """Each is one file of this Streamlit, and the page's own document names it."""
    assert set(ALSO) <= {page.path for page in PAGES}
    for path, more in ALSO.items():
        document = client.get(f"/{path}", headers=PAGE).text
        for script in (*SOON, *more):
            (file,) = SCRIPTS.glob(f"{script}.*.js")
            assert document.count(file.name) == 1, (path, script)


HEAD = {"type": "http.response.start", "status": 200, "headers": []}
BEGUN = {"type": "http.response.body", "body": b"let a =", "more_body": True}
END = {"type": "http.response.body", "body": b" 1;"}


class Ending:
    """An application that sends only so much of each answer, as a process does that ends."""

    def __init__(self, answers: Sequence[Sequence[Message]]) -> None:
        self.answers = iter(answers)

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        for message in next(self.answers):
            await send(message)


def test_a_process_that_ends_says_so_and_keeps_no_part_of_a_file() -> None:
    """Nothing, a head, or half a script is 503; the next one who asks has it whole."""
    document = Document(Ending([[], [HEAD], [HEAD, BEGUN], [HEAD, BEGUN, END]]))

    async def asked() -> list[httpx.Response]:
        there = httpx.ASGITransport(document)
        async with httpx.AsyncClient(transport=there, base_url="http://a") as client:
            return [await client.get("/static/a.js", headers=GZIP) for _ in range(5)]

    with ThreadPoolExecutor(1) as apart:  # in this thread the browser's own loop may run
        *away, whole, kept = apart.submit(asyncio.run, asked()).result()
    assert [answer.status_code for answer in away] == [503] * 3
    assert all(answer.headers["retry-after"] == "1" and answer.text for answer in away)
    assert whole.text == kept.text == "let a = 1;"
