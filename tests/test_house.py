"""The house: small files and functions, imports at the top, and tests that wait for what happens.

The lists hold what is still too large or late; entries only go.
"""

import ast
import re
from functools import cache
from statistics import median

from tests.pages import ROOT

LINES, FUNCTION, MEDIAN = 400, 40, 8
TODAY: set[str] = set()
"""Files of more than 400 lines."""
LATE_IMPORTS = {
    "simulator/cli/real.py bars": "rich's progress bars are for a terminal alone",
    "simulator/progress/store.py insert": "each database has its own; psycopg is optional",
    "simulator/web/pages/__init__.py first_problem": "lessons of ours are proven already",
    "simulator/web/serve.py pages": "the pages are loaded when the app starts, not before",
}
"""Functions that import: why they may."""
WAITS = {
    "tests/pages.py": "polls a server that starts",
    "tests/dockerd.py": "polls an engine that starts",
    "tests/lesson/test_tls_real.py": "polls servers that start",
    "tests/live/test_port.py": "polls while a layer is being sent",
    "tests/progress/test_keeper.py": "waits out the pause that the keeper takes after a failure",
    "tests/registry/alone.py": "polls while requests are under way",
    "tests/registry/test_guards.py": "is a client that is slow",
    "tests/registry/test_served.py": "is a client that is slow",
    "tests/registry/test_slow.py": "is a client that is slow",
    "tests/sources/test_hostile.py": "is a server that is slow",
}
"""Files of tests that wait by time: what for."""


def sources(*roots: str) -> dict[str, str]:
    files = (file for root in roots for file in sorted((ROOT / root).rglob("*.py")))
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions() -> tuple[tuple[str, Function], ...]:
    """Every function of the package, by its file and name."""
    return tuple(
        (f"{name} {node.name}", node)
        for name, text in sources("simulator").items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Function)
    )


def size(node: Function) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_every_module_has_a_room() -> None:
    """No module lies beside the packages."""
    beside = {path.name for path in (ROOT / "simulator").glob("*.py")}
    assert beside == {"__init__.py", "__main__.py"}


def test_no_file_is_too_long() -> None:
    """400 lines at most, in tests too."""
    long = {n for n, text in sources("simulator", "tests").items() if text.count("\n") > LINES}
    assert long - TODAY == set()


def test_no_function_is_too_long() -> None:
    """40 lines at most, and half of all functions have 8 or fewer."""
    sizes = {name: size(node) for name, node in functions()}
    assert {name for name, lines in sizes.items() if lines > FUNCTION} == set()
    assert median(size(node) for _, node in functions()) <= MEDIAN


def test_imports_stand_at_the_top() -> None:
    """An import within a function hides a dependency; the few that must have a reason."""
    late = {
        name
        for name, node in functions()
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    assert late - LATE_IMPORTS.keys() == set()


def test_no_test_waits_for_a_time() -> None:
    """A fixed wait is too short on a slow machine and too long on a fast one."""
    waiting = {
        name
        for name, text in sources("tests").items()
        if re.search(r"(?<!\")\b(wait_for_timeout|time\.sleep)\(", text)
        and not name.startswith(("tests/bench/", "tests/pictures.py", "tests/test_house.py"))
    }
    assert waiting - WAITS.keys() == set()
