"""What is taken along: read back by parsers that are not ours, and held against the machine."""

import csv
import io
import json
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from moodle_xml_parser import parser as moodle_xml_parser
from playwright.sync_api import Browser, Page, expect

from simulator import export
from simulator.cli import main
from simulator.export import FORMATS, WHOLE, Item, from_question, from_quiz, page
from simulator.export.item import Asked, Choice, body, html, named
from simulator.export.stage import data
from simulator.lesson.library import find_lesson
from simulator.questions import KINDS, draw, right
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as played
from simulator.views.commands import commands_of
from simulator.views.probes import PROBES
from simulator.views.rows import process_table, tracker_after
from simulator.views.table import Table
from tests.cases import each
from tests.npm import package
from tests.pages import ROOT

LESSON = find_lesson()
TITLE = LESSON.document.title
NASTY = (
    r"a\b ~ = # { } : // %50% -> <b>&amp; \"q\" 'q' [html] [markdown] $x$ *a* _b_ `c` | !d",
    "%20%", "=1+1", "~", "//", "# heading", "-5", "{1:MULTICHOICE:=a~b}", "</script><!--", "\\n",
    "two\nlines", "```", "1. one", "ü → “”",
)  # fmt: skip


@cache
def drawn() -> tuple[Item, ...]:
    """Of every kind, and the lesson's own."""
    made = [from_question(LESSON, question) for question in draw(LESSON, 11, 140)]
    return (*made, *from_quiz(LESSON))


def nasty(number: int) -> Item:
    """An item that is full of marks."""
    texts = [f"{text} {place}" for place, text in enumerate(NASTY)]
    turned = texts[number:] + texts[:number]
    choices = tuple(Choice(text, f"{text} {number}", n == 1) for n, text in enumerate(turned[:4]))
    table = Table(("a|b", "c"), ((turned[4], "(1)"), ("x", turned[5])))
    return Item(f"nasty-{number}", "value", "what-is-stored", turned[6], turned[7], turned[8],
                (Asked("", choices),), (turned[9], turned[10], turned[11]), table)  # fmt: skip


ODD = tuple(nasty(number) for number in range(len(NASTY)))


def written(name: str, items: tuple[Item, ...]) -> bytes:
    return export.export(items, name, TITLE).data


def asked(items: tuple[Item, ...]) -> list[tuple[Item, Asked]]:
    return [(item, part) for item in items for part in item.parts]


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


@pytest.mark.parametrize("items", [drawn(), ODD], ids=["drawn", "full of marks"])
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
    """The grammar is strict: what we escape would otherwise be an error."""
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


@pytest.mark.parametrize("items", [drawn(), ODD], ids=["drawn", "full of marks"])
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


@pytest.mark.parametrize("items", [drawn(), ODD], ids=["drawn", "full of marks"])
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


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "br":
            self.said.append("\n")


def shown(markup: str) -> str:
    words = Words()
    words.feed(markup)
    words.close()
    return "".join(words.said)


def squeezed(text: str) -> str:
    return " ".join(text.split())


# -- CSV, JSON and text -----------------------------------------------------------------------


@pytest.mark.parametrize("items", [drawn(), ODD], ids=["drawn", "full of marks"])
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


# -- the whole lesson as HTML -----------------------------------------------------------------

RUNS = tuple(played(name, "29") for name in ("works", "no-right", "basic"))


def embedded(whole: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="lesson">(.*?)</script>', whole, re.S)
    assert found
    return dict(json.loads(found[1]))


def test_the_html_holds_the_runs_as_the_stage_has_them() -> None:
    """What steps offline is what the app would mount, of the machine's own runs."""
    known = embedded(page.write(LESSON, RUNS, drawn()).decode())
    assert [run["scenario"] for run in known["runs"]] == [trace.scenario for trace in RUNS]
    for run, trace in zip(known["runs"], RUNS, strict=True):
        assert run["data"] == json.loads(json.dumps(data(LESSON, trace)))


def test_the_html_names_no_place_to_load_from() -> None:
    """No address stands where a browser would fetch it, and the file forbids it to."""
    whole = page.write(LESSON, RUNS, (*drawn(), *ODD)).decode()
    outside = whole.replace(json.dumps(embedded(whole)), "")
    assert not re.findall(r'(?:src|href|action)="(?!\?|data:|#)[^"]+"', outside.split("<script")[0])
    assert "default-src 'none'" in whole
    assert whole.count("</script>") == 2


def test_the_html_has_the_apps_colours() -> None:
    """Light and dark are those of the app's own configuration."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    light, dark = page.text("lesson.css").split(":root.dark")
    for style, name in ((light, "light"), (dark, "dark")):
        for key, variable in (("primaryColor", "primary-color"), ("textColor", "text-color"),
                              ("backgroundColor", "background-color")):  # fmt: skip
            assert f"--st-{variable}: {theme[name][key]};" in style


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    kept = tmp_path_factory.mktemp("export") / "lesson.html"
    kept.write_bytes(page.write(LESSON, RUNS, (*drawn()[:14], *ODD)))
    return kept.as_uri()


@pytest.fixture
def offline(browser: Browser, file: str) -> Iterator[Page]:
    """The file, opened with the network off; afterwards nothing was complained of or asked for."""
    context = browser.new_context(offline=True, reduced_motion="reduce", color_scheme="dark")
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda sent: said.append(sent.url) if is_outside(sent.url) else None)
    opened.goto(file)
    yield opened
    context.close()
    assert said == []


def is_outside(url: str) -> bool:
    return not url.startswith(("file:", "blob:", "data:"))


def test_the_html_steps_offline(offline: Page) -> None:
    """Keys step, other situations can be chosen, and what is shown is what the machine did."""
    stage = offline.locator(".stage")
    expect(stage).to_have_attribute("data-step", "1")
    offline.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("data-step", "2")
    offline.keyboard.press("End")
    expect(stage).to_have_attribute("data-step", str(len(RUNS[0].steps)))
    offline.select_option("#scenario", "no-right")
    expect(stage).to_have_attribute("data-step", "1")
    expect(offline.locator("#cause")).to_have_text(scenarios()["no-right"].cause)
    offline.locator("h1").click()
    offline.keyboard.press("End")
    expect(stage).to_have_attribute("data-step", str(len(RUNS[1].steps)))
    last = RUNS[1].steps[-1]
    expect(offline.locator(".terminal")).to_contain_text(last.terminal[-1].text)
    expect(stage).to_contain_text(PROBES["auth_token"].cell(last.after))


def test_the_html_answers_every_choice(offline: Page) -> None:
    """Each option of the quiz tells its own feedback, and whether it is right, in words."""
    items = (*drawn()[:14], *ODD)
    parts = offline.locator("[data-part]")
    expect(parts).to_have_count(len(asked(items)))
    for place, (_item, part) in enumerate(asked(items)):
        for number, choice in enumerate(part.choices):
            shown = parts.nth(place)
            shown.locator("input").nth(number).check()
            told = shown.locator(".told").inner_text()
            assert squeezed(choice.feedback) in squeezed(told)
            assert told.startswith("✓") == choice.right


def test_the_html_follows_an_address_and_turns_dark(offline: Page, file: str) -> None:
    """An address leads to its step; the colours follow the reader's choice."""
    offline.goto(f"{file}?{drawn_address()}")
    expect(offline.locator(".stage")).to_have_attribute("data-step", "5")
    expect(offline.locator("#scenario")).to_have_value("basic")
    back = "getComputedStyle(document.body).backgroundColor"
    dark = offline.evaluate(back)
    offline.click("#theme")
    assert offline.evaluate(back) != dark
    offline.set_viewport_size({"width": 380, "height": 800})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert offline.evaluate(wide) <= 0


def drawn_address() -> str:
    return "source=mock&engine=29&scenario=basic&step=5"


# -- the whole lesson as Markdown -------------------------------------------------------------


def tree(items: tuple[Item, ...]) -> SyntaxTreeNode:
    whole = WHOLE["md"](LESSON, RUNS, items).decode()
    return SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(whole))


