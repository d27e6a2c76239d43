"""A proven lesson is not proven again, until a file of the lesson or Pullscope itself changes."""

from pathlib import Path

import pytest

from simulator.authoring import check
from simulator.authoring.check import build_folder
from simulator.authoring.new import create
from simulator.lesson import proof
from simulator.lesson.document import FILE, InvalidLesson
from simulator.lesson.library import HOME, lessons_in, with_folders
from simulator.lesson.proof import is_proven
from simulator.web.pages import first_problem, prepare, proven
from tests.cases import each


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return create(tmp_path / "proven-lesson").parent


@each("folder", lessons_in(HOME))
def test_our_lessons_come_with_their_proof(folder: Path) -> None:
    """Of the files as they are: after a change, `pullscope build` proves them again."""
    assert is_proven(folder), "run `pullscope build`"


def test_a_new_lesson_is_a_folder_and_nothing_else(folder: Path) -> None:
    """Written with its proof, and nothing is written beside it."""
    assert is_proven(folder)
    assert list(folder.parent.iterdir()) == [folder]


@each("name", ["lesson.yaml", "flow-wide.svg", "cards.json", "chapters.yaml"])
def test_a_changed_file_is_not_proven(folder: Path, name: str) -> None:
    """An added one neither; a file that is no part of the lesson does not matter."""
    build_folder(folder)
    (folder / "notes.txt").write_text("to do", "utf-8")
    assert is_proven(folder)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert not is_proven(folder)


def test_another_version_proves_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one version of the machine does, another need not do."""
    monkeypatch.setattr(proof, "__version__", "0.0.0")
    assert not is_proven(folder)


def test_a_wrong_lesson_keeps_no_proof(folder: Path) -> None:
    """It is built, but not proven."""
    spoil(folder)
    assert not build_folder(folder)
    assert not is_proven(folder)


def spoil(folder: Path) -> None:
    text = (folder / FILE).read_text("utf-8")
    assert "exchange.answer.status: 200" in text
    text = text.replace("exchange.answer.status: 200", "exchange.answer.status: 201", 1)
    (folder / FILE).write_text(text, "utf-8")


def test_a_lesson_is_proven_when_it_is_opened_only_if_it_must(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages prove no lesson that is proven; one that was changed they do."""
    with with_folders([folder.parent]):
        with monkeypatch.context() as patch:
            patch.setattr(check, "first_page_problem", lambda _lesson: "proven again")
            first_problem.cache_clear()
            prepare()
            assert proven("proven-lesson", "en").id == "proven-lesson"
            assert proven("", "de").language == "de"
        spoil(folder)
        with pytest.raises(InvalidLesson, match="is 200, not 201"):
            proven("proven-lesson", "en")
