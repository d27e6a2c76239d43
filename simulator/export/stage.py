"""The stage's own files and data, as the app mounts them: so the file steps as the app does."""

from dataclasses import dataclass
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
    """What stands beside the component, read as it is."""
    return Files(text("stage.html"), text("stage.css"), text("stage.js"))


def text(name: str) -> str:
    return (stage.FILES / name).read_text("utf-8")


def data(lesson: Lesson, trace: Trace) -> dict[str, Any]:
    """What the component is given for this run."""
    return views.stage(lesson, trace)
