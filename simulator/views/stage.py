"""Views: pure functions of a trace. Streamlit, the terminal and the stage only place them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulator.docker.cli.commands import Login, Logout, Pull
from simulator.docker.engines.words import reason
from simulator.docker.machine import Phase, State
from simulator.docker.trace import Step, Trace
from simulator.protocol.authorization import Scheme
from simulator.protocol.digest import digest_of
from simulator.protocol.manifest import Descriptor
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.network_failure import NetworkFailure
from simulator.views.explain import (
    STATUSES,
    Note,
    body_rows,
    curl,
    of_answer_header,
    of_request_header,
)
from simulator.words.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from simulator.lesson.document import Lesson, Row
    from simulator.shell.values import Shell

COLUMNS = (N_("Row"), N_("Action"), N_("Input / command"), N_("Result"), N_("Notes"))
ALL_COLUMNS = (*COLUMNS, N_("Steps"), N_("Exchanges"))


# -- the status tracker -----------------------------------------------------------------------


def auth_token(state: State) -> str:
    """What proves who we are: a token or password that is sent, or credentials on disk."""
    store = state.client.store
    kept = bool(store.entries) or bool(store.helper and not store.helper_missing)
    if state.phase is Phase.COMPARING:
        return _("Accepted by the registry")
    if state.run.access.authorization is None or state.phase in AT_REST:
        return _("None yet; credentials stored") if kept else _("None")
    if state.run.access.authorization.scheme is Scheme.BASIC:
        return _("Password, sent with requests")
    return _("Token, sent with requests")


AT_REST = (Phase.READY, Phase.DONE)
"""Between commands nothing is sent, and tokens are forgotten."""


def image_layers(state: State) -> str:
    """Layers of the image that are here and verified, of how many."""
    if state.run.image.manifest is None:
        return _("None")
    layers = {layer.digest for layer in state.run.image.manifest.layers}
    here = {blob.digest for blob in (*state.run.download.received, *state.run.download.present)}
    return _("{here} of {all} verified").format(here=len(layers & here), all=len(layers))


def local_image_store(state: State) -> str:
    """Names in the image store; an image has one only when it is complete."""
    names = [name for name, _digest in state.client.images.images]
    reference = state.run.reference
    if state.run.download.received and reference and reference.canonical not in names:
        count = len(state.run.download.received)
        told = ngettext("{count} blob, no image yet", "{count} blobs, no image yet", count)
        names.append(told.format(count=count))
    return ", ".join(names) if names else _("Empty")


TRACKED = {
    "auth_token": auth_token,
    "image_layers": image_layers,
    "local_image_store": local_image_store,
}


def tracker_value(name: str, state: State) -> str:
    """The tracker's cell for this variable. Raises KeyError for an unknown one."""
    return TRACKED[name](state)


def tracker(trace: Trace, cursor: int | None = None) -> pd.DataFrame:
    """One row a variable, one column a step up to the cursor."""
    shown = trace.steps[:cursor]
    return tracked({_("Start"): trace.steps[0].before} | {f"{s.number}": s.after for s in shown})


def tracked(moments: dict[str, State]) -> pd.DataFrame:
    cells = {name: [value(state) for value in TRACKED.values()] for name, state in moments.items()}
    return pd.DataFrame(cells, index=pd.Index(TRACKED, name=_("Variable")))


def tracker_after(lesson: "Lesson", trace: Trace) -> pd.DataFrame:
    """The tracker at the start, after the rows that the lesson names, and at the end."""
    reached = {span.row.number: span.steps for span in spans(lesson, trace) if span.steps}
    moments = {_("Start"): trace.steps[0].before}
    for row in lesson.document.tracker_after:
        if row in reached:
            moments[_("After row {row}").format(row=row)] = reached[row][-1].after
    return tracked(moments | {_("Final"): trace.steps[-1].after})


# -- rows -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """The steps that a row of the process table covers in this run; empty if none. What a row
    comes to, it does not come to where it is `broken`: the run failed there."""

    row: "Row"
    steps: tuple[Step, ...]
    broken: bool = False


def commands_of(trace: Trace) -> list[tuple[Step, str]]:
    """Each step with the command it belongs to: `login`, `pull`, `logout`, or ``."""
    return [(step, command_name(step)) for step in trace.steps]


def command_name(step: Step) -> str:
    kinds = {Login: "login", Pull: "pull", Logout: "logout"}
    return kinds.get(type(step.after.run.command), "")


def row_of(lesson: "Lesson", phase: Phase) -> "Row | None":
    """The row that begins with this phase, or covers it."""
    return next((row for row in lesson.document.rows if phase in row.phases), None)


def spans(lesson: "Lesson", trace: Trace) -> list[Span]:
    """Every row with its steps. A step in a phase that no row names belongs to the row before
    it; a logout, which the table does not tell, to none."""
    told: dict[int, list[Step]] = {row.number: [] for row in lesson.document.rows}
    current: int | None = None
    for step in trace.steps:
        row = row_of(lesson, step.after.phase)
        current = row.number if row else current
        if current is not None:
            told[current].append(step)
    reached = [row.number for row in lesson.document.rows if told[row.number] and not row.branch]
    broken = reached[-1] if reached and trace.failed else None
    return [
        Span(row, tuple(told[row.number]), row.number == broken) for row in lesson.document.rows
    ]


def process_table(lesson: "Lesson", trace: Trace) -> pd.DataFrame:
    """The lesson's rows, with the steps and exchanges of this run under each."""
    cells = [table_row(span) for span in spans(lesson, trace)]
    return pd.DataFrame(cells, columns=[_(name) for name in ALL_COLUMNS]).set_index(_(COLUMNS[0]))


