"""The exported files: read back by parsers that are not ours, and held against the machine."""

import csv
import io
import json
import re
import subprocess
import zipfile
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from click.testing import CliRunner
from moodle_xml_parser import parser as moodle_xml_parser

from simulator import export
from simulator.cli import main
from simulator.export import FORMATS, WHOLE, Item, from_question, from_quiz
from simulator.export.item import body, html, named
from simulator.questions import KINDS, draw, right
from simulator.scenarios.model import scenarios
from tests.cases import each
from tests.export.samples import LESSON, ODD, RUNS, TITLE, asked, drawn, shown, squeezed
from tests.npm import package


def written(name: str, items: tuple[Item, ...]) -> bytes:
    return export.export(items, name, TITLE).data


def test_what_is_exported_is_what_the_machine_says() -> None:
    """An item marks one choice as right, and it is the machine's."""
    for question in draw(LESSON, 11, 140):
        item = from_question(LESSON, question)
        for part, told in zip(question.parts, item.parts, strict=True):
            assert [choice.right for choice in told.choices].count(True) == 1
            assert told.choices[right(question, part)].right


def test_an_ordering_item_holds_its_steps_in_order() -> None:
    """The steps are those that the right choice names."""
    ordering = [item for item in drawn() if item.kind == "order"]
    assert ordering
    for item in ordering:
        (part,) = item.parts
        assert " → ".join(item.order) == next(one.text for one in part.choices if one.right)


# -- GIFT: gift-pegjs -------------------------------------------------------------------------

PARSE = """
const text = require("fs").readFileSync(0, "utf8");
try { console.log(JSON.stringify(require("gift-pegjs").parse(text))); }
catch (error) { console.error(`${error.name} ${JSON.stringify(error.location)}`); process.exit(3); }
"""


@pytest.fixture(scope="module")
def node() -> Path:
    """A folder in which node finds gift-pegjs."""
    return package("gift-pegjs@1")


def parsed(node: Path, gift: bytes) -> list[dict[str, Any]]:
    """Raises CalledProcessError where the grammar does not take it."""
    done = subprocess.run(
        ["node", "-e", PARSE], input=gift, cwd=node, capture_output=True, check=True, timeout=60
    )
    return list(json.loads(done.stdout))


def test_gift_is_read_back_by_gift_pegjs(node: Path, items: tuple[Item, ...]) -> None:
    """Every text, choice, feedback and the right answer come back as they were."""
    category, *found = parsed(node, written("gift", items))
    assert category["title"] == f"$course$/top/{TITLE}"
    assert len(found) == len(asked(items))
    for (item, part), question in zip(asked(items), found, strict=True):
        assert question["type"] == "MC"
        assert question["title"] == named(item, part)
        assert item.objective in question["tags"] and item.kind in question["tags"]
        assert question["stem"] == {"format": "html", "text": body(item, part)}
        assert question["globalFeedback"]["text"] == html(item.hints[-1])
        told = [
            (one["text"]["text"], one["feedback"]["text"], one["isCorrect"], one["text"]["format"])
            for one in question["choices"]
        ]
        assert told == [
            (html(one.text), html(one.feedback), one.right, "html") for one in part.choices
        ]


def test_gift_that_is_not_escaped_is_refused(node: Path) -> None:
    """The grammar is strict: without our escapes it would be an error."""
    gift = written("gift", ODD).replace(rb"\}", b"}")
    with pytest.raises(subprocess.CalledProcessError, match="exit status 3"):
        parsed(node, gift)


# -- Moodle XML: moodle-xml-parser --------------------------------------------------------------


