"""Two processes for pages, one for rooms and one for everyone's docker, behind nginx and Caddy, on
PostgreSQL: all of Pullscope works, each learner meets their own, and no process is missed."""

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Lock

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dockerd import Docker
from tests.pages import PATIENCE, click_away, settled
from tests.postgres import Server, running
from tests.tabs import Tabs
from tests.web.class_site import ClassSite, class_site
from tests.web.own_docker import Learner, visit

pytestmark = pytest.mark.xdist_group("docker")
SEATS = 20
KILLS = ((6, "rooms 0"), (10, "docker 0"), (14, "pages 0"))
"""After so many votes this process is killed."""
RECORD = {"key": "k1", "at": "2026-11-24T12:00:00Z", "question": "q", "objective": "o",
          "chosen": "c", "right": True}  # fmt: skip
PROGRESS = json.dumps({"format": "pullscope-progress/1", "answers": [RECORD]}).encode()


def test_a_class_outlives_its_processes(tabs: Tabs, docker: Docker, tmp_path: Path) -> None:
    """Behind nginx: two learners, whose pages are in two processes, and a teacher's room. One
    process after the other is killed in the middle of a vote, then PostgreSQL is restarted: what
    was acknowledged counts, docker and pages go on. Then Caddy takes nginx's place."""
    with running() as database, class_site(tmp_path, database.url) as site:
        with site.behind("nginx"):
            new_browsers_are_shared_out(site)
            learners = [visit(at(tabs, site, process), site.url) for process in (0, 1)]
            whole_class(site, database, learners, docker)
            for me in learners:
                me.page.goto("about:blank")
        with site.behind("caddy"):
            all_is_reached(site, learners[0])


def whole_class(
    site: ClassSite, database: Server, learners: Sequence[Learner], docker: Docker
) -> None:
    with ExitStack() as held:
        teacher = learners[1].page.context.new_page()
        code = opened_room(teacher, site)
        dockers_are_seen(teacher, [Phone(held, site, code) for _ in learners], learners, docker)
        phones = [Phone(held, site, code) for _ in range(SEATS + 1)]
        counted = teacher.get_by_test_id("stMetricValue").nth(1)
        all_vote(site, phones[:SEATS], counted)
        outlives_its_docker(site, learners[0], docker)
        for process, me in enumerate(learners):
            comes_back(site, process, me.page)
            progress_goes_up_and_down(me.page)
        database.stop()
        database.start()
        assert phones[SEATS].vote(2)
        expect(counted).to_have_text(str(SEATS + 1))
        teacher.close()


