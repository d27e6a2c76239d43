"""Words as a program gets them: variables, substitutions, `~`, splitting at blanks, and names of
files for `*`."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.shell.files import home_of
from simulator.shell.globbing import matching, plain, quoted
from simulator.shell.octets import readable
from simulator.shell.syntax import Misspelt, Piece, Script, Substitution, Text, Variable, Word
from simulator.shell.values import LARGEST, Shell

Captured = Callable[[Shell, Script], tuple[Shell, str]]
"""Runs commands and gives what they print on standard output."""


@dataclass
class Expander:
    """Expands the words of a command in order. A substitution may change the shell, so it carries
    the newest. Raises Misspelt where the words are too long together."""

    shell: Shell
    captured: Captured
    length: int = 0

    def fields(self, word: Word) -> list[str]:
        """The arguments that one word becomes: none, one, or several."""
        found: list[str] = []
        for pattern in self.patterns(word):
            names = matching(self.shell, pattern)
            self.grow(sum(map(len, names[1:])))
            found += names
        return found

    def patterns(self, word: Word) -> list[str]:
        """The patterns of names that one word becomes; quoted characters are marked."""
        made: list[str] = []
        open_field = False
        for place, piece in enumerate(word):
            text = self.text(piece)
            text = quoted(text) if piece.quoted else text
            if isinstance(piece, Text) or piece.quoted:
                text = self.tilde(text) if place == 0 and not piece.quoted else text
                made = [*made[:-1], made[-1] + text] if open_field else [*made, text]
                open_field = True
                continue
            parts = text.split()
            if open_field and parts and not text[:1].isspace():
                made[-1] += parts.pop(0)
            made += parts
            open_field = bool(made) and bool(text) and not text[-1:].isspace()
        return made

    def joined(self, word: Word) -> str:
        """The word as one text, as in an assignment or after `>`: nothing is split."""
        if not word:
            return ""
        first = word[0]
        texts = [self.text(piece) for piece in word]
        if isinstance(first, Text) and not first.quoted:
            texts[0] = self.tilde(texts[0])
        return "".join(texts)

    def text(self, piece: Piece) -> str:
        text = plain(self.expanded(piece))
        self.grow(len(text))
        return text

    def grow(self, length: int) -> None:
        """Counts these characters. Raises Misspelt where there are too many."""
        self.length += length
        if self.length > LARGEST:
            raise Misspelt("argument list too long")

    def expanded(self, piece: Piece) -> str:
        match piece:
            case Text(text):
                return text
            case Variable(name):
                return value_of(self.shell, name)
            case Substitution(script):
                self.shell, out = self.captured(self.shell, script)
                return readable(out).rstrip("\n")

    def tilde(self, text: str) -> str:
        home = home_of(self.shell)
        return home + text[1:] if text == "~" or text.startswith("~/") else text


def value_of(shell: Shell, name: str) -> str:
    """`$NAME`, or `$?`, the status of the command before."""
    known = {
        "?": str(shell.status), "$": "4711", "#": "0", "0": "bash", "HOME": home_of(shell),
        "USER": shell.user, "PWD": shell.folder,
    }  # fmt: skip
    return shell.variables.get(name, known.get(name, ""))
