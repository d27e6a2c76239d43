"""`pullscope app`, a learner at its page for one's own docker, and programs that they run."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.need import need
from tests.pages import PATIENCE, ROOT, free_port, wait_for


@contextmanager
def pullscope_app(*words: str) -> Iterator[str]:
    """The address of `pullscope app`."""
    port = free_port()
    command = [sys.executable, "-m", "simulator", "app", "--port", str(port), *words]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(PATIENCE)


@dataclass
class Learner:
    """A page, and the account that it shows."""

    page: Page
    name: str
    password: str
    host: str

    @property
    def stage(self) -> Locator:
        return self.page.locator(".stage")

    def image(self, image: str) -> str:
        return f"{self.host}/{self.name}/{image}"

    def reaches(self, event: str) -> None:
        """The stage comes to this step by itself, and it is the last there is."""
        expect(self.stage).to_have_attribute("data-event", event)
        last = self.page.get_by_role("button", name="Last step")
        expect(last).to_have_attribute("aria-disabled", "true")

    def switch(self, label: str) -> None:
        """Press a switch or button under “Break it”."""
        self.page.get_by_role("button", name=re.compile("^Break it|^Broken")).click()
        self.page.get_by_test_id("stPopoverBody").get_by_text(label, exact=True).click()
        told = "Break it" if label == "Put everything right" else "Broken"
        expect(self.page.get_by_role("button", name=re.compile(f"^{told}"))).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stPopoverBody")).to_have_count(0)


def visit(page: Page, url: str) -> Learner:
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{url}/own-docker")
    expect(page.locator(".stage")).to_have_attribute("data-event", "Listening")
    expect(page.locator(".live")).to_have_class(re.compile(r"\bon\b"))
    expect(page.locator(".code-block pre")).to_have_count(3)
    expect(page.locator(".code-block pre").last).to_be_visible()  # inner_text() is empty before
    login, password, _pull = (code.inner_text() for code in page.locator(".code-block pre").all())
    found = re.search(r"--username (\S+) (\S+)", login)
    assert found
    return Learner(page, found[1], password.strip(), found[2])


Join = Callable[..., Learner]
"""Opens the page for one more learner."""
LOGIN = ("login", "--tls-verify=false")


Tool = Callable[..., "subprocess.CompletedProcess[str]"]
"""Runs a program with these words."""


def tool(name: str, folder: Path) -> Tool:
    """The program with credentials and images of its own."""
    need(name)
    stores = ("--root", str(folder / "root"), "--runroot", str(folder / "run"))
    before = (*stores, "--storage-driver", "vfs") if name in KEEPS_IMAGES else ()
    environment = {**os.environ, "REGISTRY_AUTH_FILE": str(folder / "auth.json")}

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [name, *before, *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    return run


KEEPS_IMAGES = ("buildah", "podman")
