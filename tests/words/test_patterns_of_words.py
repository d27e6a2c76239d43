"""Plain words: texts, docstrings and comments have no tell-tale pattern (`patterns.yaml`)."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from pydantic import BaseModel
from ruamel.yaml import YAML

from simulator.words.translation import texts

ROOT = Path(__file__).parents[2]
CATALOG = ROOT / "simulator/words/locale/de/LC_MESSAGES/pullscope.po"


class Patterns(BaseModel):
    patterns: dict[str, str]
    allowed: list[str]


@cache
def known() -> Patterns:
    path = Path(__file__).with_name("patterns.yaml")
    return Patterns.model_validate(YAML(typ="safe").load(path.read_text("utf-8")))


def hits(text: str) -> Iterator[str]:
    """The sentences of this text that have a pattern."""
    for sentence in re.split(r"(?<=[.!?:])\s+", " ".join(text.split())):
        if any(re.search(pattern, sentence) for pattern in known().patterns.values()):
            yield sentence


def people_read() -> Iterator[tuple[str, str]]:
    """Every English text for people with its file: data, interface strings, documents."""
    data = (*ROOT.glob("simulator/**/*.yaml"), *ROOT.glob("lessons/**/*.yaml"))
    for path in data:
        if ".de." not in path.name and path.name != "new.yaml":
            document = YAML(typ="safe").load(path.read_text("utf-8"))
            yield from ((path.name, text) for _where, text in texts(document))
    with CATALOG.open("rb") as file:
        for message in read_po(file, locale="de"):
            ids = [message.id] if isinstance(message.id, str) else message.id
            yield from (("interface", text) for text in ids)
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        yield path.name, path.read_text("utf-8")


def code_says() -> Iterator[tuple[str, str]]:
    """Docstrings and comments of the package and of its tests, with their files."""
    for path in (*ROOT.glob("simulator/**/*.py"), *ROOT.glob("tests/**/*.py")):
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                yield path.name, str(node.value.value)
        if may_hit(source):  # to find out what is a comment takes long
            for token in tokenize.generate_tokens(io.StringIO(source).readline):
                if token.type == tokenize.COMMENT:
                    yield path.name, token.string.lstrip("# ")


def may_hit(source: str) -> bool:
    """Whether there is a pattern after any `#`, be it one of a comment or of a text."""
    lines = (line for line in source.splitlines() if "#" in line)
    after = (line[at.end() :] for line in lines for at in re.finditer("#+ *", line))
    return any(any(hits(text)) for text in after)


def test_no_text_has_a_tell_tale_pattern() -> None:
    """A hit is written again, or allowed by name; twenty at most are."""
    texts = (*people_read(), *code_says())
    found = [(name, one) for name, text in texts for one in hits(text)]
    allowed = known().allowed
    assert [one for one in found if not any(part in one[1] for part in allowed)] == []
    assert len(allowed) <= 20
    assert all(any(part in one for _name, one in found) for part in allowed), "no longer needed"


def test_each_pattern_is_found() -> None:
    """A sentence from a time before the check, for each."""
    for sentence in (
        "What is stored did not get in.", "The registry is told so.", "Nothing stands there.",
        "It is otherwise.", "Nobody knows.", "It logs in by way of a browser.", "By the very one.",
        "A registry of one's own.", "Docker sends no proof: without any proof it fails.",
        "A stranger gets nothing.",
    ):  # fmt: skip
        assert list(hits(sentence)), sentence
