"""A question as a room asks it: plain words in each language, and which option is right."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from simulator.views.address import Address


@dataclass(frozen=True)
class Moment:
    """A step of a run in one language: its title, what happens, and its message in one line (empty
    where it has none)."""

    title: str
    text: str
    message: str = ""


Sides = tuple[tuple[Moment | None, Moment | None], ...]
"""Rows of two runs side by side: Docker's, and what a misconception expects. None: the run has
ended."""


@dataclass(frozen=True)
class Words:
    """A question in one language. `why` has a sentence for each option, `settled` the step of the
    run that settles it and the next one, and `sides` for each option where Docker's run and the one
    that its misconception expects part; empty where there is none. All of that is for after the
    reveal."""

    prompt: str
    options: tuple[str, ...]
    why: tuple[str, ...]
    situation: str = ""
    code: str = ""
    settled: tuple[Moment, ...] = ()
    sides: tuple[Sides, ...] = ()


@dataclass(frozen=True)
class Item:
    """`beliefs` names the misconception that leads to each option (empty: none is known), `core`
    is the same for variants of a question, and `address` leads to the run that settles it."""

    id: str
    words: Mapping[str, Words]
    right: int
    beliefs: tuple[str, ...]
    core: str = ""
    address: str = ""

    @property
    def places(self) -> range:
        """Its options, by place."""
        return range(len(self.beliefs))

    def compared(self, place: int) -> str:
        """The address of both runs side by side: Docker's, and what the misconception behind this
        option expects."""
        at = Address.parse(self.address.partition("?")[2])
        return replace(at, step=0, belief=self.beliefs[place]).on("compare")

    def in_language(self, language: str) -> Words:
        """In this language, else in one that there is."""
        return in_language(self.words, language)


Spoken = TypeVar("Spoken")


def in_language(words: Mapping[str, Spoken], language: str) -> Spoken:
    """In this language, else in one that there is."""
    return words.get(language) or next(iter(words.values()))


@dataclass(frozen=True)
class Stage:
    """Where the teacher's stage is: the address of the step, and the step in each language."""

    address: str
    words: Mapping[str, Moment]
