"""Your own docker, with real ones: docker and skopeo drive it while Chromium looks on."""

import json
import os
import re
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from time import sleep

import pytest
from playwright.sync_api import expect

from simulator.live.attempts import AROUND
from tests.dockerd import Docker
from tests.pages import choose
from tests.web.own_docker import LOGIN, Join, Learner, Tool, tool
from tests.web.watching import frames, seen_values, turn_dark, watch

pytestmark = pytest.mark.xdist_group("docker")
SHOTS = Path(os.environ.get("PULLSCOPE_SCREENSHOTS", "build/screenshots"))


# -- docker -----------------------------------------------------------------------------------

BROKEN = (
    ("Revoke the password", "TokenRefused", "unauthorized: incorrect username or password"),
    ("Expire tokens", "AccessDenied", "unauthorized: authentication required"),
    ("Take away the right", "AccessDenied", "pull access denied for"),
    ("Corrupt the layers", "DigestMismatch", "filesystem layer verification failed"),
    ("Limit the rate", "RateLimited", "toomanyrequests"),
    ("503 for the next 3 requests", "ServerFailed", "503 Service Unavailable"),
)

PASSING = ("RateLimited", "ServerFailed")
"""After these, whoever asks again sooner than `AROUND` may be the same command that tries again."""


def test_docker_all_the_way(join: Join, docker: Docker) -> None:
    """Login wrong and right, each failure, pull, pull again, a shared layer, an unknown tag: each
    reaches its step, and real Docker says what the stage's terminal says."""
    me = join()
    assert docker("login", "-u", me.name, "-p", "wrong", me.host).returncode == 1
    me.reaches("TokenRefused")
    expect(me.page.locator(".rail [data-node=denied]")).to_have_class("failure now")
    assert docker("login", "-u", me.name, "-p", me.password, me.host).returncode == 0
    me.reaches("CredentialsStored")
    breaks_and_repairs(me, docker)
    assert docker("pull", me.image("app:1.0")).returncode == 0
    me.reaches("SessionEnded")
    expect(me.page.locator(".terminal")).to_contain_text("Status: Downloaded newer image for")
    again = docker("pull", me.image("app:1.0"))
    assert "Image is up to date" in again.stdout
    me.reaches("AlreadyUpToDate")
    expect(me.page.locator(".terminal")).to_contain_text("Status: Image is up to date for")
    shared = docker("pull", me.image("app:1.1"))
    assert shared.stdout.count("Already exists") == 2
    me.reaches("SessionEnded")
    expect(me.page.locator(".layers li", has_text="Already exists")).to_have_count(2)
    unknown = docker("pull", me.image("app:9.9"))
    me.reaches("ManifestUnknown")
    expect(me.page.locator(".terminal .error")).to_have_text(unknown.stderr.strip())
    expect(me.page.locator(".coach")).to_contain_text("It has: 1.0, 1.1, latest")


def breaks_and_repairs(me: Learner, docker: Docker) -> None:
    """The stage comes to the failure that Docker reports. Everything is repaired before the next
    one, and after the last one the pull works."""
    for switch, event, says in BROKEN:
        me.switch(switch)
        failed = docker("pull", me.image("myimage:latest"))
        assert failed.returncode == 1 and says in failed.stderr
        me.reaches(event)
        me.switch("Put everything right")
        if event in PASSING:
            sleep(AROUND)
    assert docker("pull", me.image("myimage:latest")).returncode == 0
    me.reaches("SessionEnded")


# -- skopeo, and the page ---------------------------------------------------------------------