def test_moodle_xml_is_read_back_by_its_parser() -> None:
    """Choices and tables with blanks come back with texts, feedback and the right answers."""
    found = moodle_xml_parser.parse_bytes(written("moodle", drawn()))
    single = [item for item in drawn() if len(item.parts) == 1 and not item.order]
    assert len(found["multichoice"]) == len(single)
    for item, question in zip(single, found["multichoice"], strict=True):
        assert question.name == item.id and question.single
        assert question.text_pre_parse == unescape(body(item))
        told = [(one.answer, one.feedback, one.score_fraction) for one in question.options]
        assert told == [
            (" ".join(one.text.split(" ")), one.feedback, 100.0 if one.right else 0.0)
            for one in item.parts[0].choices
        ]
    blanks = [item for item in drawn() if len(item.parts) > 1]
    assert len(found["cloze"]) == len(blanks) > 0
    for item, question in zip(blanks, found["cloze"], strict=True):
        assert [gap.sub_type for gap in question.gaps] == ["MULTICHOICE"] * len(item.parts)
        for part, gap in zip(item.parts, question.gaps, strict=True):
            told = [(unslashed(one.answer), one.score == 100) for one in gap.options]
            assert told == [(one.text, one.right) for one in part.choices]
            assert all(one.feedback for one in gap.options)


def unslashed(text: str) -> str:
    """Without the escapes within a gap, which the parser leaves in."""
    return re.sub(r"\\(.)", r"\1", text)


def test_moodle_xml_has_what_moodle_asks_for(items: tuple[Item, ...]) -> None:
    """The declaration first, a category, unique numbers, three hints, and steps in order."""
    whole = written("moodle", items)
    assert whole.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    category, *questions = ElementTree.fromstring(whole).findall("question")
    assert category.findtext("category/text") == f"$course$/top/{TITLE}"
    assert [question.findtext("idnumber") for question in questions] == [i.id for i in items]
    for item, question in zip(items, questions, strict=True):
        hints = [hint.findtext("text") for hint in question.findall("hint")]
        assert hints == [html(hint) for hint in item.hints]
        if item.order:
            answers = question.findall("answer")
            assert question.get("type") == "ordering"
            assert [answer.findtext("text") for answer in answers] == [*map(html, item.order)]
            assert [float(str(answer.get("fraction"))) for answer in answers] == [1, 2, 3, 4]


# -- QTI 1.2: by structure --------------------------------------------------------------------

QTI = {"q": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2",
       "m": "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"}  # fmt: skip


def test_the_qti_zip_holds_what_its_manifest_says(items: tuple[Item, ...]) -> None:
    """Every file that is named is there, and every question with its choices and feedback."""
    with zipfile.ZipFile(io.BytesIO(written("qti", items))) as archive:
        assert archive.testzip() is None
        manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
        files = [str(file.get("href")) for file in manifest.findall(".//m:file", QTI)]
        assert set(files) <= set(archive.namelist()) and len(files) == 2
        kind = manifest.find(".//m:resource[@type='imsqti_xmlv1p2']/m:file", QTI)
        assert kind is not None
        whole = ElementTree.fromstring(archive.read(str(kind.get("href"))))
    found = whole.findall(".//q:item", QTI)
    assert len(found) == len(asked(items))
    for (item, part), question in zip(asked(items), found, strict=True):
        assert question.get("title") == named(item, part)
        labels = question.findall(".//q:response_label", QTI)
        texts = [read(label) for label in labels]
        assert texts == [squeezed(choice.text) for choice in part.choices]
        key = question.find(".//q:respcondition[q:setvar]//q:varequal", QTI)
        assert key is not None
        place = [label.get("ident") for label in labels].index(key.text)
        assert part.choices[place].right
        for label, choice in zip(labels, part.choices, strict=True):
            told = question.find(f"q:itemfeedback[@ident='{label.get('ident')}_fb']", QTI)
            assert told is not None and read(told) == squeezed(choice.feedback)


def read(part: ElementTree.Element) -> str:
    """The text that a browser would show of an HTML material."""
    (material,) = part.findall(".//q:mattext", QTI)
    assert material.get("texttype") == "text/html"
    return squeezed(shown(str(material.text)))


# -- CSV, JSON and text -----------------------------------------------------------------------


