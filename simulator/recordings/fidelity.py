"""How faithful the machine is: recorded situations of real Docker, played and compared.

Compared are the fields of `FIELDS`, after what `NORMALISED` lists and nothing else. What is
not reached stands in `UNREACHED`; it is shown, and counts as a disagreement.
"""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

from simulator.docker import events as e
from simulator.docker.engines import engine as known_engine
from simulator.docker.image_store import HeldImage, held
from simulator.docker.machine import IllegalTransition, State
from simulator.docker.output.line import Line
from simulator.docker.trace import EndlessRun, Step, Trace, steps
from simulator.protocol.message import Exchange, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.recordings import document as recordings
from simulator.recordings import replay
from simulator.recordings.document import RECORDED, Exchanged, InvalidRecording, Recording, Scene
from simulator.words.i18n import _

ENGINES: tuple[Literal["29", "26"], ...] = ("29", "26")

UNREACHED: Mapping[str, str] = YAML(typ="safe").load(RECORDED / "unreached.yaml")
"""Situations that the machine does not play -> why."""


@dataclass(frozen=True)
class Difference:
    """A field in which the machine did otherwise."""

    field: str
    recorded: str
    ours: str

    def first_lines(self) -> tuple[str, str]:
        """Where both part: the first line of each that the other does not have there."""
        pairs = zip_longest(self.recorded.split("\n"), self.ours.split("\n"), fillvalue="(no more)")
        return next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))


@dataclass(frozen=True)
class Comparison:
    """One situation on one engine. `unreached` says why it is not played, if it is not."""

    name: str
    engine: str
    agreed: bool
    differences: tuple[Difference, ...] = ()
    unreached: str = ""

    @property
    def verdict(self) -> str:
        if self.agreed:
            return "agrees"
        return "unreached" if self.unreached else "differs"

    @property
    def reason(self) -> str:
        """What differs, or why it is not played; empty where all agrees."""
        return self.unreached or ", ".join(one.field for one in self.differences)


@dataclass(frozen=True)
class Outcome:
    """What can be compared: of the recording, or of the machine."""

    stdout: tuple[str, ...]
    stderr: tuple[str, ...]
    exit_status: int
    requests: tuple[str, ...]
    config: str | None
    images: tuple[str, ...]
    engine: str = field(default="", compare=False)
    terminal: bool = field(default=False, compare=False)


FIELDS = ("stdout", "stderr", "exit_status", "requests", "config", "images")


@dataclass(frozen=True)
class Situation:
    """A recording on one of its engines."""

    recording: Recording
    engine: Literal["29", "26"]


def situations(directory: str | Path) -> list[Situation]:
    """Every recorded situation, once for each engine. Raises InvalidRecording."""
    known = recordings.situations(directory)
    return [Situation(one, engine) for one in known for engine in ENGINES if engine in one.engines]


def compare(situation: Situation) -> Comparison:
    """Play the situation and compare it, field by field."""
    recording, engine = situation.recording, situation.engine
    about = recording.name, engine
    why = UNREACHED.get(recording.name, "")
    try:
        if recording.recorder:  # the world is somebody's own: what was recorded answers
            return Comparison(*about, *verdict(recording, replay.play(recording, engine)))
        scene = recordings.scene_of(recording, engine)
        pair = recorded_outcome(recording, engine), played_outcome(recording, scene)
    except InvalidRecording as error:
        return Comparison(*about, False, (Difference("situation", str(error), ""),), why)
    except (IllegalTransition, EndlessRun) as error:  # a defect of ours, and of this one alone
        return Comparison(*about, False, (Difference("situation", "", str(error)),), why)
    differences = compared(pair)
    return Comparison(*about, not differences, differences, why)


def compared(pair: "Pair") -> tuple[Difference, ...]:
    """What differs after `NORMALISED`."""
    for _why, normalise in NORMALISED.values():
        pair = normalise(*pair)
    return tuple(different(*pair))


def different(recorded: Outcome, ours: Outcome) -> Iterable[Difference]:
    for name in FIELDS:
        theirs, mine = getattr(recorded, name), getattr(ours, name)
        if theirs != mine:
            yield Difference(name, shown(theirs), shown(mine))


