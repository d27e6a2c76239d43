"""A terminal in the lesson's world: `docker`, and what one needs beside it. No I/O.

A `Shell` is a value: `enter` yields the next one, and `undo` is the one before. `docker` is
played by the machine on the mock network, so a command's output is what the engine prints, and
its trace can be stepped through. A line is a pipeline of programs, as in a real shell: quotes,
`|`, `>`, `$NAME`, `NAME=value` and `$(...)`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator.docker.cli.options import USAGES
from simulator.docker.output.line import Line
from simulator.protocol.secrets import MASK
from simulator.shell.line import PROGRAMS, carried_out
from simulator.shell.values import KEPT_LINES, LONGEST, Prompt, Ran, Shell
from simulator.sources.world import Role

# -- entering a line --------------------------------------------------------------------------


def enter(shell: Shell, text: str) -> Shell:
    """The shell after this line, or after this answer to its prompt."""
    text = text[:LONGEST]
    if shell.prompt:
        return answered(shell, shell.prompt, text)
    line = text.strip()
    if not line:
        return shell
    if line in BUILT_IN:
        return BUILT_IN[line](shell)
    began = replace(
        shell,
        history=(*shell.history, masked(line)),
        lines=kept(shell, Line("command", masked(line))),
        before=shell,
        first=shell.first or shell,
        commands=shell.commands + 1,
    )
    return ended(began, carried_out(began, line))


def kept(shell: Shell, *more: Line) -> tuple[Line, ...]:
    return (*shell.lines, *more)[-KEPT_LINES:]


def answered(shell: Shell, prompt: Prompt, text: str) -> Shell:
    """The command again, with this answer too. What a prompt asked stays on the screen."""
    shown = Line("input", f"{prompt.text}{'' if prompt.secret else text}")
    asked = replace(shell, prompt=None, lines=kept(shell, shown))
    told = replace(prompt, answers=(*prompt.answers, text))
    return ended(asked, carried_out(asked, prompt.line, told))


def ended(shell: Shell, ran: Ran) -> Shell:
    """The screen with what the programs printed, and the status of the last one."""
    out = [Line("output", text) for text in split_lines(ran.out)]
    errors = [Line("error", text) for text in split_lines(ran.error)]
    shown = ran.printed or (*out, *errors)
    return replace(ran.shell, lines=kept(ran.shell, *shown), status=ran.status)


def split_lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


SECRET_OPTION = re.compile(
    r"(?P<option>(?:^|\s)(?:-p|--password)(?:\s+|=))(?P<value>\S+)"
    r"|(?P<user>(?:^|\s)(?:-u|--user)(?:\s+|=)[^\s:]+:)(?P<pass>\S+)"
    r"|(?P<bearer>Bearer\s+)(?P<token>[\w.~+/=-]+)"
    r"|(?P<echo>(?:^|\s)echo\s+)(?P<piped>[^|]+?)(?=\s*\|.*--password-stdin)"
)


def masked(line: str) -> str:
    """The line as it is kept: a password or a token that was typed into it is not."""
    return SECRET_OPTION.sub(
        lambda m: f"{m['option'] or m['user'] or m['bearer'] or m['echo']}{MASK}", line
    )


def undo(shell: Shell) -> Shell:
    """As it was before the last line."""
    return shell.before or shell


def reset(shell: Shell) -> Shell:
    """As it was in the beginning; it can be undone."""
    began = shell.first or shell
    return replace(began, before=shell, first=began, history=shell.history)


def clear(shell: Shell) -> Shell:
    return replace(shell, lines=(), before=shell)


HELP = """\
docker login | logout | pull | images | rmi | inspect   as the chosen engine does it
cat ~/.docker/config.json                               what is stored
curl -i [-u USER:PASSWORD] [-H HEADER] URL              ask a registry yourself
echo TOKEN | jwt                                        what is in a token
TOKEN=$(curl -s ... | jq -r .token)                     keep it, and use $TOKEN
ls, cat, echo, cp, rm, mkdir, base64 -d, sleep SECONDS  sleep moves the clock, and does not wait
history, clear, undo, reset                             undo takes back the last line"""


def helped(shell: Shell) -> Shell:
    said = (Line("command", "help"), *(Line("output", text) for text in HELP.split("\n")))
    return replace(shell, lines=kept(shell, *said), before=shell, first=shell.first or shell)


def listed_history(shell: Shell) -> Shell:
    said = [Line("output", f"{n:5}  {line}") for n, line in enumerate(shell.history, 1)]
    return replace(shell, lines=kept(shell, Line("command", "history"), *said), before=shell)


BUILT_IN: Mapping[str, Callable[[Shell], Shell]] = {
    "undo": undo, "reset": reset, "clear": clear, "help": helped, "history": listed_history,
}  # fmt: skip
"""What the terminal does with itself; these are no commands of the challenge's count."""


# -- completion -------------------------------------------------------------------------------


def completions(shell: Shell, text: str) -> list[str]:
    """Lines that this one can become, one word on: programs, commands, options, names."""
    head, _, last = text.rpartition(" ")
    words = head.split()
    known = candidates(shell, words)
    found = sorted({word for word in known if word.startswith(last) and word != last})
    return [f"{head} {word}".lstrip() for word in found]


def candidates(shell: Shell, words: list[str]) -> set[str]:
    if not words:
        return {"docker", *PROGRAMS, *BUILT_IN}
    if words == ["docker"]:
        return {name for name in USAGES if " " not in name}
    if words[0] == "docker":
        usage = USAGES.get(words[1])
        return (set(usage.names) if usage else set()) | named(shell, words[1])
    if words[0] == "cat":
        return {"~/.docker/config.json", *shell.files}
    return set()


def named(shell: Shell, command: str) -> set[str]:
    """What this command can be about: hosts, images elsewhere, or images that are here."""
    if command in ("login", "logout"):
        return set(shell.world.hosts(Role.REGISTRY))
    here = {name for name, _digest in shell.client.images.images}
    return here | served(shell) if command == "pull" else here


def served(shell: Shell) -> set[str]:
    """The images that the registries have."""
    found: set[str] = set()
    for host in shell.world.hosts(Role.REGISTRY):
        site = shell.world.sites[host]
        for name, held in (site.registry.repositories if site.registry else {}).items():
            found |= {f"{host}/{name}:{tag}" for tag in held.tags}
    return found
