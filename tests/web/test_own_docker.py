"""Your own docker, with real ones: docker, skopeo and buildah drive it while Chromium looks on."""

import json
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.dockerd import Docker
from tests.pages import app, choose, free_port
from tests.web.own_docker import LOGIN, Join, pullscope_app, tool, visit
from tests.web.proxies import nginx
from tests.web.watching import frames, seen_values, turn_dark, watch

pytestmark = pytest.mark.xdist_group("docker")
SHOTS = Path(os.environ.get("PULLSCOPE_SCREENSHOTS", "build/screenshots"))


# -- docker -----------------------------------------------------------------------------------


def test_docker_all_the_way(join: Join, docker: Docker) -> None:
    """Login wrong and right, pull, pull again, a shared layer, an unknown tag: each reaches its
    step, and real Docker says what the stage's terminal says."""
    me = join()

    def types(*words: str) -> "subprocess.CompletedProcess[str]":
        return docker(*words)

    assert types("login", "-u", me.name, "-p", "wrong", me.host).returncode == 1
    me.reaches("TokenRefused")
    expect(me.page.locator(".rail [data-node=denied]")).to_have_class("failure now")
    assert types("login", "-u", me.name, "-p", me.password, me.host).returncode == 0
    me.reaches("CredentialsStored")
    assert types("pull", me.image("app:1.0")).returncode == 0
    me.reaches("SessionEnded")
    expect(me.page.locator(".terminal")).to_contain_text("Status: Downloaded newer image for")
    again = types("pull", me.image("app:1.0"))
    assert "Image is up to date" in again.stdout
    me.reaches("AlreadyUpToDate")
    expect(me.page.locator(".terminal")).to_contain_text("Status: Image is up to date for")
    shared = types("pull", me.image("app:1.1"))
    assert shared.stdout.count("Already exists") == 2
    me.reaches("SessionEnded")
    expect(me.page.locator(".layers li", has_text="Already exists")).to_have_count(2)
    unknown = types("pull", me.image("app:9.9"))
    me.reaches("ManifestUnknown")
    expect(me.page.locator(".terminal .error")).to_have_text(unknown.stderr.strip())
    expect(me.page.locator(".coach")).to_contain_text("It has: 1.0, 1.1, latest")


BROKEN = (
    ("Revoke the password", "TokenRefused", "unauthorized: incorrect username or password"),
    ("Expire tokens", "AccessDenied", "unauthorized: authentication required"),
    ("Take away the right", "AccessDenied", "pull access denied for"),
    ("Corrupt the layers", "DigestMismatch", "filesystem layer verification failed"),
    ("Limit the rate", "RateLimited", "toomanyrequests"),
    ("503 for the next 3 requests", "ServerFailed", "503 Service Unavailable"),
)


def test_break_it_and_see_docker_say_so(join: Join, docker: Docker) -> None:
    """The stage comes to the failure that Docker reports; put right, the pull works."""
    me = join()
    docker("login", "-u", me.name, "-p", me.password, me.host)
    me.reaches("CredentialsStored")
    for switch, event, says in BROKEN:
        me.switch(switch)
        failed = docker("pull", me.image("myimage:latest"))
        assert failed.returncode == 1 and says in failed.stderr
        me.reaches(event)
        me.switch("Put everything right")
        assert docker("pull", me.image("myimage:latest")).returncode == 0
        me.reaches("SessionEnded")
        docker("rmi", me.image("myimage:latest"))


# -- skopeo and buildah -----------------------------------------------------------------------


def test_skopeo(join: Join, tmp_path: Path) -> None:
    """It asks with GET where Docker asks with HEAD, and is shown as it does."""
    me, skopeo = join(), tool("skopeo", tmp_path)

    def copy(image: str) -> int:
        source = f"docker://{me.image(image)}"
        target = f"dir:{tmp_path / image.replace(':', '-')}"
        return skopeo("copy", "--src-tls-verify=false", source, target).returncode

    assert skopeo(*LOGIN, "-u", me.name, "-p", "wrong", me.host).returncode == 1
    me.reaches("TokenRefused")
    assert skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host).returncode == 0
    me.reaches("CredentialsStored")
    expect(me.page.locator(".client")).to_contain_text("skopeo")
    assert copy("multi:latest") == 0
    me.reaches("SessionEnded")
    assert copy("app:9.9") == 1
    me.reaches("ManifestUnknown")
    me.switch("Corrupt the layers")
    assert copy("app:1.1") == 1
    me.reaches("DigestMismatch")


