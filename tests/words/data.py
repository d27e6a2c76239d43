"""The data files that have words in other languages, and what is a word in a text."""

import re

from simulator.authoring.translations import originals
from simulator.lesson.event_words import EVENTS
from simulator.lesson.library import HOME, PACKAGE, lessons_in
from simulator.scenarios.model import SCENARIOS
from simulator.words.translation import languages

PARTS = [
    path
    for folder in PACKAGE.iterdir()
    if folder.is_dir()
    for path in originals(folder)
    if len(languages(path)) > 1
]
DATA = sorted({
    *(path for folder in lessons_in(HOME) for path in originals(folder)),
    SCENARIOS, EVENTS, *PARTS,
})  # fmt: skip
"""Every file whose words are translated beside it; of lessons all, whether they are or not."""


def has_words(text: str) -> bool:
    """Whether anything of a text but what is filled in is to be translated."""
    return any(letter.isalpha() for letter in re.sub(r"\{[^}]*\}", "", text))
