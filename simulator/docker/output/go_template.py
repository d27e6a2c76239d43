"""Go's text/template, as far as `--format` is used: fields, `json`, `index`, `len`, `join`,
`upper`, `lower`, `println`, pipes, `if`, `else`, `range`, `with` and `end`."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Data = Any
"""What a template is filled with: JSON values."""


class TemplateError(ValueError):
    """Go's complaint about a template, or about data that it does not fit."""


class MissingField(TemplateError):
    """The data has no such field."""

    def __init__(self, path: str, name: str) -> None:
        self.path = path
        super().__init__(f'executing "" at <{path}>: map has no entry for key "{name}"')

    def within(self, template: str) -> TemplateError:
        """With the place where Go sees it: the field, or what follows the first of several."""
        first = self.path.find(".", 1)
        place = max(template.find(self.path), 0) + max(first, 0)
        return TemplateError(f"template parsing error: template: :1:{place}: {self}")


@dataclass(frozen=True)
class Block:
    """`{{if}}`, `{{range}}` or `{{with}}`, up to its `{{end}}`."""

    kind: str
    pipeline: str
    body: tuple["Piece", ...]
    otherwise: tuple["Piece", ...] = ()


@dataclass(frozen=True)
class Action:
    pipeline: str


Piece = str | Action | Block
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|\(|\)|\||[^\s()|]+')


def filled(template: str, data: Data) -> str:
    """The text. Raises TemplateError."""
    pieces, left, _ = parsed(list(tokens(template)))
    if left:
        raise TemplateError("template parsing error: template: :1: unexpected {{end}}")
    try:
        return "".join(texts(pieces, data))
    except MissingField as missing:
        raise missing.within(template) from None


def tokens(template: str) -> Iterator[str | tuple[str, str]]:
    """Plain texts, and pairs of an action's first word and the rest."""
    plain, *parts = template.split("{{")
    for part in parts:
        inside, closed, behind = part.partition("}}")
        if not closed:
            raise TemplateError("template parsing error: template: :1: unclosed action")
        yield plain.rstrip() if inside.startswith("- ") else plain
        action = inside.removeprefix("- ").removesuffix(" -").strip()
        first, _, rest = action.partition(" ")
        yield (first, rest) if first in KEYWORDS else ("", action)
        plain = behind.lstrip() if inside.endswith(" -") else behind
    yield plain


KEYWORDS = ("if", "range", "with", "else", "end")


def parsed(rest: list[str | tuple[str, str]]) -> tuple[tuple[Piece, ...], list[Any], str]:
    """The pieces up to `{{else}}` or `{{end}}`, what is left, and which of both it was."""
    pieces: list[Piece] = []
    while rest:
        token = rest.pop(0)
        if isinstance(token, str):
            pieces.append(token)
        elif token[0] in ("else", "end"):
            return tuple(pieces), [*rest, None], token[0]
        elif token[0]:
            body, left, why = parsed(rest)
            otherwise: tuple[Piece, ...] = ()
            if why == "else":
                otherwise, left, why = parsed(left[:-1])
            if why != "end":
                raise TemplateError("template parsing error: template: :1: unexpected EOF")
            rest = left[:-1]
            pieces.append(Block(token[0], token[1], body, otherwise))
        else:
            pieces.append(Action(token[1]))
    return tuple(pieces), [], ""


def texts(pieces: Sequence[Piece], dot: Data) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, Action):
            yield printed(value(piece.pipeline, dot))
        else:
            yield from block(piece, dot)


def block(piece: Block, dot: Data) -> Iterator[str]:
    found = value(piece.pipeline, dot)
    if not found:
        yield from texts(piece.otherwise, dot)
    elif piece.kind == "if":
        yield from texts(piece.body, dot)
    elif piece.kind == "with":
        yield from texts(piece.body, found)
    else:
        for one in found.values() if isinstance(found, dict) else found:
            yield from texts(piece.body, one)


def value(pipeline: str, dot: Data) -> Data:
    """The value of a pipeline: each stage has the value before as its last argument."""
    stages: list[list[Data]] = [[]]
    words = WORD.findall(pipeline)
    while words:
        word = words.pop(0)
        if word == "|":
            stages.append([])
        elif word == "(":
            inner, words = enclosed(words)
            stages[-1].append(value(inner, dot))
        else:
            stages[-1].append(operand(word, dot))
    found: list[Data] = []
    for stage in stages:
        found = [called([*stage, *found])]
    return found[0]


def enclosed(words: list[str]) -> tuple[str, list[str]]:
    """The words up to the parenthesis that closes, and those behind it."""
    depth = 1
    for place, word in enumerate(words):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if not depth:
            return " ".join(words[:place]), words[place + 1 :]
    raise TemplateError("template parsing error: template: :1: unclosed left paren")


def operand(word: str, dot: Data) -> Data:
    if word[0] in '"`':
        return json.loads(word) if word[0] == '"' else word[1:-1]
    if re.fullmatch(r"-?\d+", word):
        return int(word)
    if word in ("true", "false"):
        return word == "true"
    if word.startswith((".", "$.")):
        return field(dot, word.lstrip("$"))
    if word in FUNCTIONS:
        return FUNCTIONS[word]
    said = f'template parsing error: template: :1: function "{word}" not defined'
    raise TemplateError(said)


def field(dot: Data, path: str) -> Data:
    found = dot
    for name in [part for part in path.split(".") if part]:
        if not isinstance(found, Mapping) or name not in found:
            raise MissingField(path, name)
        found = found[name]
    return found


def called(words: list[Data]) -> Data:
    return words[0](*words[1:]) if callable(words[0]) else words[0]


def as_json(found: Data) -> str:
    """Go's encoder, which keeps a page of HTML from reading tags."""
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def printed(found: Data) -> str:
    """As Go prints a value: lists in brackets, maps by their keys."""
    match found:
        case None:
            return "<no value>"
        case bool():
            return str(found).lower()
        case list() | tuple():
            return f"[{' '.join(map(printed, found))}]"
        case dict():
            pairs = (f"{key}:{printed(one)}" for key, one in sorted(found.items()))
            return f"map[{' '.join(pairs)}]"
        case _:
            return str(found)


def element(found: Data, *keys: Any) -> Data:
    try:
        for key in keys:
            found = found[key]
    except (LookupError, TypeError):
        said = f"error calling index: reflect: slice index out of range: {keys[-1]}"
        raise TemplateError(f'template parsing error: template: :1: executing "": {said}') from None
    return found


FUNCTIONS: Mapping[str, Callable[..., Data]] = {
    "json": as_json,
    "index": element,
    "len": len,
    "join": lambda parts, between: between.join(map(printed, parts or [])),
    "upper": lambda text: str(text).upper(),
    "lower": lambda text: str(text).lower(),
    "title": lambda text: str(text).title(),
    "println": lambda *parts: " ".join(map(printed, parts)) + "\n",
    "print": lambda *parts: "".join(map(printed, parts)),
    "eq": lambda one, *others: one in others,
    "ne": lambda one, other: one != other,
    "not": lambda one: not one,
}