def test_buildah(join: Join, tmp_path: Path) -> None:
    """It keeps images: the second pull leaves out what it holds, and so does a shared layer."""
    me, buildah = join(), tool("buildah", tmp_path)

    def pull(image: str) -> int:
        return buildah("pull", "--policy=always", "--tls-verify=false", me.image(image)).returncode

    assert buildah(*LOGIN, "-u", me.name, "-p", "wrong", me.host).returncode != 0
    me.reaches("TokenRefused")
    assert buildah(*LOGIN, "-u", me.name, "-p", me.password, me.host).returncode == 0
    me.reaches("CredentialsStored")
    assert pull("app:1.0") == 0
    me.reaches("SessionEnded")
    assert pull("app:1.1") == 0
    me.reaches("SessionEnded")
    expect(me.page.locator(".layers li", has_text="Already exists")).to_have_count(2)
    me.switch("Take away the right")
    assert pull("app:1.0") != 0
    me.reaches("AccessDenied")


def test_a_slow_link_shows_the_pull_under_way(join: Join, tmp_path: Path) -> None:
    """While layers are on their way the run goes on, and its steps come one by one."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host)
    me.reaches("CredentialsStored")
    me.switch("Slow the link")
    source, target = f"docker://{me.image('app:1.0')}", f"dir:{tmp_path / 'copy'}"
    copy = ("copy", "--src-tls-verify=false", source, target)
    copying = threading.Thread(target=skopeo, args=copy)
    copying.start()
    expect(me.page.locator(".runs .going-on")).to_have_count(1)
    expect(me.stage).to_have_attribute("data-event", "BlobReceived")
    copying.join()
    me.reaches("SessionEnded")


# -- two learners -----------------------------------------------------------------------------


def test_two_learners_at_once(join: Join, docker: Docker, tmp_path: Path) -> None:
    """Both pull at the same time from the same machine; each page shows its own, and no more."""
    ada, bob, skopeo = join(), join(), tool("skopeo", tmp_path)

    def of_ada() -> None:
        docker("login", "-u", ada.name, "-p", ada.password, ada.host)
        docker("pull", ada.image("app:1.0"))

    def of_bob() -> None:
        skopeo(*LOGIN, "-u", bob.name, "-p", bob.password, bob.host)
        skopeo(
            "copy",
            "--src-tls-verify=false",
            f"docker://{bob.image('app:1.0')}",
            f"dir:{tmp_path / 'copy'}",
        )

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


# -- the page ---------------------------------------------------------------------------------


def test_who_steps_back_stays_there(join: Join, tmp_path: Path) -> None:
    """New steps do not carry the learner away; Follow does, and so does reaching the end."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host)
    me.reaches("CredentialsStored")
    me.page.locator(".account h3").click()
    me.page.keyboard.press("Home")
    expect(me.stage).to_have_attribute("data-step", "1")
    skopeo(*LOGIN, "-u", me.name, "-p", "wrong", me.host)
    expect(me.page.locator(".runs .fresh")).to_have_count(1)
    expect(me.stage).to_have_attribute("data-step", "1")
    me.page.get_by_role("button", name="Follow live").click()
    me.reaches("TokenRefused")
    me.page.locator(".runs button").first.click()
    expect(me.stage).to_have_attribute("data-event", "LoginTyped")
    me.page.get_by_role("button", name="Follow live").click()
    me.reaches("TokenRefused")
    expect(me.page.get_by_role("button", name="Follow live")).to_be_hidden()


