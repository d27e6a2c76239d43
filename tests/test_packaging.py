"""Imports are declared, declared packages are used, and a missing one is reported plainly."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from simulator.authoring import diagram
from simulator.authoring.diagram import NoLayout
from simulator.progress.store import InvalidDatabase, Store
from tests.pages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NOT_IMPORTED = {"graphviz-pure", "httptools"}
"""A program that is run, and what uvicorn's quicker reader of requests needs."""


def name_of(requirement: str) -> str:
    return normal(re.split(r"[\[<>=!~; ]", requirement)[0])


def normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_packages(path: Path) -> set[str]:
    """The top-level names that this module imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.partition(".")[0]
        for name in plain | {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
    }


def used() -> set[str]:
    """The distributions that the package imports."""
    owners = packages_distributions()
    names = set().union(*map(imported_packages, (ROOT / "simulator").rglob("*.py")))
    outside = names - set(sys.stdlib_module_names) - {"simulator", "", "__future__"}
    return {normal(owner) for name in outside for owner in owners[name]}


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    declared = {name_of(one) for one in PROJECT["dependencies"]}
    # pydantic's own parts come with it in the one version that fits.
    assert used() - {"pydantic-core"} == declared - NOT_IMPORTED


def test_without_the_layout_program_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagram, "which", lambda _name, path: None)
    with pytest.raises(NoLayout, match="pip install graphviz-pure"):
        diagram.layout("digraph {}")


def test_without_the_driver_of_postgresql_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InvalidDatabase, match="extra 'postgresql'"):
        Store("postgresql://ada@localhost/none")
