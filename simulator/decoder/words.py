"""Own words: what registries, helpers, proxies and servers say in sentences of their own.

A phrase that is known gives a reading; any other is shown as said, and nothing follows from it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from simulator.decoder.grammar import Entry
from simulator.protocol.json_text import json_of
from simulator.words.data_file import read_named
from simulator.words.i18n import per_language

OWN_WORDS = Path(__file__).with_name("own_words.yaml")
HELPERS = "helper-"
"""How the names of entries begin that are a helper's words."""


class InvalidOwnWords(ValueError):
    """`own_words.yaml` is not right; the message says where."""


class Phrase(Entry):
    """Phrases with one reading; `of` names who says so, `requires` one of these as well."""

    name: str
    of: tuple[str, ...]
    phrases: tuple[str, ...]
    requires: tuple[str, ...] = ()
    gives: str
    text: str

    def is_in(self, words: str) -> bool:
        """Whether these words, in small letters, hold one of the phrases."""
        found = any(phrase in words for phrase in self.phrases)
        return found and (not self.requires or any(one in words for one in self.requires))


@per_language
def known_phrases() -> Mapping[str, Phrase]:
    """The table, with its words in the chosen language. Raises InvalidOwnWords."""
    return read_named(Phrase, OWN_WORDS, InvalidOwnWords)


def phrases_in(words: str, helper: bool) -> tuple[Phrase, ...]:
    """The known phrases in what a helper, or anybody else, said."""
    small = words.lower()
    return tuple(one for name, one in known_phrases().items()
                 if name.startswith(HELPERS) == helper and one.is_in(small))  # fmt: skip


def unwrapped(words: str) -> tuple[str, str]:
    """Code and message where the words are an error body in JSON (distribution spec, or
    `{"message": ...}`), else no code and the words."""
    start = words.find("{")
    if start < 0 or not words.rstrip().endswith("}"):
        return "", words
    try:
        parsed = json_of(words[start:])
    except ValueError:
        return "", words
    return next(errors_of(parsed), ("", words))


def errors_of(parsed: object) -> Iterator[tuple[str, str]]:
    if not isinstance(parsed, dict):
        return
    listed = parsed.get("errors")
    for one in listed if isinstance(listed, list) else [parsed]:
        if isinstance(one, dict):
            told = one.get("message") or one.get("detail") or one.get("details")
            if isinstance(told, str):
                yield str(one.get("code") or ""), told
