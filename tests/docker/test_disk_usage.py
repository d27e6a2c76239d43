"""`docker system df`, as engines 26.1.5 and 29 were seen to answer."""

from simulator.recordings.document import ENGINES, Recording
from simulator.recordings.outcome import Outcome, played_outcomes
from simulator.recordings.scene import played, scene_of
from tests.cases import each
from tests.recordings.worlds import WORLD, stored

HOST = "registry.example.com"
HEAD = "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE"
NOTHING = (
    "Containers      0         0         0B        0B",
    "Local Volumes   0         0         0B        0B",
    "Build Cache     0         0         0B        0B",
)


def answers(*lines: str, engine: str) -> list[Outcome]:
    """What each command does in the laboratory, where alice is logged in."""
    one = {"stdout": "", "stderr": "", "exit_code": 0, "http": []}
    told = {**one, "commands": [{**one, "command": line} for line in lines]}
    world = {**WORLD, **stored(HOST)}
    engines = {"29": told, "26": told}
    known = {"name": "made", "group": "made", "world": world, "commands": lines}
    recording = Recording.model_validate({**known, "engines": engines})
    scene = scene_of(recording, "29" if engine == "29" else "26")
    return played_outcomes(scene, list(played(recording, scene)))


PULLS = tuple(f"docker pull {HOST}/team/{name}" for name in ("app:1.0", "app:1.1", "multi:latest"))
ONE = {
    "26": "Images          1         0         4.2MB     4.2MB (100%)",
    "29": "Images          1         0         8.447MB   8.447MB (100%)",
}
THREE = {
    "26": "Images          3         0         4.2MB     4.2MB (100%)",
    "29": "Images          3         0         8.471MB   33.31kB (0%)",
}
SHARES = {"26": ("4.2MB", "20B"), "29": ("8.437MB", "9.839kB")}


@each("engine", ENGINES)
def test_layers_that_several_images_have_count_once(engine: str) -> None:
    """Today's engine counts what each image has for itself as reclaimable, the older one all."""
    first = answers(PULLS[0], "docker system df", engine=engine)[1]
    assert first.stdout == (HEAD, ONE[engine], *NOTHING)
    third = answers(*PULLS, "docker system df", engine=engine)[3]
    assert third.stdout == (HEAD, THREE[engine], *NOTHING)


@each("engine", ENGINES)
def test_each_image_is_told_with_what_it_shares(engine: str) -> None:
    """`--verbose` has a table for each kind of object."""
    told = answers(*PULLS, "docker system df -v", engine=engine)[3].stdout
    row = next(line.split() for line in told if line.startswith(f"{HOST}/team/app   ")
               and " 1.0 " in line)  # fmt: skip
    assert (row[-3], row[-2]) == SHARES[engine]
    assert "Build cache usage: 0B" in told


def test_a_template_fills_a_row_for_each_kind() -> None:
    """`--format` knows JSON and tables."""
    lines = ("docker system df --format json", "docker system df --format 'table {{.Type}}'")
    first, second = (one.stdout for one in answers(*lines, engine="26"))
    assert first[0] == (
        '{"Active":"0","Reclaimable":"0B","Size":"0B","TotalCount":"0","Type":"Images"}'
    )
    assert second == ("TYPE", "Images", "Containers", "Local Volumes", "Build Cache")