def words_of(node: SyntaxTreeNode) -> str:
    """What is read of a part, without marks."""
    kept = []
    for one in node.walk():
        if one.type in ("text", "code_inline", "fence"):
            kept.append(one.content)
        elif one.type in ("html_inline", "softbreak"):
            kept.append("\n")
    return "".join(kept)


def rows_of(table: SyntaxTreeNode) -> list[list[str]]:
    rows = [node for node in table.walk() if node.type == "tr"]
    return [[words_of(cell) for cell in row.children] for row in rows]


def rows_shown(table: Table) -> list[list[str]]:
    return [list(table.columns), *map(list, table.rows)]


def test_the_markdowns_tables_are_the_views() -> None:
    """Table and tracker of every run come back from a parser as the views have them."""
    tables = [rows_of(node) for node in tree(()).walk() if node.type == "table"]
    expected = [
        rows_shown(view(LESSON, trace))
        for trace in RUNS
        for view in (process_table, tracker_after)
    ]
    assert tables == expected


def test_the_markdown_holds_every_word_of_the_lesson() -> None:
    """Key moments, snapshot, transcript, and each step's words."""
    said = squeezed(words_of(tree(drawn())))
    document = LESSON.document
    for text in (
        *(moment.question for moment in document.moments),
        *(moment.answer for moment in document.moments),
        *(line.text for line in (*document.snapshot, *document.transcript)),
        *(LESSON.words(step.name, command).text for trace in RUNS
          for step, command in commands_of(trace)),
    ):  # fmt: skip
        assert squeezed(text) in said


@pytest.mark.parametrize("items", [drawn(), ODD], ids=["drawn", "full of marks"])
def test_the_markdowns_answers_are_at_the_end(items: tuple[Item, ...]) -> None:
    """Questions come without answers; the letters at the end are those of the right choices."""
    whole = tree(items)
    heads = [node for node in whole.children if node.type == "heading"]
    last = next(node for node in heads if words_of(node) == "Answers")
    place = whole.children.index(last)
    strong = [
        words_of(node) for part in whole.children[place:] for node in part.walk()
        if node.type == "strong"
    ]  # fmt: skip
    letters = [
        "abcd"[[choice.right for choice in part.choices].index(True)] for _, part in asked(items)
    ]
    assert strong == letters
    before = squeezed("\n".join(words_of(node) for node in whole.children[:place]))
    for item, part in asked(items):
        assert squeezed(item.prompt) in before
        assert all(squeezed(choice.text) in before for choice in part.choices)


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
            ["questions", "--count", "100000", "--kind", "cause"],
            "such questions, not 100000: ask for fewer",
        ),
        (["questions", "--objective", "x"], "unknown objective 'x': choose from"),
        (["questions", "--kind", "x"], "unknown kind 'x': choose from"),
        (["export", "--format", "md", "--scenario", "x"], "unknown scenario 'x': choose one of"),
        (["export", "--format", "md", "--output", "/nowhere/x.md"], "cannot be written"),
    ],
)
def test_the_command_line_refuses_in_a_sentence(command: list[str], said: str) -> None:
    """What is wrong, where, and how to put it right; exit status 2."""
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2
    assert said in done.stderr and "Traceback" not in done.stderr


def test_every_kind_is_exported() -> None:
    """The sample that these tests read back has all kinds of questions."""
    assert set(KINDS) | {"quiz"} == {item.kind for item in drawn()}
