"""A terminal in the lesson's world: `docker`, and what one needs beside it. No I/O.

A `Shell` is a value: `enter` yields the next one, and `undo` is the one before. `docker` is
played by the machine on the mock network, so a command's output is what the engine prints, and
its trace can be stepped through. A text is read as bash reads it (`syntax`), its words are
expanded (`expansion`) and its commands carried out (`execution`) by `programs`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import accumulate, takewhile

from simulator.docker.output.line import Line
from simulator.protocol.secrets import MASK
from simulator.shell.execution import run
from simulator.shell.masking import masked
from simulator.shell.octets import readable
from simulator.shell.syntax import Incomplete, Misspelt, parse
from simulator.shell.values import KEPT_LINES, LARGEST, LONGEST, SCREEN, UNDONE, Prompt, Ran, Shell

INTERRUPT = "\x03"
"""Ctrl-C."""


def enter(shell: Shell, text: str) -> Shell:
    """The shell after these lines. Where a command asks something, the next line answers it."""
    for line in text[:LONGEST].split("\n"):
        shell = entered(shell, line)
    return shell


def entered(shell: Shell, line: str) -> Shell:
    """The shell after this line, or after this answer to its prompt."""
    if line == INTERRUPT:
        return interrupted(shell)
    if shell.prompt:
        return answered(shell, shell.prompt, line)
    if not shell.pending:
        if not line.strip():
            return shell
        if line.strip() in BUILT_IN:
            return BUILT_IN[line.strip()](shell)
    return read_line(shell, line)


def read_line(shell: Shell, line: str) -> Shell:
    """One more line of a command, which is carried out once it is whole."""
    whole = f"{shell.pending}{line}"
    shown = Line("input", f"> {masked(line)}") if shell.pending else Line("command", masked(line))
    began = replace(
        shell,
        lines=kept(shell, shown),
        before=shell.before if shell.pending else remembered(shell),
        first=shell.first or shell,
        pending="",
    )
    if len(whole) > LARGEST:
        return ended(began, Ran(began, error="bash: command too long", status=2))
    try:
        script = parse(whole)
    except Incomplete:
        return replace(began, pending=f"{whole}\n")
    except Misspelt as error:
        return ended(counted(began, whole), Ran(began, error=f"bash: {error}", status=2))
    if MASK in whole:
        return ended(counted(began, whole), Ran(began, error=NOT_KEPT, status=1))
    began = counted(began, whole)
    return ended(began, run(began, script)) if script else began


NOT_KEPT = "pullscope: the password of that line was not kept: type it again in place of the dots"


def counted(shell: Shell, whole: str) -> Shell:
    history = (*shell.history, masked(whole))[-KEPT_LINES:]
    return replace(shell, history=history, commands=shell.commands + 1)


def kept(shell: Shell, *more: Line) -> tuple[Line, ...]:
    """The last lines of the screen with these."""
    fresh = (replace(line, text=readable(line.text)[:LARGEST]) for line in more)
    lines = (*shell.lines, *fresh)[-KEPT_LINES:]
    lengths = accumulate(len(line.text) for line in reversed(lines))
    count = sum(1 for _ in takewhile(lambda length: length <= SCREEN, lengths))
    return lines[len(lines) - max(count, 1) :]


def answered(shell: Shell, prompt: Prompt, text: str) -> Shell:
    """The command again, with this answer too. What a prompt asked stays on the screen."""
    shown = Line("input", f"{prompt.text}{'' if prompt.secret else text}")
    asked = replace(shell, prompt=None, lines=kept(shell, shown))
    told = replace(prompt, answers=(*prompt.answers, text))
    return ended(asked, run(asked, prompt.script, told))


def ended(shell: Shell, ran: Ran) -> Shell:
    """The screen with what the programs printed, and the status of the last one."""
    errors = tuple(Line("error", text) for text in ran.error.splitlines())
    lines = kept(shell, *(ran.printed or errors))
    after = ran.shell if ran.printed or not errors else replace(ran.shell, lines=shell.lines)
    return replace(after, lines=lines, status=ran.status)


def interrupted(shell: Shell) -> Shell:
    """Ctrl-C: the command that waits, or the line that is not finished, is given up."""
    asked, _secret = shell.asks
    lines = kept(shell, Line("input", f"{asked}^C"))
    status = 130 if shell.prompt or shell.pending else shell.status
    return replace(shell, lines=lines, prompt=None, pending="", status=status)


def undo(shell: Shell) -> Shell:
    """As it was before the last line."""
    if not shell.before:
        return shell
    *earlier, last = shell.before
    return replace(last, before=tuple(earlier))


def remembered(shell: Shell) -> tuple[Shell, ...]:
    """What `undo` goes back to after the next line."""
    return (*shell.before, replace(shell, before=()))[-UNDONE:]


def reset(shell: Shell) -> Shell:
    """As it was in the beginning; it can be undone."""
    began = shell.first or shell
    return replace(began, before=remembered(shell), first=began, history=shell.history)


def clear(shell: Shell) -> Shell:
    return replace(shell, lines=(), before=remembered(shell))


HELP = """\
docker login | logout | pull | images | rmi | inspect   as the chosen engine does it
cat ~/.docker/config.json                               the stored credentials
curl -i [-u USER:PASSWORD] [-H HEADER] URL              ask a registry yourself
echo TOKEN | jwt                                        read a token
TOKEN=$(curl -s ... | jq -r .token)                     keep it, and use $TOKEN
;  &&  ||  |  >  <  <<<  2>&1                           as in bash; no loops, no functions
ls, cat, grep, head, cp, rm, test, openssl, getent ...  small programs
sleep SECONDS                                           moves the clocks, and does not wait
history, clear, undo, reset                             undo takes back the last line
Ctrl-C                                                  gives up a command that waits"""


def helped(shell: Shell) -> Shell:
    said = (Line("command", "help"), *(Line("output", text) for text in HELP.split("\n")))
    lines = kept(shell, *said)
    return replace(shell, lines=lines, before=remembered(shell), first=shell.first or shell)


def listed_history(shell: Shell) -> Shell:
    said = [Line("output", f"{n:5}  {line}") for n, line in enumerate(shell.history, 1)]
    lines = kept(shell, Line("command", "history"), *said)
    return replace(shell, lines=lines, before=remembered(shell))


BUILT_IN: Mapping[str, Callable[[Shell], Shell]] = {
    "undo": undo, "reset": reset, "clear": clear, "help": helped, "history": listed_history,
}  # fmt: skip
"""What the terminal does with itself; these are no commands of the challenge's count."""
