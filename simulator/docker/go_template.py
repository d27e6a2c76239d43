"""Go's text/template, as far as `--format` is used: fields, variables, functions, pipes, `if`,
`else`, `range`, `with` and `end`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.docker.go_faults import Malformed, NotPlayed, Unfit, Work
from simulator.docker.go_functions import (
    FUNCTIONS,
    HEADINGS,
    UNPLAYED,
    CallFault,
    Data,
    Function,
    printed,
)

# -- a template taken apart --------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    text: str
    place: int
    """The number of characters before it."""


@dataclass(frozen=True)
class Literal(Word):
    value: Data = None


@dataclass(frozen=True)
class Path(Word):
    """Fields of `.`, `$`, or a variable: `base` is which."""

    base: str = "."
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group(Word):
    """A pipeline in parentheses, and fields of what it gives."""

    pipeline: "Pipeline | None" = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call(Word):
    """The name of a function."""


@dataclass(frozen=True)
class Pipeline:
    """Commands joined by pipes, and the variables that get the result."""

    commands: tuple[tuple[Word, ...], ...]
    declares: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """`{{if}}`, `{{range}}` or `{{with}}`, up to its `{{end}}`; of an action alone `kind` is
    empty."""

    kind: str
    pipeline: Pipeline
    body: tuple["str | Block", ...] = ()
    otherwise: tuple["str | Block", ...] = ()


Piece = str | Block
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|:=|[(),|]|[^\s(),|:]+|:')
BLOCKS = ("if", "range", "with")
UNPLAYED_BLOCKS = ("define", "template", "block", "break", "continue")


@dataclass
class Reader:
    """Takes a template apart, from its actions and the texts between them. Raises TemplateError."""

    rest: list[str | list[Word]]

    def pieces(self, variables: frozenset[str]) -> tuple[tuple[Piece, ...], list[Word]]:
        """The pieces up to `{{else}}` or `{{end}}`, and that action; no word at the end."""
        found: list[Piece] = []
        while self.rest:
            item = self.rest.pop(0)
            if isinstance(item, str):
                found.append(item)
            elif item and item[0].text in ("else", "end"):
                return tuple(found), item
            elif item and item[0].text in BLOCKS:
                found.append(self.block(item, variables))
            elif item and item[0].text in UNPLAYED_BLOCKS:
                raise NotPlayed(f"`{item[0].text}`")
            else:
                action = pipeline(item, variables)
                variables |= set(action.declares)
                found.append(Block("", action))
        return tuple(found), []

    def block(self, words: list[Word], variables: frozenset[str]) -> Block:
        first, *rest = words
        head = pipeline(rest, variables)
        inner = variables | set(head.declares)
        body, last = self.pieces(inner)
        otherwise: tuple[Piece, ...] = ()
        if last and last[0].text == "else" and last[1:]:
            return Block(first.text, head, body, (self.block(last[1:], inner),))
        if last and last[0].text == "else":
            otherwise, last = self.pieces(inner)
        if not last or last[0].text != "end":
            raise Malformed("unexpected EOF" if not last else "unexpected {{else}}")
        return Block(first.text, head, body, otherwise)


def parsed(template: str) -> tuple[Piece, ...]:
    """The template taken apart. Raises TemplateError."""
    try:
        found, left = Reader(list(items(template))).pieces(frozenset({"$"}))
    except RecursionError:
        raise NotPlayed("one that is so deep") from None
    if left:
        raise Malformed(f"unexpected {{{{{left[0].text}}}}}")
    return found


def items(template: str) -> Iterator[str | list[Word]]:
    """Plain texts, and the words of each action. A hyphen takes the blanks beside it away."""
    place = 0
    while (begin := template.find("{{", place)) >= 0:
        end = template.find("}}", begin)
        if end < 0:
            raise Malformed("unclosed action")
        inside, plain = template[begin + 2 : end], template[place:begin]
        yield plain.rstrip() if inside.startswith("- ") else plain
        text = inside.removesuffix(" -")
        dashed = 1 if inside.startswith("- ") else 0
        if not text[dashed:].strip().startswith("/*"):
            yield words_of(text[dashed:], begin + 2 + dashed)
        place = end + 2
        if inside.endswith(" -"):
            place += len(template[place:]) - len(template[place:].lstrip())
    yield template[place:]


def words_of(text: str, place: int) -> list[Word]:
    return [Word(found[0], place + found.start()) for found in WORD.finditer(text)]


def pipeline(words: list[Word], variables: frozenset[str], closes: bool = False) -> Pipeline:
    """The pipeline that begins here, up to its parenthesis where it is to be closed."""
    declares = declared(words)
    commands: list[list[Word]] = [[]]
    while words:
        word = words.pop(0)
        if word.text == ")":
            if not closes:
                raise Malformed("unexpected right paren")
            closes = False
            break
        if word.text == "|":
            commands.append([])
        else:
            commands[-1].append(operand(word, words, variables))
    if closes:
        raise Malformed("unclosed left paren")
    if not all(commands):
        raise Malformed("missing value for command")
    return Pipeline(tuple(map(tuple, commands)), declares)


def declared(words: list[Word]) -> tuple[str, ...]:
    """The variables before `:=`, which are taken off the words."""
    texts = [word.text for word in words[:4]]
    size = texts.index(":=") if ":=" in texts else 0
    names = tuple(text for text in texts[:size] if text != ",")
    if any(not name.startswith("$") for name in names) or size not in (0, 1, 3):
        raise NotPlayed("this declaration")
    del words[: size + bool(size)]
    return names


def operand(word: Word, words: list[Word], variables: frozenset[str]) -> Word:
    text = word.text
    if text == "(":
        return group(word, words, variables)
    if text[0] in '"`':
        return Literal(text, word.place, quoted(text))
    if re.fullmatch(r"-?\d+", text):
        return Literal(text, word.place, int(text))
    if text in ("true", "false", "nil"):
        return Literal(text, word.place, {"true": True, "false": False}.get(text))
    if text[0] in ".$":
        base, *fields = text.split(".")
        if base and base not in variables:
            raise Malformed(f'undefined variable "{base}"')
        return Path(text, word.place, base or ".", tuple(filter(None, fields)))
    return function(word)


def quoted(text: str) -> str:
    if len(text) < 2 or text[-1] != text[0]:
        raise Malformed("unterminated quoted string")
    try:
        return str(json.loads(text)) if text[0] == '"' else text[1:-1]
    except ValueError:
        raise NotPlayed(f"the text {text}") from None


def function(word: Word) -> Call:
    if word.text in FUNCTIONS:
        return Call(word.text, word.place)
    if word.text in UNPLAYED:
        raise NotPlayed(f"`{word.text}`")
    if not word.text.isidentifier():
        raise NotPlayed(f"`{word.text}`")
    raise Malformed(f'function "{word.text}" not defined')


def group(word: Word, words: list[Word], variables: frozenset[str]) -> Group:
    """A pipeline in parentheses; fields may follow it at once."""
    before = list(words)
    inner = pipeline(words, variables, closes=True)
    used = before[: len(before) - len(words)]
    text = "(" + " ".join(one.text for one in used[:-1]) + ")"
    fields: tuple[str, ...] = ()
    if words and words[0].text[0] == "." and words[0].place == used[-1].place + 1:
        fields = tuple(filter(None, words.pop(0).text.split(".")))
    return Group(text, word.place, inner, fields)


# -- a template filled -------------------------------------------------------------------------


Scope = Mapping[str, Data]
"""Values of `.`, `$` and the variables."""


def filled(template: str, data: Data, of: str = "", headings: bool = False) -> str:
    """The text. `of` is what Go calls the data, empty for what was JSON; `headings`: the data are
    the headings of a table. Raises TemplateError."""
    known = {**FUNCTIONS, **HEADINGS} if headings else FUNCTIONS
    filling = Filling(known, of, headings, Work())
    try:
        return "".join(filling.texts(parsed(template), {".": data, "$": data}))
    except RecursionError:
        raise NotPlayed("one that is so deep") from None


MAPS = ("Labels", "Volumes", "ExposedPorts", "Annotations")
"""Fields that are maps in Go too; others with names are structures, which Go prints without."""


def shown(pipeline: Pipeline, found: Data) -> str:
    last = pipeline.commands[-1][-1]
    if isinstance(found, dict) and last.text.rpartition(".")[2] not in MAPS:
        raise NotPlayed(f"the text of `{last.text}` without `json`")
    return printed(found)


@dataclass(frozen=True)
class Filling:
    functions: Mapping[str, Function]
    of: str
    lenient: bool
    """A missing field is no fault."""
    work: Work

    def texts(self, pieces: Sequence[Piece], scope: Scope) -> Iterator[str]:
        for piece in pieces:
            self.work.spend(piece)
            if isinstance(piece, str):
                yield piece
            elif piece.kind:
                yield from self.block(piece, scope)
            else:
                found = self.value(piece.pipeline, scope)
                scope = {**scope, **dict.fromkeys(piece.pipeline.declares, found)}
                text = "" if piece.pipeline.declares else shown(piece.pipeline, found)
                self.work.spend(text)
                yield text

    def block(self, piece: Block, scope: Scope) -> Iterator[str]:
        found = self.value(piece.pipeline, scope)
        names = piece.pipeline.declares
        if piece.kind == "range":
            yield from self.each(piece, found, scope)
        elif not found:
            yield from self.texts(piece.otherwise, scope)
        else:
            inner = {**scope, **dict.fromkeys(names, found)}
            yield from self.texts(
                piece.body, inner | ({".": found} if piece.kind == "with" else {})
            )

    def each(self, piece: Block, found: Data, scope: Scope) -> Iterator[str]:
        """The body for each element, or what follows `{{else}}` where there is none."""
        if isinstance(found, str | int):
            first = piece.pipeline.commands[0][0]
            raise Unfit(first.place, first.text, f"range can't iterate over {printed(found)}")
        pairs = sorted(found.items()) if isinstance(found, dict) else list(enumerate(found or ()))
        if not pairs:
            yield from self.texts(piece.otherwise, scope)
        names = piece.pipeline.declares
        for key, one in pairs:
            given = dict(zip(names, (key, one) if len(names) == 2 else (one,), strict=False))
            yield from self.texts(piece.body, {**scope, **given, ".": one})

    def value(self, pipeline: Pipeline, scope: Scope) -> Data:
        """Each command has the value before as its last argument."""
        found: list[Data] = []
        for command in pipeline.commands:
            found = [self.result(command, found, scope)]
        return found[0]

    def result(self, command: tuple[Word, ...], piped: list[Data], scope: Scope) -> Data:
        first, *rest = command
        if not isinstance(first, Call):
            if rest or piped:
                raise Unfit(first.place, first.text,
                            f"can't give argument to non-function {first.text}")  # fmt: skip
            return self.meant(first, scope)
        called, name = self.functions[first.text], first.text
        wrong = called.wrong_count(len(rest) + len(piped))
        if wrong:
            raise Unfit(first.place, name, f"wrong number of args for {name}: {wrong}")
        values = [self.meant(word, scope) for word in rest]
        self.work.spend(*values, *piped)
        try:
            return called.call(*values, *piped)
        except CallFault as fault:
            text = " ".join(word.text for word in command)
            raise Unfit(first.place, text, f"error calling {name}: {fault}") from None
        except (TypeError, AttributeError, ValueError, LookupError):
            raise NotPlayed(f"this use of `{name}`") from None

    def meant(self, word: Word, scope: Scope) -> Data:
        match word:
            case Literal(value=value):
                return value
            case Path(base=base, fields=fields):
                return self.inner(scope[base], fields, word)
            case Group(pipeline=Pipeline() as pipeline, fields=fields):
                return self.inner(self.value(pipeline, scope), fields, word)
            case _:
                return self.result((word,), [], scope)

    def inner(self, found: Data, fields: tuple[str, ...], word: Word) -> Data:
        for depth, name in enumerate(fields):
            if isinstance(found, Mapping) and name in found:
                found = found[name]
            elif self.lenient:
                return None
            else:
                raise self.missing(found, name, depth, word)
        return found

    def missing(self, found: Data, name: str, depth: int, word: Word) -> Unfit:
        """With the place where Go sees it: the field, or what follows the first of several."""
        place = word.place + max(word.text.find(".", 1), 0)
        kind = self.of if self.of and not depth else "string" if self.of else "interface {}"
        why = f"can't evaluate field {name} in type {kind}"
        if isinstance(found, Mapping) and not self.of:
            why = f'map has no entry for key "{name}"'
        return Unfit(place, word.text, why, lacks=True)
