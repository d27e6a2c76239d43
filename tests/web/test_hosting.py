"""`docs/hosting.md`, tried as it is written: each proxy with the app of a class behind it."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.registry.asgi import BODY_LIMIT
from tests.pages import PATIENCE, ROOT, free_port
from tests.web.own_docker import pullscope_app, visit
from tests.web.proxies import LOG, PROXIES


@dataclass(frozen=True)
class Site:
    """A class's address, and the folder of the proxy in front."""

    url: str
    folder: Path

    def client(self) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.folder / "server.pem"))
        return httpx.Client(base_url=self.url, verify=trusted, timeout=PATIENCE)


@pytest.fixture(scope="module", params=PROXIES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    url = f"https://localhost:{port}"
    with (
        pullscope_app("--class", "--public-url", url) as behind,
        PROXIES[request.param](folder, port, behind),
    ):
        yield Site(url, folder)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page(ignore_https_errors=True)
    made.set_default_timeout(PATIENCE * 1000)
    yield made
    made.close()


def answer(number: int) -> dict[str, object]:
    told = {"key": f"k{number}", "at": "2026-11-24T12:00:00Z", "question": "q", "objective": "o"}
    return {**told, "chosen": "c" * 100, "right": True}


def sent(page: Page, name: str, data: bytes) -> None:
    """Upload it, as the page's own button does."""
    file = {"name": name, "mimeType": "application/json", "buffer": data}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]


def test_the_largest_files_go_through(site: Site, page: Page) -> None:
    """Progress of nearly 5 MB is imported; a recording of nearly 2 MB is replayed."""
    count = 19_000
    known = [answer(number) for number in range(count)]
    file = json.dumps({"format": "pullscope-progress/1", "answers": known}).encode()
    assert 4_000_000 < len(file) < 5_000_000
    page.goto(f"{site.url}/progress?lang=en")
    sent(page, "progress.json", file)
    expect(page.get_by_text(f"{count} records were added.")).to_be_visible()

    recording = (ROOT / "simulator/recordings/recorded/bearer_login_ok.json").read_bytes()
    page.goto(f"{site.url}/visual?source=recording&lang=en")
    page.get_by_text("Your own recording").click()
    sent(page, "mine.json", recording.rstrip() + b" " * (1_900_000 - len(recording)))
    expect(page.get_by_text("mine.json: Recorded with")).to_be_visible()


REFUSALS = {413, 403, 502}
"""Caddy notices the size while the app reads: by then the app may have refused, and Caddy before
2.10 says 502."""


def test_larger_ones_are_refused(site: Site) -> None:
    with site.client() as client:
        upload = client.put("/_stcore/upload_file/a/b", content=b"x" * 7_000_000)
        form = client.post("/token", content=b"x" * (BODY_LIMIT + 1000))
    known = REFUSALS if site.folder.name.startswith("caddy") else {413}
    assert {upload.status_code, form.status_code} <= known


def test_what_is_not_for_everybody_is_closed(site: Site) -> None:
    with site.client() as client:
        assert client.get("/_stcore/metrics").status_code == 404
        assert client.get("/_stcore/health").status_code == 200


def test_files_come_compressed_and_may_be_kept(site: Site) -> None:
    """The proxy passes on what Pullscope compresses, and for how long it holds."""
    with site.client() as client:
        page = client.get("/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
        path = page.text.partition('src=".')[2].partition('"')[0]
        script = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]


def test_another_name_opens_no_page(site: Site) -> None:
    """A name that leads here, as in DNS rebinding, gets no websocket."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}  # fmt: skip
    with site.client() as client:
        headers = {**upgrade, "Host": "evil.example"}
        with client.stream("GET", "/_stcore/stream", headers=headers) as got:
            assert got.status_code != 101


def test_the_key_to_a_live_view_is_in_no_log(site: Site, page: Page) -> None:
    """The page watches, and the proxy notes other addresses."""
    visit(page, site.url)
    page.close()
    log = (site.folder / LOG).read_text("utf-8")
    assert "/_stcore/" in log and "/watch/" not in log
