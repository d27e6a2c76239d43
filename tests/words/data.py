"""The data files that have words in other languages."""

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
