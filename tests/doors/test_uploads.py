"""Files that a page takes: whatever is in them, what comes back is a run or one sentence."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

from simulator.recordings.document import InvalidRecording, engine_of, parsed
from simulator.recordings.replayed import replayed
from tests.cases import each
from tests.pages import ROOT

NAME = "bearer_pull_after_login"
WHOLE = (ROOT / f"simulator/recordings/recorded/{NAME}.json").read_text("utf-8")
ODD: tuple[Any, ...] = (
    None, 5, -1, True, "", [], {}, [5], {"a": 5}, ["a"], "\ud800", "\x00", "'unbalanced", "///",
    "[" * 100_000, "a" * 5_000, "docker pull 'x", "{", 'Bearer realm="http://[::1"', "sha256:abc",
)  # fmt: skip
"""The replacement of a part."""
COUNT = 250
SOON = 5.0
"""Seconds of processor."""
Place = tuple[str | int, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every part of a document, at any depth."""
    yield at
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value[:3]) if isinstance(value, list) else inner
    for key, part in inner:
        yield from places(part, (*at, key))


def changed(at: Place, odd: Any) -> bytes:
    """The recording with this in one place."""
    document: Any = {"whole": json.loads(WHOLE)}
    part, keys = document, ("whole", *at)
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = odd
    return json.dumps(document["whole"]).encode()


ALL = [(place, odd) for place in places(json.loads(WHOLE)) for odd in ODD]
ONCE_BROKEN: list[tuple[Place, Any]] = [
    (("world", "config_json_before"), "[" * 100_000), (("stdin",), []), (("command",), "docker 'x"),
    (("engines", "26", "http", 1, "request_headers", "Authorization"), []),
    (("engines", "29", "commands"), [5]), (("engines", "29", "commands"), "abc"),
    (("engines", "29"), {"commands": [5]}), (("engines", "29"), {"commands": [{}]}),
    (("engines", "29", "platform"), "///"),
    (("engines", "29", "manifests_held"), [{"digest": "a"}]),
]  # fmt: skip


@each(("place", "odd"), [*ONCE_BROKEN, *Random(1).sample(ALL, COUNT)])
def test_a_recording_with_an_odd_part(place: Place, odd: Any) -> None:
    """It is replayed, or refused as no recording."""
    data = changed(place, odd)
    for engine in ("29", "26"):
        try:
            recording = parsed(data, "mine.json")
            replayed(recording, engine_of(recording, engine))
        except InvalidRecording as refused:
            assert str(refused) and "Traceback" not in str(refused)  # noqa: PT017


COMPOSE_FILES = (
    "services: {a: {image: team/app}}", "services: [1]", "services: {a: 1}", "services:", "- a",
    "services: [", "services: {1: {image: x}, null: {}}", "services: {a: {image: [1]}}", "",
    "services: {a: {image: '///'}}", "services: [" + "x, " * 60_000 + "x]",
    "a: &a {" + "b: 1, " * 900 + "c: 1}\nd: {<<: [" + "*a, " * 900 + "*a]}",
)  # fmt: skip


@each("text", COMPOSE_FILES)
def test_a_recording_with_a_compose_file(text: str) -> None:
    """Of anyone's, who may write anything in it."""
    document = json.loads(WHOLE)
    document["command"] = "docker compose pull"
    document["world"]["other_files_before"] = {"compose.yaml": [text, 420]}
    recording = parsed(json.dumps(document).encode(), "mine.json")
    began = time.process_time()
    with suppress(InvalidRecording):
        replayed(recording, engine_of(recording, "29"))
    assert time.process_time() - began < SOON
