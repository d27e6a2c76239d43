"""The library: every lesson there is, by its id, which is the name of its folder.

Lessons come with Pullscope, and from folders that `PULLSCOPE_LESSONS` or `--lessons` names. A
folder that is named goes before: an author's copy hides the lesson of the same id. A lesson that
cannot be read is listed with the sentence why, and the others work.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simulator.lesson.card import INVALID, Card, card_of, kept_card
from simulator.lesson.document import FILE, InvalidLesson, Lesson
from simulator.lesson.load import load
from simulator.scenarios.model import OWN, own_scenarios
from simulator.words import i18n

VARIABLE = "PULLSCOPE_LESSONS"
"""The environment variable with folders of lessons, as PATH has folders of programs."""
PACKAGE = Path(__file__).resolve().parents[1]
HOME = next(
    (folder for folder in (PACKAGE / "_lessons", PACKAGE.parent / "lessons") if folder.is_dir()),
    PACKAGE / "_lessons",
)
"""Lessons that come with Pullscope: in the package once it is installed, else in the checkout."""
SCENARIOS = "scenarios.yaml"
"""A lesson's own situations, in its folder."""
USUAL = "pulling-from-private-registries"
"""The lesson where none is named."""


class UnknownLesson(ValueError):
    """No lesson has this id."""


@dataclass(frozen=True)
class Entry:
    """A lesson in the library; without a card, `trouble` says why it cannot be read."""

    id: str
    folder: Path
    card: Card | None
    trouble: str = ""

    @property
    def lesson(self) -> Lesson | None:
        """The lesson itself, in the chosen language. Only who asks has it read."""
        return find_lesson(self.id) if self.card else None


def named() -> tuple[Path, ...]:
    """The folders that the environment names."""
    return tuple(Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name)


@contextmanager
def with_folders(folders: Sequence[Path]) -> Iterator[None]:
    """For as long as this lasts, these folders are named too; the processes that this one starts
    know them as well.

    Raises InvalidLesson for a folder without a lesson in it, whoever has named it.
    """
    for folder in (*folders, *named()):
        if not list(lessons_in(folder)):
            raise InvalidLesson(without_lesson(folder))
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = os.pathsep.join(str(f.resolve()) for f in (*folders, *named()))
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def without_lesson(folder: Path) -> str:
    """Why a folder that is named brings no lesson."""
    by = f"{VARIABLE} names {folder}, but" if folder in named() else f"{folder}:"
    return f"{by} there is no {FILE} in it or in a folder below it"


def lessons_in(folder: Path) -> Iterator[Path]:
    """The folder itself where it holds a lesson, else those in it that do, by name."""
    if (folder / FILE).exists():
        yield folder
    else:
        yield from sorted(path.parent for path in folder.glob(f"*/{FILE}"))


def folders() -> dict[str, Path]:
    """The folder of each lesson by its id; the situations in these folders can be played."""
    found = located()
    bring(found)
    return found


def located() -> dict[str, Path]:
    """The folder of each lesson by its id: those that come with Pullscope first."""
    found = {folder.name: folder for folder in lessons_in(HOME)}
    for root in reversed(named()):
        found |= {folder.resolve().name: folder.resolve() for folder in lessons_in(root)}
    return found


def one_or_all(folder: Path | None) -> tuple[Path, ...]:
    """This folder of a lesson, or that of each lesson; the situations in them can be played."""
    found = located() | ({folder.name: folder} if folder else {})
    bring(found)
    return (folder,) if folder else tuple(found.values())


def bring(lessons: Mapping[str, Path]) -> None:
    """The situations in these folders can be played, and those of no others."""
    for name in OWN.keys() - lessons.keys():
        OWN.pop(name, None)
    for name, folder in lessons.items():
        if (folder / SCENARIOS).exists():
            OWN[name] = folder / SCENARIOS
        else:
            OWN.pop(name, None)


def find_lesson(name: str = "") -> Lesson:
    """The lesson of this id in the chosen language; the usual one for no name.

    Raises UnknownLesson with the ids there are, InvalidLesson or InvalidTranslation.
    """
    known = folders()
    chosen = name or next((one for one in (USUAL, *known) if one in known), USUAL)
    if chosen not in known:
        there = ", ".join(known) or "none"
        raise UnknownLesson(f"there is no lesson {chosen!r}: choose one of {there}")
    return kept(known[chosen], i18n.chosen.get(), content(known[chosen]))


def entries() -> tuple[Entry, ...]:
    """Every lesson in the chosen language, in the order to learn them; a broken one with its
    sentence, and so a folder that is named and holds none."""
    known = in_order([entry(name, folder) for name, folder in folders().items()])
    empty = (folder for folder in named() if not list(lessons_in(folder)))
    missing = (Entry(str(folder), folder, None, without_lesson(folder)) for folder in empty)
    return (*known, *missing)


def in_order(listed: Sequence[Entry]) -> Iterator[Entry]:
    """Each lesson after those that it builds on, as far as they are listed; else as they are
    listed. Of lessons in a circle the first that is listed comes first."""
    left = {one.id: one for one in listed}
    while left:
        ready = (one for one in left.values() if not left.keys() & set(builds_on(one)))
        yield left.pop(next(ready, next(iter(left.values()))).id)


def builds_on(one: Entry) -> tuple[str, ...]:
    return one.card.builds_on if one.card else ()


def entry(name: str, folder: Path) -> Entry:
    try:
        return Entry(name, folder, card(name, folder))
    except INVALID as error:
        return Entry(name, folder, None, str(error))


def card(name: str, folder: Path) -> Card:
    """The card in the chosen language; of a lesson that is not proven, from the lesson itself.

    Raises InvalidLesson, InvalidChallenge, InvalidScenario or InvalidTranslation.
    """
    kept = kept_card(folder, i18n.chosen.get(), content(folder))
    if kept:
        return kept
    own_scenarios(name)
    return card_of(find_lesson(name))


@lru_cache(maxsize=100)
def kept(folder: Path, _language: str, _content: tuple[tuple[str, int, int], ...]) -> Lesson:
    """A lesson is read once, until one of its files changes."""
    return load(folder)


def content(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a file of this lesson was written or replaced since it was read."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    states = ((path.name, path.stat()) for path in files)
    return tuple((name, state.st_ctime_ns, state.st_size) for name, state in states)
