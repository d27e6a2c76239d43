"""Data files in other languages: a translation belongs to its sentence and grows stale with it."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simulator.recordings.document import HEADINGS, recorded
from simulator.words import i18n
from simulator.words.data_file import stale
from simulator.words.translation import InvalidTranslation, in_language, sibling, translations
from tests.cases import each
from tests.words.data import DATA, has_words

OTHERS = [code for code in i18n.LANGUAGES if code != i18n.DEFAULT]


def loaded(path: Path) -> Any:
    return YAML(typ="safe").load(path)


@each("language", OTHERS)
@each("path", DATA)
def test_every_file_of_words_has_its_sibling(path: Path, language: str) -> None:
    """Each text has its translation, and none is left in English but for commands and names."""
    assert list(stale(path, language, ValueError)) == []
    for (_context, text), theirs in translations(sibling(path, language)).items():
        assert theirs.strip(), text
        same = text.split()[0] in PROGRAMS or text in NAMES or " " not in text
        assert text != theirs or same or not has_words(text), text


NAMES = frozenset({"Docker", "Docker Hub", "BuildKit", "Compose", "containerd", "TLS ✕"})
PROGRAMS = frozenset({
    "docker", "command", "curl", "echo", "getent", "grep", "id", "jq", "kubectl", "openssl",
    "security", "test",
})  # fmt: skip
"""What a text that is a command begins with."""


ORIGINAL = """\
- title: First
  hint: Same
- title: Second
  hint: Same
- {title: Third, claim: First}
"""
GERMAN = """\
Third: Drittes
Same: Gleich
First: Erstes
Second: Zweites
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A file with a list of texts, and its sibling in another order."""
    sibling(tmp_path / "data.yaml", "de").write_text(GERMAN, "utf-8")
    (tmp_path / "data.yaml").write_text(ORIGINAL, "utf-8")
    return tmp_path / "data.yaml"


def in_german(path: Path) -> Any:
    with i18n.speaking("de"):
        return in_language(loaded(path), path)


def test_a_translation_belongs_to_its_sentence(written: Path) -> None:
    """Not to a position in a list: a new first entry moves no translation to another text."""
    before = in_german(written)
    assert [one["title"] for one in before] == ["Erstes", "Zweites", "Drittes"]
    assert before[2]["claim"] == "First"
    written.write_text("- title: New\n" + ORIGINAL, "utf-8")
    assert in_german(written) == [{"title": "New"}, *before]


def test_a_changed_sentence_makes_its_translation_stale(written: Path) -> None:
    """It is shown in English, and both files say so with their lines."""
    assert list(stale(written, "de", ValueError)) == []
    written.write_text(ORIGINAL.replace("Second", "Latter"), "utf-8")
    assert in_german(written)[1] == {"title": "Latter", "hint": "Gleich"}
    assert [told.rpartition("/")[2] for told in stale(written, "de", ValueError)] == [
        "data.yaml:3: data.de.yaml has no translation of 'Latter'",
        "data.de.yaml:4: data.yaml has no text 'Second'",
    ]


def test_one_text_can_have_two_translations(written: Path) -> None:
    """The keys around it tell which; one that no place needs is left over."""
    written.write_text("a: {hint: Same}\nb: [{hint: Same}, {title: First}]\n", "utf-8")
    german = sibling(written, "de")
    german.write_text("First: Erstes\nSame: Gleich\nb.hint:\n  Same: Ebenso\n", "utf-8")
    assert in_german(written) == {
        "a": {"hint": "Gleich"}, "b": [{"hint": "Ebenso"}, {"title": "Erstes"}],
    }  # fmt: skip
    assert list(stale(written, "de", ValueError)) == []
    german.write_text("First: Erstes\nSame: Gleich\nc:\n  Same: Ebenso\n", "utf-8")
    (told,) = stale(written, "de", ValueError)
    assert told.endswith("data.de.yaml:4: data.yaml has no text 'Same'")


def test_a_file_without_a_sibling_has_no_translation(written: Path) -> None:
    """Each of its texts is reported."""
    sibling(written, "de").unlink()
    assert len(list(stale(written, "de", ValueError))) == 4


@each("text", ["works: [", "- one", "First: [Erstes]", "1: Erstes", "a: {b: {First: Erstes}}"])
def test_a_sibling_that_is_no_mapping_of_texts_is_one_sentence(written: Path, text: str) -> None:
    """Of a damaged file it says which."""
    sibling(written, "de").write_text(text, "utf-8")
    with pytest.raises(InvalidTranslation, match=r"^data\.de\.yaml: .+"):
        in_german(written)


@pytest.mark.parametrize("language", OTHERS)
def test_every_recording_has_a_heading(language: str) -> None:
    """Those that come with Pullscope, and no others."""
    english = {("", one.heading()) for one in recorded().values()}
    theirs = translations(sibling(HEADINGS, language))
    assert theirs.keys() == english
    assert all(theirs.values())
