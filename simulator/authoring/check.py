"""Proof of a whole lesson: of each of its files, in each language."""

from collections.abc import Iterator
from pathlib import Path

from simulator.authoring.challenges import challenge_problems
from simulator.authoring.chapters import chapter_problems
from simulator.authoring.diagram import build
from simulator.authoring.proof import each_problem
from simulator.authoring.sentences import sentence_problems
from simulator.authoring.translations import translation_problems
from simulator.lesson.card import keep_cards
from simulator.lesson.challenges import InvalidChallenge, challenges
from simulator.lesson.chapters import InvalidChapters
from simulator.lesson.document import InvalidLesson, Lesson
from simulator.lesson.load import every_language
from simulator.lesson.project import InvalidProject, project
from simulator.lesson.proof import keep_proof
from simulator.scenarios.model import InvalidScenario
from simulator.words import i18n
from simulator.words.translation import InvalidTranslation

INVALID = (
    InvalidLesson, InvalidChapters, InvalidChallenge, InvalidProject, InvalidScenario,
    InvalidTranslation,
)  # fmt: skip


def folder_problems(folder: Path) -> Iterator[str]:
    """Every way in which this lesson, in any of its languages, is not right. A file that cannot be
    read hides no problem of another lesson."""
    try:
        for lesson in every_language(folder):
            with i18n.speaking(lesson.language):
                yield from page_problems(lesson)
                if lesson.language == i18n.DEFAULT:
                    yield from sentence_problems(lesson)
                    yield from challenge_problems(lesson)
                challenges(lesson)
                project(lesson)
        yield from translation_problems(folder)
    except INVALID as error:
        yield str(error)


def page_problems(lesson: Lesson) -> Iterator[str]:
    """Every way in which the lesson or its chapters, in the chosen language, are not right.

    Raises InvalidChapters or InvalidTranslation.
    """
    yield from each_problem(lesson)
    yield from chapter_problems(lesson)


def first_page_problem(lesson: Lesson) -> str:
    """The first thing that is wrong with what the pages show; empty where all is right."""
    try:
        return next(page_problems(lesson), "")
    except INVALID as error:
        return str(error)


def build_folder(folder: Path) -> bool:
    """Lay out the diagrams of the lesson, and keep its cards and its proof; whether it is proven.

    Raises InvalidLesson or InvalidTranslation.
    """
    for lesson in every_language(folder):
        build(lesson)
    proven = not any(folder_problems(folder))
    if proven:
        keep_cards(folder)
        keep_proof(folder)
    return proven
