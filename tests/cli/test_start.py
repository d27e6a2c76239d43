"""Starting: a command imports what it needs, and what it writes arrives in any locale."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

import click

from simulator.cli import COMMANDS, main
from tests.cases import each

HEAVY = {
    "streamlit", "pandas", "altair", "pydantic", "httpx", "uvicorn", "starlette", "sqlalchemy",
    "cryptography", "jwt", "ruamel", "rich", "babel",
}  # fmt: skip


def started(
    *words: str, typed: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, input=typed,
        env={**os.environ, **environment},
    )  # fmt: skip


LOADED = "\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
"""Prints the names of all modules that are loaded."""


def loaded_by(code: str) -> set[str]:
    """The modules that are loaded once this code has run in a fresh interpreter."""
    done = started("-c", code + LOADED)
    assert done.returncode == 0, done.stderr.decode()
    return set(json.loads(done.stdout.decode().splitlines()[-1]))


def imported_by(code: str) -> set[str]:
    """The packages of these modules."""
    return {name.partition(".")[0] for name in loaded_by(code)}


def test_the_list_of_commands_imports_nothing_heavy() -> None:
    called = "from simulator.cli import main; main(['--help'], standalone_mode=False)"
    assert not imported_by(called) & HEAVY


def test_a_run_of_the_mock_imports_no_page_and_no_http_client() -> None:
    played = "from simulator.cli.running import run_on_mock; run_on_mock('29', None)"
    unwanted = {"streamlit", "altair", "httpx", "uvicorn", "sqlalchemy"}
    assert not imported_by(played) & unwanted


def test_a_message_is_explained_without_the_machine() -> None:
    """Nor are the lessons and the tables on the terminal imported."""
    explained = "from simulator.cli import main; main(['decode', 'denied'], standalone_mode=False)"
    names = loaded_by(f"try: {explained}\nexcept SystemExit: pass")
    assert "simulator.decoder.decode" in names
    assert not names & {"simulator.docker", "simulator.lesson", "simulator.scenarios", "rich"}


@each("name", COMMANDS)
def test_each_entry_leads_to_the_command_of_its_name(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name


NOT_UTF8: Mapping[str, Mapping[str, str]] = {
    "a file on Windows": {"PYTHONIOENCODING": "cp1252"},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@each("environment", NOT_UTF8.values())
@each("words", [("run",), ("compare", "works", "no-right")])
def test_output_is_utf8_in_any_locale(
    words: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    done = started("-m", "simulator", *words, **environment)
    assert not done.stderr
    assert "┏" in done.stdout.decode("utf-8")


def test_a_message_in_another_encoding_is_decoded_all_the_same() -> None:
    typed = "Fehler: pull access denied für myimage".encode("latin-1")
    done = started("-m", "simulator", "decode", typed=typed)
    assert done.returncode in (0, 1), done.stderr.decode()


def test_a_password_in_another_encoding_is_refused_in_a_sentence() -> None:
    words = ("--source", "real", "--registry", "localhost:1", "--image", "a")
    user = ("--username", "u", "--password-stdin")
    done = started("-m", "simulator", "run", *words, *user, typed="pässword".encode("latin-1"))
    assert done.returncode == 2
    assert b"the password on standard input is not UTF-8" in done.stderr
