"""`docker images`, `rmi` and `inspect`: what the store does, and what real Docker does."""

import json
import time
from dataclasses import dataclass, field, replace

import pytest

from simulator.docker.cli.commands import Images
from simulator.docker.cli.parse import parse
from simulator.docker.machine import Client, State
from simulator.docker.output.tables import GAP, ago, human_size
from simulator.docker.output.tree import COLUMNS, SHORTEST_NAME, fitting
from simulator.docker.trace import Trace, run
from simulator.recordings import lab
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry
from simulator.registry.serving import running
from simulator.sources.mock import mock
from simulator.sources.world import Site, Tls, World
from tests.cases import each
from tests.dockerd import Docker

OPEN = Registry(auth=Auth.NONE, repositories=repositories())
DIGESTS = {f"{name}:{tag}": d for name, r in repositories().items() for tag, d in r.tags.items()}


@dataclass
class Machine:
    """Commands one after the other, each on the image store that the last one left."""

    engine: str
    host: str = "localhost:5000"
    width: int = 0
    client: Client = field(default_factory=Client)

    def __call__(self, *words: str) -> Trace:
        command = parse(" ".join(["docker", *words]))
        if isinstance(command, Images):
            command = replace(command, width=self.width)
        client = replace(self.client, engine=self.engine, now=int(time.time()))
        trace = run(State(client, (command,)), mock(World({self.host: Site(OPEN, Tls.PLAIN)})))
        self.client = trace.steps[-1].after.client
        return trace


def told(trace: Trace, kind: str = "output") -> list[str]:
    return [line.text for step in trace.steps for line in step.terminal if line.kind == kind]


def names(machine: Machine) -> set[str]:
    return {name.removeprefix(f"{machine.host}/") for name, _ in machine.client.images.images}


APP = "localhost:5000/team/app"

# -- what real Docker does --------------------------------------------------------------------


SESSION = (
    ("pull", "H/team/app:1.0"),
    ("pull", "H/team/app:1.1"),
    ("pull", "-q", "H/team/app:latest"),
    ("pull", "H/myimage"),
    ("images",),
    ("images", "--digests"),
    ("images", "-q"),
    ("image", "ls", "--no-trunc"),
    ("images", "H/team/app"),
    ("images", "H/*"),
    ("images", "ls"),
    ("rmi", "H/team/app:1.0", "nosuch", "H/myimage"),
    ("images",),
    ("rmi", "ID"),
    ("pull", "H/team/app:1.0"),
    ("pull", "H/team/app:latest"),
    ("rmi", "ID"),
    ("rmi", "-f", "ID"),
    ("rmi", "-f", "nosuch"),
    ("rmi", "deadbeef"),
    ("rmi", "H/Team/App"),
    ("images",),
    ("pull", f"H/myimage@{DIGESTS['myimage:latest']}"),
    ("images", "--digests"),
    ("rmi", f"H/myimage@{DIGESTS['myimage:latest']}"),
    ("pull", "H/team/multi"),
    ("images", "--digests"),
    ("rmi", "H/team/multi:latest"),
    ("image", "rm", "H/team/app:1.1"),
    ("image", "inspect", "H/team/app:1.1"),
    ("images",),
)
"""One session; `ID` stands for `IDENT`."""
HELD = repositories()["team/app"]
IDENT = json.loads(HELD.manifests[HELD.tags["1.0"]].data)["config"]["digest"][7:19]
"""The id of `team/app:1.0` and `latest` in the classic store."""


def test_docker_lists_and_removes_as_our_machine_says(docker: Docker) -> None:
    """Output and exit status of a whole session on a real classic store, command by command.

    Docker's own order of images of the same age, and of progress, is chance.
    """
    with running(OPEN) as served:
        ours = Machine("26", served.host)
        for words in SESSION:
            typed = [word.replace("H/", f"{served.host}/") for word in words]
            typed = [IDENT if word == "ID" else word for word in typed]
            done, trace = docker(*typed), ours(*typed)
            assert done.returncode == trace.failed, (words, done.stderr)
            if "pull" not in words:
                assert sorted(done.stdout.splitlines()) == sorted(told(trace)), words


