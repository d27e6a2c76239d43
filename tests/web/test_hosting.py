"""`docs/hosting.md`, tried as it is written: each proxy with the app of a class behind it."""

import json
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from simulator.registry.asgi import BODY_LIMIT
from tests.pages import PATIENCE, ROOT, free_port
from tests.tabs import Tabs
from tests.web.own_docker import LOGIN, pullscope_app, tool, visit
from tests.web.proxies import LOG, PROXIES

ANSWER = {"key": "k1", "at": "2026-11-24T12:00:00Z", "question": "q", "objective": "o",
          "chosen": "c", "right": True}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A class's address, and the folder of the proxy in front."""

    url: str
    folder: Path

    def client(self) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.folder / "server.pem"))
        return httpx.Client(base_url=self.url, verify=trusted, timeout=PATIENCE)


@pytest.fixture(scope="module")
def port() -> int:
    """Where the proxies are, one after the other."""
    return free_port()


@pytest.fixture(scope="module")
def behind(port: int) -> Iterator[str]:
    with pullscope_app("--class", "--public-url", f"https://localhost:{port}") as url:
        yield url


@pytest.fixture(scope="module", params=PROXIES)
def site(
    request: pytest.FixtureRequest,
    port: int,
    behind: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(request.param)
    with PROXIES[request.param](folder, port, behind):
        yield Site(f"https://localhost:{port}", folder)


def sent(page: Page, name: str, data: bytes) -> None:
    """Upload it, as the page's own button does."""
    file = {"name": name, "mimeType": "application/json", "buffer": data}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]


def test_a_class_behind_the_proxy(site: Site, tabs: Tabs, tmp_path: Path) -> None:
    """A pull and the largest files go through. Larger ones, metrics and other names are refused.
    The key to the live view is in no log."""
    page = tabs.new(site.url, ignore_https_errors=True)
    a_docker_goes_through(page, site, tmp_path)
    the_largest_files_go_through(page, site)
    page.goto("about:blank")
    log = (site.folder / LOG).read_text("utf-8")
    assert "/_stcore/" in log and "/watch/" not in log
    larger_ones_are_refused(site)
    with site.client() as client:
        what_is_not_for_everybody_is_closed(client)
        files_come_compressed_and_may_be_kept(client)
        another_name_opens_no_page(client)


def a_docker_goes_through(page: Page, site: Site, folder: Path) -> None:
    """The page, its live events and the registry, over TLS."""
    me, skopeo = visit(page, site.url), tool("skopeo", folder)
    assert f"https://{me.host}" == site.url
    assert skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host).returncode == 0
    me.reaches("CredentialsStored")
    source, target = f"docker://{me.image('app:1.0')}", f"dir:{folder / 'copy'}"
    assert skopeo("copy", "--src-tls-verify=false", source, target).returncode == 0
    me.reaches("SessionEnded")


def the_largest_files_go_through(page: Page, site: Site) -> None:
    """Progress of nearly 5 MB is read, and a recording of nearly 2 MB is replayed."""
    page.get_by_role("link", name="Your progress", exact=True).click()
    told = json.dumps({"format": "pullscope-progress/1", "answers": [ANSWER]}).encode()
    sent(page, "progress.json", told + b" " * (4_900_000 - len(told)))
    expect(page.get_by_text(re.compile("1 records? w"))).to_be_visible()
    recording = (ROOT / "simulator/recordings/recorded/bearer_login_ok.json").read_bytes()
    page.goto(f"{site.url}/visual?source=recording&lang=en")
    page.get_by_text("Your own recording").click()
    sent(page, "mine.json", recording.rstrip() + b" " * (1_900_000 - len(recording)))
    expect(page.get_by_text("mine.json: Recorded with")).to_be_visible()


REFUSALS = {413, 403, 502}
"""Caddy notices the size while the app reads: by then the app may have refused, and Caddy before
2.10 says 502."""


def larger_ones_are_refused(site: Site) -> None:
    with site.client() as client:
        upload = client.put("/_stcore/upload_file/a/b", content=b"x" * 7_000_000)
        form = client.post("/token", content=b"x" * (BODY_LIMIT + 1000))
    known = REFUSALS if site.folder.name.startswith("caddy") else {413}
    assert {upload.status_code, form.status_code} <= known


def what_is_not_for_everybody_is_closed(client: httpx.Client) -> None:
    assert client.get("/_stcore/metrics").status_code == 404
    assert client.get("/_stcore/health").status_code == 200


def files_come_compressed_and_may_be_kept(client: httpx.Client) -> None:
    """The proxy passes on what Pullscope compresses, and for how long it holds."""
    page = client.get("/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
    path = page.text.partition('src=".')[2].partition('"')[0]
    script = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]


def another_name_opens_no_page(client: httpx.Client) -> None:
    """A name that leads here, as in DNS rebinding, gets no websocket."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}  # fmt: skip
    headers = {**upgrade, "Host": "evil.example"}
    with client.stream("GET", "/_stcore/stream", headers=headers) as got:
        assert got.status_code != 101
