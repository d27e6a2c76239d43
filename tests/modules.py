"""All modules of Pullscope, imported and as syntax trees."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import simulator

NOT_IMPORTED = ("__main__", "script")


@cache
def imported() -> tuple[ModuleType, ...]:
    return tuple(importlib.import_module(name) for name in names())


def names() -> Iterator[str]:
    for found in pkgutil.walk_packages(simulator.__path__, "simulator."):
        if "migrations" not in found.name and not found.name.endswith(NOT_IMPORTED):
            yield found.name


@cache
def trees(*packages: str) -> tuple[ast.Module, ...]:
    """Of these packages, or of all."""
    root = Path(simulator.__path__[0])
    files = sorted(file for name in packages or [""] for file in (root / name).rglob("*.py"))
    return tuple(ast.parse(file.read_text()) for file in files)


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """All of this tree, which is walked once in a process."""
    return tuple(ast.walk(tree))