def test_docker_inspects_as_our_machine_says(docker: Docker) -> None:
    """All fields that we tell are Docker's, and in its order; the rest is older or its own."""
    image = "public/hello"
    with running(OPEN) as served:
        ours = Machine("26", served.host)
        docker("pull", f"{served.host}/{image}")
        ours("pull", f"{served.host}/{image}")
        real = json.loads(docker("inspect", f"{served.host}/{image}").stdout)[0]
        mine = json.loads("\n".join(told(ours("inspect", f"{served.host}/{image}"))))[0]
    assert list(mine.items()) == [(key, value) for key, value in real.items() if key in mine]
    others = {"GraphDriver", "Metadata", "VirtualSize", "Container", "ContainerConfig"}
    assert real.keys() - mine.keys() == others


def test_docker_asks_for_all_of_it_again_after_rmi(docker: Docker) -> None:
    """A removed image leaves nothing behind: config and layers are asked for.

    The manifest too, once the engine has cleaned up; when it does so is chance.
    """
    with running(OPEN) as served:
        ours = Machine("26", served.host)
        image = f"{served.host}/team/oci"
        for words in (("pull", image), ("rmi", image)):
            docker(*words)
            ours(*words)
        before = len(served.exchanges)
        docker("pull", image)
        asked = {(x.request.method, x.request.path) for x in list(served.exchanges)[before:]}
        steps = [step.exchange for step in ours("pull", image).steps if step.exchange]
    requests = [x.request for x in steps if x.request.url.startswith("http:")]
    ours_asked = {(request.method, request.path) for request in requests}
    assert {path for _, path in ours_asked ^ asked if "/manifests/sha256:" not in path} == set()
    assert any("/blobs/" in path for _, path in asked)


# -- the containerd store, as moby's sources have it ------------------------------------------


def test_a_name_by_itself_takes_the_image_along() -> None:
    """The last name: untagged and deleted, and nothing is left."""
    machine = Machine("29")
    machine("pull", f"{APP}:1.0")
    trace = machine("rmi", f"{APP}:1.0")
    assert told(trace) == [
        f"Untagged: {APP}:1.0", f"Deleted: {DIGESTS['team/app:1.0']}",
    ]  # fmt: skip
    store = machine.client.images
    assert (store.images, store.blobs, store.manifests, store.configs) == ((), (), (), ())


@pytest.mark.parametrize("engine", ["29", "26"])
def test_one_tag_of_two_is_only_untagged(engine: str) -> None:
    """The other tag still needs the image."""
    machine = Machine(engine)
    machine("pull", f"{APP}:1.0")
    machine("pull", f"{APP}:latest")
    assert told(machine("rmi", f"{APP}:1.0")) == [f"Untagged: {APP}:1.0"]
    assert names(machine) == {"team/app:latest"}
    assert machine.client.images.blobs


@pytest.mark.parametrize("engine", ["29", "26"])
def test_an_id_with_two_tags_must_be_forced(engine: str) -> None:
    """Docker will not guess which name was meant; with -f all of them go."""
    machine = Machine(engine)
    machine("pull", f"{APP}:1.0")
    machine("pull", f"{APP}:latest")
    ident = told(machine("images", "-q"))[0]
    refused = machine("rmi", ident)
    assert told(refused, "error") == [
        f"Error response from daemon: conflict: unable to delete {ident} (must be forced) - "
        "image is referenced in multiple repositories"
    ]
    assert refused.failed
    assert not machine("rmi", "-f", ident).failed
    assert names(machine) == set()


def test_a_digest_means_every_tag_of_its_repository() -> None:
    """In containerd's store a digest names all that stands for it; in the classic one itself."""
    by_digest = f"{APP}@{DIGESTS['team/app:1.0']}"
    machine, classic = Machine("29"), Machine("26")
    for one in (machine, classic):
        one("pull", f"{APP}:1.0")
        one("pull", f"{APP}:latest")
    assert told(machine("rmi", by_digest))[-1] == f"Deleted: {DIGESTS['team/app:1.0']}"
    assert names(machine) == set()
    assert told(classic("rmi", by_digest)) == [f"Untagged: {by_digest}"]
    assert names(classic) == {"team/app:1.0", "team/app:latest"}