def shown(value: object) -> str:
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def compare_all(directory: str | Path, engine: str | None = None) -> list[Comparison]:
    """Every situation of this directory, on both engines or one. Raises InvalidRecording."""
    return [compare(one) for one in situations(directory) if engine in (None, one.engine)]


def table(comparisons: Sequence[Comparison]) -> list[tuple[str, str, str, str]]:
    """Rows of name, engine, verdict and what differs (or why it is not played)."""
    return [(one.name, one.engine, one.verdict, one.reason) for one in comparisons]


def total(comparisons: Sequence[Comparison]) -> str:
    """`170 of 172 agree; 2 not reached`."""
    counts = Counter(one.verdict for one in comparisons)
    agree = f"{counts['agrees']} of {len(comparisons)} agree"
    return f"{agree}; {counts['unreached']} not reached"


def differs(comparisons: Iterable[Comparison]) -> bool:
    """Whether anything differs that is not listed as unreached."""
    return any(one.verdict == "differs" for one in comparisons)


def report(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The comparison as data, with all that it did not look at and why."""
    counts = Counter(one.verdict for one in comparisons)
    return {
        "total": len(comparisons),
        "agree": counts["agrees"],
        "differ": counts["differs"],
        "not_reached": counts["unreached"],
        "compared": list(FIELDS),
        "normalised": {name: reason for name, (reason, _) in NORMALISED.items()},
        "never_compared": NEVER_COMPARED,
        "situations": [
            {
                "name": one.name,
                "engine": one.engine,
                "verdict": one.verdict,
                "reason": one.reason,
                "differences": [asdict(difference) for difference in one.differences],
            }
            for one in comparisons
        ],
    }


# -- the recording's side ---------------------------------------------------------------------


def recorded_outcome(recording: Recording, engine: Literal["29", "26"]) -> Outcome:
    told = recording.engines[engine]
    terminal = told.tty_raw is not None
    return Outcome(
        text_lines(told.stdout),
        () if terminal else text_lines(told.stderr),
        told.exit_code,
        tuple(recorded_request(line) for line in told.http),
        told.config_json_text_after,
        tuple(sorted(image_row(image, engine) for image in told.images_after)),
        engine,
        terminal,
    )


def text_lines(text: str) -> tuple[str, ...]:
    return tuple(text.removesuffix("\n").split("\n")) if text else ()


def recorded_request(line: Exchanged) -> str:
    """`METHOD URL AUTHORIZATION -> STATUS`, or the event of a connection without a request."""
    if line.event:
        return line.event
    given = next((v for k, v in line.request_headers.items() if k.lower() == "authorization"), "")
    given = given if isinstance(given, str) else given[0]
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


def played_outcome(recording: Recording, scene: Scene) -> Outcome:
    """Raises InvalidRecording for a command that is not played."""
    before = recordings.client(recording, scene)
    return outcome_of(scene, list(steps(before, recordings.transport(scene))))


def outcome_of(scene: Scene, trace: list[Step]) -> Outcome:
    lines = [line for step in trace for line in step.terminal if line.kind != "command"]
    terminal = scene.told.tty_raw is not None
    asked = [step.exchange for step in trace if step.exchange]
    return Outcome(
        screen(lines) if terminal else printed(lines, "output"),
        () if terminal else printed(lines, "error"),
        1 if trace[-1].after.failure else 0,
        tuple(said for said in (played_request(x) for x in asked) if said),
        config_after(scene, trace),
        tuple(sorted(images_after(trace[-1].after))),
        scene.engine,
        terminal,
    )


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
    Obstacle.UNTRUSTED: "tls_handshake_failed",
}
"""Failures that a registry's log shows, without a request."""


def played_request(exchange: Exchange) -> str:
    request, answer = exchange.request, exchange.answer
    if isinstance(answer, NetworkFailure):
        return SEEN.get(answer.obstacle, "")
    assert isinstance(answer, Response)
    given = proof(request.authorization.header if request.authorization else "")
    body = f" {form_words(request.body.decode())}" if request.form else ""
    return f"{request.method} {request.url} {given}{body} -> {answer.status}"


def config_after(scene: Scene, trace: list[Step]) -> str | None:
    """The file is written only where something changed."""
    text = scene.config
    for step in trace:
        match step.event:
            case e.CredentialsStored() | e.CredentialsRemoved(found=True):
                store = step.after.client.store
                text = text if store == step.before.client.store else store.to_json()
    last = trace[-1].after
    return text if not last.run.command or not elsewhere(last) else scene.config


def elsewhere(state: State) -> bool:
    """Whether the command used another directory than the one that is compared."""
    return bool(state.run.command and state.run.command.config not in ("", recordings.HOME))


def images_after(state: State) -> list[str]:
    """The image store as `docker images` and `docker inspect` tell it."""
    images = held(state.client.images, state.profile.image_is_config)
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
        "Layers": list(config.diff_ids) if config else None,
        "Architecture": config.platform.architecture if config else "",
        "Size_bytes": image.size,
    }


