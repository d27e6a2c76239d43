"""A line of the shell, taken apart into commands as values.

`parse` reads the part of bash that people type between `docker` commands: quotes, variables,
substitutions, `|`, `;`, `&&`, `||`, redirections and here-documents. A text that is not finished
(an open quote, a line that ends in `\\` or `|`, a here-document without its end) raises
`Incomplete`: the terminal waits for the next line, as bash does. What this terminal does not play
raises `Misspelt`. Grammar: the POSIX shell command language (IEEE Std 1003.1, chapter 2), and of
bash `<<<` and `&>`.

Own code, because no library fits: `shlex` forgets which characters were quoted, the parser in pure
Python is under the GPL, and the one in C crashed the whole process on odd input.
"""

import re
from dataclasses import dataclass, replace


class Misspelt(ValueError):
    """A text that the shell cannot take apart, in bash's words or in ours."""


class Incomplete(ValueError):
    """A text that goes on with the next line."""


@dataclass(frozen=True)
class Text:
    """Characters as they are. Those that were quoted are not split into words."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Variable:
    """`$NAME`, `${NAME}` or `$?`."""

    name: str
    quoted: bool = False


@dataclass(frozen=True)
class Substitution:
    """`$(...)` or backquotes: what these commands print."""

    script: "Script"
    quoted: bool = False


Piece = Text | Variable | Substitution
Word = tuple[Piece, ...]


@dataclass(frozen=True)
class Redirect:
    """`>`, `>>`, `<`, `2>`, `2>&1`, `<<<` or `<<`. `target` is a file, a number or the text."""

    operator: str
    target: Word
    descriptor: int


@dataclass(frozen=True)
class Command:
    """`NAME=value program word ... > file`."""

    words: tuple[Word, ...] = ()
    assigned: tuple[tuple[str, Word], ...] = ()
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True)
class Pipeline:
    """Commands joined by `|`. `after` says when it runs: always, on success, on failure."""

    commands: tuple[Command, ...]
    negated: bool = False
    after: str = ";"


Script = tuple[Pipeline, ...]


OPERATOR = re.compile(r"&&|\|\||;;|[0-9]?(?:>>|>&|>\||<<<|<<-?|<|>)|&>|[|;&()\n]")
BLANKS = re.compile(r"(?:[ \t\r]|\\\n)+")
PLAIN = re.compile(r"[^ \t\r\n'\"\\`$|;&<>()]+")
IN_QUOTES = re.compile(r"[^\"\\`$]+")
NAME = re.compile(r"[A-Za-z_]\w*|[?$#0-9!@*]")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
REDIRECTS = (">", ">>", ">&", ">|", "<", "<<", "<<-", "<<<", "&>")
COMPOUND = frozenset(
    ["if", "for", "while", "until", "case", "select", "function", "{", "[[", "coproc", "time"]
)
MOST_STEPS = 300
"""Commands that the loops of one line are written out to."""
DEEPEST = 20
"""Substitutions within each other."""


def parse(text: str) -> Script:
    """The pipelines of this text, in order. Raises Incomplete or Misspelt."""
    return Reader(text).script(end="")


@dataclass
class Reader:
    """Reads a text from left to right. Each method takes what it names, from `at` on."""

    text: str
    at: int = 0
    depth: int = 0
    steps: int = 0

    # -- commands ---------------------------------------------------------------------------

    def script(self, end: str) -> Script:
        """Pipelines up to the end: a bracket, a backquote, or nothing more."""
        made: list[Pipeline] = []
        after = ";"
        while True:
            token = self.peek()
            if end == DONE and self.keyword(DONE):
                return tuple(made)
            if token == end or not token:
                if token != end or after in ("&&", "||"):
                    raise Incomplete
                return tuple(made)
            if token in (";", "\n"):
                after = self.separator(token, after, made)
                continue
            if token in ("&&", "||", "|", "&", ")", ";;", "("):
                raise self.unexpected(token)
            if self.keyword("for"):
                made += self.loop()
            else:
                made.append(replace(self.pipeline(end), after=after))
            after = self.joint(end)

    def keyword(self, name: str) -> bool:
        """Whether this reserved word comes next."""
        self.peek()
        return re.match(rf"{name}(?=[\s;]|$)", self.text[self.at :]) is not None

    def loop(self) -> list[Pipeline]:
        """`for NAME in WORD ...; do ...; done`, written out: the words are known beforehand."""
        self.reserved("for")
        self.peek()
        found = NAME.match(self.text, self.at)
        if not found:
            raise self.unexpected(self.peek())
        self.at = found.end()
        self.reserved("in")
        words = list[Word]()
        while self.peek() == WORD:
            words.append(self.word())
        while self.peek() in (";", "\n"):
            self.take(self.peek())
        self.reserved("do")
        body = self.script(DONE)
        self.reserved(DONE)
        self.steps += len(words) * (len(body) + 1)
        if self.steps > MOST_STEPS:
            raise Misspelt("for: this terminal runs no more commands in one line")
        return [step for word in words for step in (bound(found[0], word), *body)]

    def reserved(self, name: str) -> None:
        if not self.keyword(name):
            raise self.unexpected(self.peek()) if self.peek() else Incomplete
        self.at += len(name)

    def separator(self, token: str, after: str, made: list[Pipeline]) -> str:
        if token == ";" and (not made or after != ";"):
            raise self.unexpected(token)
        self.take(token)
        return after

    def joint(self, end: str) -> str:
        """What joins this pipeline to the next one."""
        token = self.peek()
        if token in ("&&", "||"):
            self.take(token)
            return token
        if token == "&":
            raise Misspelt("&: this terminal runs one command at a time")
        if token in (";", "\n"):
            self.take(token)
        elif token not in (end, ""):
            raise self.unexpected(token)
        return ";"

    def pipeline(self, end: str) -> Pipeline:
        negated, commands = False, []
        if re.match(r"!\s", self.text[self.at :]):
            negated, self.at = True, self.at + 1
        while True:
            commands.append(self.command())
            if self.peek() != "|":
                return Pipeline(tuple(commands), negated)
            self.take("|")
            while self.peek() == "\n":
                self.take("\n")
            if self.peek() in (end, ""):
                raise Incomplete

    def command(self) -> Command:
        words: list[Word] = []
        assigned: list[tuple[str, Word]] = []
        redirects: list[Redirect] = []
        while True:
            token = self.peek()
            if token.lstrip("0123456789") in REDIRECTS:
                self.redirect(token, redirects)
            elif token != WORD:
                break
            else:
                named = ASSIGNMENT.match(self.text, self.at) if not words else None
                if named:
                    self.at = named.end()
                    assigned.append((named[0][:-1], self.word()))
                else:
                    words.append(self.word())
        if not (words or assigned or redirects):
            raise self.unexpected(token) if token else Incomplete
        if words and words[0] in {(Text(name),) for name in COMPOUND}:
            name = words[0][0]
            raise Misspelt(f"{name.text if isinstance(name, Text) else ''}: {NO_COMPOUND}")
        return Command(tuple(words), tuple(assigned), tuple(redirects))

    def redirect(self, token: str, redirects: list[Redirect]) -> None:
        self.take(token)
        operator = token.lstrip("0123456789")
        default = 0 if operator[0] == "<" else 1
        descriptor = int(token[0]) if token[0].isdigit() else default
        if self.peek() != WORD:
            raise self.unexpected(self.peek())
        begin = self.at
        target = self.word()
        redirects.append(Redirect(operator, target, descriptor))
        if operator.startswith("<<") and operator != "<<<":
            place = len(redirects) - 1
            quoted = bool(re.search(r"['\"\\]", self.text[begin : self.at]))
            end = "".join(piece.text for piece in target if isinstance(piece, Text))
            redirects[place] = Redirect("<<", self.document(end, quoted), descriptor)

    def document(self, end: str, quoted: bool) -> Word:
        """A here-document: the lines after this one up to its end. They are cut out of the text."""
        line_end = self.text.find("\n", self.at)
        lines = self.text[line_end + 1 :].split("\n") if line_end >= 0 else []
        if end not in lines:
            raise Incomplete
        place = lines.index(end)
        content = "".join(f"{line}\n" for line in lines[:place])
        self.text = "\n".join([self.text[:line_end], *lines[place + 1 :]])
        if quoted:
            return (Text(content, quoted=True),)
        return Reader(content, depth=self.depth).quoted(end="")

    # -- words ------------------------------------------------------------------------------

    def word(self) -> Word:
        """The pieces up to a blank or an operator; an empty word where there is none."""
        pieces: list[Piece] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            plain = PLAIN.match(self.text, self.at)
            if plain:
                self.at = plain.end()
                pieces.append(Text(plain[0]))
            elif character == "'":
                pieces.append(Text(self.until("'"), quoted=True))
            elif character == '"':
                self.at += 1
                pieces += self.quoted(end='"')
            elif character == "\\":
                self.escape(pieces)
            elif character in "$`":
                pieces.append(self.expansion(quoted=False))
            else:
                break
        return tuple(pieces)

    def escape(self, pieces: list[Piece]) -> None:
        escaped = self.text[self.at + 1 : self.at + 2]
        if not escaped:
            raise Incomplete
        if escaped != "\n":
            pieces.append(Text(escaped, quoted=True))
        elif self.at + 2 == len(self.text):
            raise Incomplete
        self.at += 2

    def until(self, end: str) -> str:
        """The text between two quotes."""
        close = self.text.find(end, self.at + 1)
        if close < 0:
            raise Incomplete
        text, self.at = self.text[self.at + 1 : close], close + 1
        return text

    def quoted(self, end: str) -> Word:
        """What double quotes or a here-document hold, up to the closing quote."""
        pieces: list[Piece] = [Text("", quoted=True)]
        while self.at < len(self.text):
            character = self.text[self.at]
            plain = IN_QUOTES.match(self.text, self.at)
            if plain:
                self.at = plain.end()
                pieces.append(Text(plain[0], quoted=True))
            elif character == end:
                self.at += 1
                return tuple(pieces)
            elif character == "\\":
                following = self.text[self.at + 1 : self.at + 2]
                shown = {"\n": "", "$": "$", "`": "`", '"': '"', "\\": "\\"}
                pieces.append(Text(shown.get(following, f"\\{following}"), quoted=True))
                self.at += 2
            elif character == '"':
                pieces.append(Text('"', quoted=True))
                self.at += 1
            else:
                pieces.append(self.expansion(quoted=True))
        if end:
            raise Incomplete
        return tuple(pieces)

    def expansion(self, quoted: bool) -> Piece:
        """`$NAME`, `${NAME}`, `$(...)` or backquotes; a `$` alone is a character."""
        rest = self.text[self.at : self.at + 3]
        if rest[0] == "`":
            return self.substitution(1, "`", quoted)
        if rest == "$((":
            raise Misspelt("$((: arithmetic is not played here")
        if rest[:2] == "$(":
            return self.substitution(2, ")", quoted)
        braces = rest[:2] == "${"
        found = NAME.match(self.text, self.at + 1 + braces)
        if not found:
            self.at += 1
            return Text("$", quoted)
        if braces and self.text[found.end() : found.end() + 1] != "}":
            close = self.text.find("}", self.at)
            if close < 0:
                raise Incomplete
            expansion = self.text[self.at : close + 1]
            raise Misspelt(f"{expansion}: this expansion is not played here")
        self.at = found.end() + braces
        return Variable(found[0], quoted)

    def substitution(self, skip: int, end: str, quoted: bool) -> Piece:
        if self.depth >= DEEPEST:
            raise Misspelt("$(: too many substitutions within each other")
        if end == "`":
            inner = Reader(self.until("`"), depth=self.depth + 1)
            return Substitution(inner.script(end=""), quoted)
        self.at += skip
        self.depth += 1
        script = self.script(end)
        self.depth -= 1
        self.take(end)
        return Substitution(script, quoted)

    # -- tokens -----------------------------------------------------------------------------

    def peek(self) -> str:
        """The operator that comes next, `WORD` for a word, and nothing at the end."""
        blanks = BLANKS.match(self.text, self.at)
        self.at = blanks.end() if blanks else self.at
        if self.text[self.at : self.at + 1] == "#":
            line_end = self.text.find("\n", self.at)
            self.at = len(self.text) if line_end < 0 else line_end
        if self.at >= len(self.text):
            if blanks and blanks[0].endswith("\\\n"):
                raise Incomplete
            return ""
        found = OPERATOR.match(self.text, self.at)
        return found[0] if found else WORD

    def take(self, token: str) -> None:
        self.at += len(token)

    def unexpected(self, token: str) -> Misspelt:
        if token == "(":
            return Misspelt(f"(: {NO_COMPOUND}")
        shown = {"": "newline", "\n": "newline", WORD: self.text[self.at : self.at + 20]}
        return Misspelt(f"syntax error near unexpected token `{shown.get(token, token)}'")


def bound(name: str, word: Word) -> Pipeline:
    """`NAME=WORD`. Raises Misspelt for a word whose values are not known yet."""
    if not all(isinstance(piece, Text) for piece in word):
        raise Misspelt(f"for: {NO_COMPOUND}, but for words that are written out")
    return Pipeline((Command(assigned=((name, word),)),))


DONE = "done"
WORD = "a word"
NO_COMPOUND = "this terminal has no other loops, conditions, functions or subshells"
