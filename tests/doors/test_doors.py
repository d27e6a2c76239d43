"""Whatever comes in at a door: one clear sentence, no traceback, no generic error page."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from streamlit.testing.v1 import AppTest

from simulator.cli import main
from simulator.cli.common import DEBUG
from simulator.decoder.checks import fitting
from simulator.decoder.decode import decode
from simulator.progress.records import InvalidProgress, Progress
from simulator.protocol.reference import InvalidReference, Reference
from simulator.registry.serving import signer
from simulator.scenarios.model import scenario
from simulator.scenarios.real_run import InvalidRegistry, run_real
from simulator.shell import enter
from simulator.shell.values import DISK, LARGEST, Shell
from tests.cases import each
from tests.doors.malformed import (
    ADDRESSES,
    COMMANDS,
    ENVIRONMENT,
    LESSONS,
    MESSAGES,
    PROGRESS,
    RECORDINGS,
    REFERENCES,
    REGISTRIES,
    TERMINAL,
)
from tests.pages import PATIENCE, ROOT

SOON = 10.0
"""Seconds of the processor for a line in the terminal; an endless one takes hours."""
LONGEST = 3_000
"""Characters of a sentence about a wrong input: some list every scenario that there is."""


@pytest.fixture(autouse=True)
def as_people_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what shows tracebacks, and without the signer of an earlier test."""
    monkeypatch.delenv(DEBUG, raising=False)
    signer.cache_clear()


def called(*words: str) -> Result:
    return CliRunner().invoke(main, words, input="", prog_name="pullscope")


