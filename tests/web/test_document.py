"""Streamlit's own files as browsers get them: compressed, kept, and pages with our style."""

from collections.abc import Iterator

import httpx
import pytest

from simulator import assets
from tests.pages import STAGE

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
    """Compressed, after the head, and never from the browser's cache."""
    answer = client.get(path, headers=PAGE)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-cache"
    head, _body, body = answer.text.partition("<body>")
    assert body.count(assets.text("page/page.css")) == 1
    assert "<style>" not in head


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


def test_what_is_no_file_and_no_page_is_left_alone(client: httpx.Client) -> None:
    """The server's health, a script that there is not, and a client that takes no gzip."""
    assert client.get("/_stcore/health", headers=PAGE).text == "ok"
    assert "content-encoding" not in client.get("/_stcore/health", headers=PAGE).headers
    plain = client.get("/", headers={"accept": "text/html", "accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert client.head("/", headers=PAGE).status_code == 200
