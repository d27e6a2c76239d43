"""The outcome of a command: of the recording, and of the machine."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.docker import events as e
from simulator.docker.engines import engine as known_engine
from simulator.docker.held_images import HeldImage, held
from simulator.docker.machine import State
from simulator.docker.output.line import Line
from simulator.docker.output.status import exit_status
from simulator.docker.trace import Step
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.recordings.document import CommandOutput, Engine, Exchanged, Recording
from simulator.recordings.scene import Scene
from simulator.recordings.screen import is_redrawn, last_screen
from simulator.scenarios.client import HOME


@dataclass(frozen=True)
class Outcome:
    """The parts that are compared: of the recording, or of the machine."""

    stdout: tuple[str, ...]
    stderr: tuple[str, ...]
    exit_status: int | str
    requests: tuple[str, ...]
    config: str | None = None
    images: tuple[str, ...] = ()
    engine: str = field(default="", compare=False)
    terminal: bool = field(default=False, compare=False)


FIELDS = ("stdout", "stderr", "exit_status", "requests", "config", "images")


def recorded_outcomes(recording: Recording, engine: Engine) -> tuple[Outcome, ...]:
    """Each command's; the last one has the client as it was in the end."""
    told = recording.engines[engine]
    each = [recorded_outcome(one, engine) for one in told.outputs]
    images = tuple(sorted(image_row(image, engine) for image in told.images_after))
    each[-1] = replace(each[-1], config=told.config_json_text_after, images=images)
    return tuple(each)


def recorded_outcome(told: CommandOutput, engine: Engine) -> Outcome:
    terminal = told.tty_raw is not None
    return Outcome(
        shown(told),
        () if terminal else text_lines(told.stderr),
        WAITS if str(told.exit_code).startswith("still waiting") else told.exit_code,
        tuple(recorded_request(line) for line in told.http),
        engine=engine,
        terminal=terminal,
    )


def shown(told: CommandOutput) -> tuple[str, ...]:
    """Standard output; of a terminal on which lines were drawn again, the last screen."""
    raw = told.tty_raw or ""
    return last_screen(raw) if is_redrawn(raw) else text_lines(told.stdout)


def text_lines(text: str) -> tuple[str, ...]:
    return tuple(text.removesuffix("\n").split("\n")) if text else ()


def recorded_request(line: Exchanged) -> str:
    """`METHOD URL AUTHORIZATION -> STATUS`, or the event of a connection without a request. The
    laboratory noted who was asked, and not how that was spelled."""
    answered = line.event == "client_aborted" and line.status == 401
    if line.event and not answered:
        return line.event
    given = next((v for k, v in line.request_headers.items() if k.lower() == "authorization"), "")
    given = given if isinstance(given, str) else next(iter(given), "")
    body = f" {form_words(line.request_body)}" if line.request_body else ""
    return f"{line.method} {line.url}{line.path} {proof(given)}{body} -> {line.status}"


def proof(header: str) -> str:
    """Basic with what it holds; of a token only that it is one."""
    scheme, _, secret = header.partition(" ")
    if not scheme:
        return "(none)"
    return f"Basic {secret}" if scheme == "Basic" else scheme


def form_words(body: str) -> str:
    """A form's fields, without its secrets' values."""
    return re.sub(r"\b(password|refresh_token)=[^&]*", r"\1=...", body)


IMAGE_FIELDS = ("Repository", "Tag", "Digest", "ID", "RepoTags", "RepoDigests", "Layers",
                "Architecture")  # fmt: skip


def image_row(image: dict[str, Any], engine: str) -> str:
    """An image as `docker images` and `docker inspect` tell it. What it takes on disk depends
    on the storage driver in containerd's store; the classic store adds up the files."""
    fields = (*IMAGE_FIELDS, "Size_bytes") if known_engine(engine).measures_files else IMAGE_FIELDS
    return "; ".join(f"{name}: {image.get(name)}" for name in fields)


# -- the machine's side -----------------------------------------------------------------------


def played_outcomes(scene: Scene, runs: Sequence[Sequence[Step]]) -> tuple[Outcome, ...]:
    """Each command's; the last one has the client as it is in the end."""
    each = [played_outcome(scene, place, run) for place, run in enumerate(runs)]
    images = tuple(sorted(images_after(runs[-1][-1].after)))
    each[-1] = replace(each[-1], config=config_after(scene, runs), images=images)
    return tuple(each)