# -- a recording played from its own exchanges ------------------------------------------------


@dataclass(frozen=True)
class Replayed:
    """A recording as a run: what was asked otherwise, and where Docker said something else."""

    trace: Trace
    deviations: tuple[replay.Deviation, ...]
    differences: tuple[Difference, ...]
    client: str


def replayed(recording: Recording, engine: Literal["29", "26"]) -> Replayed:
    """Raises InvalidRecording for one that cannot be played."""
    played = replay.play(recording, engine)
    _, differences = verdict(recording, played)
    told = played.scene.told
    versions = ", ".join(text for text in (told.client, told.engine) if text)
    trace = replay.trace_of(recording, played)
    return Replayed(trace, played.deviations, differences, versions)


def remarks(told: Replayed) -> list[str]:
    """Where Docker said something else, as a diff, and what was asked otherwise."""
    lines = [line for one in told.differences for line in otherwise(one)]
    return lines + [f"{one.kind}: {one.request}" for one in told.deviations]


def otherwise(one: Difference) -> list[str]:
    said = difflib.unified_diff(
        one.ours.splitlines(), one.recorded.splitlines(), "Pullscope", _("your Docker"), lineterm=""
    )
    told = _("Your Docker says something else ({field}):")
    return [told.format(field=one.field), *said]


def verdict(recording: Recording, played: replay.Played) -> tuple[bool, tuple[Difference, ...]]:
    """Whether machine and recording agree, and where not."""
    scene = played.scene
    engine = recordings.engine_of(recording, scene.engine)
    pair = recorded_outcome(recording, engine), outcome_of(scene, list(played.steps))
    differences = compared(without_content(*pair) if recording.recorder else pair)
    return not differences, differences


def without_content(recorded: Outcome, ours: Outcome) -> "Pair":
    """Of an image that is not the lab's we know names and digests, not what is in it. Whether
    `docker images` shows the digest depends on what is in it: `RepoDigests` has it."""

    def names_only(outcome: Outcome) -> Outcome:
        kept = (
            re.sub(r"\bDigest: \S+; ", "", row.partition("; Layers: ")[0]) for row in outcome.images
        )
        return replace(outcome, images=tuple(kept))

    return names_only(recorded), names_only(ours)


# -- what is normalised -----------------------------------------------------------------------

Pair = tuple[Outcome, Outcome]
Normalise = Callable[[Outcome, Outcome], Pair]


def both(change: Callable[[Outcome], Outcome]) -> Normalise:
    return lambda recorded, ours: (change(recorded), change(ours))


def without_blank_lines(outcome: Outcome) -> Outcome:
    if not outcome.terminal:
        return outcome
    return replace(outcome, stdout=tuple(line for line in outcome.stdout if line.strip()))


def temporary_names(outcome: Outcome) -> Outcome:
    told = tuple(re.sub(r"(config\.json)\d+", r"\1<random>", line) for line in outcome.stderr)
    return replace(outcome, stderr=told)


def identity_tokens(outcome: Outcome) -> Outcome:
    kept = outcome.config and re.sub(r'("identitytoken": )"[^"]*"', r'\1"..."', outcome.config)
    return replace(outcome, config=kept)


PASSING = ("Verifying Checksum", "Download complete")
CUT_SHORT = ("Pulling fs layer", "Already exists")


