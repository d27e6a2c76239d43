"""A writable registry takes pushes: as a value, and from real clients."""

import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.protocol.authorization import Authorization
from simulator.protocol.digest import digest_of
from simulator.protocol.message import Request, Response
from simulator.registry import writing
from simulator.registry.answer import respond
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import (
    LARGEST_MANIFEST,
    LARGEST_PIECE,
    Served,
    running,
    uploaded,
)
from simulator.registry.tokens import issue
from tests.dockerd import Docker
from tests.need import need

PUSHER = {
    "alice": User("s3cret", ("team/*",), ("team/*",)),
    "bob": User("hunter2", ("*",)),
}
DATA = b"a layer, or so"
DIGEST = digest_of(DATA)
UPLOADS = "http://r/v2/team/new/blobs/uploads/"
MANIFEST = b'{"schemaVersion": 2, "config": {"digest": "%s"}, "layers": []}' % DIGEST.encode()


def writable(auth: Auth = Auth.BASIC) -> Registry:
    return Registry(auth=auth, users=PUSHER, repositories=repositories(), writable=True)


def ask(
    registry: Registry, method: str, url: str, payload: bytes = b"", user: str = "alice",
    headers: tuple[tuple[str, str], ...] = (),
) -> tuple[Response, Registry]:  # fmt: skip
    sent = Authorization.basic(user, PUSHER[user].password)
    told = respond(Request(method, url, headers, sent, payload=payload), registry)
    return told.response, told.registry


def begun(registry: Registry) -> tuple[str, Registry]:
    response, registry = ask(registry, "POST", UPLOADS)
    assert response.status == 202
    return response.header("Location") or "", registry


def pushed(registry: Registry) -> Registry:
    """With the blob and a manifest that names it."""
    where, registry = begun(registry)
    response, registry = ask(registry, "PUT", f"{where}&digest={DIGEST}", DATA)
    assert response.status == 201
    response, registry = ask(registry, "PUT", "http://r/v2/team/new/manifests/1.0", MANIFEST)
    assert response.status == 201
    return registry


