"""A question as a room asks it: plain words in each language, and which option is right."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A question in one language. `why` has a sentence for each option, shown after the reveal."""

    prompt: str
    options: tuple[str, ...]
    why: tuple[str, ...]
    situation: str = ""
    code: str = ""


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

    def in_language(self, language: str) -> Words:
        """In this language, else in one that there is."""
        return self.words.get(language) or next(iter(self.words.values()))
