"""Commands that need an image (`docker run`, compose, buildx), `docker search`, and a full disk."""

from simulator.recordings.document import ENGINES
from tests.cases import each
from tests.docker.containers import CASES
from tests.recordings.worlds import made, outcome


@each("name", CASES)
def test_a_pull_for_something_else_ends_as_docker_says(name: str) -> None:
    """Both engines end alike; standard output belongs to the container."""
    recording, status, last = CASES[name]
    for engine in ENGINES:
        told = outcome(recording, engine)
        assert told.exit_status == status
        assert told.stderr[-1:] == (last,) or not last


def test_docker_run_without_an_engine_ends_as_a_shell_does() -> None:
    """The newer CLI says "no such file", the older one does not (tried with CLI 28.2.2)."""
    absent = made("docker run x", {"socket": "absent"})
    assert [outcome(absent, engine).exit_status for engine in ENGINES] == [127, 125]


def test_a_search_is_a_table() -> None:
    """A description longer than 45 characters is cut."""
    told = outcome(CASES["a search that finds"][0], "29")
    assert told.stdout == (
        "NAME       DESCRIPTION                                    STARS     OFFICIAL",
        "team/app   An application that has a long story to tell   7         [OK]",
    )


def test_imagetools_reads_no_more_than_the_index() -> None:
    """buildx sends what it was challenged for, and fetches neither a platform nor a blob."""
    told = outcome(CASES["imagetools of an index"][0], "29")
    assert [line.split()[0] for line in told.requests] == ["HEAD", "HEAD", "GET"]
    assert sum("Platform:" in line for line in told.stdout) >= 2
    assert told.images == ()


def test_a_full_disk_names_what_was_written() -> None:
    for engine in ENGINES:
        for name in ("no room for a layer", "no room for the files"):
            told = outcome(CASES[name][0], engine)
            assert told.stderr[-1].endswith(": no space left on device")
            assert told.images == ()
