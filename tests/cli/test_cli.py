"""The command line: exit statuses, one sentence for bad input, and no secret printed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner, Result

from simulator.authoring.new import create
from simulator.cli import main
from simulator.docker.trace import Trace
from simulator.recordings.document import RECORDED, recorded
from simulator.recordings.fidelity import unreached
from simulator.recordings.normalise import NORMALISED
from simulator.recordings.replayed import replayed
from simulator.recordings.situations import recorded_situations
from simulator.recordings.situations import trace as run
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import running
from simulator.scenarios.model import scenarios
from tests.cases import each
from tests.pages import PATIENCE, ROOT, free_port, wait_for


def called(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=typed, prog_name="pullscope")


REAL = ("run", "--source", "real", "--registry", "localhost:1")
RECORDING = ("run", "--source", "recording", "--recording")

BAD_INPUT = {
    "unknown command": (("pul",), "No such command 'pul'"),
    "unknown scenario": (("run", "--scenario", "nonsense"), "unknown scenario 'nonsense': choose"),
    "unknown engine": (("run", "--engine", "1"), "'1' is not one of '29', '26'"),
    "unknown source": (("run", "--source", "cloud"), "'cloud' is not one of"),
    "registry on the mock": (("run", "--registry", "r.example"), "--registry is for --source real"),
    "scenario on a real one": ((*REAL, "--scenario", "works"), "--scenario is for --source mock"),
    "no registry": (("run", "--source", "real", "--image", "a"), "needs --registry"),
    "no image": (REAL, "needs --image"),
    "a bad reference": ((*REAL, "--image", "Team/App"), "must be lowercase"),
    "a registry with a scheme": (
        ("run", "--source", "real", "--registry", "https://r.example", "--image", "a"),
        "is not a registry: give host or host:port, no scheme",
    ),
    "a password without a user": ((*REAL, "--image", "a", "--password-stdin"), "needs --username"),
    "a user without a password": ((*REAL, "--image", "a", "--username", "u"), "--password-stdin"),
    "an empty password": (
        (*REAL, "--image", "a", "--username", "u", "--password-stdin"), "is empty",
    ),
    "a recording on the mock": (("run", "--recording", "a"), "is for --source recording: add it"),
    "no recording": (("run", "--source", "recording"), "needs --recording: a name or a file"),
    "an unknown recording": ((*RECORDING, "nonsense"), "no recording and no file 'nonsense'"),
    "a file that is no recording": (
        (*RECORDING, "README.md"), "README.md: the document: Invalid JSON",
    ),
    "a folder for a recording": ((*RECORDING, "tests"), "tests: cannot be read: Is a directory"),
    "a recording and a scenario": (
        (*RECORDING, "logout", "--scenario", "works"), "--scenario is for --source mock",
    ),
    "a recording and a registry": (
        (*RECORDING, "logout", "--registry", "r"), "--registry is for --source real",
    ),
    "a port that is none": (("registry", "--port", "70000"), "is not in the range"),
    "an unknown image": (("registry", "--image", "nosuch"), "there is no image 'nosuch'"),
    "an unknown fault": (("registry", "--fault", "blob:rust"), "is not PART:STATUS"),
    "a user without a right": (("registry", "--user", "bob"), "is not NAME:PATTERN"),
    "a user without password": (("registry", "--user", "bob:*"), "no password for bob"),
    "a host that is none": (("registry", "--host", "192.0.2.1"), "cannot listen at 192.0.2.1"),
    "an unknown change": (("compare", "works", "--change", "x"), "unknown change 'x': choose one"),
    "another unknown scenario": (("compare", "works", "x"), "unknown scenario 'x': choose one"),
    "a change and another run": (
        ("compare", "works", "basic", "--change", "tag"), "leave out the other run",
    ),
    "no lesson there": (("check", "/nonexistent"), "lesson.yaml: cannot be read: No such file"),
    "no recordings there": (("fidelity", "/nonexistent"), "no recordings in /nonexistent: give a"),
    "recordings of an unknown engine": (("fidelity", "--engine", "1", "."), "'1' is not one of"),
    "nothing to build": (("build", "/nonexistent"), "lesson.yaml: cannot be read: No such file"),
}  # fmt: skip


@each("case", BAD_INPUT)
def test_bad_input_is_one_sentence_and_status_2(case: str) -> None:
    """The fault, its place, and how to put it right; never a traceback."""
    words, sentence = BAD_INPUT[case]
    result = called(*words, typed="")
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout == ""


def test_a_port_in_use_is_one_sentence_and_status_2() -> None:
    """The port is named."""
    with running(Registry()) as served:
        port = served.host.rpartition(":")[2]
        result = called("registry", "--port", port)
    assert result.exit_code == 2
    assert f"127.0.0.1:{port}: address already in use; choose another" in result.stderr


BAD_LESSONS = {
    "not YAML": ("title: [", "lesson.yaml:1: "),
    "no title": ("topic: Docker\n", "lesson.yaml:1: title: Field required"),
    "not UTF-8": (b"\xff\xfe\xff", "lesson.yaml:1: not YAML in UTF-8"),
}


@pytest.mark.parametrize("case", BAD_LESSONS)
def test_a_bad_lesson_file_is_one_sentence_and_status_2(case: str, tmp_path: Path) -> None:
    """File, line, and what is wrong."""
    content, sentence = BAD_LESSONS[case]
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / "lesson.yaml").write_bytes(data)
    result = called("check", str(tmp_path))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert sentence in result.stderr


@each("engine", ["29", "26"])
@each("name", list(scenarios()))
def test_a_scenario_is_printed(name: str, engine: str) -> None:
    """The terminal's lines and the table; status 1 exactly when the run failed."""
    result = called("run", "--scenario", name, "--engine", engine)
    trace = run(name, engine)
    assert result.exit_code == trace.failed
    printed = " ".join(result.stdout.split())
    for step in trace.steps:
        for line in step.terminal:
            assert " ".join(line.text.split()) in printed
    assert "Process table" in printed