def test_so_many_uploads_are_open_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is given up; one that goes on is not."""
    monkeypatch.setattr(writing, "MOST_UPLOADS", 3)
    first, registry = begun(writable())
    for _ in range(2):
        _, registry = begun(registry)
    assert ask(registry, "PATCH", first, DATA)[0].status == 202
    registry = ask(registry, "PATCH", first, DATA)[1]
    for _ in range(2):
        _, registry = begun(registry)
    assert len(registry.uploads) == 3 and ask(registry, "GET", first)[0].status == 204
    _, registry = begun(registry)
    assert ask(registry, "GET", first)[0].status == 404


def test_manifests_count_as_well() -> None:
    """Of what a registry takes in all, and each has a bound of its own."""
    before, after = writable(), pushed(writable())
    assert uploaded(after) - uploaded(before) == len(DATA) + len(MANIFEST)
    request = Request("PUT", "http://r/v2/team/new/manifests/1.0", (),
                      Authorization.basic("alice", "s3cret"))  # fmt: skip
    assert Served(before, "r").takes(request) == LARGEST_MANIFEST
    blob = replace(request, method="POST", url=UPLOADS)
    assert Served(before, "r").takes(blob) == LARGEST_PIECE


def test_what_is_pushed_can_be_pulled() -> None:
    """Blob, manifest and tag are there afterwards, and only in the registry afterwards."""
    before = writable()
    after = pushed(before)
    response, _ = ask(after, "GET", "http://r/v2/team/new/manifests/1.0")
    assert response.body == MANIFEST
    assert ask(after, "GET", f"http://r/v2/team/new/blobs/{DIGEST}")[0].body == DATA
    assert ask(before, "GET", "http://r/v2/team/new/manifests/1.0")[0].status == 404


def test_a_blob_comes_in_chunks_that_follow_each_other() -> None:
    """A chunk out of order is refused with 416, and says what is here (end-5, end-13)."""
    where, registry = begun(writable())
    response, registry = ask(registry, "PATCH", where, DATA[:4])
    assert (response.status, response.header("Range")) == (202, "0-3")
    for first in ("9", "9" * 5_000, "x"):  # of so many digits Python makes no number
        astray = (("Content-Range", f"{first}-12"),)
        response, registry = ask(registry, "PATCH", where, DATA[9:13], headers=astray)
        assert (response.status, response.header("Range")) == (416, "0-3")
    assert ask(registry, "GET", where)[0].status == 204
    follows = (("Content-Range", f"4-{len(DATA) - 1}"),)
    _, registry = ask(registry, "PATCH", where, DATA[4:], headers=follows)
    response, registry = ask(registry, "PUT", f"{where}&digest={DIGEST}")
    assert response.status == 201
    assert ask(registry, "GET", f"http://r/v2/team/new/blobs/{DIGEST}")[0].body == DATA
    assert registry.uploads == {}


def test_a_wrong_digest_stores_nothing() -> None:
    where, registry = begun(writable())
    response, registry = ask(registry, "PUT", f"{where}&digest={digest_of(b'x')}", DATA)
    assert response.status == 400
    assert "team/new" not in registry.repositories


@pytest.mark.parametrize(
    ("source", "status"), [("team/app", 201), ("other/secret", 202), ("team/none", 202)]
)
def test_a_mount_needs_the_right_to_pull_there(source: str, status: int) -> None:
    """Where it is not given, an upload begins in its place (end-11)."""
    registry = writable()
    held = {**registry.repositories}.get(source)
    digest = next(iter(held.blobs)) if held else DIGEST
    response, after = ask(registry, "POST", f"{UPLOADS}?mount={digest}&from={source}")
    assert response.status == status
    assert ("team/new" in after.repositories) == (status == 201)


def test_a_manifest_needs_what_it_names() -> None:
    response, _ = ask(writable(), "PUT", "http://r/v2/team/new/manifests/1.0", MANIFEST)
    assert (response.status, b"MANIFEST_BLOB_UNKNOWN" in response.body) == (400, True)


def test_tags_and_blobs_can_be_deleted() -> None:
    """A tag alone, a manifest with its tags, a blob (end-9, end-10)."""
    held = pushed(writable())
    response, left = ask(held, "DELETE", "http://r/v2/team/new/manifests/1.0")
    assert (response.status, left.repositories["team/new"].tags) == (202, {})
    assert left.repositories["team/new"].manifests
    _, left = ask(held, "DELETE", f"http://r/v2/team/new/manifests/{digest_of(MANIFEST)}")
    assert not left.repositories["team/new"].manifests
    response, left = ask(held, "DELETE", f"http://r/v2/team/new/blobs/{DIGEST}")
    assert (response.status, dict(left.repositories["team/new"].blobs)) == (202, {})


def test_a_token_to_pull_does_not_push() -> None:
    """A push needs each right of its scope in the token, not one of them."""
    registry = replace(writable(Auth.BEARER), service="registry.example.com")
    for rights, status in ((("pull",), 401), (("push",), 401), (("pull", "push"), 202)):
        access = (("repository", "team/new", rights),)
        bearer = Authorization.bearer(issue(registry, "alice", access, registry.clock))
        told = respond(Request("POST", UPLOADS, (), bearer), registry).response
        assert told.status == status, rights
        if status == 401:
            assert 'error="insufficient_scope"' in (told.header("Www-Authenticate") or "")


def test_what_is_public_is_for_pulling() -> None:
    """All may pull it; a push needs the right to push, even there."""
    registry = replace(writable(), public=("public/*",))
    response, _ = ask(registry, "POST", "http://r/v2/public/hello/blobs/uploads/")
    assert response.status == 403
    assert ask(registry, "GET", "http://r/v2/public/hello/tags/list")[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_those_who_may_push_change_anything(method: str) -> None:
    """bob may pull all, and push nothing; a registry that is not writable takes nothing."""
    held = pushed(writable())
    url = UPLOADS if method == "POST" else "http://r/v2/team/new/manifests/1.0"
    response, after = ask(held, method, url, MANIFEST, user="bob")
    assert response.status in (403, 405)
    assert after == held
    closed = replace(held, writable=False)
    response, after = ask(closed, method, url, MANIFEST)
    assert (response.status, after) == (405, closed)


# -- real clients -----------------------------------------------------------------------------


def login(docker: Docker, served: Served) -> None:
    done = docker("login", served.host, "-u", "alice", "--password-stdin", typed="s3cret\n")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("auth", [Auth.BASIC, Auth.BEARER])
def test_docker_pushes_what_it_pulled(auth: Auth, docker: Docker) -> None:
    """Pull, tag, push (layers are mounted), push again, and pull from there."""
    with running(writable(auth)) as served:
        login(docker, served)
        there = f"{served.host}/team/copy:2.0"
        docker("pull", f"{served.host}/team/app:1.0")
        docker("tag", f"{served.host}/team/app:1.0", there)
        first, second = docker("push", there), docker("push", there)
        docker("image", "prune", "--all", "--force")
        again = docker("pull", there)
    assert first.returncode == 0, first.stderr
    assert "Mounted from team/app" in first.stdout
    assert "Layer already exists" in second.stdout
    assert "Downloaded newer image" in again.stdout, again.stderr
    docker("image", "prune", "--all", "--force")


def test_docker_uploads_what_the_registry_lacks(docker: Docker) -> None:
    """From another registry nothing can be mounted: POST, PATCH, PUT."""
    with running(writable(Auth.NONE)) as source, running(writable(Auth.BEARER)) as served:
        login(docker, served)
        docker("pull", f"{source.host}/team/app:1.1")
        docker("tag", f"{source.host}/team/app:1.1", f"{served.host}/team/new:1.0")
        done = docker("push", f"{served.host}/team/new:1.0")
        denied = docker("tag", f"{source.host}/team/app:1.1", f"{served.host}/other/x:1.0")
        denied = docker("push", f"{served.host}/other/x:1.0")
    assert done.returncode == 0, done.stderr
    assert "Pushed" in done.stdout
    assert "1.0" in served.registry.repositories["team/new"].tags
    assert "denied: requested access to the resource is denied" in denied.stderr
    docker("image", "prune", "--all", "--force")


def test_skopeo_copies_there_and_back(tmp_path: Path) -> None:
    need("skopeo")
    with running(writable(Auth.BEARER)) as served:
        host = f"docker://{served.host}"
        words = ("--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds=alice:s3cret")
        to = ("--dest-creds=alice:s3cret", f"{host}/team/app:1.0", f"{host}/team/sk:1.0")
        run("skopeo", "copy", *words, *to)
        run("skopeo", "copy", *words, f"{host}/team/sk:1.0", f"dir:{tmp_path}")
    assert (tmp_path / "manifest.json").exists()


def test_podman_pushes() -> None:
    need("podman")
    with tempfile.TemporaryDirectory(prefix="p-") as short:  # podman takes no long path
        push_with_podman(f"--root={short}/r", f"--runroot={short}/n", "--storage-driver=vfs")


def push_with_podman(*storage: str) -> None:
    with running(writable(Auth.BEARER)) as served:
        with_creds = ("--tls-verify=false", "--creds=alice:s3cret")
        run("podman", *storage, "pull", *with_creds, f"{served.host}/team/app:1.0")
        there = f"{served.host}/team/pod:1.0"
        run("podman", *storage, "push", *with_creds, f"{served.host}/team/app:1.0", there)
    assert "1.0" in served.registry.repositories["team/pod"].tags


def run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