def test_a_name_by_digest_goes_with_the_only_tag() -> None:
    """Pulled by digest and by one tag: both names mean the same image."""
    machine = Machine("29")
    machine("pull", f"{APP}@{DIGESTS['team/app:1.1']}")
    machine("pull", f"{APP}:1.1")
    assert told(machine("rmi", f"{APP}:1.1")) == [
        f"Untagged: {APP}:1.1",
        f"Untagged: {APP}@{DIGESTS['team/app:1.1']}",
        f"Deleted: {DIGESTS['team/app:1.1']}",
    ]


def test_layers_that_another_image_needs_stay() -> None:
    """The classic store tells each layer that goes, from the top down to one that is shared."""
    machine = Machine("26")
    machine("pull", f"{APP}:1.0")
    machine("pull", f"{APP}:1.1")
    assert len([line for line in told(machine("rmi", f"{APP}:1.0")) if "Deleted" in line]) == 2
    assert len([line for line in told(machine("rmi", f"{APP}:1.1")) if "Deleted" in line]) == 4
    assert not machine.client.images.blobs


@pytest.mark.parametrize("engine", ["29", "26"])
def test_what_is_missing_is_told_after_what_was_done(engine: str) -> None:
    """Several names: those that are there go; the exit status still says that one was not."""
    machine = Machine(engine)
    machine("pull", f"{APP}:1.0")
    trace = machine("rmi", "nosuch", f"{APP}:1.0", "Nosuch")
    assert trace.failed
    assert told(trace)[0] == f"Untagged: {APP}:1.0"
    assert told(trace, "error") == [
        "Error response from daemon: No such image: nosuch:latest",
        "Error response from daemon: invalid reference format: "
        "repository name (library/Nosuch) must be lowercase",
    ]
    assert not machine("rmi", "-f", "nosuch").failed


MISSING = {
    ("29", ("inspect",)): "error: no such object: nosuch",
    ("26", ("inspect",)): "Error: No such object: nosuch",
    ("29", ("image", "inspect")): "Error response from daemon: No such image: nosuch:latest",
    ("26", ("image", "inspect")): "Error response from daemon: No such image: nosuch:latest",
}


@each("case", MISSING)
def test_an_inspection_of_nothing_is_an_empty_list(case: tuple[str, tuple[str, ...]]) -> None:
    """Both an answer and an error."""
    engine, words = case
    trace = Machine(engine)(*words, "nosuch")
    assert (told(trace), told(trace, "error")) == (["[]"], [MISSING[case]])
    assert trace.failed


def test_docker_29_knows_where_an_image_came_from() -> None:
    """Beside its descriptor; the classic store has neither."""
    machine = Machine("29")
    machine("pull", f"{APP}:1.0")
    told_of = json.loads("\n".join(told(machine("inspect", f"{APP}:1.0"))))[0]
    assert told_of["Identity"] == {"Pull": [{"Repository": APP}]}
    assert told_of["Descriptor"]["digest"] == told_of["Id"] == DIGESTS["team/app:1.0"]
    assert told_of["Config"] == {"Env": ["PATH=/usr/bin:/bin"], "Cmd": ["/app"]}


def test_a_moved_tag_leaves_an_image_without_a_name() -> None:
    """Engine 26 shows it with its repository; engine 29 only where all images are asked for."""
    held = {engine: Machine(engine) for engine in ("29", "26")}
    for machine in held.values():
        machine("pull", f"{APP}:1.1")
        digest = dict(machine.client.images.images)[f"{APP}:1.1"]
        lost = APP if machine.engine == "26" else "<none>"
        images = ((f"{lost}@{digest}", digest),)
        store = replace(machine.client.images, images=images)
        machine.client = replace(machine.client, images=store)
    assert [line.split()[:2] for line in told(held["26"]("images"))[1:]] == [[APP, "<none>"]]
    assert told(held["29"]("images"))[1:] == []
    assert told(held["29"]("images", "-a"))[1].startswith("<untagged>")
    assert told(held["29"]("images", "-aq")) == [DIGESTS["team/app:1.1"][7:19]]


# -- tables -----------------------------------------------------------------------------------