def test_skopeo_while_one_looks_about(join: Join, tmp_path: Path) -> None:
    """Each kind of run by a client that asks with GET where Docker asks with HEAD; and what the
    page offers meanwhile."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    a_step_a_second(me, skopeo)
    recording_without_secrets(me)
    who_steps_back_stays_there(me, skopeo)
    pulls_and_fails(me, skopeo, tmp_path)
    pull_under_way(me, skopeo, tmp_path)
    page_fits(me)
    reload_keeps_the_account(me)
    other_commands(me)


def logs_in(me: Learner, skopeo: Tool, password: str = "") -> int:
    words = ("-u", me.name, "-p", password or me.password, me.host)
    return skopeo(*LOGIN, *words).returncode


def copies(me: Learner, skopeo: Tool, image: str, folder: Path) -> int:
    source, target = f"docker://{me.image(image)}", f"dir:{folder / image.replace(':', '-')}"
    return skopeo("copy", "--src-tls-verify=false", source, target).returncode


def a_step_a_second(me: Learner, skopeo: Tool) -> None:
    """At the slow pace every step is shown, one after the other."""
    me.page.emulate_media(reduced_motion="no-preference")
    pace = me.page.get_by_role("button", name="A step a second")
    pace.click()
    watch(me.page, ".stage", "data-event")
    assert logs_in(me, skopeo) == 0
    me.reaches("CredentialsStored")
    steps = ["LoginTyped", "CredentialsEntered", "Challenged", "TokenIssued"]
    assert [event for event in seen_values(me.page) if event in steps] == steps
    expect(me.page.locator(".client")).to_contain_text("skopeo")
    pace.click()
    me.page.emulate_media(reduced_motion="reduce")


def recording_without_secrets(me: Learner) -> None:
    """A file that the recordings' reader takes."""
    with me.page.expect_download() as download:
        me.page.get_by_role("link", name="Save this recording").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert json.loads(text)["command"] == f"skopeo login {me.host}"
    assert me.password not in text and "Bearer ••••••" in text


def who_steps_back_stays_there(me: Learner, skopeo: Tool) -> None:
    """New steps do not carry the learner away; Follow does, and so does reaching the end."""
    me.page.locator(".account h3").click()
    me.page.keyboard.press("Home")
    expect(me.stage).to_have_attribute("data-step", "1")
    assert logs_in(me, skopeo, "wrong") == 1
    expect(me.page.locator(".runs .fresh")).to_have_count(1)
    expect(me.stage).to_have_attribute("data-step", "1")
    me.page.get_by_role("button", name="Follow live").click()
    me.reaches("TokenRefused")
    me.page.locator(".runs button").first.click()
    expect(me.stage).to_have_attribute("data-event", "LoginTyped")
    me.page.get_by_role("button", name="Follow live").click()
    me.reaches("TokenRefused")
    expect(me.page.get_by_role("button", name="Follow live")).to_be_hidden()


def pulls_and_fails(me: Learner, skopeo: Tool, folder: Path) -> None:
    """An index, an unknown tag, and layers that are not as promised."""
    assert copies(me, skopeo, "multi:latest", folder) == 0
    me.reaches("SessionEnded")
    assert copies(me, skopeo, "app:9.9", folder) == 1
    me.reaches("ManifestUnknown")
    me.switch("Corrupt the layers")
    assert copies(me, skopeo, "app:1.1", folder) == 1
    me.reaches("DigestMismatch")
    me.switch("Put everything right")


def pull_under_way(me: Learner, skopeo: Tool, folder: Path) -> None:
    """While layers are on their way the run goes on, and its steps come one by one."""
    me.switch("Slow the link")
    copying = threading.Thread(target=copies, args=(me, skopeo, "app:1.0", folder))
    copying.start()
    expect(me.page.locator(".runs .going-on")).to_have_count(1)
    expect(me.stage).to_have_attribute("data-event", "BlobReceived")
    copying.join()
    me.reaches("SessionEnded")
    me.switch("Put everything right")


