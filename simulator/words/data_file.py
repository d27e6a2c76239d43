"""Files of data (YAML): read with the line of every place, so that a mistake is reported with its
line.

Texts come in the chosen language: see `translation`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from simulator.words import i18n
from simulator.words.translation import entry, in_language, sibling, texts, translations
from simulator.words.yaml_text import loaded

Where = tuple[str | int, ...]
"""A place in a document: keys and positions from its root."""
Model = TypeVar("Model", bound=BaseModel)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class DataFile:
    """A file as read: its document in the chosen language."""

    path: Path
    document: Any

    @cached_property
    def lines(self) -> Mapping[Where, int]:
        """The line (from 1) of each place; found by reading the file once more."""
        return lines(self.path)

    def line(self, where: Where) -> int:
        """The line of this place, or of the nearest place around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def place(self, where: Where) -> str:
        """`lesson.yaml:12`, with the path as a reader of the project knows it."""
        return f"{shown(self.path)}:{self.line(where)}"

    def part(
        self, model: type[Model], invalid: type[ValueError], *where: str | int, **added: Any
    ) -> Model:
        """The document, or the part at this place and what is added to it, as this model.

        Raises `invalid` with file, line and what is wrong.
        """
        data = self.document
        for key in where:
            data = data[key]
        try:
            return model.model_validate({**added, **data} if added else data)
        except (ValidationError, TypeError) as error:
            raise invalid(self.first_wrong(error, where)) from None

    def first_wrong(self, error: ValidationError | TypeError, where: Where) -> str:
        """`lesson.yaml:12: rows.0.phases.0: ...`"""
        if isinstance(error, TypeError):
            return f"{self.place(where)}: {dotted(where)}: this should be a mapping"
        first = error.errors(include_url=False, include_input=False)[0]
        place = (*where, *first["loc"])
        return f"{self.place(place)}: {dotted(place)}: {first['msg']}"


def dotted(where: Where) -> str:
    return ".".join(map(str, where)) or "the document"


def read(path: Path, invalid: type[ValueError]) -> DataFile:
    """The file in the chosen language. Raises `invalid` with file, line and what is wrong, or
    InvalidTranslation."""
    try:
        document = loaded(path)
    except OSError as error:
        raise invalid(f"{shown(path)}: cannot be read: {error.strerror}") from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "not YAML in UTF-8"
        raise invalid(f"{shown(path)}:{mark.line + 1 if mark else 1}: {what}") from None
    return DataFile(path, in_language(document, path))


def read_as(model: type[Model], path: Path, invalid: type[ValueError]) -> Model:
    """The whole file as this model. Raises `invalid`, or InvalidTranslation."""
    return read(path, invalid).part(model, invalid)


def read_named(model: type[Model], path: Path, invalid: type[ValueError]) -> dict[str, Model]:
    """Each entry of the file as this model, which also holds its `name`; in the file's order.

    Raises `invalid`, or InvalidTranslation.
    """
    file = read(path, invalid)
    if not isinstance(file.document, Mapping):
        raise invalid(f"{file.place(())}: the document: Input should be a mapping of names")
    return {name: file.part(model, invalid, name, name=name) for name in file.document}


def places(node: Any, where: Where = ()) -> Iterator[tuple[Where, int]]:
    """Each place in a YAML document with its line."""
    marks = getattr(node, "lc", None)
    if marks is None or marks.data is None:
        return
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if key in marks.data:  # the content of a merge key is elsewhere
            yield (*where, key), marks.data[key][0] + 1
        yield from places(value, (*where, key))


def lines(path: Path) -> dict[Where, int]:
    """The line (from 1) of each place in a YAML file."""
    return dict(places(YAML(typ="rt").load(path.read_text("utf-8"))))


def stale(path: Path, language: str, invalid: type[ValueError]) -> Iterator[str]:
    """Texts of this file without a translation, and translations of no text, with file and line.

    Raises `invalid`, or InvalidTranslation.
    """
    with i18n.speaking(i18n.DEFAULT):
        file = read(path, invalid)
    theirs = sibling(path, language)
    words = translations(theirs) if theirs.exists() else {}
    used = {entry(words, where, text): where for where, text in texts(file.document)}
    for one, where in used.items():
        if one not in words:
            yield f"{file.place(where)}: {theirs.name} has no translation of {one[1]!r}"
    other = DataFile(theirs, None)
    for context, text in (one for one in words if one not in used):
        place = other.place((context, text) if context else (text,))
        yield f"{place}: {path.name} has no text {text!r}"


def shown(path: Path) -> str:
    """The path as a reader of the project knows it."""
    try:
        return path.resolve().relative_to(ROOT).as_posix()
    except (ValueError, OSError, RuntimeError):  # elsewhere, or a link to itself
        return path.as_posix()
