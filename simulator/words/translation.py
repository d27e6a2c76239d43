"""Words in other languages, for files of data: `lesson.yaml` has a sibling `lesson.de.yaml`.

The sibling holds the texts alone, under the same keys; lists correspond by position. Every text
has its translation and none is left over, or the file is not read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from simulator.words import i18n

TEXTS = frozenset({
    "title", "text", "topic", "minutes", "caption", "sample_caption", "table_caption", "label",
    "action", "input", "result", "note", "question", "answer", "prompt", "hint", "feedback",
    "cause", "story", "rule", "remember", "say", "reason", "what_happened", "how_to_check",
    "how_to_mend",
})  # fmt: skip
"""Keys whose strings are words for people; all else is for the machine."""

Where = tuple[str | int, ...]


class InvalidTranslation(ValueError):
    """A translation that does not fit; the message says where."""


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
    """What was read from this file, in the chosen language. Raises InvalidTranslation."""
    language = spoken(path)
    return document if language == i18n.DEFAULT else translated(document, sibling(path, language))


def translated(document: Any, path: Path) -> Any:
    """The document with the texts of this file. Raises InvalidTranslation."""
    try:
        words = YAML(typ="safe").load(path)
    except (YAMLError, UnicodeDecodeError) as error:
        what = getattr(error, "problem", None) or "not YAML in UTF-8"
        raise InvalidTranslation(f"{path.name}: {what}") from None
    for where in mismatched(document, words):
        raise InvalidTranslation(f"{path.name}: {where}")
    return put(document, words)


def texts(document: Any, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Every text of a document, with its place."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key in TEXTS and isinstance(value, str):
                yield (*where, key), value
            else:
                yield from texts(value, (*where, key))
    elif isinstance(document, list):
        for place, value in enumerate(document):
            yield from texts(value, (*where, place))


def leaves(words: Any, where: Where = ()) -> Iterator[Where]:
    """Every place of a sibling."""
    items = words.items() if isinstance(words, dict) else enumerate(words)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from leaves(value, (*where, key))
        elif value is not None:
            yield (*where, key)


def mismatched(document: Any, words: Any) -> Iterator[str]:
    """What is missing in the translation, and what is too much."""
    wanted = {where for where, _ in texts(document)}
    given = set(leaves(words or {}))
    for where in sorted(wanted - given, key=str):
        yield f"{dotted(where)} is missing"
    for where in sorted(given - wanted, key=str):
        yield f"{dotted(where)} is no text of the original"


def dotted(where: Where) -> str:
    return ".".join(map(str, where))


def put(document: Any, words: Any) -> Any:
    """A copy of the document in which each text of `words` stands in its place."""
    if isinstance(document, dict) and isinstance(words, dict):
        return {key: put(value, words.get(key)) for key, value in document.items()}
    if isinstance(document, list) and isinstance(words, list):
        rest = [None] * (len(document) - len(words))
        return [put(value, word) for value, word in zip(document, [*words, *rest], strict=True)]
    return document if words is None or isinstance(words, dict | list) else words


def skeleton(document: Any) -> Any:
    """The texts alone, as a sibling to be translated: empty places keep lists in step."""
    if isinstance(document, dict):
        kept = {
            key: value if key in TEXTS and isinstance(value, str) else skeleton(value)
            for key, value in document.items()
        }
        return {key: value for key, value in kept.items() if value is not None} or None
    if isinstance(document, list):
        kept_items = [skeleton(value) for value in document]
        return kept_items if any(item is not None for item in kept_items) else None
    return None