def table_row(span: Span) -> tuple[object, ...]:
    row, numbers = span.row, [step.number for step in span.steps]
    covered = f"{numbers[0]}–{numbers[-1]}" if numbers else _("not reached")
    sent = "\n".join(summary(step.exchange) for step in span.steps if step.exchange)
    came = ("–", _("The run ended here.")) if span.broken else (row.result, row.note)
    return (row.number, row.action, row.input, *came, covered, sent)


def summary(exchange: Exchange) -> str:
    """`HEAD /v2/app/manifests/1.0 → 401`, or what kept the answer away."""
    return f"{asked(exchange.request)} → {outcome(exchange.answer)}"


def asked(request: Request) -> str:
    return f"{request.method} {request.host}{request.path}"


def outcome(answer: Response | NetworkFailure) -> str:
    return str(answer.status) if isinstance(answer, Response) else str(answer.obstacle)


# -- the wire ---------------------------------------------------------------------------------

MARKED = frozenset({
    "authorization", "www-authenticate", "docker-content-digest", "location", "range",
    "content-range", "retry-after", "content-type",
})  # fmt: skip
"""Headers that matter to the story; shown with emphasis."""


def sent(request: Request) -> list[dict[str, Any]]:
    target = request.path + (f"?{request.query}" if request.query else "")
    headers = [("Host", request.host), *request.headers]
    if request.authorization:
        headers.append(("Authorization", request.authorization.header))
    form = "&".join(f"{key}={value}" for key, value in request.form)
    body = [plain(""), plain(form)] if form else []
    lines = [header_line(header, of_request_header(header[0], request)) for header in headers]
    return [plain(f"{request.method} {target} HTTP/1.1"), *lines, *body]


def answer_lines(answer: Response | NetworkFailure) -> list[dict[str, Any]]:
    if isinstance(answer, NetworkFailure):
        return [plain(f"{_('No answer')}: {answer.obstacle} {answer.detail}".strip())]
    status = noted(f"HTTP/1.1 {answer.status} {reason(answer.status)}", STATUSES.get(answer.status))
    return [
        status,
        *(header_line(header, of_answer_header(header[0])) for header in answer.headers),
    ]


def plain(text: str) -> dict[str, Any]:
    return noted(text, None)


def noted(text: str, note: Note | None, mark: bool = False) -> dict[str, Any]:
    told = {"note": _(note.text), "source": note.source} if note else {}
    return {"text": text, "mark": mark, **told}


def header_line(header: tuple[str, str], note: Note | None) -> dict[str, Any]:
    return noted(f"{header[0]}: {header[1]}", note, header[0].lower() in MARKED)


def body_text(answer: Response | NetworkFailure) -> str:
    """A JSON body laid out; of a blob, what arrived."""
    if isinstance(answer, NetworkFailure):
        return ""
    document = answer.json()
    if document is not None and answer.body.strip() not in (b"{}", b""):
        return json.dumps(document, indent=2, ensure_ascii=False)
    if answer.content:
        size, digest = answer.content.size, answer.content.digest
        return _("{size} bytes, digest {digest}").format(size=size, digest=digest)
    return ""


def digested(exchange: Exchange) -> dict[str, str] | None:
    """A manifest's very bytes and the digest that they must have, for the learner to check."""
    answer = exchange.answer
    if not isinstance(answer, Response) or "/manifests/" not in exchange.request.path:
        return None
    if answer.status != 200 or not answer.body:
        return None
    return {"text": answer.body.decode("utf-8", "replace"), "digest": digest_of(answer.body)}


def wire(step: Step, number: int, count: int) -> dict[str, Any] | None:
    """The step's exchange for the stage, or None for a local step."""
    if step.exchange is None:
        return None
    request, answer = step.exchange.request, step.exchange.answer
    username = step.before.run.credential.username if step.before.run.credential else ""
    return {
        "number": number,
        "count": count,
        "summary": asked(request),
        "method": request.method,
        "came": outcome(answer),
        "told": told(step, step.exchange),
        "status": answer.status if isinstance(answer, Response) else 0,
        "sent": sent(request),
        "answer": answer_lines(answer),
        "body": body_text(answer),
        "rows": [[row.what, row.value, _(row.note)] for row in body_rows(step)],
        "digested": digested(step.exchange),
        "curl": curl(request, username),
    }


def told(step: Step, exchange: Exchange) -> str:
    """Who sent what to whom, and what came back, in a sentence."""
    pulls = command_name(step) == "pull"
    return _("{who} asks {host}: {method} {path}. The answer: {came}.").format(
        who=_("The Docker engine") if pulls else _("Docker's command line"),
        host=exchange.request.host,
        method=exchange.request.method,
        path=exchange.request.path,
        came=said(exchange.answer),
    )


