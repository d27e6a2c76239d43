"""Situations of commands that need an image, of `docker search`, and of a full disk."""

from typing import Any

from simulator.docker.events import Event
from simulator.docker.machine import Phase
from simulator.recordings.document import Engine, Recording
from tests.recordings.worlds import fault, made, steps_of, stored

HERE = "registry.example.com/team/app"
DAEMON = "Error response from daemon: "
KNOWN = stored("registry.example.com")
FILE = {"other_files_before": {"/home/alice/project/compose.yaml": [
    "services:\n  web:\n    image: registry.example.com/team/app:1.0\n", 420]}}  # fmt: skip
FOUND = (
    '{"results": [{"name": "team/app", "description": "An application that has a long story to '
    'tell", "star_count": 7, "is_official": true}]}'
)
HINT = "Run 'docker run --help' for more information"
SEARCH = "/v1/search"


def small(megabytes: int) -> dict[str, Any]:
    return {"disk": f"image store on a file system of {megabytes} MB"}


CASES: dict[str, tuple[Recording, int, str]] = {
    "a container of an image that is absent": (made(f"docker run --rm {HERE}:1.0", KNOWN), 0,
        f"Status: Downloaded newer image for {HERE}:1.0"),
    "a name that is none": (made("docker run a/Upper"), 125, HINT),
    "an image that is never pulled": (made(f"docker create --pull never {HERE}:1.0"), 1,
        f"{DAEMON}No such image: {HERE}:1.0"),
    "pulled in any case": (made(f"docker create --pull always {HERE}:1.0", KNOWN), 0,
        f"Status: Downloaded newer image for {HERE}:1.0"),
    "a policy that is none": (made(f"docker run --pull often {HERE}:1.0"), 125, HINT),
    "an image that is here": (
        made(f"docker create {HERE}:1.0", KNOWN, {"commands_before": [f"docker pull {HERE}:1.0"]}),
        0, ""),
    "arguments of the container": (made(f"docker run -it -e A=b {HERE}:1.0 sh -c ls", KNOWN), 0,
        f"Status: Downloaded newer image for {HERE}:1.0"),
    "no right to the socket": (made("docker run x", {"socket": "denied"}), 126, HINT),
    "no helper": (
        made(f"docker search {HERE}", {"config_json_before": {"credsStore": "lab"}}), 1, ""),
    "a service": (made("docker compose pull", KNOWN, FILE), 0, " web Pulled "),
    "no compose file": (made("docker compose pull"), 14,
        "no configuration file provided: not found"),
    "imagetools without a login": (made(f"docker buildx imagetools inspect {HERE}:1.0"), 1,
        "ERROR: pull access denied, repository does not exist or may require authorization: "
        "authorization failed: no basic auth credentials"),
    "imagetools without an engine": (
        made(f"docker buildx imagetools inspect {HERE}:1.0", KNOWN, {"socket": "absent"}), 0, ""),
    "imagetools of an index": (
        made("docker buildx imagetools inspect registry.example.com/team/multi", KNOWN), 0, ""),
    "a busy registry": (
        made(f"docker buildx imagetools inspect {HERE}:1.0", KNOWN, fault("/manifests/", 429)), 1,
        "ERROR: unexpected status from HEAD request to "
        f"https://{HERE.replace('/', '/v2/', 1)}/manifests/1.0: 429 Too Many Requests"),
    "a search that finds": (
        made(f"docker search {HERE}", fault(SEARCH, 200, FOUND, "application/json")), 0, ""),
    "a search in a page": (
        made(f"docker search {HERE}", fault(SEARCH, 200, "<html>", "text/html")), 1,
        f"{DAEMON}error decoding registry search results: "
        "invalid character '<' looking for beginning of value"),
    "a search with a scheme": (made("docker search https://registry.example.com/app"), 1,
        f"{DAEMON}invalid repository name: repository name (https://registry.example.com/app) "
        "should not have a scheme"),
    "a search without TLS": (made("docker search localhost:5001/app"), 1, ""),
    "a search without an engine": (made("docker search app", {"socket": "absent"}), 1, ""),
    "a search elsewhere": (made("docker search nosuch.example.com/app"), 1, ""),
    "a search that moves": (made(f"docker search {HERE}", {"faults": [
        {"host": "registry.example.com", "path": SEARCH,
         "action": {"respond_fn": ["redirect", 302, "/v1/search", "/v1/other"]}}]}), 1, ""),
    "no room for a layer": (
        made("docker pull registry.example.com/team/big", KNOWN, small(9)), 1, ""),
    "no room for the files": (
        made("docker pull registry.example.com/team/big", KNOWN, small(22)), 1, ""),
}  # fmt: skip
"""What happens -> the situation, the exit status, and the last line on standard error."""


def edges(engine: Engine) -> set[tuple[Phase, type[Event]]]:
    """The edges that these situations walk."""
    return {
        (step.before.phase, type(step.event))
        for recording, _status, _last in CASES.values()
        for run in steps_of(recording, engine)[1]
        for step in run
    }
