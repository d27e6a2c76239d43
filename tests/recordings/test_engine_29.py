"""Engine 29 (moby of 2026-08, containerd's store) in worlds beside the recordings, as it was seen
to answer; and the pushes of all tags on both engines."""

from typing import Any

from simulator.recordings.document import ENGINES, Recording
from tests.cases import each
from tests.recordings.worlds import TOKENS, fault, made, outcome, stored

HOST = "registry.example.com"
APP, NEW = f"{HOST}/team/app", f"{HOST}/team/new"
DIGEST = "sha256:ba17f4a5148a65d5c94afb8447f8795373a7c315a1a9e8eeeee13e2a3b8b90e1"
DAEMON = "Error response from daemon: "
RESOLVE = f'failed to resolve reference "{APP}:1.0": '
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
PAGE = "<html>\n</html>"
BEFORE: dict[str, Any] = {
    "commands_before": [f"docker pull {APP}:1.0", f"docker tag {APP}:1.0 {NEW}:1.0"]
}


def announced(change: dict[str, Any]) -> dict[str, Any]:
    """A registry whose answers about manifests have other headers."""
    action = {"edit_headers": change}
    return {"faults": [{"host": HOST, "path": "/manifests/", "action": action}]}


def pulled(*parts: dict[str, Any]) -> Recording:
    return made(f"docker pull {APP}:1.0", stored(HOST), *parts)


def pushed(status: int) -> Recording:
    page = fault("/manifests/", status, PAGE, "text/html", method="PUT")
    return made(f"docker push {NEW}:1.0", stored(HOST), BEFORE, page)


COMMIT = f'failed commit on ref "manifest-{DIGEST}": unexpected status from PUT request to '
AT = f"https://{HOST}/v2/team/new/manifests/1.0"
SAID = {
    "a status without a name": (
        pulled(fault("/manifests/", 520)),
        f"{DAEMON}unknown: {RESOLVE}unexpected status from HEAD request to "
        f"https://{HOST}/v2/team/app/manifests/1.0: 520",
    ),
    "no media type": (
        pulled(announced({"drop": ["Content-Type"]})),
        f"{DAEMON}failed to copy: httpReadSeeker: failed open: could not fetch content descriptor "
        f"{DIGEST} () from remote: not found",
    ),
    "an image announced as an index": (
        pulled(announced({"set": {"Content-Type": LIST}})),
        f"{DAEMON}children: invalid desc {DIGEST}: media-type: expected index but found manifest "
        f"({LIST})",
    ),
    "a page in place of the manifest alone": (
        pulled(fault("/manifests/sha256", 200, PAGE, "text/html")),
        f"short read: expected 945 bytes but got {len(PAGE)}: unexpected EOF",
    ),
    "a page, refused at the manifest": (pushed(413), f"unknown: {COMMIT}{AT}: 413 Request Entity "
                                                     "Too Large"),
}  # fmt: skip


@each("name", SAID)
def test_a_failure_is_told_as_by_the_engine(name: str) -> None:
    """The last line is the engine's own."""
    recording, said = SAID[name]
    found = outcome(recording, "29")
    assert (found.stderr[-1], found.exit_status) == (said, 1)


def test_the_resolver_names_another_release() -> None:
    """Without a digest the body is read, and text counts as a manifest of schema 1."""
    found = outcome(pulled(fault("/manifests/", 200, "", "text/plain")), "29")
    gone = "is no longer supported since containerd v2.0, please rebuild the image as"
    assert found.stderr[0].startswith(f"{DAEMON}{RESOLVE}not implemented: media type ")
    assert gone in found.stderr[0]


@each("status, count", [(429, 5), (500, 2), (503, 2), (502, 1)])
def test_a_manifest_is_sent_again(status: int, count: int) -> None:
    """Busy registries are asked five times, failing ones twice."""
    sent = [x for x in outcome(pushed(status), "29").requests if x.startswith(f"PUT {AT} ")]
    assert len(sent) == count


@each("engine", ENGINES)
def test_a_login_answers_each_scheme(engine: str) -> None:
    """Of two challenges the last one counts, which is Basic: the token is of no use."""
    both = [f'Bearer realm="https://auth.example.com/token",{TOKENS[-29:-1]}', 'Basic realm="x"']
    action = {"edit_headers_401": {"set": {"Www-Authenticate": both}}}
    front = {"faults": [{"host": "private.example.com", "path": "^/v2/", "action": action}]}
    login = "docker login -u alice --password-stdin private.example.com"
    found = outcome(made(login, front, stdin="s3cret\n"), "29" if engine == "29" else "26")
    failed = "login attempt to https://private.example.com/v2/ failed with status"
    assert found.stderr == (f"{DAEMON}{failed}: 401 Unauthorized",)


@each("engine", ENGINES)
def test_all_tags_of_a_repository_are_pushed(engine: str) -> None:
    """One heading, and each tag with its digest; the older engine looks at no layer twice."""
    known = "29" if engine == "29" else "26"
    more = {"commands_before": [*BEFORE["commands_before"], f"docker tag {APP}:1.0 {NEW}:2.0"]}
    found = outcome(made(f"docker push -a {NEW}", stored(HOST), more), known)
    ends = [line.partition(":")[0] for line in found.stdout if ": digest: " in line]
    assert ends == ["1.0", "2.0"]
    assert sum("Layer already exists" in line for line in found.stdout) == 3
    looked = [line for line in found.requests if line.startswith("HEAD ") and "/blobs/" in line]
    assert len(looked) == (16 if engine == "29" else 9)
    none = outcome(made(f"docker push --all-tags {HOST}/team/none"), known)
    assert none.stderr == (
        f"An image does not exist locally with the tag: {HOST}/team/none",
    )  # fmt: skip
    tagged = outcome(made(f"docker push -a {NEW}:1.0", stored(HOST), BEFORE), known)
    assert tagged.stderr == ("tag can't be used with --all-tags/-a",)


@each("engine", ENGINES)
def test_a_host_with_an_underscore_is_no_host_to_the_older_engine(engine: str) -> None:
    """The grammar of names takes it for a part of the repository, and engine 29 asks it."""
    found = outcome(made("docker pull my_host.lan/x:1"), "29" if engine == "29" else "26")
    said = 'Get "https:/v2/": http: no Host in request URL'
    if engine == "29":
        said = "lookup my_host.lan on 127.0.0.53:53: no such host"
    assert found.stderr[-1].endswith(said)
