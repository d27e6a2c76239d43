"""The whole lesson as Markdown, and the command line that writes it."""

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from simulator.export import WHOLE, Item
from simulator.views.rows import process_table, tracker_after
from simulator.views.table import Table
from tests.export.samples import LESSON, RUNS, asked, drawn, squeezed


def tree(items: tuple[Item, ...]) -> SyntaxTreeNode:
    whole = WHOLE["md"](LESSON, RUNS, items).decode()
    return SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(whole))


def words_of(node: SyntaxTreeNode) -> str:
    """The text of a part, without marks."""
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
        *(LESSON.words(step.name, step).text for trace in RUNS for step in trace.steps),
    ):
        assert squeezed(text) in said


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
