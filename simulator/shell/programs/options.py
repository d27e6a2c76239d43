"""The options of a program, read as GNU's getopt reads them, from a table in one text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from getopt import GetoptError, gnu_getopt

from simulator.shell.values import Ran, Shell


class Refused(ValueError):
    """A program ends at once, with this sentence on standard error and this status."""

    def __init__(self, sentence: str, status: int = 2) -> None:
        super().__init__(sentence)
        self.status = status


Program = Callable[[Shell, list[str], str | None], Ran]


def refusing(program: Program) -> Program:
    """The program; what it refuses is its whole answer."""

    @wraps(program)
    def answered(shell: Shell, words: list[str], given: str | None) -> Ran:
        try:
            return program(shell, words, given)
        except Refused as refusal:
            return Ran(shell, error=str(refusal), status=refusal.status)

    return answered


def not_played(what: str) -> str:
    """The sentence about a program, an option or a filter that this terminal does not know."""
    return f"pullscope: {what} is not played here"


@dataclass(frozen=True)
class Options:
    """The options that were given, each under its first name, with its values in order."""

    values: dict[str, list[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    """The words that are no options."""

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def every(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def value(self, name: str, default: str = "") -> str:
        """The last one counts."""
        return self.values.get(name, [default])[-1]


def read_options(program: str, words: list[str], table: str) -> Options:
    """The options of these words. The table has an entry a line: the names of one option, with
    `=` at the end where it takes a value. Raises Refused for any other."""
    entries = [line.split() for line in table.splitlines() if line.strip()]
    first = {n.rstrip("="): names[0].strip("-=") for names in entries for n in names}
    every = [f"{n.rstrip('=')}{'=' * names[-1].endswith('=')}" for names in entries for n in names]
    short = "".join(n[1:].replace("=", ":") for n in every if n[1] != "-")
    try:
        found, rest = gnu_getopt(words, short, [n[2:] for n in every if n[:2] == "--"])
    except GetoptError as error:
        dashed = f"-{error.opt}" if len(error.opt) == 1 else f"--{error.opt}"
        if "requires argument" in error.msg:
            raise Refused(f"{program}: option {dashed} requires an argument") from error
        raise Refused(not_played(f"{program} {dashed}")) from error
    values: dict[str, list[str]] = {}
    for name, value in found:
        values.setdefault(first[name], []).append(value)
    return Options(values, rest)
