"""Reading a lesson: file, line and cure of what is wrong with it."""

from collections.abc import Iterator
from pathlib import Path

from simulator.lesson.document import FILE, Document, InvalidLesson, Lesson
from simulator.words import i18n
from simulator.words.data_file import read
from simulator.words.translation import languages, spoken


def load(folder: Path) -> Lesson:
    """The lesson in this folder, in the chosen language.

    Raises InvalidLesson with file, line and what is wrong, or InvalidTranslation.
    """
    path = folder / FILE
    file = read(path, InvalidLesson)
    document = file.part(Document, InvalidLesson)
    return Lesson(document, file, spoken(path))


def every_language(folder: Path) -> Iterator[Lesson]:
    """The lesson in this folder, in each language that it has words in.

    Raises InvalidLesson or InvalidTranslation.
    """
    for language in languages(folder / FILE):
        with i18n.speaking(language):
            yield load(folder)
