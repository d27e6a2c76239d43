"""The page and the registry of `pullscope app`, which are one process: is the page usable while a
class pulls?

    python -m tests.bench.own [CLIENTS]

Some learners get an account each, and clients pull their image again and again. Meanwhile another
learner opens the page and steps. The same at rest, before.
"""

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median, quantiles

import httpx
from playwright.sync_api import Browser

from simulator.protocol.digest import digest_of
from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.protocol.media_types import MANIFESTS
from tests.bench.step import fresh, presses, ready
from tests.pages import STAGE, chromium
from tests.web.own_docker import pullscope_app, visit

ACCOUNTS, PRESSES, LOADS = 10, 12, 5
EVERY = 2.0
"""Seconds from one pull of a client to its next."""


@dataclass(frozen=True)
class Account:
    """Where to pull, with what, and the repository."""

    host: str
    token: str
    repository: str

    def pull(self, client: httpx.Client) -> None:
        """Raises ValueError where an answer is not what was asked for."""
        root = f"http://{self.host}/v2/{self.repository}"
        proof = {"Authorization": f"Bearer {self.token}"}
        answer = client.get(
            f"{root}/manifests/1.0", headers=proof | {"Accept": ", ".join(MANIFESTS)}
        )
        answer.raise_for_status()
        found = parse_manifest(answer.content, answer.headers["Docker-Content-Digest"])
        assert isinstance(found, Manifest)
        for one in (found.config, *found.layers):
            data = client.get(f"{root}/blobs/{one.digest}", headers=proof).raise_for_status()
            if digest_of(data.content) != one.digest:
                raise ValueError(f"{one.digest} is not what came")


def account(browser: Browser, url: str) -> Account:
    """A learner opens the page, logs in as it says, and closes it."""
    with fresh(browser) as page:
        me = visit(page, url)
        repository = f"{me.name}/app"
        asked = {"account": me.name, "scope": f"repository:{repository}:pull"}
        proof = (me.name, me.password)
        answer = httpx.get(f"http://{me.host}/token", params=asked, auth=proof).raise_for_status()
        return Account(me.host, answer.json()["token"], repository)


class Load:
    """Clients that pull until the end."""

    def __init__(self, accounts: list[Account], clients: int) -> None:
        self.stop, self.seconds, self.errors = threading.Event(), list[float](), list[str]()
        self.threads = [
            threading.Thread(target=self.client, args=(one,))
            for one in islice(cycle(accounts), clients)
        ]

    def client(self, account: Account) -> None:
        self.stop.wait(random.uniform(0, EVERY))
        with httpx.Client(timeout=60) as client:
            while not self.stop.is_set():
                began = time.monotonic()
                try:
                    account.pull(client)
                except (httpx.HTTPError, ValueError) as error:
                    self.errors.append(repr(error)[:200])
                self.seconds.append(time.monotonic() - began)
                self.stop.wait(max(0.0, EVERY - self.seconds[-1]))

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def used(browser: Browser, url: str) -> Iterator[tuple[str, list[float]]]:
    """What another learner does, and how many ms each time took."""
    yield "page ready", [ready(browser, f"{url}/{STAGE}", "1 ·") for _ in range(LOADS)]
    yield "a step", [whole for _told, whole in presses(browser, f"{url}/{STAGE}", PRESSES, 1)]


def show(title: str, measured: Callable[[], Iterator[tuple[str, list[float]]]]) -> None:
    for what, taken in measured():
        high = quantiles(taken, n=20)[-1]
        print(f"{f'{what}, {title}':40}{median(taken):10.0f}{high:10.0f}", flush=True)


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:2]]
    clients = (*numbers, 50)[0]
    with ExitStack() as stack:
        url, browser = stack.enter_context(pullscope_app()), stack.enter_context(chromium())
        ready(browser, f"{url}/{STAGE}", "1 ·")  # the server is warm
        accounts = [account(browser, url) for _ in range(ACCOUNTS)]
        print(f"{'ms':40}{'median':>10}{'95 %':>10}")
        show("at rest", lambda: used(browser, url))
        began = time.monotonic()
        with Load(accounts, clients) as load:
            show(f"{clients} clients pull", lambda: used(browser, url))
            pulls, taken = len(load.seconds), time.monotonic() - began
        high = quantiles(load.seconds, n=20)[-1] * 1000
        print(f"{'a pull meanwhile':40}{median(load.seconds) * 1000:10.0f}{high:10.0f}")
        print(f"{pulls} pulls, {pulls / taken:.1f} a second; {len(load.errors)} errors")
        for error in sorted(set(load.errors))[:3]:
            print("   ", error)


if __name__ == "__main__":
    main()