def played_outcome(scene: Scene, place: int, run: Sequence[Step]) -> Outcome:
    lines = [line for step in run for line in step.terminal if line.kind != "command"]
    outputs = scene.told.outputs
    terminal = outputs[min(place, len(outputs) - 1)].tty_raw is not None
    asked = [step.exchange for step in run if step.exchange]
    return Outcome(
        screen(lines) if terminal else printed(lines, "output"),
        () if terminal else printed(lines, "error"),
        ended(run[-1].after, lines),
        tuple(said for said in (played_request(x) for x in asked) if said),
        engine=scene.engine,
        terminal=terminal,
    )


WAITS = "still waiting"
"""In place of an exit status: the command never ended by itself."""


def ended(state: State, lines: Iterable[Line]) -> int | str:
    if isinstance(state.failure, e.PromptUnanswered):
        return WAITS
    return exit_status(state, "\n".join(printed(lines, "error")))


def printed(lines: Iterable[Line], kind: str) -> tuple[str, ...]:
    return tuple(part for line in lines if line.kind == kind for part in line.text.split("\n"))


PROGRESS = re.compile(r"(?P<id>[0-9a-f]{12}): (?P<state>.+)")


def screen(lines: Iterable[Line]) -> tuple[str, ...]:
    """What a terminal shows in the end: one line a layer, redrawn; no standard error apart."""
    rows: dict[str, str] = {}
    for number, line in enumerate(lines):
        found = PROGRESS.fullmatch(line.text)
        rows[found["id"] if found else str(number)] = line.text
    return tuple(row.rstrip() for row in rows.values())


SEEN = {
    Obstacle.PLAIN_HTTP: "tls_client_hello_on_plain_http_port",
    **dict.fromkeys(
        (Obstacle.UNTRUSTED, Obstacle.WRONG_NAME, Obstacle.EXPIRED, Obstacle.ALERT),
        "tls_handshake_failed",
    ),
}
"""Failures that a registry's log shows, without a request."""
UNANSWERED = frozenset({Obstacle.NO_ANSWER, Obstacle.RESET, Obstacle.CLOSED})
"""Failures of a request that had arrived."""


def played_request(exchange: Exchange) -> str:
    request, answer = exchange.request, exchange.answer
    if isinstance(answer, NetworkFailure):
        reached = answer.obstacle in UNANSWERED
        return request_line(request, 0) if reached else SEEN.get(answer.obstacle, "")
    assert isinstance(answer, Response)
    return request_line(request, answer.status)


SPELLED = {"index.docker.io": "registry-1.docker.io"}
"""Names of one host, of which the laboratory's log has one."""


def request_line(request: Request, status: int) -> str:
    """Status 0 where there was no answer."""
    given = proof(request.authorization.header if request.authorization else "")
    text = request.body.decode() if request.form else request.payload.decode(errors="replace")
    body = f" {form_words(text)}" if text else ""
    listener = SPELLED.get(request.listener, request.listener)
    url = request.url.replace(f"//{request.host}", f"//{listener}", 1)
    return f"{request.method} {url} {given}{body} -> {status}"


def config_after(scene: Scene, runs: Sequence[Sequence[Step]]) -> str | None:
    """The text of config.json. The file is written only where something changed."""
    text = scene.config and scene.config.encode(errors="surrogateescape").decode(errors="replace")
    for run in runs:
        if not elsewhere(run[-1].after):
            text = written(text, run)
    return text


def written(text: str | None, run: Sequence[Step]) -> str | None:
    for step in run:
        stores = step.before.client.store, step.after.client.store
        match step.event:
            case e.CredentialsStored() | e.CredentialsRemoved(found=True) if stores[0] != stores[1]:
                text = stores[1].to_json()
    return text


def elsewhere(state: State) -> bool:
    """Whether the command used another directory than the one that is compared."""
    return bool(state.run.command and state.run.command.config not in ("", HOME))


def images_after(state: State) -> list[str]:
    """The image store as `docker images` and `docker inspect` tell it."""
    images = held(state.client.images, state.profile.image_is_config, state.client.platform)
    rows = (row(image, *names) for image in images for names in image.rows())
    return [image_row(one, state.client.engine) for one in rows]


def row(image: HeldImage, repository: str, tag: str, digest: str) -> dict[str, Any]:
    config = image.config
    return {
        "Repository": repository,
        "Tag": tag,
        "Digest": digest,
        "ID": image.id,
        "RepoTags": list(image.tags),
        "RepoDigests": list(image.digests),
        "Layers": (list(config.diff_ids) if config else None) or None,
        "Architecture": config.platform.architecture if config else "",
        "Size_bytes": image.size,
    }
