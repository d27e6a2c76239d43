"""The project as a whole: what the README promises is there, and nothing odd is in the tree."""

import re
import subprocess
import sys
import tomllib

import click

import simulator
from simulator.cli import COMMANDS, main
from simulator.lesson.library import folders
from simulator.scenarios.model import scenarios
from tests.pages import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def test_the_readmes_commands_exist() -> None:
    """Both `make` targets, and every `pullscope` command."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert set(re.findall(r"^make (\w+)", README, re.M)) <= set(targets)
    assert set(re.findall(r"^pullscope (\w+)", README, re.M)) <= set(COMMANDS)


def test_the_readmes_options_exist() -> None:
    """An option that the README shows is known to some command."""
    commands = [main.get_command(click.Context(main), name) for name in COMMANDS]
    known = {o for command in commands if command for p in command.params for o in p.opts}
    shown = set(re.findall(r"\s(--[a-z-]+)", re.sub(r"streamlit run.*", "", README)))
    assert shown <= known


def test_the_readmes_files_and_figures_are_right() -> None:
    """Linked files are there, and the numbers of situations and of lessons are counted."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    assert f"{len(scenarios())} situations" in README
    (told,) = re.findall(r"(\w+) lessons: ([^.]*)\.", README)
    assert told[0] == NUMBERS[len(told[1].split(";"))] == NUMBERS[len(folders())]


def test_the_version_is_in_the_changelog() -> None:
    """The newest entry is the version of the package."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## (\S+)", changelog, re.M)[1] == simulator.__version__  # type: ignore[index]


def test_dependencies_are_ranges() -> None:
    """Each has a lower bound, so that an environment of today works tomorrow."""
    project = PYPROJECT["project"]
    for dependency in (*project["dependencies"], *project["optional-dependencies"]["test"]):
        own = dependency.startswith("pullscope[")  # an extra of ours, whose own have bounds
        assert own or ">=" in dependency, dependency


PACKAGES = {"docker": "docker.io", "PostgreSQL": "postgresql", "nginx": "nginx-light",
            "kubectl": "kubernetes-client"}  # fmt: skip
"""Programs whose Debian package has another name."""


def test_what_ci_installs_is_what_the_readme_names() -> None:
    """Each program without which tests skip is installed there, where nothing may skip."""
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    told = r"Tests against real\s+programs skip,(.*?)\bis\s+missing"
    (sentence,) = re.findall(told, README, re.S)
    programs = re.findall(r"[\w-]+", sentence.replace("with a reason", "").replace(" or ", " "))
    wanted = {PACKAGES.get(name, name) for name in programs if name not in ("where", "or")}
    assert {"docker.io", "skopeo", "chromium"} <= wanted
    assert wanted - set(re.findall(r"[\w.-]+", script)) == set()
    assert "make test" in script and "CI=true" in script


def test_the_core_opens_no_socket() -> None:
    """The machine and its imports have neither a network library nor Streamlit."""
    code = (
        "import sys, simulator.docker.trace, simulator.sources.mock\n"
        "bad = {'httpx', 'streamlit', 'uvicorn', 'pandas'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
