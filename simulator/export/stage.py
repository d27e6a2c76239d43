"""The stage's own files and data, as the app mounts them: so the file steps as the app does.

The stage says which its files are, and how it packs a run; where it says nothing, there is one
file of each kind, and a run goes as it is.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from simulator import stage, views
from simulator.lesson import Lesson
from simulator.trace import Trace


@dataclass(frozen=True)
class Files:
    html: str
    css: str
    js: str


def files() -> Files:
    """What stands beside the component, read as it is; the scripts are one module."""
    styles = getattr(stage, "STYLES", ("stage.css",))
    scripts = getattr(stage, "SCRIPTS", ("stage.js",))
    return Files(text("stage.html"), text(*styles), text(*scripts))


def text(*names: str) -> str:
    return "\n".join((stage.FILES / name).read_text("utf-8") for name in names)


def data(lesson: Lesson, trace: Trace) -> dict[str, Any]:
    """What the component is given for this run."""
    packed = getattr(stage, "packed", None)
    payload = shown(lesson, trace)
    return {"id": payload["id"], "run": packed(payload)} if packed else payload


def shown(lesson: Lesson, trace: Trace) -> dict[str, Any]:
    if find_spec("simulator.player") is None:
        return views.stage(lesson, trace)
    from simulator import player  # type: ignore[attr-defined]  # noqa: PLC0415

    return dict(player.payload(lesson, trace))