def test_csv_is_read_back_by_csv_and_by_pandas(items: tuple[Item, ...]) -> None:
    """A row a choice; the letter is that of the right option; nothing is a formula."""
    whole = written("csv", items)
    rows = list(csv.DictReader(io.StringIO(whole.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(asked(items))
    for (item, part), row in zip(asked(items), rows, strict=True):
        key = next(choice for choice in part.choices if choice.right)
        assert row[f"option_{row['right']}"].removeprefix("'") == key.text
        assert row[f"feedback_{row['right']}"].removeprefix("'") == key.feedback
        assert row["address"] == item.address
        assert not [cell for cell in row.values() if cell[:1] in ("=", "+", "-", "@")]
    frame = pd.read_csv(io.BytesIO(whole), dtype=str, keep_default_na=False)
    assert [*frame["id"]] == [row["id"] for row in rows]


def test_json_and_text_leave_nothing_out() -> None:
    """JSON holds all of an item; the text holds every question, and every reason after it."""
    document = json.loads(written("json", drawn()))
    assert document["schema"] == "pullscope-questions/1"
    assert [one["id"] for one in document["questions"]] == [item.id for item in drawn()]
    text = written("text", drawn()).decode()
    questions, answers = text.split("\n—\n")
    for item, part in asked(drawn()):
        assert item.prompt in questions
        assert all(choice.text in questions for choice in part.choices)
        assert all(choice.feedback in answers for choice in part.choices)


# -- the report -------------------------------------------------------------------------------


def test_a_format_says_what_it_cannot_carry() -> None:
    """How often, in a sentence each; and nothing where nothing is lost."""
    orders = sum(1 for item in drawn() if item.kind == "order")
    reports = {name: export.export(drawn(), name, TITLE).report for name in FORMATS}
    for name in ("gift", "qti"):
        assert f"{orders} × ordering: offered as a choice between whole orders" in reports[name]
    assert any("Moodle 4.4" in said for said in reports["moodle"])
    assert any("tables" in said for said in reports["csv"])
    assert reports["json"] == reports["text"] == ()
    plain = tuple(item for item in from_quiz(LESSON))
    assert export.export(plain, "moodle", TITLE).report == ()
    assert export.export(plain, "csv", TITLE).report == ()


@each("name", [*FORMATS, *WHOLE])
def test_no_export_holds_a_secret(name: str) -> None:
    """Passwords and tokens are in no file."""
    whole = written(name, drawn()) if name in FORMATS else WHOLE[name](LESSON, RUNS, drawn())
    if name == "qti":
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            whole = b"".join(map(archive.read, archive.namelist()))
    for secret in (b"s3cret", b"oldpass", b"eyJhbGci"):
        assert secret not in whole


# -- the whole lesson as Markdown -------------------------------------------------------------


# -- the command line -------------------------------------------------------------------------


def test_the_command_line_writes_every_format(tmp_path: Path) -> None:
    """Each format into a file, its report on standard error; the same seed writes the same."""
    for name in FORMATS:
        output = tmp_path / f"set.{name}"
        command = ["questions", "--seed", "3", "--count", "7", "--format", name]
        done = CliRunner().invoke(main, [*command, "--output", str(output)])
        assert done.exit_code == 0, done.output
        report = "×" in done.stderr
        assert report == (name not in ("text", "json"))
        again = CliRunner().invoke(main, command)
        assert again.stdout_bytes == output.read_bytes()


def test_the_command_line_writes_the_whole_lesson(tmp_path: Path) -> None:
    """As one file, with the situations asked for."""
    for name in WHOLE:
        output = tmp_path / f"lesson.{name}"
        done = CliRunner().invoke(
            main, ["export", "--format", name, "--scenario", "no-right", "--output", str(output)]
        )
        assert done.exit_code == 0, done.output
        assert scenarios()["no-right"].title in output.read_text("utf-8")


@each(
    ("command", "said"),
    [
        (
            ["questions", "--count", "500", "--kind", "cause"],
            "such questions, not 500: ask for fewer",
        ),
        (["questions", "--objective", "x"], "unknown objective 'x': choose from"),
        (["questions", "--kind", "x"], "unknown kind 'x': choose from"),
        (["export", "--format", "md", "--scenario", "x"], "unknown scenario 'x': choose one of"),
        (["export", "--format", "md", "--output", "/nowhere/x.md"], "cannot be written"),
    ],
)
def test_the_command_line_refuses_in_a_sentence(command: list[str], said: str) -> None:
    """The fault, its place, and how to put it right; exit status 2."""
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2
    assert said in done.stderr and "Traceback" not in done.stderr


def test_every_kind_is_exported() -> None:
    """The sample that these tests read back has all kinds of questions."""
    assert set(KINDS) | {"quiz"} == {item.kind for item in drawn()}
