"""Words in other languages, for files of data: `lesson.yaml` has a sibling `lesson.de.yaml`.

The sibling maps each English text to its translation, as gettext does, so places and order do not
matter. A text that is changed has no translation any more and is shown in English, and `stale`
(in `data_file`) says so. Where one text needs two translations, the second one is in a mapping of
its own under the keys of its place, without positions in lists:

    Pull: Pull
    rows.action:
      Pull: Das Image holen
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from simulator.words import i18n
from simulator.words.yaml_text import loaded

TEXTS = frozenset({
    "title", "text", "topic", "minutes", "caption", "sample_caption", "table_caption", "label",
    "brief", "under", "short", "alone", "action", "input", "result", "note", "question", "answer",
    "prompt", "hint", "feedback", "wrong", "right", "points",
    "cause", "story", "rule", "remember", "say", "reason", "what_happened", "how_to_check",
    "how_to_mend",
})  # fmt: skip
"""Keys whose strings, or lists of strings, are words for people; all else is for the machine."""

Where = tuple[str | int, ...]
"""A place in a document: keys and positions from its root."""
Entry = tuple[str, str]
"""The keys around a text, joined by dots (empty for every place), and the English text."""
Words = Mapping[Entry, str]


class InvalidTranslation(ValueError):
    """A sibling that is no mapping of texts; the message says where."""


def sibling(path: Path, language: str) -> Path:
    """`lesson.de.yaml` beside `lesson.yaml`, which is that of the default language itself."""
    if language == i18n.DEFAULT:
        return path
    return path.with_name(f"{path.stem}.{language}{path.suffix}")


def languages(path: Path) -> tuple[str, ...]:
    """Those that this file has words in, the default first."""
    others = (code for code in i18n.LANGUAGES if code != i18n.DEFAULT)
    return (i18n.DEFAULT, *(code for code in others if sibling(path, code).exists()))


def spoken(path: Path) -> str:
    """The chosen language, if this file has words in it, else the default."""
    language = i18n.chosen.get()
    return language if sibling(path, language).exists() else i18n.DEFAULT


def in_language(document: Any, path: Path) -> Any:
    """A copy of what was read from this file, in the chosen language. Raises InvalidTranslation."""
    language = spoken(path)
    return (
        document
        if language == i18n.DEFAULT
        else put(document, translations(sibling(path, language)))
    )


def translations(path: Path) -> Words:
    """Those in this sibling. Raises InvalidTranslation with what is wrong in it."""
    try:
        document = loaded(path)
        return dict(entries({} if document is None else document))
    except (YAMLError, UnicodeDecodeError) as error:
        what = getattr(error, "problem", None) or "not YAML in UTF-8"
        raise InvalidTranslation(f"{path.name}: {what}") from None
    except OSError as error:
        raise InvalidTranslation(f"{path.name}: cannot be read: {error.strerror}") from None
    except TypeError as error:
        raise InvalidTranslation(f"{path.name}: {error}") from None


def entries(document: Any, context: str = "") -> Iterator[tuple[Entry, str]]:
    """Each translation in a sibling. Raises TypeError for anything else in it."""
    if not isinstance(document, dict):
        raise TypeError("this should be a mapping from English texts to translations")
    for key, value in document.items():
        if isinstance(key, str) and isinstance(value, str):
            yield (context, key), value
        elif isinstance(value, dict) and not context:
            yield from entries(value, str(key))
        else:
            raise TypeError(f"{key!r} should be an English text with its translation")


def texts(document: Any, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Every text of a document, with its place."""
    if isinstance(document, dict | list):
        for key, value in document.items() if isinstance(document, dict) else enumerate(document):
            yield from texts(value, (*where, key))
    elif isinstance(document, str) and is_text(where):
        yield where, document


def is_text(where: Where) -> bool:
    """Whether a string at this place is words for people."""
    keys = [key for key in where[-2:] if isinstance(key, str)]
    return bool(keys) and keys[-1] in TEXTS


def put(document: Any, words: Words, where: Where = ()) -> Any:
    """A copy of the document in which each text is translated that has a translation."""
    if isinstance(document, dict):
        return {key: put(value, words, (*where, key)) for key, value in document.items()}
    if isinstance(document, list):
        return [put(value, words, (*where, place)) for place, value in enumerate(document)]
    if isinstance(document, str) and is_text(where):
        return words.get(entry(words, where, document), document)
    return document


def entry(words: Words, where: Where, text: str) -> Entry:
    """The translation of the text at this place: that for the most keys around it."""
    keys = [key for key in where if isinstance(key, str)]
    near = ((".".join(keys[:count]), text) for count in range(len(keys), 0, -1))
    return next((one for one in near if one in words), ("", text))
