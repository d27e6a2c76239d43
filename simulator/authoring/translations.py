"""Whether the files of a lesson are translated: every text, in each language that it has."""

from collections.abc import Iterator
from pathlib import Path

from simulator.lesson.document import InvalidLesson
from simulator.words import i18n
from simulator.words.data_file import stale
from simulator.words.translation import languages, sibling


def translation_problems(folder: Path) -> Iterator[str]:
    """Every text that lacks its translation, and every translation of no text, with file and line.

    Raises InvalidLesson or InvalidTranslation for a file that cannot be read.
    """
    files = originals(folder)
    spoken = {language for path in files for language in languages(path)} - {i18n.DEFAULT}
    for language in sorted(spoken):
        for path in files:
            yield from stale(path, language, InvalidLesson)


def originals(folder: Path) -> list[Path]:
    """The data files in this folder that are no translations of others."""
    found = sorted(folder.glob("*.yaml"))
    translated = {sibling(path, code) for path in found for code in i18n.LANGUAGES
                  if code != i18n.DEFAULT}  # fmt: skip
    return [path for path in found if path not in translated]
