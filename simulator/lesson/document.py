"""A lesson: words about a run, as data that is checked against the machine.

`lesson.yaml` says why; the machine says what. Each claim is equality at a path of one step of
one scenario's trace. `problems` yields a sentence for each way in which the words disagree with
the machine; empty means proven. The right answer of a quiz question is the one whose claim holds.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from simulator.docker.engines import engines
from simulator.docker.events import Event
from simulator.docker.machine import Phase
from simulator.docker.trace import Step, Trace
from simulator.lesson import flow
from simulator.lesson.flow import Edge, Node
from simulator.recordings.situations import trace as played
from simulator.scenarios.model import UnknownScenario
from simulator.views import predictions as predict
from simulator.views import stage as views
from simulator.words import i18n
from simulator.words.translation import in_language, languages, sibling, spoken
from simulator.words.validation import first_wrong

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
FILE = "lesson.yaml"
SCHEMA = "lesson.schema.json"
Where = tuple[str | int, ...]
"""A place in the document: keys and positions from its root."""


class InvalidLesson(ValueError):
    """A lesson file that cannot be read; the message names file, line and what is wrong."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Claim(Part):
    """`see` maps paths to values, at one step of a scenario's run (the lesson's own by default).

    `at` is a row's number (its last step), `start` (before the first step), `end`, or an event's
    name (its first occurrence), where need be after a command: `pull Challenged`.
    """

    at: int | str
    see: dict[str, Any] = Field(min_length=1)
    run: str = ""


class Row(Part):
    """A row of the process table. `phases` are those that it begins with and covers."""

    number: int = Field(ge=1)
    action: str
    input: str
    result: str
    note: str
    phases: tuple[Phase, ...]
    branch: bool = False
    claims: tuple[Claim, ...] = ()


class Box(Part):
    """A box of the flow diagram. A registry's refusal in one of the phases `refuses` happens
    here, though the request was sent from another box."""

    id: str = Field(pattern=r"^[a-z]+$")
    label: str
    phases: tuple[Phase, ...]
    refuses: tuple[Phase, ...] = ()
    failure: bool = False


class Flow(Part):
    """The diagram: boxes in the order of the way through, the ways back, and the boxes that
    the failure branch is drawn from."""

    boxes: tuple[Box, ...] = Field(min_length=2)
    back: tuple[tuple[str, str], ...] = ()
    failing: tuple[str, ...]
    caption: str


class Words(Part):
    """What a step is called, and one or two sentences on what just happened."""

    title: str
    text: str


class Moment(Part):
    """A key moment: a question that learners ask, and its answer."""

    question: str
    answer: str
    claims: tuple[Claim, ...] = Field(min_length=1)


class Option(Part):
    """An answer to choose. The right one's claim holds; each other's does not."""

    text: str
    claim: Claim
    feedback: str


class Question(Part):
    prompt: str
    hint: str
    options: tuple[Option, ...] = Field(min_length=4, max_length=4)


class Prediction(Part):
    """What is asked before the first step that leaves `phase`: which event it will be, which value
    a variable will have, or which row comes next. `ways` are the events to offer first."""

    phase: Phase
    kind: Literal["event", "value", "row"]
    prompt: str
    ways: tuple[str, ...] = ()
    variable: str = ""


class Sentence(Part):
    """A line of the snapshot or a paragraph of the transcript, with what proves it."""

    text: str
    claims: tuple[Claim, ...] = ()


class Document(Part):
    """`lesson.yaml`."""

    title: str
    topic: str
    minutes: str
    scenario: str
    sample: tuple[str, ...] = Field(min_length=1)
    sample_caption: str
    flow: Flow
    rows: tuple[Row, ...] = Field(min_length=1)
    table_caption: str
    tracker_after: tuple[int, ...]
    tracker: tuple[Claim, ...]
    words: dict[str, Words]
    predictions: tuple[Prediction, ...] = ()
    """By weight: a run asks the first few that it reaches."""
    moments: tuple[Moment, ...]
    quiz: tuple[Question, ...]
    snapshot: tuple[Sentence, ...]
    transcript: tuple[Sentence, ...]