def page_fits(me: Learner) -> None:
    """Nothing overflows sideways; on a laptop the controls are in view with the commands."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        if theme == "dark":
            turn_dark(me.page)
        for name, width, height in (("phone", 390, 844), ("laptop", 1366, 768)):
            me.page.set_viewport_size({"width": width, "height": height})
            frames(me.page, 5)
            assert me.page.evaluate("document.documentElement.scrollWidth") <= width
            box = me.page.locator(".controls").bounding_box()
            assert name == "phone" or (box and box["y"] + box["height"] <= height)
            shot = SHOTS / f"own-docker-{name}-{theme}.png"
            me.page.screenshot(path=shot, full_page=name == "phone")


RUN_FIRST = """
if (sessionStorage.getItem("runFirst")) {
  const come = new Promise((done) => addEventListener("pullscope-live", done, { once: true }));
  const { json } = Response.prototype;
  Response.prototype.json = async function () { await come; return json.call(this); };
}"""
"""The stage unpacks what it is given only once the bar knows the run, as on a slow machine."""


def reload_keeps_the_account(me: Learner) -> None:
    """Docker stays logged in, so the page stays with the same account and what it has seen."""
    me.page.add_init_script(RUN_FIRST)
    me.page.evaluate("sessionStorage.setItem('runFirst', true)")
    me.page.reload()
    expect(me.page.locator(".code-block pre").nth(0)).to_contain_text(me.name)
    expect(me.page.locator(".code-block pre").nth(1)).to_have_text("password as before")
    me.reaches("SessionEnded")


def other_commands(me: Learner) -> None:
    """A new password; the commands are for the client that was chosen."""
    me.page.get_by_role("button", name="New password").click()
    codes = me.page.locator(".code-block pre")
    expect(codes.nth(1)).to_have_text(re.compile(r"^\S+-\S+-\S+$"))
    expect(codes.nth(1)).not_to_have_text(me.password)
    choose(me.page, "Client", "podman")
    expect(codes.nth(0)).to_contain_text("podman login --tls-verify=false")


def test_streamlit_alone_has_a_second_port(join: Join, address: str, tmp_path: Path) -> None:
    """`streamlit run app.py` serves the registry beside itself, and the page follows it."""
    me, skopeo = join(at=address), tool("skopeo", tmp_path)
    assert me.host not in address
    assert logs_in(me, skopeo) == 0
    me.reaches("CredentialsStored")


# -- two learners -----------------------------------------------------------------------------

GARBAGE = (
    b"\x00" * 64, b"\x16\x03\x01\x02\x00\x01\x00", b"SSH-2.0-OpenSSH_9.2\r\n",
    b"GET /v2/<script>alert(1)</script>/manifests/x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /v2/ HTTP/1.1\r\nHost: x\r\nUser-Agent: <img src=x onerror=alert(1)>\r\n\r\n",
    b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n%%%=&&&=;",
)  # fmt: skip


def test_two_learners_at_once(join: Join, docker: Docker, tmp_path: Path) -> None:
    """Both pull at the same time from the same machine; each page shows its own, and no more.
    Garbage breaks no page, and a login goes to the tab of its account."""
    ada, bob, skopeo = join(), join(), tool("skopeo", tmp_path)

    def of_ada() -> None:
        docker("login", "-u", ada.name, "-p", ada.password, ada.host)
        docker("pull", ada.image("app:1.0"))

    def of_bob() -> None:
        logs_in(bob, skopeo)
        copies(bob, skopeo, "app:1.0", tmp_path)

    threads = [threading.Thread(target=of_ada), threading.Thread(target=of_bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other, client in ((ada, bob, "skopeo"), (bob, ada, "Docker")):
        one.reaches("SessionEnded")
        expect(one.page.locator(".runs li")).to_have_count(1)
        content = one.page.locator(".stage").inner_text() + one.page.locator(".live").inner_text()
        assert one.name in content and other.name not in content
        expect(one.page.locator(".client")).not_to_contain_text(client)
    stray_hello(bob)
    garbage(ada.host)
    assert logs_in(ada, skopeo) == 0
    ada.reaches("CredentialsStored")
    expect(bob.stage).not_to_contain_text(ada.name)


def garbage(host: str) -> None:
    name, _, port = host.rpartition(":")
    for data in GARBAGE:
        with socket.create_connection((name, int(port)), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)


def stray_hello(last: Learner) -> None:
    """Of TLS, which the registry does not speak: the tab that was opened last shows a hint."""
    name, _, port = last.host.rpartition(":")
    with socket.create_connection((name, int(port)), timeout=10) as connection:
        context = ssl.create_default_context()
        with suppress(OSError):
            context.wrap_socket(connection, server_hostname="localhost")
    expect(last.page.locator(".coach")).to_contain_text("without https://")