def at(tabs: Tabs, site: ClassSite, process: int) -> Page:
    """A page of a browser that belongs to this process for pages."""
    page = tabs.new(site.url, ignore_https_errors=True)
    cookie = {"name": "pullscope_page", "value": str(process), "url": site.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    return page


def new_browsers_are_shared_out(site: ClassSite) -> None:
    """And one that is known stays where it is."""
    with site.client() as client:
        heads = {"Accept": "text/html"}
        given = set()
        for _ in range(6):
            client.cookies.clear()
            given.add(client.get("/", headers=heads).headers["set-cookie"].partition(";")[0])
        assert given == {"pullscope_page=0", "pullscope_page=1"}
        assert all("set-cookie" not in client.get("/", headers=heads).headers for _ in range(4))


def pulls(me: Learner, docker: Docker) -> None:
    """A real one, and the page follows it to its end."""
    told = docker("login", "-u", me.name, "--password-stdin", me.host, typed=me.password)
    assert told.returncode == 0, told.stderr
    told = docker("pull", me.image("app:1.0"))
    assert told.returncode == 0, told.stderr
    expect(me.page.locator(".live")).to_contain_text("app:1.0")


def dockers_are_seen(
    teacher: Page, phones: Sequence["Phone"], learners: Sequence[Learner], docker: Docker
) -> None:
    """The teacher sees where each docker is: one has pulled, one is stuck. Then it pulls, too, and
    each learner has met their own."""
    pulled, stuck = learners
    for phone, me in zip(phones, learners, strict=True):
        told = phone.client.post(f"{phone.path}/docker", data={"docker": me.name})
        assert told.status_code == 303
    pulls(pulled, docker)
    refused = docker("login", "-u", stuck.name, "--password-stdin", stuck.host, typed="wrong")
    assert refused.returncode != 0
    rows = teacher.get_by_test_id("stTable").locator("tbody tr")
    expect(rows.nth(0)).to_contain_text(re.compile(r"^\s*2\s*login"))
    expect(rows.nth(0).locator("td").last).not_to_be_empty()
    expect(rows.nth(1)).to_contain_text(re.compile(r"^\s*1\s*login · pull .*Done"))
    expect(rows.nth(1).locator("td").last).to_be_empty()
    pulls(stuck, docker)
    expect(pulled.page.locator(".live")).not_to_contain_text(stuck.name)


def outlives_its_docker(site: ClassSite, me: Learner, docker: Docker) -> None:
    """Account and password are in the database: docker goes on, and so does the page."""
    site.waits("/v2/")  # docker would not wait for so long, and ask without TLS then
    pulls(me, docker)


def comes_back(site: ClassSite, process: int, page: Page) -> None:
    """At the same address and with the same cookie, also of a process that was killed."""
    site.waits("/_stcore/health", pullscope_page=str(process))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def progress_goes_up_and_down(page: Page) -> None:
    """An upload reaches the process of its page; a download comes from it. The upload
    draws the page anew: until that has ended, the button leads to a file that is deleted."""
    settled(page).get_by_role("link", name="Your progress", exact=True).click()
    file = {"name": "progress.json", "mimeType": "application/json", "buffer": PROGRESS}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    expect(page.get_by_text(re.compile("1 records? w"))).to_be_visible()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    assert b"k1" in Path(download.value.path()).read_bytes()


class Phone:
    """With a seat, over the proxy."""

    def __init__(self, held: ExitStack, site: ClassSite, code: str) -> None:
        self.client, self.path = held.enter_context(site.client()), f"/room/{code}"
        assert self.client.post(f"{self.path}/seat").status_code == 303

    def page(self) -> str:
        return self.client.get(f"{self.path}?lang=en").text

    def vote(self, option: int) -> bool:
        """Whether it was acknowledged; who hears nothing asks again."""
        item = re.search(r'name="item" value="(\d+)"', self.page())
        assert item
        fields = {"item": item[1], "round": "1", "option": str(option)}
        heads = {"Accept": "application/json"}
        return self.client.post(f"{self.path}/vote", data=fields, headers=heads).status_code == 200


def opened_room(teacher: Page, site: ClassSite) -> str:
    """The code of a room in which a vote is open."""
    teacher.set_default_timeout(PATIENCE * 1000)
    teacher.goto(f"{site.url}/class?lang=en")
    teacher.get_by_role("button", name="Open a room").click()
    link = teacher.locator("a[href*='/room/']:not([href$='/screen'])").first
    code = str(link.get_attribute("href")).rpartition("/")[2]
    for name in ("Ask it", "Open the vote"):
        click_away(teacher.get_by_role("button", name=name, exact=True))
    return code


def all_vote(site: ClassSite, phones: list[Phone], counted: Locator) -> None:
    """One process after the other is killed meanwhile."""
    acknowledged: list[int] = []
    kills, one_by_one = list(KILLS), Lock()

    def votes(seat: int) -> None:
        with suppress(httpx.TransportError):
            if phones[seat].vote(seat % 4):
                acknowledged.append(seat)
        with one_by_one:
            while kills and len(acknowledged) >= kills[0][0]:
                site.kill(kills.pop(0)[1])

    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(votes, range(SEATS)))
    assert len(acknowledged) >= KILLS[0][0]
    for seat in set(range(SEATS)) - set(acknowledged):
        votes(seat)
    assert not kills and len(acknowledged) == SEATS
    expect(counted).to_have_text(str(SEATS))
    for seat in acknowledged:
        assert f"Your vote: {'ABCD'[seat % 4]}" in phones[seat].page()


def all_is_reached(site: ClassSite, me: Learner) -> None:
    """Page with its live events, registry and room."""
    me.page.goto(f"{site.url}/own-docker")
    expect(me.page.locator(".live")).to_have_class(re.compile(r"\bon\b"))
    with site.client() as client:
        assert client.get("/v2/").status_code == 401
        token = client.get(
            "/token", params={"account": me.name, "service": "pullscope"},
            auth=(me.name, me.password),
        )  # fmt: skip
        assert token.status_code == 200
        assert "Code of the room" in client.get("/room/").text
    me.page.goto("about:blank")
