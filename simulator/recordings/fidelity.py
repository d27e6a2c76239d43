"""How faithful the machine is: recorded situations of real Docker, played and compared.

Compared are the fields of `FIELDS`, after what `NORMALISED` lists and nothing else. A recording
that is not played is listed with the reason, and counts as a disagreement.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from simulator.docker.machine import IllegalTransition
from simulator.docker.trace import EndlessRun
from simulator.recordings import document, replay
from simulator.recordings.content import held
from simulator.recordings.document import ENGINES, RECORDED, InvalidRecording, Recording
from simulator.recordings.normalise import NEVER_COMPARED, NORMALISED, Pair, without_content
from simulator.recordings.outcome import FIELDS, Outcome, played_outcomes, recorded_outcomes
from simulator.recordings.scene import NotModelled, Scene, played, scene_of
from simulator.words.yaml_text import loaded


@cache
def unreached() -> Mapping[str, str]:
    """Situations that the machine does not play, or not on one engine (`NAME ENGINE`), and why;
    empty if no recordings are installed."""
    path = RECORDED / "unreached.yaml"
    return dict(loaded(path)) if path.exists() else {}


@dataclass(frozen=True)
class Difference:
    """A field in which the machine differs."""

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
    group: str = ""

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
class Situation:
    """A recording on one of its engines, or of another client."""

    recording: Recording
    engine: str


def situations(directory: str | Path | None = None) -> list[Situation]:
    """Every recorded situation, once for each engine; of no directory, Pullscope's own.

    Raises InvalidRecording.
    """
    own = (*document.recorded().values(), *document.second_lab().values())
    known = document.situations(directory) if directory else own
    return [Situation(one, engine) for one in known for engine in (*ENGINES, *others(one))
            if engine in one.engines]  # fmt: skip


def others(recording: Recording) -> list[str]:
    """The clients of this recording that are not Docker."""
    return [name for name in recording.engines if name not in ENGINES]


def compare(situation: Situation) -> Comparison:
    """Play the situation and compare it, field by field."""
    recording, engine = situation.recording, situation.engine
    known = unreached()
    why = known.get(recording.name) or known.get(f"{recording.name} {engine}", "")
    if engine not in ENGINES:
        why = f"recorded with {engine}: shown, not played"
    differences: tuple[Difference, ...] = ()
    try:
        differences = differences_of(situation) if engine in ENGINES else ()
    except NotModelled as reason:
        why = why or f"not modelled: {reason}"
    except InvalidRecording as error:
        differences = (Difference("situation", str(error), ""),)
    except (IllegalTransition, EndlessRun) as error:  # a defect of ours, and of this one alone
        differences = (Difference("situation", "", str(error)),)
    agreed = not (differences or why)
    return Comparison(recording.name, engine, agreed, differences, why, recording.group)


def differences_of(situation: Situation) -> tuple[Difference, ...]:
    """What differs. Raises NotModelled, InvalidRecording, and what the machine raises."""
    recording = situation.recording
    engine = document.engine_of(recording, situation.engine)
    if recording.recorder:  # the world is a user's own: what was recorded answers
        return verdict(recording, replay.play(recording, engine))
    scene = scene_of(recording, engine)
    if recording.world and recording.world.content:
        scene = replace(scene, client=replace(scene.client, images=held(scene)))
    return all_differences(recording, scene, list(played(recording, scene)))


def all_differences(
    recording: Recording, scene: Scene, runs: Sequence[Any]
) -> tuple[Difference, ...]:
    """The differences of each command, one for a field."""
    recorded = recorded_outcomes(recording, scene.engine)
    ours = played_outcomes(scene, runs)
    pairs: Iterable[Pair] = zip(recorded, ours, strict=True)
    if recording.world and recording.world.content:
        pairs = (without_content(*pair) for pair in pairs)
    found = [one for pair in pairs for one in compared(pair)]
    by_field = {one.field: one for one in reversed(found)}
    return tuple(by_field[name] for name in FIELDS if name in by_field)


def compared(pair: Pair) -> tuple[Difference, ...]:
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


def verdict(recording: Recording, run: replay.Played) -> tuple[Difference, ...]:
    """Where machine and recording differ, in a run on the recording's own exchanges."""
    pair = (
        recorded_outcomes(recording, run.scene.engine)[-1],
        played_outcomes(run.scene, [run.steps])[-1],
    )
    if recording.recorder:
        pair = without_hosts_unseen(recording, run.scene.engine, without_content(*pair))
    if recording.engines[run.scene.engine].seen_by == "client":
        return compared(pair)
    return tuple(one for one in compared(without_events(pair)) if one.field == "requests")


