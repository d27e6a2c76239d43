"""Words of others (an address, a file, a registry) are shown as they are, never as Markdown."""

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from simulator.web import pages
from tests.pages import PATIENCE, ROOT

MODULES = sorted(Path(pages.__file__).parent.glob("*.py"))
BOXES = {"error", "warning", "caption", "info", "success", "toast"}
HARMLESS = {"_", "plain", "ngettext"}


def shows(node: ast.AST) -> bool:
    """Whether this is a call of Streamlit that renders Markdown in a box."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in BOXES
    )


def foreign(argument: ast.expr) -> bool:
    """Whether words that are not ours are put into it unescaped: `str(error)`, `{told.client}`."""
    if isinstance(argument, ast.Call):
        return isinstance(argument.func, ast.Name) and argument.func.id == "str"
    if isinstance(argument, ast.JoinedStr):
        parts = [part.value for part in argument.values if isinstance(part, ast.FormattedValue)]
        return not all(
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Name)
            and part.func.id in HARMLESS
            for part in parts
        )
    return False


def problems(source: str) -> list[int]:
    """The lines that show foreign words unescaped."""
    calls = [node for node in ast.walk(ast.parse(source)) if shows(node)]
    return [
        call.lineno for call in calls if isinstance(call, ast.Call) and any(map(foreign, call.args))
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_page_shows_foreign_words_unescaped(path: Path) -> None:
    assert problems(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line", ["st.error(str(error))", "st.warning(f'No: {error}')", "about.caption(f'{a.b}')"]
)
def test_the_rule_finds_them(line: str) -> None:
    assert problems(line) == [1]


def test_an_address_shows_no_picture_and_no_link() -> None:
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    page.query_params["scenario"] = "![a](https://evil.example/p.png) [click](https://evil.example)"
    page.run()
    (warning,) = page.warning
    assert "evil" in warning.value
    assert "![" not in warning.value
    assert "](" not in warning.value