def said(answer: Response | NetworkFailure) -> str:
    if isinstance(answer, NetworkFailure):
        return _("none ({obstacle})").format(obstacle=answer.obstacle)
    return f"{answer.status} {reason(answer.status)}"


# -- the console ------------------------------------------------------------------------------


def console(shell: "Shell", completed: Sequence[str] = (), asked: str = "") -> dict[str, Any]:
    """All that the console shows; `completed` are the lines that `asked` can become."""
    prompt = shell.prompt
    return {
        "lines": [{"kind": line.kind, "text": line.text} for line in shell.lines],
        "count": f"{len(shell.lines)}-{shell.commands}-{id(shell.lines)}",
        "prompt": {"text": prompt.text, "secret": prompt.secret} if prompt else None,
        "history": list(shell.history),
        "completed": list(completed),
        "asked": asked,
        "strings": {
            "console": _("Terminal"),
            "screen": _("What the terminal shows"),
            "input": _("Command line"),
            "keys": _("Enter runs it · ↑ ↓ earlier lines · Tab completes · help"),
        },
    }


# -- the stage --------------------------------------------------------------------------------


def node_of(lesson: "Lesson", phase: Phase) -> str:
    return next(node.id for node in lesson.nodes if phase in node.phases)


def stage_node(lesson: "Lesson", step: Step) -> str:
    """Where the run is: the first command starts it; back at the prompt, it is where it was."""
    if step.number == 1:
        return node_of(lesson, Phase.READY)
    before, after = step.before.phase, step.after.phase
    return node_of(lesson, before if after is Phase.READY else after)


def came_from(lesson: "Lesson", step: Step, node: str) -> str:
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


def sample_of(lesson: "Lesson", trace: Trace) -> list[str]:
    """The commands of this run; the lesson's own sample where they are the same."""
    typed, sample = typed_commands(trace), lesson.document.sample
    own = [line for line in sample if line and not line.startswith("#")]
    return list(sample) if typed == own else typed


def typed_commands(trace: Trace) -> list[str]:
    first = trace.steps[0].before
    return [command.text for command in first.commands]


def line_of(sample: Sequence[str], step: Step) -> int:
    command = step.after.run.command
    return sample.index(command.text) if command and command.text in sample else 0


def stage(lesson: "Lesson", trace: Trace) -> dict[str, Any]:
    """What happened, step by step, as the stage shows it."""
    covered = spans(lesson, trace)
    rows = {step.number: span.row.number for span in covered for step in span.steps}
    sample, edges = sample_of(lesson, trace), {edge.id for edge in lesson.edges}
    count = sum(1 for step in trace.steps if step.exchange)
    seconds = {one.step: round(one.end - one.start, 6) for one in trace.took}
    shown: list[dict[str, Any]] = []
    node, number = "", 0
    for step, command in commands_of(trace):
        number += step.exchange is not None
        began, node = came_from(lesson, step, node), stage_node(lesson, step)
        edge = f"edge-{began}-{node}"
        shown.append(
            step_view(lesson, step, command, sample)
            | {
                "row": rows.get(step.number),
                "node": node,
                "edge": edge if edge in edges else None,
                "exchange": wire(step, number, count),
                "layers": layers(step, seconds.get(step.number)),
            }
        )
    return {
        "schema": "pullscope-stage/1",
        "title": lesson.document.title,
        "minutes": lesson.document.minutes,
        "sample": sample,
        "flow": lesson.flow,
        "columns": [_(column) for column in COLUMNS],
        "rows": [row_view(span) for span in covered],
        "variables": [
            {"name": name, "start": value(trace.steps[0].before)} for name, value in TRACKED.items()
        ],
        "steps": shown,
        "outcome": "failed" if trace.failed else "done",
        "scenario": trace.scenario if trace.source != "recording" else "",
        "recording": trace.scenario if trace.source == "recording" else "",
        "engine": trace.engine,
        "source": trace.source,
    }


def step_view(lesson: "Lesson", step: Step, command: str, sample: Sequence[str]) -> dict[str, Any]:
    cells = {name: value(step.after) for name, value in TRACKED.items()}
    before = {name: value(step.before) for name, value in TRACKED.items()}
    words = lesson.words(step.name, command)
    return {
        "number": step.number,
        "event": step.name,
        "title": words.title,
        "text": words.text,
        "failed": step.after.phase is Phase.FAILED,
        "line": line_of(sample, step),
        "terminal": [{"kind": line.kind, "text": line.text} for line in step.terminal],
        "tracker": cells,
        "changed": [name for name in cells if cells[name] != before[name]],
    }


def row_view(span: Span) -> dict[str, Any]:
    row, told = span.row, [step.number for step in span.steps]
    return {
        "number": row.number,
        "action": row.action,
        "input": row.input,
        "result": row.result,
        "note": row.note,
        "broken": span.broken,
        "branch": row.branch,
        "first": told[0] if told else None,
        "last": told[-1] if told else None,
    }