@dataclass(frozen=True)
class Lesson:
    """A lesson as loaded, with the place it came from and the language of its texts."""

    document: Document
    folder: Path
    lines: Mapping[Where, int]
    """Line in the file (from 1) of each place."""
    language: str = i18n.DEFAULT

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(
            Node(b.id, b.label, b.phases, b.refuses, b.failure) for b in self.document.flow.boxes
        )

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The way through, the ways back, and the failure branch."""
        drawn = self.document.flow
        way = [node.id for node in self.nodes if not node.failure]
        onward = tuple(Edge(a, b) for a, b in pairwise(way))
        back = tuple(Edge(a, b, back=True) for a, b in drawn.back)
        branches = [node.id for node in self.nodes if node.failure]
        return (
            onward
            + back
            + tuple(Edge(box, branch, failure=True) for box in drawn.failing for branch in branches)
        )

    @property
    def flow(self) -> dict[str, Any]:
        svgs = {shape: svg_file(self, shape).read_text("utf-8") for shape in flow.SHAPES}
        return flow.payload(self.nodes, self.edges, svgs)

    def words(self, event: str, command: str) -> Words:
        """The words for an event, or those special to a command: `login Challenged`."""
        told = self.document.words
        return told.get(f"{command} {event}") or told[event]

    def line(self, where: Where) -> int:
        """The line of this place, or of the nearest place around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


# -- reading ----------------------------------------------------------------------------------


def load(folder: Path) -> Lesson:
    """The lesson in this folder, in the chosen language.

    Raises InvalidLesson with file, line and what is wrong, or InvalidTranslation.
    """
    path = folder / FILE
    try:
        document = YAML(typ="rt").load(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidLesson(f"{shown(path)}: cannot be read: {error.strerror}") from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "not YAML in UTF-8"
        raise InvalidLesson(f"{shown(path)}:{mark.line + 1 if mark else 1}: {what}") from None
    lines = dict(places(document))
    document = in_language(document, path)
    try:
        return Lesson(Document.model_validate(document), folder, lines, spoken(path))
    except ValidationError as error:
        where = error.errors(include_url=False)[0]["loc"]
        line = Lesson(Document.model_construct(), folder, lines).line(where)
        raise InvalidLesson(f"{shown(path)}:{line}: {first_wrong(error)}") from None


def places(node: Any, where: Where = ()) -> Iterator[tuple[Where, int]]:
    """Each place in a YAML document with its line."""
    marks = getattr(node, "lc", None)
    if marks is None:
        return
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*where, key), marks.data[key][0] + 1
        yield from places(value, (*where, key))


def shown(path: Path) -> str:
    """The path as a reader of the project knows it."""
    try:
        return path.resolve().relative_to(LESSONS.parent).as_posix()
    except ValueError:
        return path.as_posix()


def folders(root: Path = LESSONS) -> tuple[Path, ...]:
    """Every folder that holds a lesson, by name."""
    return tuple(sorted(path.parent for path in root.glob(f"*/{FILE}")))


def every_language(folder: Path) -> Iterator[Lesson]:
    """The lesson in this folder, in each language that it has words in.

    Raises InvalidLesson or InvalidTranslation.
    """
    for language in languages(folder / FILE):
        with i18n.speaking(language):
            yield load(folder)


def lessons(root: Path = LESSONS) -> tuple[Lesson, ...]:
    """All lessons. Raises InvalidLesson."""
    return tuple(load(folder) for folder in folders(root))


# -- what is built ----------------------------------------------------------------------------


def svg_file(lesson: Lesson, shape: str) -> Path:
    """`flow-wide.svg`, in another language `flow-wide.de.svg`: the boxes have labels."""
    return sibling(lesson.folder / f"flow-{shape}.svg", lesson.language)


def schema() -> str:
    """The JSON Schema of `lesson.yaml`, for editors."""
    return json.dumps(Document.model_json_schema(), indent=1) + "\n"


def build(lesson: Lesson) -> None:
    """Lay out the diagrams beside the lesson, and write the schema beside the lessons."""
    for shape in flow.SHAPES:
        source = flow.dot(lesson.nodes, lesson.edges, shape)
        svg_file(lesson, shape).write_text(flow.layout(source), "utf-8")
    (lesson.folder.parent / SCHEMA).write_text(schema(), "utf-8")


# -- proving ----------------------------------------------------------------------------------


def problems(lesson: Lesson) -> tuple[str, ...]:
    """Every way in which the lesson disagrees with the machine; empty means proven."""
    file = shown(lesson.folder / FILE)
    checks = (of_rows, of_flow, of_words, of_claims, of_quiz, of_predictions, of_built)
    with i18n.speaking(i18n.DEFAULT):
        return tuple(
            f"{file}:{lesson.line(where)}: {what}"
            for check in checks
            for where, what in check(lesson)
        )


Found = Iterator[tuple[Where, str]]