def test_json_is_the_trace() -> None:
    """`--json` prints what reads back as the same trace."""
    result = called("run", "--scenario", "no-right", "--json")
    assert result.exit_code == 1
    assert Trace.from_json(result.stdout) == run("no-right")


def test_scenarios_lists_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name is there, and in a pipe every text is whole."""
    monkeypatch.delenv("COLUMNS", raising=False)  # the tests' own processes have one
    result = called("scenarios")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in (*scenarios(), *recorded_situations()))
    told = [word for one in scenarios().values() for word in (one.title, one.cause) if word]
    assert len(told) > 40 and not [word for word in told if word not in result.stdout]
    only = called("scenarios", "--recorded").stdout
    assert "pull_no_login" in only and "wrong-password" not in only


@each("engine", ["29", "26"])
@each("name", ["pull_no_login", "login_basic_ok_stdin"])
def test_a_recording_is_replayed_by_name_or_file(name: str, engine: str, tmp_path: Path) -> None:
    """The terminal shows what Docker printed; the exit status is Docker's."""
    told = recorded()[name].engines["26" if engine == "26" else "29"]
    by_name = called(*RECORDING, name, "--engine", engine)
    assert by_name.exit_code == told.exit_code and by_name.stderr == ""
    assert (told.stdout + told.stderr).splitlines()[-1] in by_name.stdout
    copy = tmp_path / "mine.json"
    copy.write_bytes((RECORDED / f"{name}.json").read_bytes())
    by_file = called(*RECORDING, str(copy), "--engine", engine, "--json")
    assert Trace.from_json(by_file.stdout) == replayed(recorded()[name], named(engine)).trace
    as_scenario = called("run", "--scenario", name, "--engine", engine, "--json")
    assert Trace.from_json(as_scenario.stdout).source == "mock"
    assert as_scenario.exit_code == told.exit_code


def named(engine: str) -> Literal["29", "26"]:
    return "26" if engine == "26" else "29"


def test_where_docker_said_something_else_is_told(tmp_path: Path) -> None:
    """On standard error, as a diff, whatever else is printed."""
    path = tmp_path / "mine.json"
    text = (RECORDED / "pull_no_login.json").read_text("utf-8")
    path.write_text(text.replace("no basic auth credentials", "no idea"), "utf-8")
    result = called(*RECORDING, str(path), "--engine", "26", "--json")
    assert result.exit_code == 1
    assert "Your Docker says something else (stderr):" in result.stderr
    assert "no idea" in result.stderr and "no basic auth credentials" in result.stderr
    assert "no idea" in result.stdout


def test_check_fails_on_a_wrong_claim(tmp_path: Path) -> None:
    """Status 0 while all is right; a spoiled claim is status 1, with file, line and what the
    machine says."""
    file = create(tmp_path / "second")
    assert called("check", str(file.parent)).exit_code == 0
    text = file.read_text("utf-8").replace("answer.status: 200", "answer.status: 201", 1)
    file.write_text(text, "utf-8")
    result = called("check", str(file.parent))
    line = text[: text.index("answer.status: 201")].count("\n") + 1
    assert (result.exit_code, result.stdout) == (1, "1 lesson, 1 problem\n")
    assert f"second/lesson.yaml:{line}: exchange.answer.status at " in result.stderr
    assert "is 200, not 201" in result.stderr


