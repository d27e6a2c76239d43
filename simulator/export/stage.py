"""The stage's own files and data, as the app mounts them: so the file steps as the app does."""

from dataclasses import dataclass
from typing import Any

from simulator.docker.trace import Trace
from simulator.lesson.document import Lesson
from simulator.views import player
from simulator.web.components import stage


@dataclass(frozen=True)
class Files:
    html: str
    css: str
    js: str


def files() -> Files:
    """What stands beside the component, read as it is; the scripts are one module."""
    html, css, js = (("stage.html",), stage.STYLES, stage.SCRIPTS)
    return Files(stage.text(*html), stage.text(*css), stage.text(*js))


def data(lesson: Lesson, trace: Trace) -> dict[str, Any]:
    """What the component is given for this run."""
    payload = player.payload(lesson, trace)
    return {"id": payload["id"], "run": stage.packed(payload)}
