"""Lessons: what they say is what the machine does, and every spoiled claim is noticed."""

import copy
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simulator.lesson import document as lessons_module
from simulator.lesson.document import (
    FILE,
    LESSONS,
    SCHEMA,
    InvalidLesson,
    Lesson,
    folders,
    load,
    problems,
    right_answer,
    schema,
    svg_file,
)
from simulator.lesson.flow import SHAPES
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run
from simulator.views import stage as views

NAMES = [folder.name for folder in folders()]
Place = tuple[Any, ...]


def source(name: str) -> Any:
    return YAML(typ="safe").load((LESSONS / name / FILE).read_text("utf-8"))


def written(document: Any, name: str, folder: Path) -> Lesson:
    """The document as a lesson of its own, with the diagrams of the real one."""
    folder.mkdir(exist_ok=True)
    with (folder / FILE).open("w", encoding="utf-8") as file:
        YAML().dump(document, file)
    for shape in SHAPES:
        drawn = (LESSONS / name / f"flow-{shape}.svg").read_text("utf-8")
        (folder / f"flow-{shape}.svg").write_text(drawn, "utf-8")
    return load(folder)


def values(part: Any, where: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every claimed value in a document, with its place."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "see":
                yield from (((*where, key, path), expected) for path, expected in value.items())
            else:
                yield from values(value, (*where, key))
    elif isinstance(part, list):
        for place, item in enumerate(part):
            yield from values(item, (*where, place))


def put(document: Any, where: Place, value: Any) -> Any:
    changed = copy.deepcopy(document)
    part = changed
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    return changed


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_proven(name: str) -> None:
    """Nothing that a lesson says disagrees with the machine."""
    assert problems(load(LESSONS / name)) == ()


CLAIMS = [
    (name, where) for name in NAMES for where, _ in values(source(name)) if "quiz" not in where
]


@pytest.mark.parametrize(("name", "where"), CLAIMS, ids=[str(c[1]) for c in CLAIMS])
def test_each_spoiled_claim_is_noticed(name: str, where: Place, tmp_path: Path) -> None:
    """A claim that is changed is complained of, at its own line and with the machine's value."""
    spoiled = written(put(source(name), where, "spoiled"), name, tmp_path / "spoiled")
    found = problems(spoiled)
    assert len(found) == 1
    assert f"{FILE}:{spoiled.line(where)}: " in found[0]
    assert "not 'spoiled'" in found[0]


QUIZ = [
    (name, question, option)
    for name in NAMES
    for question, asked in enumerate(source(name)["quiz"])
    for option in range(len(asked["options"]))
]


@pytest.mark.parametrize(("name", "question", "option"), QUIZ)
def test_a_quiz_question_has_one_true_answer(
    name: str, question: int, option: int, tmp_path: Path
) -> None:
    """The right option made false, or a wrong one made true, is complained of."""
    document = source(name)
    right = right_answer(load(LESSONS / name), load(LESSONS / name).document.quiz[question])
    options = document["quiz"][question]["options"]
    truth = copy.deepcopy(options[right]["claim"])
    untruth = {"at": "end", "see": {"name": "spoiled"}}
    options[option]["claim"] = untruth if option == right else truth
    found = problems(written(document, name, tmp_path / "spoiled"))
    assert len(found) == 1
    assert "options are true" in found[0]


SPOILS = {
    "an unknown scenario": (("scenario",), "nowhere", "no scenario 'nowhere'"),
    "another sample": (("sample", 0), "docker login example.com", "the commands of"),
    "a row out of place": (("rows", 2, "number"), 9, "row 9 stands at place 3"),
    "a command in no row": (("rows", 0, "input"), "docker", "no row has the command"),
    "a row that is never reached": (("rows", 1, "branch"), True, "row 2 happens"),
    "a phase in two boxes": (("flow", "boxes", 0, "phases"), ["ready", "done"], "in 2 boxes"),
    "an arrow that no run takes": (("flow", "back", 0), ["ready", "download"], "no run goes"),
    "a failure that cannot be": (("flow", "failing", 0), "ready", "no run goes"),
    "a diagram of another lesson": (("flow", "boxes", 0, "label"), "Spoiled", "out of date"),
    "a prediction of no way out": (("predictions", 0, "ways"), ["ImageStored"], "no 'ImageStored'"),
    "a prediction of no variable": (("predictions", 1, "variable"), "x", "names one of auth_token"),
    "a prediction too few": (("predictions",), [], "asks 0 questions in 'works'"),
    "words for no event": (("words", "Spoiled"), {"title": "", "text": ""}, "no event 'Spoiled'"),
}


@pytest.mark.parametrize("case", SPOILS)
def test_each_spoiled_structure_is_noticed(case: str, tmp_path: Path) -> None:
    """Rows, boxes, arrows, words and diagrams are claims too."""
    where, value, complaint = SPOILS[case]
    spoiled = written(put(source(NAMES[0]), where, value), NAMES[0], tmp_path / "spoiled")
    assert any(complaint in problem for problem in problems(spoiled))


def test_an_event_without_words_is_noticed(tmp_path: Path) -> None:
    """What can happen must be told."""
    document = source(NAMES[0])
    del document["words"]["Resolved"]
    found = problems(written(document, NAMES[0], tmp_path / "spoiled"))
    assert any("'Resolved' has no words" in problem for problem in found)


BAD_FILES = {
    "not there": (None, "cannot be read: No such file"),
    "not YAML": ("title: [", f"{FILE}:1: "),
    "no mapping": ("- a\n", f"{FILE}:1: the document: "),
    "a word missing": ("title: T\n", f"{FILE}:1: topic: Field required"),
    "not UTF-8": (b"title: \xff", f"{FILE}:1: not YAML in UTF-8"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_one_sentence(case: str, tmp_path: Path) -> None:
    """A lesson that cannot be read is told by file, line and what is wrong."""
    content, sentence = BAD_FILES[case]
    if content is not None:
        (tmp_path / FILE).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InvalidLesson) as error:
        load(tmp_path)
    assert "\n" not in str(error.value)
    assert sentence in str(error.value)


def test_the_line_of_a_mistake_is_named(tmp_path: Path) -> None:
    """A wrong value deep in the file is found at its own line."""
    text = (LESSONS / NAMES[0] / FILE).read_text("utf-8")
    lines = text.splitlines()
    place = next(number for number, line in enumerate(lines) if "phases: [prompting]" in line)
    lines[place] = lines[place].replace("prompting", "prompted")
    (tmp_path / FILE).write_text("\n".join(lines), "utf-8")
    with pytest.raises(InvalidLesson, match=rf"{FILE}:{place + 1}: rows\.0\.phases\.0: "):
        load(tmp_path)


def test_the_schema_for_editors_is_current() -> None:
    """`lesson.schema.json` is what pydantic says of the lesson now."""
    assert (LESSONS / SCHEMA).read_text("utf-8") == schema()
    assert json.loads(schema())["title"] == "Document"


def test_a_lesson_has_every_section() -> None:
    """Seven boxes and the branch, seven rows, three moments, three questions of four options."""
    document = load(LESSONS / "pulling-from-private-registries").document
    boxes = document.flow.boxes
    assert [sum(not box.failure for box in boxes), len(document.rows)] == [7, 7]
    assert [row.number for row in document.rows if row.branch] == [7]
    assert [len(document.moments), len(document.quiz)] == [3, 3]
    assert all(option.feedback for question in document.quiz for option in question.options)
    assert document.snapshot and document.transcript and document.minutes == "~10 min"


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("name", list(scenarios()))
def test_every_run_can_be_staged(name: str, engine: str) -> None:
    """The stage has each step of each scenario, with a box that exists and words for it."""
    lesson, trace = load(LESSONS / NAMES[0]), run(name, engine)
    staged = views.stage(lesson, trace)
    boxes = {node["id"] for node in staged["flow"]["nodes"]}
    assert [step["number"] for step in staged["steps"]] == list(range(1, len(trace.steps) + 1))
    assert {step["node"] for step in staged["steps"]} <= boxes
    assert all(step["title"] and step["text"] for step in staged["steps"])
    assert staged["steps"][-1]["failed"] == trace.failed
    json.dumps(staged)


def test_the_default_run_follows_the_arrows() -> None:
    """In the lesson's own run each move from box to box is an arrow of the diagram."""
    lesson = load(LESSONS / NAMES[0])
    steps = views.stage(lesson, run(lesson.document.scenario))["steps"]
    moved = [b for a, b in pairwise(steps) if a["node"] != b["node"]]
    assert [step["edge"] for step in moved].count(None) == 0
    assert {step["node"] for step in steps} == {n.id for n in lesson.nodes if not n.failure}


def test_rows_cover_the_run_once_and_in_order() -> None:
    """Each step of the default run belongs to one row, and rows follow each other."""
    lesson = load(LESSONS / NAMES[0])
    covered = [s.number for span in views.spans(lesson, run("works")) for s in span.steps]
    assert covered == list(range(1, len(covered) + 1))


def test_a_stale_diagram_is_told(tmp_path: Path) -> None:
    """Without its diagram a lesson asks to be built."""
    made = written(source(NAMES[0]), NAMES[0], tmp_path / "copy")
    svg_file(made, "tall").unlink()
    assert any("run `pullscope build`" in problem for problem in problems(made))
    lessons_module.build(made)
    assert problems(made) == ()