def one_recording(folder: Path, name: str, spoil: str = "") -> Path:
    """A directory with this recording alone; `spoil` is put into what engine 26 printed."""
    document = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    document["engines"]["26"]["stderr"] += spoil
    (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    return folder


def test_fidelity_agrees_with_a_recording(tmp_path: Path) -> None:
    """Status 0: nothing differs."""
    result = called("fidelity", str(one_recording(tmp_path, "pull_no_login")))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "2 of 2 agree; 0 not reached" in result.stdout


def test_fidelity_tells_the_first_difference(tmp_path: Path) -> None:
    """Status 1: the field, what was recorded, and what we say; one engine may be chosen."""
    folder = one_recording(tmp_path, "pull_no_login", "the moon is full\n")
    result = called("fidelity", str(folder))
    assert result.exit_code == 1
    assert "pull_no_login, engine 26, stderr\n  recorded: the moon is full\n" in result.stdout
    assert "1 of 2 agree; 0 not reached" in result.stdout
    assert called("fidelity", str(folder), "--engine", "29").exit_code == 0


def test_fidelity_lists_what_is_not_reached(tmp_path: Path) -> None:
    """It has its reason in the table, and is no difference."""
    name, why = next(iter(unreached().items()))
    result = called("fidelity", str(one_recording(tmp_path, name)))
    assert result.exit_code == 0
    assert "0 of 2 agree; 2 not reached" in result.stdout
    assert why.split()[0] in result.stdout


def test_fidelity_as_json_says_what_is_normalised(tmp_path: Path) -> None:
    """All differences, and every reason not to compare something as it is."""
    folder = one_recording(tmp_path, "pull_no_login", "the moon is full\n")
    result = called("fidelity", str(folder), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (told["total"], told["agree"], told["differ"]) == (2, 1, 1)
    assert set(told["normalised"]) == set(NORMALISED)
    assert [x["field"] for x in told["situations"][1]["differences"]] == ["stderr"]


@pytest.mark.parametrize(("password", "status"), [("s3cret", 0), ("wrong-horse", 1)])
def test_a_real_registry_is_pulled_from(password: str, status: int, tmp_path: Path) -> None:
    """Login and pull; the password is printed nowhere."""
    users = {"alice": User("s3cret", ("*",))}
    with running(Registry(auth=Auth.BEARER, repositories=repositories(), users=users)) as served:
        words = ["run", "--source", "real", "--registry", served.host, "--image", "team/app:1.0",
                 "--username", "alice", "--password-stdin", "--output", str(tmp_path)]  # fmt: skip
        plain = called(*words, typed=f"{password}\n")
        trace = called(*words, "--json", typed=f"{password}\n")
    assert (plain.exit_code, trace.exit_code) == (status, status)
    assert password not in plain.output + trace.output
    assert json.loads(trace.stdout)["source"] == "real"
    assert (tmp_path / "index.json").exists() is (status == 0)


def test_the_registry_serves_until_it_is_stopped() -> None:
    """It says where it listens, answers, logs requests, and ends cleanly."""
    port = free_port()
    command = [sys.executable, "-m", "simulator", "registry", "--port", str(port), "--auth", "none"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as process:
        wait_for(f"http://127.0.0.1:{port}/v2/")
        assert process.stdout
        head = list(until(process.stdout, "GET /v2/ -> 200"))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, -signal.SIGINT)
    assert f"Serving at 127.0.0.1:{port}" in "".join(head)


def until(lines: Iterable[str], said: str) -> Iterator[str]:
    """The lines up to the one that says it; the test's limit of time ends the wait."""
    for line in lines:
        yield line
        if said in line:
            return
    raise AssertionError(f"it ended without saying {said!r}")


def test_python_m_simulator_is_pullscope() -> None:
    """Both are the same program."""
    command = [sys.executable, "-m", "simulator", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("pullscope, version")


def test_two_runs_are_told_side_by_side() -> None:
    """Both runs, the parting marked at its row, Docker's own words, and why."""
    result = called("compare", "works", "--change", "password")
    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    marked = next(place for place, row in enumerate(rows) if "First difference here" in row)
    following = next(row for row in rows[marked + 1 :] if "4 ·" in row)
    assert "4 · A token to test the login" in following and "4 · No token" in following
    assert "unauthorized: incorrect" in result.stdout
    assert "They differ from step 4 on" in result.stdout
    assert "s3cret" not in result.stdout


def test_a_comparison_is_json_that_says_where() -> None:
    """Rows, the row at which they part, and why; on two engines too."""
    for words, row in ((("works", "no-login"), 1), (("works", "--right-engine", "26"), 10)):
        shown = json.loads(called("compare", *words, "--json").stdout)
        assert shown["schema"] == "pullscope-lanes/1"
        assert shown["parted"] == row
        assert shown["rows"][row - 1]["alike"] is False
        assert shown["verdict"]["how"]


def test_what_can_be_changed_is_listed_with_its_step() -> None:
    """One scenario alone: each change that matters, and where."""
    listed = json.loads(called("compare", "logged-in", "--json").stdout)
    assert listed["not-stored"] == 3
    shown = called("compare", "logged-in").stdout
    assert "not-stored" in shown and "step 3" in shown
