"""The stage: what happened in a run, step by step, as data for the player."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from simulator.docker.events import CommandTyped
from simulator.docker.machine import Phase, State
from simulator.docker.trace import Step, Trace
from simulator.protocol.manifest import Descriptor
from simulator.protocol.message import Response
from simulator.views.address import Address
from simulator.views.commands import typed_commands
from simulator.views.holdings import holdings
from simulator.views.message import wire
from simulator.views.outline import Outline, diagram
from simulator.views.rows import COLUMNS, Span, rows_by_step, spans
from simulator.views.talk import parties_view, talk_view
from simulator.words.i18n import _


def stage_node(lesson: Outline, step: Step, before: str) -> str:
    """The box where the run is: the first command starts it; back at the prompt, and in a phase
    that has no box, it is where it was."""
    at, then = step.before.phase, step.after.phase
    phase = Phase.READY if step.number == 1 else at if then is Phase.READY else then
    boxes = [node.id for node in lesson.nodes if phase in node.phases]
    return boxes[0] if boxes else before


def came_from(lesson: Outline, step: Step, node: str) -> str:
    """Where the way to this step began; a refusal was decided where the registry verifies."""
    refused = step.after.failure and step.exchange and isinstance(step.exchange.answer, Response)
    boxes = [box.id for box in lesson.nodes if refused and step.before.phase in box.refuses]
    return boxes[0] if boxes else node


SHOWN_LAYERS = 5
"""Bars that have room beside the account of a step."""


def layers(step: Step, seconds: float | None = None) -> dict[str, Any]:
    """The image's layers, base first, in Docker's words: all of a few, or those of many around
    the first that is not here. The one that this step brought has its `seconds`, if measured."""
    before, download = step.before.run.download, step.after.run.download
    manifest = step.after.run.image.manifest
    timed = set(download.received) - set(before.received) if seconds else set()
    every = tuple(dict.fromkeys(manifest.layers)) if manifest else ()
    here = {*download.present, *download.received}
    missing = next((place for place, one in enumerate(every) if one not in here), len(every))
    least = max(0, min(missing - 1, len(every) - SHOWN_LAYERS))
    shown = every[least : least + SHOWN_LAYERS]
    told = _("{here} of {all} layers are here")
    more = told.format(here=len(here & set(every)), all=len(every))
    return {
        "bars": [
            layer_progress(step.after, layer) | ({"seconds": seconds} if layer in timed else {})
            for layer in shown
        ],
        "more": more if len(every) > len(shown) else "",
    }


def layer_progress(state: State, layer: Descriptor) -> dict[str, Any]:
    done = dict(state.run.download.partial).get(layer.digest, 0)
    status = "Pulling fs layer" if done == 0 else "Downloading"
    if layer in state.run.download.present:
        done, status = layer.size, "Already exists"
    elif layer in state.run.download.received:
        stored = state.phase not in (Phase.FETCHING_BLOBS, Phase.FAILED)
        done, status = layer.size, "Pull complete" if stored else "Download complete"
    return {"digest": layer.short, "done": done, "total": layer.size, "status": status}


def sample_of(lesson: Outline, trace: Trace) -> list[str]:
    """The commands of this run; the lesson's own sample where they are the same."""
    typed, sample = typed_commands(trace), lesson.sample
    own = [line for line in sample if line and not line.startswith("#")]
    return list(sample) if typed == own else typed


def line_of(sample: Sequence[str], step: Step, typed: Sequence[str]) -> int:
    """The line of the step's command; of those that are alike, that of the last one `typed`."""
    command = step.after.run.command
    text = command.text if command else ""
    lines = [place for place, line in enumerate(sample) if line == text]
    return lines[min(max(typed.count(text), 1), len(lines)) - 1] if lines else 0


def stage(lesson: Outline, trace: Trace) -> dict[str, Any]:
    """What happened, step by step, as the stage shows it."""
    sample, start = sample_of(lesson, trace), trace.steps[0].before
    steps = steps_view(lesson, trace, sample)
    return {
        "schema": "pullscope-stage/1",
        "lesson": lesson.id,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "sample": sample,
        "flow": diagram(lesson),
        "columns": [_(column) for column in COLUMNS],
        "rows": [row_view(span) for span in spans(lesson, trace)],
        "variables": [{"name": one.name, "start": one.cell(start)} for one in lesson.probes],
        "parties": parties_view(lesson.parties, [one["talk"] for one in steps]),
        "steps": steps,
        "outcome": "failed" if trace.failed else "done",
        "scenario": trace.scenario if trace.source != "recording" else "",
        "recording": trace.scenario if trace.source == "recording" else "",
        "engine": trace.engine,
        "source": trace.source,
        "address": address_of(lesson, trace).parts,
    }


def address_of(lesson: Outline, trace: Trace) -> Address:
    """The run's address; the player adds the step."""
    known = Address(lesson=lesson.id, engine=trace.engine, source=trace.source)
    if trace.source == "recording":
        return replace(known, recording=trace.scenario)
    return replace(known, scenario=trace.scenario)


def steps_view(lesson: Outline, trace: Trace, sample: Sequence[str]) -> list[dict[str, Any]]:
    """Each step with its row, its box, the arrow to it, and its message, counted from 1."""
    rows, edges = rows_by_step(lesson, trace), {edge.id for edge in lesson.edges}
    seconds = {one.step: round(one.end - one.start, 6) for one in trace.took}
    count = sum(1 for step in trace.steps if step.exchange)
    shown: list[dict[str, Any]] = []
    node, number, typed = lesson.nodes[0].id, 0, list[str]()
    for step in trace.steps:
        number += step.exchange is not None
        typed += [step.event.command.text] if isinstance(step.event, CommandTyped) else []
        began, node = came_from(lesson, step, node), stage_node(lesson, step, node)
        edge = f"edge-{began}-{node}"
        shown.append(
            step_view(lesson, step)
            | {
                "line": line_of(sample, step, typed),
                "row": rows[step.number].number if step.number in rows else None,
                "node": node,
                "edge": edge if edge in edges else None,
                "exchange": wire(step, number, count),
                "layers": layers(step, seconds.get(step.number)),
            }
        )
    return shown


def step_view(lesson: Outline, step: Step) -> dict[str, Any]:
    words = lesson.words(step.name, step)
    changed = [one.name for one in lesson.probes if one.value(step.after) != one.value(step.before)]
    return {
        "number": step.number,
        "event": step.name,
        "title": words.title,
        "text": words.text,
        "failed": step.after.phase is Phase.FAILED,
        "terminal": [{"kind": line.kind, "text": line.text} for line in step.terminal],
        "tracker": {one.name: one.cell(step.after) for one in lesson.probes},
        "changed": changed,
        "talk": talk_view(step, lesson.speech(step.name), lesson.parties),
        "has": holdings(step),
    }


def row_view(span: Span) -> dict[str, Any]:
    row, told = span.row, [step.number for step in span.steps]
    return {
        "number": row.number,
        "action": row.action,
        "inputs": [{"step": number, "text": text} for number, text in span.inputs],
        "input": span.input,
        "result": span.said(row.result) if span.complete else "–",
        "note": span.said(row.note) if span.complete else "",
        "broken": span.broken,
        "branch": row.branch,
        "first": told[0] if told else None,
        "last": told[-1] if told else None,
        "complete": span.complete,
    }