def test_a_reload_keeps_the_account(join: Join, tmp_path: Path) -> None:
    """Docker stays logged in, so the page stays with the same account and what it has seen."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host)
    me.reaches("CredentialsStored")
    me.page.reload()
    expect(me.page.get_by_test_id("stCode").nth(0)).to_contain_text(me.name)
    expect(me.page.get_by_test_id("stCode").nth(1)).to_have_text("password as before")
    me.reaches("CredentialsStored")
    me.page.get_by_role("button", name="New password").click()
    expect(me.page.get_by_test_id("stCode").nth(1)).to_have_text(re.compile(r"^\S+-\S+-\S+$"))


def test_a_step_a_second(join: Join, tmp_path: Path) -> None:
    """At the slow pace every step is shown, one after the other."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    me.page.get_by_role("button", name="A step a second").click()
    watch(me.page, ".stage", "data-event")
    skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host)
    me.reaches("CredentialsStored")
    steps = ["LoginTyped", "CredentialsEntered", "Challenged", "TokenIssued"]
    assert [event for event in seen_values(me.page) if event in steps] == steps


def test_the_recording_is_saved_without_secrets(join: Join, tmp_path: Path) -> None:
    """A file that the recordings' reader takes."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host)
    me.reaches("CredentialsStored")
    with me.page.expect_download() as download:
        me.page.get_by_role("link", name="Save this recording").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert json.loads(text)["command"] == f"skopeo login {me.host}"
    assert me.password not in text and "Bearer ••••••" in text


def test_a_new_password_and_other_commands(join: Join) -> None:
    """The commands are for the client and the image that were chosen."""
    me = join()
    me.page.get_by_role("button", name="New password").click()
    codes = me.page.get_by_test_id("stCode")
    expect(codes.nth(1)).not_to_have_text(me.password)
    choose(me.page, "Client", "podman")
    expect(codes.nth(0)).to_contain_text("podman login --tls-verify=false")


def test_streamlit_alone_has_a_second_port(join: Join, tmp_path: Path) -> None:
    """`streamlit run app.py` serves the registry beside itself, and the page follows it."""
    with app() as url:
        me, skopeo = join(at=url), tool("skopeo", tmp_path)
        assert me.host not in url
        skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host)
        me.reaches("CredentialsStored")
        me.page.close()  # before the server: a stream that breaks off is reported on the console


def test_for_a_class_behind_nginx(browser: Browser, tmp_path: Path) -> None:
    """With the proxy of `docs/hosting.md`: the page, its live events and the registry, over TLS."""
    skopeo, port = tool("skopeo", tmp_path), free_port()
    public = f"https://localhost:{port}"
    with pullscope_app("--class", "--public-url", public) as behind, nginx(tmp_path, port, behind):
        page = browser.new_page(ignore_https_errors=True)
        me = visit(page, public)
        assert me.host == f"localhost:{port}"
        assert skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host).returncode == 0
        me.reaches("CredentialsStored")
        target = f"dir:{tmp_path / 'copy'}"
        source = f"docker://{me.image('app:1.0')}"
        assert skopeo("copy", "--src-tls-verify=false", source, target).returncode == 0
        me.reaches("SessionEnded")
        page.close()


def test_the_page_fits(join: Join, tmp_path: Path) -> None:
    """Nothing overflows sideways; on a laptop the controls are in view with the commands."""
    me, skopeo = join(), tool("skopeo", tmp_path)
    for _ in range(3):
        skopeo(*LOGIN, "-u", me.name, "-p", "wrong", me.host)
    skopeo(*LOGIN, "-u", me.name, "-p", me.password, me.host)
    skopeo(
        "copy",
        "--src-tls-verify=false",
        f"docker://{me.image('app:1.0')}",
        f"dir:{tmp_path / 'copy'}",
    )
    me.reaches("SessionEnded")
    SHOTS.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        if theme == "dark":
            turn_dark(me.page)
        for name, width, height in (("laptop", 1366, 768), ("phone", 390, 844)):
            me.page.set_viewport_size({"width": width, "height": height})
            frames(me.page, 5)
            assert me.page.evaluate("document.documentElement.scrollWidth") <= width
            box = me.page.locator(".controls").bounding_box()
            assert name == "phone" or (box and box["y"] + box["height"] <= height)
            shot = SHOTS / f"own-docker-{name}-{theme}.png"
            me.page.screenshot(path=shot, full_page=name == "phone")
