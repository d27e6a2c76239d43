"""Scripts, styles, pages and pictures of the components, and how a component's are put together.

The scripts are modules (`import`, `export`), so that they can be read and tested alone. A
component is given its script as one text; `join` makes it, there is no build.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
ICON = FOLDER / "shared" / "icon.svg"
IMPORT = re.compile(r'^import [^"]*"([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)


@dataclass(frozen=True)
class Files:
    """The texts that Streamlit or a page mounts as one component."""

    html: str
    css: str
    js: str


PALETTE = "shared/palette.css"
COMPONENTS = {
    "stage": (
        "stage/stage.html",
        (PALETTE, "stage/stage.css", "stage/views.css"),
        "stage/player.js",
    ),
    "comparison": ("comparison/duet.html", (PALETTE, "comparison/duet.css"), "comparison/duet.js"),
    "terminal": (
        "terminal/console.html",
        (PALETTE, "terminal/console.css"),
        "terminal/console.js",
    ),
    "page": ("page/language.html", ("page/language.css",), "page/page.js"),
    "live": ("live/bar.html", ("live/bar.css",), "live/bar.js"),
}
"""The page, the styles and the main module of each; the main module exports its function."""


@cache
def component(name: str) -> Files:
    """The files of a component. Raises KeyError for an unknown name."""
    html, styles, main = COMPONENTS[name]
    return Files(text(html), "\n".join(map(text, styles)), join(main))


def text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def join(main: str) -> str:
    """This module and all that it imports as one module, each once and after its imports.

    They share one scope: no two of them may define the same name.
    """
    return "\n".join(bare(text(name)) for name in modules(main, ()))


def modules(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the modules to join, after those that are known; an import leads to a file."""
    for target in IMPORT.findall(text(name)):
        imported = (FOLDER / name).parent.joinpath(target).resolve().relative_to(FOLDER.resolve())
        if (path := imported.as_posix()) not in known:
            known = modules(path, known)
    return (*known, name)


def bare(script: str) -> str:
    """The script without its imports and exports; the component's own function stays exported."""
    return EXPORT.sub("", IMPORT.sub("", script))