def own_trace(lesson: Lesson) -> Trace | None:
    try:
        return played(lesson.document.scenario)
    except UnknownScenario:
        return None


def of_rows(lesson: Lesson) -> Found:
    """Rows are numbered from one, the sample is what is typed, and every row is reached."""
    document, trace = lesson.document, own_trace(lesson)
    if trace is None:
        yield ("scenario",), f"there is no scenario {document.scenario!r}"
        return
    for place, row in enumerate(document.rows):
        if row.number != place + 1:
            yield ("rows", place, "number"), f"row {row.number} stands at place {place + 1}"
    typed = views.typed_commands(trace)
    if [line for line in document.sample if line and not line.startswith("#")] != typed:
        yield ("sample",), f"the commands of {trace.scenario!r} are {typed}"
    inputs = {row.input for row in document.rows}
    for command in typed:
        if command not in inputs:
            yield ("rows",), f"no row has the command {command!r} as its input"
    for place, span in enumerate(views.spans(lesson, trace)):
        if bool(span.steps) == span.row.branch:
            happens = "happens" if span.steps else "does not happen"
            yield ("rows", place), f"row {span.row.number} {happens} in {trace.scenario!r}"
    if [row.branch for row in document.rows].count(True) != 1:
        yield ("rows",), "exactly one row is the branch that a failure takes"


def of_flow(lesson: Lesson) -> Found:
    """Each phase has one box, and each arrow is a way that the machine can take."""
    homes = [phase for node in lesson.nodes for phase in node.phases]
    for phase in Phase:
        if homes.count(phase) != 1:
            yield ("flow", "boxes"), f"phase {phase.value!r} is in {homes.count(phase)} boxes"
            return
    failing = [node for node in lesson.nodes if node.failure]
    if [node.phases for node in failing] != [(Phase.FAILED,)]:
        yield ("flow", "boxes"), "the failure box stands for the phase 'failed' and nothing else"
        return
    possible = flow.moves(lesson.nodes)
    for edge in lesson.edges:
        if (edge.source, edge.target) not in possible:
            yield ("flow",), f"no run goes from {edge.source!r} to {edge.target!r}"


def of_words(lesson: Lesson) -> Found:
    """Every event has words, and no words are for an event that does not exist."""
    names = {kind.__name__ for kind in get_args(Event)}
    told = lesson.document.words
    for key in told:
        if key.split()[-1] not in names:
            yield ("words", key), f"there is no event {key!r}"
    for name in sorted(names - told.keys()):
        yield ("words",), f"the event {name!r} has no words"


def of_claims(lesson: Lesson) -> Found:
    """Every claim holds, but for those of the quiz: see `of_quiz`."""
    for where, claim in claims_in(lesson.document):
        if "quiz" not in where:
            yield from disagreements(lesson, where, claim)


def of_quiz(lesson: Lesson) -> Found:
    """Exactly one option of a question is true."""
    for place, question in enumerate(lesson.document.quiz):
        found = [list(disagreements(lesson, (), o.claim)) for o in question.options]
        true = [
            option.text for option, said in zip(question.options, found, strict=True) if not said
        ]
        if len(true) != 1:
            where: Where = ("quiz", place, "options")
            yield where, f"{len(true)} options are true of the machine: {true or found}"


def of_predictions(lesson: Lesson) -> Found:
    """The lesson's own run asks two to four questions, what is offered can be offered, and in
    every situation a question has one right option and a reason against each other one."""
    for place, prediction in enumerate(lesson.document.predictions):
        where: Where = ("predictions", place)
        for way in prediction.ways:
            if way not in predict.exits(prediction.phase):
                yield (*where, "ways"), f"no {way!r} leads out of {prediction.phase.value!r}"
        if (prediction.kind == "value") != (prediction.variable in views.TRACKED):
            known = ", ".join(views.TRACKED)
            yield where, f"a prediction of a value, and no other, names one of {known}"
            return
    if own_trace(lesson) is None or any(of_words(lesson)):
        return  # what cannot be played or told cannot be asked, and is complained of already
    for engine in engines():
        count = len(predict.questions(lesson, played(lesson.document.scenario, engine)))
        if not 2 <= count <= predict.MOST:
            what = f"Docker {engine} asks {count} questions in {lesson.document.scenario!r}"
            yield ("predictions",), f"{what}: mark two to {predict.MOST}"
    runs = [trace for engine in engines() for trace in predict.every_run(engine)]
    for place, prediction in enumerate(lesson.document.predictions):
        for trace in runs:
            question = predict.asked(lesson, trace, prediction)
            if question and not fair(question):
                yield ("predictions", place), f"cannot be asked fairly in {trace.scenario!r}"