def test_docker_29_shows_its_own_view() -> None:
    """Name, id, what is on disk and what was downloaded, right-aligned; sorted by name."""
    machine = Machine("29")
    machine("pull", f"{APP}:1.1")
    machine("pull", f"{APP}:1.0")
    first, second = (DIGESTS[f"team/app:{tag}"][7:19] for tag in ("1.0", "1.1"))
    assert told(machine("images")) == [
        "IMAGE                         ID             DISK USAGE   CONTENT SIZE   EXTRA",
        f"{APP}:1.0   {first}        862kB          442kB        ",
        f"{APP}:1.1   {second}        862kB          442kB        ",
    ]


def test_on_a_terminal_docker_29_adds_a_legend_and_drops_columns() -> None:
    """The legend is at the right; a name that is too long has a line of its own."""
    machine = Machine("29", width=100)
    machine("pull", f"{APP}:1.0")
    wide = told(machine("images"))
    assert wide[0] == "i Info →   U  In Use".rjust(100)
    assert wide[1].endswith("EXTRA")
    machine.width = 30
    narrow = told(machine("images"))
    assert narrow[1] == "IMAGE".ljust(15) + "   ID          "
    assert narrow[2] == f"{APP}:1.0"
    assert narrow[3].split() == [DIGESTS["team/app:1.0"][7:19]]


def test_who_asks_for_digests_still_gets_a_table() -> None:
    """Docker 29's view has no digests, so `--digests` is the table of old."""
    machine = Machine("29")
    machine("pull", f"{APP}:1.0")
    head, row = told(machine("images", "--digests"))
    assert head.split() == ["REPOSITORY", "TAG", "DIGEST", "IMAGE", "ID", "CREATED", "SIZE"]
    assert DIGESTS["team/app:1.0"] in row


@pytest.mark.parametrize(
    ("engine", "lines"),
    [("29", 1), ("26", 2)],
)
def test_a_subcommand_typed_after_images_is_noticed(engine: str, lines: int) -> None:
    """`docker images ls` finds nothing and says what was meant; `docker image ls ls` does not."""
    machine = Machine(engine)
    hint = told(machine("images", "ls"), "error")
    assert len(hint) == lines
    assert hint[-1] == 'No images found matching "ls": did you mean "docker image ls"?'
    assert told(machine("image", "ls", "ls"), "error") == []


SIZES = {0: "0B", 999: "999B", 1000: "1kB", 420_064: "420kB", 4_200_037: "4.2MB", 15e9: "15GB"}


@each("size", SIZES)
def test_sizes_have_three_digits(size: int) -> None:
    """Decimal units."""
    assert human_size(size) == SIZES[size]


AGES = {
    0: "Less than a second", 1: "1 second", 59: "59 seconds", 61: "About a minute",
    600: "10 minutes", 3600: "About an hour", 47 * 3600: "47 hours", 50 * 3600: "2 days",
    21 * 86400: "3 weeks", 90 * 86400: "3 months", 800 * 86400: "2 years",
}  # fmt: skip


@each("seconds", AGES)
def test_ages_are_rough(seconds: int) -> None:
    """In the words of Docker's CLI."""
    assert ago("2026-01-01T00:00:00Z", lab.NOW + seconds) == f"{AGES[seconds]} ago"
    assert ago("", lab.NOW) == ago("2026-01-01T00:00:00Z", 0) == "N/A"


ROOM = [
    (0, 4), (80, 4), (63, 4), (62, 3), (55, 3), (54, 2), (40, 2), (39, 1), (27, 1), (26, 0),
]  # fmt: skip
"""Characters of a terminal (0: not a terminal), and how many columns have room beside a name of 12
characters: they are 12, 10, 12 and 5 wide, with a gap of 3 before each."""


@each(("width", "columns"), ROOM)
def test_columns_that_do_not_fit_are_left_out(width: int, columns: int) -> None:
    """From the right, one by one; the name keeps at least 12 characters."""
    kept, room = fitting(width)
    assert [title for title, _, _ in kept] == [title for title, _, _ in COLUMNS[:columns]]
    if width:
        assert room == width - sum(size + GAP for _, size, _ in kept) and room >= SHORTEST_NAME