def layer_lines(outcome: Outcome) -> Outcome:
    """Lines of layers, between other lines, sorted by layer; each layer keeps its order."""
    kept: list[str] = []
    block: list[tuple[str, str]] = []
    for line in (*outcome.stdout, ""):
        found = PROGRESS.fullmatch(line)
        if found:
            block.append((found["id"], found["state"]))
            continue
        kept += by_layer(block, outcome)
        block = []
        kept.append(line)
    return replace(outcome, stdout=tuple(kept[:-1]))


def by_layer(block: list[tuple[str, str]], outcome: Outcome) -> list[str]:
    told: dict[str, list[str]] = {}
    for ident, state in block:
        if outcome.exit_status and state not in CUT_SHORT:
            continue
        if state == "Downloading":
            continue
        seen = told.setdefault(ident, [])
        sampled = known_engine(outcome.engine).samples_progress
        merged = "arrived" if state in PASSING and sampled else state
        if seen[-1:] != [merged]:
            seen.append(merged)
    return [f"{ident}: {state}" for ident in sorted(told) for state in told[ident]]


BLOB = re.compile(r"GET \S+/blobs/\S+ .*")


def parallel_requests(outcome: Outcome) -> Outcome:
    """Requests for blobs that stand together are sorted."""
    kept: list[str] = []
    block: list[str] = []
    for line in (*outcome.requests, ""):
        if BLOB.fullmatch(line):
            block.append(line)
            continue
        kept += sorted(block)
        block = []
        kept.append(line)
    return replace(outcome, requests=tuple(kept[:-1]))


def in_flight(recorded: Outcome, ours: Outcome) -> Pair:
    """Of a pull that failed among its blobs, only refusals count."""
    if not (recorded.exit_status and ours.exit_status):
        return recorded, ours

    def refusals(outcome: Outcome) -> Outcome:
        kept = (x for x in outcome.requests if not BLOB.fullmatch(x) or int(x[-3:]) >= 400)
        return replace(outcome, requests=tuple(x for x in kept if x != "client_aborted"))

    return refusals(recorded), refusals(ours)


MANIFEST = re.compile(r"GET \S+/manifests/sha256:\S+ .* -> 200")


def held_manifests(recorded: Outcome, ours: Outcome) -> Pair:
    """A manifest that only we ask for: the recorded daemon had it from an earlier situation."""
    if recorded.exit_status or not known_engine(recorded.engine).keeps_manifests:
        return recorded, ours
    theirs = Counter(recorded.requests)
    kept = tuple(x for x in ours.requests if not MANIFEST.fullmatch(x) or theirs[x])
    return recorded, replace(ours, requests=kept)


NORMALISED: dict[str, tuple[str, Normalise]] = {
    "terminal": (
        "a recording on a terminal was kept as the last screen, without blank lines",
        both(without_blank_lines),
    ),
    "temporary names": (
        "config.json is written by way of a file with a random number in its name",
        both(temporary_names),
    ),
    "identity tokens": ("the value of a token is random", both(identity_tokens)),
    "progress of layers": (
        "layers are downloaded in parallel, so the order between layers is chance; engine 26 may "
        "skip one of 'Verifying Checksum' and 'Download complete'; 'Downloading' is a moment; "
        "what a layer still reports when another one fails is chance too",
        both(layer_lines),
    ),
    "requests for blobs": (
        "blobs are asked for in parallel: compared as a set",
        both(parallel_requests),
    ),
    "requests in flight": (
        "when a pull fails among its blobs, those in flight are cut off at a moment of chance",
        in_flight,
    ),
    "manifests held": (
        "engine 26 does not ask for a manifest that it still holds from an earlier situation of "
        "the recording session, which the recording does not tell",
        held_manifests,
    ),
}
"""All that is not compared as it is: name -> (reason, how both sides are changed)."""

NEVER_COMPARED = {
    "times": "they are of the day",
    "request ids and headers other than Authorization": "they do not tell what was asked",
    "values of tokens": "they are random",
    "sizes of images in engine 29": "they depend on containerd's snapshotter, which unpacks",
}
"""What is not looked at at all -> why."""
