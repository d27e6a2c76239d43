"""Situations in the laboratory that are in no recording: a command, and parts of a world."""

import base64
import json
from typing import Any

from simulator.docker.trace import Step
from simulator.recordings.document import Engine, Recording
from simulator.recordings.outcome import Outcome, played_outcomes
from simulator.recordings.scene import Scene, played, scene_of
from simulator.scenarios.world import merged

TOKENS = "token (realm https://auth.example.com/token, service private.example.com)"
WORLD: dict[str, Any] = {
    "registries": {
        "registry.example.com": {"transport": "https", "auth": "Basic"},
        "private.example.com": {"transport": "https", "auth": TOKENS},
        "localhost:5000": {"transport": "http", "auth": "Basic", "address": "127.0.0.1"},
        "localhost:5001": {"transport": "http", "auth": "none", "address": "127.0.0.1"},
        "127.0.0.1:5000": {"transport": "http", "auth": "Basic", "address": "127.0.0.1"},
    },
    "users": {"alice": "s3cret", "bob": "hunter2"},
    "rights": {
        "alice": {"team/*": ["pull"]}, "bob": {"other/*": ["pull"]}, "*": {"public/*": ["pull"]},
    },
}  # fmt: skip


def made(command: str, *parts: dict[str, Any], **more: Any) -> Recording:
    """The situation, with its world changed by these parts."""
    world = WORLD
    for part in parts:
        faults = [*world.get("faults", ()), *part.get("faults", ())]
        world = {**merged(world, part), "faults": faults}
    told: dict[str, Any] = {"stdout": "", "stderr": "", "exit_code": 0, "http": []}
    if "interactive_input" in more:
        told["tty_raw"] = ""
    known = {"name": "made", "world": world, "command": command}
    return Recording.model_validate({**known, "engines": {"29": told, "26": told}, **more})


def stored(host: str, pair: str = "alice:s3cret") -> dict[str, Any]:
    """config.json with these credentials."""
    auth = base64.b64encode(pair.encode()).decode()
    return {"config_json_before": {"auths": {host: {"auth": auth}}}}


def config(text: str) -> dict[str, Any]:
    """config.json with this document."""
    return {"config_json_before": json.loads(text)}


def fault(
    path: str, status: int, body: str = "", kind: str = "text/plain",
    host: str = "registry.example.com", **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """A front that answers itself."""
    answer = {"status": status, "headers": {"Content-Type": kind}, "body": body}
    return {"faults": [{"host": host, "path": path, "action": {"respond": answer}, **more}]}


def steps_of(recording: Recording, engine: Engine) -> tuple[Scene, list[tuple[Step, ...]]]:
    scene = scene_of(recording, engine)
    return scene, list(played(recording, scene))


def outcome(recording: Recording, engine: Engine) -> Outcome:
    """What the machine does in it."""
    return played_outcomes(*steps_of(recording, engine))[-1]
