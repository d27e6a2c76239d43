"""What the home says of a lesson, kept in its folder by `pullscope build`.

The home shows a card for each lesson there is, and reading a whole lesson takes 50 ms of a
processor. So a proven lesson has its cards in `cards.json`, by language; of another one the home
makes the card from the lesson itself.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from simulator.lesson.challenges import InvalidChallenge, challenges
from simulator.lesson.document import InvalidLesson, Lesson
from simulator.lesson.load import every_language
from simulator.lesson.proof import CARDS, is_proven
from simulator.scenarios.model import InvalidScenario
from simulator.scenarios.world import Strict
from simulator.words import i18n
from simulator.words.translation import InvalidTranslation

INVALID = (InvalidLesson, InvalidChallenge, InvalidScenario, InvalidTranslation)
"""Errors in the files that a card is made from."""


class Card(Strict):
    """`outcomes`: what a learner can do afterwards; `builds_on`: ids of lessons; `quiz`: the
    number of its questions; `challenges`: their names."""

    title: str
    minutes: str
    builds_on: tuple[str, ...]
    outcomes: tuple[str, ...]
    quiz: int
    challenges: tuple[str, ...]


CARDS_BY_LANGUAGE = TypeAdapter(dict[str, Card])


def card_of(lesson: Lesson) -> Card:
    """The lesson's card in the chosen language. Raises InvalidChallenge or InvalidTranslation."""
    document = lesson.document
    return Card(
        title=document.title, minutes=document.minutes, builds_on=document.builds_on,
        outcomes=tuple(line.text for line in document.outcomes), quiz=len(document.quiz),
        challenges=tuple(challenges(lesson)),
    )  # fmt: skip


def in_every_language(folder: Path) -> Iterator[tuple[str, Card]]:
    """The cards of the lesson in this folder, by language. Raises what INVALID lists."""
    for lesson in every_language(folder):
        with i18n.speaking(lesson.language):
            yield lesson.language, card_of(lesson)


def keep_cards(folder: Path) -> None:
    """Write the cards of this lesson. Raises OSError, or what INVALID lists."""
    kept = CARDS_BY_LANGUAGE.dump_json(dict(in_every_language(folder)), indent=1)
    (folder / CARDS).write_bytes(kept + b"\n")


@lru_cache(maxsize=100)
def kept_card(
    folder: Path, language: str, _content: tuple[tuple[str, int, int], ...]
) -> Card | None:
    """The card in this language, else in the default one, of a lesson that is proven; None for a
    lesson that is not, or whose cards are none. Read once, until a file of the lesson changes."""
    if not is_proven(folder) or not (folder / CARDS).exists():
        return None
    try:
        cards = CARDS_BY_LANGUAGE.validate_json((folder / CARDS).read_bytes())
    except ValidationError:  # a proof is no signature: anyone can make one
        return None
    return cards.get(language) or cards.get(i18n.DEFAULT)
