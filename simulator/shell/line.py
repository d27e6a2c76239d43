"""A line: an assignment, or a pipeline of programs."""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from simulator.shell.curl import curl
from simulator.shell.docker import docker
from simulator.shell.files import absolute, cat, cp, ls, mkdir, read, rm, write
from simulator.shell.tools import decode, echo, jq, sleep, systemctl, token
from simulator.shell.values import Misspelt, Prompt, Ran, Shell, with_end

Program = Callable[[Shell, list[str], str | None], Ran]
PROGRAMS: Mapping[str, Program] = {
    "curl": curl, "cat": cat, "echo": echo, "jwt": token, "jq": jq, "base64": decode,
    "ls": ls, "rm": rm, "cp": cp, "mkdir": mkdir, "sleep": sleep, "systemctl": systemctl,
}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """A program of a pipeline with its words, and the file that its output goes to."""

    words: tuple[str, ...]
    into: str = ""
    append: bool = False


def carried_out(shell: Shell, line: str, prompt: Prompt | None = None) -> Ran:
    """A whole line: an assignment, or a pipeline."""
    try:
        assigned = re.fullmatch(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", line, re.DOTALL)
        if assigned and not re.match(r"\S*\s+\S", substituted_away(line)):
            return assign(shell, assigned["name"], assigned["value"])
        return piped(shell, pipeline(substituted(shell, line)), line, prompt)
    except Misspelt as error:
        return Ran(shell, error=f"bash: {error}", status=2)


def substituted_away(line: str) -> str:
    """The line without its `$(...)` and quotes, to see whether more words follow."""
    return re.sub(r"\$\(.*\)|'[^']*'|\"[^\"]*\"", "x", line, flags=re.DOTALL)


def assign(shell: Shell, name: str, value: str) -> Ran:
    words = split(substituted(shell, value))
    text = words[0] if words else ""
    return Ran(replace(shell, variables={**shell.variables, name: text}))


def substituted(shell: Shell, line: str) -> str:
    """`$(...)` and `$NAME` replaced, but not within single quotes."""

    def inner(found: re.Match[str]) -> str:
        if found["quoted"]:
            return found["quoted"]
        if found["command"]:
            text = carried_out(shell, found["command"]).out.rstrip("\n")
            return text.replace('"', '\\"')
        return str(shell.variables.get(found["name"], ""))

    pattern = r"(?P<quoted>'[^']*')|\$\((?P<command>[^()]*)\)|\$\{?(?P<name>[A-Za-z_]\w*)\}?"
    return re.sub(pattern, inner, line)


def split(text: str) -> list[str]:
    """Words, with `|`, `>` and `>>` apart. Raises Misspelt."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|>;&<")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    try:
        return list(lexer)
    except ValueError:
        raise Misspelt("unexpected EOF while looking for matching quote") from None


def pipeline(line: str) -> list[Stage]:
    """Raises Misspelt for what this shell does not know."""
    stages: list[list[str]] = [[]]
    into, append = "", False
    words = iter(split(line))
    for word in words:
        if word == "|":
            stages.append([])
        elif word in (">", ">>"):
            into, append = next(words, ""), word == ">>"
            if not into:
                raise Misspelt("syntax error near unexpected token `newline'")
        elif word and set(word) <= set("|>;&<"):
            raise Misspelt(f"{word}: this terminal takes one line at a time, with | and >")
        else:
            stages[-1].append(word)
    if not all(stages):
        raise Misspelt("syntax error near unexpected token `|'")
    made = [Stage(tuple(words)) for words in stages]
    return [*made[:-1], replace(made[-1], into=into, append=append)]


def piped(shell: Shell, stages: list[Stage], line: str, prompt: Prompt | None) -> Ran:
    """Each program's output is the next one's input; errors go to the screen."""
    ran, errors, given = Ran(shell), "", None
    for stage in stages:
        seen = stage is stages[-1] and not stage.into
        ran = started(ran.shell, stage, given, line, prompt, seen)
        given, errors = ran.out, errors + with_end(ran.error)
    if stages[-1].into:
        return redirected(ran, stages[-1], errors)
    return replace(ran, error=errors)


def redirected(ran: Ran, stage: Stage, errors: str) -> Ran:
    path = absolute(stage.into)
    before = (read(ran.shell, path) or "") if stage.append else ""
    wrote = write(ran.shell, path, before + ran.out)
    return replace(wrote, error=errors + wrote.error, status=wrote.status or ran.status)


def started(
    shell: Shell, stage: Stage, given: str | None, line: str, prompt: Prompt | None, seen: bool
) -> Ran:
    """One program. `seen`: it writes to the screen, not into a pipe or a file."""
    name, *words = stage.words
    if name == "sudo" and words:
        name, *words = words
    if name == "docker":
        return docker(shell, words, given, line, prompt, seen)
    program = PROGRAMS.get(name)
    if program is None:
        return Ran(shell, error=f"bash: {name}: command not found", status=127)
    return program(shell, words, given)
