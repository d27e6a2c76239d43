"""Lessons: what they say is what the machine does, and every spoiled claim is noticed."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simulator.authoring.diagram import SCHEMA, build, schema
from simulator.authoring.proof import each_problem, of_built, of_claims, of_quiz, problems
from simulator.docker.events import Event
from simulator.docker.unions import kinds
from simulator.lesson import event_words
from simulator.lesson.claims import right_answer
from simulator.lesson.document import FILE, SHAPES, Document, InvalidLesson, Lesson, svg_file
from simulator.lesson.library import HOME, USUAL, folders
from simulator.lesson.load import load
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run
from simulator.views import stage as views
from simulator.views.rows import spans
from simulator.words import i18n
from tests.cases import each

NAMES = list(folders())
Place = tuple[Any, ...]


def source(name: str) -> Any:
    return YAML(typ="safe").load((HOME / name / FILE).read_text("utf-8"))


def written(document: Any, name: str, folder: Path) -> Lesson:
    """The document as a lesson of its own, with the diagrams of the real one."""
    folder.mkdir(exist_ok=True)
    with (folder / FILE).open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(document, file)
    for shape in SHAPES:
        drawn = (HOME / name / f"flow-{shape}.svg").read_text("utf-8")
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


def spoiled(lesson: Lesson, document: Any) -> Lesson:
    """The lesson with another document, as if it had been read from its file."""
    return replace(lesson, document=Document.model_validate(document))


@each("name", NAMES)
def test_each_spoiled_claim_is_noticed(name: str) -> None:
    """Each claim that is changed is complained of, at its own place and with the machine's value:
    every second one, then the others, so that a claim that holds has one beside it that does not.
    """
    lesson, document = load(HOME / name), source(name)
    places = [where for where, _value in values(document) if "quiz" not in where]
    assert len(places) > 5
    for chosen in (places[::2], places[1::2]):
        changed = document
        for where in chosen:
            changed = put(changed, where, "spoiled")
        found = list(of_claims(spoiled(lesson, changed)))
        assert sorted(place for place, _what in found) == sorted(chosen)
        assert all("not 'spoiled'" in what for _place, what in found)


def test_a_spoiled_claim_is_told_with_its_line(tmp_path: Path) -> None:
    """File, line, and what the machine says."""
    document = source(USUAL)
    where = next(where for where, _value in values(document))
    lesson = written(put(document, where, "spoiled"), USUAL, tmp_path / "spoiled")
    (found,) = problems(lesson)
    line = (tmp_path / "spoiled" / FILE).read_text("utf-8").splitlines().index(
        next(text for text in (tmp_path / "spoiled" / FILE).read_text("utf-8").splitlines()
             if "spoiled" in text)
    ) + 1  # fmt: skip
    assert found.startswith(f"{tmp_path}/spoiled/{FILE}:{line}: ")


@each("name", NAMES)
def test_a_quiz_question_has_one_true_answer(name: str) -> None:
    """The right option made false, or a wrong one made true, is complained of."""
    lesson, document = load(HOME / name), source(name)
    quiz = lesson.document.quiz
    for place in range(max(len(question.options) for question in quiz)):
        changed, spoilt = copy.deepcopy(document), []
        for number, question in enumerate(quiz):
            if place < len(question.options):
                options = changed["quiz"][number]["options"]
                spoil_option(options, right_answer(lesson, question), place)
                spoilt.append(("quiz", number, "options"))
        found = list(of_quiz(spoiled(lesson, changed)))
        assert [where for where, _what in found] == spoilt
        assert all("options are true" in what for _where, what in found)


def spoil_option(options: Any, right: int, place: int) -> None:
    """Make the right option false, or this wrong one true."""
    truth, untruth = options[right]["claim"], {"at": "end", "see": {"name": "spoiled"}}
    options[place]["claim"] = untruth if place == right else copy.deepcopy(truth)


SPOILS = {
    "an unknown scenario": (("scenario",), "nowhere", "no scenario 'nowhere'"),
    "another sample": (("sample", 0), "docker login example.com", "the commands of"),
    "a row out of place": (("rows", 2, "number"), 9, "row 9 is at place 3"),
    "a command in no row": (("rows", 0, "phases"), ["removing"], "no row begins with the command"),
    "a row that is never reached": (("rows", 1, "branch"), True, "row 2 happens"),
    "a phase in two boxes": (("flow", "boxes", 0, "phases"), ["ready", "done"], "in 2 boxes"),
    "an arrow that no run takes": (("flow", "back", 0), ["ready", "download"], "no run goes"),
    "a failure that cannot be": (("flow", "failing", 0), "ready", "no run goes"),
    "a diagram of another lesson": (("flow", "boxes", 0, "label"), "Spoiled", "out of date"),
    "a prediction of no way out": (("predictions", 0, "ways"), ["ImageStored"], "no 'ImageStored'"),
    "a prediction of no variable": (("predictions", 1, "variable"), "x", "names one of auth_token"),
    "a prediction that is never asked": (
        ("predictions",),
        [{"phase": "removing", "kind": "row", "prompt": "?"}],
        "asks 0 questions in 'works'",
    ),
    "words for no event": (
        ("words",),
        {"Spoiled": {"title": "", "text": ""}},
        "no event 'Spoiled'",
    ),
}


@each("case", SPOILS)
def test_each_spoiled_structure_is_noticed(case: str, tmp_path: Path) -> None:
    """Rows, boxes, arrows, words and diagrams are claims too."""
    where, value, complaint = SPOILS[case]
    spoiled = written(put(source(USUAL), where, value), USUAL, tmp_path / "spoiled")
    assert any(complaint in problem for problem in each_problem(spoiled))


def test_every_event_has_words() -> None:
    """Every event has words, in each language, whatever the lesson."""
    events = {kind.__name__ for kind in kinds(Event)}
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            known = event_words.words()
        assert events <= known.keys()
        assert {key.split()[-1] for key in known} == events
        assert all(one.title and one.text for several in known.values() for one in several)


def test_a_lesson_has_words_of_its_own_for_an_event() -> None:
    """They go before those that every lesson has; those of a command go before both."""
    document = source(USUAL)
    document["words"] = {"Resolved": {"title": "Ours", "text": "Ours."}}
    lesson = spoiled(load(HOME / USUAL), document)
    assert [one.title for one in lesson.variants("Resolved", "pull")] == ["Ours"]
    assert lesson.variants("LoginTyped", "login") == event_words.words()["LoginTyped"]
    assert lesson.variants("Challenged", "login") == event_words.words()["login Challenged"]


BAD_FILES = {
    "not there": (None, "cannot be read: No such file"),
    "not YAML": ("title: [", f"{FILE}:1: "),
    "no mapping": ("- a\n", f"{FILE}:1: the document: "),
    "a word missing": ("title: T\n", f"{FILE}:1: topic: Field required"),
    "not UTF-8": (b"title: \xff", f"{FILE}:1: not YAML in UTF-8"),
}


@each("case", BAD_FILES)
def test_a_bad_file_is_one_sentence(case: str, tmp_path: Path) -> None:
    """A lesson that cannot be read is reported with file, line and fault."""
    content, sentence = BAD_FILES[case]
    if content is not None:
        (tmp_path / FILE).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InvalidLesson) as error:
        load(tmp_path)
    assert "\n" not in str(error.value)
    assert sentence in str(error.value)


def test_the_line_of_a_mistake_is_named(tmp_path: Path) -> None:
    """A wrong value deep in the file is found at its own line."""
    text = (HOME / USUAL / FILE).read_text("utf-8")
    lines = text.splitlines()
    place = next(number for number, line in enumerate(lines) if "phases: [prompting," in line)
    lines[place] = lines[place].replace("prompting", "prompted")
    (tmp_path / FILE).write_text("\n".join(lines), "utf-8")
    with pytest.raises(InvalidLesson, match=rf"{FILE}:{place + 1}: rows\.0\.phases\.0: "):
        load(tmp_path)


def test_the_schema_for_editors_is_current() -> None:
    """`lesson.schema.json` is what pydantic says of the lesson now."""
    assert (HOME / NAMES[0] / SCHEMA).read_text("utf-8") == schema()
    assert json.loads(schema())["title"] == "Document"


def test_a_lesson_has_every_section() -> None:
    """Seven boxes and the branch, seven rows, three moments, seven questions of four options."""
    document = load(HOME / "pulling-from-private-registries").document
    boxes = document.flow.boxes
    assert [sum(not box.failure for box in boxes), len(document.rows)] == [7, 7]
    assert [row.number for row in document.rows if row.branch] == [7]
    assert [len(document.moments), len(document.quiz)] == [3, 7]
    assert all(option.feedback for question in document.quiz for option in question.options)
    assert document.snapshot and document.transcript and document.minutes == "~10 min"


@each("engine", ["29", "26"])
@each("name", list(scenarios()))
def test_every_run_can_be_staged(name: str, engine: str) -> None:
    """The stage has each step of each scenario, with a box that exists and words for it."""
    lesson, trace = load(HOME / USUAL), run(name, engine)
    staged = views.stage(lesson, trace)
    boxes = {node["id"] for node in staged["flow"]["nodes"]}
    assert [step["number"] for step in staged["steps"]] == list(range(1, len(trace.steps) + 1))
    assert {step["node"] for step in staged["steps"]} <= boxes
    assert all(step["title"] and step["text"] for step in staged["steps"])
    assert staged["steps"][-1]["failed"] == trace.failed
    json.dumps(staged)


def test_the_default_run_follows_the_arrows() -> None:
    """In the lesson's own run each move from box to box is an arrow of the diagram."""
    lesson = load(HOME / USUAL)
    steps = views.stage(lesson, run(lesson.document.scenario))["steps"]
    moved = [b for a, b in pairwise(steps) if a["node"] != b["node"]]
    assert [step["edge"] for step in moved].count(None) == 0
    assert {step["node"] for step in steps} == {n.id for n in lesson.nodes if not n.failure}


def test_rows_cover_the_run_once_and_in_order() -> None:
    """Each step of the default run belongs to one row, and rows follow each other."""
    lesson = load(HOME / USUAL)
    covered = [s.number for span in spans(lesson, run("works")) for s in span.steps]
    assert covered == list(range(1, len(covered) + 1))


def test_a_stale_diagram_is_told(tmp_path: Path) -> None:
    """Without its diagram a lesson asks to be built."""
    made = written(source(USUAL), USUAL, tmp_path / "copy")
    svg_file(made, "tall").unlink()
    assert ["run `pullscope build`" in what for _where, what in of_built(made)] == [True]
    build(made)
    assert list(of_built(made)) == []