def check_refused(result: Result, status: int = 2) -> None:
    """The exit status and a sentence, without an exception of ours."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == status, result.output
    check_sentence(result.stderr.strip().splitlines()[-1])


def check_sentence(told: str) -> None:
    """One line that a person can read."""
    assert told.strip() and "\n" not in told and "Traceback" not in told
    assert "Pullscope's own" not in told and len(told) < LONGEST
    assert told.replace("\ufffd", "").isprintable()


def test_there_are_a_hundred() -> None:
    tables = (ADDRESSES, COMMANDS, ENVIRONMENT, LESSONS, MESSAGES, PROGRESS, RECORDINGS, REFERENCES,
              REGISTRIES, TERMINAL, ODD_PLACES)  # fmt: skip
    assert sum(map(len, tables)) > 100


@each("case", COMMANDS)
def test_a_command_line(case: str) -> None:
    check_refused(called(*COMMANDS[case]))


@each("registry", REGISTRIES)
def test_the_field_of_a_registry(registry: str) -> None:
    """Of the page and of the command line: it is refused before anything is asked."""
    with pytest.raises(InvalidRegistry) as refused:
        run_real(registry, "", "", "a/b:1")
    check_sentence(str(refused.value))


@each("text", REFERENCES)
def test_a_reference(text: str) -> None:
    with pytest.raises(InvalidReference) as refused:
        Reference.parse(text)
    check_sentence(str(refused.value))


@each("case", PROGRESS)
def test_a_file_of_progress(case: str) -> None:
    with pytest.raises(InvalidProgress) as refused:
        Progress.from_json(PROGRESS[case])
    check_sentence(str(refused.value))


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@each("case", RECORDINGS)
def test_a_recording(case: str, tmp_path: Path) -> None:
    file = written(tmp_path / "own.json", RECORDINGS[case])
    check_refused(called("run", "--source", "recording", "--recording", str(file)))


@each("case", LESSONS)
def test_a_lesson(case: str, tmp_path: Path) -> None:
    written(tmp_path / "lesson.yaml", LESSONS[case])
    check_refused(called("check", str(tmp_path)), 2)


ELSEWHERE = ("/dev/zero", "/dev/tty", "lesson.yaml", "/etc/hosts", "..", "pipe")


@each("target", ELSEWHERE)
def test_a_lesson_that_is_a_link(target: str, tmp_path: Path) -> None:
    """To a device without end, a pipe without a writer, itself, a folder, or another text."""
    folder = tmp_path / f"lesson-{ELSEWHERE.index(target)}"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "lesson.yaml").symlink_to(target)
    check_refused(called("check", str(folder)), 2)


@each("case", MESSAGES)
def test_a_message(case: str) -> None:
    """Into the decoder: it is read, or it is said that it is no message of ours."""
    decoded = decode(MESSAGES[case])
    for one in fitting(decoded, decoded.verdict):
        assert one.commands["linux"].isprintable()


@each("case", TERMINAL)
def test_a_line_in_the_terminal(case: str) -> None:
    """It is answered, soon, and the session does not grow without end."""
    known = scenario("works")
    began = time.process_time()
    shell = enter(Shell(known.world(), known.state("29").client), TERMINAL[case])
    assert time.process_time() - began < SOON
    assert sum(map(len, [*shell.files.values(), *shell.variables.values()])) < 2 * DISK
    assert all(len(line.text) <= 2 * LARGEST for line in shell.lines)


@each("case", ENVIRONMENT)
def test_the_environment(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, value, words = ENVIRONMENT[case]
    monkeypatch.setenv(name, value)
    check_refused(called(*words))


@pytest.mark.parametrize(("page", "query"), ADDRESSES)
def test_an_address(page: str, query: dict[str, str]) -> None:
    """The page is drawn; no exception is on it, and a warning is text."""
    test = AppTest.from_file(str(ROOT / (page or "app.py")), default_timeout=PATIENCE)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    for told in (*test.error, *test.warning):
        assert "Pullscope's own" not in told.value and "![a](" not in told.value


# -- where an image is kept -----------------------------------------------------------------------


def a_file(folder: Path) -> Path:
    return written(folder / "file", "text")


def a_broken_index(folder: Path) -> Path:
    written(folder / "index.json", "[[[")
    written(folder / "oci-layout", '{"imageLayoutVersion":"1.0.0"}')
    return folder


def an_index_of_another_shape(folder: Path) -> Path:
    written(folder / "index.json", '{"manifests": 5}')
    written(folder / "oci-layout", '{"imageLayoutVersion":"1.0.0"}')
    return folder


def links(folder: Path) -> Path:
    """Whose targets must not be overwritten."""
    precious = written(folder / "precious", "mine")
    (folder / "out").mkdir()
    (folder / "out" / "oci-layout").symlink_to(precious)
    (folder / "out" / "index.json").symlink_to(precious)
    return folder / "out"


def not_a_layout(folder: Path) -> Path:
    written(folder / "letters.txt", "mine")
    return folder


ODD_PLACES: dict[str, Callable[[Path], Path]] = {
    "a file": a_file,
    "no place for a directory": lambda _: Path("/proc/x"),
    "below a file": lambda folder: a_file(folder) / "below",
    "a broken index": a_broken_index,
    "an index of another shape": an_index_of_another_shape,
    "links": links,
    "a directory of other things": not_a_layout,
}


def held(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("case", ODD_PLACES)
def test_an_odd_place_for_an_image(case: str, tmp_path: Path) -> None:
    """It is refused before the pull begins, and nothing in it is touched."""
    place = ODD_PLACES[case](tmp_path)
    before = held(tmp_path)
    words = ("--registry", "127.0.0.1:1", "--image", "a/b:1", "--output", str(place))
    check_refused(called("run", "--source", "real", *words))
    assert held(tmp_path) == before


def test_a_pull_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """There is no server at that port."""
    place = tmp_path / "out"
    result = called("run", "--source", "real", "--registry", "127.0.0.1:1", "--image", "a/b:1",
                    "--output", str(place))  # fmt: skip
    assert result.exit_code == 1 and not isinstance(result.exception, ValueError)
    assert not held(tmp_path)
