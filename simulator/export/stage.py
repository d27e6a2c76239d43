"""The stage's own files and data, as the app mounts them: so the file steps as the app does."""

from typing import Any

from simulator.docker.trace import Trace
from simulator.lesson.document import Lesson
from simulator.views import player


def data(lesson: Lesson, trace: Trace) -> dict[str, Any]:
    """What the component is given for this run."""
    payload = player.payload(lesson, trace)
    return {"id": payload["id"], "run": player.packed(payload)}