def fair(question: predict.Question) -> bool:
    """One option is right, none stands there twice, and each wrong one has its reason."""
    texts = [option.text for option in question.options]
    right = [option for option in question.options if option.right]
    reasons = all(option.right or option.why for option in question.options)
    return len(right) == 1 and len(set(texts)) == len(texts) and reasons


def of_built(lesson: Lesson) -> Found:
    """The diagrams were laid out from this lesson and this machine."""
    for shape in flow.SHAPES:
        path, source = svg_file(lesson, shape), flow.dot(lesson.nodes, lesson.edges, shape)
        if not path.exists() or flow.stale(path.read_text("utf-8"), source):
            yield ("flow",), f"{path.name} is out of date: run `pullscope build`"


def claims_in(part: Any, where: Where = ()) -> Iterator[tuple[Where, Claim]]:
    """All claims of a document, each with its place."""
    if isinstance(part, Claim):
        yield where, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from claims_in(getattr(part, name), (*where, name))
    elif isinstance(part, tuple):
        for place, item in enumerate(part):
            yield from claims_in(item, (*where, place))


def right_answer(lesson: Lesson, question: Question) -> int:
    """The place of the option whose claim holds: the key is computed, never typed."""
    return next(
        place
        for place, option in enumerate(question.options)
        if not list(disagreements(lesson, (), option.claim))
    )


# -- a claim: equality at a path ----------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """What a claim's path starts from."""

    name: str
    before: Any
    event: Any
    after: Any
    exchange: Any
    tracker: Mapping[str, str]
    row: int | None
    terminal: str


def disagreements(lesson: Lesson, where: Where, claim: Claim) -> Found:
    """Each path at which the machine says something else."""
    try:
        trace = played(claim.run or lesson.document.scenario)
        point = find_point(lesson, trace, claim.at)
    except (UnknownScenario, LookupError) as error:
        yield (*where, "at"), str(error.args[0])
        return
    for path, value in claim.see.items():
        try:
            actual = resolve(point, path)
        except LookupError as error:
            yield (*where, "see", path), str(error.args[0])
            continue
        if actual != value:
            place = f"{path} at {claim.at!r} of {trace.scenario!r}"
            yield (*where, "see", path), f"{place} is {actual!r}, not {value!r}"


def find_point(lesson: Lesson, trace: Trace, at: int | str) -> Point:
    """The moment that `at` names. Raises LookupError with a sentence."""
    covered = views.spans(lesson, trace)
    row_of = {step.number: span.row.number for span in covered for step in span.steps}
    if at == "start":
        return point(trace.steps[0], row_of, start=True)
    if at == "end":
        return point(trace.steps[-1], row_of)
    if isinstance(at, int):
        steps = [step for span in covered if span.row.number == at for step in span.steps]
    else:
        wanted, event = (at.split()[0], at.split()[1]) if " " in at else ("", at)
        steps = [
            step
            for step, command in views.commands_of(trace)
            if step.name == event and wanted in ("", command)
        ][:1]
    if not steps:
        raise LookupError(f"{trace.scenario!r} has no step at {at!r}")
    return point(steps[-1], row_of)


def point(step: Step, row_of: Mapping[int, int], start: bool = False) -> Point:
    """What a claim can see; claims are made in the language of the sources."""
    after = step.before if start else step.after
    with i18n.speaking(i18n.DEFAULT):
        tracked = {name: value(after) for name, value in views.TRACKED.items()}
    said = "\n".join(line.text for line in step.terminal)
    row = row_of.get(step.number)
    return Point(step.name, step.before, step.event, after, step.exchange, tracked, row, said)


def resolve(root: Any, path: str) -> Any:
    """The value at a dotted path: fields, keys, `count`, and `type` of an event.

    Raises LookupError with a sentence.
    """
    value = root
    for name in path.split("."):
        value = step_into(value, name, path)
    return str(value) if isinstance(value, StrEnum) else value


def step_into(value: Any, name: str, path: str) -> Any:
    if name == "count" and isinstance(value, tuple):
        return len(value)
    if name == "type":
        return type(value).__name__
    if isinstance(value, Mapping) and name in value:
        return value[name]
    if is_dataclass(value) and (
        name in {f.name for f in fields(value)}
        or isinstance(getattr(type(value), name, None), property)
    ):
        return getattr(value, name)
    raise LookupError(f"there is no {name!r} in {path!r}")