def without_hosts_unseen(recording: Recording, engine: document.Engine, pair: Pair) -> Pair:
    """Without what was asked of hosts that the recorder does not see: where redirects led."""
    seen = {line.url for line in recording.engines[engine].http if line.url}
    first, second = (
        replace(one, requests=tuple(line for line in one.requests if not elsewhere(line, seen)))
        for one in pair
    )
    return first, second


def elsewhere(request: str, seen: set[str]) -> bool:
    """Whether this line is for a blob at a host of which nothing was seen."""
    found = re.match(r"GET (https?://[^/ ]+)/", request)
    return found is not None and bool(seen) and found[1] not in seen


def without_events(pair: Pair) -> Pair:
    """Without what is no request: a registry's log of requests has none of it."""
    first, second = (
        replace(one, requests=tuple(line for line in one.requests if " " in line)) for one in pair
    )
    return first, second


# -- all of them ------------------------------------------------------------------------------


def compare_all(directory: str | Path | None = None, engine: str | None = None) -> list[Comparison]:
    """Every situation of this directory (None: Pullscope's own), on all engines or one.

    Raises InvalidRecording.
    """
    return [compare(one) for one in situations(directory) if engine in (None, one.engine)]


def table(comparisons: Sequence[Comparison]) -> list[tuple[str, str, str, str]]:
    """Rows of name, engine, verdict and what differs (or why it is not played)."""
    return [(one.name, one.engine, one.verdict, one.reason) for one in comparisons]


def total(comparisons: Sequence[Comparison]) -> str:
    """`170 of 172 agree; 2 not reached`."""
    counts = Counter(one.verdict for one in comparisons)
    agree = f"{counts['agrees']} of {len(comparisons)} agree"
    return f"{agree}; {counts['unreached']} not reached"


def by_group(comparisons: Sequence[Comparison]) -> Iterator[tuple[str, ...]]:
    """Rows of group, runs, those that agree, those that are not played, and for each field of
    `FIELDS` how many differ in it. The last row is of all."""
    groups = dict.fromkeys(one.group for one in comparisons)
    for group in groups if len(groups) > 1 else ():
        yield (group or "(none)", *counts([one for one in comparisons if one.group == group]))
    yield "all", *counts(comparisons)


def counts(comparisons: Sequence[Comparison]) -> Iterator[str]:
    verdicts = Counter(one.verdict for one in comparisons)
    fields = Counter(x.field for one in comparisons if not one.unreached for x in one.differences)
    yield str(len(comparisons))
    yield from (str(verdicts[name]) for name in ("agrees", "unreached"))
    yield from (str(fields[name]) for name in FIELDS)


def differs(comparisons: Iterable[Comparison]) -> bool:
    """Whether anything differs that is not listed as unreached."""
    return any(one.verdict == "differs" for one in comparisons)


def report(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The comparison as data, with all that it did not look at and why."""
    verdicts = Counter(one.verdict for one in comparisons)
    return {
        "total": len(comparisons),
        "agree": verdicts["agrees"],
        "differ": verdicts["differs"],
        "not_reached": verdicts["unreached"],
        "compared": list(FIELDS),
        "normalised": {name: reason for name, (reason, _) in NORMALISED.items()},
        "never_compared": NEVER_COMPARED,
        "situations": [
            {
                "name": one.name,
                "engine": one.engine,
                "group": one.group,
                "verdict": one.verdict,
                "reason": one.reason,
                "differences": [asdict(difference) for difference in one.differences],
            }
            for one in comparisons
        ],
    }
